package session

// Role is a role of a protocol.
type Role struct {
	Protocol *Protocol
	Role     int
}

// Abandoned returns the roles whose ends may ever be abandoned in a system: by an abandon, by a crash (a fault, or the loss of a peer that is not
// heard of) of a component that may hold them, or in a queue that is dropped because the end that it leads to was abandoned.
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
			for k := range m.States {
				st := &m.States[k]
				for e := range st.Edges {
					a := &st.Edges[e].Action
					switch a.Kind {
					case AbandonEnd:
						if t := m.endOf(&a.Slot); t != nil {
							mark(t)
						}
					case SendMsg, ReceiveMsg:
						if t := m.endOf(&a.Slot); all[Role{t.Protocol, a.Peer}] && !hearsOfLoss(st, a) {
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

// endOf returns the type of the ends in a slot, nil if it holds handles.
func (m *Machine) endOf(s *SlotRef) *EndType { return m.Groups[s.Group].Fields[s.Field].End }

// hearsOfLoss reports whether a state has a gone option, without a guard, for every slot that a send or receive may wait on.
func hearsOfLoss(st *State, a *Action) bool {
	for e := range st.Edges {
		b := &st.Edges[e].Action
		if b.Kind != GonePeer || b.Peer != a.Peer || st.Edges[e].Guard != nil || b.Slot.Group != a.Slot.Group || b.Slot.Field != a.Slot.Field {
			continue
		}
		if b.Slot.Any && b.Slot.States == nil || a.Slot.Index == nil && b.Slot.Index == nil && !a.Slot.Any && !b.Slot.Any {
			return true
		}
	}
	return false
}
