package session

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/dsl"
)

// Environment is the most general component that holds one end: it decides every send that its role may make, may stay silent for ever where the
// protocol lets it rest, and offers every receive. Data is not followed: the checker tries every value that somebody's control depends on.
// For an end that it receives it starts an environment; to send an end it makes a fresh session and starts environments for the other roles.
// Peers that are gone end it. What it cannot do: send an end that no fresh session has, because it must stand past the start.
func Environment(p *Protocol, role int) *Machine {
	return newBench(nil).environment(&EndType{Protocol: p, Role: role, States: []int{0}})
}

// environment returns the environment of an end, made on first use and registered before it is filled: environments start each other.
func (b *bench) environment(end *EndType) *Machine {
	local := end.Protocol.Locals[end.Role]
	states := end.States
	if states == nil {
		for s := range local.States {
			states = append(states, s)
		}
	}
	key := fmt.Sprintf("%p %d %v", end.Protocol, end.Role, states)
	if m, ok := b.environments[key]; ok {
		return m
	}
	m := &Machine{Name: "any " + endText(end), External: true}
	if !slices.Equal(states, []int{0}) {
		m.Name += " at " + localStatesText(local, states)
	}
	b.environments[key] = m
	e := &environment{bench: b, m: m, local: local, stands: make([]int, len(local.States))}
	e.holder("end", &EndType{Protocol: end.Protocol, Role: end.Role, States: states})
	m.Params = []MachineParam{{Name: "end", Var: -1, Group: 0}}
	e.build(states)
	return m
}

// environment builds the machine: one control state per local state, and those between.
type environment struct {
	*bench
	m      *Machine
	local  *Local
	stands []int // per local state the control state that stands there
}

func (e *environment) holder(name string, end *EndType) int {
	e.m.Groups = append(e.m.Groups, Group{Name: name, Kind: Single, Base: e.m.Slots, Len: 1, Fields: []SlotField{{End: end}}, At: end.Protocol.At})
	e.m.Slots++
	return len(e.m.Groups) - 1
}

func (e *environment) state(kind StateKind, at dsl.Position) int {
	e.m.States = append(e.m.States, State{Kind: kind, Site: len(e.m.States), Call: -1, At: at})
	return len(e.m.States) - 1
}

func (e *environment) edge(from int, a Action, to int, at dsl.Position) {
	a.To, a.Index = VarRef{Var: -1}, VarRef{Var: -1}
	e.m.States[from].Edges = append(e.m.States[from].Edges, Edge{Action: a, Next: to, At: at})
}

// build makes the states. Where the end may stand at several states, the entry finds out at which.
func (e *environment) build(states []int) {
	entry := -1
	if len(states) != 1 || states[0] != 0 {
		entry = e.state(LocalStep, e.local.Protocol.At)
	}
	reach := e.reachable(states)
	for s, in := range reach {
		e.stands[s] = -1
		if in {
			e.stands[s] = e.state(Waiting, e.local.States[s].At)
			e.m.States[e.stands[s]].Names = e.local.States[s].Names
		}
	}
	for s, in := range reach {
		if in {
			e.fill(s)
		}
	}
	if entry >= 0 {
		for i, s := range states {
			edge := Edge{Action: skip(), Next: e.stands[s], At: e.local.Protocol.At}
			if i < len(states)-1 {
				edge.Guard = &Expr{Op: OpPresent, N: 0, X: number(0), States: []int{s}}
			}
			e.m.States[entry].Edges = append(e.m.States[entry].Edges, edge)
		}
	}
}

func (e *environment) reachable(from []int) []bool {
	in := make([]bool, len(e.local.States))
	todo := slices.Clone(from)
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		if in[s] {
			continue
		}
		in[s] = true
		for _, edge := range e.local.States[s].Edges {
			todo = append(todo, edge.Next)
		}
	}
	return in
}

