package channel

import (
	"sync/atomic"
	"time"
	"unsafe"
)

// LabelGone is what Receive returns, when its Op allows it, for a peer that
// has abandoned.
const LabelGone = 0xffff

// An Endpoint is one component at run time, or the holder of one role in a
// plain Go program: its slots for ends, its place to wait, and the step
// counter that makes its states linear. A generated endpoint embeds it;
// only the goroutine or coroutine that runs the component may touch it.
type Endpoint struct {
	place
	step  uint32
	flags uint32 // atomic; any set: the slow way through enter

	rt    *Runtime
	core  *core // nil: an ordinary goroutine
	rec   *recording
	table *Component
	arms  []arm
	slots []slot
	at    [][]uint64 // arms of a set's members by point
	count []int32    // ends by slot group, then members by point as at, then members by tuple
	meets int        // arms at capacity 0

	bounds *bounds // nil: it makes nothing that has a limit

	outq  *queue         // between Begin and Commit
	out   unsafe.Pointer // payload of the message between Begin and Commit
	begun opened
	in    unsafe.Pointer // payload of the message last received
	inEnd []End
	inLen uintptr

	name    string
	number  uint32
	dead    error
	left    bool // all of its ends, and recorded so
	choices []*choiceState
	body
	clock
	pending pending // what it waits to do, under the controlled scheduler
}

// slot holds one end, or nothing.
type slot struct {
	end   End
	arm   int32
	point uint8
}

const (
	flagDead = 1 << iota
	flagAbort
	flagPoison
	flagSlow // controlled, off the cores, or its arms are not its slots
)

// opened says what Begin has done of a send.
type opened uint8

const (
	notBegun  opened = iota
	begun            // the message is to be published
	published        // it is: nobody on this core can look before Commit
)

// Step is the step of the state that a stub returns.
func (e *Endpoint) Step() uint32 { return e.step }

// Out is the payload of the message between Begin and Commit.
func Out[T any](e *Endpoint) *T { return (*T)(e.out) }

// In is the payload of the message last received, until the next step.
func In[T any](e *Endpoint) *T { return (*T)(e.in) }

func (e *Endpoint) init(rt *Runtime, t *Component, name string) {
	t.prepare()
	e.rt, e.table, e.name = rt, t, name
	e.rec = rt.rec
	if !t.dense || rt.control != nil {
		atomic.OrUint32(&e.flags, flagSlow)
	}
	e.claimed = -1
	w := (t.arms + 63) / 64
	for (w-1)>>e.group >= 64 {
		e.group++
	}
	words := make([]uint64, 2*w)
	e.recv, e.send = words[:w:w], words[w:]
	if !rt.single {
		remote := make([]atomic.Uint64, 2*w)
		e.remoteRecv, e.remoteSend = remote[:w:w], remote[w:]
	}
	e.slots = make([]slot, t.slots)
	e.arms = make([]arm, t.arms)
	e.count = make([]int32, len(t.Slots)+t.sets+len(t.Tuples))
	at := int32(0)
	for g := range t.Slots {
		s := &t.Slots[g]
		for m := range max(s.Set, 1) {
			i := t.first[g] + int32(m)
			e.slots[i].arm = at
			for r := range s.Protocol.Roles {
				if uint8(r) != s.Role {
					e.arms[at] = arm{e: e, i: at, slot: i, group: int32(g), peer: uint8(r)}
					at++
				}
			}
		}
	}
	if t.sets > 0 {
		e.at = make([][]uint64, t.sets)
		for i := range e.at {
			e.at[i] = make([]uint64, w)
		}
	}
	if rt.poison {
		atomic.OrUint32(&e.flags, flagPoison)
	}
}

func (e *Endpoint) id() uint32 {
	if e == nil {
		return 0
	}
	return e.number
}

// armOf is the arm of a member's other role.
func (e *Endpoint) armOf(op *Op, i int) *arm {
	s := &e.slots[int(e.table.first[op.Slot])+i]
	k := s.arm + int32(op.Peer)
	if op.Peer > s.end.role {
		k--
	}
	if s.end.sess == nil || s.point != op.Point && op.Point != AnyPoint {
		e.misuse(op.Slot, op.State, op.Method, "no end in this slot at this point")
	}
	return &e.arms[k]
}

func (e *Endpoint) misuse(slot int32, state, method, reason string) {
	panic(&MisuseError{Where: e.where(slot, state, ""), Method: method, Reason: reason})
}

