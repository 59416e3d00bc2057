package dsl

// This file is the syntax tree: what a parser builds and everybody else reads. Nobody writes into a tree
// after Parse has returned it. Every node knows the bytes of the source that it covers.

// Span is a half-open range of byte offsets in one source file.
type Span struct{ Start, End int }

// Range returns the span itself, so that every node is a Node.
func (s Span) Range() Span { return s }

// Node is any part of the tree.
type Node interface{ Range() Span }

// File is one parsed source file. Bad parts are left out of the tree and reported by Parse.
type File struct {
	Span
	Source   *Source
	Package  *Ident // nil if the clause is missing
	Imports  []*Import
	Decls    []Decl     // in source order
	Comments []*Comment // in source order; the formatter puts them back
}

// Comment is one // or /* */ comment, with its delimiters.
type Comment struct {
	Span
	Text string
}

// Ident is a name as it was written.
type Ident struct {
	Span
	Name string
}

// QName is a name, possibly of another package: Errno or errno.Errno.
type QName struct {
	Span
	Package *Ident // nil for a name of this package
	Name    *Ident
}

// Import names another package by its folder below the module root.
type Import struct {
	Span
	Alias    *Ident // nil: the package's own name
	Path     string
	PathSpan Span
}

// Decl is a declaration: Const, Enum, Struct, TypeDecl, Protocol, Component, System or Expect.
type Decl interface {
	Node
	declName() *Ident // nil for Expect
}

type (
	// Const names a number.
	Const struct {
		Span
		Name  *Ident
		Value Expr
	}
	// Enum is a finite type of named cases.
	Enum struct {
		Span
		Name  *Ident
		Cases []*Ident
	}
	// Struct is a record of message data.
	Struct struct {
		Span
		Name   *Ident
		Fields []*Field
	}
	// TypeDecl gives a type a name.
	TypeDecl struct {
		Span
		Name *Ident
		Type Type
	}
	// Expect says that its package must fail with a diagnostic of that code.
	Expect struct {
		Span
		Code *Ident
	}
)

// Field is a named part of a message or struct, or a parameter.
type Field struct {
	Span
	Name *Ident
	Type Type
}

// Type is a type expression.
type Type interface {
	Node
	typeNode()
}

type (
	// NamedType is a builtin ("bool", "uint64", "size", "handle", "duration", …), an enum, struct or named type.
	NamedType struct {
		Span
		Name *QName
		Max  Expr // "string max n", "bytes max n"; else nil
	}
	// RangeType is "range lo..hi", both included.
	RangeType struct {
		Span
		Lo, Hi Expr
	}
	// ArrayType is "[n]elem".
	ArrayType struct {
		Span
		Len  Expr
		Elem Type
	}
	// SliceType is "[]elem max n".
	SliceType struct {
		Span
		Elem Type
		Max  Expr
	}
	// SetType is "set[n] of elem", elem an EndType or TupleType.
	SetType struct {
		Span
		Len  Expr
		Elem Type
	}
	// TupleType is "{cmd Vctl.fs, evt Vevt.fs}".
	TupleType struct {
		Span
		Fields []*Field
	}
	// EndType is "Protocol.role at point": the end that role holds.
	EndType struct {
		Span
		Protocol *QName
		Role     *Ident
		At       []*Ident // nil: at the protocol's start (as a field or parameter), anywhere (as a var)
	}
)

// Expr is an expression over constants and model variables.
type Expr interface {
	Node
	exprNode()
}

