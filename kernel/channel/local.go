package channel

import "reflect"

// A Local is what a protocol is for one role: the machine whose walks are
// that role's legal runs. State 0 is the start. Stubs do not read it: it is
// for whoever plays a role without stubs, as a test does.
type Local struct{ States []LocalState }

// A LocalState is a point of a Local. A send and a receive may both be open.
type LocalState struct {
	Name  string // the point or loop of the source that stands here, else after what leads here
	Rest  bool   // the role that chooses next may stay silent for ever
	End   bool   // the session is over for this role
	Edges []LocalEdge
}

// A LocalEdge sends or receives a label, which says from whom and to whom.
type LocalEdge struct {
	Label uint16
	Next  int
	At    string // path:line:column of the statement
}

// A Field is a value that a message carries, as it is declared: what its Go
// type does not say. The fields of a payload are in the order of its struct.
type Field struct {
	Name   string
	Lo, Hi int64    // of a range or an enum; both 0: any value of the type
	Cases  []string // of an enum
	Fields []Field  // of a struct, or of the elements of an array or slice
}

// A Carried is an end that a message carries, and the state it stands at.
type Carried struct {
	Protocol *Protocol
	Role     uint8
	State    int
}

// Type is the struct that a message carries; nil: no values.
func (p Payload) Type() reflect.Type { return p.typ }

// QName is the name of a protocol with its package: "protocols/block.Block".
func (p *Protocol) QName() string {
	if p.Package == "" {
		return p.Name
	}
	return p.Package + "." + p.Name
}
