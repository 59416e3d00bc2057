package checker

import (
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// What others notice must not be fused with the step before it, and what nobody can notice must not be relied on. Each system asserts what
// holds only if a component took no time between two of its steps.
var timing = []struct{ name, text, want string }{
	{"a rendezvous partner may not have arrived yet", `package x
protocol P(x, y) capacity 0 { loop rest { x -> y: M() } }
component Polls(out P.x) { loop { choose { option out <- M(): option else: assert false } } }
component Hears(in P.y) { loop { M() <- in } }
system S { a Polls  b Hears  connect P(x = a.out, y = b.in) }`, "PO2007@1"},
	{"nor one that is preferred", `package x
protocol P(x, y) capacity 0 { loop rest { x -> y: M() } }
protocol Q(x, y) capacity 1 { loop rest { x -> y: N() } }
component Prefers(out P.x, in Q.y) { loop { choose priority { option out <- M(): option N() <- in: assert false } } }
component Hears(in P.y, out Q.x) { loop { out <- N()  M() <- in } }
system S { a Prefers  b Hears  connect P(x = a.out, y = b.in)  connect Q(x = b.out, y = a.in) }`, "PO2007@2"},
	{"there is a moment between a receive and the abandonment after it", `package x
protocol A(p, q) capacity 1 { q -> p: M()  q -> p: M() }
protocol C(p, q) capacity 1 { q -> p: X()  p -> q: R() }
component P(a A.p, c C.p) { M() <- a  abandon c  M() <- a }
component Q(a A.q, c C.q) {
    a <- M()
    a <- M()
    choose {
    option c <- X(): assert false
    option gone <- c:
    }
}
system S { p P  q Q  connect A(p = p.a, q = q.a)  connect C(p = p.c, q = q.c) }`, "PO2007@4"},
	{"a queue with room is sure", `package x
protocol P(x, y) capacity 1 { x -> y: M() }
component Sends(out P.x) { choose { option out <- M(): option else: assert false } }
component Hears(in P.y) { M() <- in }
system S { a Sends  b Hears  connect P(x = a.out, y = b.in) }`, "ok"},
}

func TestTiming(t *testing.T) {
	for _, test := range timing {
		t.Run(test.name, func(t *testing.T) {
			if got := judge(t, elaborate(t, test.text, session.ElaborateOptions{})); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// An environment that stays silent where it may is idle, so a server that is left to whoever uses it does not deadlock.
func TestSilentEnvironment(t *testing.T) {
	text := `package x
protocol P(x, y) capacity 1 { loop rest { choose x { option x -> y: Q() y -> x: R() option x -> y: Bye() end } } }
component Server(p P.y) { loop { choose { option Q() <- p: %s option Bye() <- p: end } } }
system S { s Server  export p = s.p }`
	for body, want := range map[string]string{"p <- R()": "ok", "p <- R() assert false": "PO2007@4"} {
		if got := judge(t, elaborate(t, fmt.Sprintf(text, body), session.ElaborateOptions{})); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}
