package session

import "github.com/protoc-os/protoc-os/dsl"

// Machine is a component lowered to finite control plus finite registers, with its sizes filled in. Stubs, checker, graphs, traces and test peers
// all work on machines. State 0 is the entry.
type Machine struct {
	Component *Component // nil for an environment made by Environment
	Name      string     // "fs.Vnode", "fs.FileServer(n=3)", "any File.client"
	External  bool
	Sizes     Env            // the values of its size parameters, and of those of the components that it starts
	Params    []MachineParam // in order of declaration, sizes left out
	Vars      []Var
	Registers int // total: each Var has Len registers from Base on
	Groups    []Group
	Slots     int // total: each Group has Len*len(Fields) slots from Base on
	States    []State
	Calls     []SubCall // the inlined calls of subs; State.Call points here
}

// SubCall is one inlined call of a sub. States whose Call is c stand in that body; a return from it is a LocalStep state of its own whose only
// edge is a Skip with Action.Name "return" or "return result".
type SubCall struct {
	Sub    *dsl.Sub
	Caller int // in Machine.Calls, -1: called from the component's body
	At     dsl.Position
}

// MachineParam is what an instance is given: an initial register value or ends.
type MachineParam struct {
	Name  string
	Var   int // index in Vars, or -1
	Group int // index in Groups, or -1
}

// Var is a model variable: one register, or Len for an array.
type Var struct {
	Name   string // as declared; hidden ones (loop counters, snapshots) start with "·"
	Type   *Type  // of the variable; the element's for an array
	Base   int
	Len    int
	Lo, Hi int32 // of each register
	Init   int32
	At     dsl.Position
}

// GroupKind tells single ends, arrays and sets apart.
type GroupKind uint8

// The kinds of Group.
const (
	Single    GroupKind = iota // one end (or the roles of a fresh session: one field per role)
	ArrayEnds                  // n ends given at the start
	SetEnds                    // up to n members that come and go
)

// Group is a named holder of ends. The slot of member i and field f is Base + i*len(Fields) + f.
type Group struct {
	Name   string
	Kind   GroupKind
	Base   int
	Len    int
	Fields []SlotField
	At     dsl.Position
}

// SlotField is one end of a member.
type SlotField struct {
	Name   string // "" unless a tuple or a fresh session
	Handle bool   // a started component's handle; then Protocol is nil
	End    *EndType
}

// StateKind says how a machine leaves a state.
type StateKind uint8

// The kinds of State.
const (
	// Local: at once, by the first edge whose guard holds, together with the step before. Edges: Assign, Assert, AbandonEnd, MoveEnd, Skip.
	LocalStep StateKind = iota
	// Waiting: by a ready option. Edges: SendMsg, ReceiveMsg, GonePeer, TimeoutOption, ElseOption, NewSession, StartChild, AddMember, ChildEnded, ChildCrashed;
	// in environments TakeCase and AbandonEnd too.
	Waiting
	// Deciding: by any edge whose guard holds. Edges: TakeCase, PickMember.
	Deciding
	// Ended: never.
	Ended
)

// State is a control point.
type State struct {
	Kind     StateKind
	Names    []string // "at" points and loops of the source that stand here
	Priority bool     // Waiting: the first ready option in order
	Site     int      // Waiting, Deciding: states with one Site are one choose or decide of the source (inlined subs share it)
	Call     int      // in Machine.Calls, the innermost inlined sub that this state stands in; -1: the component's body
	Fair     bool     // Deciding: decide fair
	Bound    int      // Deciding: decide fair(b), 0: not enforced
	Edges    []Edge
	At       dsl.Position
}

// Edge is a transition.
type Edge struct {
	Guard *Expr // nil: true
	// Optional is an environment's step that it need not take: nobody may count on it. Waiting only.
	Optional bool
	Action   Action
	Next     int
	At       dsl.Position
}

// ActionKind is what an edge does.
type ActionKind uint8

// The kinds of Action, with the fields of Action that they use.
const (
	Skip          ActionKind = iota
	Assign                   // To, Value
	Assert                   // Value
	AbandonEnd               // Slot
	MoveEnd                  // Slot to Into[0]
	SendMsg                  // Slot, Peer, Label, Args
	ReceiveMsg               // Slot, Peer, Label, Binds
	GonePeer                 // Slot, Peer
	TimeoutOption            // Rescues
	ElseOption               //
	NewSession               // Protocol, Into (one per role)
	StartChild               // Child, Args (per MachineParam; an array of ends is not allowed), Into[0] the handle if any
	AddMember                // Group, Ends (one per field) moved in, Index gets the member
	ChildEnded               // Slot
	ChildCrashed             // Slot
	TakeCase                 // Name
	PickMember               // Group, States, Index gets the member
)

// Action is the effect of an edge. Which fields are used depends on Kind.
type Action struct {
	Kind     ActionKind
	Name     string // TakeCase; of a Skip that ends a sub: "return", "return result"
	Slot     SlotRef
	Peer     int // the other role
	Label    int // index in the protocol's Labels
	Args     []Arg
	Binds    []Arg
	Into     []SlotRef
	Ends     []SlotRef
	To       VarRef
	Index    VarRef
	Value    *Expr
	Protocol *Protocol
	Child    *Machine
	Group    int
	States   []int // PickMember: local states of field 0; nil any
	Rescues  bool
}

// SlotRef names a slot. With Any it stands for every present member (at one of States), and the taken one's index goes to Bind.
type SlotRef struct {
	Group  int
	Field  int
	Index  *Expr // nil: member 0
	Any    bool
	States []int  // with Any: local states of this field's end; nil any
	Bind   VarRef // with Any
}

// VarRef names a register: Vars[Var] at Index. Var -1: nowhere.
type VarRef struct {
	Var   int
	Index *Expr // nil: element 0
}

// ArgKind is what a field of a message carries.
type ArgKind uint8

// The kinds of Arg.
const (
	Unfollowed ArgKind = iota // "_", or opaque data
	Value                     // Send: Value. Receive: into To
	Delegated                 // the end in (into) Slot
)

// Arg is a field sent or received.
type Arg struct {
	Kind  ArgKind
	Value *Expr
	To    VarRef
	Slot  SlotRef
	Name  string // Receive: the name bound in the source, for stubs; ""
}

// Op is an operator of an Expr.
type Op uint8

// The operators. Values are int32; false is 0 and true 1; an enum case is its index.
const (
	OpConst   Op = iota // N
	OpVar               // register of Vars[N], element X (nil: 0)
	OpNot               // !X
	OpNeg               // -X
	OpAnd               // X && Y
	OpOr                // X || Y
	OpEq                // X == Y
	OpNe                // X != Y
	OpLt                // X < Y
	OpLe                // X <= Y
	OpAdd               // X + Y
	OpSub               // X - Y
	OpMul               // X * Y
	OpMod               // X % Y
	OpCount             // members of Groups[N] present, at States
	OpPresent           // 1 if member X of Groups[N] is present, at States
	// The rest only in properties of a System.
	OpInstVar   // register of Vars[N] of instance I, element X
	OpInstAt    // 1 if instance I stands at one of States
	OpInstCount // members of Groups[N] of instance I at States
	OpEachLive  // 1 if X holds for every live instance of machine N; within X, instance I = -1 is the one meant
)

// Expr is an expression over the registers of one machine, or in properties of a system.
type Expr struct {
	Op     Op
	X, Y   *Expr
	N      int32
	I      int32
	States []int
}
