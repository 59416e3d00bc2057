// Package checker decides whether a System keeps what it promises. In comes a session.System; out comes a Verdict, with a shortest
// counterexample for each property that does not hold.
//
//	System → model (compiled: a packed state, tables for its steps) → search (breadth-first, exact) → graph (continuations) → Verdict
//
// Exploration follows Holzmann, "The SPIN Model Checker" (2003): explicit states, exact by default. The meaning of the properties is that of
// docs/language.md. Nothing is rounded up: what was not explored or is not decided is inconclusive.
package checker

import (
	"context"
	"fmt"
	"time"

	"github.com/protoc-os/protoc-os/checker/fair"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// Check explores sys and judges the properties of opts, or of the system. It returns when it has decided, when a bound of opts is reached, or when
// ctx is done.
func Check(ctx context.Context, sys *session.System, opts Options) *Verdict {
	v := &Verdict{System: sys, Properties: opts.Properties}
	if v.Properties == nil {
		v.Properties = sys.Checks
	}
	if len(v.Properties) == 0 {
		v.Properties = []session.Property{session.Deadlock, session.Reception, session.Orphan, session.Leak}
	}
	if opts.Store != Exact {
		return lossyCheck(ctx, sys, opts, v)
	}
	began := time.Now()
	m, err := compile(sys)
	if err != nil {
		v.Reason = err.Error()
		return v
	}
	if opts.NoReduce && !opts.Forget {
		m.remember()
	}
	if opts.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opts.Timeout)
		defer cancel()
	}
	wanted := map[session.Property]bool{}
	for _, p := range v.Properties {
		wanted[p] = true
	}
	s := newSearch(m, opts, wanted)
	if !opts.NoReduce && !live(sys, wanted) {
		s.reduce()
	}
	first := s
	s.judgeAll(ctx)
	if s.ample != nil && len(s.found) > 0 {
		// What the reduced search finds is there; the whole graph has the nearest.
		opts.Checkpoint = nil
		if whole := newSearch(m, opts, wanted); whole.judgeAll(ctx) || len(whole.found) >= len(s.found) {
			s = whole
		}
	}
	var duties []*duty
	var graph *liveGraph
	unjudged := ""
	if live(sys, wanted) {
		switch stuck := s.stuck(); {
		case s.cut != "":
		case stuck != "":
			unjudged = "what has to happen in the end is judged once no run ends with: " + stuck
		case !s.room(s.liveBytes(), " to judge progress"):
		default:
			ok := false
			if duties, graph, ok = s.liveness(ctx); !ok {
				s.cut = "the time ran out while progress was judged"
			}
		}
	}
	first.leave()
	v.Stats = s.stats()
	s.sortFound()
	v.Violations = s.violations()
	for _, d := range duties {
		v.Obligations = append(v.Obligations, d.Obligation)
	}
	if graph != nil && s.cut == "" {
		v.Violations = append(v.Violations, s.lassos(duties, graph)...)
	}
	v.Bounds = s.bounds()
	if s.cut == "" {
		v.Dead = s.dead()
	}
	if wanted[session.Dead] && len(v.Dead) > 0 {
		v.Violations = append(v.Violations, s.deadViolation(v.Dead))
	}
	v.Assumptions = append(s.assumptions(), fairness(v.Obligations)...)
	if unjudged != "" {
		v.Assumptions = append(v.Assumptions, unjudged)
	}
	v.Reason = s.cut
	switch {
	case len(v.Violations) > 0:
		v.Outcome = Violated
	case v.Reason == "":
		v.Outcome = Holds
		if opts.Any && s.sym != nil {
			v.Any, v.AnyWords = forAny(ctx, sys, wanted)
		}
	}
	v.Stats.Elapsed = time.Since(began)
	return v
}

// live reports whether something is asked that only the whole graph tells.
func live(sys *session.System, wanted map[session.Property]bool) bool {
	return wanted[session.Progress] || wanted[session.Starvation] || len(sys.Eventually) > 0
}

// judgeAll explores and judges continuations; it reports whether nothing cut it short.
func (s *search) judgeAll(ctx context.Context) bool {
	s.explore(ctx)
	if s.cut == "" && (s.wanted[session.Deadlock] || s.wanted[session.Orphan]) && !s.continuations(ctx) && s.cut == "" {
		s.cut = "the time ran out while continuations were judged"
	}
	return s.cut == ""
}

// stuck names a violation that ends runs before what is owed in them can happen; "" if there is none.
func (s *search) stuck() string {
	for _, f := range s.found {
		switch f.key.code {
		case dsl.Deadlock, dsl.PartialDeadlock, dsl.Reception, dsl.AssertionFails, dsl.OutOfRange:
			return string(f.key.code)
		}
	}
	return ""
}

// fairness says what the obligations rest on.
func fairness(all []Obligation) []string {
	counts := map[fair.Assumption]int{}
	raised := 0
	for _, o := range all {
		if o.Raised {
			counts[o.Weakest]++
			raised++
		}
	}
	var words []string
	for _, x := range []struct {
		a    fair.Assumption
		text string
	}{
		{fair.Weak, "a component that can keep moving does (weak fairness)"},
		{fair.Declared, "`choose` and `decide fair` keep their promises"},
	} {
		if n := counts[x.a]; n > 0 {
			words = append(words, fmt.Sprintf("%s: %d of %d obligations need it", x.text, n, raised))
		}
	}
	if n := len(all) - raised; n > 0 {
		words = append(words, fmt.Sprintf("%d of %d obligations are never raised", n, len(all)))
	}
	return words
}
