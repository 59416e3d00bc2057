package session

import "github.com/protoc-os/protoc-os/dsl"

// System is an elaborated system: machines, who holds which end, and what must hold. Parts are flattened, exported ends
// are given to environments. Nothing in it depends on names any more.
type System struct {
	Decl      *SystemDecl
	Params    []ParamValue
	Machines  []*Machine  // those of the instances and all that can be started
	Protocols []*Protocol // those of the sessions and all that can be made
	// Capacity[p][from][to] are those of Protocols[p] in this system: the declared ones, a "?" replaced by what ElaborateOptions gives, else AskCapacity.
	Capacity  [][][]int
	Parts     []Part // those that it uses, as they are checked
	Instances []Instance
	Sessions  []Session
	// Assumptions are those that elaborating made, one sentence each: default limits, environments.
	Assumptions []string
	// NewLimit[p] bounds the live sessions of Protocols[p] made by new; StartLimit[m] the live started instances of Machines[m].
	NewLimit   []int
	StartLimit []int
	Crash      []int // instances that may crash
	CrashMost  int
	Checks     []Property
	Always     []Invariant
	Eventually []Response
	Expect     string // "ok", a property or a code; "" is ok
	ExpectAt   dsl.Position
	At         dsl.Position
}

// ParamValue is a parameter with the value that is checked and the value that is run.
type ParamValue struct {
	Name       string
	Check, Run int64
}

// Instance is a component of the system that is there from the start.
type Instance struct {
	Name        string // "fs", "app[1]", "store.disk"
	Array       string // "app", "" if it is not of an array; interchangeable instances share it
	Index       int
	Machine     int     // in System.Machines
	Values      []int32 // per Machine.Vars, the initial value of each register (arrays: all elements alike)
	Ends        []Holding
	Environment bool // stands for whoever uses an exported end
	At          dsl.Position
}

// Holding puts an end into a slot at the start.
type Holding struct{ Slot, Session, Role int }

// Session is a connected session that is there from the start.
type Session struct {
	Name     string // "app[1].sys", after the first role's holder
	Protocol int    // in System.Protocols
	At       dsl.Position
}

// Property is something that is checked of every system that asks for it.
type Property string

// The properties.
const (
	Deadlock           Property = "deadlock"
	Reception          Property = "reception"
	Orphan             Property = "orphan"
	Leak               Property = "leak"
	Dead               Property = "dead" // no option or case that no run takes
	Progress           Property = "progress"
	Starvation         Property = "starvation"
	Assertion          Property = "assert"  // always checked
	Always             Property = "always"  // always checked
	Timeout            Property = "timeout" // checked with deadlock: a state that only a timeout can leave
	EventuallyProperty Property = "eventually"
)

// Invariant must hold in every state.
type Invariant struct {
	Expr *Expr
	Text string // as written, with quantified names filled in
	At   dsl.Position
}

// Response is "eventually When => Then".
type Response struct {
	When, Then *Expr
	Text       string
	At         dsl.Position
}
