package checker

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	conform "github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Package judge has a successor function of its own. Here it is held against the checker's: random walks must be accepted, and mutated ones
// refused at the very step at which the checker has no such step.

// points follows a trace by what its events say, through every state that they may mean. It returns how many steps there are.
func points(w *Walk, first Point, events []traces.Event) int {
	at := []Point{first}
	for k := range events {
		next := map[Point]bool{}
		for _, p := range at {
			for _, c := range w.Choices(p, k+1) {
				if c.Fails == "" && sameEvent(&c.Event, &events[k]) {
					next[c.To] = true
				}
			}
		}
		if len(next) == 0 {
			return k
		}
		at = at[:0]
		for p := range next {
			at = append(at, p)
		}
	}
	return len(events)
}

func sameEvent(a, b *traces.Event) bool {
	if a.Kind == b.Kind && a.Kind != traces.Send && a.Kind != traces.Receive && a.Kind != traces.Abandon && a.Peer != b.Peer { // with a queue, the peer may be anybody
		return false
	}
	return a.Kind == b.Kind && a.Instance == b.Instance && a.Channel == b.Channel && a.Protocol == b.Protocol && a.Role == b.Role &&
		a.PeerRole == b.PeerRole && a.Label == b.Label && a.Case == b.Case && slices.EqualFunc(a.Args, b.Args, func(x, y string) bool { return x == y || y == "_" })
}

// judged returns how many events the judge accepts.
func judged(t *testing.T, sys *session.System, events []traces.Event) (int, error) {
	j, err := conform.New(sys, &traces.Trace{System: "w.W"})
	if err != nil {
		t.Fatal(err)
	}
	for k := range events {
		if err := j.Step(&events[k]); err != nil {
			return k, err
		}
	}
	return len(events), nil
}

// mutate makes one thing of a run wrong, or so it may be.
func mutate(r *rand.Rand, events []traces.Event) (string, []traces.Event) {
	all := slices.Clone(events)
	k := r.Intn(len(all))
	other := all[r.Intn(len(all))]
	switch r.Intn(5) {
	case 0:
		return fmt.Sprintf("without step %d", k+1), slices.Delete(all, k, k+1)
	case 1:
		j := r.Intn(len(all))
		all[k], all[j] = all[j], all[k]
		return fmt.Sprintf("steps %d and %d swapped", k+1, j+1), all
	case 2:
		if all[k].Label == "" || other.Label == "" {
			return fmt.Sprintf("step %d twice", k+1), slices.Insert(all, k, all[k])
		}
		all[k].Label, all[k].Args = other.Label, slices.Repeat([]string{"_"}, len(other.Args))
		return fmt.Sprintf("label %s at step %d", other.Label, k+1), all
	case 3:
		all[k].Instance = other.Instance
		return fmt.Sprintf("instance %s at step %d", other.Instance, k+1), all
	}
	if k+1 < len(all) {
		all[k], all[k+1] = all[k+1], all[k]
	}
	return fmt.Sprintf("steps %d and %d swapped", k+1, k+2), all
}

// twinJudge walks a system at random and mutates the walks. It returns the number of steps, and of mutants that had to be refused.
func twinJudge(t *testing.T, name string, sys *session.System, r *rand.Rand, walks, length, mutants int) (steps, refused int) {
	w, first, err := NewWalk(sys, true)
	if err != nil {
		return 0, 0
	}
	for range walks {
		var events []traces.Event
		for at := first; len(events) < length; {
			choices := slices.DeleteFunc(w.Choices(at, len(events)+1), func(c Choice) bool { return c.Fails != "" })
			if len(choices) == 0 {
				break
			}
			c := choices[r.Intn(len(choices))]
			at = c.To
			events = append(events, c.Event)
		}
		steps += len(events)
		if n, err := judged(t, sys, events); n < len(events) {
			t.Errorf("%s: a walk of the checker is refused: %v\n%s", name, err, spelled(events[:n+1]))
			return steps, refused
		}
		if len(events) == 0 {
			continue
		}
		for range mutants {
			what, mutant := mutate(r, events)
			want := points(w, first, mutant)
			got, err := judged(t, sys, mutant)
			if got != want {
				t.Errorf("%s, %s: the checker follows %d steps, the judge %d: %v\n%s", name, what, want, got, err, spelled(mutant[:min(max(got, want)+1, len(mutant))]))
				return steps, refused
			}
			if want < len(mutant) {
				refused++
			}
		}
	}
	return steps, refused
}

func spelled(events []traces.Event) (text string) {
	for k := range events {
		text += fmt.Sprintf("%d %s %s\n", k+1, brief(&events[k]), events[k].Args)
	}
	return text
}

func TestJudgeRandom(t *testing.T) {
	steps, refused := 0, 0
	for n := *seed; n < *seed+int64(*random)/20; n++ {
		s, f := twinJudge(t, fmt.Sprintf("seed %d", n), randomSystem(n), rand.New(rand.NewSource(n)), 3, 25, 6)
		steps, refused = steps+s, refused+f
	}
	t.Logf("%d steps, %d mutants refused", steps, refused)
	if steps == 0 || refused == 0 {
		t.Error("nothing was judged")
	}
}

// TestJudgeProject walks every system of the project.
func TestJudgeProject(t *testing.T) {
	prog, _, err := session.Load(session.Config{Dir: ".."}, []string{"./protocols/...", "./examples/..."})
	if err != nil {
		t.Fatal(err)
	}
	all, systems, steps, refused := 0, 0, 0, 0
	for _, p := range prog.Asked {
		for _, decl := range p.Systems {
			options := session.ElaborateOptions{}
			sys, _ := session.Elaborate(decl, options)
			if sys == nil {
				continue
			}
			all++
			r := rand.New(rand.NewSource(*seed))
			s, f := twinJudge(t, decl.QName(), sys, r, 3, 60, 6)
			steps, refused, systems = steps+s, refused+f, systems+int(truth(s > 0))
		}
	}
	t.Logf("%d of %d systems, %d steps, %d mutants refused", systems, all, steps, refused)
	if systems < all*3/4 || refused == 0 {
		t.Error("too little was judged")
	}
}
