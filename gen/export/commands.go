// Package export writes a System for other checkers: Promela for SPIN, TLA+ for TLC. In comes a session.System; out comes a model with the same
// steps, so that both find the same states and give the same verdicts.
//
//	System → guarded commands (a Model: small integers, and per component rules that are taken at once) → Promela, TLA+
//
// The guarded commands are Dijkstra's ("Guarded commands, nondeterminacy and formal derivation of programs", 1975). A rule is one step of the checker:
// a channel operation with the local steps after it. What the model holds is what the checker's states hold: data that nothing depends on is
// left out, variables that nobody reads any more are reset.
//
// What is judged is what a state shows: that nothing can move although somebody should, that a message is waiting which its receiver will
// never take, that an assertion, a range or an invariant fails. Partial deadlocks, orphans and leaks are about what no continuation does; a model
// leaves them out, and says so at its top.
package export

// Model is a system as guarded commands. It is not changed after it is made.
type Model struct {
	Name      string
	Notes     []string // what it stands for, and what it does not judge
	Vars      []*Var
	Processes []*Process // one per component, and one for faults
	Bad       []*Bad
	Start     *Fail // the first step fails already: nil if it does not
}

// Var is an integer or an array of them.
type Var struct {
	Name    string
	Len     int   // 1 for a plain one
	Lo, Hi  int64 // of each cell
	Array   bool
	Init    []int64
	Scratch bool // means nothing between two steps, where it is 0
	Says    string
}

// Process is a component with its rules.
type Process struct {
	Name  string
	Says  string
	Rules []*Rule
}

// RuleKind says what a rule counts for.
type RuleKind uint8

// The kinds of Rule.
const (
	Step    RuleKind = iota
	Timeout          // rescues nobody: a state that nothing else leaves is a deadlock
	Fault            // comes from outside: a state that nothing else leaves is a deadlock
)

// Rule is a step: when Guard holds, Body may be run, at once.
type Rule struct {
	Says  string
	Kind  RuleKind
	Guard *Expr
	Body  *Block
}

// Bad is a state that must not be reached.
type Bad struct {
	Kind Failure
	Says string
	When *Expr // of Deadlock: that somebody waits; it counts where no rule can be taken
}

// Failure is what goes wrong.
type Failure uint8

// The failures.
const (
	Deadlock Failure = iota
	Reception
	Assertion
	Range
	Always
	failures
)

var failureNames = [failures]string{"deadlock", "reception", "assertion", "range", "always"}

func (f Failure) String() string { return failureNames[f] }

// Block is statements in order.
type Block struct{ Stmts []Stmt }

// Stmt is *Set, *If, *While or *Fail.
type Stmt interface{ stmt() }

// Set gives a cell a value.
type Set struct {
	Var   *Var
	Index *Expr // nil: 0
	Value *Expr
}

// If runs one of two blocks; Else may be empty.
type If struct {
	Cond       *Expr
	Then, Else *Block
}

// While runs a block as long as a condition holds. It ends: local steps do.
type While struct {
	Cond *Expr
	Body *Block
}

// Fail ends the run with a violation: nothing of the step happens after it.
type Fail struct {
	Kind Failure
	Says string
}

func (*Set) stmt()   {}
func (*If) stmt()    {}
func (*While) stmt() {}
func (*Fail) stmt()  {}

// Op is an operator of an Expr.
type Op uint8

// The operators; truth is 0 or 1.
const (
	Const Op = iota // N
	Cell            // Var at X (nil: 0)
	Not
	And // does not look at Y if X is false
	Or  // does not look at Y if X is true
	Eq
	Ne
	Lt
	Le
	Add
	Sub
	Mul
	Div // of what is not negative
	Mod // truncated, as in Go and C
	In  // X is one of Of
)

// Expr is an expression over the cells.
type Expr struct {
	Op   Op
	X, Y *Expr
	N    int64
	Var  *Var
	Of   []int64
}

func num(n int64) *Expr { return &Expr{Op: Const, N: n} }

var yes, no = num(1), num(0)

func truth(b bool) *Expr {
	if b {
		return yes
	}
	return no
}

func (e *Expr) is(n int64) bool { return e.Op == Const && e.N == n }

func cell(v *Var, index *Expr) *Expr { return &Expr{Op: Cell, Var: v, X: index} }

func binary(op Op, x, y *Expr) *Expr {
	if x.Op == Const && y.Op == Const && op != Mod && op != Div {
		return num(apply(op, x.N, y.N))
	}
	return &Expr{Op: op, X: x, Y: y}
}

func eq(x *Expr, n int64) *Expr { return binary(Eq, x, num(n)) }
func ne(x *Expr, n int64) *Expr { return binary(Ne, x, num(n)) }

func not(x *Expr) *Expr {
	switch {
	case x.Op == Const:
		return truth(x.N == 0)
	case x.Op == Not:
		return x.X
	case x.Op == Eq:
		return &Expr{Op: Ne, X: x.X, Y: x.Y}
	case x.Op == Ne:
		return &Expr{Op: Eq, X: x.X, Y: x.Y}
	}
	return &Expr{Op: Not, X: x}
}

// and and or leave out what is known.
func and(all ...*Expr) *Expr {
	out := yes
	for _, x := range all {
		switch {
		case out.is(0) || x.is(1):
		case out.is(1) || x.is(0):
			out = x
		default:
			out = &Expr{Op: And, X: out, Y: x}
		}
	}
	return out
}

func or(all ...*Expr) *Expr {
	out := no
	for _, x := range all {
		switch {
		case out.is(1) || x.is(0):
		case out.is(0) || x.is(1):
			out = x
		default:
			out = &Expr{Op: Or, X: out, Y: x}
		}
	}
	return out
}

// in is whether x is one of a few values.
func in(x *Expr, of []int64) *Expr {
	switch {
	case len(of) == 0:
		return no
	case len(of) == 1:
		return eq(x, of[0])
	case x.Op == Const:
		for _, n := range of {
			if n == x.N {
				return yes
			}
		}
		return no
	}
	return &Expr{Op: In, X: x, Of: of}
}

func apply(op Op, x, y int64) int64 {
	is := func(b bool) int64 {
		if b {
			return 1
		}
		return 0
	}
	switch op {
	case Eq:
		return is(x == y)
	case Ne:
		return is(x != y)
	case Lt:
		return is(x < y)
	case Le:
		return is(x <= y)
	case Add:
		return x + y
	case Sub:
		return x - y
	case Mul:
		return x * y
	case Div:
		return x / y
	case Mod:
		return x % y
	}
	panic("export: no such binary operator")
}
