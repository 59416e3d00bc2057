package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// single lowers a statement that waits by itself: a choose of one option. Names that it binds are those of the rest of the block.
func (l *lowerer) single(s dsl.Stmt, at int) int {
	e, ok := l.act(s)
	if !ok {
		return at
	}
	l.waiting(at, s)
	return l.leaveBy(at, e, s)
}

func (l *lowerer) waiting(at int, n dsl.Node) {
	s := &l.m.States[at]
	s.Kind, s.Site, s.At = Waiting, l.site(n), l.at(n)
}

// leaveBy adds an edge to a waiting state and, after it, the gone options of the blocks around. It returns the open state after the edge.
func (l *lowerer) leaveBy(at int, e Edge, n dsl.Node) int {
	next := l.option(at, e, n)
	l.goneOptions(at)
	return next
}

// option adds an edge to a waiting state and returns the open state after it. An end of two roles whose peer is gone serves no purpose any more
// and is abandoned; with more roles that is up to the component.
func (l *lowerer) option(at int, e Edge, n dsl.Node) int {
	next := l.state(n)
	e.Next = next
	l.m.States[at].Edges = append(l.m.States[at].Edges, e)
	if e.Action.Kind == GonePeer {
		next = l.release(next, e.Action.Slot, n)
	}
	return next
}

// release abandons an end of a protocol of two roles.
func (l *lowerer) release(at int, slot SlotRef, n dsl.Node) int {
	if len(l.m.Groups[slot.Group].Fields[slot.Field].End.Protocol.Roles) > 2 {
		return at
	}
	return l.local(at, Action{Kind: AbandonEnd, Slot: taken(slot), To: VarRef{Var: -1}, Index: VarRef{Var: -1}}, n)
}

// taken is the member that an operation on any member has taken.
func taken(s SlotRef) SlotRef {
	if s.Any {
		return SlotRef{Group: s.Group, Field: s.Field, Index: &Expr{Op: OpVar, N: int32(s.Bind.Var)}, Bind: VarRef{Var: -1}}
	}
	return s
}

// choose = "choose" [ "priority" ] "{" { option } "}"
func (l *lowerer) choose(s *dsl.Choose, at int) int {
	if len(s.Options) == 0 {
		l.errorf(s, dsl.OptionWrong, "a choose without options waits for ever")
		return at
	}
	l.waiting(at, s)
	l.m.States[at].Priority = s.Priority
	var open []int
	last := map[ActionKind]*dsl.Option{}
	for _, o := range s.Options {
		l.push()
		guard := (*Expr)(nil)
		if o.When != nil {
			guard, _ = l.expr(o.When, boolType)
		}
		e, ok := l.act(o.Act)
		if !ok {
			l.pop()
			open = append(open, l.state(o))
			continue
		}
		if k := e.Action.Kind; k == TimeoutOption || k == ElseOption {
			if last[k] != nil {
				l.errorf(o.Act, dsl.OptionWrong, "this option stands twice in one choose").related(l, last[k], "the first one")
			}
			last[k] = o
		}
		e.Guard = both(guard, e.Guard)
		e.At = l.at(o.Act)
		open = append(open, l.block(o.Body, l.option(at, e, o.Act)))
		l.pop()
	}
	if last[TimeoutOption] != nil && last[ElseOption] != nil {
		l.errorf(last[TimeoutOption].Act, dsl.OptionWrong, "with an else this choose never waits, so it never times out").related(l, last[ElseOption], "the else")
	}
	l.goneOptions(at)
	return l.join(s, open...)
}

// both is the conjunction of two guards, nil being true.
func both(a, b *Expr) *Expr {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return fold(&Expr{Op: OpAnd, X: a, Y: b})
}

