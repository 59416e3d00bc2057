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
	"sort"
	"time"

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
	began := time.Now()
	m, err := compile(sys)
	if err != nil {
		v.Reason = err.Error()
		return v
	}
	if opts.NoReduce {
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
	s.explore(ctx)
	if s.cut == "" && (wanted[session.Deadlock] || wanted[session.Orphan]) && !s.continuations(ctx) {
		s.cut = "the time ran out while continuations were judged"
	}
	v.Stats = s.stats()
	sort.SliceStable(s.found, func(i, j int) bool { return s.found[i].state < s.found[j].state })
	v.Violations = s.violations()
	v.Bounds = s.bounds()
	if s.cut == "" {
		v.Dead = s.dead()
	}
	if wanted[session.Dead] && len(v.Dead) > 0 {
		v.Violations = append(v.Violations, s.deadViolation(v.Dead))
	}
	v.Assumptions = s.assumptions()
	v.Stats.Elapsed = time.Since(began)
	v.Reason = s.cut
	if unchecked := unchecked(sys, wanted); v.Reason == "" && unchecked != "" {
		v.Reason = unchecked
	}
	switch {
	case len(v.Violations) > 0:
		v.Outcome = Violated
	case v.Reason == "":
		v.Outcome = Holds
	}
	return v
}

// unchecked names what was asked for and is not decided.
func unchecked(sys *session.System, wanted map[session.Property]bool) string {
	for _, p := range []session.Property{session.Progress, session.Starvation} {
		if wanted[p] {
			return "not checked: " + string(p)
		}
	}
	if len(sys.Eventually) > 0 {
		return fmt.Sprintf("not checked: eventually %s", sys.Eventually[0].Text)
	}
	return ""
}
