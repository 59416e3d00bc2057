package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// byParts checks a system that uses others part by part: its own instances, and each part, against the most general environment of what they are
// connected by. Parts that wait for each other are checked together. nil: there is nothing to tell apart, or a part does not hold by itself, which
// says nothing about the whole; words then say so, and broken is how that comes about.
func (a *app) byParts(ctx context.Context, e *elaboration, o checker.Options) (v *checker.Verdict, words []string, broken *checker.Violation) {
	if o.NoReduce || len(e.sys.Parts) == 0 || e.sys.Expect != "" && e.sys.Expect != "ok" {
		return nil, nil, nil
	}
	own, parts, words := session.Apart(e.decl, e.sys, e.opts)
	if own == nil {
		return nil, words, nil
	}
	if o.Properties == nil {
		o.Properties = e.sys.Checks
	}
	v = checker.Check(ctx, own, o)
	if v.Outcome == checker.Violated {
		return nil, append(words, fmt.Sprintf("the parts are checked together: with any environments in their places the rest does not hold (%s)", v.Violations[0].Code)), v.Violations[0]
	}
	words = append(words, fmt.Sprintf("the system's own instances hold with any environments that obey the protocols in the places of its parts: %s states", grouped(v.Stats.States)))
	for _, p := range parts {
		part, more, broken := a.part(ctx, p, o)
		words = append(words, more...)
		if part.Outcome == checker.Violated {
			return nil, append(words, fmt.Sprintf("the parts are checked together: %s (%s) does not hold with any environment (%s)", p.Name, p.Decl.QName(), part.Violations[0].Code)), cmp.Or(broken, part.Violations[0])
		}
		words = append(words, fmt.Sprintf("%s (%s) holds with any environment that obeys what it exports: %s states", p.Name, p.Decl.QName(), grouped(part.Stats.States)))
		v.Stats = sumOf(v.Stats, part.Stats)
		v.Bounds = append(v.Bounds, part.Bounds...)
		v.Obligations = append(v.Obligations, part.Obligations...)
		if part.Outcome == checker.Inconclusive && v.Outcome == checker.Holds {
			v.Outcome, v.Reason = checker.Inconclusive, fmt.Sprintf("%s: %s", p.Name, part.Reason)
		}
	}
	v.System, v.Dead = e.sys, nil // what is not taken in one part may be in another
	v.Assumptions = append(v.Assumptions, "held by its parts")
	return v, words, nil
}

// part checks one part alone, by its own parts if it has any.
func (a *app) part(ctx context.Context, p session.Part, o checker.Options) (*checker.Verdict, []string, *checker.Violation) {
	sys, opts := p.Elaborate()
	v, words, broken := a.byParts(ctx, &elaboration{p.Decl, sys, opts}, o)
	if v != nil {
		return v, words, nil
	}
	return checker.Check(ctx, sys, o), nil, broken
}

// sumOf adds the figures of two searches.
func sumOf(x, y checker.Stats) checker.Stats {
	x.States += y.States
	x.Transitions += y.Transitions
	x.Depth = max(x.Depth, y.Depth)
	x.Bytes = max(x.Bytes, y.Bytes)
	x.Elapsed += y.Elapsed
	return x
}