// decide = "decide" [ "fair" [ "(" expr ")" ] ] "{" { "case" name [ "when" expr ] ":" stmts } "}"
func (l *lowerer) decide(s *dsl.Decide, at int) int {
	if len(s.Cases) == 0 {
		l.errorf(s, dsl.OptionWrong, "a decide without cases cannot decide")
		return at
	}
	st := &l.m.States[at]
	st.Kind, st.Site, st.Fair, st.At = Deciding, l.site(s), s.Fair, l.at(s)
	if s.Bound != nil {
		if n, ok := l.constant(s.Bound); ok {
			if n < 1 {
				l.errorf(s.Bound, dsl.BoundWrong, "a case can be passed over at least once: the bound is 1 or more")
			}
			l.m.States[at].Bound = int(n)
		}
	}
	names := map[string]*dsl.DecideCase{}
	var open []int
	for _, c := range s.Cases {
		if first := names[c.Name.Name]; first != nil {
			l.errorf(c.Name, dsl.ComponentTwice, "case %s stands twice", c.Name.Name).related(l, first.Name, "the first one")
		}
		names[c.Name.Name] = c
		e := Edge{Action: Action{Kind: TakeCase, Name: c.Name.Name, To: VarRef{Var: -1}, Index: VarRef{Var: -1}}, At: l.at(c.Name)}
		if c.When != nil {
			e.Guard, _ = l.expr(c.When, boolType)
		}
		body := l.option(at, e, c)
		open = append(open, l.block(c.Body, body))
	}
	return l.join(s, open...)
}

// pick = "decide" name "in" slots "{" stmts "}"; passed over when there is no member to pick
func (l *lowerer) pick(s *dsl.Pick, at int) int {
	g, states, ok := l.slots(s.In, s.At)
	if !ok || !l.unused(s.Name) {
		return at
	}
	l.push()
	defer l.pop()
	none, some := l.state(s), l.state(s)
	count := &Expr{Op: OpCount, N: int32(g), States: states}
	l.m.States[at].At = l.at(s)
	l.m.States[at].Edges = []Edge{
		{Guard: &Expr{Op: OpEq, X: count, Y: number(0)}, Action: skip(), Next: none, At: l.at(s)},
		{Action: skip(), Next: some, At: l.at(s)},
	}
	v := l.bindNew(s.Name, indexType(l.m.Groups[g].Len))
	st := &l.m.States[some]
	st.Kind, st.Site, st.At = Deciding, l.site(s), l.at(s)
	e := Edge{Action: Action{Kind: PickMember, Group: g, States: states, Index: VarRef{Var: v}, To: VarRef{Var: -1}}, At: l.at(s.Name)}
	body := l.option(some, e, s)
	return l.join(s, none, l.block(s.Body, body))
}

// indexType is the type of the index of a group.
func indexType(length int) *Type { return &Type{Kind: Range, Name: "an index", Hi: int64(length - 1)} }

// goneFrame is an "on gone" around the statements being lowered.
type goneFrame struct {
	stmt  *dsl.OnGone
	ref   memberRef
	entry int // of the handler
	call  int
	used  *bool

	falls  bool // the handler goes on after the block
	visits int  // the for loops around it
	left   map[*dsl.For]bool
}

// visit is a for over the members of a group.
type visit struct {
	stmt  *dsl.For
	group int
}

// onGone = "on" "gone" end block "in" block: every wait and send on that end inside the block, in subs too, gets the option.
func (l *lowerer) onGone(s *dsl.OnGone, at int) int {
	l.push()
	defer l.pop()
	r, ok := l.end(s.End, true)
	if ok && l.field(r).Handle {
		l.errorf(s.End, dsl.EndMisplaced, "a handle is never gone: it reports Ended() or Crashed()")
		ok = false
	}
	if !ok {
		return l.block(s.Body, at)
	}
	frame := goneFrame{stmt: s, ref: r, entry: l.state(s.Handler), call: l.call, used: new(bool)}
	handled := l.block(s.Handler, frame.entry)
	frame.falls, frame.visits, frame.left = handled >= 0, len(l.visits), map[*dsl.For]bool{}
	l.scope.symbols = map[string]*symbol{} // the index of the member that is gone is a name of the handler only
	l.gones = append(l.gones, frame)
	out := l.block(s.Body, at)
	l.gones = l.gones[:len(l.gones)-1]
	if !*frame.used {
		l.errorf(s.Handler, dsl.StatementUnreachable, "this is never reached: nothing in the block waits on %s", exprText(s.End))
	}
	return l.join(s, out, handled)
}

