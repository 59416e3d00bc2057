package main

import (
	"fmt"
	"sort"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// findingsOf returns warnings about declarations that several systems share: a capacity that none of them fills, an option that none of them
// takes. Only complete verdicts count, and a system that is expected to fail says nothing about what would be reached if it did not.
func findingsOf(results []*result, prog *session.Program) []*dsl.Diagnostic {
	here := map[*session.Package]bool{}
	for _, p := range prog.Asked {
		here[p] = true
	}
	unused := map[queueOf]bool{}
	dead := map[dsl.Position]checker.DeadOption{}
	alive := map[dsl.Position]bool{}
	for _, r := range results {
		if r.outcome() != holds {
			return nil // somebody may have been cut off before using what seems unused
		}
		for _, b := range r.verdict.Bounds {
			if q := (queueOf{b.Protocol, b.From, b.To, b.Capacity}); here[b.Protocol.Package] {
				before, known := unused[q]
				unused[q] = (before || !known) && b.Highest < b.Capacity
			}
		}
		deadHere := map[dsl.Position]bool{}
		for _, d := range r.verdict.Dead {
			deadHere[d.At] = true
			if d.Machine.Component != nil && here[d.Machine.Component.Package] {
				dead[d.At] = d
			}
		}
		for _, m := range r.verdict.System.Machines {
			for i := range m.States {
				for _, e := range m.States[i].Edges {
					if !deadHere[e.At] {
						alive[e.At] = true
					}
				}
			}
		}
	}
	var all []*dsl.Diagnostic
	for q, is := range unused {
		if is {
			all = append(all, q.warning())
		}
	}
	for at, d := range dead {
		if !alive[at] {
			all = append(all, &dsl.Diagnostic{Code: dsl.DeadOption, Severity: dsl.Warning, At: at, Message: fmt.Sprintf("no run takes %s", d.Text)})
		}
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].At == all[j].At {
			return all[i].Message < all[j].Message
		}
		return before(all[i].At, all[j].At)
	})
	return all
}

// queueOf is a direction of a protocol.
type queueOf struct {
	protocol *session.Protocol
	from, to string
	capacity int
}

func (q queueOf) warning() *dsl.Diagnostic {
	d := &dsl.Diagnostic{Code: dsl.CapacityExcess, Severity: dsl.Warning, At: q.protocol.At,
		Message: fmt.Sprintf("no run of a system here fills the queue from %s to %s of %s: its capacity is %d", q.from, q.to, q.protocol.QName(), q.capacity)}
	if c := q.protocol.Decl.Capacity; len(c) > 0 && d.At.Source != nil {
		d.At.Span = c[0].Span
		for _, dir := range c {
			if dir.From != nil && dir.From.Name == q.from && dir.To.Name == q.to {
				d.At.Span = dir.Span
			}
		}
	}
	return d
}
