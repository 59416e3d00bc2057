package automata_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/automata"
	"github.com/protoc-os/protoc-os/dsl/session"
)

var (
	random = flag.Int("random", 300, "how many random automata to compare")
	seed   = flag.Int64("seed", 1, "first seed")
)

// verdict imports automata and checks them; codes are those of the violations, "" for none.
func verdict(t *testing.T, text string, capacity int) (*automata.System, *checker.Verdict) {
	t.Helper()
	sys, err := automata.Parse("test.fsa", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	source, err := sys.Source("net", "test.fsa", capacity)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "net.chan"), source, 0o644); err != nil {
		t.Fatal(err)
	}
	prog, diags, err := session.Load(session.Config{Dir: dir}, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(diags, session.CheckComponents(prog)...) {
		if d.Severity == dsl.Error {
			t.Fatalf("%v\n%s\n%s", d, text, source)
		}
	}
	s, diags := session.Elaborate(prog.Asked[0].Systems[0], session.ElaborateOptions{})
	for _, d := range diags {
		if d.Severity == dsl.Error {
			t.Fatalf("%v\n%s", d, source)
		}
	}
	return sys, checker.Check(t.Context(), s, checker.Options{NoReduce: true, Forget: true, States: 20000})
}

// TestKnown are examples of the literature with the verdicts that are known of them.
func TestKnown(t *testing.T) {
	logger, err := os.ReadFile("testdata/client-server-logger.fsa")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name, text string
		codes      [4]string // at rendezvous and capacities 1, 2, 3
	}{
		// The running example of Lange and Yoshida (CAV 2019, figure 1), of which KMC says that it is 3-safe. The client sends its data before it
		// looks for the answer to its request, so at rendezvous nothing works.
		{"client, server, logger", string(logger), [4]string{"PO2001", "", "", ""}},
		// The same as session automata, from the README of KMC.
		{"the same as types", `
C: rec x . S!req;S!data; {S?ko;x, S?ok;end, S?err;end}

S: rec x . C?req; { C!ko;C?data;x
                  , C!ok;C?data; rec y. L!log;y}

L: rec y. S?log;y`, [4]string{"PO2001", "", "", ""}},
		// The example in the README of ChorGram.
		{"hello, world", ".outputs A\n.state graph\nq0 1 ! hello q1\nq0 1 ! world q1\n.marking q0\n.end\n\n" +
			".outputs\n.state graph\nq0 0 ? hello q1\nq0 0 ? world q1\n.marking q0\n.end\n", [4]string{}},
		// Both send first: the standard example of what needs buffers.
		{"crossing", "A: B!x; B?y; end\nB: A!y; A?x; end", [4]string{"PO2001", "", "", ""}},
		// Two sends ahead of two receives: what holds from capacity 2 on.
		{"twice ahead", "A: B!x; B!x; B?y; B?y; end\nB: A!y; A!y; A?x; A?x; end", [4]string{"PO2001", "PO2001", "", ""}},
		// Brand and Zafiropulo's kinds of errors: a reception that is not specified, and a message that nobody takes.
		{"unspecified", "A: B!x; end\nB: A?y; end", [4]string{"PO2001", "PO2004", "PO2004", "PO2004"}},
		{"buffers alone do harm", "A: { B!x; end, B?y; end }\nB: { A?x; end, A!y; end }", [4]string{"", "PO2005", "PO2005", "PO2005"}},
	} {
		for capacity, want := range x.codes {
			_, v := verdict(t, x.text, capacity)
			found := want == "" && v.Outcome == checker.Holds
			for _, w := range v.Violations {
				found = found || string(w.Code) == want
			}
			if !found {
				t.Errorf("%s, capacity %d: %v %v, want %q", x.name, capacity, v.Outcome, v.Violations, want)
			}
		}
	}
}

