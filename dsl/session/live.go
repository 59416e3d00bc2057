package session

// varsRead calls mark for every variable that an edge reads: in its guard, its values, its indexes.
func varsRead(e *Edge, mark func(v int)) {
	exprReads(e.Guard, mark)
	a := &e.Action
	exprReads(a.Value, mark)
	exprReads(a.To.Index, mark)
	exprReads(a.Index.Index, mark)
	for _, s := range slotsOf(a) {
		exprReads(s.Index, mark)
	}
	for _, x := range a.Args {
		exprReads(x.Value, mark)
	}
	for _, x := range a.Binds {
		exprReads(x.To.Index, mark)
	}
}

func exprReads(e *Expr, mark func(v int)) {
	if e == nil {
		return
	}
	if e.Op == OpVar {
		mark(int(e.N))
	}
	exprReads(e.X, mark)
	exprReads(e.Y, mark)
}

// varsWritten calls mark for every variable that an edge gives a new value as a whole. One element of an array is no such write.
func varsWritten(m *Machine, e *Edge, mark func(v int)) {
	write := func(r VarRef) {
		if r.Var >= 0 && m.Vars[r.Var].Len == 1 {
			mark(r.Var)
		}
	}
	a := &e.Action
	switch a.Kind {
	case Assign:
		write(a.To)
	case AddMember, PickMember:
		write(a.Index)
	case ReceiveMsg:
		for _, x := range a.Binds {
			if x.Kind == Value {
				write(x.To)
			}
		}
	}
	switch a.Kind {
	case SendMsg, ReceiveMsg, GonePeer, ChildEnded, ChildCrashed:
		if a.Slot.Any {
			write(a.Slot.Bind)
		}
	}
}

// Live returns, per state and variable, whether some continuation reads the variable before giving it a new value. A variable that is not live
// may be forgotten there: no behaviour depends on it (a property of a system may still read a declared one).
func (m *Machine) Live() [][]bool {
	live := make([][]bool, len(m.States))
	for i := range live {
		live[i] = make([]bool, len(m.Vars))
	}
	for changed := true; changed; {
		changed = false
		for i := len(m.States) - 1; i >= 0; i-- {
			for j := range m.States[i].Edges {
				e := &m.States[i].Edges[j]
				after := append([]bool(nil), live[e.Next]...)
				varsWritten(m, e, func(v int) { after[v] = false })
				varsRead(e, func(v int) { after[v] = true })
				for v, is := range after {
					if is && !live[i][v] {
						live[i][v] = true
						changed = true
					}
				}
			}
		}
	}
	return live
}