// enter is the slow way into a step: something is wrong, or a test mode is on.
func (e *Endpoint) enter(step uint32, state, method string) error {
	if e == nil {
		return DeadState(state, method)
	}
	if e.dead != nil {
		return e.dead
	}
	if step != e.step {
		e.misuse(-1, state, method, "the state was used before")
	}
	f := atomic.LoadUint32(&e.flags)
	if f&flagPoison != 0 {
		e.poisonIn()
	}
	return e.aborted(state)
}

// poisonIn overwrites the message last received, in the test mode. What is
// being sent may still be read from it, so a send does so afterwards.
func (e *Endpoint) poisonIn() {
	if e.in == nil {
		return
	}
	for i := range e.inLen {
		*(*byte)(unsafe.Add(e.in, i)) = 0xDB
	}
	e.in = nil
}

// aborted turns a cancellation into the end of the endpoint.
func (e *Endpoint) aborted(state string) error {
	if atomic.LoadUint32(&e.flags)&flagAbort == 0 {
		return nil
	}
	cause := *e.cause.Load()
	if cause == ErrCrashed && e.run != nil {
		panic(cause)
	}
	return e.fail(&AbortedError{e.where(-1, state, ""), cause})
}

// fail abandons every end; the endpoint is dead from here on.
func (e *Endpoint) fail(err error) error {
	e.dead = err
	atomic.OrUint32(&e.flags, flagDead)
	e.step++
	e.leaveAll(CrashEvent)
	return err
}

// Begin waits until a message can be sent to member i of the Op's slot (0
// for a single end). The stub then fills Out and calls Commit.
//
// Begin and Receive do the usual case in place: no call, no mode. What they
// cannot do so, begin and receive do from the start. Within a core Begin has
// published the message: nobody can look before it is made.
func (e *Endpoint) Begin(step uint32, op *Op, i int) error {
	if e == nil || step != e.step || step&(slice-1) == 0 || atomic.LoadUint32(&e.flags) != 0 {
		return e.begin(step, op, i)
	}
	q := e.arms[op.Slot].out
	if q == nil || !q.quick || q.tail-q.head >= uint64(q.capacity) || q.recvGone != 0 {
		return e.beginAcross(step, op, i, q)
	}
	at := q.tailSlot()
	*(*uint16)(at) = op.Label
	e.outq, e.out, e.begun = q, unsafe.Add(at, 8), published
	if q.toff += q.stride; q.toff == q.size {
		q.toff = 0
	}
	q.tail++
	if q.tail-q.head != 1 { // its place is marked already
		return nil
	}
	if a := q.recvAt.Load(); a != nil {
		r := a.e
		if !r.parked {
			r.recv[a.i>>6] |= 1 << (a.i & 63)
			r.some |= 1 << (a.i >> 6 >> r.group)
			return nil
		}
		if c := r.core; r.want == a.i<<1 && c.up == nil {
			// It waits for nothing else, will look at this queue itself, and runs next.
			r.parked, c.up = false, r
			return nil
		}
		a.markRecv(false)
	}
	return nil
}

// beginAcross is the usual case of a queue that is not quick.
func (e *Endpoint) beginAcross(step uint32, op *Op, i int, q *queue) error {
	if q == nil || q.quick || q.tail-q.headSeen >= uint64(q.capacity) && q.full() || atomic.LoadUint32(&q.recvGone) != 0 {
		return e.begin(step, op, i)
	}
	e.fill(q, op.Label)
	return nil
}

func (e *Endpoint) begin(step uint32, op *Op, i int) error {
	if e == nil {
		return DeadState(op.State, op.Method)
	}
	in := e.in
	e.in = nil
	if err := e.enter(step, op.State, op.Method); err != nil {
		return err
	}
	e.in = in
	a := e.armOf(op, i)
	q := a.out
	if e.core != nil {
		if err := e.core.spend(e, op.State); err != nil {
			return err
		}
		if e.core.control != nil {
			e.pending = pending{kind: pendSend, arm: a, op: op}
			if err := e.core.control.pause(e, op.State); err != nil {
				return err
			}
		}
	}
	for {
		if atomic.LoadUint32(&q.recvGone) != 0 {
			if op.Chosen {
				break
			}
			e.rt.settled()
			if op.Gone {
				e.noteGone(a)
				e.step++
				return ErrGone
			}
			return e.goneError(op.Slot, op.Peer, op.State, op.Method)
		}
		if q.capacity == 0 && q.meet() || q.capacity != 0 && !q.full() {
			break
		}
		if q.awaitRoom() {
			continue
		}
		if err := e.sleepOn(a.i<<1|1, op.State); err != nil {
			return err
		}
	}
	e.fill(q, op.Label)
	e.took(op, nil, 0)
	return nil
}

