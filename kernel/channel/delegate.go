package channel

import "sync/atomic"

// bind puts an end into a slot. The place to wait is published first and
// the bits are set afterwards: a sender reads the place after enqueueing,
// so either it finds this place, or this look finds its message.
func (e *Endpoint) bind(i int32, d End) {
	s := &e.slots[i]
	s.end, s.point = d, 0
	e.counted(i, 1)
	for k := range len(d.sess.proto.Roles) - 1 {
		a := &e.arms[int(s.arm)+k]
		a.in, a.out = d.sess.queue(a.peer, d.role), d.sess.queue(d.role, a.peer)
		w, bit := a.i>>6, uint64(1)<<(a.i&63)
		if q := a.in; q != nil {
			q.recvAt.Store(a)
			e.settle(q, q.sendAt.Load())
			e.recv[w] |= bit
			e.some |= 1 << (w >> e.group)
			if q.capacity == 0 {
				e.meets++
			}
		}
		if q := a.out; q != nil {
			q.sendAt.Store(a)
			e.settle(q, q.recvAt.Load())
			e.send[w] |= bit
			e.some |= 1 << (w >> e.group)
		}
	}
}

// settle says whether a queue's two ends are on one core. It may only
// change its mind where the other end's holder cannot be running.
func (e *Endpoint) settle(q *queue, other *arm) {
	shared := q.shared
	switch {
	case e.rt.single:
		shared = false
	case e.core == nil:
		shared = true
	case other != nil:
		shared = other.e.core != e.core
	}
	if shared != q.shared {
		q.share(shared)
	}
}

// unbind takes the end out of a slot.
func (e *Endpoint) unbind(i int32) End {
	s := &e.slots[i]
	d := s.end
	s.end = End{}
	if d.sess.memory != nil {
		e.stillReads(d.sess)
	}
	e.counted(i, -1)
	for k := range len(d.sess.proto.Roles) - 1 {
		a := &e.arms[int(s.arm)+k]
		if q := a.in; q != nil {
			q.recvAt.Store(nil)
			if q.capacity == 0 {
				e.meets--
			}
		}
		if q := a.out; q != nil {
			q.sendAt.Store(nil)
		}
		a.in, a.out = nil, nil
		w, bit := a.i>>6, uint64(1)<<(a.i&63)
		e.recv[w] &^= bit
		e.send[w] &^= bit
	}
	e.stand(i, -1)
	return d
}

// Give puts the end of a slot into the message between Begin and Commit,
// as the k-th end that it carries. The component has it no more.
func (e *Endpoint) Give(k int, slot int32, i int) {
	at := e.table.first[slot] + int32(i)
	d := e.slots[at].end
	if d.sess == nil {
		e.misuse(slot, "", "Give", "no end in this slot")
	}
	if d.sess == e.outq.sess {
		e.misuse(slot, "", "Give", "an end cannot travel over its own session")
	}
	e.unbind(at)
	e.carry(k, d)
}

// GiveEnd is Give for an end that is in no slot, as one of NewSession.
func (e *Endpoint) GiveEnd(k int, d End) { e.carry(k, d) }

// GiveFrom is Give for role stubs: other's only end travels, and every
// state of it is dead.
func (e *Endpoint) GiveFrom(k int, other *Endpoint, step uint32, state, method string) error {
	if err := other.enter(step, state, method); err != nil {
		return err
	}
	d := other.unbind(0)
	other.dead = &MisuseError{other.where(0, state, ""), method, "the end was given away"}
	atomic.OrUint32(&other.flags, flagDead)
	other.step++
	e.carry(k, d)
	return nil
}

func (e *Endpoint) carry(k int, d End) {
	q := e.outq
	if q.shared {
		d.leave()
	}
	q.endsAt(q.toff)[k] = d
}

// Take moves the k-th end of the message last received into a slot. For a
// set it returns the member's index; a full set is a misuse (its guard).
func (e *Endpoint) Take(k int, slot int32, point uint8) int {
	return e.Put(e.TakeEnd(k), slot, point)
}

// TakeEnd is Take for an end that goes into no slot of this endpoint.
func (e *Endpoint) TakeEnd(k int) End {
	d := e.inEnd[k]
	e.inEnd[k] = End{}
	if d.sess == nil {
		panic(&MisuseError{Where: e.where(-1, "", ""), Method: "Take", Reason: "the end was taken before"})
	}
	return d
}

// Put moves an end into a slot.
func (e *Endpoint) Put(d End, slot int32, point uint8) int {
	s := &e.table.Slots[slot]
	if d.sess == nil || d.sess.proto != s.Protocol || d.role != s.Role {
		e.misuse(slot, "", "Put", "not an end of this slot's protocol and role")
	}
	for m := range max(s.Set, 1) {
		if i := e.table.first[slot] + int32(m); e.slots[i].end.sess == nil {
			e.bind(i, d)
			e.stand(i, int(point))
			return m
		}
	}
	e.misuse(slot, "", "Put", "the slot is taken")
	return -1
}

// New makes a fresh session inside a component; the ends start on its core.
func (e *Endpoint) New(p *Protocol) []End {
	s := e.rt.session(p, e.core == nil)
	s.place = e.heldPlace()
	e.rt.emit(Event{Kind: NewEvent, Component: e.number, Session: s.id, Protocol: p})
	ends := make([]End, len(p.Roles))
	for r := range ends {
		ends[r] = End{s, uint8(r)}
	}
	return ends
}

// Move says at which point a member stands from now on.
func (e *Endpoint) Move(slot int32, i int, point uint8) {
	e.stand(e.table.first[slot]+int32(i), int(point))
}

// stand keeps the sets of arms by point that dynamic options read.
func (e *Endpoint) stand(i int32, point int) {
	s := &e.slots[i]
	a := &e.arms[s.arm]
	if at := e.table.at[a.group]; at >= 0 {
		for k := range int32(len(e.table.Slots[a.group].Protocol.Roles) - 1) {
			w, bit := (s.arm+k)>>6, uint64(1)<<((s.arm+k)&63)
			if was := &e.at[at+int32(s.point)][w]; *was&bit != 0 {
				*was &^= bit
				if k == 0 {
					e.count[len(e.table.Slots)+int(at)+int(s.point)]--
				}
			}
			if point >= 0 {
				e.at[at+int32(point)][w] |= bit
				if k == 0 {
					e.count[len(e.table.Slots)+int(at)+point]++
				}
			}
		}
	}
	s.point = uint8(max(point, 0))
}

// Has reports whether a slot, or a member of a set, holds an end.
func (e *Endpoint) Has(slot int32, i int) bool {
	return e.slots[int(e.table.first[slot])+i].end.sess != nil
}

// counted keeps the counts when a slot was filled (1) or emptied (-1).
func (e *Endpoint) counted(i, by int32) {
	t := e.table
	g := e.arms[e.slots[i].arm].group
	e.count[g] += by
	k := t.tuple[g]
	if k < 0 {
		return
	}
	for f := range t.Tuples[k].Fields {
		if other := t.Tuples[k].Slot + f; other != g && e.Has(other, int(i-t.first[g])) {
			return // the member was there before, or still is
		}
	}
	e.count[len(t.Slots)+t.sets+int(k)] += by
}

// Count is the number of ends in a slot.
func (e *Endpoint) Count(slot int32) int { return int(e.count[slot]) }
