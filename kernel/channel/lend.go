package channel

// A goroutine outside may be lent to a core. Whoever wakes an idle core that
// way claims it (core.claim) and runs it on its own goroutine, as the guest,
// while the goroutine of Run stays parked. The guest is a thread as any
// other, but without a seat of its own, and takes the place of the loop as
// the base: the thread to which the core goes when nothing is left to do.
// News for the guest itself put it into the run queue like a component.
//
// So a system call is a function call: the program's goroutine switches to
// the process and to those it asks, and back with the answer.

// patience is how often a core looks for the next to run, the slow way,
// while its guest waits for nothing; then its loop goes on with it.
const patience = 64

// rouse wakes a core that e has news for, or runs it.
func (e *Endpoint) rouse(c *core) {
	if e.lent == nil {
		c.wake()
		return
	}
	if !c.claim() {
		return
	}
	t := e.lent
	t.core, e.thread = c, t
	c.running, c.guest, c.called, c.visits = t, e, false, 0
	e.lentTo.Store(c)
	c.leave(nil)
	e.lentTo.Store(nil)
	e.thread = nil
	if c.called {
		e.queued.Store(0)
	}
	c.running, c.guest = c.loop, nil
	c.release()
}

// release gives a core back to its loop, at once if there is more to do.
func (c *core) release() {
	if c.up == nil {
		c.idle.Store(1)
		if c.inbox.Load() == nil && !c.rt.done.Load() || !c.claim() {
			return
		}
	}
	c.sema <- struct{}{}
}

// base is the thread that runs when no component does.
func (c *core) base() *thread {
	if c.guest != nil {
		return c.guest.lent
	}
	return c.loop
}

// imposed reports that the guest has been kept for long enough, without news
// for itself.
func (c *core) imposed() bool {
	c.visits++
	return c.visits > patience && !c.called
}

// call is for news, in the inbox, for a goroutine outside: the guest, or one
// that has been it until just now.
func (c *core) call(e *Endpoint) {
	if c.guest != e {
		e.sema <- struct{}{} // has room: raised at most once until queued is cleared
		return
	}
	c.called = true
	c.push(e)
}