// fill makes the slot of the next message the one that Out fills.
func (e *Endpoint) fill(q *queue, label uint16) {
	at := q.tailSlot()
	*(*uint16)(at) = label
	e.outq, e.out, e.begun = q, unsafe.Add(at, 8), begun
}

// retract takes back a message that Begin has published and that was never
// committed: the component crashed while it was made.
func (e *Endpoint) retract() {
	if e.begun != published {
		return
	}
	q := e.outq
	e.begun = notBegun
	if q.toff == 0 {
		q.toff = q.size
	}
	q.toff -= q.stride
	q.tail--
}

// sleepOn sleeps and then looks whether the component was cancelled.
func (e *Endpoint) sleepOn(want int32, state string) error {
	e.asleep = state
	if err := e.sleep(want); err != nil {
		return err
	}
	if atomic.LoadUint32(&e.flags)&flagAbort != 0 {
		return e.aborted(state)
	}
	return nil
}

// Commit sends the message that Begin has opened. It returns the new step.
func (e *Endpoint) Commit() uint32 {
	if e.begun != published {
		return e.commit()
	}
	e.begun = notBegun
	e.step++
	return e.step
}

func (e *Endpoint) commit() uint32 {
	if e.begun != begun {
		panic(&MisuseError{Where: e.where(-1, "", ""), Method: "Commit", Reason: "no Begin before it"})
	}
	q := e.outq
	e.begun = notBegun
	q.claimed = false
	var idle *core
	if e.rec == nil {
		idle = q.push()
	} else {
		e.rec.lock()
		label := *(*uint16)(q.tailSlot())
		l := &q.sess.proto.Labels[label]
		var ends []End
		if l.Ends > 0 {
			ends = q.endsAt(q.toff)[:l.Ends]
		}
		e.rec.message(SendEvent, e, q, label, q.occupancy()+1, unsafe.Slice(Out[byte](e), l.Payload.size), ends)
		idle = q.push()
		e.rec.unlock()
	}
	if atomic.LoadUint32(&q.recvGone) != 0 {
		q.drop()
	}
	if atomic.LoadUint32(&e.flags)&flagPoison != 0 {
		e.poisonIn()
	}
	e.step++
	if idle != nil {
		e.rouse(idle)
	}
	return e.step
}

// Receive waits for a message from the Op's peer and takes it. The payload
// is In until the next step.
func (e *Endpoint) Receive(step uint32, op *Op, i int) (uint16, error) {
	if e == nil || step != e.step || step&(slice-1) == 0 || atomic.LoadUint32(&e.flags) != 0 {
		return e.receive(step, op, i)
	}
	q := e.arms[op.Slot].in
	if q == nil || !q.quick {
		return e.receiveAcross(step, op, i, q)
	}
	if q.head == q.tail {
		if q.senderGone != 0 {
			return e.receive(step, op, i)
		}
		// As sleep does it, without its frame: a mispredicted return.
		c := e.core
		e.parked, e.want = true, op.Slot<<1
		if s := c.seatOfNext(); s == nil {
			c.leave(e)
		} else if s.up {
			s.up = false
			s.yield(struct{}{})
		} else {
			s.up = true
			s.next()
		}
		if q.head == q.tail || !q.quick || atomic.LoadUint32(&e.flags) != 0 {
			return e.receive(step, op, i)
		}
	}
	at := q.headSlot()
	l := *(*uint16)(at)
	if op.Labels>>l&1 == 0 {
		return e.receive(step, op, i)
	}
	e.in = unsafe.Add(at, 8)
	if q.hoff += q.stride; q.hoff == q.size {
		q.hoff = 0
	}
	q.head++
	if q.wantRoom != 0 {
		q.room()
	}
	e.step++
	return l, nil
}

// receiveAcross is the usual case of a queue that is not quick.
func (e *Endpoint) receiveAcross(step uint32, op *Op, i int, q *queue) (uint16, error) {
	if q == nil || q.capacity == 0 || q.empty() && atomic.LoadUint32(&q.senderGone) != 0 {
		return e.receive(step, op, i)
	}
	if q.empty() {
		e.sleep(op.Slot << 1) // fails off the cores only
	}
	if q.empty() || atomic.LoadUint32(&e.flags) != 0 || op.Labels>>q.label()&1 == 0 {
		return e.receive(step, op, i)
	}
	return e.take(q), nil
}

