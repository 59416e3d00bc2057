package session

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/dsl"
)

// project returns the local types of all roles, nil (and diagnostics) if the global type is not implementable.
func (b *builder) project(g *global) []*Local {
	var locals []*Local
	alive := g.alive(len(b.of.Roles))
	for role := range b.of.Roles {
		v := g.viewOf(role, alive)
		if v == nil {
			b.fail(b.of.Decl.Name, dsl.ProtocolTooLarge, "role %s of protocol %s has more than %d states", b.of.Roles[role], b.of.Name, mostGlobal)
			return nil
		}
		if d := b.unimplementable(v); d != nil {
			b.pkg.report(d)
			b.bad = true
			continue
		}
		locals = append(locals, v.local(b.of))
	}
	if b.bad {
		return nil
	}
	return locals
}

// view is a global type as one role sees it: the subset construction over projection by erasure (Li et al., section 4). What the role does not
// take part in is silent.
type view struct {
	g      *global
	role   int
	alive  []roleSet
	states []viewState
}

// viewState is the set of global states that the role cannot tell apart.
type viewState struct {
	set     []int          // ascending, closed under silent steps
	like    int            // the first view state that differs only in global states where the role has nothing to do
	actions []viewAction   // in source order; shared with like
	came    map[int]origin // how each global state of the set was first reached
}

// viewAction is a send or receive of the role, with the global edges that it stands for.
type viewAction struct {
	edge globalEdge // the first of them
	from []int      // the states of the set where they start, ascending
	next int        // in view.states
}

// origin is the last step of a shortest global run to a state: the view's state and global state before it. A state of -1 is the start.
type origin struct {
	state, global int
	edge          globalEdge
}

// involves reports whether the role takes part in an interaction.
func (e globalEdge) involves(role int) bool { return e.from == role || e.to == role }

// viewOf determines the view of a role; nil if it has too many states.
func (g *global) viewOf(role int, alive []roleSet) *view {
	v := &view{g: g, role: role, alive: alive}
	index, likes := map[string]int{}, map[string]int{}
	state := func(came map[int]origin, order []int) int {
		set := slices.Clone(order)
		slices.Sort(set)
		key := fmt.Sprint(set)
		if i, ok := index[key]; ok {
			return i
		}
		i := len(v.states)
		index[key] = i
		v.states = append(v.states, viewState{set: set, came: came})
		return i
	}
	start := map[int]origin{0: {state: -1}}
	state(start, v.silent(start, []int{0}, 0))
	for i := 0; i < len(v.states); i++ {
		if len(v.states) > mostGlobal {
			return nil
		}
		acting := fmt.Sprint(v.acting(v.states[i].set))
		if first, ok := likes[acting]; ok {
			v.states[i].like, v.states[i].actions = first, v.states[first].actions
			continue
		}
		likes[acting] = i
		v.states[i].like = i
		var actions []viewAction
		var targets []map[int]origin
		var orders [][]int
		for _, s := range v.states[i].set {
			for _, e := range g.states[s].edges {
				if !e.involves(role) {
					continue
				}
				k := slices.IndexFunc(actions, func(a viewAction) bool {
					return a.edge.from == e.from && a.edge.to == e.to && a.edge.label == e.label
				})
				if k < 0 {
					k = len(actions)
					actions, targets, orders = append(actions, viewAction{edge: e}), append(targets, map[int]origin{}), append(orders, nil)
				}
				actions[k].from = append(actions[k].from, s)
				if _, ok := targets[k][e.next]; !ok {
					targets[k][e.next] = origin{i, s, e}
					orders[k] = append(orders[k], e.next)
				}
			}
		}
		for k := range actions {
			actions[k].next = state(targets[k], v.silent(targets[k], orders[k], len(v.states)))
		}
		v.states[i].actions = actions
	}
	return v
}

// acting returns the global states of a set where the role has something to do.
func (v *view) acting(set []int) []int {
	var acting []int
	for _, s := range set {
		if slices.ContainsFunc(v.g.states[s].edges, func(e globalEdge) bool { return e.involves(v.role) }) {
			acting = append(acting, s)
		}
	}
	return acting
}

// silent closes a set of global states under the steps that the role does not see; number is the view's state that they will make.
func (v *view) silent(came map[int]origin, order []int, number int) []int {
	for i := 0; i < len(order); i++ {
		for _, e := range v.g.states[order[i]].edges {
			if e.involves(v.role) {
				continue
			}
			if _, ok := came[e.next]; !ok {
				came[e.next] = origin{number, order[i], e}
				order = append(order, e.next)
			}
		}
	}
	return order
}

// local turns the view into the local type. States that differ only in silent global states are one.
func (v *view) local(of *Protocol) *Local {
	l := &Local{Protocol: of, Role: v.role}
	index := map[string]int{}
	number := make([]int, len(v.states)) // view state → local state
	var first []int                      // local state → view state
	for i := range v.states {
		s := v.localState(i)
		key := fmt.Sprint(s.Names, s.Rest, v.states[i].like)
		n, ok := index[key]
		if !ok {
			n = len(l.States)
			index[key] = n
			l.States = append(l.States, s)
			first = append(first, i)
		}
		number[i] = n
	}
	for n, i := range first {
		for _, a := range v.states[i].actions {
			e := a.edge
			e.next = number[a.next]
			l.States[n].Edges = append(l.States[n].Edges, e.seenBy(v.role))
		}
	}
	return l
}

// localState makes a local state without its edges.
func (v *view) localState(i int) LocalState {
	s := LocalState{End: len(v.states[i].actions) == 0}
	for _, k := range v.states[i].set {
		from := &v.g.states[k]
		s.Names = union(s.Names, from.names)
		s.Rest = s.Rest || from.rest.has(v.role) && !s.End
		if seen := slices.ContainsFunc(from.edges, func(e globalEdge) bool { return e.involves(v.role) }); s.At.Source == nil && (seen || s.End) {
			s.At = from.at
		}
	}
	return s
}
