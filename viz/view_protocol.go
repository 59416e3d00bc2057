package viz

import (
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// ProtocolGraph draws a global type: its points, and on each arrow a message with its sender and receiver. A protocol that is given role by
// role is drawn as its local types beside each other.
func ProtocolGraph(p *session.Protocol) *Graph {
	g := &Graph{Title: p.QName() + "(" + strings.Join(p.Roles, ", ") + ")", About: "The global type of protocol " + p.QName() + " between " +
		strings.Join(p.Roles, ", ") + "; a doubled border means that silence is allowed there."}
	if p.Decl == nil || p.Decl.Body == nil {
		for _, l := range p.Locals {
			g.addLocal(l, p.Roles[l.Role])
		}
		return g.merged()
	}
	d := &globalDrawing{protocol: p, final: -1}
	entry := d.add(Node{Kind: Entry})
	first := d.add(Node{})
	d.edges = append(d.edges, Edge{From: entry, To: first})
	d.leave(d.steps(p.Decl.Body, first, p.Decl.Range()), p.Decl.Range())
	d.finish(g)
	return g.merged()
}

// globalDrawing walks the steps of a global type. Points that turn out to be one are joined: same[i] leads from a point toward the one that stands for it.
type globalDrawing struct {
	protocol *session.Protocol
	nodes    []Node
	same     []int
	edges    []Edge
	loops    []globalLoop // open ones, outermost first
	final    int          // -1: none yet
}

type globalLoop struct {
	name       string
	head, exit int // exit -1: nothing breaks out yet
}

func (d *globalDrawing) add(n Node) int {
	d.nodes = append(d.nodes, n)
	d.same = append(d.same, len(d.nodes)-1)
	return len(d.nodes) - 1
}

func (d *globalDrawing) find(i int) int {
	for d.same[i] != i {
		i = d.same[i]
	}
	return i
}

// join makes point b the point a; a stays. Either may be -1: nowhere.
func (d *globalDrawing) join(a, b int) int {
	if a < 0 || b < 0 {
		return max(a, b)
	}
	a, b = d.find(a), d.find(b)
	if a == b {
		return a
	}
	d.same[b] = a
	n, m := &d.nodes[a], &d.nodes[b]
	n.Lines = append(n.Lines, m.Lines...)
	if n.Kind == Point {
		n.Kind = m.Kind
	}
	return a
}

// leave joins an open point with the end of the session.
func (d *globalDrawing) leave(at int, span dsl.Span) {
	if at < 0 {
		return
	}
	if d.final < 0 {
		d.final = d.add(Node{Kind: Final, Keys: d.keys(span)})
	}
	if n := &d.nodes[d.find(at)]; n.Kind == Fork {
		d.edges = append(d.edges, Edge{From: at, To: d.final})
		return
	}
	d.join(d.final, at)
}

func (d *globalDrawing) keys(span dsl.Span) []string {
	at := d.protocol.At
	at.Span = span
	return []string{keyAt(at.String())}
}

// steps draws a block from point at and returns the point where it falls off, -1 if it never does.
func (d *globalDrawing) steps(block *dsl.Steps, at int, span dsl.Span) int {
	if block == nil {
		return at
	}
	for _, step := range block.List {
		if at < 0 {
			return -1 // unreachable; the front end says so
		}
		at = d.step(step, at)
	}
	return at
}

func (d *globalDrawing) step(step dsl.Step, at int) int {
	switch s := step.(type) {
	case *dsl.Interaction:
		return d.message(s, at)
	case *dsl.Branch:
		after := -1
		for _, o := range s.Options {
			after = d.join(after, d.steps(o.Rest, d.message(o.First, at), o.Range()))
		}
		return after
	case *dsl.Repeat:
		return d.repeat(s, at)
	case *dsl.Point:
		d.mention(at, s.Name.Name)
	case *dsl.Do:
		next := d.add(Node{})
		d.edges = append(d.edges, Edge{From: at, To: next, Kind: Making, Lines: []string{doText(s)}, Keys: d.keys(s.Range())})
		return next
	case *dsl.Par:
		return d.par(s, at)
	case *dsl.Jump:
		d.jump(s, at)
		return -1
	}
	return at
}

func (d *globalDrawing) mention(at int, name string) {
	n := &d.nodes[d.find(at)]
	if !slices.Contains(n.Lines, name) {
		n.Lines = append(n.Lines, name)
	}
}

func (d *globalDrawing) message(m *dsl.Interaction, at int) int {
	names := make([]string, len(m.Fields))
	for i, f := range m.Fields {
		names[i] = f.Name.Name
	}
	next := d.add(Node{Keys: d.keys(m.Range())})
	kind := Sending
	if d.protocol.RoleNamed(m.From.Name) > 0 {
		kind = Receiving
	}
	d.edges = append(d.edges, Edge{From: at, To: next, Kind: kind,
		Lines: []string{shorten(m.Label.Name+"("+strings.Join(names, ", ")+")", mostRunes)}, Note: m.From.Name + " → " + m.To.Name,
		Keys: append(d.keys(m.Range()), keyMessage(d.protocol.QName(), m.From.Name, m.To.Name, m.Label.Name))})
	return next
}

func (d *globalDrawing) repeat(s *dsl.Repeat, at int) int {
	if n := &d.nodes[d.find(at)]; n.Kind == Fork { // a bar cannot be a loop's head
		next := d.add(Node{})
		d.edges = append(d.edges, Edge{From: at, To: next})
		at = next
	}
	name := ""
	if s.Name != nil {
		name = s.Name.Name
	} else if s.Rest {
		name = "rest"
	}
	if s.Rest {
		d.nodes[d.find(at)].Kind = Resting
	}
	if name != "" {
		d.mention(at, name)
	}
	d.loops = append(d.loops, globalLoop{name, at, -1})
	if end := d.steps(s.Body, at, s.Range()); end >= 0 {
		d.back(at, end)
	}
	exit := d.loops[len(d.loops)-1].exit
	d.loops = d.loops[:len(d.loops)-1]
	return exit
}

// back joins the end of a round with the loop's head.
func (d *globalDrawing) back(head, end int) {
	if d.nodes[d.find(end)].Kind == Fork {
		d.edges = append(d.edges, Edge{From: end, To: head})
		return
	}
	d.join(head, end)
}

func (d *globalDrawing) jump(s *dsl.Jump, at int) {
	if s.Word == "end" {
		d.leave(at, s.Range())
		return
	}
	for i := len(d.loops) - 1; i >= 0; i-- {
		l := &d.loops[i]
		if s.Target != nil && s.Target.Name != l.name {
			continue
		}
		if s.Word == "continue" {
			d.back(l.head, at)
		} else {
			l.exit = d.join(l.exit, at)
		}
		return
	}
}

func (d *globalDrawing) par(s *dsl.Par, at int) int {
	fork := d.add(Node{Kind: Fork})
	d.edges = append(d.edges, Edge{From: at, To: fork})
	meet := -1
	for _, branch := range s.Branches {
		first := d.add(Node{})
		d.edges = append(d.edges, Edge{From: fork, To: first})
		last := d.steps(branch, first, s.Range())
		if last < 0 {
			continue
		}
		if meet < 0 {
			meet = d.add(Node{Kind: Fork})
		}
		d.edges = append(d.edges, Edge{From: last, To: meet})
	}
	return meet
}

// finish writes the joined points into g, each once, in the order in which they were found.
func (d *globalDrawing) finish(g *Graph) {
	place := map[int]int{}
	for i, n := range d.nodes {
		if d.find(i) != i {
			continue
		}
		place[i] = len(g.Nodes)
		n.ID = number("p", len(g.Nodes))
		n.Title, n.Lines = pointName(n.Lines), nil
		g.Nodes = append(g.Nodes, n)
	}
	for _, e := range d.edges {
		e.From, e.To = place[d.find(e.From)], place[d.find(e.To)]
		g.Edges = append(g.Edges, e)
	}
}

func doText(s *dsl.Do) string {
	name := s.Protocol.Name.Name
	if s.Protocol.Package != nil {
		name = s.Protocol.Package.Name + "." + name
	}
	roles := make([]string, len(s.Roles))
	for i, r := range s.Roles {
		roles[i] = r.Name
	}
	return shorten("do "+name+"("+strings.Join(roles, ", ")+")", mostRunes)
}
