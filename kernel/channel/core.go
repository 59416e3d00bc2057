package channel

import "sync/atomic"

// A core is a run loop: it runs its components one at a time, each until it
// waits. Not an operating-system thread; the Go scheduler moves cores as it
// likes. All fields but inbox, idle and sema belong to the running thread.
type core struct {
	rt       *Runtime
	number   int
	running  *thread
	loop     *thread   // the goroutine of Run
	guest    *Endpoint // who lends its goroutine to it now, or nil
	called   bool      // the guest is in the run queue
	visits   int       // of next, since it came
	free     []*thread
	threads  int
	stopping bool
	up       *Endpoint   // runs next; nil: nobody does
	queue    []*Endpoint // those after it
	first, n int
	control  *control
	vain     int // times in a row that spin has found nothing
	skip     int // times that it will not look

	load  int // components placed here; under Runtime.mu
	_     [64]byte
	inbox atomic.Pointer[Endpoint] // places with news from elsewhere
	idle  atomic.Uint32
	sema  chan struct{}
}

// slice is how many steps a component may take before others must run: the
// step at each multiple of it goes the slow way, through spend.
const slice = 1 << 12

// push appends a component to the run queue.
func (c *core) push(e *Endpoint) {
	if c.up == nil {
		c.up = e
		return
	}
	c.enqueue(e)
}

func (c *core) enqueue(e *Endpoint) {
	if c.n == len(c.queue) {
		q := make([]*Endpoint, max(16, 2*len(c.queue)))
		for i := range c.n {
			q[i] = c.queue[(c.first+i)&(len(c.queue)-1)]
		}
		c.queue, c.first = q, 0
	}
	c.queue[(c.first+c.n)&(len(c.queue)-1)] = e
	c.n++
}

// pop takes the component that runs next, nil if none does.
func (c *core) pop() *Endpoint {
	e := c.up
	if e == nil {
		return nil
	}
	c.up = nil
	if c.n > 0 {
		c.dequeue()
	}
	return e
}

func (c *core) dequeue() {
	c.up = c.queue[c.first]
	c.queue[c.first] = nil
	c.first = (c.first + 1) & (len(c.queue) - 1)
	c.n--
}

// spend sends who has used up its slice to the back of the queue. It may
// have been cancelled meanwhile.
func (c *core) spend(e *Endpoint, state string) error {
	if e.step&(slice-1) != 0 || c.control != nil {
		return nil
	}
	c.push(e)
	c.leave(e)
	return e.aborted(state)
}

// leave runs others until e (nil: a thread without component) is resumed.
func (c *core) leave(e *Endpoint) {
	next := c.next()
	if next == e && e != nil {
		return
	}
	if next == nil {
		if b := c.base(); c.running != b {
			c.handOver(b)
		}
		return
	}
	t := next.thread
	if t == nil {
		if n := len(c.free); n > 0 {
			t = c.free[n-1]
			c.free = c.free[:n-1]
		} else {
			t = c.newThread()
		}
		next.thread, t.body = t, next
	}
	if t != c.running {
		c.handOver(t)
	}
}

// next picks the component to run, waiting for one; nil when there is nothing to do here but for the base, or the core stops.
func (c *core) next() *Endpoint {
	if c.control != nil {
		return c.control.next()
	}
	for {
		if c.inbox.Load() != nil {
			c.drain()
		}
		if c.guest != nil && c.imposed() {
			return nil
		}
		if e := c.pop(); e != nil {
			return e
		}
		if c.rt.done.Load() || c.guest != nil || c.running != c.loop && c.rt.lent.Load() {
			return nil
		}
		if c.spin() {
			continue
		}
		c.idle.Store(1)
		if c.inbox.Load() == nil && !c.rt.done.Load() || !c.idle.CompareAndSwap(1, 0) {
			<-c.sema
		}
	}
}

// spin waits briefly for news before the goroutine is parked: a hop between
// two running cores costs a fraction of a wake-up by the Go scheduler. But
// with no processor for the other core to run on, it only keeps that from
// running: then the parked goroutine and the woken one change places on one
// processor. So a core that has looked in vain parks at once the next time,
// and twice as many times after each further one in vain.
func (c *core) spin() bool {
	if c.skip > 0 {
		c.skip--
		return false
	}
	for range c.rt.spins {
		if c.inbox.Load() != nil {
			c.vain = 0
			return true
		}
	}
	c.vain = min(c.vain+1, 12)
	c.skip = 1 << c.vain
	return false
}

// post puts a place into the inbox, from anywhere. The core must be woken
// after it.
func (c *core) post(e *Endpoint) {
	for {
		head := c.inbox.Load()
		e.next = head
		if c.inbox.CompareAndSwap(head, e) {
			return
		}
	}
}

// claim makes the caller the one who runs an idle core, or lets it be run.
func (c *core) claim() bool { return c.idle.Load() != 0 && c.idle.CompareAndSwap(1, 0) }

func (c *core) wake() {
	if c.claim() {
		c.sema <- struct{}{} // has room: one for each claim
	}
}

// drain makes the components with news runnable. The inbox is a stack; it
// is turned so that who came first runs first.
func (c *core) drain() {
	var turned *Endpoint
	for e := c.inbox.Swap(nil); e != nil; {
		next := e.next
		e.next, turned = turned, e
		e = next
	}
	for e := turned; e != nil; {
		next := e.next
		e.next = nil
		if e.asked != nil {
			e.queued.Store(0)
			e.asked()
			e = next
			continue
		}
		if e.core == nil {
			c.call(e)
			e = next
			continue
		}
		e.queued.Store(0)
		if e.fresh != nil {
			e.settleIn()
		}
		if e.parked {
			e.ready()
		}
		e = next
	}
}

// work is the goroutine of a core.
func (c *core) work() {
	if c.loop == nil {
		c.loop = &thread{core: c}
		c.running = c.loop
	}
	for {
		c.leave(nil)
		if c.control != nil || c.rt.done.Load() && c.up == nil {
			break
		}
	}
}

// stop ends the threads, each of which is free by now.
func (c *core) stop() {
	c.stopping = true
	for len(c.free) > 0 {
		t := c.free[len(c.free)-1]
		c.free = c.free[:len(c.free)-1]
		if t.at != nil {
			c.handOver(t)
		}
	}
}
