package checker

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// Symmetry reduction. The instances of an array that are connected alike are interchangeable: to permute them, with their sessions, their places at the
// component that serves them, and every variable that holds the number of one of them, turns each step into a step (Ip and Dill, "Better verification
// through symmetry", 1996, whose scalar sets are the member numbers here). So a state stands for all of its permutations, and the one with its columns
// in order represents them.
type symmetry struct {
	m          *model
	orbits     []*orbit
	invariants []invariant
	perms      []permutation // all that occurred, the identity first
	number     map[string]uint32
}

// orbit is places that can be permuted: position k of each of its arrays, and all that belongs to it.
type orbit struct {
	name    string
	n       int
	columns [][]field // per position, the fields that move with it
	values  []valued
	insts   [][]*instance // per position
	queues  [][]*queue
	ends    [][]*end
}

// valued is a variable that holds a position. Where nothing reads it any more it has its first value, whoever that names.
type valued struct {
	inst *instance
	reg  field
	v    int // its first register: forgotten or not
}

// permutation says where each instance, queue and end of a state has gone in the state that represents it.
type permutation struct {
	inst, queue, end []int
}

// newSymmetry finds the orbits of a model; nil if it has none.
func (m *model) newSymmetry() *symmetry {
	s := &symmetry{m: m, number: map[string]uint32{}}
	for k := range m.sys.Always {
		s.invariants = append(s.invariants, invariant{m.sys.Always[k].Expr, k})
	}
	for _, arrays := range s.arrays() {
		if o := s.orbit(arrays); o != nil {
			s.orbits = append(s.orbits, o)
		}
	}
	if len(s.orbits) == 0 {
		return nil
	}
	s.permutation(make([][]int, len(s.orbits)))
	return s
}

// String names what is interchangeable.
func (s *symmetry) String() string {
	var names []string
	for _, o := range s.orbits {
		names = append(names, o.name)
	}
	return list(names)
}

// arrays groups the arrays of instances that have to be permuted together, because their members are connected to each other.
func (s *symmetry) arrays() [][]string {
	var names []string
	of := map[string][]string{}
	for k := range s.m.sys.Instances {
		if a := s.m.sys.Instances[k].Array; a != "" && of[a] == nil {
			of[a] = []string{a}
			names = append(names, a)
		}
	}
	for _, x := range s.m.sessions {
		var joined []string
		for _, e := range x.ends {
			if i := holderOf(e); i != nil && i.given.Array != "" {
				joined = append(joined, i.given.Array)
			}
		}
		for _, a := range joined[min(1, len(joined)):] {
			if !slices.Contains(of[joined[0]], a) {
				all := append(slices.Clone(of[joined[0]]), of[a]...)
				for _, b := range all {
					of[b] = all
				}
			}
		}
	}
	var groups [][]string
	seen := map[string]bool{}
	for _, a := range names {
		if !seen[a] {
			groups = append(groups, of[a])
		}
		for _, b := range of[a] {
			seen[b] = true
		}
	}
	return groups
}

// holderOf returns the instance that holds an end from the start to its end, nil if it travels.
func holderOf(e *end) *instance {
	if e.fixed == nil || e.fixed.inst.given == nil {
		return nil
	}
	return e.fixed.inst
}

// hub is a component that serves the members of an orbit, each by a member of one of its groups.
type hub struct {
	inst      *instance
	groups    map[int]bool
	positions []bool // per Var: it holds positions, or is indexed by them
}

