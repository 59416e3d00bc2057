package session

import "slices"

// Role is a role of a protocol.
type Role struct {
	Protocol *Protocol
	Role     int
}

// Abandoned returns the roles whose ends may ever be abandoned in a system while others of the session are there: by an abandon, by a crash (a
// fault, or the loss of a peer that is not heard of) of a component that may hold them, or in a queue that is dropped because the end that it leads
// to was abandoned. To give up the end of a session of two when the other one has gone, and was heard to have gone, does not count: then nobody is there
// to notice, and nothing is queued any more.
func (s *System) Abandoned() map[Role]bool {
	all := map[Role]bool{}
	grew := true
	mark := func(t *EndType) {
		if r := (Role{t.Protocol, t.Role}); !all[r] {
			all[r], grew = true, true
		}
	}
	crashes := func(m *Machine) {
		for g := range m.Groups {
			for _, f := range m.Groups[g].Fields {
				if f.End != nil {
					mark(f.End)
				}
			}
		}
	}
	for _, c := range s.Crash {
		crashes(s.Machines[s.Instances[c].Machine])
	}
	for grew {
		grew = false
		for _, m := range s.Machines {
			answers := m.answers()
			for k, in := range m.reachable(all) {
				if !in {
					continue
				}
				st := &m.States[k]
				for e := range st.Edges {
					a := &st.Edges[e].Action
					switch a.Kind {
					case AbandonEnd:
						if t := m.endOf(&a.Slot); t != nil && !answers[k] {
							mark(t)
						}
					case SendMsg, ReceiveMsg:
						if t := m.endOf(&a.Slot); all[Role{t.Protocol, a.Peer}] && !hearsOfLoss(st, &st.Edges[e]) {
							crashes(m)
						}
					}
				}
			}
		}
		for _, p := range s.Protocols {
			for from := range p.Locals {
				for _, st := range p.Locals[from].States {
					for _, e := range st.Edges {
						if !e.Send || !all[Role{p, e.Peer}] {
							continue
						}
						for _, f := range p.Labels[e.Label].Fields {
							if f.Type.Kind == End {
								mark(f.Type.End)
							}
						}
					}
				}
			}
		}
	}
	return all
}

// reachable marks the states that a machine comes to, if nobody is ever gone but those roles.
func (m *Machine) reachable(gone map[Role]bool) []bool {
	in := make([]bool, len(m.States))
	for todo := []int{0}; len(todo) > 0; {
		k := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if in[k] {
			continue
		}
		in[k] = true
		for e := range m.States[k].Edges {
			a := &m.States[k].Edges[e].Action
			if a.Kind == GonePeer && !gone[Role{m.endOf(&a.Slot).Protocol, a.Peer}] {
				continue
			}
			todo = append(todo, m.States[k].Edges[e].Next)
		}
	}
	return in
}

// answers marks the states that give up an end that nobody waits at: of a session of two, because the other one is gone, and for no other reason; or
// with all other ends of its session.
func (m *Machine) answers() []bool {
	entries := make([]int, len(m.States))
	entries[0] = 1
	for k := range m.States {
		for e := range m.States[k].Edges {
			entries[m.States[k].Edges[e].Next]++
		}
	}
	heard := make([]int, len(m.States)) // how many of the entries have just heard that
	for k := range m.States {
		for e := range m.States[k].Edges {
			if at := m.answer(&m.States[k].Edges[e], entries); at >= 0 {
				heard[at]++
			}
		}
	}
	all := make([]bool, len(m.States))
	for k := range all {
		all[k] = heard[k] > 0 && heard[k] == entries[k]
	}
	for k := range m.States {
		m.together(k, entries, all)
	}
	return all
}

// together marks the states that give up a session that was just made, one end after the other: nobody else has ever held any.
func (m *Machine) together(k int, entries []int, all []bool) {
	var chain []int
	left := -1 // ends of the session
	for at := k; left != 0; at = m.States[at].Edges[0].Next {
		st := &m.States[at]
		if st.Kind != LocalStep || len(st.Edges) != 1 || st.Edges[0].Action.Kind != AbandonEnd || at != k && entries[at] != 1 {
			return
		}
		g := &m.Groups[st.Edges[0].Action.Slot.Group]
		if !g.fresh() || left >= 0 && st.Edges[0].Action.Slot.Group != m.States[k].Edges[0].Action.Slot.Group {
			return
		}
		if left < 0 {
			left = len(g.Fields)
		}
		left--
		chain = append(chain, at)
	}
	for _, at := range chain {
		all[at] = true
	}
}

