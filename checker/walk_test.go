package checker

import (
	"testing"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// TestWalk walks a small system breadth first and finds the states that Check finds, and at the end of a counterexample the state that it claims.
func TestWalk(t *testing.T) {
	prog, diags := session.LoadText(map[string]string{"w/w.chan": `package w
protocol Hello(a, b) { a -> b: Hi()  b -> a: Ho() }
component A(x Hello.a, y Hello.b) {
    var n range 0..2 = 0
    decide { case one: n = 1  case two: n = 2 }
    x <- Hi()
    if n == 1 { Ho() <- x  Hi() <- y  y <- Ho() } else { Hi() <- y  y <- Ho()  Ho() <- x }
}
system S { p A  q A  connect Hello(a = p.x, b = q.y)  connect Hello(a = q.x, b = p.y) }`}, "./w")
	if len(diags) > 0 {
		t.Fatal(diags[0])
	}
	sys, diags := session.Elaborate(prog.Asked[0].Systems[0], session.ElaborateOptions{})
	if sys == nil {
		t.Fatal(diags[0])
	}
	w, first, err := NewWalk(sys, true)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Point]bool{first: true}
	for open := []Point{first}; len(open) > 0; open = open[1:] {
		for k, c := range w.Choices(open[0], 1) {
			if c.Event.Option != k {
				t.Fatalf("choice %d has option %d", k, c.Event.Option)
			}
			if !seen[c.To] {
				seen[c.To] = true
				open = append(open, c.To)
			}
		}
	}
	v := Check(t.Context(), sys, Options{NoReduce: true})
	if len(seen) != v.Stats.States {
		t.Errorf("the walk finds %d states, the check %d", len(seen), v.Stats.States)
	}
	if len(v.Violations) != 1 {
		t.Fatalf("%d violations", len(v.Violations))
	}
	x, at, err := NewWalk(sys, true)
	if err != nil {
		t.Fatal(err)
	}
	trace := v.Violations[0].Trace
	for _, e := range trace.Events {
		at = x.Choices(at, e.Step)[e.Option].To
	}
	if n := len(x.Choices(at, 1)); n > 0 {
		t.Errorf("at the end of the counterexample %d steps may be taken", n)
	}
	for _, s := range x.Standings(at) {
		if s.State < 0 || len(s.Vars) != 1 || s.Vars[0].Value != 1 {
			t.Errorf("%s stands at %d with %+v", s.Instance, s.State, s.Vars)
		}
	}
}