// TestErrors are files that must be refused, and where.
func TestErrors(t *testing.T) {
	graph := func(edges string) string {
		return ".outputs A\n.state graph\n" + edges + ".marking q0\n.end\n.outputs B\n.state graph\nq0 A ? m q1\n.marking q0\n.end\n"
	}
	for _, x := range []struct{ text, want string }{
		{"", "test:1:1: there is no automaton in this file"},
		{"A: B!x; end", "test:1:1: automata speak with each other: there must be two at least, and there is one"},
		{"A: B!x; end\nA: end", "test:2:1: there are two automata of the name A"},
		{"A: B!x; y\nB: end", `test:1:9: expected a type, found "y": no rec binds it`},
		{"A: rec x . x\nB: end", "test:1:12: x says nothing before it comes round again"},
		{"A: C!x; end\nB: end", "test:1:4: there is no automaton C"},
		{"A: A!x; end\nB: end", "test:1:4: an automaton does not speak with itself"},
		{"A: { B!x; end, B!x; B!y; end }\nB: end", "test:1:16: B!x leads from q0 to two states, q1 and q2: only deterministic automata can be imported"},
		{"A: B!x end\nB: end", `test:1:8: expected ";", found "end"`},
		{"A: B#x; end", `test:1:5: unexpected character '#'`},
		{"A: { B!x; end", `test:1:14: expected "}", found the end of the file`},
		{graph("q0 B ! m q1 q1 B ! m q2\n"), "test:3:13: a transition stands on a line of its own: state, peer, ! or ?, message, state"},
		{graph("q0 2 ! m q1\n"), "test:3:4: there is no automaton 2"},
		{graph("q0 B m q1\n"), `test:3:6: expected ! or ?, found "m"`},
		{".outputs A\n.state graph\nq0 1 ! m q1\n.end\n", `test:4:1: expected ".marking", found ".end"`},
	} {
		_, err := automata.Parse("test", x.text)
		var e *automata.Error
		if !errors.As(err, &e) || e.Error() != x.want {
			t.Errorf("%q:\n got  %v\n want %s", x.text, err, x.want)
		}
	}
}

// TestNames gives automata and messages names that the language cannot take as they are.
func TestNames(t *testing.T) {
	_, v := verdict(t, "end_: m0!loop; m0?1st; m0!gone; end\nm0: end_?loop; end_!1st; end_?gone; end", 1)
	if v.Outcome != checker.Holds {
		t.Error(v.Violations)
	}
	_, v = verdict(t, ".outputs choose\n.state graph\n0 1 ! end() 1\n.marking 0\n.end\n.outputs\n.state graph\na choose ? end b\n.marking a\n.end", 1)
	if v.Outcome != checker.Holds {
		t.Error(v.Violations)
	}
}

// TestRandom compares imported random automata with a direct exploration of the automata themselves.
func TestRandom(t *testing.T) {
	found := map[string]int{}
	for n := *seed; n < *seed+int64(*random) && !t.Failed(); n++ {
		r := rand.New(rand.NewSource(n))
		capacity := r.Intn(4)
		text := randomAutomata(r)
		sys, v := verdict(t, text, capacity)
		if v.Outcome == checker.Inconclusive {
			found["too large"]++
			continue
		}
		x := explore(sys, capacity)
		stuck := false
		for _, w := range v.Violations {
			stuck = stuck || w.Code == dsl.Deadlock
		}
		if got := v.Outcome == checker.Holds; got != x.safe() || stuck != x.deadlock || v.Stats.States != len(x.order) {
			t.Errorf("seed %d, capacity %d: holds %v, deadlock %v, %d states; explored: safe %v, deadlock %v, %d states\n%s", n, capacity,
				got, stuck, v.Stats.States, x.safe(), x.deadlock, len(x.order), text)
		}
		found[fmt.Sprintf("capacity %d, safe %v, deadlock %v", capacity, x.safe(), x.deadlock)]++
	}
	t.Logf("%d systems from seed %d: %v", *random, *seed, found)
}

// randomAutomata writes two or three automata as state graphs. Each step of one is likely to have its counterpart.
func randomAutomata(r *rand.Rand) string {
	n, states := 2+r.Intn(2), 2+r.Intn(3)
	edges := make([][]string, n)
	seen := map[string]bool{}
	add := func(k, from, peer int, dir string, msg, to int) {
		if key := fmt.Sprint(k, from, peer, dir, msg); !seen[key] {
			seen[key] = true
			edges[k] = append(edges[k], fmt.Sprintf("q%d %d %s m%d q%d", from, peer, dir, msg, to))
		}
	}
	for range 2 + r.Intn(5) {
		from, to, a, msg := r.Intn(states), r.Intn(states), r.Intn(n), r.Intn(3)
		b := (a + 1 + r.Intn(n-1)) % n
		add(a, from, b, "!", msg, to)
		if r.Intn(10) > 0 {
			if r.Intn(8) == 0 {
				to = r.Intn(states)
			}
			add(b, from, a, "?", msg, to)
		}
	}
	var out strings.Builder
	for k := range n {
		fmt.Fprintf(&out, ".outputs\n.state graph\n%s\n.marking q0\n.end\n\n", strings.Join(edges[k], "\n"))
	}
	return out.String()
}