// fresh reports whether a group holds what new makes: an end for each role.
func (g *Group) fresh() bool {
	if g.Kind != Single || len(g.Fields) < 2 {
		return false
	}
	for r, f := range g.Fields {
		if f.End == nil || f.End.Role != r || f.End.Protocol != g.Fields[0].End.Protocol || len(f.End.Protocol.Roles) != len(g.Fields) {
			return false
		}
	}
	return true
}

// answer returns the state that gives up the end of which an edge hears that the other one of its session of two is gone, perhaps after some
// assignments; -1 if there is none.
func (m *Machine) answer(e *Edge, entries []int) int {
	a := &e.Action
	if a.Kind != GonePeer || len(m.endOf(&a.Slot).Protocol.Roles) > 2 {
		return -1
	}
	index := a.Slot.Index
	if a.Slot.Any {
		if a.Slot.Bind.Var < 0 || a.Slot.Bind.Index != nil {
			return -1
		}
		index = &Expr{Op: OpVar, N: int32(a.Slot.Bind.Var)}
	}
	for at := e.Next; ; {
		st := &m.States[at]
		if st.Kind != LocalStep || len(st.Edges) != 1 {
			return -1
		}
		switch b := &st.Edges[0].Action; b.Kind {
		case AbandonEnd:
			if b.Slot.Group == a.Slot.Group && b.Slot.Field == a.Slot.Field && !b.Slot.Any && same(index, b.Slot.Index) {
				return at
			}
			return -1
		case Assign:
			if index != nil && index.reads(b.To.Var) || entries[at] != 1 {
				return -1
			}
		case Skip:
			if entries[at] != 1 {
				return -1
			}
		default:
			return -1
		}
		at = st.Edges[0].Next
	}
}

// same reports whether two expressions are written alike.
func same(x, y *Expr) bool {
	if x == nil || y == nil {
		return x == y
	}
	return x.Op == y.Op && x.N == y.N && x.I == y.I && slices.Equal(x.States, y.States) && same(x.X, y.X) && same(x.Y, y.Y)
}

// reads reports whether an expression may read a variable.
func (e *Expr) reads(v int) bool {
	return e != nil && (e.Op == OpVar && int(e.N) == v || e.X.reads(v) || e.Y.reads(v))
}

// implies reports whether it can be read off two guards that one holds wherever the other does.
func implies(x, y *Expr) bool {
	return y == nil || x != nil && (same(x, y) || y.Op == OpOr && (implies(x, y.X) || implies(x, y.Y)) || x.Op == OpAnd && (implies(x.X, y) || implies(x.Y, y)))
}

// endOf returns the type of the ends in a slot, nil if it holds handles.
func (m *Machine) endOf(s *SlotRef) *EndType { return m.Groups[s.Group].Fields[s.Field].End }

// hearsOfLoss reports whether a state has a gone option for every slot that a send or receive may wait on, where that waits at all.
func hearsOfLoss(st *State, waits *Edge) bool {
	a := &waits.Action
	for e := range st.Edges {
		b := &st.Edges[e].Action
		if b.Kind != GonePeer || b.Peer != a.Peer || !implies(waits.Guard, st.Edges[e].Guard) || b.Slot.Group != a.Slot.Group || b.Slot.Field != a.Slot.Field {
			continue
		}
		if b.Slot.Any && (b.Slot.States == nil || a.Slot.Any && within(a.Slot.States, b.Slot.States)) || !a.Slot.Any && !b.Slot.Any && same(a.Slot.Index, b.Slot.Index) {
			return true
		}
	}
	return false
}

// within reports whether some states are among others; nil are all.
func within(some, others []int) bool {
	return others == nil || some != nil && !slices.ContainsFunc(some, func(s int) bool { return !slices.Contains(others, s) })
}