// fill makes what the environment does at a local state. Where it may rest, what it sends is optional, and so is it everywhere that it leaves.
func (e *environment) fill(s int) {
	c, st := e.stands[s], e.local.States[s]
	if st.End || len(st.Edges) == 0 {
		e.m.States[c].Kind = Ended
		return
	}
	var sends, receives []LocalEdge
	for _, edge := range st.Edges {
		if !edge.Send {
			receives = append(receives, edge)
		} else if e.canMake(edge) {
			sends = append(sends, edge)
		}
	}
	owes := len(sends) > 0 && !st.Rest && len(sends)+len(receives) == len(st.Edges)
	leaves := e.leaving[Role{e.local.Protocol, e.local.Role}]
	if owes && !leaves && !slices.ContainsFunc(sends, e.otherwise) {
		e.m.States[c].Kind = Deciding
	} else {
		e.receives(c, receives)
	}
	// It commits itself to what it sends, as a component may, but goes on to receive meanwhile, unless it holds an end that it has made for it.
	for _, edge := range sends {
		w := e.state(Waiting, edge.At)
		if !e.send(edge, w) {
			e.receives(w, receives)
		}
		e.making(c, edge, w, !owes, receives)
	}
	if !owes || leaves { // it still waits: for whoever it might have spoken to
		for _, edge := range st.Edges {
			e.gone(c, edge.Peer, st.At)
		}
	}
	if leaves {
		e.edge(c, Action{Kind: AbandonEnd, Slot: SlotRef{Bind: VarRef{Var: -1}}}, e.state(Ended, st.At), st.At)
		e.last(c).Optional = true
	}
}

// last is the edge of a state that was added last.
func (e *environment) last(state int) *Edge {
	all := e.m.States[state].Edges
	return &all[len(all)-1]
}

// otherwise reports whether nobody who might make what a message carries waits for a place to make it: where there is none, all of them do something else.
func (e *environment) otherwise(edge LocalEdge) bool {
	for _, f := range e.local.Protocol.Labels[edge.Label].Fields {
		if f.Type.Kind == End {
			return e.patient != nil && !e.patient[f.Type.End.Protocol]
		}
	}
	return false
}

// canMake reports whether the environment can make the ends that a message carries.
func (e *environment) canMake(edge LocalEdge) bool {
	label := e.local.Protocol.Labels[edge.Label]
	for _, f := range label.Fields {
		if f.Type.Kind == End && f.Type.End.States != nil && !slices.Contains(f.Type.End.States, 0) {
			why := fmt.Sprintf("no environment sends %s of %s: it carries an end past its start", label.Name, e.local.Protocol.QName())
			if !slices.Contains(e.unsaid, why) {
				e.unsaid = append(e.unsaid, why)
			}
			return false
		}
	}
	return true
}

// slot of a field of a message in the environment; fresh sessions have a field per role.
func (e *environment) fieldGroup(edge LocalEdge, f Field, fields []SlotField) int {
	name := e.local.Protocol.Labels[edge.Label].Name + "." + f.Name
	for i, g := range e.m.Groups {
		if g.Name == name && sameFields(g.Fields, fields) {
			return i
		}
	}
	e.m.Groups = append(e.m.Groups, Group{Name: name, Kind: Single, Base: e.m.Slots, Len: 1, Fields: fields, At: edge.At})
	e.m.Slots += len(fields)
	return len(e.m.Groups) - 1
}

func freshFields(p *Protocol) []SlotField {
	fields := make([]SlotField, len(p.Roles))
	for r, name := range p.Roles {
		fields[r] = SlotField{Name: name, End: &EndType{Protocol: p, Role: r, States: []int{0}}}
	}
	return fields
}

