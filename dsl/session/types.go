package session

// Kind is the kind of a Type.
type Kind uint8

// The kinds. Bool, Enum and Range are finite: their values are 0…n-1 (Range: Lo…Hi) and the checker can follow them.
const (
	Opaque Kind = iota // uint64, string, bytes, slices, structs with opaque parts: carried, never followed
	Bool
	Enum
	Range
	Array  // of a finite element, small
	End    // an end of a channel
	Handle // of a started component
	Size   // a constant that the system gives
	Struct
)

// Type is a resolved type.
type Type struct {
	Kind   Kind
	Name   string   // as written: "uint64", "errno.Errno", "range 1..8"
	Go     string   // for Opaque: the Go type, "uint64", "[]byte", "string", "time.Duration"; else ""
	Cases  []string // Enum
	Lo, Hi int64    // Range
	Len    int      // Array
	Max    int      // Opaque: most bytes or elements; 0: fixed size
	Elem   *Type    // Array, slice
	Fields []Field  // Struct
	End    *EndType // End
	Decl   string   // package path and name of the declaration that names it; ""
}

// Field is a named part of a message or struct.
type Field struct {
	Name string
	Type *Type
}

// EndType says which end of which protocol, and where it stands.
type EndType struct {
	Protocol *Protocol
	Role     int
	States   []int // local states where it may stand, ascending; nil: anywhere
}

// Finite reports whether the checker can follow values of the type in one register.
func (t *Type) Finite() bool { return t.Kind == Bool || t.Kind == Enum || t.Kind == Range }

// Bounds returns the least and the greatest value of a finite type.
func (t *Type) Bounds() (lo, hi int64) {
	switch t.Kind {
	case Bool:
		return 0, 1
	case Enum:
		return 0, int64(len(t.Cases)) - 1
	case Range:
		return t.Lo, t.Hi
	}
	return 0, 0
}
