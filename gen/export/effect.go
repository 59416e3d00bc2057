package export

import "github.com/protoc-os/protoc-os/dsl/session"

// body is a block under construction.
type body struct {
	b  *builder
	at *Block
}

func (b *builder) body() *body { return &body{b, &Block{}} }

func (c *body) add(s Stmt) { c.at.Stmts = append(c.at.Stmts, s) }

func (c *body) set(v *Var, index, value *Expr) { c.add(&Set{v, index, value}) }

// when runs what then adds if the condition holds.
func (c *body) when(cond *Expr, then func(*body)) {
	if cond.is(0) {
		return
	}
	if cond.is(1) {
		then(c)
		return
	}
	s := &If{Cond: cond, Then: &Block{}, Else: &Block{}}
	c.add(s)
	then(&body{c.b, s.Then})
}

// fail ends the run if the condition holds.
func (c *body) fail(cond *Expr, kind Failure, says string) {
	c.when(cond, func(c *body) { c.add(&Fail{kind, says}) })
}

// evaluate returns the value of an expression, whose evaluation fails here if it does.
func (c *body) evaluate(i *instance, e *session.Expr, says string) *Expr {
	v, fails := c.b.value(i, e)
	c.fail(fails, Range, says)
	return v
}

func outside(v *Expr, lo, hi int64) *Expr {
	return or(binary(Lt, v, num(lo)), binary(Lt, num(hi), v))
}

// assign gives a register of an instance a value that lies between lo and hi.
func (c *body) assign(i *instance, to session.VarRef, v *Expr, lo, hi int64, says string) {
	if to.Var < 0 || to.Var >= len(i.machine.Vars) {
		return
	}
	x, d := &i.machine.Vars[to.Var], i.vars[to.Var]
	var k *Expr
	if to.Index != nil {
		k = c.evaluate(i, to.Index, says)
		c.fail(not(inside(k, x.Len)), Range, says)
	}
	if lo < int64(x.Lo) || hi > int64(x.Hi) {
		c.fail(outside(v, int64(x.Lo), int64(x.Hi)), Range, says)
	}
	if d != nil {
		if d.Array && k == nil {
			k = num(0)
		}
		if !d.Array {
			k = nil
		}
		c.set(d, k, v)
	}
}

// slots runs what then adds for the slot that a reference names; an index outside fails.
func (c *body) slot(i *instance, ref session.SlotRef, says string, then func(*body, *place)) {
	if ref.Group < 0 {
		return
	}
	g := &i.machine.Groups[ref.Group]
	if g.Len == 0 {
		return
	}
	if ref.Index == nil {
		then(c, i.slots[g.Base+ref.Field])
		return
	}
	k := c.evaluate(i, ref.Index, says)
	c.fail(not(inside(k, g.Len)), Range, says)
	if k.Op == Const {
		then(c, i.slots[g.Base+int(k.N)*len(g.Fields)+ref.Field])
		return
	}
	at := c.at
	for n := range g.Len { // one of them is meant
		s := &If{Cond: eq(k, int64(n)), Then: &Block{}, Else: &Block{}}
		at.Stmts = append(at.Stmts, s)
		then(&body{c.b, s.Then}, i.slots[g.Base+n*len(g.Fields)+ref.Field])
		at = s.Else
	}
}

// empty takes whatever a slot holds out of it.
func (c *body) empty(p *place) {
	if p.v != nil {
		c.set(p.v, nil, num(0))
	}
}

// lose empties a slot: a handle in it is dropped, an end is nobody's.
func (c *body) lose(p *place) {
	if p.handle {
		for n, k := range c.b.started {
			c.when(eq(cell(p.v, nil), int64(n)+1), func(c *body) { c.unwatch(k) })
		}
	}
	c.empty(p)
}

// unwatch lets go of a started component: its place is free when it has ended.
func (c *body) unwatch(k *instance) {
	c.set(k.watched, nil, num(0))
	c.when(not(k.isLive()), func(c *body) { c.set(k.place, nil, num(absent)) })
}

// advance moves the end in a slot along its local type; a slot lets go of an end that is over.
func (c *body) advance(p *place, s *Expr, send bool, peer, label int) {
	l := p.protocol.decl.Locals[p.role]
	code := p.protocol.ends[p.role]
	next := map[int64][]int64{}
	for n := range l.States {
		if e := l.Edge(n, send, peer, label); e != nil && !l.States[n].End {
			to := codeOf(l, e.Next)
			next[to] = append(next[to], codeOf(l, n))
		}
	}
	targets := map[int64]bool{}
	for to := range next {
		targets[to] = true
	}
	order := sorted(targets)
	at := c.at
	for k, to := range order {
		here := at
		if k < len(order)-1 {
			x := &If{Cond: in(cell(code, s), next[to]), Then: &Block{}, Else: &Block{}}
			at.Stmts = append(at.Stmts, x)
			here, at = x.Then, x.Else
		}
		d := &body{c.b, here}
		d.set(code, s, num(to))
		if to == over {
			d.empty(p)
		}
	}
}