// explored is a state graph of automata, made as simply as can be.
type explored struct {
	order    []string
	next     map[string][]move
	waits    map[string]map[int]bool // automata that are not at a final state
	queued   map[string]map[string]bool
	deadlock bool
}

// move is a step: who moves, which queue loses its head.
type move struct {
	to    string
	moves []int
	takes string
}

type configuration struct {
	sys    *automata.System
	at     []int
	queues map[string][]string
}

func (c configuration) String() string { return fmt.Sprint(c.at, c.queues) }

func (c configuration) with(k, to int) configuration {
	d := configuration{c.sys, append([]int(nil), c.at...), map[string][]string{}}
	for q, all := range c.queues {
		d.queues[q] = append([]string(nil), all...)
	}
	if d.at[k] = to; len(c.sys.Automata[k].States[to].Edges) == 0 {
		d.at[k] = len(c.sys.Automata[k].States) - 1 // final states are one
	}
	return d
}

func explore(sys *automata.System, capacity int) *explored {
	x := &explored{next: map[string][]move{}, waits: map[string]map[int]bool{}, queued: map[string]map[string]bool{}}
	first := configuration{sys, make([]int, len(sys.Automata)), map[string][]string{}}
	for k, a := range sys.Automata {
		a.States = append(a.States, automata.State{}) // where all final states are
		if len(a.States[0].Edges) == 0 {
			first.at[k] = len(a.States) - 1
		}
	}
	seen := map[string]bool{first.String(): true}
	for todo := []configuration{first}; len(todo) > 0; todo = todo[1:] {
		c, key := todo[0], todo[0].String()
		x.order = append(x.order, key)
		x.waits[key], x.queued[key] = map[int]bool{}, map[string]bool{}
		visit := func(d configuration, takes string, moves ...int) {
			if !seen[d.String()] {
				seen[d.String()] = true
				todo = append(todo, d)
			}
			x.next[key] = append(x.next[key], move{d.String(), moves, takes})
		}
		for k, a := range sys.Automata {
			state := a.States[c.at[k]]
			x.waits[key][k] = len(state.Edges) > 0
			for _, e := range state.Edges {
				out, in := fmt.Sprint(k, ">", e.Peer), fmt.Sprint(e.Peer, ">", k)
				switch {
				case e.Send && capacity == 0:
					for _, f := range sys.Automata[e.Peer].States[c.at[e.Peer]].Edges {
						if !f.Send && f.Peer == k && f.Message == e.Message {
							visit(c.with(k, e.Next).with(e.Peer, f.Next), "", k, e.Peer)
						}
					}
				case e.Send && len(c.queues[out]) < capacity:
					d := c.with(k, e.Next)
					d.queues[out] = append(d.queues[out], e.Message)
					visit(d, "", k)
				case !e.Send && len(c.queues[in]) > 0 && c.queues[in][0] == e.Message:
					d := c.with(k, e.Next)
					if d.queues[in] = d.queues[in][1:]; len(d.queues[in]) == 0 {
						delete(d.queues, in)
					}
					visit(d, in, k)
				}
			}
		}
		for q, all := range c.queues {
			x.queued[key][q] = len(all) > 0
		}
		for _, waits := range x.waits[key] {
			x.deadlock = x.deadlock || waits && len(x.next[key]) == 0
		}
	}
	return x
}

// safe is k-safety (Lange and Yoshida, CAV 2019, definition 4): whoever waits may go on in some continuation, whatever is queued may be taken.
func (x *explored) safe() bool {
	for _, start := range x.order {
		moved, taken := map[int]bool{}, map[string]bool{}
		seen := map[string]bool{start: true}
		for todo := []string{start}; len(todo) > 0; todo = todo[1:] {
			for _, m := range x.next[todo[0]] {
				for _, k := range m.moves {
					moved[k] = true
				}
				taken[m.takes] = true
				if !seen[m.to] {
					seen[m.to] = true
					todo = append(todo, m.to)
				}
			}
		}
		for k, waits := range x.waits[start] {
			if waits && !moved[k] {
				return false
			}
		}
		for q, some := range x.queued[start] {
			if some && !taken[q] {
				return false
			}
		}
	}
	return true
}
