package export

import "github.com/protoc-os/protoc-os/dsl/session"

// This file looks at a state: it makes expressions for what guards, readiness and properties ask.

// at is whether an instance stands at a state.
func (i *instance) at(s int) *Expr { return eq(cell(i.place, nil), int64(first+s)) }

// isLive is whether an instance is there and has not ended.
func (i *instance) isLive() *Expr { return binary(Le, num(first), cell(i.place, nil)) }

// stands reports whether a component can be seen to be at a state.
func stands(s *session.State) bool {
	if s.Kind == session.LocalStep {
		for e := range s.Edges {
			if s.Edges[e].Action.Kind == session.AbandonEnd {
				return true
			}
		}
		return false
	}
	return s.Kind != session.Ended
}

// sessionOf is the session of the end that a slot holds; it means nothing while the slot is empty.
func (p *place) sessionOf() *Expr {
	if p.v == nil {
		return num(int64(p.session))
	}
	return binary(Sub, cell(p.v, nil), num(1))
}

// filled is whether there is anything in a slot.
func (p *place) filled() *Expr {
	if p.v == nil {
		return truth(p.session >= 0)
	}
	return ne(cell(p.v, nil), 0)
}

func (p *protocol) code(role int, s *Expr) *Expr { return cell(p.ends[role], s) }

// holds is whether a slot holds a live end, at one of some local states (nil: any).
func (p *place) holds(states []int) *Expr {
	if p.handle || p.protocol.sessions == 0 {
		return no
	}
	code := p.protocol.code(p.role, p.sessionOf())
	where := binary(Le, num(live), code)
	if states != nil {
		var codes []int64
		for _, s := range states {
			if c := codeOf(p.protocol.decl.Locals[p.role], s); c >= live {
				codes = append(codes, c)
			}
		}
		where = in(code, codes)
	}
	if !p.filled().is(1) {
		return and(p.filled(), where)
	}
	return where
}

// canStep is whether the end in a slot that holds one may send (or receive) a label.
func (p *place) canStep(send bool, peer, label int) *Expr {
	return p.protocol.canStep(p.role, p.sessionOf(), send, peer, label)
}

func (p *protocol) canStep(role int, s *Expr, send bool, peer, label int) *Expr {
	l := p.decl.Locals[role]
	var codes []int64
	for n := range l.States {
		if l.Edge(n, send, peer, label) != nil && !l.States[n].End {
			codes = append(codes, codeOf(l, n))
		}
	}
	return in(p.code(role, s), codes)
}

// never lists the codes at which a role takes the label from peer in no run without another receive from there before.
func (p *protocol) never(role, peer, label int) []int64 {
	l := p.decl.Locals[role]
	ever := make([]bool, len(l.States))
	for grew := true; grew; {
		grew = false
		for s := range l.States {
			for _, e := range l.States[s].Edges {
				here := !e.Send && e.Peer == peer && e.Label == label
				there := (e.Send || e.Peer != peer) && ever[e.Next]
				if !ever[s] && (here || there) {
					ever[s], grew = true, true
				}
			}
		}
	}
	var codes []int64
	for s := range l.States {
		if !ever[s] && !l.States[s].End {
			codes = append(codes, codeOf(l, s))
		}
	}
	return codes
}

// in and out are the queues toward and from the end in a slot; nil where nothing is sent.
func (p *place) in(peer int) *queue  { return p.protocol.queues[peer][p.role] }
func (p *place) out(peer int) *queue { return p.protocol.queues[p.role][peer] }

// at is cell k of the queue in session s.
func (q *queue) at(s *Expr, k int) *Expr {
	return binary(Add, binary(Mul, s, num(int64(q.capacity))), num(int64(k)))
}

func (q *queue) cell(s *Expr, k int) *Expr {
	if q.capacity == 1 {
		return cell(q.cells, s)
	}
	if k == 0 {
		return cell(q.cells, binary(Mul, s, num(int64(q.capacity))))
	}
	return cell(q.cells, q.at(s, k))
}

// empty is whether nothing lies in the queue; it may be nil or a rendezvous.
func (q *queue) empty(s *Expr) *Expr {
	if q == nil || q.capacity == 0 {
		return yes
	}
	return eq(q.cell(s, 0), 0)
}

func (q *queue) full(s *Expr) *Expr { return ne(q.cell(s, q.capacity-1), 0) }

// headIs is whether the first message has the label.
func (q *queue) headIs(s *Expr, label int) *Expr {
	x := q.labels[label]
	switch x.count {
	case 0:
		return no
	case 1:
		return eq(q.cell(s, 0), x.base)
	}
	return and(binary(Le, num(x.base), q.cell(s, 0)), binary(Lt, q.cell(s, 0), num(x.base+x.count)))
}

