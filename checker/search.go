package checker

import (
	"context"
	"fmt"
	"sort"
	"time"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// search explores a model breadth-first, so that the first state that violates a property is a nearest one.
type search struct {
	m       *model
	r       *run
	st      *store
	opts    Options
	wanted  map[session.Property]bool
	began   time.Time
	levels  []int // the first state of each depth
	at      int   // the state that is expanded
	taken   []bool
	highest []int // per queue
	trans   int
	leaks   bool     // leaks are asked for
	travel  []*queue // those that can carry ends
	cut     string
	found   []*finding // in the order found
	seen    map[findingKey]bool
	holds   []expr // invariants: those of the system, and with sym their permutations
	indices []int  // which of the system's each is
	batch   batch
	sym     *symmetry // nil: every state stands for itself
	sorter  *sorter   // with sym
	scratch []uint64
	ample   *ample   // nil: every step of every state is taken
	choice  []uint16 // with ample, per state: 1 + the instance whose steps were enough; 0: all
	ahead   bool     // a step of the ample set leads to a state that is not yet expanded
}

// batch is successors that are not yet looked up.
type batch struct {
	words []uint64
	tags  []uint64
	moved []bool // an end changed hands in the step
	sum   uint64
}

// finding is a violation as the search meets it: a state, and for a step that fails which of its successors.
type finding struct {
	key    findingKey
	state  int // -1: even the first state cannot be reached
	option int // of the failing step; -1: the state itself
	inst   *instance
	opt    *option
	end    *end
	label  int
	queue  *queue
	edge   *session.Edge
	stuck  []*instance
}

type findingKey struct {
	property session.Property
	code     dsl.Code
	index    int // of the invariant
}

func newSearch(m *model, opts Options, wanted map[session.Property]bool) *search {
	s := &search{m: m, st: newStore(m.words), opts: opts, wanted: wanted, began: time.Now(), taken: make([]bool, len(m.edges)),
		highest: make([]int, len(m.queues)), seen: map[findingKey]bool{}}
	s.r = m.newRun(s.successor)
	s.r.guardFailed = func(r *run, i *instance, o *option) {
		s.report(&finding{key: findingKey{property: session.Assertion, code: dsl.OutOfRange}, state: s.at, option: -1, inst: i, opt: o, edge: o.edge})
	}
	if wanted[session.Reception] {
		s.r.unspecified = func(r *run, i *instance, o *option, e *end, label int) {
			s.report(&finding{key: findingKey{property: session.Reception, code: dsl.Reception}, state: s.at, option: -1, inst: i, opt: o, edge: o.edge,
				end: e, label: label})
		}
	}
	s.holds = m.invariant
	for k := range m.invariant {
		s.indices = append(s.indices, k)
	}
	s.leaks = wanted[session.Leak]
	for _, q := range m.queues {
		if q.travels {
			s.travel = append(s.travel, q)
		}
	}
	return s
}

// reduce makes the search explore only what it has to, for everything but progress, starvation and eventually.
func (s *search) reduce() {
	s.ample = s.m.newAmple()
	if s.sym = s.m.newSymmetry(); s.sym == nil {
		return
	}
	s.sorter = s.sym.newSorter()
	s.holds, s.indices = nil, nil
	for _, x := range s.sym.invariants {
		s.holds = append(s.holds, s.m.property(x.expr, nil))
		s.indices = append(s.indices, x.index)
	}
}

// report keeps a nearest violation of each kind. They are found in order of depth, but for steps that fail: these count one more than the state
// that they fail in.
func (s *search) report(f *finding) {
	if !s.seen[f.key] {
		s.seen[f.key] = true
		s.found = append(s.found, f)
		return
	}
	if f.option >= 0 {
		return
	}
	for k, old := range s.found {
		if old.key == f.key && old.option >= 0 && s.depthOf(f.state) <= s.depthOf(old.state) {
			s.found[k] = f
		}
	}
}

// depthOf returns the depth of a state.
func (s *search) depthOf(n int) int {
	return sort.Search(len(s.levels), func(d int) bool { return s.levels[d] > n }) - 1
}

// explore visits every reachable state unless something cuts it short.
func (s *search) explore(ctx context.Context) {
	s.at = -1
	s.r.initial()
	s.levels = []int{0}
	if s.r.step.failure != none {
		s.failing(s.r)
		return
	}
	s.add(s.r)
	s.flush()
	for s.at = 0; s.at < s.st.n; s.at++ {
		if s.at&1023 == 0 && s.stop(ctx) {
			return
		}
		if s.at == s.levels[len(s.levels)-1] && s.at > 0 {
			s.levels = append(s.levels, s.st.n)
		} else if s.at == 0 {
			s.levels = append(s.levels, 1)
		}
		w := s.st.at(s.at)
		s.expand(w)
		s.judge(w)
		if s.at+1 == s.st.n || s.at+1 == s.levels[len(s.levels)-1] {
			s.flush() // before a new level begins, and before the search ends
		}
		if s.opts.States > 0 && s.st.n > s.opts.States {
			s.cut = fmt.Sprintf("the bound of %d states was reached", s.opts.States)
			return
		}
	}
	s.at = -1
}

// expand takes the steps of an ample set of the state, if there is one, else all.
func (s *search) expand(w []uint64) {
	if s.ample == nil {
		s.r.expand(w)
		return
	}
	s.choice = append(s.choice, 0)
	i := s.r.ample(s.ample, w)
	if i == nil {
		s.r.expand(w)
		return
	}
	s.flush()
	s.ahead = false
	s.r.from(w)
	s.r.instance(i)
	s.flush()
	if s.ahead {
		s.choice[s.at] = uint16(i.id) + 1
		return
	}
	for _, j := range s.r.m.instances {
		if j != i {
			s.r.instance(j)
		}
	}
	s.r.faults()
}

// expandAgain makes the successors that the search made of a state.
func (s *search) expandAgain(r *run, n int) {
	if s.ample == nil || s.choice[n] == 0 {
		r.expand(s.st.at(n))
		return
	}
	r.from(s.st.at(n))
	r.instance(s.m.instances[s.choice[n]-1])
}

// stop reports whether a bound ends the search.
func (s *search) stop(ctx context.Context) bool {
	if s.opts.Progress != nil && s.at&(1<<14-1) == 0 {
		s.opts.Progress(s.stats())
	}
	switch {
	case ctx.Err() != nil:
		s.cut = "it was interrupted"
		if ctx.Err() == context.DeadlineExceeded {
			s.cut = "the time ran out"
		}
	case s.opts.Memory > 0 && s.st.bytes() > s.opts.Memory:
		s.cut = fmt.Sprintf("the store grew beyond %d bytes", s.opts.Memory)
	case s.st.n >= storeLimit:
		s.cut = "the store is full"
	}
	return s.cut != ""
}

// depth is the deepest level that has a state.
func (s *search) depth() int {
	d := len(s.levels) - 1
	for d > 0 && s.levels[d] >= s.st.n {
		d--
	}
	return d
}

func (s *search) stats() Stats {
	st := Stats{States: s.st.n, Transitions: s.trans, Depth: s.depth(), Bytes: s.st.bytes(), Elapsed: time.Since(s.began)}
	if s.at >= 0 {
		st.Frontier = s.st.n - s.at
	}
	return st
}

// successor takes what the run yields.
func (s *search) successor(r *run) {
	s.trans++
	if o := r.step.opt; o != nil {
		s.taken[o.number] = true
		if p := r.step.with; p != nil {
			s.taken[p.number] = true
		} else if q := r.step.queue; q != nil && !r.step.got && r.step.failure == none {
			s.highest[q.id] = max(s.highest[q.id], r.step.length)
			if s.ample != nil && r.step.length == q.capacity {
				s.ample.full[q.id] = true
			}
		}
	}
	if r.step.failure != none {
		s.failing(r)
		return
	}
	s.add(r)
}

func (s *search) failing(r *run) {
	f := &finding{key: findingKey{property: session.Assertion, code: dsl.AssertionFails}, state: s.at, option: r.count, inst: r.step.who, edge: r.step.failed}
	if r.step.failure == outOfRange {
		f.key.code = dsl.OutOfRange
	}
	s.report(f)
}

// add takes a successor into the batch.
func (s *search) add(r *run) {
	s.batch.words = append(s.batch.words, r.next...)
	w := s.batch.words[len(s.batch.words)-s.m.words:]
	if s.sym != nil {
		s.sorter.sort(w)
	}
	s.batch.tags = append(s.batch.tags, tag(w))
	s.batch.moved = append(s.batch.moved, len(r.moved) > 0)
	if len(s.batch.tags) == batchSize {
		s.flush()
	}
}

// lookup returns the number of a state that was explored, and the permutation that leads to the state that represents it.
func (s *search) lookup(w []uint64) (n int, perm uint32) {
	if s.sym != nil {
		w = append(s.scratch[:0], w...)
		s.scratch = w
		s.sorter.sort(w)
		perm = s.sorter.last()
	}
	if n = s.st.find(w, tag(w)); n < 0 {
		panic("checker: a successor of an explored state was not explored")
	}
	return n, perm
}

// flush stores the batch, in order.
func (s *search) flush() {
	b := &s.batch
	b.sum += s.st.fetch(b.tags)
	for k, t := range b.tags {
		w := b.words[k*s.m.words : (k+1)*s.m.words]
		n, added := s.st.put(w, t)
		if added {
			s.fresh(n, w, b.moved[k])
		}
		s.ahead = s.ahead || n >= s.levels[len(s.levels)-1]
	}
	b.words, b.tags, b.moved = b.words[:0], b.tags[:0], b.moved[:0]
}

// fresh judges what can be judged of a new state alone.
func (s *search) fresh(n int, w []uint64, moved bool) {
	for x, holds := range s.holds {
		k := s.indices[x]
		key := findingKey{property: session.Always, code: dsl.AlwaysFails, index: k}
		if s.seen[key] {
			continue
		}
		s.r.w = w
		if v := holds(s.r); s.r.bad {
			s.r.bad = false
			s.report(&finding{key: findingKey{property: session.Assertion, code: dsl.OutOfRange}, state: n, option: -1})
		} else if v == 0 {
			s.report(&finding{key: key, state: n, option: -1})
		}
		s.r.w = s.r.s
	}
	if s.leaks && (moved || s.travelling(w)) && !s.seen[findingKey{property: session.Leak, code: dsl.LeakedEnd}] {
		if e := s.m.leaked(w); e != nil {
			s.report(&finding{key: findingKey{property: session.Leak, code: dsl.LeakedEnd}, state: n, option: -1, end: e})
		}
	}
}

// travelling reports whether an end is in a queue: it may be out of reach without having changed hands just now.
func (s *search) travelling(w []uint64) bool {
	for _, q := range s.travel {
		if q.head(w) != 0 {
			return true
		}
	}
	return false
}

// judge decides about deadlock once a state has been expanded.
func (s *search) judge(w []uint64) {
	if s.r.steps > 0 || s.r.rescues > 0 || !s.wanted[session.Deadlock] {
		return
	}
	key := findingKey{property: session.Deadlock, code: dsl.Deadlock}
	if s.r.timeouts > 0 {
		key = findingKey{property: session.Timeout, code: dsl.OnlyTimeout}
	}
	if s.seen[key] {
		return
	}
	if stuck := s.r.waiting(w); len(stuck) > 0 {
		s.report(&finding{key: key, state: s.at, option: -1, stuck: stuck, inst: stuck[0]})
	}
}