// orbit makes an orbit of arrays, nil if their members are not interchangeable.
func (s *symmetry) orbit(arrays []string) *orbit {
	o := &orbit{name: strings.Join(arrays, " with ")}
	for _, a := range arrays {
		var all []*instance
		for _, i := range s.m.instances {
			if i.given != nil && i.given.Array == a {
				all = append(all, i)
			}
		}
		if o.n == 0 {
			o.n = len(all)
			o.insts, o.queues, o.ends, o.columns = make([][]*instance, o.n), make([][]*queue, o.n), make([][]*end, o.n), make([][]field, o.n)
		}
		if len(all) != o.n || o.n < 2 {
			return nil
		}
		for k, i := range all {
			if i.index != all[0].index || i.given.Index != k || !slices.Equal(i.given.Values, all[0].given.Values) || i.fault != all[0].fault || i.given.Environment {
				return nil
			}
			o.insts[k] = append(o.insts[k], i)
		}
	}
	hubs := map[*instance]*hub{}
	for k := range o.n {
		for at, i := range o.insts[k] {
			if !s.sessionsOf(o, k, at, i, hubs) {
				return nil
			}
		}
	}
	for k := range o.n {
		if len(o.ends[k]) != len(o.ends[0]) || len(o.queues[k]) != len(o.queues[0]) {
			return nil
		}
		s.column(o, k)
	}
	var all []*hub
	for _, i := range s.m.instances {
		if h := hubs[i]; h != nil {
			all = append(all, h)
		}
	}
	for _, h := range all {
		d := &domain{m: s.m, o: o, hub: h}
		if !d.infer() {
			return nil
		}
		d.add()
	}
	for k := range o.columns {
		if len(o.columns[k]) != len(o.columns[0]) {
			return nil
		}
	}
	if !s.fair(o, all) {
		return nil
	}
	return o
}

// sessionsOf adds the sessions of an instance to its position, in the order of its slots; false if a permutation would not keep them.
func (s *symmetry) sessionsOf(o *orbit, k, at int, i *instance, hubs map[*instance]*hub) bool {
	first := o.insts[0][at]
	for n := range i.slots {
		e, like := i.slots[n].fixed, first.slots[n].fixed
		if (e == nil) != (like == nil) {
			return false
		}
		if e == nil {
			for _, h := range i.given.Ends { // one that is there from the start and travels
				if h.Slot == n {
					return false
				}
			}
			continue
		}
		if e.session.protocol != like.session.protocol || e.role != like.role {
			return false
		}
		if slices.Contains(o.ends[k], e) {
			continue // its other end is at this position as well
		}
		for r, f := range e.session.ends {
			j, other := holderOf(f), holderOf(like.session.ends[r])
			if j == nil || other == nil {
				return false
			}
			if place := slices.Index(o.insts[k], j); place >= 0 {
				if other != o.insts[0][place] || f.fixed.slot != like.session.ends[r].fixed.slot {
					return false
				}
			} else if j != other || !hubSlot(o, k, f, like.session.ends[r], hubs) {
				return false
			}
			o.ends[k] = append(o.ends[k], f)
		}
		o.queues[k] = append(o.queues[k], e.session.queues...)
	}
	return true
}

// hubSlot notes that position k is served by member k of a group; false if it is not.
func hubSlot(o *orbit, k int, f, like *end, hubs map[*instance]*hub) bool {
	i := f.fixed.inst
	for _, all := range o.insts {
		if slices.Contains(all, i) {
			return false // of another position
		}
	}
	for g := range i.machine.Groups {
		x := &i.machine.Groups[g]
		n, m := f.fixed.slot-x.Base, like.fixed.slot-x.Base
		if n < 0 || n >= x.Len*len(x.Fields) {
			continue
		}
		if x.Kind != session.ArrayEnds || x.Len != o.n || n/len(x.Fields) != k || m != n%len(x.Fields) {
			return false
		}
		if hubs[i] == nil {
			hubs[i] = &hub{inst: i, groups: map[int]bool{}, positions: make([]bool, len(i.machine.Vars))}
		}
		hubs[i].groups[g] = true
		return true
	}
	return false
}

// column lists the fields that move with a position.
func (s *symmetry) column(o *orbit, k int) {
	var all []field
	for _, i := range o.insts[k] {
		all = append(all, i.control)
		all = append(all, i.regs...)
		for n := range i.slots {
			if i.slots[n].moves {
				all = append(all, i.slots[n].f)
			}
		}
	}
	for _, e := range o.ends[k] {
		all = append(all, e.code)
	}
	for _, q := range o.queues[k] {
		all = append(all, q.chunks...)
	}
	o.columns[k] = all
}

