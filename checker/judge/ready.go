package judge

import (
	"math"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// Choices that look at the other options (priority, else, timeout) ask what else was ready. The checker's own traces say so exactly: at the
// moment of the step. Code looks first and moves a little later, and what it did not find may have come between; so a recorded choice is right
// if it was right at some moment since the component's last step. What is ready for a component stays so until it moves itself: it is enough
// to know since when.

// now stands for "whenever it became ready".
const now = math.MaxInt

// before is the step before which what was ready must not have been passed over.
func (j *Judge) before(i *instance, takenSince int) int {
	if j.exact {
		return now
	}
	return max(i.last, takenSince)
}

// first returns the first option of a choose that has surely been ready since before a step, and its member; -1 if there is none. What is
// ready only because somebody else waits or has ended is not sure.
func (s *step) first(st *session.State, before int) (option, member int) {
	for k := range st.Edges {
		e := &st.Edges[k]
		switch e.Action.Kind {
		case session.SendMsg, session.ReceiveMsg, session.GonePeer:
			if !s.holds(e) {
				continue
			}
			lo, hi := s.members(&e.Action.Slot)
			for n := lo; n < hi; n++ {
				if since, ok := s.ready(e, n); ok && (before == now || since <= before) {
					return k, n
				}
			}
		case session.AddMember:
			if s.holds(e) && s.freeMember(e.Action.Group) >= 0 {
				return k, 0
			}
		}
	}
	return -1, 0
}

// turn reports whether a choose by priority may take an option with a member: nothing before it was surely ready.
func (s *step) turn(st *session.State, option, member, before int) bool {
	if !st.Priority {
		return true
	}
	k, n := s.first(st, before)
	return k < 0 || option < k || option == k && member <= n
}

// ready reports whether an enabled send, receive or gone option is surely ready with a member, and since which step.
func (s *step) ready(e *session.Edge, n int) (since int, ok bool) {
	a := &e.Action
	x := s.endAt(&a.Slot, n)
	if x == nil {
		return 0, false
	}
	peer := x.s.ends[a.Peer]
	switch a.Kind {
	case session.SendMsg:
		q := x.s.queue(x.role, a.Peer)
		_, can := x.after(true, a.Peer, a.Label)
		return q0(q).roomSince, can && q.capacity > 0 && !q.full() && peer.at != gone
	case session.ReceiveMsg:
		q := x.s.queue(a.Peer, x.role)
		_, can := x.after(false, a.Peer, a.Label)
		return q0(q).headSince, can && q != nil && len(q.messages) > 0 && q.messages[0].label == a.Label
	}
	q := x.s.queue(a.Peer, x.role)
	return peer.since, peer.at == gone && (q == nil || len(q.messages) == 0)
}

// q0 is q, or an empty queue.
func q0(q *queue) *queue {
	if q == nil {
		return &queue{}
	}
	return q
}

// lost reports whether a waiting component must crash, and had to before a step: it sends to or receives from an abandoned role and has no
// gone option for it.
func (s *step) lost(st *session.State, before int) bool {
	for k := range st.Edges {
		e := &st.Edges[k]
		a := &e.Action
		if a.Kind != session.SendMsg && a.Kind != session.ReceiveMsg || !s.holds(e) {
			continue
		}
		lo, hi := s.members(&a.Slot)
		for n := lo; n < hi; n++ {
			x := s.endAt(&a.Slot, n)
			if x == nil || x.s.ends[a.Peer].at != gone || before != now && x.s.ends[a.Peer].since > before {
				continue
			}
			if _, can := x.after(a.Kind == session.SendMsg, a.Peer, a.Label); !can {
				continue
			}
			if q := x.s.queue(a.Peer, x.role); a.Kind == session.ReceiveMsg && q != nil && len(q.messages) > 0 {
				continue
			}
			if !s.handlesGone(st, s.slotOf(&a.Slot, n), a.Peer) {
				return true
			}
		}
	}
	return false
}

func (s *step) handlesGone(st *session.State, slot, peer int) bool {
	for k := range st.Edges {
		a := &st.Edges[k].Action
		if a.Kind != session.GonePeer || a.Peer != peer || !s.holds(&st.Edges[k]) {
			continue
		}
		if n := s.memberOf(&a.Slot, slot); n >= 0 && s.endAt(&a.Slot, n) != nil {
			return true
		}
	}
	return false
}

// freeMember returns the lowest member of a set that is not there, -1 if it is full.
func (s *step) freeMember(group int) int {
	g := &s.i.machine.Groups[group]
	for n := range g.Len {
		if !s.l.present(g, n, nil) {
			return n
		}
	}
	return -1
}
