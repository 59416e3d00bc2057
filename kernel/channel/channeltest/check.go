package channeltest

import (
	"flag"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/protoc-os/protoc-os/kernel/channel/channeltest/cover"
	"github.com/protoc-os/protoc-os/traces"
)

// TB is what Check needs of a test.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Config is how a test runs. Its zero value is the default; the environment
// goes before what is set here (see environment.go), so that protoc-os test
// can ask for more.
type Config struct {
	Runs     int      // 0: 100
	Steps    int      // messages and faults of a run, about; 0: 30
	Seed     uint64   // 0: 1. The same seed gives the same runs
	Schedule Schedule // "": Mixed
	Faults   string   // "off": none
	MinCover float64  // least share of transitions of each component, in percent
	Traces   string   // folder of saved traces; "": testdata/traces, "-": none
}

// Check tests a component with the default Config. The function starts it in
// a World of its own for each run.
func Check(t TB, start func(*World)) { t.Helper(); Config{}.Check(t, start) }

// Check tests a component: saved traces first, then random runs. The test
// fails with the shortest script found, which is saved.
func (c Config) Check(t TB, start func(*World)) {
	t.Helper()
	c, dir := c.environment()
	for _, s := range c.saved(t.Name()) {
		switch outcome, f := s.again(start); outcome {
		case Fails:
			t.Fatalf("%s fails: %s: %s\n%s", s.path, f.Verdict, f.Message, steps(f))
		case Stale:
			t.Logf("%s is stale: a protocol in it was declared anew since; remove it, or find the fault again", s.path)
		case Passes:
			t.Logf("%s passes: its fault is mended", s.path)
		}
	}
	r := c.run(t.Name(), start)
	if dir != "" {
		if err := r.Coverage.Write(dir); err != nil {
			t.Fatalf("writing the coverage: %v", err)
		}
	}
	if f := r.Failure; f != nil {
		where := ""
		if path, err := c.save(t.Name(), f); err != nil {
			where = fmt.Sprintf("\nthe trace cannot be saved: %v", err)
		} else if path != "" {
			where = "\nsaved as " + path
		}
		t.Fatalf("seed %d, run %d: %s: %s\n%s%s", c.Seed, f.Run, f.Verdict, f.Message, steps(f), where)
	}
	t.Logf("seed %d\n%s", c.Seed, r.Coverage.Text())
	if r.Unjudged > 0 {
		t.Logf("%d runs are not compared with the model: there are too many orders of their calls", r.Unjudged)
	}
	for _, v := range r.Coverage.Components {
		if v.Share() < c.MinCover {
			t.Fatalf("%.1f %% of the transitions of %s were taken, %.1f %% are wanted\n%s", v.Share(), v.Name, c.MinCover, r.Coverage.Text())
		}
	}
}

// mostShrinking is how many runs rapid may spend on making a failure smaller.
// It sees words and not steps, so that most of its attempts lead nowhere;
// shorter does the rest.
const mostShrinking = 300

// Result is what the runs of a test have shown.
type Result struct {
	Failure  *Failure // nil: none
	Coverage *cover.Coverage
	Unjudged int // runs in which there are too many orders of calls to compare all with the model
}

// Run is Check without a test: it neither replays nor saves traces.
func (c Config) Run(name string, start func(*World)) *Result {
	c, _ = c.environment()
	return c.run(name, start)
}

func (c Config) run(name string, start func(*World)) *Result {
	total := newCounts(nil)
	var found, last *Failure
	runs, shrunk := 0, 0
	tb := new(quiet)
	withFlags(c, func() {
		quietly(tb, func(*quiet) {
			rapid.Check(tb, func(t *rapid.T) {
				if found != nil {
					if shrunk++; shrunk > mostShrinking {
						return
					}
				}
				counted := newCounts(total)
				w, f := c.drawn(t, counted, start)
				if f == nil && c.Schedule == Exhaustive && !w.died {
					w, f = exhaust(w, start)
				}
				if found == nil {
					runs++
				}
				switch {
				case f == nil && found == nil:
					total.add(counted)
				case f == nil || found != nil && f.Verdict != found.Verdict:
				default:
					f.Trace, f.Steps, f.moves, f.Run = w.trace(name, f), w.scripted, w.moves[:w.scripted], runs
					f.decisions, f.promised = w.decisions, w.promised
					if found == nil {
						found = f
						total.add(counted)
						counted.past = total
					}
					last = f
					t.Fatalf("%s", f.Verdict)
				}
			})
		})
	})
	if last == nil && tb.failed {
		panic("channeltest: " + tb.said)
	}
	r := &Result{Failure: last, Coverage: total.coverage(name, runs), Unjudged: total.unjudged}
	if last != nil {
		r.Failure = shorter(name, last, start)
	}
	return r
}