// goneOptions adds what the blocks around a waiting state say about ends that lose their peer, innermost first.
func (l *lowerer) goneOptions(at int) {
	for i := len(l.gones) - 1; i >= 0; i-- {
		f := l.gones[i]
		for _, e := range append([]Edge(nil), l.m.States[at].Edges...) {
			if e.Action.Kind != SendMsg && e.Action.Kind != ReceiveMsg || !f.covers(e.Action.Slot, e.Action.Peer) {
				continue
			}
			*f.used = true
			if !l.hasGone(at, e.Action.Slot, e.Action.Peer) {
				l.goneEdge(at, f, e)
				l.warnLeft(f)
			}
		}
	}
}

// warnLeft warns of a for over the ends of which one may be gone, if the handler goes on behind it: the members after that one are not visited.
func (l *lowerer) warnLeft(f goneFrame) {
	if !f.falls {
		return
	}
	for _, v := range l.visits[f.visits:] {
		if v.group == f.ref.group && !f.left[v.stmt] {
			f.left[v.stmt] = true
			what := exprText(f.stmt.End)
			p := l.errorf(v.stmt, dsl.ForLeft, "this for is left when %s is gone, and the members after that one are not visited", what).related(l, f.stmt.End, "what leaves it")
			p.d.Severity = dsl.Warning
		}
	}
}

// covers reports whether the frame speaks of that slot and peer.
func (f goneFrame) covers(s SlotRef, peer int) bool {
	if s.Group != f.ref.group || s.Field != f.ref.field || f.ref.peer >= 0 && f.ref.peer != peer {
		return false
	}
	return f.ref.any || !s.Any && sameExpr(s.Index, f.ref.index)
}

func (l *lowerer) hasGone(at int, s SlotRef, peer int) bool {
	for _, e := range l.m.States[at].Edges {
		a := e.Action
		if a.Kind == GonePeer && a.Peer == peer && a.Slot.Group == s.Group && a.Slot.Field == s.Field && a.Slot.Any == s.Any &&
			sameExpr(a.Slot.Index, s.Index) && sameStates(a.Slot.States, s.States) {
			return true
		}
	}
	return false
}

// goneEdge adds a gone option beside the option e on the same end, under the guards of all options on it.
func (l *lowerer) goneEdge(at int, f goneFrame, e Edge) {
	slot := e.Action.Slot
	var guard *Expr
	free := false
	for _, o := range l.m.States[at].Edges {
		k := o.Action.Kind
		if (k == SendMsg || k == ReceiveMsg) && o.Action.Peer == e.Action.Peer && o.Action.Slot.Group == slot.Group && o.Action.Slot.Field == slot.Field {
			if o.Guard == nil {
				free = true
			} else if guard == nil {
				guard = o.Guard
			} else {
				guard = fold(&Expr{Op: OpOr, X: guard, Y: o.Guard})
			}
		}
	}
	if free {
		guard = nil
	}
	call := l.call
	l.call = f.call
	if f.ref.any && slot.Any {
		slot.Bind = f.ref.bind
	}
	none := VarRef{Var: -1}
	gone := Edge{Guard: guard, Action: Action{Kind: GonePeer, Slot: slot, Peer: e.Action.Peer, To: none, Index: none}, At: l.at(f.stmt)}
	next := l.state(f.stmt)
	gone.Next = next
	l.m.States[at].Edges = append(l.m.States[at].Edges, gone)
	if f.ref.any && !slot.Any {
		index := slot.Index
		if index == nil {
			index = number(0)
		}
		next = l.local(next, Action{Kind: Assign, To: f.ref.bind, Value: index, Index: none}, f.stmt)
	}
	next = l.release(next, slot, f.stmt)
	l.link(next, f.entry)
	l.call = call
}

func sameStates(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
