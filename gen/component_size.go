package gen

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// A machine has its sizes filled in, and stubs are for all sizes. So a component is lowered with several sizes, and a number that differs between
// its machines is taken to be affine in them; one more machine confirms it.
type sizing struct {
	names    []string           // of the sizes, sorted
	machines []*session.Machine // with all sizes as base; with each one more; with all two more
	exprs    map[*session.Expr]affine
	err      error
}

// affine is a number that depends on sizes.
type affine struct {
	fixed int
	times []int // per size
}

func (a affine) constant() bool {
	return !slices.ContainsFunc(a.times, func(n int) bool { return n != 0 })
}

// sizesBase is where the sizes start: large enough that nothing degenerates.
const sizesBase = 5

func newSizing(c *session.Component) (*sizing, error) {
	z := &sizing{exprs: map[*session.Expr]affine{}}
	z.names = session.SizeNames(c)
	lower := func(more int, one int) error {
		env := session.Env{}
		for k, name := range z.names {
			env[name] = int64(sizesBase + 3*k)
			if one < 0 || k == one {
				env[name] += int64(more)
			}
		}
		m, problems := session.MachineOf(c, env)
		for _, d := range problems {
			if d.Severity == dsl.Error {
				return d
			}
		}
		z.machines = append(z.machines, m)
		return nil
	}
	if err := lower(0, -1); err != nil {
		return nil, err
	}
	if len(z.names) == 0 {
		return z, nil
	}
	for k := range z.names {
		if err := lower(1, k); err != nil {
			return nil, err
		}
	}
	if err := lower(2, -1); err != nil {
		return nil, err
	}
	states := make([]reflect.Value, len(z.machines))
	for i, m := range z.machines {
		states[i] = reflect.ValueOf(m.States)
	}
	z.walk(states)
	if z.err != nil {
		return nil, z.err
	}
	for _, m := range z.machines[1:] {
		if len(m.Vars) != len(z.machines[0].Vars) || len(m.Groups) != len(z.machines[0].Groups) {
			return nil, fmt.Errorf("what it holds depends on its sizes")
		}
	}
	return z, nil
}

// solve finds how a number depends on the sizes.
func (z *sizing) solve(of func(*session.Machine) int) affine {
	v := make([]int, len(z.machines))
	for i, m := range z.machines {
		v[i] = of(m)
	}
	return z.fit(v)
}

func (z *sizing) fit(v []int) affine {
	a := affine{fixed: v[0]}
	check := v[0]
	for k := range z.names {
		d := v[1+k] - v[0]
		a.times = append(a.times, d)
		a.fixed -= d * (sizesBase + 3*k)
		check += 2 * d
	}
	if check != v[len(v)-1] {
		z.err = fmt.Errorf("a number in it is neither constant nor a sum of multiples of its sizes: %v", v)
	}
	return a
}

// walk goes through the same part of all machines.
func (z *sizing) walk(v []reflect.Value) {
	if z.err != nil {
		return
	}
	different := func() {
		z.err = fmt.Errorf("its states depend on its sizes: a for over a set whose body changes the set cannot be generated for all sizes")
	}
	switch v[0].Kind() {
	case reflect.Pointer:
		if x, ok := v[0].Interface().(*session.Expr); ok {
			for _, other := range v[1:] {
				if other.IsNil() != (x == nil) || x != nil && other.Interface().(*session.Expr).Op != x.Op {
					different()
					return
				}
			}
			if x == nil {
				return
			}
			if x.Op == session.OpConst {
				n := make([]int, len(v))
				for i := range v {
					n[i] = int(v[i].Interface().(*session.Expr).N)
				}
				if a := z.fit(n); !a.constant() {
					z.exprs[x] = a
				}
				return
			}
			z.each(v, func(w reflect.Value) reflect.Value { return w.Elem() })
		}
	case reflect.Struct:
		if v[0].Type() == reflect.TypeFor[dsl.Position]() {
			return
		}
		for i := range v[0].NumField() {
			z.each(v, func(w reflect.Value) reflect.Value { return w.Field(i) })
		}
	case reflect.Slice:
		for _, other := range v[1:] {
			if other.Len() != v[0].Len() {
				different()
				return
			}
		}
		for i := range v[0].Len() {
			z.each(v, func(w reflect.Value) reflect.Value { return w.Index(i) })
		}
	default:
		for _, other := range v[1:] {
			if !other.Equal(v[0]) {
				different()
				return
			}
		}
	}
}

func (z *sizing) each(v []reflect.Value, part func(reflect.Value) reflect.Value) {
	parts := make([]reflect.Value, len(v))
	for i := range v {
		parts[i] = part(v[i])
	}
	z.walk(parts)
}

// text writes a number in Go; name says how a size is called there.
func (z *sizing) text(a affine, name func(string) string) string {
	var b strings.Builder
	for k, n := range a.times {
		switch {
		case n == 0:
			continue
		case n < 0:
			b.WriteString(" - ")
		case b.Len() > 0:
			b.WriteString(" + ")
		}
		if n != 1 && n != -1 {
			fmt.Fprintf(&b, "%d*", max(n, -n))
		}
		b.WriteString(name(z.names[k]))
	}
	switch {
	case b.Len() == 0:
		return fmt.Sprint(a.fixed)
	case a.fixed > 0:
		fmt.Fprintf(&b, " + %d", a.fixed)
	case a.fixed < 0:
		fmt.Fprintf(&b, " - %d", -a.fixed)
	}
	return b.String()
}

// childSizes says what the sizes of a child are in terms of the parent's.
func (z *sizing) childSizes(state, edge int) map[string]affine {
	sizes := map[string]affine{}
	for _, name := range slices.Sorted(maps.Keys(z.machines[0].States[state].Edges[edge].Action.Child.Sizes)) {
		sizes[name] = z.solve(func(m *session.Machine) int { return int(m.States[state].Edges[edge].Action.Child.Sizes[name]) })
	}
	return sizes
}
