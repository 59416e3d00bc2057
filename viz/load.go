package viz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// loading counts what a run sent over a wiring: onto the arrows of the sessions that are there from the start, and onto arrows of its own for those
// that the run made. Who a component started counts as the box of what it may start.
type loading struct {
	drawing *systemDrawing
	at      map[string]int   // instance → node
	cables  map[cable]*cargo // by the nodes that hold the first and the second role
	order   []cable          // of the first message
	touched []int            // node → messages that it sent or received
	total   int
}

// cargo is what an arrow carried, from the first role to the second and back.
type cargo struct {
	messages, highest [2]int
	sessions          map[string]bool
}

// load lays a run over the drawing.
func (d *systemDrawing) load(t *traces.Trace) {
	l := &loading{drawing: d, at: map[string]int{}, cables: map[cable]*cargo{}, touched: make([]int, len(d.graph.Nodes))}
	for i, in := range d.system.Instances {
		l.at[in.Name] = d.of[i]
	}
	for i := range t.Events {
		switch e := &t.Events[i]; e.Kind {
		case traces.Start:
			l.start(e)
		case traces.Send, traces.Exchange:
			l.send(e)
		}
	}
	for _, c := range l.order {
		l.write(c)
	}
	for i, n := range l.touched {
		if n > 0 {
			box := &d.graph.Nodes[i]
			box.Heat = float64(n) / float64(l.total)
			box.Lines = append(slices.Clone(box.Lines), fmt.Sprintf("%.0f %% of messages", 100*box.Heat))
		}
	}
	d.graph.About += fmt.Sprintf(" A run of %d messages lies over it: how many each session carried, and the most that waited in its queues.", l.total)
}

// start finds the box of a started instance: what its parent may start, and has the parameters that it was given.
func (l *loading) start(e *traces.Event) {
	parent, ok := l.at[e.Instance]
	if !ok || e.Peer == "" {
		return
	}
	for _, s := range l.drawing.starts {
		if s.from == parent && takes(s.machine, e.Args) {
			l.at[e.Peer] = s.to
			return
		}
	}
}

// takes reports whether a machine has all parameters that a start names: "port=Port#3.clock".
func takes(m *session.Machine, args []string) bool {
	for _, a := range args {
		name, _, named := strings.Cut(a, "=")
		name, _, _ = strings.Cut(name, "[")
		if named && !slices.ContainsFunc(m.Params, func(p session.MachineParam) bool { return p.Name == name }) {
			return false
		}
	}
	return true
}

func (l *loading) send(e *traces.Event) {
	from, known := l.at[e.Instance]
	to, alsoKnown := l.at[e.Peer]
	if !known || !alsoKnown {
		return // one of the world outside
	}
	l.total++
	l.touched[from]++
	if to != from {
		l.touched[to]++
	}
	p, role, ok := l.protocol(e)
	if !ok {
		return
	}
	c := cable{from, to, p}
	if role == 1 {
		c = cable{to, from, p}
	}
	carried := l.cables[c]
	if carried == nil {
		carried = &cargo{sessions: map[string]bool{}}
		l.cables[c] = carried
		l.order = append(l.order, c)
	}
	carried.messages[role]++
	carried.highest[role] = max(carried.highest[role], e.Queue)
	carried.sessions[e.Channel] = true
}

// protocol finds the protocol of a message and the sender's role: 0 or 1. A recording names protocols without their package; one that connects the
// two boxes by an arrow comes first. Sessions of more roles have a hub, and no arrow from one to the other.
func (l *loading) protocol(e *traces.Event) (number, role int, ok bool) {
	for i, p := range l.drawing.system.Protocols {
		if p.QName() != e.Protocol && p.Name != e.Protocol || len(p.Roles) != 2 {
			continue
		}
		r := slices.Index(p.Roles, e.Role)
		if r < 0 || slices.Index(p.Roles, e.PeerRole) != 1-r {
			continue
		}
		c := cable{l.at[e.Instance], l.at[e.Peer], i}
		if r == 1 {
			c.from, c.to = c.to, c.from
		}
		if _, wired := l.drawing.arrows[c]; wired || !ok {
			number, role, ok = i, r, true
			if wired {
				break
			}
		}
	}
	return number, role, ok
}

// write puts what an arrow carried onto it, in place of its capacity.
func (l *loading) write(c cable) {
	d, p := l.drawing, l.drawing.system.Protocols[c.protocol]
	carried := l.cables[c]
	capacity := p.Capacity
	if d.system.Capacity != nil {
		capacity = d.system.Capacity[c.protocol]
	}
	var lines []string
	if carried.messages[0] > 0 {
		lines = append(lines, carried.text(0, "→ ", capacity[0][1]))
	}
	if carried.messages[1] > 0 {
		lines = append(lines, carried.text(1, "← ", capacity[1][0]))
	}
	if i, wired := d.arrows[c]; wired {
		e := &d.graph.Edges[i]
		e.Lines = append([]string{e.Lines[0]}, lines...)
		return
	}
	name := p.QName()
	if n := len(carried.sessions); n > 1 {
		name += fmt.Sprintf(" ×%d", n)
	}
	d.graph.Edges = append(d.graph.Edges, Edge{From: c.from, To: c.to, Kind: Making, Lines: append([]string{name}, lines...)})
}

// text says how many messages went one way, and how full the queue was at most.
func (c *cargo) text(role int, arrow string, capacity int) string {
	unit := " messages"
	if c.messages[role] == 1 {
		unit = " message"
	}
	text := fmt.Sprintf("%s%d%s", arrow, c.messages[role], unit)
	if capacity != 0 {
		text += ", queue " + used(capacity, c.highest[role])
	}
	return text
}
