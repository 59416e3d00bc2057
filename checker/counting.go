package checker

import (
	"context"
	"slices"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// counting explores a system whose interchangeable instances are counted instead of told apart: a state says which columns (see orbit) occur, and of
// each whether one instance or many have it (Pnueli, Xu, Zuck, "Liveness with (0,1,∞)-counter abstraction", 2002). What can happen depends on which columns
// occur and not on how often, so a counted state can do exactly what each state that it stands for can; only what is left of many, one or many, is not
// known, and both are followed. A run of any number of instances is therefore a run here; what must be reached again from a state is shown for whatever is
// left.
type counting struct {
	m      *model
	o      *orbit
	wanted map[session.Property]bool
	r      *run
	t      *sorter
	holds  []expr
	copies int // how many instances one invariant speaks of
	absent []uint64
	states []counted
	number map[string]int
	steps  [][]countedStep
	failed bool
}

// counted is a state: its words, and which positions stand for many instances. Absent positions have the column of nobody.
type counted struct {
	w    []uint64
	many []bool
}

// countedStep is what a step does: who moves by himself, what is received, and all that it may lead to.
type countedStep struct {
	marks    []uint64
	outcomes []outcomeOf
}

// outcomeOf is a state with the places to which the instances at each position have gone; many at one position can part.
type outcomeOf struct {
	to    int
	moved [][]int
}

func newCounting(m *model, sym *symmetry, wanted map[session.Property]bool) *counting {
	o := sym.orbits[0]
	c := &counting{m: m, o: o, wanted: wanted, t: sym.newSorter(), number: map[string]int{}}
	for _, x := range sym.invariants {
		c.holds = append(c.holds, m.property(x.expr, nil))
		c.copies = max(c.copies, instancesIn(o, x.expr))
	}
	c.absent = c.nobody()
	c.r = m.newRun(nil)
	c.r.unspecified = func(*run, *instance, *option, *end, int) { c.failed = c.failed || wanted[session.Reception] }
	c.r.guardFailed = func(*run, *instance, *option) { c.failed = true }
	return c
}

// instancesIn counts the instances of the orbit that an invariant speaks of.
func instancesIn(o *orbit, e *session.Expr) int {
	seen := map[int32]bool{}
	var walk func(e *session.Expr)
	walk = func(e *session.Expr) {
		if e == nil {
			return
		}
		switch e.Op {
		case session.OpInstVar, session.OpInstAt, session.OpInstCount:
			for _, all := range o.insts {
				for _, i := range all {
					if int32(i.id) == e.I {
						seen[e.I] = true
					}
				}
			}
		}
		walk(e.X)
		walk(e.Y)
	}
	walk(e)
	return len(seen)
}

// nobody is the column of a position at which there is no instance: it has ended, and its sessions with it.
func (c *counting) nobody() []uint64 {
	r := c.m.newRun(nil)
	r.initial()
	var all []uint64
	for k, f := range c.o.columns[0] {
		v := uint64(0)
		if c.kept(k) {
			v = f.get(r.next)
		}
		all = append(all, v)
	}
	return all
}

// kept reports whether a field of a column is a variable, which has its first value where there is nobody.
func (c *counting) kept(k int) bool {
	f := c.o.columns[0][k]
	for _, i := range c.m.instances {
		if slices.Contains(i.regs, f) && f.mask != 0 {
			return true
		}
	}
	return false
}

func (c *counting) there(w []uint64, p int) bool {
	for k, f := range c.o.columns[p] {
		if f.get(w) != c.absent[k] {
			return true
		}
	}
	return false
}

func (c *counting) clear(w []uint64, p int) {
	for k, f := range c.o.columns[p] {
		f.set(w, c.absent[k])
	}
}

// named reports whether some variable that is still read names a position.
func (c *counting) named(w []uint64, p int) bool {
	for v := range c.o.values {
		if y := &c.o.values[v]; y.alive(w) && y.reg.get(w) == uint64(p) {
			return true
		}
	}
	return false
}

const countedLimit = 50000 // states that are worth a try

// explore reports whether the system holds for any number of instances; false may mean that this cannot be seen here.
func (c *counting) explore(ctx context.Context) bool {
	r := c.m.newRun(nil)
	if r.initial(); r.step.failure != none {
		return false
	}
	for _, many := range []bool{false, true} {
		s := counted{slices.Clone(r.next), make([]bool, c.o.n)}
		for p := 1; p < c.o.n; p++ {
			c.clear(s.w, p)
		}
		s.many[0] = many
		if _, ok := c.add(s, nil); !ok {
			return false
		}
	}
	for n := 0; n < len(c.states); n++ {
		if n > countedLimit || n&255 == 0 && ctx.Err() != nil || !c.expand(n) || c.failed {
			return false
		}
	}
	return c.continues()
}

// expand makes the steps of a state; false if one fails, or nothing moves and somebody should.
func (c *counting) expand(n int) bool {
	s := c.states[n]
	good := true
	c.steps = append(c.steps, nil)
	c.r.yield = func(r *run) {
		if !good || r.step.failure != none {
			good = false
			return
		}
		step := countedStep{marks: c.marks(r)}
		for _, o := range c.part(s, r.next) {
			to, ok := c.add(o.state, o.moved)
			if !ok {
				good = false
				return
			}
			step.outcomes = append(step.outcomes, to)
		}
		c.steps[n] = append(c.steps[n], step)
	}
	c.r.expand(s.w)
	if good && c.r.steps == 0 && c.r.rescues == 0 && c.wanted[session.Deadlock] && len(c.r.waiting(s.w)) > 0 {
		return false
	}
	if good && c.wanted[session.Leak] && c.m.leaked(s.w) != nil {
		return false
	}
	return good && c.invariant(s)
}

// invariant evaluates the invariants with as many copies of what is many as one of them speaks of.
func (c *counting) invariant(s counted) bool {
	w := slices.Clone(s.w)
	for p := range c.o.n {
		for k := 1; s.many[p] && k < c.copies; k++ {
			free := c.free(w)
			if free < 0 {
				return false
			}
			c.copy(w, p, free)
		}
	}
	c.r.w = w
	for _, holds := range c.holds {
		if holds(c.r) == 0 || c.r.bad {
			c.r.bad = false
			return false
		}
	}
	return true
}

func (c *counting) free(w []uint64) int {
	for p := range c.o.n {
		if !c.there(w, p) && !c.named(w, p) {
			return p
		}
	}
	return -1
}

func (c *counting) copy(w []uint64, from, to int) {
	for k, f := range c.o.columns[from] {
		c.o.columns[to][k].set(w, f.get(w))
	}
}

// parted is a state before it is brought into its form.
type parted struct {
	state counted
	moved [][]int // per position of the state before, where its instances are
}

// part takes apart what was many and of which one has changed: what is left of it is one or many.
func (c *counting) part(s counted, next []uint64) []parted {
	all := []parted{{counted{slices.Clone(next), slices.Clone(s.many)}, nil}}
	for p := range c.o.n {
		all[0].moved = append(all[0].moved, []int{p})
	}
	for p := range c.o.n {
		if !s.many[p] || !c.changed(s.w, next, p) {
			continue
		}
		var more []parted
		for _, x := range all {
			j := c.free(x.state.w)
			if j < 0 {
				c.failed = true
				return nil
			}
			w := x.state.w
			c.copy(w, p, j)
			for v := range c.o.values {
				if y := &c.o.values[v]; y.alive(w) && y.reg.get(w) == uint64(p) {
					y.reg.set(w, uint64(j))
				}
			}
			for k, f := range c.o.columns[p] {
				f.set(w, c.o.columns[p][k].get(s.w))
			}
			x.state.many[j] = false
			x.moved[p] = []int{p, j}
			one := parted{counted{slices.Clone(w), slices.Clone(x.state.many)}, x.moved}
			one.state.many[p] = false
			more = append(more, x, one)
		}
		all = more
	}
	return all
}

// changed reports whether a step changed the column of a position, or gave it a name.
func (c *counting) changed(before, after []uint64, p int) bool {
	for _, f := range c.o.columns[p] {
		if f.get(before) != f.get(after) {
			return true
		}
	}
	return c.named(after, p) // what is many has no name before
}

// add brings a state into its form (equal columns are many, positions are in order) and numbers it; false if it does not fit.
func (c *counting) add(s counted, moved [][]int) (outcomeOf, bool) {
	at := make([]int, c.o.n) // where each position goes
	keys := make([][]uint64, c.o.n)
	for p := range c.o.n {
		at[p] = p
		keys[p] = c.key(s.w, p)
	}
	for p := range c.o.n {
		for q := range p {
			if c.there(s.w, p) && c.there(s.w, q) && slices.Equal(keys[p], keys[q]) {
				s.many[q] = true
				c.clear(s.w, p)
				s.many[p] = false
				at[p] = q
				break
			}
		}
	}
	w := slices.Clone(s.w)
	c.t.orbit(c.o, w, c.t.moves[0])
	many := make([]bool, c.o.n)
	for p, to := range c.t.moves[0] {
		many[to] = s.many[p]
	}
	var out outcomeOf
	for _, places := range moved {
		var to []int
		for _, p := range places {
			to = append(to, c.t.moves[0][at[p]])
		}
		out.moved = append(out.moved, to)
	}
	key := make([]byte, 0, 8*len(w)+c.o.n)
	for _, x := range w {
		for k := range 8 {
			key = append(key, byte(x>>(8*k)))
		}
	}
	for _, is := range many {
		b := byte(0)
		if is {
			b = 1
		}
		key = append(key, b)
	}
	n, ok := c.number[string(key)]
	if !ok {
		n = len(c.states)
		c.number[string(key)] = n
		c.states = append(c.states, counted{w, many})
	}
	out.to = n
	return out, !c.failed
}

// key is a column with the names that it has.
func (c *counting) key(w []uint64, p int) []uint64 {
	var key []uint64
	for _, f := range c.o.columns[p] {
		key = append(key, f.get(w))
	}
	for v := range c.o.values {
		y := &c.o.values[v]
		named := uint64(0)
		if y.alive(w) && y.reg.get(w) == uint64(p) {
			named = 1
		}
		key = append(key, named)
	}
	return key
}

// marks says what a step does: bits of the instances that move and of the queues that something leaves.
func (c *counting) marks(r *run) []uint64 {
	marks := make([]uint64, c.width())
	set := func(bit int) { marks[bit/64] |= 1 << (bit % 64) }
	t := r.step
	set(t.inst.id)
	if t.peer != nil {
		set(t.peer.id)
	}
	if t.queue != nil && t.got {
		set(len(c.m.instances) + t.queue.id)
	}
	for _, q := range r.dropped {
		set(len(c.m.instances) + q.id)
	}
	return marks
}

func (c *counting) width() int { return (len(c.m.instances)+len(c.m.queues))/64 + 1 }
