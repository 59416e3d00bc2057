package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// domain finds the variables of a hub that hold positions of an orbit, and those that are indexed by them. They are scalars in the sense of Ip and Dill:
// positions are bound, copied, compared with each other and used as an index; nothing else, or the positions could be told apart.
type domain struct {
	m       *model
	o       *orbit
	hub     *hub
	valued  []bool // per Var: it holds a position
	indexed []bool // per Var: its elements belong to positions
	wrong   bool
	grew    bool
}

// infer finds the variables, and reports whether all that is done with them is allowed.
func (d *domain) infer() bool {
	mc := d.hub.inst.machine
	d.valued, d.indexed = make([]bool, len(mc.Vars)), make([]bool, len(mc.Vars))
	for d.grew = true; d.grew && !d.wrong; {
		d.grew = false
		for s := range mc.States {
			for e := range mc.States[s].Edges {
				if x := &mc.States[s].Edges[e].Action.Slot; mc.States[s].Priority && x.Any && d.hub.groups[x.Group] {
					return false // the first member has priority
				}
				d.edge(&mc.States[s].Edges[e])
			}
		}
	}
	for v, is := range d.valued {
		x := &mc.Vars[v]
		if is && (x.Lo != 0 || int(x.Hi) != d.o.n-1 || d.indexed[v] || d.m.rel.Kept[mc][v]) {
			return false
		}
		if d.indexed[v] && x.Len != d.o.n {
			return false
		}
	}
	return !d.wrong
}

// add gives the variables their places in the orbit.
func (d *domain) add() {
	i := d.hub.inst
	for v := range i.machine.Vars {
		x := &i.machine.Vars[v]
		d.hub.positions[v] = d.valued[v] || d.indexed[v]
		for n := range x.Len {
			f := i.regs[x.Base+n]
			switch {
			case f.mask == 0:
			case d.valued[v]:
				d.o.values = append(d.o.values, valued{i, f, x.Base + n})
			case d.indexed[v]:
				d.o.columns[n] = append(d.o.columns[n], f)
			}
		}
	}
}

func (d *domain) markValued(v int) {
	if v < 0 {
		return
	}
	if !d.valued[v] {
		d.valued[v], d.grew = true, true
	}
}

// holds reports whether an expression is nothing but a variable that holds a position.
func (d *domain) holds(e *session.Expr) bool {
	return e != nil && e.Op == session.OpVar && d.valued[e.N]
}

// edge looks at all that an edge does with positions.
func (d *domain) edge(e *session.Edge) {
	a := &e.Action
	d.expr(e.Guard)
	switch a.Kind {
	case session.SendMsg, session.ReceiveMsg, session.GonePeer, session.AbandonEnd, session.MoveEnd, session.ChildEnded, session.ChildCrashed:
		d.slot(&a.Slot)
	}
	for k := range a.Into {
		if a.Into[k].Group >= 0 {
			d.slot(&a.Into[k])
		}
	}
	for k := range a.Ends {
		d.slot(&a.Ends[k])
	}
	for _, x := range a.Args {
		d.arg(&x)
	}
	for _, x := range a.Binds {
		d.arg(&x)
		if x.Kind == session.Value && x.To.Var >= 0 {
			d.wrong = d.wrong || d.valued[x.To.Var]
			d.target(x.To)
		}
	}
	switch a.Kind {
	case session.PickMember, session.AddMember:
		if d.hub.groups[a.Group] {
			d.markValued(a.Index.Var)
		} else if a.Index.Var >= 0 && d.valued[a.Index.Var] {
			d.wrong = true
		}
		d.target(a.Index)
	case session.Assign:
		d.target(a.To)
		switch {
		case d.holds(a.Value):
			d.markValued(a.To.Var)
			d.position(a.Value)
		case a.To.Var >= 0 && d.valued[a.To.Var]:
			if a.Value.Op != session.OpVar {
				d.wrong = true // a position that is written down
				return
			}
			d.markValued(int(a.Value.N))
			d.position(a.Value)
		default:
			d.expr(a.Value)
		}
	case session.Assert:
		d.expr(a.Value)
	}
}

// arg looks at what a message or a started component is given: never a position.
func (d *domain) arg(x *session.Arg) {
	switch x.Kind {
	case session.Delegated:
		d.slot(&x.Slot)
	case session.Value:
		d.expr(x.Value)
	}
}

// target looks at the index of a variable that is written.
func (d *domain) target(t session.VarRef) {
	if t.Var >= 0 && t.Index != nil {
		d.element(t.Var, t.Index)
	}
}

// element looks at the index of an array: by positions always or never.
func (d *domain) element(v int, index *session.Expr) {
	if d.holds(index) {
		if !d.indexed[v] {
			d.indexed[v], d.grew = true, true
		}
		d.position(index)
		return
	}
	if d.indexed[v] {
		d.wrong = true
	}
	d.expr(index)
}

// position looks at a variable that holds one, where that is allowed.
func (d *domain) position(e *session.Expr) {
	if e.X != nil {
		d.element(int(e.N), e.X)
	}
}

// slot looks at a slot: members of the hub's groups are named by positions only.
func (d *domain) slot(s *session.SlotRef) {
	if !d.hub.groups[s.Group] {
		if s.Any && s.Bind.Var >= 0 && d.valued[s.Bind.Var] {
			d.wrong = true
		}
		d.expr(s.Index)
		if s.Any {
			d.target(s.Bind)
		}
		return
	}
	switch {
	case s.Any:
		d.markValued(s.Bind.Var)
		d.target(s.Bind)
	case s.Index != nil && s.Index.Op == session.OpVar:
		d.markValued(int(s.Index.N))
		d.position(s.Index)
	default:
		d.wrong = true
	}
}

// expr looks at an expression that is no position.
func (d *domain) expr(e *session.Expr) {
	if e == nil {
		return
	}
	switch e.Op {
	case session.OpVar:
		if d.valued[e.N] {
			d.wrong = true
		}
		if e.X != nil {
			d.element(int(e.N), e.X)
		}
		return
	case session.OpEq, session.OpNe:
		if d.holds(e.X) || d.holds(e.Y) {
			if e.X.Op != session.OpVar || e.Y.Op != session.OpVar {
				d.wrong = true
				return
			}
			d.markValued(int(e.X.N))
			d.markValued(int(e.Y.N))
			d.position(e.X)
			d.position(e.Y)
			return
		}
	case session.OpPresent:
		if d.hub.groups[int(e.N)] {
			if e.X == nil || e.X.Op != session.OpVar {
				d.wrong = true
				return
			}
			d.markValued(int(e.X.N))
			d.position(e.X)
			return
		}
	}
	d.expr(e.X)
	d.expr(e.Y)
}
