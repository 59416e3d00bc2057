package checker

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// forAny tries to show that a system that holds does so for every larger value of a parameter as well. The parameter must be the number of instances
// that are interchangeable (see symmetry), and of nothing else; what those that serve them do must not depend on how many there are. The instances are
// then counted, as none, one or many (see counting). It returns what was shown, "" if nothing was.
func forAny(ctx context.Context, sys *session.System, wanted map[session.Property]bool) (param, words string) {
	if sys.Decl == nil || len(sys.Crash) > 0 || wanted[session.Dead] {
		return "", ""
	}
	given := map[string]int64{}
	for _, p := range sys.Params {
		given[p.Name] = p.Check
	}
	for _, p := range sys.Params {
		at := func(n int64) *session.System {
			params := map[string]int64{}
			for k, v := range given {
				params[k] = v
			}
			params[p.Name] = n
			made, _ := session.Elaborate(sys.Decl, session.ElaborateOptions{Params: params})
			return made
		}
		for _, n := range positions {
			small, large := at(int64(n)), at(int64(n)+1)
			if small == nil || large == nil {
				break
			}
			m, err := compile(small)
			if err != nil || m.timesOut() || m.optional {
				break
			}
			sym := m.newSymmetry()
			if sym == nil || len(sym.orbits) != 1 || sym.orbits[0].n != n || !uniform(m, sym.orbits[0], small, large) {
				break
			}
			if c := newCounting(m, sym, wanted); c.explore(ctx) {
				return p.Name, fmt.Sprintf("it holds for any %s from %d on: %s counted as none, one or many, in %d states", p.Name, p.Check, sym.orbits[0].name, len(c.states))
			}
		}
	}
	return "", ""
}

// positions is how many different instances a counted state can tell apart: more if the first do not suffice.
var positions = []int{8, 16}

// uniform reports whether two sizes of a system differ in nothing but the number of members of the orbit.
func uniform(m *model, o *orbit, small, large *session.System) bool {
	if len(small.Machines) != len(large.Machines) || !slices.Equal(small.NewLimit, large.NewLimit) || !slices.Equal(small.StartLimit, large.StartLimit) ||
		len(small.Protocols) != len(large.Protocols) || len(large.Instances)-len(small.Instances) != len(o.insts[0]) {
		return false
	}
	for k := range small.Machines {
		if !alike(m, o, small.Machines[k], large.Machines[k]) {
			return false
		}
	}
	shapes := func(sys *session.System, symmetric *symmetry) []string {
		var all []string
		for _, x := range symmetric.invariants {
			all = append(all, shape(sys, x.expr))
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	big, err := compile(large)
	if err != nil {
		return false
	}
	sm, sl := m.newSymmetry(), big.newSymmetry()
	return sl != nil && len(sl.orbits) == 1 && slices.Equal(shapes(small, sm), shapes(large, sl))
}

// shape spells a property with the instances of arrays renamed in the order in which they occur.
func shape(sys *session.System, e *session.Expr) string {
	rename := map[int32]int32{}
	next := int32(0)
	var walk func(e *session.Expr)
	walk = func(e *session.Expr) {
		if e == nil {
			return
		}
		switch e.Op {
		case session.OpInstVar, session.OpInstAt, session.OpInstCount:
			if e.I >= 0 && sys.Instances[e.I].Array != "" {
				if _, ok := rename[e.I]; !ok {
					next++
					rename[e.I] = 1<<20 + next
				}
			} else if e.I >= 0 {
				rename[e.I] = 1<<21 + int32(sys.Instances[e.I].Machine)
			}
		}
		walk(e.X)
		walk(e.Y)
	}
	walk(e)
	return spelling(e, rename)
}

// alike reports whether a machine is the same for both sizes, but for the groups and variables that belong to the members.
func alike(m *model, o *orbit, a, b *session.Machine) bool {
	if len(a.States) != len(b.States) || len(a.Vars) != len(b.Vars) || len(a.Groups) != len(b.Groups) {
		return false
	}
	for g := range a.Groups {
		if x, y := &a.Groups[g], &b.Groups[g]; x.Len != y.Len && !(x.Kind == session.ArrayEnds && x.Len == o.n && y.Len == o.n+1) {
			return false
		}
	}
	for v := range a.Vars {
		x, y := &a.Vars[v], &b.Vars[v]
		long := x.Len == o.n && y.Len == o.n+1
		wide := x.Lo == 0 && int(x.Hi) == o.n-1 && y.Lo == 0 && int(y.Hi) == o.n
		if x.Len != y.Len && !long || x.Init != y.Init || (x.Lo != y.Lo || x.Hi != y.Hi) && !wide {
			return false
		}
		if wide && x.Hi != y.Hi && !positional(m, o, a, v) {
			return false
		}
	}
	for s := range a.States {
		x, y := &a.States[s], &b.States[s]
		if x.Kind != y.Kind || x.Priority != y.Priority || len(x.Edges) != len(y.Edges) || x.Fair != y.Fair || x.Bound != y.Bound {
			return false
		}
		for e := range x.Edges {
			p, q := x.Edges[e], y.Edges[e]
			if p.Next != q.Next || !sameExpr(p.Guard, q.Guard) || !sameAction(&p.Action, &q.Action) || counts(a, o, p.Guard) || counts(a, o, p.Action.Value) {
				return false
			}
		}
	}
	return true
}

// positional reports whether a variable holds positions of the orbit.
func positional(m *model, o *orbit, mc *session.Machine, v int) bool {
	for k := range o.values {
		if x := &o.values[k]; x.inst.machine == mc && x.v >= mc.Vars[v].Base && x.v < mc.Vars[v].Base+mc.Vars[v].Len {
			return true
		}
	}
	return !m.rel.Vars[mc][v]
}

// counts reports whether an expression counts the members of a group as large as the orbit: how many there are then matters.
func counts(mc *session.Machine, o *orbit, e *session.Expr) bool {
	if e == nil {
		return false
	}
	if e.Op == session.OpCount && mc.Groups[e.N].Kind == session.ArrayEnds && mc.Groups[e.N].Len == o.n {
		return true
	}
	return counts(mc, o, e.X) || counts(mc, o, e.Y)
}

func sameExpr(a, b *session.Expr) bool { return spelling(a, nil) == spelling(b, nil) }

// sameAction compares two actions of two sizes: everything but pointers to what was elaborated twice.
func sameAction(a, b *session.Action) bool {
	x, y := *a, *b
	if (x.Protocol == nil) != (y.Protocol == nil) || (x.Child == nil) != (y.Child == nil) {
		return false
	}
	x.Protocol, y.Protocol, x.Child, y.Child = nil, nil, nil, nil
	return reflect.DeepEqual(x, y)
}