// shorter leaves out steps of a script, and decisions, as long as it fails in
// the same way (Zeller and Hildebrandt's ddmin, coarse to fine).
func shorter(name string, f *Failure, start func(*World)) *Failure {
	best := &script{moves: f.moves, decisions: f.decisions, promised: f.promised}
	try := func(s *script) bool {
		w, g := replayed(s, start)
		if g == nil || g.Verdict != f.Verdict {
			return false
		}
		g.Run = f.Run
		g.Trace, g.Steps, g.moves = w.trace(name, g), w.scripted, w.moves[:w.scripted]
		g.decisions, g.promised = trimmed(w.decisions), w.promised
		best = &script{moves: g.moves, decisions: g.decisions, promised: g.promised}
		f = g
		return true
	}
	plain := slices.Clone(best.moves)
	for i := range plain {
		plain[i].pace = untilQuiet
	}
	_ = try(&script{moves: plain, promised: best.promised}) || try(&script{moves: best.moves, promised: best.promised})
	for size := max(len(best.moves)/2, 1); size > 0; {
		before := len(best.moves)
		for i := 0; i < len(best.moves); {
			shorter := slices.Concat(best.moves[:i], best.moves[min(i+size, len(best.moves)):])
			if n := len(best.moves); !try(&script{moves: shorter, decisions: best.decisions, promised: best.promised}) || len(best.moves) >= n {
				i += size
			}
		}
		if size > 1 || len(best.moves) == before {
			size /= 2
		}
	}
	for i := range best.moves {
		if i < len(best.moves) && best.moves[i].pace != untilQuiet {
			simpler := slices.Clone(best.moves)
			simpler[i].pace = untilQuiet
			try(&script{moves: simpler, decisions: best.decisions, promised: best.promised})
		}
	}
	for i := range best.moves {
		if i >= len(best.moves) || best.moves[i].values == nil {
			continue
		}
		simpler := slices.Clone(best.moves)
		simpler[i].least = true
		try(&script{moves: simpler, decisions: best.decisions, promised: best.promised})
	}
	return f
}

// withFlags sets rapid's flags for one check.
func withFlags(c Config, f func()) {
	for name, value := range map[string]string{
		"rapid.checks": fmt.Sprint(c.Runs), "rapid.seed": fmt.Sprint(c.Seed), "rapid.steps": fmt.Sprint(c.Steps), "rapid.nofailfile": "true",
	} {
		old := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
		defer flag.Set(name, old)
	}
	f()
}

// quiet is the test that rapid sees: what it has to say is said by Check.
type quiet struct {
	failed bool
	said   string
}

type halt struct{}

func (q *quiet) Helper()              {}
func (q *quiet) Name() string         { return "channeltest" }
func (q *quiet) Logf(string, ...any)  {}
func (q *quiet) Log(...any)           {}
func (q *quiet) Skipf(string, ...any) { panic(halt{}) }
func (q *quiet) Skip(...any)          { panic(halt{}) }
func (q *quiet) SkipNow()             { panic(halt{}) }
func (q *quiet) Errorf(format string, args ...any) {
	q.failed = true
	q.said += fmt.Sprintf(format, args...) + "\n"
}
func (q *quiet) Error(...any)          { q.failed = true }
func (q *quiet) Fatalf(string, ...any) { q.failed = true; panic(halt{}) }
func (q *quiet) Fatal(...any)          { q.failed = true; panic(halt{}) }
func (q *quiet) FailNow()              { q.failed = true; panic(halt{}) }
func (q *quiet) Fail()                 { q.failed = true }
func (q *quiet) Failed() bool          { return q.failed }

func quietly(q *quiet, f func(*quiet)) {
	defer func() {
		if v := recover(); v != nil && v != (halt{}) {
			panic(v)
		}
	}()
	f(q)
}

// steps lists the steps of a failure.
func steps(f *Failure) string {
	text := fmt.Sprintf("%d steps:\n", f.Steps)
	n := 0
	for _, e := range f.Trace.Events {
		mark := "      "
		if e.Kind != traces.Receive {
			if n++; n > f.Steps {
				mark = "  calm"
			} else {
				mark = fmt.Sprintf("  %3d.", n)
			}
		}
		text += mark + " " + spellEvent(&e) + "\n"
	}
	return text
}
