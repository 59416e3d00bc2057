package export

import "github.com/protoc-os/protoc-os/dsl/session"

// settle runs the local steps of an instance from a state on until it waits, decides, has a live end to abandon, or ends.
func (c *body) settle(i *instance, at int) {
	if seen := map[int]int{}; i.few(at, seen, new(int)) {
		c.walk(i, at)
		return
	}
	// Local steps that loop or meet again: one loop over all that can come.
	reach := map[int64]bool{}
	i.local(at, reach)
	step := c.b.scratch
	c.set(step, nil, num(int64(at)+1))
	loop := c.b.body()
	here := loop
	for _, s := range sorted(reach) {
		x := &If{Cond: eq(cell(step, nil), s+1), Then: &Block{}, Else: &Block{}}
		here.add(x)
		d := &body{c.b, x.Then}
		d.localStep(i, int(s), func(d *body, next int) { d.set(step, nil, num(int64(next)+1)) }, func(d *body) {
			d.set(step, nil, num(0))
		})
		here = &body{c.b, x.Else}
	}
	c.add(&While{ne(cell(step, nil), 0), loop.at})
}

// few reports whether the local steps from a state on are a small tree, which is written down as it is.
func (i *instance) few(at int, path map[int]int, count *int) bool {
	st := &i.machine.States[at]
	if *count++; *count > 16 || path[at] > 0 {
		return false
	}
	if st.Kind != session.LocalStep {
		return true
	}
	path[at]++
	defer func() { path[at]-- }()
	for e := range st.Edges {
		if !i.few(st.Edges[e].Next, path, count) {
			return false
		}
	}
	return true
}

// local collects the states from a state on through local ones, those where they end too.
func (i *instance) local(at int, reach map[int64]bool) {
	if reach[int64(at)] {
		return
	}
	reach[int64(at)] = true
	if st := &i.machine.States[at]; st.Kind == session.LocalStep {
		for e := range st.Edges {
			i.local(st.Edges[e].Next, reach)
		}
	}
}

func (c *body) walk(i *instance, at int) {
	c.localStep(i, at, func(c *body, next int) { c.walk(i, next) }, func(*body) {})
}

// localStep is what happens at a state: on leads to the next one, done says that the instance stands or has ended.
func (c *body) localStep(i *instance, at int, on func(*body, int), done func(*body)) {
	st := &i.machine.States[at]
	switch st.Kind {
	case session.Waiting, session.Deciding:
		c.stand(i, at)
		done(c)
		return
	case session.Ended:
		c.stop(i, ended)
		done(c)
		return
	}
	c.localEdge(i, st, func(c *body, e *session.Edge) {
		if e.Action.Kind != session.AbandonEnd {
			c.localAction(i, e)
			on(c, e.Next)
			return
		}
		c.slot(i, e.Action.Slot, says(e), func(c *body, p *place) {
			x := &If{Cond: p.holds(nil), Then: &Block{}, Else: &Block{}}
			c.add(x)
			stays, goes := &body{c.b, x.Then}, &body{c.b, x.Else}
			stays.stand(i, at)
			done(stays)
			goes.lose(p)
			on(goes, e.Next)
		})
	})
}

// localEdge runs what then adds for the first edge whose guard holds.
func (c *body) localEdge(i *instance, st *session.State, then func(*body, *session.Edge)) {
	for k := range st.Edges {
		e := &st.Edges[k]
		if e.Guard == nil {
			then(c, e)
			return
		}
		x := &If{Cond: c.evaluate(i, e.Guard, says(e)), Then: &Block{}, Else: &Block{}}
		c.add(x)
		then(&body{c.b, x.Then}, e)
		c = &body{c.b, x.Else}
	}
	// One guard holds: the last ones are opposites.
}

// localAction is the effect of a local step that abandons no live end.
func (c *body) localAction(i *instance, e *session.Edge) {
	a := &e.Action
	switch a.Kind {
	case session.Assign:
		x, d := &i.machine.Vars[a.To.Var], i.vars[a.To.Var]
		lo, hi := i.machine.Interval(a.Value)
		v := num(0)
		if d != nil || lo < int64(x.Lo) || hi > int64(x.Hi) || traps(a.Value) {
			v = c.evaluate(i, a.Value, says(e))
		}
		c.assign(i, a.To, v, lo, hi, says(e))
	case session.Assert:
		c.fail(not(c.evaluate(i, a.Value, says(e))), Assertion, says(e))
	case session.MoveEnd:
		c.slot(i, a.Slot, says(e), func(c *body, from *place) {
			c.slot(i, a.Into[0], says(e), func(c *body, to *place) { c.move(from, to) })
		})
	}
}

// move takes what one slot holds to another. What was there is lost.
func (c *body) move(from, to *place) {
	if from == to {
		return
	}
	c.lose(to)
	c.set(to.v, nil, cell(from.v, nil))
	c.empty(from)
}

// stand leaves an instance at a state where it can be seen. What nobody reads any more is forgotten.
func (c *body) stand(i *instance, at int) {
	c.set(i.place, nil, num(int64(first+at)))
	live := c.b.live[i.machine]
	if live == nil {
		live = i.machine.Live()
		c.b.live[i.machine] = live
	}
	for v := range i.vars {
		if i.vars[v] != nil && !live[at][v] && !c.b.rel.Kept[i.machine][v] {
			c.forget(i, v)
		}
	}
}

// traps reports whether evaluating e can fail by itself.
func traps(e *session.Expr) bool {
	return e != nil && (e.Op == session.OpVar && e.X != nil || e.Op == session.OpPresent || e.Op == session.OpMod || traps(e.X) || traps(e.Y))
}

// says points at an edge of the source.
func says(e *session.Edge) string {
	if e.At.Source == nil {
		return ""
	}
	return e.At.String()
}
