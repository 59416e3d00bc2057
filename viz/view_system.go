package viz

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Occupancy is the highest number of messages that a queue held, as a check or a run found it.
type Occupancy struct {
	Channel  string // session
	From, To string // roles, or the instances that hold them
	Highest  int
}

// SystemOptions say how a wiring is drawn.
type SystemOptions struct {
	Occupancy []Occupancy
	Unfold    bool          // draw each instance of an array
	Load      *traces.Trace // a run whose messages are counted on the arrows; nil: none
}

// SystemGraph draws a wiring: instances, and per session an arrow from the holder of the first role to that of the second with protocol and
// capacities. Instances of an array are one box, unless Unfold is set. Components that others start are dashed.
func SystemGraph(s *session.System, o SystemOptions) *Graph {
	d := &systemDrawing{system: s, options: o, of: make([]int, len(s.Instances)), holders: make([][]holder, len(s.Sessions)), arrows: map[cable]int{}}
	name := "system"
	if s.Decl != nil {
		name = s.Decl.QName()
	}
	d.graph = &Graph{Title: name, About: "The wiring of system " + name + ": boxes are instances of components, arrows are sessions with protocol and capacity."}
	d.boxes()
	d.cables()
	d.startable()
	if o.Load != nil {
		d.load(o.Load)
	}
	return d.graph
}

type systemDrawing struct {
	system  *session.System
	options SystemOptions
	graph   *Graph
	of      []int // instance → node
	holders [][]holder
	arrows  map[cable]int // in graph.Edges
	starts  []starting
}

// starting is that a box may start another.
type starting struct {
	from, to int
	machine  *session.Machine
}

// holder holds a role of a session.
type holder struct{ role, instance int }

// boxes adds a node per instance, or per array.
func (d *systemDrawing) boxes() {
	counts := map[string]int{}
	for _, in := range d.system.Instances {
		counts[in.Array]++
	}
	arrays := map[string]int{}
	for i, in := range d.system.Instances {
		for _, h := range in.Ends {
			d.holders[h.Session] = append(d.holders[h.Session], holder{h.Role, i})
		}
		folded := in.Array != "" && counts[in.Array] > 1 && !d.options.Unfold
		if at, ok := arrays[in.Array]; ok && folded {
			d.of[i] = at
			d.graph.Nodes[at].Keys = append(d.graph.Nodes[at].Keys, keyInstance(in.Name))
			continue
		}
		n := d.box(i)
		if folded {
			n.Title = fmt.Sprintf("%s ×%d", in.Array, counts[in.Array])
			arrays[in.Array] = len(d.graph.Nodes)
		}
		d.of[i] = len(d.graph.Nodes)
		d.graph.Nodes = append(d.graph.Nodes, n)
	}
	for _, h := range d.holders {
		slices.SortStableFunc(h, func(a, b holder) int { return a.role - b.role })
	}
}

func (d *systemDrawing) box(i int) Node {
	in := &d.system.Instances[i]
	machine := d.system.Machines[in.Machine]
	n := Node{ID: number("i", i), Title: in.Name, Lines: []string{shorten(machine.Name, mostRunes)}, Kind: Component, Keys: []string{keyInstance(in.Name)}}
	switch {
	case in.Environment:
		n.Kind = Surrounding
	case machine.External:
		n.Kind = Outside
	}
	if dot := strings.LastIndexByte(in.Name, '.'); dot >= 0 {
		n.Group = in.Name[:dot]
	}
	return n
}

// cable is what one arrow stands for: sessions of one protocol between the same two boxes.
type cable struct{ from, to, protocol int }

// cables adds the arrows. A session of more than two roles gets a hub with an arrow to it from the first role and one from it to each other.
func (d *systemDrawing) cables() {
	var order []cable
	sessions := map[cable][]int{}
	for i, s := range d.system.Sessions {
		held := d.holders[i]
		switch {
		case len(held) == 2 && len(d.system.Protocols[s.Protocol].Roles) == 2:
			c := cable{d.of[held[0].instance], d.of[held[1].instance], s.Protocol}
			if sessions[c] == nil {
				order = append(order, c)
			}
			sessions[c] = append(sessions[c], i)
		default:
			d.hub(i)
		}
	}
	for _, c := range order {
		p := d.system.Protocols[c.protocol]
		e := Edge{From: c.from, To: c.to, Lines: []string{p.QName()}}
		if n := len(sessions[c]); n > 1 {
			e.Lines[0] += fmt.Sprintf(" ×%d", n)
		}
		e.Lines = append(e.Lines, d.capacity(p, sessions[c]))
		for _, i := range sessions[c] {
			e.Keys = append(e.Keys, keySession(d.system.Sessions[i].Name))
		}
		d.arrows[c] = len(d.graph.Edges)
		d.graph.Edges = append(d.graph.Edges, e)
	}
}