// fair makes sure that the properties treat the positions alike. The invariants are closed under permutation: as the first state is one of its own
// permutations, so is the set of states that can be reached, and a permuted invariant fails in one of them if and only if the invariant does.
func (s *symmetry) fair(o *orbit, hubs []*hub) bool {
	for _, h := range hubs {
		for _, x := range s.invariants {
			if h.told(x.expr) {
				return false
			}
		}
	}
	known := map[string]bool{}
	for _, x := range s.invariants {
		known[spelling(x.expr, nil)] = true
	}
	given := len(s.invariants)
	all := slices.Clone(s.invariants)
	for n := 0; n < len(all); n++ {
		for k := range o.n - 1 {
			swap := map[int32]int32{}
			for at, i := range o.insts[k] {
				j := o.insts[k+1][at]
				swap[int32(i.id)], swap[int32(j.id)] = int32(j.id), int32(i.id)
			}
			if word := spelling(all[n].expr, swap); !known[word] {
				known[word] = true
				all = append(all, invariant{renamed(all[n].expr, swap), all[n].index})
			}
		}
		if len(all) > mostInvariants {
			return false
		}
	}
	if len(all) > given && !s.still(o) {
		return false
	}
	s.invariants = all
	return true
}

// mostInvariants bounds what is evaluated in each state.
const mostInvariants = 200

// invariant is one of the system's, or a permutation of it.
type invariant struct {
	expr  *session.Expr
	index int
}

// still reports whether the first state is one of its own permutations.
func (s *symmetry) still(o *orbit) bool {
	r := s.m.newRun(nil)
	r.initial()
	if r.step.failure != none {
		return false
	}
	for k := range o.n - 1 {
		to := make([]int, o.n)
		for n := range to {
			to[n] = n
		}
		to[k], to[k+1] = k+1, k
		w := slices.Clone(r.next)
		if o.permute(w, to, make([][]uint64, o.n)); !slices.Equal(w, r.next) {
			return false
		}
	}
	return true
}

// renamed is an expression with its instances renamed.
func renamed(e *session.Expr, rename map[int32]int32) *session.Expr {
	if e == nil {
		return nil
	}
	x := *e
	if to, ok := rename[e.I]; ok {
		switch e.Op {
		case session.OpInstVar, session.OpInstAt, session.OpInstCount:
			x.I = to
		}
	}
	x.X, x.Y = renamed(e.X, rename), renamed(e.Y, rename)
	return &x
}

// told reports whether a property reads a variable of the hub that positions go into.
func (h *hub) told(e *session.Expr) bool {
	return e != nil && (e.Op == session.OpInstVar && e.I == int32(h.inst.id) && h.positions[e.N] || h.told(e.X) || h.told(e.Y))
}

// spelling writes an expression with its instances renamed, and the operands of what commutes in order.
func spelling(e *session.Expr, rename map[int32]int32) string {
	if e == nil {
		return "-"
	}
	i := e.I
	if to, ok := rename[i]; ok {
		switch e.Op {
		case session.OpInstVar, session.OpInstAt, session.OpInstCount:
			i = to
		}
	}
	switch e.Op {
	case session.OpAnd, session.OpOr: // flattened: a && (b && c) is (a && b) && c
		all := operands(e, e.Op, rename)
		sort.Strings(all)
		return fmt.Sprintf("(%d %s)", e.Op, strings.Join(slices.Compact(all), " "))
	}
	x, y := spelling(e.X, rename), spelling(e.Y, rename)
	switch e.Op {
	case session.OpEq, session.OpNe, session.OpAdd, session.OpMul:
		if y < x {
			x, y = y, x
		}
	}
	return fmt.Sprintf("(%d %d %d %v %s %s)", e.Op, e.N, i, e.States, x, y)
}

func operands(e *session.Expr, op session.Op, rename map[int32]int32) []string {
	if e.Op != op {
		return []string{spelling(e, rename)}
	}
	return append(operands(e.X, op, rename), operands(e.Y, op, rename)...)
}
