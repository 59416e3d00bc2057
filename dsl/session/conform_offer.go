package session

import (
	"slices"
)

// expand looks at one configuration and adds what may follow.
func (c *conformance) expand(i int) {
	x := c.configs[i]
	s := &c.m.States[x.state]
	if s.Kind == Ended {
		if c.holds(&x) && c.slots[x.slot].end != nil {
			c.refuseEnded(i)
		}
		return
	}
	c.worlds(&x, func(w world) {
		var enabled []*Edge
		for j := range s.Edges {
			if e := &s.Edges[j]; e.Guard == nil || c.eval(&x, e.Guard, w) != 0 {
				enabled = append(enabled, e)
				if s.Kind == LocalStep {
					break
				}
			}
		}
		if s.Kind == Deciding && len(enabled) == 0 {
			c.refuseUndecided(i)
		}
		if s.Kind == Waiting && c.holds(&x) {
			c.offers(i, enabled, w)
		}
		for _, e := range enabled {
			c.take(i, e, w)
		}
	})
}

// offers asks that, per sender, all that may come on the followed end is offered, or nothing.
func (c *conformance) offers(i int, enabled []*Edge, w world) {
	x := c.configs[i]
	p := c.slots[x.slot]
	if p.end == nil {
		return
	}
	local := p.end.Protocol.Locals[p.end.Role]
	for peer := range p.end.Protocol.Roles {
		var missing []int
		var offered *Edge
		for _, r := range local.States[x.status].Edges {
			if r.Send || r.Peer != peer {
				continue
			}
			found := false
			for _, e := range enabled {
				if e.Action.Kind == ReceiveMsg && e.Action.Peer == peer && e.Action.Label == r.Label && c.names(&x, e.Action.Slot, w) {
					found, offered = true, e
				}
			}
			if !found {
				missing = append(missing, r.Label)
			}
		}
		if offered != nil && len(missing) > 0 {
			c.refuseOffer(i, offered, missing)
		}
	}
}

// names reports whether a slot reference names the followed place, or may take it.
func (c *conformance) names(x *configuration, s SlotRef, w world) bool {
	if x.slot < 0 {
		return false
	}
	p := c.slots[x.slot]
	if s.Group != p.group || s.Field != p.field {
		return false
	}
	if s.Any {
		return c.holds(x) && (s.States == nil || slices.Contains(s.States, x.status))
	}
	return c.memberOf(x, s, w) == p.member
}

func (c *conformance) memberOf(x *configuration, s SlotRef, w world) int {
	if s.Index == nil {
		return 0
	}
	return int(c.eval(x, s.Index, w))
}
