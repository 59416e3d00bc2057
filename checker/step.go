package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// run is the successor function with its scratch memory: expand makes every successor of a state, one after the other, in next. There is no
// other: the search, the judgement of its graph and the replay of counterexamples all go through it. A run belongs to one goroutine.
type run struct {
	m     *model
	s     []uint64   // the state that is expanded
	next  []uint64   // the successor under construction
	w     []uint64   // what expressions read: s or next
	bad   bool       // an expression failed
	yield func(*run) // called for each successor; it reads next and step

	step    *step      // the step under construction, or one that is remembered: not to be written by others
	made    step       // what step points at while steps are made
	choice  [16]uint64 // values chosen for what nobody follows to its source
	dirty   []*sess    // sessions in which a role ended or was abandoned
	dropped []*queue   // non-empty queues that an abandonment emptied
	moved   []*end     // ends that changed hands: what can leak

	memos      []memo                          // per standing state
	remembered int                             // entries in memos
	learnt     func(t *step, dropped []*queue) // called for each step that is remembered from now on; may be nil
	known      map[step]*step

	count    int // successors so far
	steps    int // those that count for deadlock: neither faults nor timeouts
	timeouts int // timeouts that rescue nobody
	rescues  int // timeouts that are meant to

	unspecified func(r *run, i *instance, o *option, e *end, label int) // i waits with o and cannot take that label; may be nil
	guardFailed func(r *run, i *instance, o *option)                    // a guard cannot be evaluated; may be nil
}

// step says what made a successor. What a kind of step does not set is zero.
type step struct {
	kind   stepKind
	inst   *instance
	opt    *option
	member int // of opt.ref
	end    *end
	msg    uint64 // sent, received or exchanged
	queue  *queue
	got    bool // a message left queue
	length int  // of queue after a send
	peer   *instance
	with   *option // of an exchange: the receiver's
	slot   int     // of an exchange: the receiver's
	made   *sess
	child  *instance
	picked int
	// Of a step that fails:
	failure failure
	failed  *session.Edge
	who     *instance
}

type stepKind uint8

const (
	byOption stepKind = iota
	byCrash           // a component that lost its peer
	byFault
)

// failure says why a step leads nowhere.
type failure uint8

const (
	none failure = iota
	assertion
	outOfRange
)

func (m *model) newRun(yield func(*run)) *run {
	r := &run{m: m, next: make([]uint64, m.words), yield: yield, memos: make([]memo, len(m.footprints)), known: map[step]*step{}}
	r.step = &r.made
	return r
}

// expand yields every successor of s, always in the same order.
func (r *run) expand(s []uint64) {
	r.from(s)
	for _, i := range r.m.instances {
		r.instance(i)
	}
	r.faults()
}

// from says which state is expanded.
func (r *run) from(s []uint64) {
	r.s, r.w = s, s
	r.count, r.steps, r.timeouts, r.rescues = 0, 0, 0, 0
}

// instance yields the steps of an instance, those in which it is the receiver of a rendezvous excepted.
func (r *run) instance(i *instance) {
	c := i.control.get(r.s)
	if c < i.first {
		return
	}
	st := i.stand[c-i.first]
	if e := r.recall(i, st); e != nil {
		r.repeat(e)
		return
	}
	r.direct(i, st)
}

// faults yields the crashes that nobody causes.
func (r *run) faults() {
	s := r.s
	if n := len(r.m.sys.Crash); n > 0 && int(r.m.crashes.get(s)) < r.m.sys.CrashMost {
		for _, c := range r.m.sys.Crash {
			if i := r.m.instances[c]; i.liveIn(s) {
				r.begin(i, nil, byFault)
				r.m.crashes.set(r.next, r.m.crashes.get(s)+1)
				r.crash(i)
				r.emit()
			}
		}
	}
}

// direct is instance without memory.
func (r *run) direct(i *instance, st *state) {
	switch st.kind {
	case session.Waiting:
		r.wait(i, st)
	case session.Deciding:
		r.decide(i, st)
	default:
		r.leave(i, st)
	}
}

func (r *run) decide(i *instance, st *state) {
	for k := range st.options {
		o := &st.options[k]
		if !r.holds(i, o) {
			continue
		}
		if o.kind != session.PickMember {
			r.begin(i, o, byOption)
			r.finish(i, o.next)
			continue
		}
		for n := range o.group.Len {
			if r.present(i, o.group, n, o.at) {
				r.begin(i, o, byOption)
				r.step.picked = n
				r.assign(i, &o.member, int64(n), o.edge)
				r.finish(i, o.next)
			}
		}
	}
}

