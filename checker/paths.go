package checker

import (
	"fmt"
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
		r := s.m.newRun(nil)
		r.yield = func(r *run) {
			if r.step.failure != none {
				return
			}
			n := s.st.find(r.next, tag(r.next))
			if n < s.levels[d] || !want[n] {
				return
			}
			delete(want, n)
			parents[n] = hop{at, r.count}
			want[at] = true
			open--
		}
		for at = s.levels[d-1]; at < s.levels[d] && open > 0; at++ {
			r.expand(s.st.at(at))
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

// history follows parents back from a state; with option >= 0 one more step, which fails, ends it.
func (s *search) history(parents map[int]hop, state, option int) history {
	var way []hop
	for n := state; n > 0; n = parents[n].from {
		way = append([]hop{parents[n]}, way...)
	}
	if option >= 0 {
		way = append(way, hop{state, option})
	}
	h := history{final: s.st.at(state)}
	r := s.m.newRun(nil)
	for k, x := range way {
		if !r.replay(s.st.at(x.from), x.option, func(r *run) { h.steps = append(h.steps, s.m.happening(r, k+1)) }) {
			panic("checker: a step on the way to a state is not there any more")
		}
	}
	return h
}

// renumber numbers the failing steps of states that were reduced as they are numbered when all steps are taken.
func (s *search) renumber() {
	for _, f := range s.found {
		if f.option < 0 {
			continue
		}
		r := s.m.newRun(func(r *run) {
			if r.step.failure != none && r.step.failed == f.edge && r.step.who == f.inst {
				f.option = r.count
			}
		})
		r.expand(s.st.at(f.state))
	}
}
