package channel

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// An arm is one slot's way to one other role: the queue in, the queue out
// and the bit of both in the place to wait.
type arm struct {
	e       *Endpoint
	in, out *queue
	i       int32 // bit
	slot    int32 // in Endpoint.slots
	group   int32 // in Component.Slots
	peer    uint8
}

// A place is where one component waits for all its channels. A set bit
// means "look there"; whoever looks and finds nothing clears it first and
// looks again. recv, send and parked belong to the component's core; what
// comes from elsewhere is or-ed into the remote words, and the core is
// told through its inbox, once until it has looked.
type place struct {
	recv, send             []uint64
	some                   uint64 // groups of words of which one may be set
	group                  uint8  // a group is 1<<group words
	remoteRecv, remoteSend []atomic.Uint64
	remote                 atomic.Uint64 // groups of remote words of which one is set
	queued                 atomic.Uint32 // in the core's inbox, or semaphore raised
	parked                 bool
	want                   int32 // arm*2 for its message, arm*2+1 for its room, or one of those below
	next                   *Endpoint
	sema                   chan struct{}        // of an ordinary goroutine
	lentTo                 atomic.Pointer[core] // the core that an ordinary goroutine runs now

	// Rendezvous, under Runtime.meeting.
	open    bool
	openOne int32    // the arm it waits on
	opens   []uint64 // or the arms, when there are many
	claimed int32    // the arm a sender has committed it to, or -1
}

const (
	wantMany  = -1
	wantPlace = -2 // of a limit
)

// markRecv marks the arm for a message. It returns the core that must be
// woken, nil if none.
func (a *arm) markRecv(shared bool) *core {
	e := a.e
	w, bit := a.i>>6, uint64(1)<<(a.i&63)
	if shared {
		e.remoteRecv[w].Or(bit)
		return e.tellOf(w)
	}
	e.recv[w] |= bit
	e.some |= 1 << (w >> e.group)
	if e.parked && (e.want == a.i<<1 || e.want == wantMany) {
		e.ready()
	}
	return nil
}

// markSend is markRecv for room.
func (a *arm) markSend(shared bool) *core {
	e := a.e
	w, bit := a.i>>6, uint64(1)<<(a.i&63)
	if shared {
		e.remoteSend[w].Or(bit)
		return e.tellOf(w)
	}
	e.send[w] |= bit
	e.some |= 1 << (w >> e.group)
	if e.parked && (e.want == a.i<<1|1 || e.want == wantMany) {
		e.ready()
	}
	return nil
}

// ready makes a parked component runnable; on its own core only.
func (e *Endpoint) ready() {
	e.parked = false
	e.core.push(e)
}

// wakeRemote tells the place, from anywhere, that there is news.
func (e *Endpoint) wakeRemote() { e.tell().wakeUp() }

// tellOf is tell of news in a remote word.
func (e *Endpoint) tellOf(w int32) *core {
	if g := uint64(1) << (w >> e.group); e.remote.Load()&g == 0 {
		e.remote.Or(g)
	}
	return e.tell()
}

// tell is wakeRemote but for waking the core, which it returns.
func (e *Endpoint) tell() *core {
	if e.queued.Load() != 0 || !e.queued.CompareAndSwap(0, 1) {
		return nil
	}
	c := e.core
	if c == nil {
		c = e.lentTo.Load()
	}
	if c != nil {
		c.post(e)
		return c
	}
	if e.sema != nil {
		e.sema <- struct{}{} // has room: raised at most once until queued is cleared
	}
	return nil
}

// wakeUp is wake where there may be no core to be woken.
func (c *core) wakeUp() {
	if c != nil {
		c.wake()
	}
}

// merge takes in the remote marks.
func (e *Endpoint) merge() {
	if e.remote.Load() == 0 {
		return
	}
	groups := e.remote.Swap(0)
	e.some |= groups
	for ; groups != 0; groups &= groups - 1 {
		for w, end := e.words(groups); w < end; w++ {
			if e.remoteRecv[w].Load() != 0 {
				e.recv[w] |= e.remoteRecv[w].Swap(0)
			}
			if e.remoteSend[w].Load() != 0 {
				e.send[w] |= e.remoteSend[w].Swap(0)
			}
		}
	}
}

