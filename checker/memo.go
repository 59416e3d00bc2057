package checker

import (
	"fmt"
	"slices"
)

// memo remembers the steps of an instance that stands at one state: they depend on its footprint only, and change nothing else. So what was
// computed once is repeated wherever the footprint is the same (the transition cache of Blom, van de Pol and Weber, "LTSmin", CAV 2010).
// A memo that is of little use goes to sleep for longer and longer.
type memo struct {
	masks  []mask     // the footprint
	slots  []memoSlot // open addressing
	shift  uint8      // the hash's high bits give the slot
	n      int        // entries
	credit int        // grows with each hit, shrinks with each miss
	asleep int        // look-ups to sleep through
	nap    int        // the next time it sleeps
}

// mask is the part of a footprint that lies in one word.
type mask struct {
	word int
	bits uint64
}

type memoSlot struct {
	first, second uint64 // words of the footprint
	entry         *memoEntry
}

// memoEntry is what an instance can do, for one content of its footprint.
type memoEntry struct {
	alone   []uint64 // a state that has nothing but the footprint
	effects []effect
	special bool // a step fails, or a guard does, or a message cannot be accepted: these are reported each time; no effects
	// What the steps add to the counts of a run.
	steps, timeouts, rescues int
}

// effect is a step by what it changes.
type effect struct {
	diffs   []diff
	step    *step
	moved   []*end
	dropped []*queue
}

type diff struct {
	word int
	bits uint64 // that change
}

const (
	memoCredit  = 1 << 10
	memoMiss    = 4       // what a miss costs, in hits
	memoEntries = 1 << 17 // of a run
)

// slot returns where the footprint of s is, or where it would be.
func (m *memo) slot(s []uint64) *memoSlot {
	first, second := s[m.masks[0].word]&m.masks[0].bits, uint64(0)
	if len(m.masks) > 1 {
		second = s[m.masks[1].word] & m.masks[1].bits
	}
	h := first*0x9e3779b97f4a7c15 ^ second*0xe7037ed1a0b428db
	for n := 2; n < len(m.masks); n++ {
		h ^= h>>32 ^ s[m.masks[n].word]&m.masks[n].bits
		h *= 0x9e3779b97f4a7c15
	}
	h = (h ^ h>>32) * 0x9e3779b97f4a7c15
	for at := h >> m.shift; ; at = (at + 1) & uint64(len(m.slots)-1) {
		x := &m.slots[at]
		if x.entry == nil || x.first == first && x.second == second && (len(m.masks) <= 2 || m.fits(x.entry, s)) {
			return x
		}
	}
}

func (m *memo) fits(e *memoEntry, s []uint64) bool {
	for n := 2; n < len(m.masks); n++ {
		if s[m.masks[n].word]&m.masks[n].bits != e.alone[m.masks[n].word] {
			return false
		}
	}
	return true
}

// recall returns what i can do at st in r.s; nil: nobody remembers.
func (r *run) recall(i *instance, st *state) *memoEntry {
	m := &r.memos[st.number]
	if m.slots == nil {
		if m.masks = r.m.footprints[st.number]; m.masks == nil {
			return nil
		}
		m.slots, m.shift, m.credit, m.nap = make([]memoSlot, 16), 60, 4*memoCredit, 4*memoCredit
	}
	if m.asleep > 0 {
		m.asleep--
		return nil
	}
	x := m.slot(r.s)
	if x.entry != nil {
		m.credit++
		if x.entry.special {
			return nil
		}
		return x.entry
	}
	if m.credit -= memoMiss; m.credit < 0 {
		m.credit, m.asleep, m.nap = memoCredit, m.nap, 2*m.nap
		return nil
	}
	if r.remembered == memoEntries {
		return nil
	}
	e := r.learn(i, st, m)
	r.remembered++
	*x = memoSlot{entry: e, first: e.alone[m.masks[0].word]}
	if len(m.masks) > 1 {
		x.second = e.alone[m.masks[1].word]
	}
	if m.n++; m.n*2 > len(m.slots) {
		m.grow()
	}
	if e.special {
		return nil
	}
	return e
}

