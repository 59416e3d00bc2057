package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// loopFrame is a loop around the statements being lowered.
type loopFrame struct {
	name   string
	again  int // where continue goes
	exit   int // where break goes
	broken bool
	head   int
	node   dsl.Node
}

// loopNamed finds the loop that a break or continue means; nil, reported, if there is none.
func (l *lowerer) loopNamed(s *dsl.Leave) *loopFrame {
	for i := len(l.loops) - 1; i >= 0; i-- {
		if s.Target == nil || l.loops[i].name == s.Target.Name {
			return &l.loops[i]
		}
	}
	if s.Target != nil {
		l.errorf(s.Target, dsl.LeaveMisplaced, "no loop %s is around this %s", s.Target.Name, s.Word)
	} else {
		l.errorf(s, dsl.LeaveMisplaced, "no loop is around this %s", s.Word)
	}
	return nil
}

// inLoop lowers the body of a loop from entry on and returns the open state at its end, and the frame.
func (l *lowerer) inLoop(f loopFrame, body *dsl.Block, entry int) (out int, done loopFrame) {
	l.loops = append(l.loops, f)
	out = l.block(body, entry)
	done = l.loops[len(l.loops)-1]
	l.loops = l.loops[:len(l.loops)-1]
	return out, done
}

// loop = "loop" [ name ] [ "upto" expr ] "{" stmts "}"
func (l *lowerer) loop(s *dsl.Loop, at int) int {
	l.push()
	defer l.pop()
	name := ""
	if s.Name != nil {
		name = s.Name.Name
	}
	rounds, counter := int64(0), 0
	if s.Upto != nil {
		n, ok := l.constant(s.Upto)
		if ok && (n < 1 || n > 1<<20) {
			l.errorf(s.Upto, dsl.BoundWrong, "a loop goes round 1 to %d times, not %d", 1<<20, n)
		}
		rounds = max(n, 1)
		counter = l.hide(l.counterName(name), numberType, 0, rounds, 1, s)
		at = l.local(at, l.set(counter, number(0)), s)
	}
	head, entry, exit := l.state(s), l.state(s), l.state(s)
	l.link(at, head)
	if name != "" {
		l.m.States[entry].Names = []string{name}
	}
	f := loopFrame{name: name, again: head, exit: exit, head: head, node: s}
	if s.Upto == nil {
		l.link(head, entry)
	} else {
		v := &Expr{Op: OpVar, N: int32(counter)}
		l.m.States[head].Edges = []Edge{
			{Guard: &Expr{Op: OpLt, X: v, Y: number(rounds)}, Action: l.set(counter, &Expr{Op: OpAdd, X: v, Y: number(1)}), Next: entry, At: l.at(s)},
			{Action: skip(), Next: exit, At: l.at(s)},
		}
		l.steady[head] = true
		f.broken = true
	}
	out, f := l.inLoop(f, s.Body, entry)
	l.link(out, head)
	if s.Upto == nil {
		l.heads = append(l.heads, f)
	}
	if !f.broken {
		return -1
	}
	return exit
}

func (l *lowerer) counterName(loop string) string {
	if loop == "" {
		return "rounds"
	}
	return loop
}

func (l *lowerer) set(v int, x *Expr) Action {
	return Action{Kind: Assign, To: VarRef{Var: v}, Value: x, Index: VarRef{Var: -1}}
}

// forEach = "for" name "in" ( slots | expr ".." expr ) "{" stmts "}"
func (l *lowerer) forEach(s *dsl.For, at int) int {
	if !l.unused(s.Name) {
		return at
	}
	l.push()
	defer l.pop()
	if s.In != nil {
		return l.forMembers(s, at)
	}
	lo, fine := l.constant(s.Lo)
	hi, alsoFine := l.constant(s.Hi)
	if !fine || !alsoFine || hi < lo {
		return at
	}
	v := l.hide(s.Name.Name, &Type{Kind: Range, Name: "a number", Lo: lo, Hi: hi}, lo, hi, 1, s.Name)
	l.scope.symbols[s.Name.Name] = &symbol{kind: symVariable, variable: v, typ: l.m.Vars[v].Type, at: l.at(s.Name)}
	head := l.local(at, l.set(v, number(lo)), s)
	return l.rounds(s, v, hi, head, head)
}

