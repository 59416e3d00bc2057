package checker

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// Store says how states that were met are remembered.
type Store string

// The stores. All but Exact may take a new state for one that was met, and leave out what follows it: what they find is there, but that they find nothing
// proves nothing.
const (
	Exact    Store = ""
	Compact  Store = "compact"  // 64 bits of a hash for each state (Wolper and Leroy, "Reliable hashing without collision detection", 1993)
	Bitstate Store = "bitstate" // three bits of one large array (Holzmann, "An analysis of bitstate hashing", 1998)
)

// lossy explores without keeping states: only those of the level that is expanded and of the next are there. What no single state shows (who never moves
// again, what is never received, progress) it does not judge.
type lossy struct {
	s       *search // for words only
	r       *run
	set     hashSet
	wanted  map[session.Property]bool
	level   []uint64 // words
	next    []uint64
	parents [][]uint32 // per level, of each state its place in the level before
	at      int        // in level
	keep    []int      // per level, the state that is to be kept; nil: none
	kept    [][]uint64
	n       int
	trans   int
	found   *finding
	cut     string
}

// hashSet remembers hashes.
type hashSet interface {
	add(h uint64) bool // reports whether it is new
	bytes() int64
	full() bool
	omitted(n int) string // how many of n states may have been taken for others
}

// lossyCheck explores sys with a store that may confuse states. The verdict is Violated or Inconclusive, never Holds.
func lossyCheck(ctx context.Context, sys *session.System, opts Options, v *Verdict) *Verdict {
	store := opts.Store
	began := time.Now()
	m, err := compile(sys)
	if err != nil {
		v.Reason = err.Error()
		return v
	}
	if opts.NoReduce && !opts.Forget {
		m.remember()
	}
	if opts.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opts.Timeout)
		defer cancel()
	}
	wanted := map[session.Property]bool{}
	for _, p := range v.Properties {
		wanted[p] = true
	}
	l := m.newLossy(opts, wanted, store)
	l.explore(ctx, opts)
	depth := len(l.parents) - 1
	v.Stats = Stats{States: l.n, Transitions: l.trans, Depth: depth, Bytes: l.set.bytes() + int64(cap(l.level)+cap(l.next))*8 + 4*int64(l.n), Elapsed: time.Since(began)}
	v.Reason = fmt.Sprintf("states were told apart by %s: %s; what no single state shows (partial deadlock, orphans, progress) was not judged", storeWords[store], l.set.omitted(l.n))
	if l.cut != "" {
		v.Reason = l.cut + "; " + v.Reason
	}
	l.s.cut = v.Reason
	v.Assumptions = l.s.assumptions()
	if l.found != nil {
		v.Violations = []*Violation{l.explain(ctx, opts, store)}
		v.Outcome = Violated
	}
	v.Stats.Elapsed = time.Since(began)
	return v
}

// storeWords says by what states are told apart.
var storeWords = map[Store]string{Compact: "64 bits of their hash", Bitstate: "three bits each"}

func (m *model) newLossy(opts Options, wanted map[session.Property]bool, store Store) *lossy {
	l := &lossy{s: newSearch(m, opts, wanted), wanted: wanted, set: newCompactSet(opts.Memory)}
	if store == Bitstate {
		l.set = newBitSet(opts.Memory)
	}
	l.r = m.newRun(l.successor)
	l.r.guardFailed = func(r *run, i *instance, o *option) {
		l.report(&finding{key: findingKey{property: session.Assertion, code: dsl.OutOfRange}, option: -1, inst: i, opt: o, edge: o.edge})
	}
	if wanted[session.Reception] {
		l.r.unspecified = func(r *run, i *instance, o *option, e *end, label int) {
			l.report(&finding{key: findingKey{property: session.Reception, code: dsl.Reception}, option: -1, inst: i, opt: o, edge: o.edge, end: e, label: label})
		}
	}
	return l
}

// report keeps the first finding, which is a nearest one of those that are met.
func (l *lossy) report(f *finding) {
	if l.found == nil {
		f.state = l.at
		l.found = f
	}
}

// explore visits level by level until something is found.
func (l *lossy) explore(ctx context.Context, opts Options) {
	l.at = -1
	l.r.initial()
	if l.r.step.failure != none {
		l.report(failing(l.r, -1))
		return
	}
	l.add(l.r.next, 0)
	width := l.s.m.words
	for len(l.next) > 0 && l.found == nil {
		l.level, l.next = l.next, l.level[:0]
		l.parents = append(l.parents, nil)
		depth := len(l.parents) - 1
		for l.at = 0; l.at*width < len(l.level) && l.found == nil; l.at++ {
			if l.at&1023 == 0 && l.stop(ctx, opts) {
				return
			}
			w := l.level[l.at*width : (l.at+1)*width]
			if depth < len(l.keep) && l.keep[depth] == l.at {
				l.kept = append(l.kept, slices.Clone(w))
				if depth+1 == len(l.keep) {
					return
				}
			}
			l.r.expand(w)
			l.judge(w)
		}
	}
}

func (l *lossy) stop(ctx context.Context, opts Options) bool {
	if opts.Progress != nil && l.at&(1<<16-1) == 0 {
		opts.Progress(Stats{States: l.n, Transitions: l.trans, Depth: len(l.parents) - 1, Bytes: l.set.bytes(), Frontier: len(l.next) / l.s.m.words})
	}
	switch {
	case ctx.Err() == context.DeadlineExceeded:
		l.cut = "the time ran out"
	case ctx.Err() != nil:
		l.cut = "it was interrupted"
	case l.set.full():
		l.cut = "the memory for hashes is full"
	case opts.States > 0 && l.n > opts.States:
		l.cut = fmt.Sprintf("the bound of %d states was reached", opts.States)
	}
	return l.cut != ""
}

