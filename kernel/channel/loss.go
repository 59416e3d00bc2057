package channel

import "sync/atomic"

// abandon gives up one role: what it sent stays receivable, what was sent
// to it is dropped, its peers find it gone.
func (s *session) abandon(role uint8, kind EventKind, by *Endpoint) {
	one := [1]End{{s, role}}
	s.rt.lose(Event{Kind: kind, Component: by.id(), Session: s.id, Protocol: s.proto, From: role}, one[:])
}

// leaveAll gives up every end in one step, which is an end or a crash. The
// second one of a component has nothing to give up, and is not recorded.
func (e *Endpoint) leaveAll(kind EventKind) {
	e.retract()
	var ends []End
	for i := range e.slots {
		if e.slots[i].end.sess != nil {
			ends = append(ends, e.unbind(int32(i)))
		}
	}
	if !e.left || len(ends) > 0 {
		e.left = true
		e.rt.lose(Event{Kind: kind, Component: e.number}, ends)
	}
}

// lose gives up ends, and those that travel toward them, in one step: all
// are marked under one lock, which whoever finds a mark passes before acting
// on it (settled). So nobody who has seen one of them gone can lead anybody
// to another that still seems to be there. ev is the only event, but for
// handles, which are no part of what the component does.
func (rt *Runtime) lose(ev Event, ends []End) {
	one := ev.Protocol != nil
	rt.dropping.Lock()
	if one && ends[0].sess.gone[ends[0].role] {
		rt.dropping.Unlock()
		return
	}
	rt.rec.lock()
	ends = markAll(ends)
	rt.rec.emit(ev)
	for _, d := range ends {
		if !one && d.sess != nil && d.sess.proto == &handles {
			rt.rec.emit(Event{Kind: AbandonEvent, Component: ev.Component, Session: d.sess.id, Protocol: &handles, From: d.role})
		}
	}
	rt.rec.unlock()
	rt.dropping.Unlock()
	tellAll(ends)
}

// markAll makes ends gone, and those that it appends because they travel
// toward them; one that was gone before becomes zero. Under Runtime.dropping.
func markAll(ends []End) []End {
	for i := 0; i < len(ends); i++ {
		if d := ends[i]; d.sess.gone[d.role] {
			ends[i] = End{}
		} else {
			ends = d.mark(ends)
		}
	}
	for _, d := range ends {
		if d.sess != nil && d.sess.held == 0 {
			d.sess.over()
		}
	}
	return ends
}

// over is for a session that all its roles have left. It may be said twice.
func (s *session) over() {
	if s.place != nil {
		s.place.give()
		s.place = nil
	}
	s.forget()
}

func tellAll(ends []End) {
	for _, d := range ends {
		if d.sess != nil {
			d.tell()
		}
	}
}

// mark makes an end gone, drops what was sent to it, and appends the ends in that.
func (d End) mark(ends []End) []End {
	s := d.sess
	s.gone[d.role] = true
	s.held--
	s.rt.ends.Add(-1)
	for i := range s.queues {
		q := &s.queues[i]
		if q.from == d.role {
			atomic.StoreUint32(&q.senderGone, 1)
		}
		if q.to == d.role {
			atomic.StoreUint32(&q.recvGone, 1)
			ends = q.discard(ends)
		}
	}
	return ends
}

// tell wakes the peers of an end that is gone.
func (d End) tell() {
	for i := range d.sess.queues {
		q := &d.sess.queues[i]
		if q.from == d.role {
			q.sendAt.Store(nil)
			if r := q.recvAt.Load(); r != nil {
				r.markRecv(q.shared).wakeUp()
			}
		}
		if q.to == d.role {
			q.recvAt.Store(nil)
			if a := q.sendAt.Load(); a != nil {
				a.markSend(q.shared).wakeUp()
			}
		}
	}
}

// settled returns when a loss of which one mark was seen is whole.
func (rt *Runtime) settled() {
	if !rt.single {
		rt.dropping.Lock()
		//lint:ignore SA2001 whoever marks holds it to the end
		rt.dropping.Unlock()
	}
}

// drop is for a sender that finds, after it has sent, that the receiver has gone.
func (q *queue) drop() {
	rt := q.sess.rt
	rt.dropping.Lock()
	ends := markAll(q.discard(nil))
	rt.dropping.Unlock()
	tellAll(ends)
}

// discard drops what is queued, and appends the ends in it. The ends of the
// message last received are among them, unless they were taken.
func (q *queue) discard(ends []End) []End {
	tail, head := atomic.LoadUint64(&q.tail), atomic.LoadUint64(&q.head)
	if q.ends > 0 {
		first := head
		if head > 0 {
			first-- // and with capacity 0 there is but that one slot
		}
		for n := first; n < tail; n++ {
			carried := q.endsAt(uintptr(n%uint64(q.slots)) * q.stride)
			for i, d := range carried {
				if d.sess != nil {
					ends = append(ends, d)
					carried[i] = End{}
				}
			}
		}
	}
	atomic.StoreUint64(&q.head, tail)
	return ends
}
