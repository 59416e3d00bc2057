package session

import (
	"slices"
)

// tuples reports whether some set has members of several ends.
func tuples(m *Machine) bool {
	for _, g := range m.Groups {
		if g.Kind != Single && len(g.Fields) > 1 {
			return true
		}
	}
	return false
}

// emptyTuple is what is known of the fields of a member before anything is added; nil where a place has no neighbours to look at.
func (c *conformance) emptyTuple(p place) []int {
	g := &c.m.Groups[p.group]
	if c.arrivals == nil || g.Kind == Single || len(g.Fields) == 1 {
		return nil
	}
	others := make([]int, len(g.Fields))
	for f := range others {
		others[f] = neverFilled
	}
	return others
}

// standing returns the status of field f of the followed member.
func (c *conformance) standing(x *configuration, f int) (status int, known bool) {
	if c.slots[x.slot].field == f {
		return x.status, true
	}
	if x.others == nil {
		return x.status, x.status == neverFilled // an add fills all fields at once
	}
	return x.others[f], true
}

// alive reports whether field f of the followed member holds an end whose session goes on.
func (c *conformance) alive(x *configuration, f int) (is, known bool) {
	status, known := c.standing(x, f)
	end := c.m.Groups[c.slots[x.slot].group].Fields[f].End
	return status >= 0 && (end == nil || !isOver(end, status)), known
}

// here reports whether the followed member is in its set: one of its ends is alive.
func (c *conformance) here(x *configuration) (is, known bool) {
	known = true
	for f := range c.m.Groups[c.slots[x.slot].group].Fields {
		alive, sure := c.alive(x, f)
		if alive && sure {
			return true, true
		}
		known = known && sure
	}
	return false, known
}

// matches reports whether field f of the followed member is alive at one of the states (nil: any).
func (c *conformance) matches(x *configuration, f int, states []int) (is, known bool) {
	alive, known := c.alive(x, f)
	if !known || !alive || states == nil {
		return alive, known
	}
	status, _ := c.standing(x, f)
	return slices.Contains(states, status), true
}