// leave takes the step of a state that abandons an end.
func (r *run) leave(i *instance, st *state) {
	r.begin(i, nil, byOption)
	if o := r.localEdge(i, st); o != nil {
		r.step.opt = o
		r.release(i, o)
	}
	r.emit()
}

// release gives up the end of an option, in a step that has begun.
func (r *run) release(i *instance, o *option) {
	if s := r.slotAt(i, &o.ref, o.edge); s != nil {
		r.step.end = r.m.end(s, r.next)
	}
	r.local(i, o)
	r.settle(i, o.next)
}

func (r *run) wait(i *instance, st *state) {
	lost := r.m.abandons && r.losesPeer(i, st)
	first := turn{option: -1}
	if st.ordered {
		first = r.first(i, st)
	}
	for k := range st.options {
		o := &st.options[k]
		switch o.kind {
		case session.ElseOption, session.TimeoutOption:
			if r.holds(i, o) && first.option < 0 && !lost && (o.kind == session.ElseOption || !r.hasElse(i, st)) {
				r.begin(i, o, byOption)
				r.finish(i, o.next)
			}
			continue
		}
		if !r.holds(i, o) {
			continue
		}
		lo, hi := r.members(i, o)
		for n := lo; n < hi; n++ {
			r.try(i, st, o, n, !st.priority || first.admits(k, n))
		}
	}
	if lost {
		r.begin(i, nil, byCrash)
		r.crash(i)
		r.emit()
	}
}

func (r *run) hasElse(i *instance, st *state) bool {
	for k := range st.options {
		if o := &st.options[k]; o.kind == session.ElseOption && r.holds(i, o) {
			return true
		}
	}
	return false
}

// try takes an option with member n of its slot, if it is ready. Unless turn is set, another option comes first.
func (r *run) try(i *instance, st *state, o *option, n int, turn bool) {
	switch o.kind {
	case session.SendMsg:
		e := r.endAt(i, &o.ref, n)
		if e == nil || !r.canStep(e, true, o.peer, o.label) {
			return
		}
		q := e.out[o.peer]
		if q.capacity == 0 {
			r.exchange(i, st, o, n, e, q)
			return
		}
		if turn && !q.full(r.s) && !r.abandoned(e.session.ends[o.peer]) {
			r.send(i, o, n, e, q)
		}
	case session.ReceiveMsg:
		if s := &i.slots[o.ref.base+n*o.ref.stride]; s.fixed != nil { // the usual case first: there is nothing
			if q := s.fixed.in[o.peer]; q == nil || q.head(r.s) == 0 {
				return
			}
		}
		e := r.endAt(i, &o.ref, n)
		if e == nil {
			return
		}
		q := e.in[o.peer]
		if q == nil {
			return
		}
		msg := q.head(r.s)
		if msg == 0 {
			return // at capacity 0 it is the sender's step
		}
		if x := &q.alpha.labels[o.label]; msg-x.base >= x.count || !r.canStep(e, false, o.peer, o.label) {
			r.judgeHead(i, o, e, q.alpha.labelOf(msg))
			return
		}
		if turn {
			r.receive(i, o, n, e, q, msg)
		}
	default:
		if !turn {
			return
		}
		r.tryOther(i, o, n)
	}
}

// tryOther is try for what neither sends nor receives.
func (r *run) tryOther(i *instance, o *option, n int) {
	if !r.ready(i, o, n) {
		return
	}
	switch o.kind {
	case session.GonePeer:
		e := r.endAt(i, &o.ref, n)
		r.begin(i, o, byOption)
		r.step.member, r.step.end = n, e
		r.bind(i, o, n)
		r.finish(i, o.next) // what becomes of the end is up to the component
	case session.NewSession:
		r.newSession(i, o)
	case session.StartChild:
		r.start(i, o)
	case session.AddMember:
		r.add(i, o)
	case session.TakeCase:
		r.begin(i, o, byOption)
		r.finish(i, o.next)
	case session.AbandonEnd:
		r.begin(i, o, byOption)
		r.release(i, o)
		r.emit()
	case session.ChildEnded, session.ChildCrashed:
		s := &i.slots[o.ref.base+n*o.ref.stride]
		c := s.handles[s.f.get(r.s)-1]
		r.begin(i, o, byOption)
		r.step.member, r.step.child = n, c
		r.bind(i, o, n)
		s.f.set(r.next, 0)
		c.watched.set(r.next, 0)
		c.control.set(r.next, 0)
		r.finish(i, o.next)
	default:
		panic("checker: a waiting state has an edge of a local step")
	}
}

