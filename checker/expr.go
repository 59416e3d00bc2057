package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// expr is an Expr compiled for one instance. It reads the words that r.w points at; an index outside its array or a division by zero sets r.bad.
type expr func(r *run) int64

// cell is a compiled VarRef: a register of one instance.
type cell struct {
	nowhere  bool
	base     int
	len      int
	index    expr // nil: 0
	followed bool
}

func (m *model) cell(i *instance, v session.VarRef) cell {
	if v.Var < 0 || v.Var >= len(i.machine.Vars) {
		return cell{nowhere: true}
	}
	x := &i.machine.Vars[v.Var]
	return cell{base: x.Base, len: x.Len, index: m.expr(i, v.Index), followed: m.rel.Vars[i.machine][v.Var]}
}

// expr compiles an expression over the registers of an instance; nil stays nil.
func (m *model) expr(i *instance, e *session.Expr) expr {
	if e == nil {
		return nil
	}
	switch e.Op {
	case session.OpVar:
		return m.register(i, int(e.N), m.expr(i, e.X))
	case session.OpCount:
		g, at := &i.machine.Groups[e.N], m.allowed(i, int(e.N), 0, e.States)
		return func(r *run) (n int64) {
			for k := range g.Len {
				if r.present(i, g, k, at) {
					n++
				}
			}
			return n
		}
	case session.OpPresent:
		g, at, x := &i.machine.Groups[e.N], m.allowed(i, int(e.N), 0, e.States), m.expr(i, e.X)
		return func(r *run) int64 {
			k := x(r)
			if k < 0 || k >= int64(g.Len) {
				r.bad = true
				return 0
			}
			return truth(r.present(i, g, int(k), at))
		}
	}
	return operator(e, func(x *session.Expr) expr { return m.expr(i, x) })
}

// register compiles the reading of a register.
func (m *model) register(i *instance, v int, index expr) expr {
	x := &i.machine.Vars[v]
	lo := int64(x.Lo)
	if index == nil {
		f := i.regs[x.Base]
		return func(r *run) int64 { return lo + int64(f.get(r.w)) }
	}
	fields := i.regs[x.Base : x.Base+x.Len]
	return func(r *run) int64 {
		k := index(r)
		if k < 0 || k >= int64(len(fields)) {
			r.bad = true
			return lo
		}
		return lo + int64(fields[k].get(r.w))
	}
}

// property compiles an expression over the system; each is the instance that OpEachLive means.
func (m *model) property(e *session.Expr, each *instance) expr {
	if e == nil {
		return nil
	}
	meant := func() *instance {
		if e.I < 0 {
			return each
		}
		return m.instances[e.I]
	}
	switch e.Op {
	case session.OpInstVar:
		return m.register(meant(), int(e.N), m.property(e.X, each))
	case session.OpInstAt:
		i := meant()
		at := make([]bool, len(i.machine.States))
		for _, s := range e.States {
			at[s] = true
		}
		return func(r *run) int64 { return truth(i.liveIn(r.w) && at[i.standing(r.w).id]) }
	case session.OpInstCount:
		i := meant()
		return m.expr(i, &session.Expr{Op: session.OpCount, N: e.N, States: e.States})
	case session.OpEachLive:
		var all []*instance
		var holds []expr
		for _, i := range m.instances {
			if i.index == int(e.N) {
				all = append(all, i)
				holds = append(holds, m.property(e.X, i))
			}
		}
		return func(r *run) int64 {
			for k, i := range all {
				if i.liveIn(r.w) && holds[k](r) == 0 {
					return 0
				}
			}
			return 1
		}
	}
	return operator(e, func(x *session.Expr) expr { return m.property(x, each) })
}

// operator compiles what means the same everywhere.
func operator(e *session.Expr, sub func(*session.Expr) expr) expr {
	x, y := sub(e.X), sub(e.Y)
	switch e.Op {
	case session.OpConst:
		n := int64(e.N)
		return func(*run) int64 { return n }
	case session.OpNot:
		return func(r *run) int64 { return 1 - x(r) }
	case session.OpNeg:
		return func(r *run) int64 { return -x(r) }
	case session.OpAnd:
		return func(r *run) int64 {
			if x(r) == 0 {
				return 0
			}
			return y(r)
		}
	case session.OpOr:
		return func(r *run) int64 {
			if x(r) != 0 {
				return 1
			}
			return y(r)
		}
	case session.OpEq:
		return func(r *run) int64 { return truth(x(r) == y(r)) }
	case session.OpNe:
		return func(r *run) int64 { return truth(x(r) != y(r)) }
	case session.OpLt:
		return func(r *run) int64 { return truth(x(r) < y(r)) }
	case session.OpLe:
		return func(r *run) int64 { return truth(x(r) <= y(r)) }
	case session.OpAdd:
		return func(r *run) int64 { return x(r) + y(r) }
	case session.OpSub:
		return func(r *run) int64 { return x(r) - y(r) }
	case session.OpMul:
		return func(r *run) int64 { return x(r) * y(r) }
	case session.OpMod:
		return func(r *run) int64 {
			d := y(r)
			if d == 0 {
				r.bad = true
				return 0
			}
			return x(r) % d
		}
	}
	panic("checker: an expression has an operator that does not belong there")
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// allowed turns local states of a group's field into a table by code; nil: any.
func (m *model) allowed(i *instance, group, field int, states []int) []bool {
	t := i.machine.Groups[group].Fields[field]
	if states == nil || t.Handle {
		return nil
	}
	k := m.protocolOf(t.End.Protocol).roles[t.End.Role]
	at := make([]bool, len(k.state))
	for _, s := range states {
		if c := k.codes[s]; c >= m.live {
			at[c] = true
		}
	}
	return at
}

// present reports whether member k of a group is there; with at, whether the end of its first field stands at one of those codes.
func (r *run) present(i *instance, g *session.Group, k int, at []bool) bool {
	base := g.Base + k*len(g.Fields)
	if at != nil {
		e := r.m.end(&i.slots[base], r.w)
		return e != nil && at[e.code.get(r.w)]
	}
	for f := range g.Fields {
		s := &i.slots[base+f]
		if r.m.end(s, r.w) != nil || s.handles != nil && s.f.get(r.w) != 0 {
			return true
		}
	}
	return false
}
