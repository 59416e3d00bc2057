package checker

import (
	"time"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Outcome of a check. The zero value is Inconclusive: nothing is ever rounded up.
type Outcome uint8

// The outcomes.
const (
	Inconclusive Outcome = iota
	Holds
	Violated
)

// Options bound a check. The zero value means: all properties that the system asks for, no bounds, one worker per core.
type Options struct {
	Properties []session.Property // nil: those of the system
	States     int                // most states to store; 0: no bound
	Memory     int64              // most bytes to use, for the store and for what comes after it; 0: no bound
	Timeout    time.Duration      // 0: none
	Workers    int                // 0: one per core
	NoReduce   bool
	Store      Store       // Exact, or one that may leave states out
	Any        bool        // try to show that what holds does so for any number of interchangeable instances
	Forget     bool        // with NoReduce: variables that nobody reads any more are forgotten all the same
	Progress   func(Stats) // called now and then; may be nil
	Checkpoint *Checkpoint // nil: none
}

// Stats are the figures of a search.
type Stats struct {
	States      int           // stored
	Transitions int           // taken
	Depth       int           // of the deepest state, in steps from the start
	Bytes       int64         // held by the store
	Frontier    int           // states found and not yet expanded
	Elapsed     time.Duration // wall clock
}

// Verdict is what a check found.
type Verdict struct {
	System      *session.System
	Outcome     Outcome
	Reason      string       // of Inconclusive: what cut the search short
	Violations  []*Violation // at most one per property (and invariant), the shortest each
	Bounds      []Occupancy  // per queue, the highest occupancy
	Dead        []DeadOption // options and cases that no run takes
	Obligations []Obligation // of progress, starvation and `eventually`, with the weakest assumption that each needs
	Any         string       // a parameter of which any larger value holds as well; "": none was shown to
	AnyWords    string       // how that was shown
	Assumptions []string     // one sentence each: capacities, parameters, limits, reductions, promises
	Properties  []session.Property
	Stats       Stats
}

// Violation is a property that does not hold, with the shortest run to it.
type Violation struct {
	Property session.Property
	Code     dsl.Code // PO20xx
	Message  string   // one lower-case sentence
	At       dsl.Position
	Related  []dsl.Related
	Trace    *traces.Trace
}

// Occupancy is the highest number of messages that a queue held.
type Occupancy struct {
	Channel, From, To string
	Protocol          *session.Protocol
	Capacity, Highest int
}

// IsDead reports whether no run of the model takes the option or case at a place of a component.
func (v *Verdict) IsDead(m *session.Machine, at dsl.Position) bool {
	for _, d := range v.Dead {
		if d.Machine.Component == m.Component && d.At == at {
			return true
		}
	}
	return false
}

// DeadOption is an option or case that no run takes.
type DeadOption struct {
	Machine *session.Machine
	At      dsl.Position
	Text    string // "option Write(off, buf) <- file", "case nospace"
}
