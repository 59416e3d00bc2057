package channel

import (
	"sync/atomic"
	"unsafe"
)

// A queue holds the messages of one ordered pair of roles by value, in a
// ring of capacity+1 slots. One end sends, one receives. The spare slot
// keeps the message last received readable until the next receive, so a
// message is copied once and the capacity is still exact.
//
// While shared is false, both ends live on one core and every access is
// plain; it is set before an end leaves the core, and only cleared by a
// holder that runs on the core of the other end.
type queue struct {
	sess     *session
	base     unsafe.Pointer
	carried  []End
	stride   uintptr
	size     uintptr // of the ring, in bytes
	slots    uint32
	capacity uint32
	ends     uint32
	from, to uint8
	shared   bool
	quick    bool // not shared, not recorded, no rendezvous, carries no ends

	claimed bool // rendezvous: the receiver is committed to the next message

	recvAt atomic.Pointer[arm] // where the receiver waits; nil while its end travels
	sendAt atomic.Pointer[arm]

	_          [16]byte
	tail       uint64  // messages sent; atomic when shared
	toff       uintptr // offset of the slot to fill
	headSeen   uint64  // what the sender last saw of head
	senderGone uint32  // the sender has abandoned; atomic when shared

	_        [40]byte
	head     uint64  // messages received; atomic when shared
	hoff     uintptr // offset of the slot to take
	tailSeen uint64
	recvGone uint32
	wantRoom uint32 // the sender waits for room
}

// share says whether the two ends live on different cores.
func (q *queue) share(shared bool) {
	q.shared = shared
	q.quick = !shared && q.capacity > 0 && q.ends == 0 && q.sess.rt.rec == nil
}

// tail and head slot: the first word is the label, the rest is payload.
func (q *queue) tailSlot() unsafe.Pointer { return unsafe.Add(q.base, q.toff) }
func (q *queue) headSlot() unsafe.Pointer { return unsafe.Add(q.base, q.hoff) }

// full is for the sender only.
func (q *queue) full() bool {
	if q.tail-q.headSeen < uint64(q.capacity) {
		return false
	}
	q.headSeen = atomic.LoadUint64(&q.head)
	return q.tail-q.headSeen >= uint64(q.capacity)
}

// empty is for the receiver only.
func (q *queue) empty() bool {
	if q.head < q.tailSeen {
		return false
	}
	q.tailSeen = atomic.LoadUint64(&q.tail)
	return q.head == q.tailSeen
}

// lost reports that nothing will come any more; for the receiver only, of
// an empty queue. The second look is for a message sent before abandoning.
func (q *queue) lost() bool {
	return atomic.LoadUint32(&q.senderGone) != 0 && q.empty()
}

// label is that of the message at the head; for the receiver only.
func (q *queue) label() uint16 { return *(*uint16)(q.headSlot()) }

// push publishes the slot that the sender has filled. It returns the core
// that must be woken, nil if none.
func (q *queue) push() *core {
	if q.toff += q.stride; q.toff == q.size {
		q.toff = 0
	}
	if q.shared {
		atomic.StoreUint64(&q.tail, q.tail+1)
	} else {
		q.tail++
	}
	// Behind another message it need not be told of: the receiver has the
	// place marked until it finds nothing more, which it looks for after it
	// has moved head, as the sender looks at head after it has moved tail.
	if q.tail-atomic.LoadUint64(&q.head) <= 1 {
		if r := q.recvAt.Load(); r != nil {
			return r.markRecv(q.shared)
		}
	}
	return nil
}

// pop takes the head; its slot stays valid until the next pop. It returns
// the core that must be woken, nil if none.
func (q *queue) pop() *core {
	if q.hoff += q.stride; q.hoff == q.size {
		q.hoff = 0
	}
	if q.shared {
		atomic.StoreUint64(&q.head, q.head+1)
	} else {
		q.head++
	}
	if atomic.LoadUint32(&q.wantRoom) != 0 {
		return q.room()
	}
	return nil
}

// endsAt is where the ends are that the message in a slot carries.
func (q *queue) endsAt(offset uintptr) []End {
	i := uint32(offset/q.stride) * q.ends
	return q.carried[i : i+q.ends]
}

// room tells a sender that found the queue full. It returns the core that
// must be woken, nil if none.
func (q *queue) room() *core {
	atomic.StoreUint32(&q.wantRoom, 0)
	if s := q.sendAt.Load(); s != nil {
		return s.markSend(q.shared)
	}
	return nil
}

// awaitRoom asks to be told of room, and reports whether there is some by
// now: the sender asks first and looks second, so that none is missed.
func (q *queue) awaitRoom() bool {
	atomic.StoreUint32(&q.wantRoom, 1)
	if q.capacity == 0 {
		return q.meet()
	}
	return !q.full() || atomic.LoadUint32(&q.recvGone) != 0
}

// occupancy is the number of queued messages.
func (q *queue) occupancy() uint32 {
	return uint32(atomic.LoadUint64(&q.tail) - atomic.LoadUint64(&q.head))
}
