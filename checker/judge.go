package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// idle reports whether a live instance may stay as it is for ever: it waits only for what others may do, each end that it holds stands at a
// rest point, and every queue toward it is empty.
func (r *run) idle(i *instance, w []uint64) bool {
	st := i.standing(w)
	if st.kind != session.Waiting {
		return false
	}
	s, old := r.s, r.w
	r.s, r.w = w, w
	waits := r.waitsOnly(i, st)
	r.s, r.w = s, old
	if !waits {
		return false
	}
	for k := range i.slots {
		e := r.m.end(&i.slots[k], w)
		if e == nil {
			continue
		}
		if !e.kind.rest[e.code.get(w)] {
			return false
		}
		for _, q := range e.in {
			if q != nil && q.head(w) != 0 {
				return false
			}
		}
	}
	return true
}

// waiting returns the live instances that are not idle.
func (r *run) waiting(w []uint64) []*instance {
	var all []*instance
	for _, i := range r.m.instances {
		if i.liveIn(w) && !r.idle(i, w) {
			all = append(all, i)
		}
	}
	return all
}

// waitsOnly reports whether every enabled option waits for a peer, a child or time, or is optional, and there is one.
func (r *run) waitsOnly(i *instance, st *state) bool {
	some := false
	for k := range st.options {
		o := &st.options[k]
		if !r.holds(i, o) {
			continue
		}
		if o.edge.Optional {
			some = true
			continue
		}
		switch o.kind {
		case session.ReceiveMsg, session.GonePeer, session.TimeoutOption, session.ChildEnded, session.ChildCrashed:
			some = true
		default:
			return false
		}
	}
	return some
}

// leaked returns a live end that no component can reach by following held ends through their queues, nil if there is none.
func (m *model) leaked(w []uint64) *end {
	reached := make([]bool, len(m.ends))
	var todo []*end
	reach := func(e *end) {
		if !reached[e.id] {
			reached[e.id] = true
			todo = append(todo, e)
		}
	}
	for _, i := range m.instances {
		if !i.liveIn(w) {
			continue
		}
		for k := range i.slots {
			if e := m.end(&i.slots[k], w); e != nil {
				reach(e)
			}
		}
	}
	for len(todo) > 0 {
		e := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, q := range e.in {
			if q == nil || !q.travels {
				continue
			}
			for _, t := range q.ends(w, nil) {
				reach(t)
			}
		}
	}
	for _, e := range m.ends {
		if e.code.get(w) >= m.live && !reached[e.id] {
			return e
		}
	}
	return nil
}