func (l *lossy) successor(r *run) {
	l.trans++
	if r.step.failure != none {
		l.report(failing(r, l.at))
		return
	}
	l.add(r.next, uint32(l.at))
}

// add takes a state into the next level if its hash is new.
func (l *lossy) add(w []uint64, parent uint32) {
	if !l.set.add(hashOf(w)) {
		return
	}
	l.n++
	l.next = append(l.next, w...)
	if n := len(l.parents); n > 0 {
		l.parents[n-1] = append(l.parents[n-1], parent)
	}
}

// judge decides what a state shows by itself.
func (l *lossy) judge(w []uint64) {
	if l.found != nil {
		return
	}
	m := l.s.m
	if l.wanted[session.Deadlock] && l.r.steps == 0 && l.r.rescues == 0 {
		if stuck := l.r.waiting(w); len(stuck) > 0 {
			key := findingKey{property: session.Deadlock, code: dsl.Deadlock}
			if l.r.timeouts > 0 {
				key = findingKey{property: session.Timeout, code: dsl.OnlyTimeout}
			}
			l.report(&finding{key: key, option: -1, stuck: stuck, inst: stuck[0]})
			return
		}
	}
	if l.wanted[session.Leak] {
		if e := m.leaked(w); e != nil {
			l.report(&finding{key: findingKey{property: session.Leak, code: dsl.LeakedEnd}, option: -1, end: e})
			return
		}
	}
	for k, holds := range m.invariant {
		if !l.r.says(holds, w) {
			l.report(&finding{key: findingKey{property: session.Always, code: dsl.AlwaysFails, index: k}, option: -1})
			return
		}
	}
}

// explain finds the way to the finding: the search is the same the second time, and keeps the states along it.
func (l *lossy) explain(ctx context.Context, opts Options, store Store) *Violation {
	f := l.found
	v := &Violation{Property: f.key.property, Code: f.key.code}
	if f.state < 0 {
		v.Message, v.At = l.s.failureWords(f)+" before the first step", f.edge.At
		v.Trace = l.s.trace(v, history{})
		return v
	}
	again := l.s.m.newLossy(opts, l.wanted, store)
	again.keep = make([]int, len(l.parents))
	at := f.state
	for d := len(l.parents) - 1; d >= 0; d-- {
		again.keep[d] = at
		if d > 0 {
			at = int(l.parents[d-1][at])
		}
	}
	again.explore(context.WithoutCancel(ctx), Options{Memory: opts.Memory})
	h := l.s.follow(again.kept, f)
	l.s.explain(v, f, h)
	v.Trace = l.s.trace(v, h)
	return v
}

// compactSet is an open-addressing table of hashes.
type compactSet struct {
	table []uint64
	n     int
	most  int
}

func newCompactSet(memory int64) *compactSet {
	if memory <= 0 {
		memory = 1 << 34
	}
	return &compactSet{table: make([]uint64, 1<<16), most: int(memory / 8)}
}

func (c *compactSet) add(h uint64) bool {
	h |= 1 // 0 is empty
	mask := uint64(len(c.table) - 1)
	for at := h >> 1 & mask; ; at = (at + 1) & mask {
		if c.table[at] == h {
			return false
		}
		if c.table[at] == 0 {
			c.table[at] = h
			if c.n++; c.n*4 > len(c.table)*3 && len(c.table)*2 <= c.most {
				c.grow()
			}
			return true
		}
	}
}

func (c *compactSet) grow() {
	old := c.table
	c.table = make([]uint64, 2*len(old))
	mask := uint64(len(c.table) - 1)
	for _, h := range old {
		if h == 0 {
			continue
		}
		at := h >> 1 & mask
		for c.table[at] != 0 {
			at = (at + 1) & mask
		}
		c.table[at] = h
	}
}

func (c *compactSet) bytes() int64 { return int64(len(c.table)) * 8 }
func (c *compactSet) full() bool   { return c.n*10 > len(c.table)*9 }

// omitted: two of n states have the same 63 bits with a probability of at most n²/2⁶⁴.
func (c *compactSet) omitted(n int) string {
	return fmt.Sprintf("a state was left out with a probability of at most %.1g", math.Min(1, float64(n)*float64(n)/math.Exp2(64)))
}

// bitSet has three bits for each state.
type bitSet struct {
	bits []uint64
	set  int
}

func newBitSet(memory int64) *bitSet {
	if memory <= 0 {
		memory = 512 << 20
	}
	n := 1
	for int64(n)*16 <= memory {
		n *= 2
	}
	return &bitSet{bits: make([]uint64, n)}
}

func (b *bitSet) add(h uint64) bool {
	fresh := false
	mask := uint64(len(b.bits))*64 - 1
	step := h>>32 | 1
	for k := range uint64(3) {
		at := (h + k*step) & mask
		if b.bits[at/64]>>(at%64)&1 == 0 {
			b.bits[at/64] |= 1 << (at % 64)
			b.set++
			fresh = true
		}
	}
	return fresh
}

func (b *bitSet) bytes() int64 { return int64(len(b.bits)) * 8 }
func (b *bitSet) full() bool   { return false }

// omitted: a new state is taken for one that was met if its three bits are set; the last states meet the fullest array.
func (b *bitSet) omitted(n int) string {
	p := math.Pow(float64(b.set)/(float64(len(b.bits))*64), 3)
	return fmt.Sprintf("about %.1g of the last states, and fewer of those before, were left out", p)
}

// hashOf mixes all words of a state.
func hashOf(w []uint64) uint64 {
	h := uint64(len(w)) * 0x9e3779b97f4a7c15
	for _, x := range w {
		h = (h ^ x) * 0xff51afd7ed558ccd
		h ^= h >> 32
	}
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>29
}