func (e *Endpoint) receive(step uint32, op *Op, i int) (uint16, error) {
	if err := e.enter(step, op.State, op.Method); err != nil {
		return 0, err
	}
	a := e.armOf(op, i)
	q := a.in
	if e.core != nil {
		if err := e.core.spend(e, op.State); err != nil {
			return 0, err
		}
		if e.core.control != nil {
			e.pending = pending{kind: pendReceive, arm: a, op: op}
			e.opening(a.i, nil)
			err := e.core.control.pause(e, op.State)
			e.claimed = e.closing()
			if err != nil {
				return 0, err
			}
		}
	}
	for q.empty() {
		if q.lost() {
			e.rt.settled()
			if op.Gone {
				e.noteGone(a)
				e.step++
				return LabelGone, nil
			}
			return 0, e.goneError(op.Slot, op.Peer, op.State, "")
		}
		if !q.empty() {
			break
		}
		if q.capacity == 0 {
			e.opening(a.i, nil)
			err := e.sleepOn(a.i<<1, op.State)
			if e.closing() < 0 || err != nil {
				if err != nil {
					return 0, err
				}
				continue
			}
			if err := e.awaitClaimed(q, a, op.State); err != nil {
				return 0, err
			}
			continue
		}
		if err := e.sleep(a.i << 1); err != nil {
			return 0, err
		}
		if atomic.LoadUint32(&e.flags)&flagAbort != 0 {
			return 0, e.aborted(op.State)
		}
	}
	if l := q.label(); op.Labels>>l&1 == 0 {
		s := &e.table.Slots[op.Slot]
		return 0, e.fail(&ProtocolError{e.where(op.Slot, op.State, s.Protocol.label(l)), s.Protocol.Roles[op.Peer]})
	}
	e.took(op, nil, 0)
	return e.take(q), nil
}

// awaitClaimed waits for the message of a sender that has committed us.
func (e *Endpoint) awaitClaimed(q *queue, a *arm, state string) error {
	for q.empty() && atomic.LoadUint32(&q.senderGone) == 0 {
		if err := e.sleepOn(a.i<<1, state); err != nil {
			return err
		}
	}
	e.claimed = -1
	return nil
}

// take removes the head of q and makes it In.
func (e *Endpoint) take(q *queue) uint16 {
	l := q.label()
	e.claimed = -1
	e.rec.lock()
	if q.ends != 0 {
		e.inEnd = q.endsAt(q.hoff)
	}
	e.in = unsafe.Add(q.headSlot(), 8)
	idle := q.pop()
	if e.rec != nil || atomic.LoadUint32(&e.flags)&flagPoison != 0 {
		e.inLen = q.sess.proto.Labels[l].Payload.size
	}
	if e.rec != nil {
		var ends []End
		if n := q.sess.proto.Labels[l].Ends; n > 0 {
			ends = e.inEnd[:n]
		}
		e.rec.message(ReceiveEvent, e, q, l, q.occupancy(), unsafe.Slice((*byte)(e.in), e.inLen), ends)
		e.rec.unlock()
	}
	e.step++
	if idle != nil {
		e.rouse(idle)
	}
	return l
}

// noteGone records that the loss of a peer was taken as an option.
func (e *Endpoint) noteGone(a *arm) {
	if e.rec != nil {
		d := e.slots[a.slot].end
		e.rt.emit(Event{Kind: GoneEvent, From: a.peer, To: d.role, Component: e.number, Session: d.sess.id, Protocol: d.sess.proto})
	}
}

// Close lets go of an end that has reached the end of its protocol.
func (e *Endpoint) Close(slot int32, i int) {
	d := e.unbind(e.table.first[slot] + int32(i))
	d.sess.abandon(d.role, CloseEvent, e)
}

// Abandon gives up an end at any state; it is a step.
func (e *Endpoint) Abandon(step uint32, op *Op, i int) error {
	if err := e.enter(step, op.State, op.Method); err != nil {
		return err
	}
	e.armOf(op, i)
	e.step++
	d := e.unbind(e.table.first[op.Slot] + int32(i))
	d.sess.abandon(d.role, AbandonEvent, e)
	return nil
}

// clock is the time-out of a choose.
type clock struct {
	timer    *time.Timer
	fired    atomic.Uint64
	deadline time.Duration // virtual, under the controlled scheduler
}

func (e *Endpoint) setTimer(d time.Duration) {
	if e.timer == nil {
		e.timer = time.AfterFunc(d, func() { e.fired.Store(1); e.wakeRemote() })
		return
	}
	e.fired.Store(0)
	e.timer.Reset(d)
}
