package session

// Explicit is the system with environments that decide beforehand whether they take an optional step or stay silent, for those who know no such
// steps: the models that are exported, and a test that holds optional steps to it.
func (s *System) Explicit() *System {
	optional := func(m *Machine) bool {
		for k := range m.States {
			for e := range m.States[k].Edges {
				if m.States[k].Edges[e].Optional {
					return true
				}
			}
		}
		return false
	}
	copies := map[*Machine]*Machine{}
	for _, m := range s.Machines {
		if m.Component == nil {
			c := *m
			copies[m] = &c
		}
	}
	out := *s
	out.Machines = nil
	for _, m := range s.Machines {
		c := copies[m]
		if c == nil {
			out.Machines = append(out.Machines, m)
			continue
		}
		c.States = nil
		for _, st := range m.States {
			x := st
			x.Edges = append([]Edge(nil), st.Edges...)
			for e := range x.Edges {
				if child := copies[x.Edges[e].Action.Child]; child != nil {
					x.Edges[e].Action.Child = child
				}
			}
			c.States = append(c.States, x)
		}
		if optional(m) {
			c.decide()
		}
		out.Machines = append(out.Machines, c)
	}
	return &out
}

// decide replaces each state with optional steps by a decision: to take one of them, or to stay silent.
func (m *Machine) decide() {
	add := func(like *State, kind StateKind, edges ...Edge) int {
		m.States = append(m.States, State{Kind: kind, Names: like.Names, Site: len(m.States), Call: like.Call, Edges: edges, At: like.At})
		return len(m.States) - 1
	}
	for k := range len(m.States) {
		st := m.States[k]
		var sure, may []Edge
		for _, e := range st.Edges {
			if e.Optional {
				e.Optional = false
				may = append(may, e)
			} else {
				sure = append(sure, e)
			}
		}
		if len(may) == 0 {
			continue
		}
		silent := add(&st, Waiting, sure...)
		cases := []Edge{{Action: take("silent"), Next: silent, At: st.At}}
		for _, e := range may {
			next := e.Next
			switch e.Action.Kind {
			case TakeCase:
			case AbandonEnd:
				next = add(&st, LocalStep, e)
			default:
				other := e
				other.Action, other.Next = skip(), silent
				other.Action.Kind = ElseOption
				next = add(&st, Waiting, append([]Edge{e, other}, sure...)...)
			}
			cases = append(cases, Edge{Action: take(e.Action.Name), Next: next, At: e.At})
		}
		m.States[k] = State{Kind: Deciding, Site: st.Site, Call: st.Call, Edges: cases, At: st.At}
	}
}

func take(name string) Action {
	a := skip()
	a.Kind, a.Name = TakeCase, name
	return a
}
