package session

import (
	"slices"
)

// declares reports whether the component declares the name, as a parameter or a variable.
func (m *Machine) declares(name string) bool {
	if m.Component == nil {
		return true
	}
	for _, p := range m.Component.Decl.Params {
		if p.Name.Name == name {
			return true
		}
	}
	for _, v := range m.Component.Decl.Vars {
		if v.Name.Name == name {
			return true
		}
	}
	return false
}

// usedGroups returns, per state and group, whether some continuation uses an end of the group before it is filled anew.
func (m *Machine) usedGroups() [][]bool {
	used := make([][]bool, len(m.States))
	for i := range used {
		used[i] = make([]bool, len(m.Groups))
	}
	for changed := true; changed; {
		changed = false
		for i := len(m.States) - 1; i >= 0; i-- {
			for j := range m.States[i].Edges {
				e := &m.States[i].Edges[j]
				after := slices.Clone(used[e.Next])
				filled := append([]SlotRef(nil), e.Action.Into...)
				for _, b := range e.Action.Binds {
					if b.Kind == Delegated {
						filled = append(filled, b.Slot)
					}
				}
				for _, s := range filled {
					after[s.Group] = after[s.Group] && m.Groups[s.Group].Kind != Single
				}
				for _, s := range slotsOf(&e.Action) {
					if !containsSlot(filled, s) {
						after[s.Group] = true
					}
				}
				for g, is := range after {
					if is && !used[i][g] {
						used[i][g], changed = true, true
					}
				}
			}
		}
	}
	return used
}

func containsSlot(list []SlotRef, s SlotRef) bool {
	for _, x := range list {
		if x.Group == s.Group && x.Field == s.Field && x.Any == s.Any && sameExpr(x.Index, s.Index) {
			return true
		}
	}
	return false
}

// relevantVars are the variables that indexes and, with guards, conditions depend on.
func relevantVars(m *Machine, guards bool) []bool {
	keep := make([]bool, len(m.Vars))
	mark := func(v int) { keep[v] = true }
	for i := range m.States {
		for j := range m.States[i].Edges {
			e := &m.States[i].Edges[j]
			if guards {
				exprReads(e.Guard, mark)
			}
			indexesRead(e.Guard, mark)
			indexesRead(e.Action.Value, mark)
			for _, s := range slotsOf(&e.Action) {
				exprReads(s.Index, mark)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for i := range m.States {
			for j := range m.States[i].Edges {
				a := &m.States[i].Edges[j].Action
				grow := func(to VarRef, x *Expr) {
					if to.Var < 0 || !keep[to.Var] {
						return
					}
					for _, y := range []*Expr{x, to.Index} {
						exprReads(y, func(v int) { changed = changed || !keep[v]; keep[v] = true })
					}
				}
				if a.Kind == Assign {
					grow(a.To, a.Value)
				}
				for _, b := range a.Binds {
					grow(b.To, nil)
				}
			}
		}
		for i := range m.States {
			for j := range m.States[i].Edges {
				nested(m.States[i].Edges[j].Guard, keep, &changed)
			}
		}
	}
	return keep
}

// indexesRead marks what the index of a presence test depends on.
func indexesRead(e *Expr, mark func(int)) {
	if e == nil {
		return
	}
	if e.Op == OpPresent {
		exprReads(e.X, mark)
	}
	indexesRead(e.X, mark)
	indexesRead(e.Y, mark)
}

// nested keeps what the index of a kept array depends on.
func nested(e *Expr, keep []bool, changed *bool) {
	if e == nil {
		return
	}
	if e.Op == OpVar && e.X != nil && keep[e.N] {
		exprReads(e.X, func(v int) { *changed = *changed || !keep[v]; keep[v] = true })
	}
	nested(e.X, keep, changed)
	nested(e.Y, keep, changed)
}