// isAbandoned is whether a role of the session was abandoned.
func (b *builder) isAbandoned(p *protocol, role int, s *Expr) *Expr {
	if !b.abandons {
		return no
	}
	return eq(p.code(role, s), abandoned)
}

// present is whether member k of a group is there, its first field at one of some local states (nil: any).
func (i *instance) present(g *session.Group, k int, states []int) *Expr {
	base := g.Base + k*len(g.Fields)
	if states != nil && !g.Fields[0].Handle {
		return i.slots[base].holds(states)
	}
	some := no
	for f := range g.Fields {
		p := i.slots[base+f]
		if p.handle {
			some = or(some, p.filled())
		} else {
			some = or(some, p.holds(nil))
		}
	}
	return some
}

// value makes an expression over the registers of an instance; fails is whether evaluating it goes wrong. Only where that is false does the
// value mean anything.
func (b *builder) value(i *instance, e *session.Expr) (value, fails *Expr) {
	switch e.Op {
	case session.OpVar:
		return b.register(i, int(e.N), e.X, func(x *session.Expr) (*Expr, *Expr) { return b.value(i, x) })
	case session.OpCount:
		g := &i.machine.Groups[e.N]
		sum := num(0)
		for k := range g.Len {
			sum = binary(Add, sum, i.present(g, k, e.States))
		}
		return sum, no
	case session.OpPresent:
		g := &i.machine.Groups[e.N]
		x, fails := b.value(i, e.X)
		some := no
		for k := range g.Len {
			some = or(some, and(eq(x, int64(k)), i.present(g, k, e.States)))
		}
		return some, or(fails, not(inside(x, g.Len)))
	}
	return operator(e, func(x *session.Expr) (*Expr, *Expr) { return b.value(i, x) })
}

// inside is whether an index lies in an array.
func inside(x *Expr, n int) *Expr {
	return and(binary(Le, num(0), x), binary(Lt, x, num(int64(n))))
}

func (b *builder) register(i *instance, v int, index *session.Expr, sub func(*session.Expr) (*Expr, *Expr)) (value, fails *Expr) {
	d, n := i.vars[v], i.machine.Vars[v].Len
	value, fails = num(int64(i.machine.Vars[v].Lo)), no
	var x *Expr
	if index != nil {
		x, fails = sub(index)
		fails = or(fails, not(inside(x, n)))
	}
	if d != nil {
		if value = cell(d, x); d.Array && x == nil {
			value = cell(d, num(0))
		}
		if !d.Array {
			value = cell(d, nil)
		}
	}
	return value, fails
}

var operators = map[session.Op]Op{session.OpEq: Eq, session.OpNe: Ne, session.OpLt: Lt, session.OpLe: Le, session.OpAdd: Add, session.OpSub: Sub,
	session.OpMul: Mul}

// operator is value for what means the same everywhere.
func operator(e *session.Expr, sub func(*session.Expr) (*Expr, *Expr)) (value, fails *Expr) {
	switch e.Op {
	case session.OpConst:
		return num(int64(e.N)), no
	case session.OpNot:
		x, fails := sub(e.X)
		return not(x), fails
	case session.OpNeg:
		x, fails := sub(e.X)
		return binary(Sub, num(0), x), fails
	}
	x, xf := sub(e.X)
	y, yf := sub(e.Y)
	switch e.Op {
	case session.OpAnd:
		return and(x, y), or(xf, and(x, yf))
	case session.OpOr:
		return or(x, y), or(xf, and(not(x), yf))
	case session.OpMod:
		return &Expr{Op: Mod, X: x, Y: y}, or(xf, yf, eq(y, 0))
	}
	op, ok := operators[e.Op]
	if !ok {
		panic("export: an expression has an operator that does not belong there")
	}
	return binary(op, x, y), or(xf, yf)
}

// property makes an expression over the system; each is the instance that OpEachLive means.
func (b *builder) property(e *session.Expr, each *instance) (value, fails *Expr) {
	meant := func() *instance {
		if e.I < 0 {
			return each
		}
		return b.instances[e.I]
	}
	sub := func(x *session.Expr) (*Expr, *Expr) { return b.property(x, each) }
	switch e.Op {
	case session.OpInstVar:
		return b.register(meant(), int(e.N), e.X, sub)
	case session.OpInstAt:
		i := meant()
		var at []int64
		for _, s := range e.States {
			if stands(&i.machine.States[s]) {
				at = append(at, int64(first+s))
			}
		}
		return in(cell(i.place, nil), at), no
	case session.OpInstCount:
		return b.value(meant(), &session.Expr{Op: session.OpCount, N: e.N, States: e.States})
	case session.OpEachLive:
		all, some := yes, no
		for _, i := range b.instances {
			if i.index == int(e.N) {
				x, f := b.property(e.X, i)
				some = or(some, and(all, i.isLive(), f))
				all = and(all, or(not(i.isLive()), x))
			}
		}
		return all, some
	}
	return operator(e, sub)
}