type (
	// Name is a variable, constant, parameter, enum case, true or false.
	Name struct {
		Span
		Name string
	}
	// Number is an integer literal.
	Number struct {
		Span
		Value int64
	}
	// Wild is "_".
	Wild struct{ Span }
	// Select is "x.name": a case of an enum, an imported name, a variable of an instance (in properties).
	Select struct {
		Span
		X    Expr
		Name *Ident
	}
	// Index is "x[i]", or "x[i at points]" where an end is named.
	Index struct {
		Span
		X  Expr
		I  Expr
		At []*Ident
	}
	// Unary is "!x" or "-x".
	Unary struct {
		Span
		Op string
		X  Expr
	}
	// Binary is "x op y".
	Binary struct {
		Span
		Op   string
		X, Y Expr
	}
	// Call is "f(args)": count, full, empty, or a sub.
	Call struct {
		Span
		Fun  *Ident
		Args []Expr
	}
	// At is "x at point": inside count(s at p), and in properties "app[i] at waiting".
	At struct {
		Span
		X      Expr
		Points []*Ident
	}
	// Tuple is "{a, b}", the argument of add.
	Tuple struct {
		Span
		Elems []Expr
	}
)

// An end of a channel is written as an expression: a Name, Index or Select.

// Protocol declares a global type, or local types role by role.
type Protocol struct {
	Span
	Name     *Ident
	Roles    []*Ident
	Capacity []*Capacity // nil: the default, 1 everywhere
	Body     *Steps      // nil if given by roles
	ByRole   []*RoleBlock
}

// Capacity is one entry of a capacity clause.
type Capacity struct {
	Span
	Value    Expr   // nil for "?"
	From, To *Ident // nil: every direction
}

// RoleBlock is the local type of one role.
type RoleBlock struct {
	Span
	Role *Ident
	Body *Steps
}

// Steps is a block of protocol steps.
type Steps struct {
	Span
	List []Step
}

// Step is a step of a protocol.
type Step interface {
	Node
	stepNode()
}

type (
	// Interaction is "from -> to: Label(fields)".
	Interaction struct {
		Span
		From, To *Ident
		Label    *Ident
		Fields   []*Field
	}
	// Branch is "choose role { option … }".
	Branch struct {
		Span
		Role    *Ident // nil in a role block
		Options []*BranchOption
	}
	// BranchOption is one option of a Branch.
	BranchOption struct {
		Span
		First *Interaction
		Rest  *Steps
	}
	// Repeat is "loop rest name { … }".
	Repeat struct {
		Span
		Rest bool
		Name *Ident
		Body *Steps
	}
	// Jump is "continue", "break", "goto" (Word) with an optional target, or "end".
	Jump struct {
		Span
		Word   string
		Target *Ident
	}
	// Point is "at name:".
	Point struct {
		Span
		Name *Ident
	}
	// Do is "do Other(roles)".
	Do struct {
		Span
		Protocol *QName
		Roles    []*Ident
	}
	// Par is "par { … } and { … }".
	Par struct {
		Span
		Branches []*Steps
	}
)

// Component declares how one thread interleaves the ends that it holds.
type Component struct {
	Span
	External bool
	Name     *Ident
	Params   []*Field
	Vars     []*Var
	Subs     []*Sub
	Body     *Block
}

// Var is a model variable or a holder of ends.
type Var struct {
	Span
	Name *Ident
	Type Type
	Init Expr // nil: false, the first case, the least number; no end
}

// Sub is a non-recursive procedure, inlined.
type Sub struct {
	Span
	Name   *Ident
	Params []*Ident
	Body   *Block
}

// Block is a list of statements.
type Block struct {
	Span
	List []Stmt
}

// Stmt is a statement of a component.
type Stmt interface {
	Node
	stmtNode()
}

