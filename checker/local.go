package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// settle runs the local steps of i from a machine state on until it waits, decides, has a live end to abandon, or ends.
func (r *run) settle(i *instance, at int) {
	for range localLimit {
		if r.step.failure != none {
			return
		}
		st := &i.states[at]
		switch st.kind {
		case session.Waiting, session.Deciding:
			r.stand(i, st)
			return
		case session.Ended:
			r.stop(i, i.ended)
			return
		}
		o := r.localEdge(i, st)
		if o == nil {
			return
		}
		if o.kind == session.AbandonEnd {
			if s := r.slotAt(i, &o.ref, o.edge); s != nil && r.m.end(s, r.next) != nil {
				r.stand(i, st)
				return
			}
		}
		r.local(i, o)
		at = o.next
	}
	panic("checker: a component of machine " + i.machine.Name + " takes local steps for ever")
}

const localLimit = 1 << 20

// localEdge returns the first edge of a local state whose guard holds, nil if a guard fails.
func (r *run) localEdge(i *instance, st *state) *option {
	for k := range st.options {
		o := &st.options[k]
		if o.guard == nil {
			return o
		}
		v := r.evaluate(i, o.guard, o.edge)
		if r.step.failure != none {
			return nil
		}
		if v != 0 {
			return o
		}
	}
	panic("checker: no guard holds in a local state of machine " + i.machine.Name)
}

func (r *run) local(i *instance, o *option) {
	switch o.kind {
	case session.Skip:
	case session.Assign:
		r.assign(i, &o.to, r.evaluate(i, o.value, o.edge), o.edge)
	case session.Assert:
		if r.evaluate(i, o.value, o.edge) == 0 {
			r.fail(i, o.edge, assertion)
		}
	case session.AbandonEnd:
		if s := r.slotAt(i, &o.ref, o.edge); s != nil {
			if e := r.m.end(s, r.next); e != nil {
				r.abandon(e)
			}
			r.lose(s)
		}
	case session.MoveEnd:
		from, to := r.slotAt(i, &o.ref, o.edge), r.slotAt(i, &o.into[0], o.edge)
		if from != nil && to != nil && from != to {
			if from.handles != nil {
				v := r.take(from)
				r.lose(to)
				to.f.set(r.next, v)
				break
			}
			r.put(to, r.take(from))
		}
	default:
		panic("checker: a local state has an edge of another kind")
	}
}

// abandon gives up a live end: queues toward it are dropped, and the ends that were in them are abandoned too.
func (r *run) abandon(e *end) {
	if e.code.get(r.next) < r.m.live {
		return
	}
	e.code.set(r.next, 1)
	r.dirty = append(r.dirty, e.session)
	for _, q := range e.in {
		if q == nil || q.head(r.next) == 0 {
			continue
		}
		r.dropped = append(r.dropped, q)
		var travelling []*end
		if q.travels {
			travelling = q.ends(r.next, nil)
		}
		q.clear(r.next)
		for _, t := range travelling {
			r.abandon(t)
		}
	}
}

// ends appends the ends that travel in a queue.
func (q *queue) ends(w []uint64, to []*end) []*end {
	for _, msg := range q.messages(w) {
		l := &q.alpha.labels[q.alpha.labelOf(msg)]
		for p := range l.payloads {
			y := &l.payloads[p]
			if y.ends == nil {
				continue
			}
			if v := l.value(y, msg); v != 0 {
				to = append(to, y.ends[v-1])
			}
		}
	}
	return to
}

// crash stops i after abandoning every end that it holds.
func (r *run) crash(i *instance) {
	for k := range i.slots {
		if e := r.m.end(&i.slots[k], r.next); e != nil {
			r.abandon(e)
			r.empty(&i.slots[k])
		}
	}
	r.stop(i, i.crashed)
}

// stop ends i. Whatever it still holds is lost; a started one that nobody watches is free again.
func (r *run) stop(i *instance, code uint64) {
	for k := range i.slots {
		r.lose(&i.slots[k])
	}
	i.reset(r.next, false)
	if i.given == nil && i.watched.get(r.next) == 0 {
		code = 0
	}
	i.control.set(r.next, code)
}

// reset gives the registers their initial values; those that a property reads keep theirs unless all are meant.
func (i *instance) reset(w []uint64, all bool) {
	for k, f := range i.regs {
		if all || !i.keep[k] {
			f.set(w, uint64(int64(i.initial[k])-int64(i.lo[k])))
		}
	}
}

// initial makes the first state in next; the step may have failed.
func (r *run) initial() {
	m := r.m
	zero := make([]uint64, m.words)
	r.s = zero
	r.begin(nil, nil, byOption)
	for _, i := range m.instances {
		i.reset(r.next, true)
	}
	for _, s := range m.sessions {
		for _, e := range s.ends {
			if !s.pooled {
				e.code.set(r.next, e.kind.codes[0])
			}
		}
	}
	for _, i := range m.instances {
		if i.given == nil {
			continue
		}
		i.control.set(r.next, i.first)
		for _, h := range i.given.Ends {
			if s := &i.slots[h.Slot]; s.moves && m.sessions[h.Session].ends[h.Role].kind.codes[0] != 0 {
				s.f.set(r.next, m.sessions[h.Session].ends[h.Role].value)
			}
		}
	}
	for _, i := range m.instances {
		if i.given != nil && r.step.failure == none {
			r.step.inst = i
			r.settle(i, 0)
		}
	}
	for _, s := range r.dirty {
		r.reclaim(s)
	}
}
