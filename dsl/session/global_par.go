package session

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/dsl"
)

// par compiles branches that run side by side: the product of their automata. The session ends when all of them have ended.
//
//	"par" "{" steps "}" "and" "{" steps "}" { "and" "{" steps "}" }
func (b *builder) par(s *dsl.Par, cur int) {
	f := b.frame()
	number := b.pars
	b.pars++
	outer, outerPath, exit, points := b.draft, b.path, f.exit, f.points
	var branches []*global
	for i, steps := range s.Branches {
		b.draft = &draft{}
		b.path = append(slices.Clone(outerPath), branch{number, i})
		start := b.draft.add(b.at(steps))
		b.draft.end = b.draft.add(b.at(steps))
		f.exit = b.draft.end
		f.points = b.points(steps)
		b.draft.link(b.steps(steps, start, false), b.draft.end)
		g := b.finish()
		if g == nil {
			b.bad = true
		} else {
			branches = append(branches, g)
		}
	}
	b.draft, b.path, f.exit, f.points = outer, outerPath, exit, points
	if len(branches) < len(s.Branches) || !b.disjoint(s, branches) {
		b.bad = true
		return
	}
	b.product(s, number, branches, cur)
}

// disjoint checks that no two branches send from one role to one other: a receive would not know for which branch it is.
func (b *builder) disjoint(s *dsl.Par, branches []*global) bool {
	type pair struct{ from, to int }
	type use struct {
		branch int
		at     dsl.Position
	}
	first := map[pair]use{}
	for i, g := range branches {
		for _, state := range g.states {
			for _, e := range state.edges {
				p := pair{e.from, e.to}
				before, ok := first[p]
				if !ok {
					first[p] = use{i, e.at}
					continue
				}
				if before.branch != i {
					d := &dsl.Diagnostic{Code: dsl.ParShared, At: e.at, Message: fmt.Sprintf("two branches of a par send from %s to %s", b.of.Roles[e.from], b.of.Roles[e.to])}
					d.Related = []dsl.Related{{At: before.at, Message: "the other branch sends here"}}
					d.Notes = []string{fmt.Sprintf("there is one queue from %s to %s: its receiver could not tell whose message is at the head", b.of.Roles[e.from], b.of.Roles[e.to])}
					b.pkg.report(d)
					return false
				}
			}
		}
	}
	return true
}

// product adds the product of the branches to the draft, from state cur on.
func (b *builder) product(s *dsl.Par, number int, branches []*global, cur int) {
	var alive [][]roleSet
	for _, g := range branches {
		alive = append(alive, g.alive(len(b.of.Roles)))
	}
	index := map[string]int{}
	var tuples [][]int
	var states []int
	state := func(tuple []int) int {
		key := fmt.Sprint(tuple)
		if i, ok := index[key]; ok {
			return states[i]
		}
		index[key] = len(tuples)
		tuples = append(tuples, tuple)
		states = append(states, b.draft.add(b.at(s)))
		return states[len(states)-1]
	}
	b.draft.link(cur, state(make([]int, len(branches))))
	for i := 0; i < len(tuples); i++ {
		if len(b.draft.states) > mostGlobal {
			b.fail(s, dsl.ProtocolTooLarge, "the branches of this par have more than %d states together", mostGlobal)
			return
		}
		tuple, over := tuples[i], true
		into := &b.draft.states[states[i]]
		into.rest = allRoles
		for k, g := range branches {
			at := &g.states[tuple[k]]
			into.names = union(into.names, at.names)
			into.rest &= at.rest | ^alive[k][tuple[k]]
			over = over && at.end
		}
		if over {
			into.rest = 0
			b.draft.link(states[i], b.frame().exit)
		}
		for k, g := range branches {
			for _, e := range g.states[tuple[k]].edges {
				next := slices.Clone(tuple)
				next[k] = e.next
				e.next = state(next)
				e.path = append([]branch{{number, k}}, e.path...)
				from := &b.draft.states[states[i]]
				from.edges = append(from.edges, e)
			}
		}
	}
}

// alive returns, per state, the roles that may still have something to do.
func (g *global) alive(roles int) []roleSet {
	alive := make([]roleSet, len(g.states))
	for changed := true; changed; {
		changed = false
		for i := len(g.states) - 1; i >= 0; i-- {
			was := alive[i]
			for _, e := range g.states[i].edges {
				alive[i] |= alive[e.next] | 1<<e.from | 1<<e.to
			}
			changed = changed || alive[i] != was
		}
	}
	return alive
}
