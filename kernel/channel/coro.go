package channel

import "iter"

// A thread is a stack that runs components, one after the other, on one
// core. Exactly one thread of a core runs; each other one sits in a seat.
//
// iter.Pull is the only public door to the runtime's coroutines. Each of
// its two functions swaps the caller with whoever sits in the coroutine, so
// alternating them lets any thread hand over to any other in one switch
// (some 45 ns), where "yield to a loop that resumes the next" takes two.
// TestHandOver pins the behaviour of iter.Pull that this stands on.
type thread struct {
	core *core
	at   *seat     // where it sits; nil while it runs
	home *seat     // the seat that ends with it
	body *Endpoint // what it runs, or nil
}

type seat struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	up    bool // yield is the one to call
	who   *thread
}

func (c *core) newThread() *thread {
	t := &thread{core: c}
	s := &seat{who: t}
	t.at, t.home = s, s
	s.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		s.yield = yield
		t.run()
		c.running = s.who // the seat's last sitter goes on when this returns
		c.running.at = nil
	})
	c.threads++
	return t
}

// handOver lets t run. It returns when somebody hands over to the caller.
func (c *core) handOver(t *thread) {
	me, s := c.running, t.at
	me.at, s.who = s, me
	t.at, c.running = nil, t
	if s.up {
		s.up = false
		s.yield(struct{}{})
	} else {
		s.up = true
		s.next()
	}
}

// run is the life of a thread: components until the core stops.
func (t *thread) run() {
	c := t.core
	for {
		if t.body != nil {
			t.body.main()
			t.body.thread = nil
			t.body = nil
			c.free = append(c.free, t)
			c.leave(nil)
		}
		if t.body == nil && c.stopping {
			c.threads--
			return
		}
	}
}
