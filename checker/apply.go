package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// This file makes successors: each step begins with a copy of the state, changes it in place, runs the local steps that follow, and is emitted.

func (r *run) begin(i *instance, o *option, kind stepKind) {
	copy(r.next, r.s)
	r.w = r.next
	r.made = step{kind: kind, inst: i, opt: o}
	r.step = &r.made
	r.dirty, r.dropped, r.moved = r.dirty[:0], nil, nil // those of a remembered step are not ours to write
}

// finish runs i from the state that its step leads to, and emits.
func (r *run) finish(i *instance, to int) {
	r.settle(i, to)
	r.emit()
}

func (r *run) emit() {
	if r.step.failure == none {
		for _, s := range r.dirty {
			r.unforeseen(s)
			r.reclaim(s)
		}
	}
	switch {
	case r.step.kind == byFault || r.step.optional():
	case r.step.opt == nil || r.step.opt.kind != session.TimeoutOption:
		r.steps++
	case r.step.opt.edge.Action.Rescues:
		r.rescues++
	default:
		r.timeouts++
	}
	r.yield(r)
	r.count++
	r.w = r.s
}

// unforeseen panics if an end was abandoned that Abandoned does not know of, and somebody else is there to notice.
func (r *run) unforeseen(s *sess) {
	for _, e := range s.ends {
		if e.kind.gives || e.code.get(r.next) != 1 || !r.m.abandons {
			continue
		}
		for _, other := range s.ends {
			if other.code.get(r.next) < r.m.live {
				continue
			}
			if i, _ := r.m.holder(other, r.next); i != r.step.inst {
				panic("checker: Abandoned does not know that the " + e.kind.local.Protocol.Roles[e.role] + " of " + s.name + " may be abandoned")
			}
		}
	}
}

func (r *run) fail(i *instance, e *session.Edge, f failure) {
	if r.step.failure == none {
		r.step.failure, r.step.failed, r.step.who = f, e, i
	}
}

// evaluate returns the value of an expression in the successor under construction.
func (r *run) evaluate(i *instance, x expr, e *session.Edge) int64 {
	v := x(r)
	if r.bad {
		r.bad = false
		r.fail(i, e, outOfRange)
	}
	return v
}

// assign writes a register.
func (r *run) assign(i *instance, c *cell, v int64, e *session.Edge) {
	if c.nowhere {
		return
	}
	k := int64(0)
	if c.index != nil {
		if k = r.evaluate(i, c.index, e); r.step.failure == none && (k < 0 || k >= int64(c.len)) {
			r.fail(i, e, outOfRange)
		}
	}
	at := c.base
	if v < int64(i.lo[at]) || v > int64(i.hi[at]) {
		r.fail(i, e, outOfRange)
	}
	if r.step.failure == none && c.followed {
		i.regs[at+int(k)].set(r.next, uint64(v-int64(i.lo[at])))
	}
}

// bind writes the member that an option with Any was taken with.
func (r *run) bind(i *instance, o *option, n int) {
	if o.ref.any {
		r.assign(i, &o.ref.bind, int64(n), o.edge)
	}
}

// slotAt resolves a slot of the successor under construction; nil if it has none (nowhere, or an index outside, which fails).
func (r *run) slotAt(i *instance, f *ref, e *session.Edge) *slot {
	if f.n == 0 {
		return nil
	}
	k := int64(0)
	if f.index != nil {
		if k = r.evaluate(i, f.index, e); k < 0 || k >= int64(f.n) {
			r.fail(i, e, outOfRange)
			return nil
		}
	}
	return &i.slots[f.base+int(k)*f.stride]
}

// empty takes whatever a slot holds out of it.
func (r *run) empty(s *slot) {
	if s.moves {
		s.f.set(r.next, 0)
	}
}

// put moves an end (by its value, 0 for none) into a slot. What was there is lost.
func (r *run) put(s *slot, value uint64) {
	r.lose(s)
	s.f.set(r.next, value)
	if value != 0 && s.handles == nil {
		r.moved = append(r.moved, s.ends[value-1])
	}
}

// lose empties a slot: a handle in it is dropped, an end is leaked.
func (r *run) lose(s *slot) {
	if e := r.m.end(s, r.next); e != nil {
		r.moved = append(r.moved, e)
	}
	if s.handles != nil {
		if v := s.f.get(r.next); v != 0 {
			c := s.handles[v-1]
			c.watched.set(r.next, 0)
			if !c.liveIn(r.next) {
				c.control.set(r.next, 0)
			}
		}
	}
	r.empty(s)
}