// ready reports whether an enabled option with member n of its slot is ready, whoever's turn it is. A rendezvous is not: see first.
func (r *run) ready(i *instance, o *option, n int) bool {
	switch o.kind {
	case session.SendMsg:
		e := r.endAt(i, &o.ref, n)
		if e == nil || !r.canStep(e, true, o.peer, o.label) {
			return false
		}
		q := e.out[o.peer]
		return q.capacity > 0 && !q.full(r.s) && !r.abandoned(e.session.ends[o.peer])
	case session.ReceiveMsg:
		e := r.endAt(i, &o.ref, n)
		if e == nil || !r.canStep(e, false, o.peer, o.label) {
			return false
		}
		q := e.in[o.peer]
		if q == nil {
			return false
		}
		msg := q.head(r.s) // at capacity 0 there is none
		return msg != 0 && q.alpha.labelOf(msg) == o.label
	case session.GonePeer:
		e := r.endAt(i, &o.ref, n)
		return e != nil && r.abandoned(e.session.ends[o.peer]) && (e.in[o.peer] == nil || e.in[o.peer].head(r.s) == 0)
	case session.NewSession:
		return freeSession(r.s, o.protocol) != nil
	case session.StartChild:
		return freeInstance(r.s, o.pool) != nil
	case session.AddMember:
		return r.freeMember(i, o) >= 0
	case session.TakeCase, session.AbandonEnd:
		return true
	case session.ChildEnded, session.ChildCrashed:
		s := &i.slots[o.ref.base+n*o.ref.stride]
		v := s.f.get(r.s)
		if v == 0 {
			return false
		}
		c := s.handles[v-1]
		return c.control.get(r.s) == c.ended && o.kind == session.ChildEnded || c.control.get(r.s) == c.crashed && o.kind == session.ChildCrashed
	}
	return false
}

// turn is the first option of a choose that is surely ready, and the member of its slot; option is -1 if none is.
type turn struct{ option, member int }

// admits reports whether a choose by priority may take an option: nothing before it is surely ready.
func (t turn) admits(option, member int) bool {
	return t.option < 0 || option < t.option || option == t.option && member <= t.member
}

// first returns the first option of a choose that is surely ready. What is ready only because somebody else has arrived at his own wait, or has
// quite ended, is not sure: nothing tells when he did, so the choose may as well have looked before.
func (r *run) first(i *instance, st *state) turn {
	for k := range st.options {
		o := &st.options[k]
		switch o.kind {
		case session.ElseOption, session.TimeoutOption, session.NewSession, session.StartChild, session.ChildEnded, session.ChildCrashed:
			continue
		}
		if !r.holds(i, o) {
			continue
		}
		lo, hi := r.members(i, o)
		for n := lo; n < hi; n++ {
			if r.ready(i, o, n) {
				return turn{k, n}
			}
		}
	}
	return turn{option: -1}
}

// holds evaluates the guard of an option in s.
func (r *run) holds(i *instance, o *option) bool {
	if o.guard == nil {
		return true
	}
	v := o.guard(r) != 0
	return !r.failing(i, o) && v
}

func (r *run) failing(i *instance, o *option) bool {
	if !r.bad {
		return false
	}
	r.bad = false
	if r.guardFailed != nil {
		r.guardFailed(r, i, o)
	}
	return true
}

// members returns the range of members that an option's slot stands for in s.
func (r *run) members(i *instance, o *option) (lo, hi int) {
	if o.ref.any {
		return 0, o.ref.n
	}
	if o.ref.index == nil {
		return 0, 1
	}
	k := o.ref.index(r)
	if k < 0 || k >= int64(o.ref.n) {
		r.bad = true
	}
	if r.failing(i, o) {
		return 0, 0
	}
	return int(k), int(k) + 1
}