type (
	// Send is "to <- Label(args)".
	Send struct {
		Span
		To    Expr
		Label *Ident
		Args  []Expr
	}
	// Receive is "Label(binds) <- from"; Ended() and Crashed() from a handle.
	Receive struct {
		Span
		Label *Ident
		Binds []Expr
		From  Expr
	}
	// Gone is "gone <- from", only in an option.
	Gone struct {
		Span
		From Expr
	}
	// Timeout is "timeout" or "timeout rescues", only in an option.
	Timeout struct {
		Span
		Rescues bool
	}
	// Otherwise is "else", only in an option.
	Otherwise struct{ Span }
	// New is "new Protocol as name".
	New struct {
		Span
		Protocol *QName
		As       *Ident
	}
	// Start is "start Component(args) as handle".
	Start struct {
		Span
		Component *QName
		Args      []Expr
		As        Expr // nil: nobody watches
	}
	// Add is "set add end as i" or "set add {a, b} as i".
	Add struct {
		Span
		Set *Ident
		End Expr
		As  *Ident
	}
	// Abandon is "abandon end".
	Abandon struct {
		Span
		End Expr
	}
	// Assign is "x = e" or "x[i] = e".
	Assign struct {
		Span
		To    Expr
		Value Expr
	}
	// CallStmt calls a sub.
	CallStmt struct {
		Span
		Call *Call
	}
	// Choose waits until an option is ready and takes it.
	Choose struct {
		Span
		Priority bool
		Options  []*Option
	}
	// Option is one option of a Choose. Act is a Send, Receive, Gone, Timeout, Otherwise, New, Start or Add.
	Option struct {
		Span
		When Expr
		Act  Stmt
		Body *Block
	}
	// Decide is the component's own decision.
	Decide struct {
		Span
		Fair  bool
		Bound Expr // fair(b); nil: nobody enforces it
		Cases []*DecideCase
	}
	// DecideCase is one case of a Decide.
	DecideCase struct {
		Span
		Name *Ident
		When Expr
		Body *Block
	}
	// Pick is "decide i in s at points { … }".
	Pick struct {
		Span
		Name *Ident
		In   Expr
		At   []*Ident
		Body *Block
	}
	// Loop repeats; Upto bounds the rounds.
	Loop struct {
		Span
		Name *Ident
		Upto Expr
		Body *Block
	}
	// For visits members or a range of numbers.
	For struct {
		Span
		Name *Ident
		In   Expr // the set or array; or nil and Lo, Hi
		At   []*Ident
		Lo   Expr
		Hi   Expr
		Body *Block
	}
	// If is a branch on model variables or on the result of a sub.
	If struct {
		Span
		Cond Expr
		Then *Block
		Else *Block // an else-if is a Block of one If
	}
	// Switch branches on a finite value or on the result of a sub.
	Switch struct {
		Span
		Subject Expr
		Cases   []*SwitchCase
		Else    *Block
	}
	// SwitchCase is one case of a Switch.
	SwitchCase struct {
		Span
		Values []Expr
		Body   *Block
	}
	// OnGone adds a gone option to every wait and send of a block.
	OnGone struct {
		Span
		End     Expr
		Handler *Block
		Body    *Block
	}
	// Assert claims something of the model variables.
	Assert struct {
		Span
		Cond Expr
	}
	// Label is "at name:", a named control point.
	Label struct {
		Span
		Name *Ident
	}
	// Leave is "break", "continue" (Word) with an optional target, "return" with an optional result, or "end".
	Leave struct {
		Span
		Word   string
		Target *Ident
	}
)

// System declares a composition.
type System struct {
	Span
	Name  *Ident
	Items []Item
}

// Item is a part of a system.
type Item interface {
	Node
	itemNode()
}

