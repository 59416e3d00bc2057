package judge

import (
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// What all components share: sessions with their ends and queues. It is determined by the events alone, so there is one of it,
// however many local states a component may be in.

// sess is a session.
type sess struct {
	name   string // as the trace names it
	proto  *session.Protocol
	ends   []*end // per role
	queues []*queue
	made   bool // by new: it counts toward the limit while it lives
}

// An end stands at a state of its local type, or it is over, or abandoned.
type end struct {
	s      *sess
	role   int
	at     int       // local state; over or gone
	since  int       // gone: since that step
	holder *instance // nil: it travels, or nobody has it
}

const (
	over = -1
	gone = -2
)

func (e *end) live() bool { return e.at >= 0 }

func (e *end) String() string { return e.s.name + "." + e.s.proto.Roles[e.role] }

// after returns where the end stands after an action; false if its local type does not have it.
func (e *end) after(send bool, peer, label int) (int, bool) {
	if !e.live() {
		return 0, false
	}
	l := e.s.proto.Locals[e.role]
	x := l.Edge(e.at, send, peer, label)
	switch {
	case x == nil:
		return 0, false
	case l.States[x.Next].End:
		return over, true
	}
	return x.Next, true
}

// queue is one direction of a session.
type queue struct {
	from, to, capacity int
	messages           []message
	headSince          int // the step that made its head the head
	roomSince          int // the step that made room in it
	lenAtDrop          int // messages in it when its receiver abandoned
}

func (q *queue) full() bool { return len(q.messages) >= q.capacity }

// message is a label with its fields: of a finite one the value, of an end the end.
type message struct {
	label  int
	values []int64 // per field; unknown
	ends   []*end  // per field; nil
}

func (s *sess) queue(from, to int) *queue {
	for _, q := range s.queues {
		if q.from == from && q.to == to {
			return q
		}
	}
	return nil
}

// free reports whether nothing of a session is left: nobody is in it, and nothing is queued.
func (s *sess) free() bool {
	for _, e := range s.ends {
		if e.live() {
			return false
		}
	}
	for _, q := range s.queues {
		if len(q.messages) > 0 {
			return false
		}
	}
	return true
}

// newSession makes a session at its start.
func (j *Judge) newSession(name string, p *session.Protocol) *sess {
	s := &sess{name: name, proto: p}
	capacity := p.Capacity
	for k, q := range j.sys.Protocols {
		if q == p && j.sys.Capacity != nil {
			capacity = j.sys.Capacity[k]
		}
	}
	for r := range p.Roles {
		e := &end{s: s, role: r}
		if p.Locals[r].States[0].End {
			e.at = over
		}
		s.ends = append(s.ends, e)
	}
	for r, l := range p.Locals {
		for _, st := range l.States {
			for _, x := range st.Edges {
				if x.Send && s.queue(r, x.Peer) == nil {
					s.queues = append(s.queues, &queue{from: r, to: x.Peer, capacity: capacity[r][x.Peer]})
				}
			}
		}
	}
	j.sessions[j.key(name, p)] = s
	return s
}

// key is what j.sessions knows a session by. The checker numbers the sessions of each protocol, and protocols of two packages may share a name.
func (j *Judge) key(name string, p *session.Protocol) string {
	if j.recorded || p.Package == nil {
		return name
	}
	return qname(p) + " " + name
}

// sessionOf is the session that an event is about, nil if there is none.
func (j *Judge) sessionOf(e *traces.Event) *sess {
	if s := j.sessions[e.Channel]; s != nil || j.recorded {
		return s
	}
	return j.sessions[e.Protocol+" "+e.Channel]
}

// endNamed is the end of its instance that an event is about, nil if there is none.
func (j *Judge) endNamed(e *traces.Event) *end {
	if s := j.sessionOf(e); s != nil {
		if r := s.proto.RoleNamed(e.Role); r >= 0 {
			return s.ends[r]
		}
	}
	return nil
}

// named returns the end that a trace calls "Port#3.clock"; a session that was not heard of before is made, if its protocol is known.
func (j *Judge) named(name string, p *session.Protocol) *end {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return nil
	}
	if p == nil {
		return nil
	}
	s := j.sessions[j.key(name[:dot], p)]
	if s == nil && j.recorded {
		s = j.newSession(name[:dot], p)
	}
	if s == nil || s.proto != p {
		return nil
	}
	r := s.proto.RoleNamed(name[dot+1:])
	if r < 0 {
		return nil
	}
	return s.ends[r]
}

// abandon gives up a live end. What is queued toward it is dropped, and the ends in that are abandoned too.
func (j *Judge) abandon(e *end) {
	if !e.live() {
		return
	}
	e.at, e.since, e.holder = gone, j.step, nil
	j.touched = append(j.touched, e.s)
	for _, q := range e.s.queues {
		if q.to != e.role {
			continue
		}
		dropped := q.messages
		q.lenAtDrop, q.messages = len(dropped), nil
		for _, m := range dropped {
			j.drop(m)
		}
	}
}

// drop abandons the ends in a message that nobody receives.
func (j *Judge) drop(m message) {
	for _, t := range m.ends {
		if t != nil {
			j.abandon(t)
		}
	}
}

// sweep forgets the sessions that have come to their end.
func (j *Judge) sweep() {
	for _, s := range j.touched {
		if !s.free() {
			continue
		}
		if s.made {
			s.made = false
			j.made[s.proto]--
		}
		if k := j.key(s.name, s.proto); j.recorded && j.sessions[k] == s {
			delete(j.sessions, k)
		}
	}
	j.touched = j.touched[:0]
}