// making adds to c what leads to w, where a message is sent: the ends that it carries are made on the way, one after the other. Where the environment
// may rest it is optional, and it stays silent when a further session cannot be made. A message whose first session nobody would wait for is an option
// only where there is a place for it.
func (e *environment) making(c int, edge LocalEdge, w int, rest bool, receives []LocalEdge) {
	label := e.local.Protocol.Labels[edge.Label]
	next, first := w, slices.IndexFunc(label.Fields, func(f Field) bool { return f.Type.Kind == End })
	for i := len(label.Fields) - 1; i >= 0; i-- {
		if label.Fields[i].Type.Kind != End {
			continue
		}
		end := label.Fields[i].Type.End
		g := e.fieldGroup(edge, label.Fields[i], freshFields(end.Protocol))
		var into []SlotRef
		for r := range end.Protocol.Roles {
			into = append(into, SlotRef{Group: g, Field: r, Bind: VarRef{Var: -1}})
		}
		for r := len(end.Protocol.Roles) - 1; r >= 0; r-- {
			if r == end.Role {
				continue
			}
			child := e.environment(&EndType{Protocol: end.Protocol, Role: r, States: []int{0}})
			s := e.state(Waiting, edge.At)
			e.edge(s, Action{Kind: StartChild, Child: child, Args: []Arg{{Kind: Delegated, To: VarRef{Var: -1}, Slot: into[r]}}}, next, edge.At)
			next = s
		}
		make := Action{Kind: NewSession, Protocol: end.Protocol, Into: into}
		if i == first && (rest || e.otherwise(edge)) {
			e.edge(c, make, next, edge.At)
			e.last(c).Optional = rest
			return
		}
		s := e.state(Waiting, edge.At)
		e.edge(s, make, next, edge.At)
		if rest {
			silent := e.state(Waiting, edge.At)
			e.receives(silent, receives)
			e.gone(silent, edge.Peer, edge.At)
			e.edge(s, Action{Kind: ElseOption}, silent, edge.At)
		}
		next = s
	}
	e.edge(c, Action{Kind: TakeCase, Name: label.Name}, next, edge.At)
	e.last(c).Optional = rest
}

// send sends from w and reports whether the message carries ends.
func (e *environment) send(edge LocalEdge, w int) (carries bool) {
	a := Action{Kind: SendMsg, Slot: SlotRef{Bind: VarRef{Var: -1}}, Peer: edge.Peer, Label: edge.Label}
	for _, f := range e.local.Protocol.Labels[edge.Label].Fields {
		arg := Arg{To: VarRef{Var: -1}}
		if f.Type.Kind == End {
			arg.Kind = Delegated
			arg.Slot = SlotRef{Group: e.fieldGroup(edge, f, freshFields(f.Type.End.Protocol)), Field: f.Type.End.Role, Bind: VarRef{Var: -1}}
		}
		a.Args = append(a.Args, arg)
	}
	e.edge(w, a, e.stands[edge.Next], edge.At)
	var made []SlotRef
	for _, arg := range a.Args {
		if arg.Kind == Delegated {
			made = append(made, arg.Slot)
		}
	}
	e.gone(w, edge.Peer, edge.At, made...)
	return len(made) > 0
}

// receives offers all receives at w.
func (e *environment) receives(w int, list []LocalEdge) {
	for _, edge := range list {
		a := Action{Kind: ReceiveMsg, Slot: SlotRef{Bind: VarRef{Var: -1}}, Peer: edge.Peer, Label: edge.Label}
		next := e.stands[edge.Next]
		fields := e.local.Protocol.Labels[edge.Label].Fields
		for _, f := range fields {
			arg := Arg{To: VarRef{Var: -1}, Name: f.Name}
			if f.Type.Kind == End {
				arg.Kind = Delegated
				arg.Slot = SlotRef{Group: e.fieldGroup(edge, f, []SlotField{{End: f.Type.End}}), Bind: VarRef{Var: -1}}
			}
			a.Binds = append(a.Binds, arg)
		}
		for i := len(fields) - 1; i >= 0; i-- {
			if a.Binds[i].Kind == Delegated {
				s := e.state(Waiting, edge.At)
				e.edge(s, Action{Kind: StartChild, Child: e.environment(fields[i].Type.End), Args: []Arg{{Kind: Delegated, To: VarRef{Var: -1}, Slot: a.Binds[i].Slot}}}, next, edge.At)
				next = s
			}
		}
		e.edge(w, a, next, edge.At)
		e.gone(w, edge.Peer, edge.At)
	}
}

// gone ends the environment when a peer that it waits for is gone, with what it has in hand.
func (e *environment) gone(w, peer int, at dsl.Position, made ...SlotRef) {
	for _, edge := range e.m.States[w].Edges {
		if edge.Action.Kind == GonePeer && edge.Action.Peer == peer {
			return
		}
	}
	end := SlotRef{Bind: VarRef{Var: -1}}
	next := e.state(Ended, at)
	for _, slot := range append(made, end) {
		drop := e.state(LocalStep, at)
		e.edge(drop, Action{Kind: AbandonEnd, Slot: slot}, next, at)
		next = drop
	}
	e.edge(w, Action{Kind: GonePeer, Slot: end, Peer: peer}, next, at)
}
