package session

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/dsl"
)

// unimplementable decides whether a role can do its part knowing only what it sees: send validity, receive validity and no mixed choice
// (Li et al., section 5, read on automata). These conditions are sound and complete for sender-driven global types; a par adds that steps of different branches
// are in no order, so they are never alternatives to each other. A nil diagnostic means that the role can.
func (b *builder) unimplementable(v *view) *dsl.Diagnostic {
	for i := range v.states {
		s := &v.states[i]
		for k := range s.actions {
			a := &s.actions[k]
			if a.edge.from == v.role {
				if other := v.cannotSend(s, a); other >= 0 {
					return b.cannotKnowSend(v, i, a, other)
				}
				continue
			}
			if s.like != i {
				continue // receives were compared there
			}
			for j := range s.actions {
				o := &s.actions[j]
				switch {
				case o.edge.from == v.role:
					if from, other, ok := v.mixed(o, a); ok {
						return b.cannotKnowMixed(v, i, o, from, a, other)
					}
				case o.edge.from != a.edge.from:
					if from := v.ambiguous(a, o); from >= 0 {
						return b.cannotKnowReceive(v, i, a, o, from)
					}
				}
			}
		}
		if len(s.actions) > 0 {
			if over := slices.IndexFunc(s.set, func(g int) bool { return !v.alive[g].has(v.role) }); over >= 0 {
				return b.cannotKnowEnd(v, i, s.set[over])
			}
		}
	}
	return nil
}

// cannotSend returns a global state of s from which the send is not possible, -1 if there is none: send validity.
func (v *view) cannotSend(s *viewState, a *viewAction) int {
	can := map[int]bool{}
	for _, g := range a.from {
		can[g] = true
	}
	for changed := true; changed; {
		changed = false
		for _, g := range s.set {
			if can[g] {
				continue
			}
			for _, e := range v.g.states[g].edges {
				if !e.involves(v.role) && can[e.next] {
					can[g], changed = true, true
				}
			}
		}
	}
	for _, g := range s.set {
		if !can[g] {
			return g
		}
	}
	return -1
}

// mixed returns global states where the role sends, and where it receives instead.
func (v *view) mixed(send, receive *viewAction) (from, other int, ok bool) {
	for _, x := range send.from {
		for _, y := range receive.from {
			if !concurrent(v.path(x, send), v.path(y, receive)) {
				return x, y, true
			}
		}
	}
	return 0, 0, false
}

// path returns the par branches of the action's edge out of a global state.
func (v *view) path(state int, a *viewAction) []branch { return v.edge(state, a).path }

// edge returns the action's edge out of a global state.
func (v *view) edge(state int, a *viewAction) globalEdge {
	for _, e := range v.g.states[state].edges {
		if e.from == a.edge.from && e.to == a.edge.to && e.label == a.edge.label {
			return e
		}
	}
	panic(fmt.Sprintf("session: global state %d has lost an edge", state))
}

// ambiguous looks for a run in which the receive of second comes first, and yet the message of first can be at the head of its queue before second is
// received. It returns the global state where that run receives second, -1 if there is none: receive validity.
func (v *view) ambiguous(first, second *viewAction) int {
	for _, g := range second.from {
		e := v.edge(g, second)
		if v.available(first.edge, e) {
			return g
		}
	}
	return -1
}

// blocked says that a role waits, in a place of the protocol, for something that cannot happen before the role in question moves.
type blocked struct {
	role int
	path []branch
}

// available reports whether the message of m can be waiting for the role while the role has not yet received that of e: the available messages of
// Li et al., definition 5.5. Roles that depend on the role in question stand still; all others run on.
func (v *view) available(m, e globalEdge) bool {
	seen := map[string]bool{}
	var run func(state int, still []blocked) bool
	run = func(state int, still []blocked) bool {
		key := fmt.Sprint(state, still)
		if seen[key] {
			return false
		}
		seen[key] = true
		for _, x := range v.g.states[state].edges {
			waits := slices.ContainsFunc(still, func(s blocked) bool { return s.role == x.from && !concurrent(s.path, x.path) })
			switch {
			case waits:
				more := still
				if !slices.ContainsFunc(still, func(s blocked) bool { return s.role == x.to && prefixes(s.path, x.path) }) {
					more = append(slices.Clone(still), blocked{x.to, x.path})
					slices.SortFunc(more, compareBlocked)
				}
				if run(x.next, more) {
					return true
				}
			case x.from == m.from && x.to == m.to:
				// The head of that queue: whatever comes after it on this way is behind it.
				if concurrent(x.path, e.path) {
					if run(x.next, still) {
						return true
					}
				} else if x.label == m.label {
					return true
				}
			default:
				if run(x.next, still) {
					return true
				}
			}
		}
		return false
	}
	return run(e.next, []blocked{{role: v.role}})
}

// prefixes reports whether path a contains path b.
func prefixes(a, b []branch) bool { return len(a) <= len(b) && slices.Equal(a, b[:len(a)]) }

func compareBlocked(a, b blocked) int {
	if a.role != b.role {
		return a.role - b.role
	}
	return slices.CompareFunc(a.path, b.path, func(x, y branch) int {
		if x.par != y.par {
			return x.par - y.par
		}
		return x.index - y.index
	})
}
