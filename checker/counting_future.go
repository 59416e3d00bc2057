package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// continues reports whether in every counted state whoever should move again can, and every message can be received, whatever is left of what is many:
// a step counts only if all that it may lead to do. An instance among many may be the one that a step takes, or one that it leaves: they are alike.
func (c *counting) continues() bool {
	w := c.width()
	future := make([]uint64, len(c.states)*w)
	of := func(n int) []uint64 { return future[n*w : (n+1)*w] }
	for grew := true; grew; {
		grew = false
		for n := len(c.states) - 1; n >= 0; n-- {
			mine := of(n)
			for _, s := range c.steps[n] {
				sure := append([]uint64(nil), c.following(of(s.outcomes[0].to), s.outcomes[0].moved)...)
				for _, o := range s.outcomes[1:] {
					for k, x := range c.following(of(o.to), o.moved) {
						sure[k] &= x
					}
				}
				for k, x := range sure {
					if x |= s.marks[k]; x&^mine[k] != 0 {
						mine[k] |= x
						grew = true
					}
				}
			}
		}
	}
	has := func(n, bit int) bool { return of(n)[bit/64]>>(bit%64)&1 != 0 }
	for n, s := range c.states {
		if c.wanted[session.Deadlock] {
			for _, i := range c.r.waiting(s.w) {
				if !has(n, i.id) {
					return false
				}
			}
		}
		if c.wanted[session.Orphan] {
			for _, q := range c.m.queues {
				if len(q.chunks) > 0 && q.head(s.w) != 0 && !has(n, len(c.m.instances)+q.id) {
					return false
				}
			}
		}
	}
	return true
}

// following tells what follows a state with the names of the one before it: an instance goes wherever its position has gone.
func (c *counting) following(f []uint64, moved [][]int) []uint64 {
	all := append([]uint64(nil), f...)
	has := func(bit int) bool { return f[bit/64]>>(bit%64)&1 != 0 }
	put := func(bit int, is bool) {
		all[bit/64] &^= 1 << (bit % 64)
		if is {
			all[bit/64] |= 1 << (bit % 64)
		}
	}
	n := len(c.m.instances)
	for p, places := range moved {
		for k, i := range c.o.insts[p] {
			some := false
			for _, to := range places {
				some = some || has(c.o.insts[to][k].id)
			}
			put(i.id, some)
		}
		for k, q := range c.o.queues[p] {
			some := false
			for _, to := range places {
				some = some || has(n+c.o.queues[to][k].id)
			}
			put(n+q.id, some)
		}
	}
	return all
}
