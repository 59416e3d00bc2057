package viz

import (
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// MachineGraph draws a component: the points where it waits or decides, and what leads from one to the next. Steps that it takes together with the
// one before (assignments, tests) are folded into the arrow. A node's ID is "s" and the number of the machine's state.
func MachineGraph(m *session.Machine) *Graph {
	d := &machineDrawing{machine: m, text: expression{m}, place: map[int]int{}}
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
	text    expression
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
		kind, text := d.action(&e.Action)
		base := Edge{Kind: kind, Keys: []string{keyAt(e.At.String())}}
		var when []string
		if e.Guard != nil {
			if g := d.text.text(e.Guard); !strings.Contains(g, hidden) {
				when = []string{g}
			}
		}
		base.Lines = []string{shorten(text, mostRunes)}
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

// action returns the kind and the words of a step, as the source has it.
func (d *machineDrawing) action(a *session.Action) (EdgeKind, string) {
	switch a.Kind {
	case session.SendMsg:
		return Sending, d.end(a) + " <- " + d.label(a)
	case session.ReceiveMsg:
		return Receiving, d.label(a) + " <- " + d.end(a)
	case session.GonePeer:
		return Failing, "gone <- " + d.end(a)
	case session.TimeoutOption:
		if a.Rescues {
			return Timing, "timeout rescues"
		}
		return Timing, "timeout"
	case session.ElseOption:
		return Timing, "else"
	case session.NewSession:
		return Making, "new " + a.Protocol.QName()
	case session.StartChild:
		return Making, "start " + a.Child.Name
	case session.AddMember:
		return Making, d.machine.Groups[a.Group].Name + " add"
	case session.ChildEnded:
		return Receiving, "Ended() <- " + d.text.slot(a.Slot)
	case session.ChildCrashed:
		return Failing, "Crashed() <- " + d.text.slot(a.Slot)
	case session.TakeCase:
		return Choosing, a.Name
	case session.PickMember:
		return Choosing, "a member of " + d.machine.Groups[a.Group].Name
	}
	return Plain, ""
}

// end names the end that a message goes over, with the peer where the protocol has more than one.
func (d *machineDrawing) end(a *session.Action) string {
	s := d.text.slot(a.Slot)
	if f := d.text.field(a.Slot); f.End != nil && len(f.End.Protocol.Roles) > 2 {
		s += "." + f.End.Protocol.Roles[a.Peer]
	}
	return s
}

func (d *machineDrawing) label(a *session.Action) string {
	f := d.text.field(a.Slot)
	if f.End == nil {
		panic("viz: a message over a slot without a protocol in " + d.machine.Name)
	}
	return labelText(f.End.Protocol.Labels[a.Label])
}