// take empties a slot and returns the value that it held.
func (r *run) take(s *slot) uint64 {
	v := s.f.get(r.next)
	s.f.set(r.next, 0)
	return v
}

// advance moves an end along its local type; the slot lets go of an end that is over.
func (r *run) advance(s *slot, e *end, send bool, peer, label int) {
	code, ok := e.kind.step(e.code.get(r.next), send, peer, label)
	if !ok {
		panic("checker: a step that the local type does not have was taken for ready")
	}
	e.code.set(r.next, code)
	if code == 0 {
		r.empty(s)
		r.dirty = append(r.dirty, e.session)
	}
}

// message evaluates what a send carries. Ends in it leave their slots.
func (r *run) message(i *instance, o *option, l *letter) uint64 {
	msg, wild := l.base, 0
	for k := range o.args {
		a := &o.args[k]
		switch a.kind {
		case argValue:
			v := r.evaluate(i, a.value, o.edge)
			if v < a.lo || v > a.hi {
				r.fail(i, o.edge, outOfRange)
			} else if a.pay != nil {
				msg += uint64(v-a.pay.lo) * a.pay.stride
			}
		case argWild:
			msg += r.choice[wild] * a.pay.stride
			wild++
		case argEnd:
			if s := r.slotAt(i, &a.ref, o.edge); s != nil {
				v := r.take(s)
				if v != 0 {
					r.moved = append(r.moved, s.ends[v-1])
				}
				msg += v * a.pay.stride
			}
		}
	}
	return msg
}

// choose moves on to the next values for an option's wild arguments; false after the last.
func (r *run) choose(o *option) bool {
	for k, n := range o.wild {
		if r.choice[k]++; r.choice[k] < n {
			return true
		}
		r.choice[k] = 0
	}
	return false
}

func (r *run) send(i *instance, o *option, n int, e *end, q *queue) {
	length := 0
	if q.capacity > 1 {
		length = q.len(r.s)
	}
	for more := true; more; more = r.choose(o) {
		r.begin(i, o, byOption)
		r.bind(i, o, n)
		msg := r.message(i, o, &q.alpha.labels[o.label])
		r.step.member, r.step.end, r.step.queue, r.step.msg, r.step.length = n, e, q, msg, length+1
		q.push(r.next, msg, length)
		r.advance(&i.slots[o.ref.base+n*o.ref.stride], e, true, o.peer, o.label)
		r.finish(i, o.next)
	}
}

func (r *run) receive(i *instance, o *option, n int, e *end, q *queue, msg uint64) {
	r.begin(i, o, byOption)
	r.step.member, r.step.end, r.step.queue, r.step.msg, r.step.got = n, e, q, msg, true
	q.pop(r.next)
	r.accept(i, o, n, e, &q.alpha.labels[o.label], msg)
	r.finish(i, o.next)
}

// accept is the receiver's half: its end advances, its variables and slots take what the message carries.
func (r *run) accept(i *instance, o *option, n int, e *end, l *letter, msg uint64) {
	r.advance(&i.slots[o.ref.base+n*o.ref.stride], e, false, o.peer, o.label)
	r.bind(i, o, n)
	for k := range o.args {
		a := &o.args[k]
		if a.pay == nil {
			continue
		}
		v := l.value(a.pay, msg)
		switch {
		case a.kind == argValue:
			r.assign(i, &a.to, a.pay.lo+int64(v), o.edge)
		case a.kind == argEnd:
			if s := r.slotAt(i, &a.ref, o.edge); s != nil {
				r.put(s, v)
			}
		case a.pay.ends != nil && v != 0:
			r.moved = append(r.moved, a.pay.ends[v-1]) // nobody takes it
		}
	}
}

