package session

import (
	"slices"
)

// fact is a value that a guard has been seen to have: a number of members, whether one is present, a forgotten variable. Without facts
// `case some when count(s) > 0: decide i in s { … }` would be followed into the case where there is nothing to decide. A fact is known until
// something changes what it is about; to keep configurations few, a waiting state passes on only what it reads itself.
type fact struct {
	about int // in conformance.factKey
	value int32
}

// findFacts finds, per state, which facts are read there or after, before they are lost.
func (c *conformance) findFacts() {
	var exprs []*Expr
	read := make([][]int, len(c.m.States))
	for s := range c.m.States {
		c.eachRead(s, func(e *Expr) {
			key := unknownKey(e)
			n, ok := c.factKey[key]
			if !ok {
				n = len(exprs)
				c.factKey[key] = n
				exprs = append(exprs, e)
			}
			if !slices.Contains(read[s], n) {
				read[s] = append(read[s], n)
			}
		})
	}
	c.factExpr = exprs
	c.factsOf = read
	for changed := true; changed; {
		changed = false
		for s := len(c.m.States) - 1; s >= 0; s-- {
			if c.m.States[s].Kind == Waiting {
				continue
			}
			for j := range c.m.States[s].Edges {
				e := &c.m.States[s].Edges[j]
				for _, n := range c.factsOf[e.Next] {
					if !slices.Contains(c.factsOf[s], n) && !c.loses(e, exprs[n]) {
						c.factsOf[s] = append(c.factsOf[s], n)
						changed = true
					}
				}
			}
		}
	}
}

// eachRead calls f for what the edges of a state read that a configuration may not know.
func (c *conformance) eachRead(s int, f func(e *Expr)) {
	var visit func(e *Expr)
	visit = func(e *Expr) {
		if e == nil {
			return
		}
		visit(e.X)
		visit(e.Y)
		if e.Op == OpCount || e.Op == OpPresent || e.Op == OpVar && !c.keep[e.N] {
			f(e)
		}
	}
	for j := range c.m.States[s].Edges {
		e := &c.m.States[s].Edges[j]
		visit(e.Guard)
		if e.Action.Kind == Assign && c.keep[e.Action.To.Var] {
			visit(e.Action.Value)
			visit(e.Action.To.Index)
		}
		for _, s := range slotsOf(&e.Action) {
			visit(s.Index)
		}
		for _, b := range e.Action.Binds {
			visit(b.To.Index)
		}
	}
}

// loses reports whether an edge may change what an expression reads.
func (c *conformance) loses(e *Edge, x *Expr) bool {
	if x == nil {
		return false
	}
	if x.Op == OpCount || x.Op == OpPresent {
		if e.Action.Kind == AddMember && e.Action.Group == int(x.N) {
			return true
		}
		for _, s := range slotsOf(&e.Action) {
			if s.Group == int(x.N) {
				return true
			}
		}
	}
	if x.Op == OpVar {
		a := &e.Action
		written := a.Kind == Assign && a.To.Var == int(x.N) || a.Index.Var == int(x.N) || a.Slot.Any && a.Slot.Bind.Var == int(x.N)
		for _, b := range a.Binds {
			written = written || b.Kind == Value && b.To.Var == int(x.N)
		}
		if written {
			return true
		}
	}
	return c.loses(e, x.X) || c.loses(e, x.Y)
}

// after returns the facts that hold after an edge taken in a world.
func (c *conformance) after(x *configuration, e *Edge, w world) []fact {
	var facts []fact
	know := func(n int, v int32) {
		if !c.loses(e, c.factExpr[n]) {
			facts = append(facts, fact{n, v})
		}
	}
	if c.m.States[x.state].Kind != Waiting {
		for _, f := range x.facts {
			if _, again := w[unknownKey(c.factExpr[f.about])]; !again {
				know(f.about, f.value)
			}
		}
	}
	for key, v := range w {
		know(c.factKey[key], v)
	}
	return facts
}

// mattering keeps the facts that matter at a state, in order.
func (c *conformance) mattering(state int, facts []fact) []fact {
	var kept []fact
	for _, f := range facts {
		if slices.Contains(c.factsOf[state], f.about) {
			kept = append(kept, f)
		}
	}
	slices.SortFunc(kept, func(a, b fact) int { return a.about - b.about })
	return kept
}

// known returns the value that a fact gives to an expression.
func (c *conformance) knows(x *configuration, key string) (int32, bool) {
	n, ok := c.factKey[key]
	if !ok {
		return 0, false
	}
	for _, f := range x.facts {
		if f.about == n {
			return f.value, true
		}
	}
	return 0, false
}