// endAt returns the live end that member n of a ref holds, nil if there is none or it stands elsewhere.
func (r *run) endAt(i *instance, f *ref, n int) *end {
	e := r.m.end(&i.slots[f.base+n*f.stride], r.w)
	if e == nil || f.at != nil && !f.at[e.code.get(r.w)] {
		return nil
	}
	return e
}

func (r *run) canStep(e *end, send bool, peer, label int) bool {
	return e.kind.next[e.kind.at(e.code.get(r.s), send, peer, label)] != 0
}

func (r *run) abandoned(e *end) bool { return r.m.abandons && e.code.get(r.s) == 1 }

// partners visits the enabled options of that kind with which the holder of e's peer waits on e's side of the channel.
func (r *run) partners(i *instance, e *end, peer int, kind session.ActionKind, visit func(j *instance, p *option, slot int)) {
	f := e.session.ends[peer]
	if f.code.get(r.s) < r.m.live {
		return
	}
	j, slot := r.m.holder(f, r.s)
	if j == nil || j == i {
		return
	}
	st := j.standing(r.s)
	if st.kind != session.Waiting {
		return
	}
	for k := range st.options {
		p := &st.options[k]
		if p.kind != kind || p.peer != e.role || !r.holds(j, p) {
			continue
		}
		lo, hi := r.members(j, p)
		for n := lo; n < hi; n++ {
			if p.ref.base+n*p.ref.stride == slot && r.endAt(j, &p.ref, n) != nil && r.canStep(f, kind == session.SendMsg, p.peer, p.label) {
				visit(j, p, n)
			}
		}
	}
}

// exchange takes a send over a channel of capacity 0 together with each receive that fits.
func (r *run) exchange(i *instance, st *state, o *option, n int, e *end, q *queue) {
	heard, fits := false, false
	var waiting *option
	var who *instance
	mine := !st.priority || r.first(i, st).admits(o.index, n)
	r.partners(i, e, o.peer, session.ReceiveMsg, func(j *instance, p *option, slot int) {
		heard, waiting, who = true, p, j
		if p.label != o.label {
			return
		}
		fits = true
		// A choice by priority may be overruled only by the other side's.
		allowed := mine
		if theirs := j.standing(r.s); theirs.priority && (!mine || !st.priority) {
			allowed = r.first(j, theirs).admits(p.index, slot)
		}
		if allowed {
			r.swap(i, o, n, e, q, j, p, slot)
		}
	})
	if heard && !fits && r.unspecified != nil {
		r.unspecified(r, who, waiting, e.session.ends[o.peer], o.label)
	}
}

// judgeHead reports a head that i, which waits for it with o, can never accept.
func (r *run) judgeHead(i *instance, o *option, e *end, label int) {
	if r.unspecified != nil && !e.kind.ever[e.kind.at(e.code.get(r.s), false, o.peer, label)] && r.canStep(e, false, o.peer, o.label) {
		r.unspecified(r, i, o, e, label)
	}
}

// losesPeer reports whether a waiting instance must crash: it sends to or receives from an abandoned role and has no gone option for it.
func (r *run) losesPeer(i *instance, st *state) bool {
	for k := range st.options {
		o := &st.options[k]
		if o.kind != session.SendMsg && o.kind != session.ReceiveMsg || !r.holds(i, o) {
			continue
		}
		lo, hi := r.members(i, o)
		for n := lo; n < hi; n++ {
			e := r.endAt(i, &o.ref, n)
			if e == nil || !r.abandoned(e.session.ends[o.peer]) || !r.canStep(e, o.kind == session.SendMsg, o.peer, o.label) {
				continue
			}
			if o.kind == session.ReceiveMsg && e.in[o.peer] != nil && e.in[o.peer].head(r.s) != 0 {
				continue
			}
			if !r.handlesGone(i, st, o.ref.base+n*o.ref.stride, o.peer) {
				return true
			}
		}
	}
	return false
}

func (r *run) handlesGone(i *instance, st *state, slot, peer int) bool {
	for k := range st.options {
		o := &st.options[k]
		if o.kind != session.GonePeer || o.peer != peer || !r.holds(i, o) {
			continue
		}
		lo, hi := r.members(i, o)
		for n := lo; n < hi; n++ {
			if o.ref.base+n*o.ref.stride == slot && r.endAt(i, &o.ref, n) != nil {
				return true
			}
		}
	}
	return false
}
