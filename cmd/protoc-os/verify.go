package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// result is the verdict on one system, held against what the source expects of it.
type result struct {
	decl     *session.SystemDecl
	verdict  *checker.Verdict
	cached   bool                 // the verdict is one of an earlier run
	expected *checker.Violation   // the violation that the source announces, if it was found
	also     []*checker.Violation // found beside the announced one
	missed   *dsl.Diagnostic      // an announced violation that was not found
	capacity []capacityAnswer     // to "capacity ?"
	traces   map[*checker.Violation]string
	broken   *checker.Violation // of a part by itself, which is why the parts were checked together
}

// verify checks one system.
func (a *app) verify(ctx context.Context, e *elaboration, o checker.Options, params map[string]int64) *result {
	progress := a.progress(e.decl.QName())
	defer progress.done()
	o.Progress = progress.show
	r := &result{decl: e.decl, traces: map[*checker.Violation]string{}}
	if asked := askedCapacities(e.sys); len(asked) > 0 {
		r.verdict, r.capacity = answerCapacities(ctx, e, asked, o, params)
	} else {
		key := ""
		if a.cache != nil {
			key = a.cache.key(e, o)
		}
		if r.verdict = a.cache.load(key, e); r.verdict != nil {
			r.cached = true
		} else {
			r.verdict, r.broken = a.whole(ctx, e, o, key)
			a.cache.store(key, r.verdict)
		}
	}
	for _, v := range r.verdict.Violations {
		if v.Trace != nil {
			v.Trace.Digest = e.decl.Digest()
		}
	}
	if e.sys.Expect == string(dsl.CapacityExcess) {
		r.verdict.Violations = append(r.verdict.Violations, unusedCapacities(r.verdict)...)
	}
	r.expect(e.sys.Expect, e.sys.ExpectAt)
	return r
}

// whole checks a system by its parts, or if that does not do, all of it.
func (a *app) whole(ctx context.Context, e *elaboration, o checker.Options, key string) (*checker.Verdict, *checker.Violation) {
	v, words, broken := a.byParts(ctx, e, o)
	if v == nil {
		o.Checkpoint = a.cache.checkpoint(key)
		v = checker.Check(ctx, e.sys, o)
	}
	v.Assumptions = append(v.Assumptions, words...)
	return v, broken
}

// unusedCapacities turns the warning that is announced into a violation.
func unusedCapacities(v *checker.Verdict) []*checker.Violation {
	if v.Outcome != checker.Holds {
		return nil
	}
	for _, b := range v.Bounds {
		if b.Highest < b.Capacity {
			d := queueOf{b.Protocol, b.From, b.To, b.Capacity}.warning()
			return []*checker.Violation{{Code: d.Code, At: d.At, Message: d.Message}}
		}
	}
	return nil
}

// expect compares the verdict with the system's expect item.
func (r *result) expect(what string, at dsl.Position) {
	if what == "" || what == "ok" {
		return
	}
	for _, v := range r.verdict.Violations {
		if r.expected == nil && (what == string(v.Property) || what == string(v.Code)) {
			r.expected = v
		} else {
			r.also = append(r.also, v)
		}
	}
	if r.expected != nil || r.verdict.Outcome == checker.Inconclusive {
		return
	}
	message := fmt.Sprintf("%s must fail with %s, and it holds", r.decl.Name, what)
	if len(r.also) > 0 {
		message = fmt.Sprintf("%s must fail with %s, and it fails with %s", r.decl.Name, what, r.also[0].Code)
	}
	r.also = nil
	r.missed = &dsl.Diagnostic{Code: dsl.ExpectMissed, At: at, Message: message}
}

// outcome is a result in one word.
type outcome string

// The outcomes of a result.
const (
	holds        outcome = "holds"
	violated     outcome = "violated"
	inconclusive outcome = "inconclusive"
	asExpected   outcome = "expected" // violated, as the source says
	unexpected   outcome = "unexpected"
)

func (r *result) outcome() outcome {
	switch {
	case r.expected != nil:
		return asExpected
	case r.missed != nil:
		return unexpected
	case r.verdict.Outcome == checker.Holds:
		return holds
	case r.verdict.Outcome == checker.Violated:
		return violated
	}
	return inconclusive
}

func (r *result) status() status {
	switch r.outcome() {
	case holds, asExpected:
		return 0
	case inconclusive:
		return undecided
	}
	return violationFound
}

// shown returns the violations that need explaining. Those that the source announces need none, unless everything is to be shown.
func (r *result) shown(everything bool) []*checker.Violation {
	if r.outcome() == asExpected && !everything {
		return nil
	}
	return r.verdict.Violations
}

// writeTraces writes each counterexample to a file of its own.
func (r *result) writeTraces(dir string) error {
	if dir == "" {
		return nil
	}
	count := map[dsl.Code]int{}
	for _, v := range r.verdict.Violations {
		if v.Trace == nil {
			continue
		}
		name := fmt.Sprintf("%s.%s.jsonl", r.decl.QName(), v.Code)
		if count[v.Code]++; count[v.Code] > 1 {
			name = fmt.Sprintf("%s.%s.%d.jsonl", r.decl.QName(), v.Code, count[v.Code])
		}
		r.traces[v] = filepath.Join(dir, name)
		if err := traces.WriteFile(r.traces[v], v.Trace); err != nil {
			return fmt.Errorf("write the counterexample of %s: %w", r.decl.QName(), err)
		}
	}
	return nil
}

// diagnosticOf words a violation as a diagnostic of the source.
func diagnosticOf(v *checker.Violation) *dsl.Diagnostic {
	return &dsl.Diagnostic{Code: v.Code, At: v.At, Message: v.Message, Related: v.Related}
}
