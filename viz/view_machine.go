package viz

import (
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// MachineGraph draws a component: the points where it waits or decides, and what leads from one to the next. Steps that it takes together with the
// one before (assignments, tests) are folded into the arrow. Points from which the same can happen are one node; StateID says how to find it.
func MachineGraph(m *session.Machine) *Graph {
	d := &machineDrawing{machine: m, place: map[int]int{}}
	d.graph = &Graph{Title: m.Name, About: "The machine of component " + m.Name + ": circles wait, diamonds decide, [tests] and assignments belong to their arrow."}
	d.graph.Nodes = append(d.graph.Nodes, Node{ID: "start", Kind: Entry})
	for _, o := range d.outcomes(0, nil) {
		d.edge(0, Edge{}, o)
	}
	for len(d.open) > 0 { // breadth first, so that nodes come in the order in which a reader meets them
		s := d.open[0]
		d.open = d.open[1:]
		d.state(s)
	}
	return d.graph.merged()
}

// StateKey is the key of the node of a machine's state.
func StateKey(state int) string { return number("state ", state) }

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
	n := Node{ID: number("s", state), Title: pointName(s.Names), Keys: []string{StateKey(state), keyAt(s.At.String())}}
	for _, e := range s.Edges {
		n.Keys = append(n.Keys, keyAt(e.At.String()))
	}
	switch s.Kind {
	case session.LocalStep:
		n.Kind = Testing
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

// state adds the arrows that leave a state.
func (d *machineDrawing) state(s int) {
	from := d.place[s]
	if d.machine.States[s].Kind == session.LocalStep {
		for _, o := range d.branches(s) {
			d.edge(from, Edge{}, o)
		}
		return
	}
	for _, e := range d.machine.States[s].Edges {
		base := Edge{Kind: edgeKinds[e.Action.Kind], Keys: []string{keyAt(e.At.String())}, Lines: []string{shorten(d.action(&e.Action), mostRunes)}}
		for _, o := range d.outcomes(e.Next, nil) {
			if e.Guard != nil {
				o.tests = append(appendShown(nil, d.machine.ExprText(e.Guard)), o.tests...)
			}
			d.edge(from, base, o)
		}
	}
}

// edge adds the arrow of an action with one outcome.
func (d *machineDrawing) edge(from int, base Edge, o outcome) {
	e := base
	e.From, e.To = from, d.node(o.state)
	e.Lines = slices.Clone(base.Lines)
	if len(o.tests) > 0 {
		e.Lines = append(e.Lines, shorten("["+strings.Join(o.tests, " && ")+"]", mostRunes))
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
	text := strings.ReplaceAll(strings.TrimPrefix(d.machine.ActionText(a), "case "), hidden, "")
	if from, to := strings.Index(text, " at {"), strings.Index(text, "}]"); from >= 0 && to > from { // members at any of several points
		text = text[:from] + text[to+1:]
	}
	return text
}
