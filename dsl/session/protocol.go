package session

import "github.com/protoc-os/protoc-os/dsl"

// Protocol is a well-formed protocol: its labels, its capacities and one Local machine per role.
type Protocol struct {
	Package *Package
	Name    string
	Roles   []string
	// Capacity[from][to] is the capacity of that queue; AskCapacity where the source says "?".
	Capacity [][]int
	Labels   []*Label // in order of appearance
	Locals   []*Local // one per role
	Decl     *dsl.Protocol
	At       dsl.Position
}

// AskCapacity stands for "capacity ?".
const AskCapacity = -1

// Label is a kind of message of one protocol.
type Label struct {
	Name   string
	Index  int // in Protocol.Labels
	Fields []Field
	At     dsl.Position
}

// Local is the local type of one role as a deterministic machine; state 0 is the start.
type Local struct {
	Protocol *Protocol
	Role     int
	States   []LocalState
}

// LocalState is a point of a Local machine.
type LocalState struct {
	Names []string // the points and loops named in the source that stand here
	Rest  bool     // the role that chooses next may stay silent for ever
	End   bool     // the session is over for this role; no edges
	Edges []LocalEdge
	At    dsl.Position
}

// LocalEdge sends Label to Peer or receives it from Peer.
type LocalEdge struct {
	Send  bool
	Peer  int
	Label int
	Next  int
	At    dsl.Position
}

// StateNamed returns the states of l that carry the name of a point or loop.
func (l *Local) StateNamed(name string) []int {
	var found []int
	for i, s := range l.States {
		for _, n := range s.Names {
			if n == name {
				found = append(found, i)
				break
			}
		}
	}
	return found
}

// Edge returns the edge of state s that sends (or receives) the label to (from) peer, nil if there is none.
func (l *Local) Edge(s int, send bool, peer, label int) *LocalEdge {
	for i := range l.States[s].Edges {
		e := &l.States[s].Edges[i]
		if e.Send == send && e.Peer == peer && e.Label == label {
			return e
		}
	}
	return nil
}

// LabelNamed returns the label of that name, nil if the protocol has none.
func (p *Protocol) LabelNamed(name string) *Label {
	for _, l := range p.Labels {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// RoleNamed returns the index of a role, -1 if the protocol has none of that name.
func (p *Protocol) RoleNamed(name string) int {
	for i, r := range p.Roles {
		if r == name {
			return i
		}
	}
	return -1
}

// QName returns the name with its package: "block.Block".
func (p *Protocol) QName() string { return p.Package.Name + "." + p.Name }
