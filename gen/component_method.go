package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// methods writes what may be done in a state.
func (s *component) methods(i int) ([]string, error) {
	state := &s.m.States[i]
	switch {
	case state.Kind == session.Ended:
		return nil, nil
	case state.Kind == session.Deciding:
		return s.decide(i)
	}
	first := &state.Edges[0]
	plain := first.Guard == nil && !first.Action.Slot.Any
	switch {
	case len(state.Edges) == 1 && plain && first.Action.Kind == session.SendMsg:
		return s.one(s.send(i, first, nil))
	case len(state.Edges) == 1 && plain && (first.Action.Kind == session.NewSession || first.Action.Kind == session.StartChild):
		return s.one(s.make(s.names[i], first, ""))
	case len(state.Edges) == 2 && plain && first.Action.Kind == session.SendMsg && s.lossOf(first, &state.Edges[1]):
		return s.one(s.send(i, first, &state.Edges[1]))
	case s.receives(state):
		return s.one(s.receive(i))
	}
	return s.one(s.choose(i))
}

func (s *component) one(method string, err error) ([]string, error) { return []string{method}, err }

// lossOf reports whether the second of two edges is the loss of the peer that the first sends to, and what follows has one type.
func (s *component) lossOf(send, gone *session.Edge) bool {
	a, b := &send.Action, &gone.Action
	if b.Kind != session.GonePeer || gone.Guard != nil || a.Peer != b.Peer || s.slot(a.Slot) != s.slot(b.Slot) || b.Slot.Any || s.index(a.Slot, "") != s.index(b.Slot, "") {
		return false
	}
	return slices.Equal(s.targets(send.Next), s.targets(gone.Next))
}

// receives reports whether a state only receives, and from one peer.
func (s *component) receives(state *session.State) bool {
	first := &state.Edges[0].Action
	for k := range state.Edges {
		e := &state.Edges[k]
		a := &e.Action
		switch a.Kind {
		case session.ReceiveMsg:
		case session.ChildEnded, session.ChildCrashed:
		default:
			return false
		}
		if e.Guard != nil || a.Slot.Any || a.Peer != first.Peer || s.slot(a.Slot) != s.slot(first.Slot) || s.index(a.Slot, "") != s.index(first.Slot, "") {
			return false
		}
	}
	return true
}

// head starts a method: the state must be alive.
func (s *component) head(doc, state, method, params, next, zero string) string {
	return fmt.Sprintf("// %s %s.\nfunc (s %s) %s(%s) (%s, error) {\ne := s.e\nif e == nil {\nreturn %s, channel.DeadState(%q, %q)\n}\n",
		method, doc, state, method, params, next, zero, state, method)
}

// op declares an operation and returns its name.
func (s *component) op(state, method string, at dsl.Position, fields string) string {
	name := unused(unexported(state)+method+"Op", s.operators)
	if fields != "" {
		fields = ", " + fields
	}
	s.OpNames = append(s.OpNames, name)
	s.Ops = append(s.Ops, fmt.Sprintf("%s = channel.Op{State: %q, Method: %q%s, At: %q}", name, state, method, fields, statement(s.c.Package, at)))
	return name
}

// sending is a send in the making.
type sending struct {
	params []string
	before []string // checks
	after  []string // between Begin and Commit
}

func (s *component) sending(e *session.Edge, state, method, zero string) (*sending, error) {
	a := &e.Action
	t := s.field(a.Slot)
	label := t.Protocol.Labels[a.Label]
	w := &sending{}
	ends := 0
	var puts []string
	for k, field := range label.Fields {
		arg := a.Args[k]
		if field.Type.Kind == session.End {
			if arg.Kind != session.Delegated {
				return nil, fmt.Errorf("%s sends no end as %s", label.Name, field.Name)
			}
			w.after = append(w.after, fmt.Sprintf("e.Give(%d, %s, %s)", ends, s.slot(arg.Slot), s.index(arg.Slot, "")))
			ends++
			continue
		}
		sh, err := s.shapeOf(field.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: field %s: %w", label.Name, field.Name, err)
		}
		value := parameter(field.Name)
		if arg.Kind == session.Value {
			lo, hi := field.Type.Bounds()
			value = s.bounded(arg.Value, field.Type, func(*session.Machine) int { return int(lo) }, func(*session.Machine) int { return int(hi) }, field.Name, lineAt(e.At))
		} else {
			w.params = append(w.params, value+" "+sh.API)
			if sh.Check != "" {
				w.before = append(w.before, fmt.Sprintf("if %s {\nreturn %s, channel.BadArgument(%q, %q, %q)\n}",
					strings.ReplaceAll(sh.Check, "%[1]s", value), zero, state, method, field.Name+" "+sh.Why))
			}
		}
		puts = append(puts, fmt.Sprintf(sh.Put, value, "p."+exported(field.Name)))
	}
	if len(puts) > 0 {
		w.after = append(w.after, fmt.Sprintf("p := channel.Out[%s](&e.Endpoint)", s.payload(t.Protocol, a.Label)))
		w.after = append(w.after, puts...)
	}
	w.after = append(w.after, "e.Commit()")
	return w, nil
}