// reclaim forgets who abandoned a session in which nobody is left and nothing is queued.
func (c *body) reclaim(p *protocol, s *Expr) {
	if !c.b.abandons || p.sessions == 0 {
		return
	}
	free, some := yes, no
	for r := range p.decl.Roles {
		free = and(free, binary(Lt, p.code(r, s), num(live)))
		some = or(some, eq(p.code(r, s), abandoned))
	}
	for _, row := range p.queues {
		for _, q := range row {
			free = and(free, q.empty(s))
		}
	}
	c.when(and(some, free), func(c *body) {
		for r := range p.decl.Roles {
			c.set(p.ends[r], s, num(over))
		}
	})
}

// reclaimAll is reclaim for every session.
func (c *body) reclaimAll() {
	for _, p := range c.b.protocols {
		for s := range p.sessions {
			c.reclaim(p, num(int64(s)))
		}
	}
}

// abandon gives up the live end in a slot: queues toward it are dropped, and the ends that were in them are given up too;
// it reports whether there can be such.
func (c *body) abandon(p *place) bool {
	travel := c.mark(p)
	if travel {
		c.dropTravelling()
	}
	return travel
}

// mark gives up the end in a slot and drops the queues toward it, but for those that can carry ends: it reports whether there are such.
func (c *body) mark(p *place) (travel bool) {
	s := p.sessionOf()
	c.set(p.protocol.ends[p.role], s, num(abandoned))
	for peer := range p.protocol.decl.Roles {
		q := p.protocol.queues[peer][p.role]
		switch {
		case q == nil || q.capacity == 0:
		case q.travels:
			travel = true
		default:
			c.drop(q, s)
		}
	}
	return travel
}

// travels reports whether messages can carry the ends of a role.
func (b *builder) travels(p *protocol, role int) bool {
	for _, o := range b.protocols {
		for _, row := range o.queues {
			for _, q := range row {
				for l := 0; q != nil && l < len(q.labels); l++ {
					for _, y := range q.labels[l].payloads {
						if y.protocol == p && y.role == role {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

func (c *body) drop(q *queue, s *Expr) {
	for k := range q.capacity {
		index := s
		if q.capacity > 1 {
			index = q.at(s, k)
		}
		c.set(q.cells, index, num(0))
	}
}

// dropTravelling empties the queues toward abandoned ends until there is nothing in them. An end that was in one is abandoned too, which may
// leave another such queue.
func (c *body) dropTravelling() {
	some := no
	inner := c.b.body()
	for _, p := range c.b.protocols {
		for _, row := range p.queues {
			for _, q := range row {
				if q == nil || q.capacity == 0 || !q.travels && !c.b.travels(p, q.to) {
					continue
				}
				for n := range p.sessions {
					s := num(int64(n))
					lost := and(eq(p.code(q.to, s), abandoned), not(q.empty(s)))
					some = or(some, lost)
					inner.when(lost, func(c *body) {
						for k := range q.capacity {
							c.abandonIn(q, s, k)
						}
						c.drop(q, s)
					})
				}
			}
		}
	}
	c.add(&While{some, inner.at})
}

// abandonIn gives up the ends in the message of cell k.
func (c *body) abandonIn(q *queue, s *Expr, k int) {
	for _, x := range q.labels {
		for p := range x.payloads {
			y := &x.payloads[p]
			if y.protocol == nil {
				continue
			}
			msg := q.cell(s, k)
			is := and(binary(Le, num(x.base), msg), binary(Lt, msg, num(x.base+x.count)))
			for n := range y.protocol.sessions {
				end := num(int64(n))
				code := y.protocol.code(y.role, end)
				c.when(and(is, eq(x.value(y, msg), int64(n)+1), binary(Le, num(live), code)), func(c *body) {
					c.set(y.protocol.ends[y.role], end, num(abandoned))
				})
			}
		}
	}
}

// value is the payload of a message of its letter, from 0 on.
func (x *letter) value(y *payload, msg *Expr) *Expr {
	v := binary(Sub, msg, num(x.base))
	if y.stride > 1 {
		v = &Expr{Op: Div, X: v, Y: num(y.stride)}
	}
	if y.stride*y.n < x.count {
		v = &Expr{Op: Mod, X: v, Y: num(y.n)}
	}
	return v
}

// crash stops an instance after abandoning every end that it holds.
func (c *body) crash(i *instance) {
	travel := false
	for _, p := range i.slots {
		if p.handle {
			continue
		}
		c.when(p.holds(nil), func(c *body) {
			travel = c.mark(p) || travel
			c.empty(p)
		})
	}
	if travel {
		c.dropTravelling()
	}
	c.stop(i, crashed)
	c.reclaimAll()
}

// stop ends an instance. Whatever it still holds is lost; a started one that nobody watches is free again.
func (c *body) stop(i *instance, code int64) {
	for _, p := range i.slots {
		c.lose(p)
	}
	c.reset(i, false)
	c.set(i.place, nil, num(code))
	if i.given == nil {
		c.when(eq(cell(i.watched, nil), 0), func(c *body) { c.set(i.place, nil, num(absent)) })
	}
}

// reset gives the registers their first values; those that a property reads keep theirs unless all are meant.
func (c *body) reset(i *instance, all bool) {
	for v := range i.vars {
		if i.vars[v] != nil && (all || !i.kept[v]) {
			c.forget(i, v)
		}
	}
}

func (c *body) forget(i *instance, v int) {
	d := i.vars[v]
	for k := range d.Len {
		var index *Expr
		if d.Array {
			index = num(int64(k))
		}
		c.set(d, index, num(i.initial[v]))
	}
}
