package channel

import "unsafe"

// A session is one run of a protocol between its roles: one queue for each
// ordered pair that talks, in memory allocated here and never again.
type session struct {
	rt     *Runtime
	proto  *Protocol
	id     uint64
	queues []queue
	gone   []bool  // by role; under rt.dropping
	held   int     // roles that are not gone; under rt.dropping
	place  *limit  // that it takes; nil: none
	memory *memory // of its queues, where it may be used again; nil otherwise
}

// An End is one role of one session. It is linear: whoever gives it away
// has it no more. The zero End holds nothing.
type End struct {
	sess *session
	role uint8
}

// Protocol and Role name what the end speaks.
func (d End) Protocol() *Protocol { return d.sess.proto }
func (d End) Role() uint8         { return d.role }

// NewSession makes a fresh session and returns its ends by role.
func (rt *Runtime) NewSession(p *Protocol) []End {
	s := rt.session(p, true)
	ends := make([]End, len(p.Roles))
	for r := range ends {
		ends[r] = End{s, uint8(r)}
	}
	return ends
}

func (rt *Runtime) session(p *Protocol, shared bool) *session {
	p.prepare()
	shared = shared && !rt.single
	s := &session{rt: rt, proto: p, id: rt.sessions.Add(1), queues: make([]queue, len(p.pairs)), gone: make([]bool, len(p.Roles)), held: len(p.Roles)}
	rt.ends.Add(int64(len(p.Roles)))
	var base unsafe.Pointer
	base, s.memory = p.memory()
	var carried []End
	if p.carry > 0 {
		carried = make([]End, p.carry)
	}
	for i := range s.queues {
		d, q := &p.pairs[i], &s.queues[i]
		q.sess, q.from, q.to = s, d.from, d.to
		q.base, q.stride, q.slots, q.capacity = unsafe.Add(base, d.offset*8), d.stride, d.slots, d.capacity
		q.size = q.stride * uintptr(q.slots)
		q.ends = uint32(d.ends)
		q.share(shared)
		if d.ends > 0 {
			q.carried = carried[d.carry : d.carry+int(d.slots)*d.ends]
		}
	}
	return s
}

// queue returns the queue between two roles, nil where they do not talk.
func (s *session) queue(from, to uint8) *queue {
	i := s.proto.index[int(from)*len(s.proto.Roles)+int(to)]
	if i < 0 {
		return nil
	}
	return &s.queues[i]
}

// leave makes the queues of an end shared, before the end leaves a core.
// What travels in its inbound queues leaves with it.
func (d End) leave() {
	for i := range d.sess.queues {
		q := &d.sess.queues[i]
		if q.from != d.role && q.to != d.role || q.shared {
			continue
		}
		q.share(true)
		for _, c := range q.carried {
			if q.to == d.role && c.sess != nil {
				c.leave()
			}
		}
	}
}