// parameter is a name of the source as a parameter that hides nothing of the stub.
func parameter(name string) string {
	switch name {
	case "m", "o", "run", "taken", "guards", "d", "ends", "end":
		return name + "_"
	}
	return local(name)
}

func (s *component) sendOp(state, method string, e *session.Edge, more string) string {
	a := &e.Action
	t := s.field(a.Slot)
	return s.op(state, method, e.At, fmt.Sprintf("Slot: %s, Peer: %d, Label: %d, Point: channel.AnyPoint%s", s.slot(a.Slot), a.Peer, s.label(t.Protocol, a.Label, t.Role, a.Peer), more))
}

// send is a method that waits for room and sends; gone is the edge for the loss of the peer, nil if it has none.
func (s *component) send(i int, e, gone *session.Edge) (string, error) {
	a := &e.Action
	method := "Send" + s.slotName(a.Slot) + s.edgeName(e)
	state, next, zero := s.names[i], s.next(e.Next), s.zero(e.Next)
	w, err := s.sending(e, state, method, zero)
	if err != nil {
		return "", err
	}
	more, doc := "", "does "+s.said(e)
	if gone != nil {
		more, doc = ", Gone: true", doc+", or sees that the peer is gone"
	}
	op := s.sendOp(state, method, e, more)
	var b strings.Builder
	b.WriteString(s.head(doc, state, method, strings.Join(w.params, ", "), next, zero))
	put(&b, w.before)
	fmt.Fprintf(&b, "if err := e.Begin(s.step, &%s, %s); err != nil {\n", op, s.index(a.Slot, ""))
	if gone != nil {
		b.WriteString("if err == channel.ErrGone {\n")
		list, result := s.settle(gone.Next)
		put(&b, list)
		fmt.Fprintf(&b, "return %s, nil\n}\n", result)
	}
	fmt.Fprintf(&b, "return %s, err\n}\n", zero)
	put(&b, w.after)
	put(&b, s.advance(a, s.index(a.Slot, "")))
	s.leave(&b, e.Next)
	return b.String(), nil
}

// leave settles and returns.
func (s *component) leave(b *strings.Builder, next int) {
	list, result := s.settle(next)
	put(b, list)
	fmt.Fprintf(b, "return %s, nil\n}\n", result)
}

func put(b *strings.Builder, lines []string) {
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
}

// made is a new session or a started component.
func (s *component) made(e *session.Edge) (list []string, params string, err error) {
	a := &e.Action
	if a.Kind == session.NewSession {
		list = append(list, fmt.Sprintf("ends := e.New(&%s)", s.qualified(a.Protocol.Package, exported(a.Protocol.Name))))
		for k, r := range a.Into {
			list = append(list, fmt.Sprintf("e.PutAt(ends[%d], %s, %s, 0)", k, s.slot(r), s.index(r, "")))
		}
		return list, "", nil
	}
	child := a.Child
	q := func(name string) string {
		return s.qualified(child.Component.Package, componentName(child.Component)+name)
	}
	var given []string
	sizes := s.sizesOf(e)
	for _, name := range session.SizeNames(child.Component) {
		given = append(given, fmt.Sprintf("%s: %s", exported(name), s.z.text(sizes[name], s.size)))
	}
	for k, p := range child.Params {
		arg := a.Args[k]
		value := ""
		if p.Group >= 0 {
			value = fmt.Sprintf("e.Lift(%s, %s)", s.slot(arg.Slot), s.index(arg.Slot, ""))
		} else if arg.Kind == session.Value {
			v := child.Vars[p.Var]
			value = s.bounded(arg.Value, v.Type, func(*session.Machine) int { return int(v.Lo) }, func(*session.Machine) int { return int(v.Hi) }, p.Name, lineAt(e.At))
		} else {
			return nil, "", fmt.Errorf("the value of %s is not followed here, and %s starts with it: give a value", p.Name, child.Component.QName())
		}
		given = append(given, exported(p.Name)+": "+value)
	}
	spawn := fmt.Sprintf("%s(&e.Endpoint, o, %s{%s}, run)", q2(s, child, "Spawn"), q("Given"), strings.Join(given, ", "))
	if len(a.Into) == 0 {
		list = append(list, spawn+".Discard()")
	} else {
		list = append(list, fmt.Sprintf("e.PutAt(%s, %s, %s, 0)", spawn, s.slot(a.Into[0]), s.index(a.Into[0], "")))
	}
	return list, "o channel.Options, run " + q("Func"), nil
}