// words is from which word on, and up to which, the first of some groups is.
func (e *Endpoint) words(groups uint64) (from, end int) {
	g := bits.TrailingZeros64(groups)
	return g << e.group, min((g+1)<<e.group, len(e.recv))
}

// sleep returns when there may be news about want. The caller has looked
// after asking to be told, and looks again.
//
// The usual case, another component that is ready on the same core, is
// written out here: each frame between a step and the switch costs a
// mispredicted return, as much as the rest of its work.
func (e *Endpoint) sleep(want int32) error {
	c := e.core
	if c == nil {
		return e.block()
	}
	e.parked, e.want = true, want
	if s := c.seatOfNext(); s == nil {
		c.leave(e)
	} else if s.up {
		s.up = false
		s.yield(struct{}{})
	} else {
		s.up = true
		s.next()
	}
	return nil
}

// seatOfNext makes the next component of the run queue the running one, if
// that is all there is to do; the caller must change places with it at once.
func (c *core) seatOfNext() *seat {
	e := c.up
	if e == nil || c.control != nil || c.inbox.Load() != nil {
		return nil
	}
	t := e.thread
	if t == nil || t.at == nil {
		return nil
	}
	c.up = nil
	if c.n > 0 {
		c.dequeue()
	}
	me, s := c.running, t.at
	me.at, s.who = s, me
	t.at, c.running = nil, t
	return s
}

// block is sleep for an ordinary goroutine.
func (e *Endpoint) block() error {
	if e.sema == nil {
		return ErrNotReady
	}
	<-e.sema
	e.queued.Store(0)
	return nil
}

// meeting guards rendezvous: lock and unlock are free on a single core.
type meeting struct {
	sync.Mutex
	single bool
}

func (m *meeting) lock() {
	if !m.single {
		m.Lock()
	}
}

func (m *meeting) unlock() {
	if !m.single {
		m.Unlock()
	}
}

// meet commits the receiver of a rendezvous queue to the sender's message,
// if it waits there now; else asks to be told when it does.
func (q *queue) meet() bool {
	if q.claimed || atomic.LoadUint32(&q.recvGone) != 0 {
		return true
	}
	m := &q.sess.rt.meeting
	m.lock()
	defer m.unlock()
	if r := q.recvAt.Load(); r != nil && r.e.isOpen(r.i) {
		r.e.claimed = r.i
		q.claimed = true
		return true
	}
	atomic.StoreUint32(&q.wantRoom, 1)
	return false
}

// canMeet is meet without the commitment.
func (q *queue) canMeet() bool {
	if q.claimed {
		return true
	}
	r := q.recvAt.Load()
	return r != nil && r.e.isOpen(r.i)
}

func (e *Endpoint) isOpen(arm int32) bool {
	if !e.open || e.claimed >= 0 {
		return false
	}
	if e.opens == nil {
		return e.openOne == arm
	}
	return e.opens[arm>>6]>>(arm&63)&1 != 0
}

// opening publishes that the component waits on one arm (opens nil) or on
// many, and tells the senders who asked.
func (e *Endpoint) opening(one int32, opens []uint64) {
	if e.meets == 0 {
		return
	}
	m := &e.rt.meeting
	m.lock()
	e.open, e.opens, e.openOne = true, opens, one
	tell := func(i int32) {
		if q := e.arms[i].in; q != nil && q.capacity == 0 && atomic.LoadUint32(&q.wantRoom) != 0 {
			q.room().wakeUp()
		}
	}
	if opens == nil {
		tell(one)
	}
	for w, word := range opens {
		for ; word != 0; word &= word - 1 {
			tell(int32(w<<6 + bits.TrailingZeros64(word)))
		}
	}
	m.unlock()
}

// closing withdraws it, and returns the arm that a sender has claimed.
func (e *Endpoint) closing() int32 {
	if e.meets == 0 {
		return -1
	}
	m := &e.rt.meeting
	m.lock()
	e.open = false
	c := e.claimed
	m.unlock()
	return c
}