// rounds runs the body from entry on for each value of the counter v up to hi; a next round starts at head.
func (l *lowerer) rounds(s *dsl.For, v int, hi int64, head, entry int) int {
	step, exit := l.state(s), l.state(s)
	body := entry
	if head == entry {
		body = l.state(s)
		l.link(head, body)
	}
	x := &Expr{Op: OpVar, N: int32(v)}
	l.m.States[step].Edges = []Edge{
		{Guard: &Expr{Op: OpLt, X: x, Y: number(hi)}, Action: l.set(v, &Expr{Op: OpAdd, X: x, Y: number(1)}), Next: head, At: l.at(s)},
		{Action: skip(), Next: exit, At: l.at(s)},
	}
	l.steady[step] = true
	if head != entry {
		l.m.States[head].Edges = append(l.m.States[head].Edges, Edge{Action: skip(), Next: step, At: l.at(s)})
	}
	out, _ := l.inLoop(loopFrame{again: step, exit: exit, head: head, node: s}, s.Body, body)
	l.link(out, step)
	return exit
}

// forMembers visits the members present at entry. Those are remembered in hidden registers only if the body may change who is there.
func (l *lowerer) forMembers(s *dsl.For, at int) int {
	g, states, ok := l.slots(s.In, s.At)
	if !ok {
		return at
	}
	n := l.m.Groups[g].Len
	v := l.hide(s.Name.Name, indexType(n), 0, int64(n-1), 1, s.Name)
	l.scope.symbols[s.Name.Name] = &symbol{kind: symVariable, variable: v, typ: l.m.Vars[v].Type, at: l.at(s.Name)}
	x := &Expr{Op: OpVar, N: int32(v)}
	first, head, entry := l.state(s), l.state(s), l.state(s)
	l.m.States[first].Edges = []Edge{{Action: l.set(v, number(0)), Next: head, At: l.at(s)}}
	l.m.States[head].Edges = []Edge{{Guard: &Expr{Op: OpPresent, N: int32(g), X: x, States: states}, Action: skip(), Next: entry, At: l.at(s)}}
	from := len(l.m.States)
	l.visits = append(l.visits, visit{s, g})
	exit := l.rounds(s, v, int64(n-1), head, entry)
	l.visits = l.visits[:len(l.visits)-1]
	if !l.changesOthers(from, g, v) {
		l.link(at, first)
		return exit
	}
	there := l.hide("in "+l.m.Groups[g].Name, boolType, 0, 1, n, s)
	for i := range n {
		a := l.set(there, &Expr{Op: OpPresent, N: int32(g), X: number(int64(i)), States: states})
		a.To.Index = number(int64(i))
		at = l.local(at, a, s)
	}
	l.link(at, first)
	l.m.States[head].Edges[0].Guard = &Expr{Op: OpAnd,
		X: &Expr{Op: OpVar, N: int32(there), X: x}, Y: &Expr{Op: OpPresent, N: int32(g), X: x}}
	return exit
}

// changesOthers reports whether the states from on may change the members of g other than the one that v visits.
func (l *lowerer) changesOthers(from, g, v int) bool {
	for _, s := range l.m.States[from:] {
		for _, e := range s.Edges {
			if e.Action.Kind == AddMember && e.Action.Group == g {
				return true
			}
			for _, slot := range slotsOf(&e.Action) {
				if slot.Group == g && (slot.Any || slot.Index == nil || slot.Index.Op != OpVar || int(slot.Index.N) != v) {
					return true
				}
			}
		}
	}
	return false
}

// slotsOf returns the slots that an action uses: its channel, ends that it moves, slots that it fills.
func slotsOf(a *Action) []SlotRef {
	var slots []SlotRef
	switch a.Kind {
	case AbandonEnd, MoveEnd, SendMsg, ReceiveMsg, GonePeer, ChildEnded, ChildCrashed:
		slots = append(slots, a.Slot)
	}
	for _, x := range a.Args {
		if x.Kind == Delegated {
			slots = append(slots, x.Slot)
		}
	}
	for _, x := range a.Binds {
		if x.Kind == Delegated {
			slots = append(slots, x.Slot)
		}
	}
	slots = append(slots, a.Into...)
	return append(slots, a.Ends...)
}
