package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// relevance says which variables and message fields a state has to hold: those that flow into a guard, an index, an assertion, a property, or
// into an assignment that could leave its range. All other data is carried unseen.
type relevance struct {
	sys    *session.System
	vars   map[*session.Machine][]bool // per Var
	fields map[*session.Label][]bool   // per field
	kept   map[*session.Machine][]bool // per Var: a property reads it, also after the component has ended
	grew   bool
}

func relevanceOf(sys *session.System) *relevance {
	r := &relevance{sys: sys, vars: map[*session.Machine][]bool{}, fields: map[*session.Label][]bool{}, kept: map[*session.Machine][]bool{}}
	for _, m := range sys.Machines {
		r.vars[m] = make([]bool, len(m.Vars))
		r.kept[m] = make([]bool, len(m.Vars))
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
func (r *relevance) edge(m *session.Machine, e *session.Edge) {
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
	case session.Assert:
		r.expr(m, a.Value)
	case session.Assign:
		v := &m.Vars[a.To.Var]
		if lo, hi := m.Interval(a.Value); r.vars[m][a.To.Var] || lo < int64(v.Lo) || hi > int64(v.Hi) {
			r.expr(m, a.Value)
		}
	case session.SendMsg:
		l := labelOf(m, a)
		for i, arg := range a.Args {
			if arg.Kind != session.Value || !l.Fields[i].Type.Finite() {
				continue
			}
			tlo, thi := l.Fields[i].Type.Bounds()
			if lo, hi := m.Interval(arg.Value); r.follows(l, i) || lo < tlo || hi > thi {
				r.expr(m, arg.Value)
			}
		}
	case session.ReceiveMsg:
		l := labelOf(m, a)
		for i, b := range a.Binds {
			if b.Kind != session.Value || b.To.Var < 0 || !l.Fields[i].Type.Finite() {
				continue
			}
			v := &m.Vars[b.To.Var]
			if lo, hi := l.Fields[i].Type.Bounds(); r.vars[m][b.To.Var] || lo < int64(v.Lo) || hi > int64(v.Hi) {
				r.follow(l, i)
			}
		}
	case session.StartChild:
		for i, p := range a.Child.Params {
			if p.Var < 0 || a.Args[i].Kind != session.Value {
				continue
			}
			v := &a.Child.Vars[p.Var]
			if lo, hi := m.Interval(a.Args[i].Value); r.vars[a.Child][p.Var] || lo < int64(v.Lo) || hi > int64(v.Hi) {
				r.expr(m, a.Args[i].Value)
			}
		}
	}
}

// labelOf returns the label that a send or receive names.
func labelOf(m *session.Machine, a *session.Action) *session.Label {
	return m.Groups[a.Slot.Group].Fields[a.Slot.Field].End.Protocol.Labels[a.Label]
}

func (r *relevance) follows(l *session.Label, field int) bool {
	f := r.fields[l]
	return f != nil && f[field]
}

func (r *relevance) follow(l *session.Label, field int) {
	if r.fields[l] == nil {
		r.fields[l] = make([]bool, len(l.Fields))
	}
	r.grew = r.grew || !r.fields[l][field]
	r.fields[l][field] = true
}

func (r *relevance) target(m *session.Machine, v session.VarRef) { r.expr(m, v.Index) }

func (r *relevance) ref(m *session.Machine, s *session.SlotRef) {
	r.expr(m, s.Index)
	r.target(m, s.Bind)
}

// expr follows every variable of an expression.
func (r *relevance) expr(m *session.Machine, e *session.Expr) {
	if e == nil {
		return
	}
	if e.Op == session.OpVar {
		r.grew = r.grew || !r.vars[m][e.N]
		r.vars[m][e.N] = true
	}
	r.expr(m, e.X)
	r.expr(m, e.Y)
}

// traps follows what can make the evaluation itself fail, whatever becomes of the value: indices and divisors.
func (r *relevance) traps(m *session.Machine, e *session.Expr) {
	if e == nil {
		return
	}
	switch e.Op {
	case session.OpVar:
		r.expr(m, e.X)
	case session.OpMod:
		r.expr(m, e.Y)
	}
	r.traps(m, e.X)
	r.traps(m, e.Y)
}

// property follows the variables of an expression over the system; each is the machine that OpEachLive ranges over.
func (r *relevance) property(e *session.Expr, each *session.Machine) {
	if e == nil {
		return
	}
	switch e.Op {
	case session.OpEachLive:
		each = r.sys.Machines[e.N]
	case session.OpInstVar:
		m := each
		if e.I >= 0 {
			m = r.sys.Machines[r.sys.Instances[e.I].Machine]
		}
		r.vars[m][e.N] = true
		r.kept[m][e.N] = true
	}
	r.property(e.X, each)
	r.property(e.Y, each)
}