type (
	// Param is "param n check 3 run 64".
	Param struct {
		Span
		Name  *Ident
		Check Expr
		Run   Expr // nil: as Check
	}
	// Instance is "name [n]Component(arg = v)", or with Use another system as a part.
	Instance struct {
		Span
		Use  bool
		Name *Ident
		Len  Expr // nil: one
		Type *QName
		Args []*NamedArg
	}
	// NamedArg is "name = expr".
	NamedArg struct {
		Span
		Name  *Ident
		Value Expr
	}
	// Connect gives each role of a session its holder. A value is an end: Name, Index or Select.
	Connect struct {
		Span
		Protocol *QName
		Ends     []*NamedArg
		For      []*Quantifier
	}
	// Export leaves an end to whoever uses the system.
	Export struct {
		Span
		Name *Ident
		End  Expr
	}
	// Limit bounds live sessions of a protocol or live instances of a component.
	Limit struct {
		Span
		What *QName
		Most Expr
	}
	// Faults lists the instances that may crash.
	Faults struct {
		Span
		Crash []*Ident
		Most  Expr // nil: 1
	}
	// Check lists the properties to check.
	Check struct {
		Span
		Properties []*Ident
	}
	// Always is an invariant.
	Always struct {
		Span
		Cond Expr
		For  []*Quantifier
	}
	// Eventually is "eventually P => Q".
	Eventually struct {
		Span
		When, Then Expr
		For        []*Quantifier
	}
	// ExpectVerdict is what the check of this system must find.
	ExpectVerdict struct {
		Span
		What *Ident // ok, a property or a code
	}
	// Quantifier is "for i in app" or "for i in lo..hi"; in always also "for v in Component".
	Quantifier struct {
		Span
		Name   *Ident
		In     *QName // an array of instances, or a component
		Lo, Hi Expr
	}
)

func (d *Const) declName() *Ident     { return d.Name }
func (d *Enum) declName() *Ident      { return d.Name }
func (d *Struct) declName() *Ident    { return d.Name }
func (d *TypeDecl) declName() *Ident  { return d.Name }
func (d *Protocol) declName() *Ident  { return d.Name }
func (d *Component) declName() *Ident { return d.Name }
func (d *System) declName() *Ident    { return d.Name }
func (d *Expect) declName() *Ident    { return nil }

// NameOf returns the name that d declares, nil for an Expect.
func NameOf(d Decl) *Ident { return d.declName() }

func (*NamedType) typeNode() {}
func (*RangeType) typeNode() {}
func (*ArrayType) typeNode() {}
func (*SliceType) typeNode() {}
func (*SetType) typeNode()   {}
func (*TupleType) typeNode() {}
func (*EndType) typeNode()   {}

func (*Name) exprNode()   {}
func (*Number) exprNode() {}
func (*Wild) exprNode()   {}
func (*Select) exprNode() {}
func (*Index) exprNode()  {}
func (*Unary) exprNode()  {}
func (*Binary) exprNode() {}
func (*Call) exprNode()   {}
func (*At) exprNode()     {}
func (*Tuple) exprNode()  {}

func (*Interaction) stepNode() {}
func (*Branch) stepNode()      {}
func (*Repeat) stepNode()      {}
func (*Jump) stepNode()        {}
func (*Point) stepNode()       {}
func (*Do) stepNode()          {}
func (*Par) stepNode()         {}

func (*Send) stmtNode()      {}
func (*Receive) stmtNode()   {}
func (*Gone) stmtNode()      {}
func (*Timeout) stmtNode()   {}
func (*Otherwise) stmtNode() {}
func (*New) stmtNode()       {}
func (*Start) stmtNode()     {}
func (*Add) stmtNode()       {}
func (*Abandon) stmtNode()   {}
func (*Assign) stmtNode()    {}
func (*CallStmt) stmtNode()  {}
func (*Choose) stmtNode()    {}
func (*Decide) stmtNode()    {}
func (*Pick) stmtNode()      {}
func (*Loop) stmtNode()      {}
func (*For) stmtNode()       {}
func (*If) stmtNode()        {}
func (*Switch) stmtNode()    {}
func (*OnGone) stmtNode()    {}
func (*Assert) stmtNode()    {}
func (*Label) stmtNode()     {}
func (*Leave) stmtNode()     {}

func (*Param) itemNode()         {}
func (*Instance) itemNode()      {}
func (*Connect) itemNode()       {}
func (*Export) itemNode()        {}
func (*Limit) itemNode()         {}
func (*Faults) itemNode()        {}
func (*Check) itemNode()         {}
func (*Always) itemNode()        {}
func (*Eventually) itemNode()    {}
func (*ExpectVerdict) itemNode() {}
