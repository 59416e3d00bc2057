package session

import (
	"fmt"
)

// world gives values to what a configuration does not know: how many members a set has, who else is present, forgotten variables.
type world map[string]int32

// unknown is something that a state's expressions read and the configuration does not know.
type unknown struct {
	key    string
	lo, hi int32
}

// mostWorlds bounds the combinations of unknown values at one state.
const mostWorlds = 4096

// worlds calls f for every combination of values of what state s reads and x does not know.
func (c *conformance) worlds(x *configuration, f func(w world)) {
	var found []unknown
	c.eachRead(x.state, func(e *Expr) { c.unknown(x, e, &found) })
	if len(found) == 0 {
		f(nil)
		return
	}
	total := 1
	for _, u := range found {
		total *= int(u.hi-u.lo) + 1
		if total > mostWorlds {
			c.tooLarge = true
			return
		}
	}
	w := world{}
	var each func(k int)
	each = func(k int) {
		if k == len(found) {
			f(w)
			return
		}
		for v := found[k].lo; v <= found[k].hi; v++ {
			w[found[k].key] = v
			each(k + 1)
		}
	}
	each(0)
}

// unknown adds an expression that the configuration does not know the value of.
func (c *conformance) unknown(x *configuration, e *Expr, found *[]unknown) {
	u := unknown{hi: 1}
	switch e.Op {
	case OpVar:
		if c.keep[e.N] {
			return
		}
		v := &c.m.Vars[e.N]
		u.lo, u.hi = v.Lo, v.Hi
	case OpCount:
		u.lo, u.hi = c.countBounds(x, e)
	case OpPresent:
		if _, known := c.present(x, e, nil); known {
			return
		}
	default:
		return
	}
	u.key = unknownKey(e)
	if v, known := c.knows(x, u.key); known && v >= u.lo && v <= u.hi {
		u.lo, u.hi = v, v
	}
	for _, have := range *found {
		if have.key == u.key {
			return
		}
	}
	*found = append(*found, u)
}

// unknownKey is the same for expressions that read the same. Index expressions are part of it by their form.
func unknownKey(e *Expr) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("(%d %d %v %s %s)", e.Op, e.N, e.States, unknownKey(e.X), unknownKey(e.Y))
}

// countBounds narrows the number of members by what is known of the followed place.
func (c *conformance) countBounds(x *configuration, e *Expr) (lo, hi int32) {
	hi = int32(c.m.Groups[e.N].Len)
	if x.slot < 0 || c.slots[x.slot].group != int(e.N) {
		return 0, hi
	}
	is, known := c.counted(x, e.States)
	switch {
	case known && is:
		lo = 1
	case known:
		hi--
	}
	return lo, hi
}

// counted reports whether the followed member is present, at states (of its first end).
func (c *conformance) counted(x *configuration, states []int) (is, known bool) {
	if states == nil {
		return c.here(x)
	}
	return c.matches(x, 0, states)
}

// present evaluates a presence test where the followed place decides it. With a nil world only indexes that need none are evaluated.
func (c *conformance) present(x *configuration, e *Expr, w world) (v int32, known bool) {
	if x.slot < 0 || c.slots[x.slot].group != int(e.N) || int(c.eval(x, e.X, w)) != c.slots[x.slot].member {
		return 0, false
	}
	is, known := c.counted(x, e.States)
	if is && known {
		return 1, true
	}
	return 0, known
}

// eval evaluates an expression in a configuration and a world.
func (c *conformance) eval(x *configuration, e *Expr, w world) int32 {
	switch e.Op {
	case OpConst:
		return e.N
	case OpVar:
		if !c.keep[e.N] {
			return w[unknownKey(e)]
		}
		i := 0
		if e.X != nil {
			i = int(c.eval(x, e.X, w))
		}
		if i < 0 || i >= c.m.Vars[e.N].Len { // a violation of assert, which the checker reports
			return 0
		}
		return x.regs[c.base[e.N]+i]
	case OpCount:
		return w[unknownKey(e)]
	case OpPresent:
		if v, known := c.present(x, e, w); known {
			return v
		}
		return w[unknownKey(e)]
	case OpAnd:
		if c.eval(x, e.X, w) == 0 {
			return 0
		}
		return c.eval(x, e.Y, w)
	case OpOr:
		if c.eval(x, e.X, w) != 0 {
			return 1
		}
		return c.eval(x, e.Y, w)
	case OpNot, OpNeg:
		return apply(e.Op, c.eval(x, e.X, w), 0)
	}
	return apply(e.Op, c.eval(x, e.X, w), c.eval(x, e.Y, w))
}
