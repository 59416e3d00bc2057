package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// highestCapacity is the greatest capacity that is tried for a "?".
const highestCapacity = 8

// capacityAnswer answers one "capacity ?".
type capacityAnswer struct {
	protocol *session.Protocol
	least    int // that holds; -1: none does
	highest  int // most messages that any run queues, however much room there is; -1: more than were tried
}

func (c capacityAnswer) String() string {
	name := c.protocol.QName()
	switch {
	case c.least < 0:
		return fmt.Sprintf("capacity ? of %s: none of 0 to %d holds", name, highestCapacity)
	case c.highest < 0:
		return fmt.Sprintf("capacity ? of %s: %d is the least that holds; at %d a queue is still filled", name, c.least, highestCapacity)
	}
	return fmt.Sprintf("capacity ? of %s: %d is the least that holds; no run queues more than %d", name, c.least, c.highest)
}

// askedCapacities returns the protocols of a system whose capacity the source leaves open.
func askedCapacities(sys *session.System) []*session.Protocol {
	var asked []*session.Protocol
	for p, byRole := range sys.Capacity {
		open := false
		for _, row := range byRole {
			for _, n := range row {
				open = open || n == session.AskCapacity
			}
		}
		if open {
			asked = append(asked, sys.Protocols[p])
		}
	}
	return asked
}

// answerCapacities checks a system at one capacity after the other: nothing may be inferred from one for another. With several open
// protocols, it finds the least capacity that holds for all, then lowers each in turn. The verdict is that at the capacities found, or at 1
// if there are none.
func answerCapacities(ctx context.Context, e *elaboration, asked []*session.Protocol, o checker.Options, params map[string]int64) (*checker.Verdict, []capacityAnswer) {
	at := func(capacity map[string]int) *checker.Verdict {
		sys, diags := session.Elaborate(e.decl, session.ElaborateOptions{Params: paramsOf(e.decl, params), Capacity: capacity})
		if sys == nil {
			panic(fmt.Sprintf("a system that elaborates with open capacities does not with %v: %v", capacity, diags[0]))
		}
		return checker.Check(ctx, sys, o)
	}
	all := func(n int) map[string]int { return equalCapacities(asked, n) }
	var found *checker.Verdict
	least := all(0)
	for n := 0; n <= highestCapacity && found == nil; n++ {
		v := at(all(n))
		switch v.Outcome {
		case checker.Holds:
			found, least = v, all(n)
		case checker.Inconclusive:
			return v, nil
		}
	}
	answers := make([]capacityAnswer, len(asked))
	for i, p := range asked {
		answers[i] = capacityAnswer{p, -1, -1}
	}
	if found == nil {
		v := at(all(1))
		v.Violations = append([]*checker.Violation{noCapacity(asked[0])}, v.Violations...)
		return v, answers
	}
	for i, p := range asked {
		for n := 0; n < least[p.QName()]; n++ {
			lower := all(0)
			for name, m := range least {
				lower[name] = m
			}
			lower[p.QName()] = n
			if v := at(lower); v.Outcome == checker.Holds {
				found, least = v, lower
				break
			}
		}
		answers[i].least = least[p.QName()]
	}
	unknown := func(a capacityAnswer) bool { return a.highest < 0 }
	for n := 1; n <= highestCapacity && slices.ContainsFunc(answers, unknown); n++ {
		v := at(all(n))
		if v.Outcome != checker.Holds {
			continue
		}
		for i, p := range asked {
			if h := highestOf(v, p); answers[i].highest < 0 && h < n {
				answers[i].highest = h
			}
		}
	}
	return found, answers
}

// equalCapacities gives all protocols the same capacity.
func equalCapacities(asked []*session.Protocol, n int) map[string]int {
	capacity := map[string]int{}
	for _, p := range asked {
		capacity[p.QName()] = n
	}
	return capacity
}

// highestOf returns the most messages that a queue of the protocol held.
func highestOf(v *checker.Verdict, p *session.Protocol) int {
	most := 0
	for _, b := range v.Bounds {
		if b.Protocol == p {
			most = max(most, b.Highest)
		}
	}
	return most
}

func noCapacity(p *session.Protocol) *checker.Violation {
	v := &checker.Violation{Code: dsl.NoCapacity, At: p.At, Message: fmt.Sprintf("no capacity of %s from 0 to %d holds; below is what fails at 1", p.QName(), highestCapacity)}
	if len(p.Decl.Capacity) > 0 && p.At.Source != nil {
		v.At.Span = p.Decl.Capacity[0].Span
	}
	return v
}