// swap is a send and its receive in one step, the sender's local steps first.
func (r *run) swap(i *instance, o *option, n int, e *end, q *queue, j *instance, p *option, slot int) {
	for more := true; more; more = r.choose(o) {
		r.begin(i, o, byOption)
		r.bind(i, o, n)
		l := &q.alpha.labels[o.label]
		msg := r.message(i, o, l)
		r.step.member, r.step.end, r.step.queue, r.step.msg, r.step.got = n, e, q, msg, true
		r.step.peer, r.step.with, r.step.slot = j, p, slot
		r.advance(&i.slots[o.ref.base+n*o.ref.stride], e, true, o.peer, o.label)
		r.accept(j, p, slot, e.session.ends[o.peer], l, msg)
		if r.step.failure == none {
			r.settle(i, o.next)
		}
		if r.step.failure == none {
			r.settle(j, p.next)
		}
		r.emit()
	}
}

func freeSession(w []uint64, p *protocol) *sess {
	for _, s := range p.pool {
		if free(w, s) {
			return s
		}
	}
	return nil
}

// free reports whether every role of a session is over and its queues are empty.
func free(w []uint64, s *sess) bool {
	for _, e := range s.ends {
		if e.code.get(w) != 0 {
			return false
		}
	}
	for _, q := range s.queues {
		if q.head(w) != 0 {
			return false
		}
	}
	return true
}

// reclaim forgets who abandoned a session in which nobody is left and nothing is queued: its number can be given again.
func (r *run) reclaim(s *sess) {
	if !r.m.abandons {
		return
	}
	for _, e := range s.ends {
		if e.code.get(r.next) >= r.m.live {
			return
		}
	}
	for _, q := range s.queues {
		if q.head(r.next) != 0 {
			return
		}
	}
	for _, e := range s.ends {
		e.code.set(r.next, 0)
	}
}

func (r *run) newSession(i *instance, o *option) {
	s := freeSession(r.s, o.protocol)
	r.begin(i, o, byOption)
	r.step.made = s
	for k, e := range s.ends {
		e.code.set(r.next, e.kind.codes[0])
		r.moved = append(r.moved, e)
		if t := r.slotAt(i, &o.into[k], o.edge); t != nil && e.kind.codes[0] != 0 {
			r.put(t, e.value)
		}
	}
	r.finish(i, o.next)
}

func freeInstance(w []uint64, pool []*instance) *instance {
	for _, i := range pool {
		if i.control.get(w) == 0 {
			return i
		}
	}
	return nil
}

func (r *run) start(i *instance, o *option) {
	c := freeInstance(r.s, o.pool)
	for more := true; more; more = r.choose(o) {
		r.begin(i, o, byOption)
		r.step.child = c
		wild := 0
		c.reset(r.next, true)
		for k := range o.args {
			a := &o.args[k]
			switch a.kind {
			case argValue, argWild:
				v := int64(r.choice[wild]) + a.lo
				if a.kind == argValue {
					v = r.evaluate(i, a.value, o.edge)
				} else {
					wild++
				}
				x := &c.machine.Vars[a.param]
				if v < int64(x.Lo) || v > int64(x.Hi) {
					r.fail(i, o.edge, outOfRange)
					break
				}
				for n := x.Base; n < x.Base+x.Len; n++ {
					c.regs[n].set(r.next, uint64(v-int64(x.Lo)))
				}
			case argEnd:
				if s := r.slotAt(i, &a.ref, o.edge); s != nil {
					r.put(&c.slots[c.machine.Groups[a.group].Base], r.take(s))
				}
			}
		}
		if len(o.into) > 0 {
			if s := r.slotAt(i, &o.into[0], o.edge); s != nil {
				r.lose(s)
				for v, h := range s.handles {
					if h == c {
						s.f.set(r.next, uint64(v)+1)
					}
				}
				c.watched.set(r.next, 1)
			}
		}
		if r.step.failure == none {
			r.settle(c, 0)
		}
		if r.step.failure == none {
			r.settle(i, o.next)
		}
		r.emit()
	}
}

// freeMember returns the lowest member of a set that is not there, -1 if it is full.
func (r *run) freeMember(i *instance, o *option) int {
	for n := range o.group.Len {
		if !r.present(i, o.group, n, nil) {
			return n
		}
	}
	return -1
}

func (r *run) add(i *instance, o *option) {
	n := r.freeMember(i, o)
	r.begin(i, o, byOption)
	r.step.picked = n
	for f := range o.ends {
		if s := r.slotAt(i, &o.ends[f], o.edge); s != nil {
			r.put(&i.slots[o.group.Base+n*len(o.group.Fields)+f], r.take(s))
		}
	}
	r.assign(i, &o.member, int64(n), o.edge)
	r.finish(i, o.next)
}
