// Package fair decides what fair infinite runs of a finite graph can do. In comes a Graph, whose edges say who moves and which option of which choice is
// taken, and an Obligation; out comes the weakest assumption under which no run violates it, or a lasso that does.
//
// Fairness is judged on the violating part of the graph, not on its maximal strongly connected components: where a component breaks the promise of a
// choice, the edges that break it are taken away and what is left is decomposed again (emptiness of Streett automata; Emerson and Lei, "Modalities for
// model checking", 1987; Lichtenstein and Pnueli, 1985; on edges instead of states). The package knows nothing of components, channels or messages.
package fair

// Graph is a finite graph of states 0…n-1. A run is a path that is infinite, or that ends in a state without steps.
type Graph struct {
	Off     []uint64 // of each state its first edge; one more entry than states
	To      []uint32 // of each edge; Nowhere: the step fails
	Label   []uint32 // of each edge: its place in Labels
	Labels  []Label
	Movers  int      // how many there are
	Choices int      // options of choices, over all movers
	Enabled []uint64 // per state, Words() words: the movers that can move. A fault is no move
	Queues  []uint64 // per state, Words() words: the movers that stand in a queue for what is free there, and can have it
}

// Nowhere is where a failing step leads.
const Nowhere = ^uint32(0)

// Label says what an edge does. At most two movers share a step.
type Label struct {
	Movers   [2]int32 // -1: none
	Options  [2]int32 // the option that each takes, of its choice; -1: none that is told apart from others
	Promised [2]bool  // the choice promises to take this option, if it keeps being ready here
	Visits   [2]bool  // the step is one of a choice that makes promises
	Renews   int32    // the mover that begins anew with this step, and has no past; -1: none
	Passed   bool     // no step at all: the option is ready here, and passed over
	Fault    bool     // a step that never has to happen
}

// Words returns how many words a set of movers has.
func (g *Graph) Words() int { return (g.Movers + 63) / 64 }

// States returns the number of states.
func (g *Graph) States() int { return len(g.Off) - 1 }

// step reports whether an edge is a step that a run can take round a cycle.
func (g *Graph) step(e uint64) bool {
	l := &g.Labels[g.Label[e]]
	return g.To[e] != Nowhere && !l.Passed && !l.Fault
}

// stops reports whether a run may end in a state: nothing but faults is possible.
func (g *Graph) stops(n int) bool {
	for e := g.Off[n]; e < g.Off[n+1]; e++ {
		if l := &g.Labels[g.Label[e]]; !l.Passed && !l.Fault {
			return false
		}
	}
	return true
}

// Set is a set of states.
type Set []uint64

// NewSet returns an empty set for n states.
func NewSet(n int) Set { return make(Set, (n+63)/64) }

// Add adds a state.
func (s Set) Add(n int) { s[n/64] |= 1 << (n % 64) }

// Remove takes a state out.
func (s Set) Remove(n int) { s[n/64] &^= 1 << (n % 64) }

// Has reports whether a state is in the set.
func (s Set) Has(n int) bool { return s[n/64]>>(n%64)&1 != 0 }

// Obligation is something that has to happen. A run violates it if, from some point on, it stays within Within, takes no step that serves, and is in
// Pending again and again, or ends there.
type Obligation struct {
	Within  Set // nil: all states
	Pending Set
	Serves  []bool // per label
}

// Assumption is what has to be assumed of the runs so that none violates an obligation. Each includes those before it.
type Assumption uint8

// The assumptions.
const (
	None     Assumption = iota
	Weak                // a mover that can move from some point on does
	Declared            // choices keep their promises, and whoever stands in a queue has his turn
	Strong              // every step that is possible again and again is taken
	Violated            // none is enough
)

func (a Assumption) String() string {
	return [...]string{"none", "weak", "declared", "strong", "violated"}[a]
}
