package checker

import (
	"fmt"
	"slices"
)

// Counterexamples are not kept during the search: a state remembers no parent. They are found again by expanding the levels before each target
// once more, all targets in one pass from the deepest on.

// hop is how a state is reached: by that successor of that state.
type hop struct{ from, option int }

// hops finds a parent for each target and for its parents, up to the first state.
func (s *search) hops(targets []int) map[int]hop {
	parents := map[int]hop{}
	want := map[int]bool{}
	for _, t := range targets {
		want[t] = true
	}
	for d := s.depth(); d > 0; d-- {
		open := 0
		for t := range want {
			if t >= s.levels[d] {
				open++
			}
		}
		if open == 0 {
			continue
		}
		var at int
		v := s.st.view()
		r := s.m.newRun(nil)
		fuser := s.newFuser(ignore)
		r.yield = func(r *run) {
			if r.step.failure != none {
				return
			}
			n := s.known(v, fuser.after(r.next))
			if n < s.levels[d] || !want[n] {
				return
			}
			delete(want, n)
			parents[n] = hop{at, r.count}
			want[at] = true
			open--
		}
		for at = s.levels[d-1]; at < s.levels[d] && open > 0; at++ {
			fuser.at(at)
			r.expand(v.at(at))
		}
		if open > 0 {
			panic(fmt.Sprintf("checker: %d states of depth %d have no parent", open, d))
		}
	}
	return parents
}

// replay makes successor number option of a state; false if there are fewer.
func (r *run) replay(w []uint64, option int, then func(*run)) bool {
	found := false
	old := r.yield
	r.yield = func(r *run) {
		if r.count == option {
			found = true
			then(r)
		}
	}
	r.expand(w)
	r.yield = old
	return found
}

// history is a run from the first state to a target, with the state that it ends in.
type history struct {
	steps []happening
	final []uint64
}

// history follows parents back from a state. If a finding is a step that fails there, it is the last.
func (s *search) history(parents map[int]hop, f *finding) history {
	way := []int{f.state}
	for n := f.state; n > 0; n = way[0] {
		way = append([]int{parents[n].from}, way...)
	}
	states := s.unsorted(way)
	s.rename(f, states[len(states)-1])
	return s.follow(states, f)
}

// follow tells the steps along states that follow each other, and the step that fails in the last, if one does.
func (s *search) follow(states [][]uint64, f *finding) history {
	h := history{final: states[len(states)-1]}
	r := s.m.newRun(nil)
	for k, w := range states[:len(states)-1] {
		to := states[k+1]
		found := false
		r.yield = func(r *run) {
			if !found && r.step.failure == none && slices.Equal(r.next, to) {
				found = true
				h.steps = append(h.steps, s.m.happening(r, k+1))
			}
		}
		if r.expand(w); !found {
			panic("checker: a step on the way to a state is not there any more")
		}
	}
	if f.option < 0 {
		return h
	}
	found := false
	r.yield = func(r *run) {
		if !found && r.step.failure != none && r.step.failed == f.edge && r.step.who == f.inst {
			found = true
			h.steps = append(h.steps, s.m.happening(r, len(h.steps)+1))
		}
	}
	if r.expand(h.final); !found {
		panic("checker: a step that fails is not there any more")
	}
	return h
}

// unsorted returns the states along a way, with those that were not kept. Where a state stands for all its permutations, those are chosen that
// follow each other from the start.
func (s *search) unsorted(way []int) [][]uint64 {
	var all [][]uint64
	v := s.st.view()
	if s.sym == nil && s.ample == nil {
		for _, n := range way {
			all = append(all, slices.Clone(v.at(n)))
		}
		return all
	}
	r := s.m.newRun(nil)
	r.initial()
	all = append(all, slices.Clone(r.next))
	for k, n := range way[1:] {
		for _, form := range s.between(v, way[k], n) {
			var next []uint64
			r.yield = func(r *run) {
				if next == nil && r.step.failure == none && slices.Equal(s.sorted(r.next), form) {
					next = slices.Clone(r.next)
				}
			}
			if r.expand(all[len(all)-1]); next == nil {
				panic("checker: a permuted state cannot do what its like can")
			}
			all = append(all, next)
		}
	}
	return all
}

// between returns what stands for the states after state from up to its successor to, those that were not kept included.
func (s *search) between(v *view, from, to int) [][]uint64 {
	var then [][]uint64
	r, fuser := s.m.newRun(nil), s.newFuser(ignore)
	fuser.at(from)
	r.yield = func(r *run) {
		if then != nil || r.step.failure != none {
			return
		}
		var left [][]uint64
		if fuser != nil {
			fuser.left = func(w []uint64) { left = append(left, slices.Clone(s.sorted(w))) }
		}
		if w := fuser.after(r.next); s.known(v, w) == to {
			then = append(left, slices.Clone(s.sorted(w)))
		}
	}
	if r.expand(slices.Clone(v.at(from))); then == nil {
		panic("checker: a successor of an explored state is not there any more")
	}
	return then
}

// sorted returns what stands for a state, valid until the next call.
func (s *search) sorted(w []uint64) []uint64 {
	if s.sym == nil {
		return w
	}
	w = append(s.scratch[:0], w...)
	s.scratch = w
	s.sorter.sort(w)
	return w
}

// rename tells a finding about a state as one about a permutation of it.
func (s *search) rename(f *finding, final []uint64) {
	if s.sym == nil {
		return
	}
	s.sorter.sort(slices.Clone(final))
	p := &s.sym.perms[s.sorter.last()]
	inst := func(i *instance) *instance {
		if i == nil {
			return nil
		}
		return s.m.instances[slices.Index(p.inst, i.id)]
	}
	old := f.inst
	f.inst = inst(old)
	for k, i := range f.stuck {
		f.stuck[k] = inst(i)
	}
	if f.queue != nil {
		f.queue = s.m.queues[slices.Index(p.queue, f.queue.id)]
	}
	if f.end != nil {
		f.end = s.m.ends[slices.Index(p.end, f.end.id)]
	}
	if f.opt != nil {
		for k := range old.states {
			for n := range old.states[k].options {
				if f.opt == &old.states[k].options[n] {
					f.opt = &f.inst.states[k].options[n]
					return
				}
			}
		}
	}
}
