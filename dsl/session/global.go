package session

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/dsl"
)

// mostGlobal bounds the states of a global automaton: par multiplies those of its branches.
const mostGlobal = 1 << 15

// global is a global type as a deterministic automaton over interactions; state 0 is the start. Its states are sender-driven: the edges out of
// one state are sent by one role, except that edges of different branches of a par are independent of each other.
type global struct {
	states []globalState
}

// globalState is a point of a global automaton.
type globalState struct {
	names []string
	rest  roleSet // the roles for which whoever chooses next may stay silent for ever
	end   bool    // no edges
	edges []globalEdge
	at    dsl.Position
}

// globalEdge is one interaction.
type globalEdge struct {
	from, to, label int
	next            int
	at              dsl.Position
	path            []branch // the branches of pars that it lies in, outermost first
}

// branch is one branch of a par.
type branch struct{ par, index int }

// roleSet is a set of roles, by index.
type roleSet uint64

const (
	mostRoles = 64
	allRoles  = ^roleSet(0)
)

func (s roleSet) has(role int) bool { return s>>role&1 == 1 }

// concurrent reports whether two places lie in different branches of one par, so that what happens at one does not order what happens at the other.
func concurrent(a, b []branch) bool {
	for i := 0; i < len(a) && i < len(b) && a[i].par == b[i].par; i++ {
		if a[i].index != b[i].index {
			return true
		}
	}
	return false
}

// draft is a global type (or the local type of a role block) while it is built: nondeterministic, with silent moves.
type draft struct {
	states []draftState
	end    int
}

type draftState struct {
	globalState
	silent []int // states that are reached without an interaction
}

// add makes a new state.
func (d *draft) add(at dsl.Position) int {
	d.states = append(d.states, draftState{globalState: globalState{at: at}})
	return len(d.states) - 1
}

// link adds a silent move.
func (d *draft) link(from, to int) {
	if from >= 0 {
		d.states[from].silent = append(d.states[from].silent, to)
	}
}

// close adds to the states what they reach silently, leaves out those that say nothing themselves, and sorts.
func (d *draft) close(set []int) []int {
	in := make(map[int]bool, len(set))
	for _, s := range set {
		in[s] = true
	}
	for i := 0; i < len(set); i++ {
		for _, t := range d.states[set[i]].silent {
			if !in[t] {
				in[t] = true
				set = append(set, t)
			}
		}
	}
	set = slices.DeleteFunc(set, func(s int) bool {
		state := &d.states[s]
		return len(state.edges) == 0 && len(state.names) == 0 && state.rest == 0 && s != d.end
	})
	slices.Sort(set)
	return slices.Compact(set)
}

// circular returns a state that reaches itself silently, -1 if there is none: a loop without a message.
func (d *draft) circular() int {
	const entered, left = 1, 2
	mark := make([]int, len(d.states))
	var visit func(s int) int
	visit = func(s int) int {
		mark[s] = entered
		for _, t := range d.states[s].silent {
			if mark[t] == entered {
				return t
			}
			if mark[t] == 0 {
				if c := visit(t); c >= 0 {
					return c
				}
			}
		}
		mark[s] = left
		return -1
	}
	for s := range d.states {
		if mark[s] == 0 {
			if c := visit(s); c >= 0 {
				return c
			}
		}
	}
	return -1
}

// clash is a pair of edges out of one state that do not go together.
type clash struct {
	first, second globalEdge
	over          bool // there is no second: the session may be over instead
}

// determine makes a draft deterministic by the subset construction. same lists the pairs of edges with one action that fell together. A nil
// global means that there are too many states.
func (d *draft) determine() (g *global, same []clash) {
	g = &global{}
	index := map[string]int{}
	var sets [][]int
	state := func(set []int) int {
		set = d.close(set)
		key := fmt.Sprint(set)
		if i, ok := index[key]; ok {
			return i
		}
		index[key] = len(sets)
		sets = append(sets, set)
		return len(sets) - 1
	}
	state([]int{0})
	for i := 0; i < len(sets); i++ {
		if len(sets) > mostGlobal {
			return nil, nil
		}
		var merged globalState
		var targets [][]int
		for _, s := range sets[i] {
			from := &d.states[s]
			if merged.at.Source == nil || len(merged.edges) == 0 && len(from.edges) > 0 {
				merged.at = from.at
			}
			merged.rest |= from.rest
			merged.end = merged.end || s == d.end
			merged.names = union(merged.names, from.names)
			for _, e := range from.edges {
				k := slices.IndexFunc(merged.edges, func(o globalEdge) bool { return o.from == e.from && o.to == e.to && o.label == e.label })
				if k < 0 {
					merged.edges = append(merged.edges, e)
					targets = append(targets, []int{e.next})
					continue
				}
				same = append(same, clash{first: merged.edges[k], second: e})
				targets[k] = append(targets[k], e.next)
			}
		}
		for k := range merged.edges {
			merged.edges[k].next = state(targets[k])
		}
		g.states = append(g.states, merged)
	}
	return g, same
}

// clashes finds states whose edges are sent by different roles, or where the session may be over as well.
func (g *global) clashes() []clash {
	var found []clash
	for _, s := range g.states {
		if s.end && len(s.edges) > 0 {
			found = append(found, clash{first: s.edges[0], over: true})
		}
		for k, b := range s.edges {
			for _, a := range s.edges[:k] {
				if a.from != b.from && !concurrent(a.path, b.path) {
					found = append(found, clash{first: a, second: b})
				}
			}
		}
	}
	return found
}

// union appends to a the elements of b that it does not have.
func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}
