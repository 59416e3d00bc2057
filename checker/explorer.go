package checker

import (
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// explorer expands blocks for a search. It belongs to one goroutine.
type explorer struct {
	s      *search
	m      *model
	r      *run
	v      *view
	block  *block
	at     int      // the state that is expanded
	travel []*queue // those that can carry ends
	sorter *sorter  // with symmetry
	fuser  *fuser   // with an ample set
	ahead  bool     // a step of the ample set leads to a state of the next level
	*marks
	batch batch
	// recent has keys that this explorer has met before: most steps lead to what the steps of a state nearby have led to.
	recent []key
	sum    uint64 // keeps flush from being optimised away
}

// batch is successors that are not yet looked up: the cache misses of one are waited for one after the other, those of many at once.
type batch struct {
	n     int
	words []uint64
	keys  [batchSize]key
	tags  [batchSize]uint64
	known [batchSize]bool // the key is; if not, the state is surely new
	moved [batchSize]bool // an end changed hands in the step
}

const (
	batchSize  = 64
	recentSize = 1 << 12
)

func newExplorer(s *search) *explorer {
	x := &explorer{s: s, m: s.m, marks: s.m.newMarks()}
	x.r = x.m.newRun(x.successor)
	x.r.learnt = x.mark
	x.r.guardFailed = func(r *run, i *instance, o *option) {
		x.report(&finding{key: findingKey{property: session.Assertion, code: dsl.OutOfRange}, state: x.at, option: -1, inst: i, opt: o, edge: o.edge})
	}
	if s.wanted[session.Reception] {
		x.r.unspecified = func(r *run, i *instance, o *option, e *end, label int) {
			x.report(&finding{key: findingKey{property: session.Reception, code: dsl.Reception}, state: x.at, option: -1, inst: i, opt: o, edge: o.edge,
				end: e, label: label})
		}
	}
	x.fuser = s.newFuser(x.mark)
	if s.sym != nil {
		x.sorter = s.sym.newSorter()
	}
	for _, q := range x.m.queues {
		if q.travels {
			x.travel = append(x.travel, q)
		}
	}
	x.recent = make([]key, recentSize)
	x.recent[key{}.tag()&(recentSize-1)].a = 1 // which belongs elsewhere, as the zero key does everywhere else
	x.batch.words = make([]uint64, batchSize*x.m.words)
	return x
}

// expand makes the successors of a block's states.
func (x *explorer) expand(b *block) {
	x.block = b
	x.fuser.at(b.from)
	for x.at = b.from; x.at < b.to; x.at++ {
		w := x.v.at(x.at)
		x.steps(w)
		x.judge(w)
	}
	x.flush()
}

// steps takes the steps of an ample set of the state, if there is one, else all.
func (x *explorer) steps(w []uint64) {
	if x.s.ample == nil {
		x.r.expand(w)
		return
	}
	x.block.choice = append(x.block.choice, 0)
	i := x.r.ample(x.s.ample, w)
	if i == nil {
		x.r.expand(w)
		return
	}
	x.flush()
	x.ahead = false
	x.r.from(w)
	x.r.instance(i)
	x.flush()
	if x.ahead {
		x.block.choice[len(x.block.choice)-1] = uint16(i.id) + 1
		return
	}
	for _, j := range x.m.instances {
		if j != i {
			x.r.instance(j)
		}
	}
	x.r.faults()
}

// successor takes what the run yields.
func (x *explorer) successor(r *run) {
	x.block.trans++
	if r.step == &r.made { // others were when they were learnt
		x.mark(r.step, r.dropped)
	}
	if r.step.failure != none {
		x.report(failing(r, x.at))
		return
	}
	b := &x.batch
	n := b.n
	w := b.words[n*x.m.words : (n+1)*x.m.words]
	copy(w, r.next)
	moved := len(r.moved) > 0
	if x.fuser != nil && x.fuser.follow(w) {
		moved = true
	}
	if x.sorter != nil {
		x.sorter.sort(w)
	}
	key, known := x.v.key(w)
	if known {
		tag := key.tag()
		p := &x.recent[tag&(recentSize-1)]
		if *p == key && x.s.ample == nil { // which has to know how new each is
			return
		}
		*p, b.tags[n] = key, tag
	}
	b.keys[n], b.known[n], b.moved[n] = key, known, moved
	if b.n++; b.n == batchSize {
		x.flush()
	}
}

func failing(r *run, at int) *finding {
	f := &finding{key: findingKey{property: session.Assertion, code: dsl.AssertionFails}, state: at, option: r.count, inst: r.step.who, edge: r.step.failed}
	if r.step.failure == outOfRange {
		f.key.code = dsl.OutOfRange
	}
	return f
}

// flush looks the batch up. What the store does not have goes on to be committed.
func (x *explorer) flush() {
	b, root := &x.batch, x.s.st.root
	var entries [batchSize]uint64
	for k, t := range b.tags[:b.n] {
		entries[k] = root.entry(t)
	}
	for k, e := range entries[:b.n] {
		if e != 0 && e>>32 == b.tags[k] {
			x.sum += root.at(uint32(e) - 1).a
		}
	}
	for k := range b.n {
		n := -1
		if b.known[k] {
			n = root.find(b.keys[k], b.tags[k])
		}
		if n < 0 {
			x.found(b.words[k*x.m.words:(k+1)*x.m.words], b.keys[k], b.known[k], b.moved[k])
		}
		x.ahead = x.ahead || n < 0 || n >= x.block.level
	}
	b.n = 0
}

// found adds a state that seems new to the block, and judges what can be judged of it alone.
func (x *explorer) found(w []uint64, key key, known, moved bool) {
	b := x.block
	fresh := func(f *finding) { b.fresh = append(b.fresh, freshFinding{len(b.keys), f}) }
	for n, holds := range x.s.holds {
		k := x.s.indices[n]
		if x.s.settled[1+k].Load() {
			continue
		}
		x.r.w = w
		if v := holds(x.r); x.r.bad {
			x.r.bad = false
			fresh(&finding{key: findingKey{property: session.Assertion, code: dsl.OutOfRange}, option: -1})
		} else if v == 0 {
			fresh(&finding{key: findingKey{property: session.Always, code: dsl.AlwaysFails, index: k}, option: -1})
		}
		x.r.w = x.r.s
	}
	if (moved || x.travelling(w)) && !x.s.settled[0].Load() {
		if e := x.m.leaked(w); e != nil {
			fresh(&finding{key: findingKey{property: session.Leak, code: dsl.LeakedEnd}, option: -1, end: e})
		}
	}
	b.words, b.keys, b.known = append(b.words, w...), append(b.keys, key), append(b.known, known)
}

// travelling reports whether an end is in a queue: it may be out of reach without having changed hands just now.
func (x *explorer) travelling(w []uint64) bool {
	for _, q := range x.travel {
		if q.head(w) != 0 {
			return true
		}
	}
	return false
}

// judge decides about deadlock once a state has been expanded.
func (x *explorer) judge(w []uint64) {
	if x.r.steps > 0 || x.r.rescues > 0 {
		return
	}
	key := findingKey{property: session.Deadlock, code: dsl.Deadlock}
	if x.r.timeouts > 0 {
		key = findingKey{property: session.Timeout, code: dsl.OnlyTimeout}
	}
	stuck := x.r.waiting(w)
	if len(stuck) == 0 {
		return
	}
	x.stuck()
	if x.s.wanted[session.Deadlock] {
		x.report(&finding{key: key, state: x.at, option: -1, stuck: stuck, inst: stuck[0]})
	}
}

// report keeps the first violation of each kind in the block: its states are of one level.
func (x *explorer) report(f *finding) {
	for k, old := range x.block.reports {
		if old.key == f.key {
			if nearer(f, old, func(int) int { return 0 }) {
				x.block.reports[k] = f
			}
			return
		}
	}
	x.block.reports = append(x.block.reports, f)
}