func q2(s *component, child *session.Machine, word string) string {
	return s.qualified(child.Component.Package, word+componentName(child.Component))
}

func (s *component) sizesOf(e *session.Edge) map[string]affine {
	for i := range s.m.States {
		for k := range s.m.States[i].Edges {
			if &s.m.States[i].Edges[k] == e {
				return s.z.childSizes(i, k)
			}
		}
	}
	panic("gen: an edge of another machine")
}

// takes is the field that says what a step makes one of: its limit is asked.
func takes(a *session.Action) string {
	switch a.Kind {
	case session.NewSession:
		return fmt.Sprintf(", Takes: %q", a.Protocol.Package.Path+"."+a.Protocol.Name)
	case session.StartChild:
		return fmt.Sprintf(", Takes: %q", a.Child.Component.Package.Path+"."+a.Child.Component.Name)
	}
	return ""
}

// make is a method that makes a session or starts a component; more is what else its step says.
func (s *component) make(state string, e *session.Edge, more string) (string, error) {
	list, params, err := s.made(e)
	if err != nil {
		return "", err
	}
	method, next, zero := s.edgeName(e), s.next(e.Next), s.zero(e.Next)
	op := s.op(state, method, e.At, strings.TrimPrefix(takes(&e.Action)+more, ", "))
	var b strings.Builder
	b.WriteString(s.head("does "+s.said(e), state, method, params, next, zero))
	fmt.Fprintf(&b, "if err := e.Turn(s.step, &%s); err != nil {\nreturn %s, err\n}\n", op, zero)
	put(&b, list)
	s.leave(&b, e.Next)
	return b.String(), nil
}

// decide has a method for each case, and one that picks a member.
func (s *component) decide(i int) ([]string, error) {
	state := &s.m.States[i]
	name := s.names[i]
	var methods []string
	fair, names := "", []string{"View"}
	for k := range state.Edges {
		if state.Edges[k].Action.Kind == session.PickMember {
			names = append(names, "First", "Can")
		}
	}
	if state.Fair && state.Bound > 0 {
		names = append(names, "Due")
		field := unexported(name)
		s.Fairs = append(s.Fairs, fairDecide{field, fmt.Sprintf("channel.NewFair(%d, %d)", len(state.Edges), state.Bound)})
		fair = "e.fair." + field
		methods = append(methods, fmt.Sprintf("// Due is the case that must be taken now, counted from 0; -1: any may be.\nfunc (s %s) Due() int { return s.e.fair.%s.Due() }\n", name, field))
	}
	for k := range state.Edges {
		e := &state.Edges[k]
		method, params := method(s.edgeName(e), "Take", names...), ""
		next, zero := s.next(e.Next), s.zero(e.Next)
		var b strings.Builder
		var closed, taken string
		if e.Action.Kind == session.PickMember {
			open := s.members("Has", e.Action.Group, "member", e.Action.States)
			slot := s.slots[e.Action.Group][0]
			methods = append(methods, fmt.Sprintf("// First is the lowest member that may be picked.\nfunc (s %s) First() int {\nfor member := range s.e.Len(%s) {\nif s.Can(member) {\nreturn member\n}\n}\nreturn -1\n}\n", name, slot),
				fmt.Sprintf("// Can reports whether a member may be picked.\nfunc (s %s) Can(member int) bool {\ne := s.e\nreturn e != nil && member >= 0 && member < e.Len(%s) && %s\n}\n", name, slot, open))
			params, closed, taken = "member int", "!s.Can(member)", "e.Decided(member)"
		} else {
			if e.Guard != nil {
				closed = s.expr(&session.Expr{Op: session.OpNot, X: e.Guard}, boolean, 0)
			}
			taken = fmt.Sprintf("e.Decided(%d)", k)
			if fair != "" {
				taken = fmt.Sprintf("%s.Take(&e.Endpoint, %q, %d)", fair, name, k)
			}
		}
		b.WriteString(s.head("does "+s.said(e), name, method, params, next, zero))
		if closed != "" {
			fmt.Fprintf(&b, "if %s {\nreturn %s, channel.BadArgument(%q, %q, \"this may not be decided now\")\n}\n", closed, zero, name, method)
		}
		fmt.Fprintf(&b, "if err := e.Turn(s.step, &%s); err != nil {\nreturn %s, err\n}\n%s\n", s.op(name, method, e.At, ""), zero, taken)
		if e.Action.Kind == session.PickMember && e.Action.Index.Var >= 0 {
			fmt.Fprintf(&b, "%s = member\n", s.register(e.Action.Index.Var, e.Action.Index.Index))
		}
		s.leave(&b, e.Next)
		methods = append(methods, b.String())
	}
	return methods, nil
}
