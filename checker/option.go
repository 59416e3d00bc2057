package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// state is a machine's State compiled for one instance.
type state struct {
	id       int
	kind     session.StateKind
	priority bool
	ordered  bool // an option looks at the others: priority, else, timeout
	decl     *session.State
	options  []option
	stand    uint64 // its place in stand, if it stands
	number   int    // in model.footprints, if it stands
	forgets  []forgotten
}

// option is an Edge compiled for one instance.
type option struct {
	kind     session.ActionKind
	edge     *session.Edge
	number   int // in model.edges
	index    int // in its state
	guard    expr
	next     int
	ref      ref
	peer     int
	label    int
	args     []arg
	wild     []uint64 // how many values each arg that is not followed to its source can have
	into     []ref
	ends     []ref
	to       cell
	member   cell // Index of add and pick
	value    expr
	protocol *protocol      // NewSession
	pool     []*instance    // StartChild
	group    *session.Group // AddMember, PickMember
	at       []bool         // PickMember: codes of the first field
}

// argKind says what an arg does.
type argKind uint8

const (
	argNothing argKind = iota
	argValue           // a value that the state holds, or that may leave its range
	argWild            // every value
	argEnd
)

// arg is a field of a message or a parameter of a started component.
type arg struct {
	kind   argKind
	value  expr
	pay    *payload // in a message; nil if the state does not hold it
	lo, hi int64    // what the receiver of the value admits
	to     cell     // receive
	ref    ref      // argEnd
	param  int      // start: Var
	group  int      // start: Group
}

// ref is a compiled SlotRef: member k of its group has slot base + k*stride.
type ref struct {
	base, stride, n int
	any             bool
	index           expr // nil: 0
	at              []bool
	bind            cell
}

func (m *model) ref(i *instance, s session.SlotRef) ref {
	g := &i.machine.Groups[s.Group]
	return ref{base: g.Base + s.Field, stride: len(g.Fields), n: g.Len, any: s.Any, index: m.expr(i, s.Index),
		at: m.allowed(i, s.Group, s.Field, s.States), bind: m.cell(i, s.Bind)}
}

// refs compiles the targets of new, start and add; a field that goes nowhere has group -1.
func (m *model) refs(i *instance, all []session.SlotRef) []ref {
	var out []ref
	for _, s := range all {
		if s.Group < 0 {
			out = append(out, ref{})
			continue
		}
		out = append(out, m.ref(i, s))
	}
	return out
}

// addStates compiles the control of every instance. Registers and slots have their places by now.
func (m *model) addStates() {
	number := make([]int, len(m.sys.Machines)) // of each machine's first edge
	for k, mc := range m.sys.Machines {
		number[k] = len(m.edges)
		for s := range mc.States {
			for e := range mc.States[s].Edges {
				m.edges = append(m.edges, edgeAt{machine: mc, index: k, state: s, edge: e})
			}
		}
	}
	live := lives{}
	for _, i := range m.instances {
		n := number[i.index]
		i.states = make([]state, len(i.machine.States))
		for s := range i.machine.States {
			decl := &i.machine.States[s]
			x := &i.states[s]
			*x = state{id: s, kind: decl.Kind, priority: decl.Priority && decl.Kind == session.Waiting, decl: decl}
			x.ordered = x.priority
			for e := range decl.Edges {
				x.options = append(x.options, m.option(i, &decl.Edges[e], e, n))
				n++
				k := decl.Edges[e].Action.Kind
				x.ordered = x.ordered || k == session.ElseOption || k == session.TimeoutOption
			}
			if stands(decl) {
				x.forgets = m.forgottenAt(i, s, live.of(i.machine))
				x.stand = uint64(len(i.stand))
				x.number = len(m.footprints)
				m.footprints = append(m.footprints, nil)
				i.stand = append(i.stand, x)
			}
		}
	}
}

// stands reports whether a component can be seen to be at a state: it waits or decides there, or abandons an end, which others notice and
// which is therefore a step of its own.
func stands(s *session.State) bool {
	if s.Kind == session.LocalStep {
		for e := range s.Edges {
			if s.Edges[e].Action.Kind == session.AbandonEnd {
				return true
			}
		}
		return false
	}
	return s.Kind != session.Ended
}

