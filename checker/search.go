package checker

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// search explores a model breadth-first, so that the first state that violates a property is a nearest one. States are expanded in blocks, by several
// goroutines at once; what a block finds is committed in the order of the states, so that numbers and verdicts are those of one goroutine.
type search struct {
	m      *model
	r      *run // for those who come after the search
	st     *store
	opts   Options
	wanted map[session.Property]bool
	began  time.Time
	levels []int // the first state of each depth
	at     int   // the states below it are expanded and committed
	*marks
	trans    int
	cut      string
	found    []*finding    // one per key
	settled  []atomic.Bool // what need not be judged of states to come: the leak, then the invariants
	holds    []expr        // invariants: those of the system, and with sym their permutations
	indices  []int         // which of the system's each is
	sym      *symmetry     // nil: every state stands for itself
	sorter   *sorter       // with sym, for those who come after the search
	scratch  []uint64      // likewise
	ample    *ample        // nil: every step of every state is taken
	choice   []uint16      // with ample, per state: 1 + the instance whose steps were enough; 0: all
	fullness []fullness    // with ample: what is known of the queues from a state on
	empty    []bool        // no queue has been full
	ids      []uint64      // scratch of commit
	alone    int           // so many states are found by one goroutine, before others join in
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

// fullness says which queues have been full before a state, with all states of its level, is expanded.
type fullness struct {
	From int
	Full []bool
}

// fill tells the reduction which queues have been full by now: after a level, so that the number of goroutines makes no difference.
func (s *search) fill(explorers []*explorer) {
	full := slices.Clone(s.ample.full)
	for _, x := range explorers {
		for _, q := range s.m.queues {
			full[q.id] = full[q.id] || x.highest[q.id] == q.capacity
		}
	}
	if !slices.Equal(full, s.ample.full) {
		s.fullness = append(s.fullness, fullness{s.at, full})
		s.ample.full = full
	}
}

// fullAt returns what fill has said before state n was expanded.
func (s *search) fullAt(n int) []bool {
	for k := len(s.fullness) - 1; k >= 0; k-- {
		if s.fullness[k].From <= n {
			return s.fullness[k].Full
		}
	}
	return s.empty
}

type findingKey struct {
	property session.Property
	code     dsl.Code
	index    int // of the invariant
}

func newSearch(m *model, opts Options, wanted map[session.Property]bool) *search {
	s := &search{m: m, r: m.newRun(nil), st: newStore(m.words), opts: opts, wanted: wanted, began: time.Now(), marks: m.newMarks(),
		settled: make([]atomic.Bool, 1+len(m.invariant))}
	s.alone = 4096
	s.empty = make([]bool, len(m.queues))
	s.ids = make([]uint64, len(s.st.nodes))
	s.holds = m.invariant
	for k := range m.invariant {
		s.indices = append(s.indices, k)
	}
	s.settled[0].Store(!wanted[session.Leak])
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

// report keeps a nearest violation of each kind, the first of several at one distance: whatever the order in which they are found.
func (s *search) report(f *finding) {
	for k, old := range s.found {
		if old.key == f.key {
			if nearer(f, old, s.depthOf) {
				s.found[k] = f
			}
			return
		}
	}
	s.found = append(s.found, f)
}

// nearer compares two findings. A step that fails is one step farther than the state that it fails in.
func nearer(f, old *finding, depthOf func(int) int) bool {
	far := func(f *finding) int {
		if f.option < 0 {
			return depthOf(f.state)
		}
		return depthOf(f.state) + 1
	}
	if a, b := far(f), far(old); a != b {
		return a < b
	}
	if f.state != old.state {
		return f.state < old.state
	}
	return f.option < old.option
}

// sortFound brings the findings into the order in which they are told.
func (s *search) sortFound() {
	// In one state, what explains the others comes first.
	order := []dsl.Code{dsl.AlwaysFails, dsl.LeakedEnd, dsl.AssertionFails, dsl.OutOfRange, dsl.Reception, dsl.Deadlock, dsl.OnlyTimeout, dsl.PartialDeadlock, dsl.Orphan}
	slices.SortFunc(s.found, func(a, b *finding) int {
		rank := func(f *finding) int { return slices.Index(order, f.key.code) }
		return cmp.Or(cmp.Compare(a.state, b.state), cmp.Compare(rank(a), rank(b)), cmp.Compare(a.key.index, b.key.index))
	})
}

// depthOf returns the depth of a state.
func (s *search) depthOf(n int) int {
	return sort.Search(len(s.levels), func(d int) bool { return s.levels[d] > n }) - 1
}

// depth is the deepest level that has a state.
func (s *search) depth() int {
	d := len(s.levels) - 1
	for d > 0 && s.levels[d] >= s.st.size() {
		d--
	}
	return d
}

func (s *search) stats() Stats {
	return Stats{States: s.st.size(), Transitions: s.trans, Depth: s.depth(), Bytes: s.st.bytes(), Frontier: s.st.size() - s.at, Elapsed: time.Since(s.began)}
}

// room reports whether so many bytes can be had beside the store, for what is said; if not, the search is cut short.
func (s *search) room(bytes int64, what string) bool {
	if s.opts.Memory == 0 || s.st.bytes()+int64(cap(s.choice))*2+bytes <= s.opts.Memory {
		return true
	}
	s.cut = fmt.Sprintf("%d MB of memory do not suffice%s", s.opts.Memory>>20, what)
	return false
}

// commit takes over what an expanded block has found. Blocks are committed in the order of their states.
func (s *search) commit(b *block) {
	fresh := b.fresh
	for k := range b.keys {
		w := b.words[k*s.m.words : (k+1)*s.m.words]
		if s.opts.States > 0 && s.st.size() == s.opts.States && s.st.view().find(w) < 0 {
			s.cut = fmt.Sprintf("the bound of %d states was reached", s.opts.States)
			return
		}
		var n int
		var added bool
		if key := b.keys[k]; b.known[k] {
			n, added = s.st.root.put(key, key.tag())
		} else {
			n, added = s.st.put(w, s.ids)
		}
		for ; len(fresh) > 0 && fresh[0].successor == k; fresh = fresh[1:] {
			if f := fresh[0].finding; added { // not if it was there by then
				f.state = n
				s.report(f)
				if f.key.code == dsl.LeakedEnd {
					s.settled[0].Store(true)
				} else if f.key.code == dsl.AlwaysFails {
					s.settled[1+f.key.index].Store(true)
				}
			}
		}
	}
	for _, f := range b.reports {
		s.report(f)
	}
	s.trans += b.trans
	s.choice = append(s.choice, b.choice...)
	s.at = b.to
	if s.at == s.levels[len(s.levels)-1] && s.at < s.st.size() {
		s.levels = append(s.levels, s.st.size())
	}
}

// expandAgain makes the successors that the search made of state n, which is w.
func (s *search) expandAgain(r *run, w []uint64, n int) {
	if s.ample == nil || s.choice[n] == 0 {
		r.expand(w)
		return
	}
	r.from(w)
	r.instance(s.m.instances[s.choice[n]-1])
}

// known returns the number of a state, -1 if the search has not met it.
func (s *search) known(v *view, w []uint64) int { return v.find(s.sorted(w)) }

// lookup returns the number of a state that was explored, and the permutation that leads to the state that represents it.
func (s *search) lookup(v *view, w []uint64) (n int, perm uint32) {
	if n = s.known(v, w); n < 0 {
		panic("checker: a successor of an explored state was not explored")
	}
	if s.sym != nil {
		perm = s.sorter.last()
	}
	return n, perm
}
