package session

// Relevance says which variables and message fields a state has to hold: those that flow into a guard, an index, an assertion, a property, or
// into an assignment that could leave its range. All other data is carried unseen.
type Relevance struct {
	sys    *System
	Vars   map[*Machine][]bool // per Var
	fields map[*Label][]bool   // per field
	Kept   map[*Machine][]bool // per Var: a property reads it, also after the component has ended
	grew   bool
}

// RelevanceOf follows the data of a system back from what decides or is checked.
func RelevanceOf(sys *System) *Relevance {
	r := &Relevance{sys: sys, Vars: map[*Machine][]bool{}, fields: map[*Label][]bool{}, Kept: map[*Machine][]bool{}}
	for _, m := range sys.Machines {
		r.Vars[m] = make([]bool, len(m.Vars))
		r.Kept[m] = make([]bool, len(m.Vars))
	}
	for _, inv := range sys.Always {
		r.property(inv.Expr, nil)
	}
	for _, e := range sys.Eventually {
		r.property(e.When, nil)
		r.property(e.Then, nil)
	}
	for r.grew = true; r.grew; {
		r.grew = false
		for _, m := range sys.Machines {
			for s := range m.States {
				for e := range m.States[s].Edges {
					r.edge(m, &m.States[s].Edges[e])
				}
			}
		}
	}
	return r
}

// edge follows what decides about the edge, and passes on what is followed already: from a target to what is assigned to it.
func (r *Relevance) edge(m *Machine, e *Edge) {
	a := &e.Action
	r.expr(m, e.Guard)
	r.ref(m, &a.Slot)
	for i := range a.Into {
		r.ref(m, &a.Into[i])
	}
	for i := range a.Ends {
		r.ref(m, &a.Ends[i])
	}
	for i := range a.Args {
		r.ref(m, &a.Args[i].Slot)
	}
	for i := range a.Binds {
		r.ref(m, &a.Binds[i].Slot)
		r.target(m, a.Binds[i].To)
	}
	r.target(m, a.To)
	r.target(m, a.Index)
	r.traps(m, a.Value)
	for i := range a.Args {
		r.traps(m, a.Args[i].Value)
	}
	switch a.Kind {
	case Assert:
		r.expr(m, a.Value)
	case Assign:
		v := &m.Vars[a.To.Var]
		if lo, hi := m.Interval(a.Value); r.Vars[m][a.To.Var] || lo < int64(v.Lo) || hi > int64(v.Hi) {
			r.expr(m, a.Value)
		}
	case SendMsg:
		l := m.LabelOf(a)
		for i, arg := range a.Args {
			if arg.Kind != Value || !l.Fields[i].Type.Finite() {
				continue
			}
			tlo, thi := l.Fields[i].Type.Bounds()
			if lo, hi := m.Interval(arg.Value); r.Follows(l, i) || lo < tlo || hi > thi {
				r.expr(m, arg.Value)
			}
		}
	case ReceiveMsg:
		l := m.LabelOf(a)
		for i, b := range a.Binds {
			if b.Kind != Value || b.To.Var < 0 || !l.Fields[i].Type.Finite() {
				continue
			}
			v := &m.Vars[b.To.Var]
			if lo, hi := l.Fields[i].Type.Bounds(); r.Vars[m][b.To.Var] || lo < int64(v.Lo) || hi > int64(v.Hi) {
				r.follow(l, i)
			}
		}
	case StartChild:
		for i, p := range a.Child.Params {
			if p.Var < 0 || a.Args[i].Kind != Value {
				continue
			}
			v := &a.Child.Vars[p.Var]
			if lo, hi := m.Interval(a.Args[i].Value); r.Vars[a.Child][p.Var] || lo < int64(v.Lo) || hi > int64(v.Hi) {
				r.expr(m, a.Args[i].Value)
			}
		}
	}
}

// LabelOf returns the label that a send or receive names.
func (m *Machine) LabelOf(a *Action) *Label {
	return m.Groups[a.Slot.Group].Fields[a.Slot.Field].End.Protocol.Labels[a.Label]
}

// Follows reports whether a state has to hold that field of the label's messages.
func (r *Relevance) Follows(l *Label, field int) bool {
	f := r.fields[l]
	return f != nil && f[field]
}

func (r *Relevance) follow(l *Label, field int) {
	if r.fields[l] == nil {
		r.fields[l] = make([]bool, len(l.Fields))
	}
	r.grew = r.grew || !r.fields[l][field]
	r.fields[l][field] = true
}

func (r *Relevance) target(m *Machine, v VarRef) { r.expr(m, v.Index) }

func (r *Relevance) ref(m *Machine, s *SlotRef) {
	r.expr(m, s.Index)
	r.target(m, s.Bind)
}

// expr follows every variable of an expression.
func (r *Relevance) expr(m *Machine, e *Expr) {
	if e == nil {
		return
	}
	if e.Op == OpVar {
		r.grew = r.grew || !r.Vars[m][e.N]
		r.Vars[m][e.N] = true
	}
	r.expr(m, e.X)
	r.expr(m, e.Y)
}

// traps follows what can make the evaluation itself fail, whatever becomes of the value: indices and divisors.
func (r *Relevance) traps(m *Machine, e *Expr) {
	if e == nil {
		return
	}
	switch e.Op {
	case OpVar, OpPresent:
		r.expr(m, e.X)
	case OpMod:
		r.expr(m, e.Y)
	}
	r.traps(m, e.X)
	r.traps(m, e.Y)
}

// property follows the variables of an expression over the system; each is the machine that OpEachLive ranges over.
func (r *Relevance) property(e *Expr, each *Machine) {
	if e == nil {
		return
	}
	switch e.Op {
	case OpEachLive:
		each = r.sys.Machines[e.N]
	case OpInstVar:
		m := each
		if e.I >= 0 {
			m = r.sys.Machines[r.sys.Instances[e.I].Machine]
		}
		r.Vars[m][e.N] = true
		r.Kept[m][e.N] = true
	}
	r.property(e.X, each)
	r.property(e.Y, each)
}