func (d *systemDrawing) hub(i int) {
	s := d.system.Sessions[i]
	p := d.system.Protocols[s.Protocol]
	hub := len(d.graph.Nodes)
	key := []string{keySession(s.Name)}
	d.graph.Nodes = append(d.graph.Nodes, Node{ID: number("session", i), Title: p.QName(), Kind: Hub, Keys: key})
	for _, h := range d.holders[i] {
		e := Edge{From: hub, To: d.of[h.instance], Lines: []string{p.Roles[h.role]}, Keys: key}
		if h.role == 0 {
			e.From, e.To = e.To, e.From
		}
		d.graph.Edges = append(d.graph.Edges, e)
	}
}

// capacity says how many messages each queue of a session of two roles holds, and how many it held at most where that is known.
func (d *systemDrawing) capacity(p *session.Protocol, sessions []int) string {
	capacity := p.Capacity
	if d.system.Capacity != nil {
		capacity = d.system.Capacity[d.system.Sessions[sessions[0]].Protocol]
	}
	forth, forthUsed := capacity[0][1], d.highest(sessions, p, 0, 1)
	back, backUsed := capacity[1][0], d.highest(sessions, p, 1, 0)
	if forthUsed < 0 && backUsed < 0 && forth == back {
		return capacityText(forth)
	}
	return "→ " + used(forth, forthUsed) + "   ← " + used(back, backUsed)
}

func capacityText(n int) string {
	switch n {
	case 0:
		return "rendezvous"
	case session.AskCapacity:
		return "capacity ?"
	}
	return "capacity " + strconv.Itoa(n)
}

func used(capacity, highest int) string {
	size := strconv.Itoa(capacity)
	if capacity == session.AskCapacity {
		size = "?"
	}
	if highest < 0 {
		return size
	}
	return strconv.Itoa(highest) + "/" + size
}

// highest returns the highest occupancy of one direction over sessions, -1 if none is known.
func (d *systemDrawing) highest(sessions []int, p *session.Protocol, from, to int) int {
	best := -1
	for _, i := range sessions {
		name := func(role int) string { return d.system.Instances[d.holders[i][role].instance].Name }
		for _, o := range d.options.Occupancy {
			if o.Channel == d.system.Sessions[i].Name && (o.From == p.Roles[from] || o.From == name(from)) && (o.To == p.Roles[to] || o.To == name(to)) {
				best = max(best, o.Highest)
			}
		}
	}
	return best
}

// startable adds the components that others start, with dashed arrows from those who do.
func (d *systemDrawing) startable() {
	at := map[*session.Machine]int{}
	for i, m := range d.system.Machines {
		if i < len(d.system.StartLimit) && d.system.StartLimit[i] > 0 {
			at[m] = len(d.graph.Nodes)
			d.graph.Nodes = append(d.graph.Nodes, Node{ID: number("m", i), Title: m.Name, Lines: []string{number("at most ", d.system.StartLimit[i])}, Kind: Startable})
		}
	}
	drawn := map[[2]int]bool{}
	start := func(from int, m *session.Machine) {
		for _, s := range m.States {
			for _, e := range s.Edges {
				to, ok := at[e.Action.Child]
				if e.Action.Kind != session.StartChild || !ok || drawn[[2]int{from, to}] {
					continue
				}
				drawn[[2]int{from, to}] = true
				d.starts = append(d.starts, starting{from, to, e.Action.Child})
				d.graph.Edges = append(d.graph.Edges, Edge{From: from, To: to, Kind: Making, Lines: []string{"starts"}, Keys: []string{keyAt(e.At.String())}})
			}
		}
	}
	for i, in := range d.system.Instances {
		start(d.of[i], d.system.Machines[in.Machine])
	}
	for _, m := range d.system.Machines {
		if from, ok := at[m]; ok {
			start(from, m)
		}
	}
}