func (m *model) option(i *instance, e *session.Edge, index, number int) option {
	a := &e.Action
	o := option{kind: a.Kind, edge: e, number: number, index: index, guard: m.expr(i, e.Guard), next: e.Next, peer: a.Peer, label: a.Label,
		value: m.expr(i, a.Value), to: cell{nowhere: true}, member: cell{nowhere: true}}
	switch a.Kind {
	case session.Assign:
		o.to = m.cell(i, a.To)
	case session.AbandonEnd, session.GonePeer, session.ChildEnded, session.ChildCrashed:
		o.ref = m.ref(i, a.Slot)
	case session.MoveEnd:
		o.ref, o.into = m.ref(i, a.Slot), m.refs(i, a.Into)
	case session.SendMsg:
		o.ref = m.ref(i, a.Slot)
		m.sendArgs(i, &o, a)
	case session.ReceiveMsg:
		o.ref = m.ref(i, a.Slot)
		m.binds(i, &o, a)
	case session.NewSession:
		o.protocol, o.into = m.protocolOf(a.Protocol), m.refs(i, a.Into)
	case session.StartChild:
		o.into = m.refs(i, a.Into)
		m.startArgs(i, &o, a)
	case session.AddMember:
		o.group, o.ends, o.member = &i.machine.Groups[a.Group], m.refs(i, a.Ends), m.cell(i, a.Index)
	case session.PickMember:
		o.group, o.at, o.member = &i.machine.Groups[a.Group], m.allowed(i, a.Group, 0, a.States), m.cell(i, a.Index)
	}
	return o
}

// letter returns the messages of the label that a send or receive names; nil if nobody sends it.
func (m *model) letter(i *instance, a *session.Action, send bool) *letter {
	t := i.machine.Groups[a.Slot.Group].Fields[a.Slot.Field].End
	from, to := t.Role, a.Peer
	if !send {
		from, to = to, from
	}
	alpha := m.protocolOf(t.Protocol).alphabets[from][to]
	if alpha == nil || alpha.labels[a.Label].count == 0 {
		return nil
	}
	return &alpha.labels[a.Label]
}

// payload returns where a letter holds a field, nil if it does not.
func (l *letter) payload(field int) *payload {
	if l != nil {
		for p := range l.payloads {
			if l.payloads[p].field == field {
				return &l.payloads[p]
			}
		}
	}
	return nil
}

func (m *model) sendArgs(i *instance, o *option, a *session.Action) {
	l, label := m.letter(i, a, true), i.machine.LabelOf(a)
	for f, x := range a.Args {
		y := arg{pay: l.payload(f)}
		switch t := label.Fields[f].Type; {
		case x.Kind == session.Delegated:
			y.kind, y.ref = argEnd, m.ref(i, x.Slot)
		case x.Kind == session.Value && t.Finite():
			y.lo, y.hi = t.Bounds()
			lo, hi := i.machine.Interval(x.Value)
			if y.pay != nil || lo < y.lo || hi > y.hi || traps(x.Value) {
				y.kind, y.value = argValue, m.expr(i, x.Value)
			}
		case y.pay != nil && y.pay.ends == nil:
			y.kind = argWild
			o.wild = append(o.wild, y.pay.n)
		}
		o.args = append(o.args, y)
	}
}

func (m *model) binds(i *instance, o *option, a *session.Action) {
	l := m.letter(i, a, false)
	for f, x := range a.Binds {
		y := arg{pay: l.payload(f)}
		switch {
		case x.Kind == session.Delegated && y.pay != nil:
			y.kind, y.ref = argEnd, m.ref(i, x.Slot)
		case x.Kind == session.Value && y.pay != nil:
			y.kind, y.to = argValue, m.cell(i, x.To)
		}
		o.args = append(o.args, y)
	}
}

func (m *model) startArgs(i *instance, o *option, a *session.Action) {
	for k, mc := range m.sys.Machines {
		if mc == a.Child {
			o.pool = m.pools[k]
		}
	}
	for p, param := range a.Child.Params {
		x, y := a.Args[p], arg{param: param.Var, group: param.Group}
		switch {
		case x.Kind == session.Delegated && param.Group >= 0:
			y.kind, y.ref = argEnd, m.ref(i, x.Slot)
		case param.Var >= 0 && x.Kind == session.Value:
			v := &a.Child.Vars[param.Var]
			y.lo, y.hi = int64(v.Lo), int64(v.Hi)
			lo, hi := i.machine.Interval(x.Value)
			followed := m.rel.Vars[a.Child][param.Var]
			if followed || lo < y.lo || hi > y.hi || traps(x.Value) {
				y.kind, y.value = argValue, m.expr(i, x.Value)
			}
		case param.Var >= 0 && x.Kind == session.Unfollowed && m.rel.Vars[a.Child][param.Var]:
			v := &a.Child.Vars[param.Var]
			y.kind, y.lo = argWild, int64(v.Lo)
			o.wild = append(o.wild, uint64(int64(v.Hi)-int64(v.Lo))+1)
		}
		o.args = append(o.args, y)
	}
}

// traps reports whether evaluating e can fail by itself.
func traps(e *session.Expr) bool {
	return e != nil && (e.Op == session.OpVar && e.X != nil || e.Op == session.OpPresent || e.Op == session.OpMod || traps(e.X) || traps(e.Y))
}
