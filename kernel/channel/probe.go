package channel

import (
	"fmt"
	"reflect"
	"unsafe"
)

// A Probe holds one end for whoever plays its role without stubs, between
// the runs of a controlled scheduler. It never waits: CanSend and Peek say
// what can be done now. It knows no states; whoever holds it has the Local.
type Probe struct {
	e    Endpoint
	role uint8
}

// Hold makes a probe the holder of an end.
func (rt *Runtime) Hold(d End, name string) *Probe {
	p := &Probe{role: d.role}
	d.sess.proto.prepare()
	rt.Probe(&p.e, &d.sess.proto.probes[d.role], name, d)
	return p
}

func (p *Probe) arm(role uint8) *arm {
	if role > p.role {
		role--
	}
	return &p.e.arms[role]
}

// CanSend reports whether there is room for a message now, or, at capacity
// 0, a receiver that waits for it. There is none where the receiver is gone.
func (p *Probe) CanSend(to uint8) bool {
	q := p.arm(to).out
	switch {
	case q == nil || q.recvGone != 0:
		return false
	case q.capacity == 0:
		return q.canMeet()
	}
	return !q.full()
}

// Holder is the component that holds the end of a role in a slot, as events
// number it: there is none while the end travels.
func (p *Probe) Holder(role uint8) (component uint32, held bool) {
	q := p.arm(role).out
	if q == nil {
		return 0, false
	}
	a := q.recvAt.Load()
	if a == nil {
		return 0, false
	}
	return a.e.number, true
}

// Gone reports whether a role has left the session and all that it sent was received.
func (p *Probe) Gone(role uint8) bool {
	a := p.arm(role)
	return (a.out == nil || a.out.recvGone != 0) && (a.in == nil || a.in.lost())
}

// Send sends a message for which CanSend has seen room. values points to
// the label's payload, nil if it has none.
func (p *Probe) Send(label uint16, values any, ends ...End) {
	e := &p.e
	s := e.slots[0].end.sess
	l := &s.proto.Labels[label]
	q := p.arm(l.To).out
	if q.capacity == 0 && !q.meet() {
		panic("channel: a probe sends to a receiver that does not wait")
	}
	e.fill(q, label)
	if t := l.Payload.typ; t != nil {
		reflect.NewAt(t, unsafe.Add(q.tailSlot(), 8)).Elem().Set(reflect.ValueOf(values).Elem())
	}
	if len(ends) != l.Ends {
		panic(fmt.Sprintf("channel: %s carries %d ends, not %d", l.Name, l.Ends, len(ends)))
	}
	for k, d := range ends {
		e.GiveEnd(k, d)
	}
	e.commit()
}

// Peek is the label of the next message of a role.
func (p *Probe) Peek(from uint8) (label uint16, ok bool) {
	q := p.arm(from).in
	if q == nil || q.empty() {
		return 0, false
	}
	return q.label(), true
}

// Receive takes the message that Peek has seen, with a copy of its values.
func (p *Probe) Receive(from uint8) (values any, ends []End) {
	e := &p.e
	q := p.arm(from).in
	l := &q.sess.proto.Labels[e.take(q)]
	if t := l.Payload.typ; t != nil {
		v := reflect.New(t)
		v.Elem().Set(reflect.NewAt(t, e.in).Elem())
		values = v.Interface()
	}
	for k := range l.Ends {
		ends = append(ends, e.TakeEnd(k))
	}
	return values, ends
}

// Listen says from which roles, a set of bits, a message at capacity 0 is
// received as soon as it is sent. It holds until the next Listen.
func (p *Probe) Listen(roles uint64) {
	e := &p.e
	if e.meets == 0 {
		return
	}
	opens := make([]uint64, len(e.recv))
	for i := range e.arms {
		if roles>>e.arms[i].peer&1 != 0 {
			opens[i>>6] |= 1 << (i & 63)
		}
	}
	e.closing()
	e.opening(wantMany, opens)
}

// Close lets go of an end that has reached the end of its protocol.
func (p *Probe) Close() { p.e.Close(0, 0) }

// Abandon gives the end up.
func (p *Probe) Abandon() { p.e.Drop(0, 0) }

// Lift takes the end out of the probe, which holds nothing from then on.
func (p *Probe) Lift() End { return p.e.Lift(0, 0) }

// Session is the number of the session that an end belongs to, as events carry it.
func (d End) Session() uint64 { return d.sess.id }

// Left reports whether a role of the end's session has let go of it.
func (d End) Left(role uint8) bool {
	d.sess.rt.dropping.Lock()
	defer d.sess.rt.dropping.Unlock()
	return d.sess.gone[role]
}
