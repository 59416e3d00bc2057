package export

import (
	"fmt"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// sessionIn keeps the session of a slot: the slot may let go of its end before the step is over.
func (c *body) sessionIn(p *place) *Expr {
	if p.v == nil {
		return num(int64(p.session))
	}
	c.set(c.b.session, nil, p.sessionOf())
	return cell(c.b.session, nil)
}

// bind gives the variable of an option with any member the one that it was taken with.
func (c *body) bind(i *instance, t *try) {
	if t.member {
		c.assign(i, t.e.Action.Slot.Bind, num(int64(t.n)), int64(t.n), int64(t.n), says(t.e))
	}
}

const mostWild = 4096 // values tried for what nobody follows to its source

// wild lists how many values each argument can have that is not followed to its source, and runs what then makes for every choice of them.
func (x *site) wild(n []int64, what string, then func(choice []int64)) {
	all := int64(1)
	for _, k := range n {
		if all *= k; all > mostWild {
			x.b.refuse("%s: %s leaves open a value that decides something, and there are more than %d to try", x.i.name, what, mostWild)
			return
		}
	}
	choice := make([]int64, len(n))
	for {
		then(choice)
		k := 0
		for ; k < len(n); k++ {
			if choice[k]++; choice[k] < n[k] {
				break
			}
			choice[k] = 0
		}
		if k == len(n) {
			return
		}
	}
}

// open lists the values of those arguments of a send that are not followed to their source.
func open(l *letter, label *session.Label, a *session.Action) (n []int64) {
	for f, arg := range a.Args {
		t := label.Fields[f].Type
		if y := l.payload(f); y != nil && y.protocol == nil && !(arg.Kind == session.Value && t.Finite()) && arg.Kind != session.Delegated {
			n = append(n, y.n)
		}
	}
	return n
}

// put evaluates what a send carries into message. Ends in it leave their slots.
func (c *body) put(i *instance, t *try, l *letter, choice []int64) {
	a, label := &t.e.Action, i.machine.LabelOf(&t.e.Action)
	msg := c.b.message
	c.set(msg, nil, num(l.base))
	plus := func(c *body, v *Expr) { c.set(msg, nil, binary(Add, cell(msg, nil), v)) }
	for f, arg := range a.Args {
		y, ft := l.payload(f), label.Fields[f].Type
		switch {
		case arg.Kind == session.Delegated:
			c.slot(i, arg.Slot, says(t.e), func(c *body, p *place) {
				if y != nil {
					plus(c, binary(Mul, cell(p.v, nil), num(y.stride)))
				}
				c.empty(p)
			})
		case arg.Kind == session.Value && ft.Finite():
			lo, hi := ft.Bounds()
			elo, ehi := i.machine.Interval(arg.Value)
			if y == nil && elo >= lo && ehi <= hi && !traps(arg.Value) {
				continue
			}
			v := c.evaluate(i, arg.Value, says(t.e))
			if elo < lo || ehi > hi {
				c.fail(outside(v, lo, hi), Range, says(t.e))
			}
			if y != nil {
				plus(c, binary(Mul, binary(Sub, v, num(y.lo)), num(y.stride)))
			}
		case y != nil && y.protocol == nil:
			plus(c, num(choice[0]*y.stride))
			choice = choice[1:]
		}
	}
}

// take gives the receiver's variables and slots what message carries.
func (c *body) take(i *instance, t *try, l *letter) {
	msg := cell(c.b.message, nil)
	for f, bind := range t.e.Action.Binds {
		y := l.payload(f)
		switch {
		case y == nil:
		case bind.Kind == session.Value:
			c.assign(i, bind.To, binary(Add, num(y.lo), l.value(y, msg)), y.lo, y.lo+y.n-1, says(t.e))
		case bind.Kind == session.Delegated && y.protocol != nil:
			c.slot(i, bind.Slot, says(t.e), func(c *body, p *place) {
				c.lose(p)
				c.set(p.v, nil, l.value(y, msg))
			})
		}
	}
}

// send makes the rules of a send into a queue: one for each choice of what is left open.
func (x *site) send(t *try, guard *Expr) {
	if guard.is(0) {
		return
	}
	a := &t.e.Action
	q, label := t.place.out(a.Peer), x.i.machine.LabelOf(a)
	l := &q.labels[a.Label]
	what := fmt.Sprintf("%s sends %s", x.i.name, label.Name)
	x.wild(open(l, label, a), what, func(choice []int64) {
		c := x.b.body()
		s := c.sessionIn(t.place)
		c.bind(x.i, t)
		c.put(x.i, t, l, choice)
		c.push(q, s, cell(x.b.message, nil))
		c.advance(t.place, s, true, a.Peer, a.Label)
		c.reclaim(t.place.protocol, s)
		c.settle(x.i, t.e.Next)
		x.rule(t.e, what, guard, c)
	})
}

// push appends to a queue that has room.
func (c *body) push(q *queue, s, msg *Expr) {
	if q.capacity == 1 {
		c.set(q.cells, s, msg)
		return
	}
	for k := range q.capacity {
		x := &If{Cond: eq(q.cell(s, k), 0), Then: &Block{}, Else: &Block{}}
		if k == q.capacity-1 {
			c.set(q.cells, q.at(s, k), msg)
			return
		}
		c.add(x)
		(&body{c.b, x.Then}).set(q.cells, q.at(s, k), msg)
		c = &body{c.b, x.Else}
	}
}

// pop removes the head.
func (c *body) pop(q *queue, s *Expr) {
	if q.capacity == 1 {
		c.set(q.cells, s, num(0))
		return
	}
	for k := range q.capacity - 1 {
		c.set(q.cells, q.at(s, k), q.cell(s, k+1))
	}
	c.set(q.cells, q.at(s, q.capacity-1), num(0))
}

func (x *site) receive(t *try, guard *Expr) {
	if guard.is(0) {
		return
	}
	a := &t.e.Action
	q := t.place.in(a.Peer)
	c := x.b.body()
	s := c.sessionIn(t.place)
	c.set(x.b.message, nil, q.cell(s, 0))
	c.pop(q, s)
	c.advance(t.place, s, false, a.Peer, a.Label)
	c.bind(x.i, t)
	c.take(x.i, t, &q.labels[a.Label])
	c.reclaim(t.place.protocol, s)
	c.settle(x.i, t.e.Next)
	x.rule(t.e, fmt.Sprintf("%s receives %s", x.i.name, x.i.machine.LabelOf(a).Name), guard, c)
}

// partner is a receive that may meet a send over a rendezvous.
type partner struct {
	site *site
	all  []try
	t    *try
	meet *Expr // that it waits, on the other side of the same session
}

// partners lists the receives of others from the end in t's slot.
func (x *site) partners(t *try) (found []partner) {
	a, p := &t.e.Action, t.place.protocol
	for _, j := range x.b.instances {
		if j == x.i {
			continue
		}
		for s := range j.machine.States {
			st := &j.machine.States[s]
			if st.Kind != session.Waiting {
				continue
			}
			y := &site{b: x.b, i: j, at: s, st: st}
			all := y.tries()
			for n := range all {
				u := &all[n]
				o := &u.e.Action
				if o.Kind != session.ReceiveMsg || o.Peer != t.place.role || u.place.protocol != p || u.place.role != a.Peer {
					continue
				}
				same := binary(Eq, t.place.sessionOf(), u.place.sessionOf())
				meet := and(j.at(s), u.guard, same, u.end(), u.place.canStep(false, o.Peer, o.Label))
				if !same.is(0) && !meet.is(0) {
					found = append(found, partner{y, all, u, meet})
				}
			}
		}
	}
	return found
}

// exchange makes the rules of a send with each receive that it can meet.
func (x *site) exchange(all []try, t *try, q *queue) {
	a := &t.e.Action
	label := x.i.machine.LabelOf(a)
	l := &q.labels[a.Label]
	ready := and(x.i.at(x.at), t.guard, t.end(), t.place.canStep(true, a.Peer, a.Label))
	heard, fits := no, no
	for _, y := range x.partners(t) {
		heard = or(heard, y.meet)
		if y.t.e.Action.Label != a.Label {
			continue
		}
		fits = or(fits, y.meet)
		// A choice by priority may be overruled only by the other side's.
		allowed := yes
		switch theirs := y.site.st.Priority; {
		case x.st.Priority && theirs:
			allowed = or(x.before(all, t), y.site.before(y.all, y.t))
		case x.st.Priority:
			allowed = x.before(all, t)
		case theirs:
			allowed = y.site.before(y.all, y.t)
		}
		what := fmt.Sprintf("%s gives %s to %s", x.i.name, label.Name, y.site.i.name)
		x.wild(open(l, label, a), what, func(choice []int64) {
			j, u := y.site.i, y.t
			c := x.b.body()
			s := c.sessionIn(t.place)
			c.bind(x.i, t)
			c.put(x.i, t, l, choice)
			c.advance(t.place, s, true, a.Peer, a.Label)
			c.advance(u.place, s, false, u.e.Action.Peer, a.Label)
			c.bind(j, u)
			c.take(j, u, l)
			c.reclaim(t.place.protocol, s)
			c.settle(x.i, t.e.Next)
			c.settle(j, u.e.Next)
			x.rule(t.e, what, and(ready, y.meet, allowed), c)
		})
	}
	x.b.bad(Reception, fmt.Sprintf("nobody who waits takes %s from %s", label.Name, x.i.name), and(ready, heard, not(fits)))
}

// other makes the rules of what neither sends nor receives.
func (x *site) other(t *try, guard *Expr) {
	a, e := &t.e.Action, t.e
	switch a.Kind {
	case session.GonePeer:
		c := x.b.body()
		c.bind(x.i, t)
		c.settle(x.i, e.Next)
		x.rule(e, x.i.name+": gone", and(guard, x.ready(t)), c)
	case session.NewSession:
		x.newSession(e, guard)
	case session.StartChild:
		x.start(e, guard)
	case session.AddMember:
		g := &x.i.machine.Groups[a.Group]
		full := yes
		for n := range g.Len {
			c := x.b.body()
			for f := range a.Ends {
				to := x.i.slots[g.Base+n*len(g.Fields)+f]
				c.slot(x.i, a.Ends[f], says(e), func(c *body, from *place) { c.move(from, to) })
			}
			c.assign(x.i, a.Index, num(int64(n)), int64(n), int64(n), says(e))
			c.settle(x.i, e.Next)
			x.rule(e, fmt.Sprintf("%s adds %s[%d]", x.i.name, g.Name, n), and(guard, full, not(x.i.present(g, n, nil))), c)
			full = and(full, x.i.present(g, n, nil))
		}
	case session.ChildEnded, session.ChildCrashed:
		code := map[bool]int64{true: ended, false: crashed}[a.Kind == session.ChildEnded]
		for n, k := range x.b.started {
			c := x.b.body()
			c.bind(x.i, t)
			c.set(t.place.v, nil, num(0))
			c.set(k.watched, nil, num(0))
			c.set(k.place, nil, num(absent))
			c.settle(x.i, e.Next)
			x.rule(e, fmt.Sprintf("%s hears of the end of %s", x.i.name, k.name), and(guard, eq(cell(t.place.v, nil), int64(n)+1), eq(cell(k.place, nil), code)), c)
		}
	default:
		panic("export: a waiting state has an edge of a local step")
	}
}

// newSession makes a rule for each session that may be the first one free.
func (x *site) newSession(e *session.Edge, guard *Expr) {
	a := &e.Action
	p := x.b.protocolOf(a.Protocol)
	taken := yes
	for n := p.given; n < p.sessions; n++ {
		s := num(int64(n))
		free := yes
		for r := range p.decl.Roles {
			free = and(free, eq(p.code(r, s), over))
		}
		for _, row := range p.queues {
			for _, q := range row {
				free = and(free, q.empty(s))
			}
		}
		c := x.b.body()
		for r := range p.decl.Roles {
			first := codeOf(p.decl.Locals[r], 0)
			c.set(p.ends[r], s, num(first))
			if first != over {
				c.slot(x.i, a.Into[r], says(e), func(c *body, t *place) {
					c.lose(t)
					c.set(t.v, nil, num(int64(n)+1))
				})
			}
		}
		c.settle(x.i, e.Next)
		x.rule(e, fmt.Sprintf("%s makes session %d of %s", x.i.name, n, p.decl.Name), and(guard, taken, free), c)
		taken = and(taken, not(free))
	}
}

// start makes a rule for each place that may be the first one free.
func (x *site) start(e *session.Edge, guard *Expr) {
	a := &e.Action
	var pool []*instance
	for k, mc := range x.b.sys.Machines {
		if mc == a.Child {
			pool = x.b.pools[k]
		}
	}
	var open []int64
	for p, param := range a.Child.Params {
		if param.Var >= 0 && a.Args[p].Kind == session.Unfollowed && x.b.rel.Vars[a.Child][param.Var] {
			v := &a.Child.Vars[param.Var]
			open = append(open, int64(v.Hi)-int64(v.Lo)+1)
		}
	}
	taken := yes
	for _, k := range pool {
		free := eq(cell(k.place, nil), absent)
		x.wild(open, x.i.name+" starts "+a.Child.Name, func(choice []int64) {
			c := x.b.body()
			c.reset(k, true)
			for p, param := range a.Child.Params {
				choice = c.give(x.i, k, e, &a.Args[p], param, choice)
			}
			if len(a.Into) > 0 {
				c.slot(x.i, a.Into[0], says(e), func(c *body, t *place) {
					c.lose(t)
					for n, s := range x.b.started {
						if s == k {
							c.set(t.v, nil, num(int64(n)+1))
						}
					}
					c.set(k.watched, nil, num(1))
				})
			}
			c.settle(k, 0)
			c.settle(x.i, e.Next)
			x.rule(e, fmt.Sprintf("%s starts %s", x.i.name, k.name), and(guard, taken, free), c)
		})
		taken = and(taken, not(free))
	}
}

// give hands a started component one of its parameters.
func (c *body) give(i, k *instance, e *session.Edge, arg *session.Arg, param session.MachineParam, choice []int64) []int64 {
	switch {
	case arg.Kind == session.Delegated && param.Group >= 0:
		c.slot(i, arg.Slot, says(e), func(c *body, from *place) {
			c.move(from, k.slots[k.machine.Groups[param.Group].Base])
		})
		return choice
	case param.Var < 0:
		return choice
	}
	x, d := &k.machine.Vars[param.Var], k.vars[param.Var]
	var v *Expr
	switch {
	case arg.Kind == session.Unfollowed && d != nil:
		v, choice = num(choice[0]+int64(x.Lo)), choice[1:]
	case arg.Kind == session.Value:
		lo, hi := i.machine.Interval(arg.Value)
		wide := lo < int64(x.Lo) || hi > int64(x.Hi)
		if d == nil && !wide && !traps(arg.Value) {
			return choice
		}
		v = c.evaluate(i, arg.Value, says(e))
		if wide {
			c.fail(outside(v, int64(x.Lo), int64(x.Hi)), Range, says(e))
		}
	}
	if d == nil || v == nil {
		return choice
	}
	for n := range d.Len {
		var index *Expr
		if d.Array {
			index = num(int64(n))
		}
		c.set(d, index, v)
	}
	return choice
}
