package viz

import (
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// MachineGraph draws a component: the points where it waits or decides, and what leads from one to the next. Steps that it takes together with the
// one before (assignments, tests) are folded into the arrow. A node's ID is "s" and the number of the machine's state.
func MachineGraph(m *session.Machine) *Graph {
	d := &machineDrawing{machine: m, place: map[int]int{}}
	d.graph = &Graph{Title: m.Name, About: "The machine of component " + m.Name + ": circles wait, diamonds decide, [tests] and assignments belong to their arrow."}
	d.graph.Nodes = append(d.graph.Nodes, Node{ID: "start", Kind: Entry})
	for _, o := range d.outcomes(0) {
		d.edge(0, nil, Edge{Kind: Plain}, o)
	}
	for len(d.open) > 0 { // breadth first, so that nodes come in the order in which a reader meets them
		s := d.open[0]
		d.open = d.open[1:]
		d.state(s)
	}
	return d.graph
}

// StateID is the ID of the node of a machine's state.
func StateID(state int) string { return number("s", state) }

type machineDrawing struct {
	machine *session.Machine
	graph   *Graph
	place   map[int]int // state → node
	open    []int
}

func (d *machineDrawing) node(state int) int {
	if at, ok := d.place[state]; ok {
		return at
	}
	s := &d.machine.States[state]
	n := Node{ID: StateID(state), Title: pointName(s.Names), Keys: []string{keyAt(s.At.String())}}
	for _, e := range s.Edges {
		n.Keys = append(n.Keys, keyAt(e.At.String()))
	}
	switch s.Kind {
	case session.Ended:
		n.Kind = Final
	case session.Deciding:
		n.Kind = Deciding
		if s.Fair && s.Bound > 0 {
			n.Lines = append(n.Lines, number("fair(", s.Bound)+")")
		} else if s.Fair {
			n.Lines = append(n.Lines, "fair")
		}
	case session.Waiting:
		if s.Priority {
			n.Lines = append(n.Lines, "priority")
		}
	}
	d.graph.Nodes = append(d.graph.Nodes, n)
	d.place[state] = len(d.graph.Nodes) - 1
	d.open = append(d.open, state)
	return d.place[state]
}

func (d *machineDrawing) state(s int) {
	from := d.place[s]
	for _, e := range d.machine.States[s].Edges {
		base := Edge{Kind: edgeKinds[e.Action.Kind], Keys: []string{keyAt(e.At.String())}, Lines: []string{shorten(d.action(&e.Action), mostRunes)}}
		var when []string
		if e.Guard != nil {
			when = appendShown(nil, d.machine.ExprText(e.Guard))
		}
		for _, o := range d.outcomes(e.Next) {
			d.edge(from, when, base, o)
		}
	}
}

// edge adds the arrow of an action with one outcome.
func (d *machineDrawing) edge(from int, when []string, base Edge, o outcome) {
	e := base
	e.From, e.To = from, d.node(o.state)
	e.Lines = slices.Clone(base.Lines)
	if tests := append(slices.Clone(when), o.tests...); len(tests) > 0 {
		e.Lines = append(e.Lines, shorten("["+strings.Join(tests, " && ")+"]", mostRunes))
	}
	if len(o.effects) > 0 {
		e.Lines = append(e.Lines, shorten(strings.Join(o.effects, ", "), mostRunes))
	}
	d.graph.Edges = append(d.graph.Edges, e)
}

// edgeKinds are the kinds of arrows of what a machine does.
var edgeKinds = map[session.ActionKind]EdgeKind{session.SendMsg: Sending, session.ReceiveMsg: Receiving, session.GonePeer: Failing, session.TimeoutOption: Timing,
	session.ElseOption: Timing, session.NewSession: Making, session.StartChild: Making, session.AddMember: Making, session.ChildEnded: Receiving,
	session.ChildCrashed: Failing, session.TakeCase: Choosing, session.PickMember: Choosing}

// hidden marks the names of variables that lowering made: a reader of the source does not know them.
const hidden = "·"

// action writes a step as the source has it.
func (d *machineDrawing) action(a *session.Action) string {
	return strings.ReplaceAll(strings.TrimPrefix(d.machine.ActionText(a), "case "), hidden, "")
}