func (m *memo) grow() {
	old := m.slots
	m.slots = make([]memoSlot, 2*len(old))
	m.shift--
	for _, x := range old {
		if x.entry != nil {
			*m.slot(x.entry.alone) = x
		}
	}
}

// repeat yields the steps of an entry from r.s.
func (r *run) repeat(e *memoEntry) {
	r.w = r.next
	for k := range e.effects {
		x := &e.effects[k]
		copy(r.next, r.s)
		for _, d := range x.diffs {
			r.next[d.word] ^= d.bits
		}
		r.step, r.moved, r.dropped = x.step, x.moved, x.dropped
		r.yield(r)
		r.count++
	}
	r.steps += e.steps
	r.timeouts += e.timeouts
	r.rescues += e.rescues
	r.w = r.s
}

// learn computes an entry. It does so twice: from r.s, and from the footprint of r.s alone; that both agree, and stay within the footprint, is
// what everything that is remembered relies on.
func (r *run) learn(i *instance, st *state, m *memo) *memoEntry {
	e := &memoEntry{alone: make([]uint64, len(r.s))}
	for _, k := range m.masks {
		e.alone[k.word] = r.s[k.word] & k.bits
	}
	r.record(i, st, e)
	for k := range e.effects {
		for _, d := range e.effects[k].diffs {
			at := slices.IndexFunc(m.masks, func(k mask) bool { return k.word == d.word })
			if at < 0 || d.bits&^m.masks[at].bits != 0 {
				panic(fmt.Sprintf("checker: a step of %s in state %d changes what is not in its footprint", i.name, st.id))
			}
		}
	}
	twin := &memoEntry{}
	s := r.s
	r.s, r.w = e.alone, e.alone
	r.record(i, st, twin)
	r.s, r.w = s, s
	if e.special != twin.special || !e.special && !slices.EqualFunc(e.effects, twin.effects, effect.equal) {
		panic(fmt.Sprintf("checker: the steps of %s in state %d depend on what is not in its footprint", i.name, st.id))
	}
	if e.special {
		e.effects = nil
	}
	for k := range e.effects {
		if r.learnt != nil {
			r.learnt(e.effects[k].step, e.effects[k].dropped)
		}
	}
	return e
}

func (x effect) equal(y effect) bool {
	return *x.step == *y.step && slices.Equal(x.diffs, y.diffs) && slices.Equal(x.moved, y.moved) && slices.Equal(x.dropped, y.dropped)
}

// record makes the steps of i at st from r.s, and leaves the counts of the run as they were.
func (r *run) record(i *instance, st *state, e *memoEntry) {
	yield, unspecified, guardFailed := r.yield, r.unspecified, r.guardFailed
	count, steps, timeouts, rescues := r.count, r.steps, r.timeouts, r.rescues
	r.count, r.steps, r.timeouts, r.rescues = 0, 0, 0, 0
	r.unspecified = func(*run, *instance, *option, *end, int) { e.special = true }
	r.guardFailed = func(*run, *instance, *option) { e.special = true }
	r.yield = func(r *run) {
		if r.step.failure != none {
			e.special = true
			return
		}
		x := effect{step: r.intern(*r.step), moved: r.moved, dropped: r.dropped}
		for w := range r.next {
			if b := r.next[w] ^ r.s[w]; b != 0 {
				x.diffs = append(x.diffs, diff{w, b})
			}
		}
		e.effects = append(e.effects, x)
	}
	r.direct(i, st)
	e.steps, e.timeouts, e.rescues = r.steps, r.timeouts, r.rescues
	r.yield, r.unspecified, r.guardFailed = yield, unspecified, guardFailed
	r.count, r.steps, r.timeouts, r.rescues = count, steps, timeouts, rescues
}

// intern returns the one copy of a step.
func (r *run) intern(s step) *step {
	p := r.known[s]
	if p == nil {
		p = &s
		r.known[s] = p
	}
	return p
}
