package viz

import (
	"math"
	"strings"
)

// picture is a drawing as shapes and text with looks: what SVG writes down and PNG paints. Layouts and sequence charts become pictures.
type picture struct {
	title, about  string
	width, height float64
	groups        []group
}

// group is a thing that a reader can point at. Name says in words what it is.
type group struct {
	class string // "node", "edge", …
	id    string // "" none; made of letters and digits by us, never of a name
	name  string
	faded bool
	items []item
}

// item is a shape, or text if Text is set: its baseline starts, is centred or ends at Path[0].
type item struct {
	look   string
	path   path
	text   string
	more   string // follows the text, and may be hidden in a page
	at     Spot
	anchor anchor
}

type anchor uint8

const (
	middle anchor = iota
	start
	end
)

// path is a list of moves (1 spot), lines (1), curves (3) and closings (0).
type path struct {
	ops   string // of "MLCZ"
	spots []Spot
}

func (p *path) move(s Spot)        { p.add('M', s) }
func (p *path) line(s Spot)        { p.add('L', s) }
func (p *path) curve(a, b, c Spot) { p.add('C', a, b, c) }
func (p *path) close()             { p.ops += "Z" }

func (p *path) add(op byte, s ...Spot) {
	p.ops += string(op)
	p.spots = append(p.spots, s...)
}

func polygon(closed bool, spots ...Spot) path {
	var p path
	for i, s := range spots {
		if i == 0 {
			p.move(s)
		} else {
			p.line(s)
		}
	}
	if closed {
		p.close()
	}
	return p
}

// rounded is a box with rounded corners; a radius of half its size makes it a pill or a circle.
func rounded(b Box, radius float64) path {
	r := min(radius, b.W/2, b.H/2)
	k := r * 0.4477 // distance of the control spots of a quarter circle from the corner
	x0, y0, x1, y1 := b.X, b.Y, b.X+b.W, b.Y+b.H
	var p path
	p.move(Spot{x0 + r, y0})
	p.line(Spot{x1 - r, y0})
	p.curve(Spot{x1 - k, y0}, Spot{x1, y0 + k}, Spot{x1, y0 + r})
	p.line(Spot{x1, y1 - r})
	p.curve(Spot{x1, y1 - k}, Spot{x1 - k, y1}, Spot{x1 - r, y1})
	p.line(Spot{x0 + r, y1})
	p.curve(Spot{x0 + k, y1}, Spot{x0, y1 - k}, Spot{x0, y1 - r})
	p.line(Spot{x0, y0 + r})
	p.curve(Spot{x0, y0 + k}, Spot{x0 + k, y0}, Spot{x0 + r, y0})
	p.close()
	return p
}

func bezier(spots []Spot) path {
	var p path
	p.move(spots[0])
	for i := 1; i+2 < len(spots); i += 3 {
		p.curve(spots[i], spots[i+1], spots[i+2])
	}
	return p
}

func (b Box) inset(d float64) Box { return Box{b.X + d, b.Y + d, b.W - 2*d, b.H - 2*d} }
func (b Box) centre() Spot        { return Spot{b.X + b.W/2, b.Y + b.H/2} }

const headLength = 8.0

// arrow draws a line with its heads. The line stops inside the head, so that a broad one does not show at the tip.
func arrow(spots []Spot, kind string, atStart, atEnd bool) []item {
	spots = append([]Spot(nil), spots...)
	var heads []item
	if atEnd {
		heads = append(heads, item{look: "head-" + kind, path: trimEnd(spots)})
	}
	if atStart {
		backwards := make([]Spot, len(spots))
		for i, s := range spots {
			backwards[len(spots)-1-i] = s
		}
		heads = append(heads, item{look: "head-" + kind, path: trimEnd(backwards)})
		for i, s := range backwards {
			spots[len(spots)-1-i] = s
		}
	}
	return append([]item{{look: "line-" + kind, path: bezier(spots)}}, heads...)
}

// trimEnd draws the last curve back by most of a head's length and returns the head.
func trimEnd(spots []Spot) path {
	n := len(spots) - 1
	tip, back := spots[n], spots[n]
	for i := n - 1; i >= 0 && back == tip; i-- {
		back = spots[i]
	}
	dx, dy := tip.X-back.X, tip.Y-back.Y
	length := math.Hypot(dx, dy)
	if length == 0 {
		return path{}
	}
	dx, dy = dx/length, dy/length
	cut := headLength - 1.5
	for _, i := range []int{n, n - 1} {
		if i > 0 {
			spots[i] = Spot{spots[i].X - dx*cut, spots[i].Y - dy*cut}
		}
	}
	base := Spot{tip.X - dx*headLength, tip.Y - dy*headLength}
	w := headLength * 0.42
	return polygon(true, tip, Spot{base.X - dy*w, base.Y + dx*w}, Spot{base.X + dy*w, base.Y - dx*w})
}

// picture draws a layout: lines below, then their labels, then nodes.
func (l *Layout) picture() *picture {
	p := &picture{title: clean(l.Graph.Title), about: l.Graph.about(), width: l.Width, height: l.Height}
	if p.title != "" {
		p.groups = append(p.groups, group{class: "caption", items: []item{{look: "caption", text: p.title, at: Spot{margin, margin + titleSize}, anchor: start}}})
	}
	for i := range l.Lines {
		p.groups = append(p.groups, l.line(i))
	}
	for i := range l.Boxes {
		p.groups = append(p.groups, l.node(i))
	}
	return p
}

var edgeUnderlays = map[Mark]string{Passed: "onTrail", Cycled: "onCycle", Current: "onLit", Wrong: "onWrong"}

func (l *Layout) line(i int) group {
	e, line := &l.Graph.Edges[i], &l.Lines[i]
	kind := edgeNames[e.Kind]
	g := group{class: "edge", id: number("e", i), name: l.Graph.edgeWords(i), faded: e.Mark == Faded}
	if under, ok := edgeUnderlays[e.Mark]; ok {
		g.items = append(g.items, item{look: under, path: bezier(line.Path)})
	}
	g.items = append(g.items, arrow(line.Path, kind, e.Both, true)...)
	if len(line.Lines) > 0 {
		if e.From != e.To {
			ground := "ground"
			if under, ok := edgeUnderlays[e.Mark]; ok {
				ground = "label" + under
			}
			g.items = append(g.items, item{look: ground, path: rounded(line.Label, 3)})
		}
		y := line.Label.Y + 2 + lineSize*0.98
		for k, text := range line.Lines {
			it := item{look: "label-" + edgeNames[e.kindOf(k)], text: text, at: Spot{line.Label.X + line.Label.W/2, y + float64(k)*lineSize*leading}}
			if e.From == e.To {
				it.at.X, it.anchor = line.Label.X+4, start
				if l.Direction == LeftRight {
					it.at.X, it.anchor = line.Label.X+line.Label.W/2, middle
				}
			}
			g.items = append(g.items, it)
		}
	}
	return g
}

func (l *Layout) node(i int) group {
	n, b := &l.Graph.Nodes[i], l.Boxes[i]
	title, lines := n.nodeText()
	g := group{class: "node", id: number("n", i), name: n.words(), faded: n.Mark == Faded}
	shape := func(look string, p path) { g.items = append(g.items, item{look: look, path: p}) }
	fill := n.fill()
	switch n.Kind {
	case Entry:
		shape("dot", rounded(b, roundest))
		return g
	case Fork:
		shape("dot", rounded(b, 2))
		return g
	case Point, Hub:
		shape(fill, rounded(b, roundest))
	case Reference:
		shape("ground", rounded(b, roundest))
	case Resting:
		shape(fill, rounded(b, roundest))
		shape("rest", rounded(b.inset(3), roundest-3))
	case Final:
		shape(fill, rounded(b, roundest))
		if title == "" {
			shape("dot", rounded(b.inset(4), roundest))
		} else {
			shape("rest", rounded(b.inset(3), roundest-3))
		}
	case Deciding, Testing:
		c := diamondCorner(b.W, b.H)
		shape(fill, polygon(true, Spot{b.X, b.Y + b.H/2}, Spot{b.X + c, b.Y}, Spot{b.X + b.W - c, b.Y},
			Spot{b.X + b.W, b.Y + b.H/2}, Spot{b.X + b.W - c, b.Y + b.H}, Spot{b.X + c, b.Y + b.H}))
	default:
		shape(fill, rounded(b, 5))
		if n.Kind == Outside {
			shape("side", polygon(true, Spot{b.X, b.Y + 4}, Spot{b.X + 6, b.Y + 1}, Spot{b.X + 6, b.Y + b.H - 1}, Spot{b.X, b.Y + b.H - 4}))
		}
	}
	height := float64(len(lines)) * lineSize * leading
	if title != "" {
		height += titleSize * leading
	}
	y, x := b.Y+(b.H-height)/2, b.X+b.W/2
	if n.Kind == Outside {
		x += 3
	}
	if title != "" {
		g.items = append(g.items, item{look: "title", text: title, at: Spot{x, y + titleSize*1.02}})
		y += titleSize * leading
	}
	ink := "text"
	if strings.HasPrefix(fill, "heat") {
		ink = "label-plain" // muted text is not read on a warm box
	}
	for _, text := range lines {
		g.items = append(g.items, item{look: ink, text: text, at: Spot{x, y + lineSize*1.02}})
		y += lineSize * leading
	}
	return g
}

// fill returns the look of a node's shape: what is marked stands out before what is warm, and that before its kind.
func (n *Node) fill() string {
	switch {
	case n.Mark == Current:
		return "lit"
	case n.Mark == Wrong:
		return "wrong"
	case n.Mark == Passed:
		return "trail"
	case n.Mark == Cycled:
		return "turning"
	case n.Heat > 0:
		return number("heat", 1+min(len(heatTint)-1, int(n.Heat*float64(len(heatTint)))))
	case n.Kind == Surrounding || n.Kind == Startable:
		return "open"
	case n.Kind == Deciding:
		return "choice"
	}
	return "box"
}

func number(prefix string, i int) string {
	var digits [20]byte
	at := len(digits)
	for {
		at--
		digits[at] = byte('0' + i%10)
		if i /= 10; i == 0 {
			return prefix + string(digits[at:])
		}
	}
}

// words says what a node is, for screen readers and tooltips.
func (n *Node) words() string {
	title, lines := n.nodeText()
	parts := []string{}
	if title != "" {
		parts = append(parts, title)
	}
	parts = append(parts, lines...)
	if kind := nodeNames[n.Kind]; kind != "" {
		parts = append(parts, kind)
	}
	if mark := markNames[n.Mark]; mark != "" {
		parts = append(parts, mark)
	}
	return strings.Join(parts, ", ")
}

var nodeNames = map[NodeKind]string{Point: "state", Resting: "resting state", Entry: "start", Final: "end", Deciding: "decision", Testing: "test", Fork: "fork",
	Component: "component", Outside: "external component", Surrounding: "environment", Startable: "started component", Hub: "session", Reference: "continues where it is drawn"}

var markNames = map[Mark]string{Faded: "never reached", Passed: "on the trace", Cycled: "in the cycle", Current: "current", Wrong: "at fault"}

// name is what a node is called in a sentence.
func (g *Graph) name(i int) string {
	n := &g.Nodes[i]
	if title, _ := n.nodeText(); title != "" {
		return title
	}
	switch n.Kind {
	case Entry:
		return "start"
	case Final:
		return "end"
	}
	return number(nodeNames[n.Kind]+" ", i)
}

// edgeWords says what an edge is: "rest to owed: ! Read(lba)".
func (g *Graph) edgeWords(i int) string {
	e := &g.Edges[i]
	joint := " to "
	if e.Both {
		joint = " and "
	}
	s := g.name(e.From) + joint + g.name(e.To)
	if text := e.words(); text != "" {
		s += ": " + text
	}
	if mark := markNames[e.Mark]; mark != "" {
		s += ", " + mark
	}
	return s
}

// words is the text of an edge in one line.
func (e *Edge) words() string {
	lines := cleanAll(e.Lines)
	if e.Note != "" {
		lines = append(lines, clean(e.Note))
	}
	return strings.Join(lines, "; ")
}

// about returns the graph's sentence, or one that counts.
func (g *Graph) about() string {
	if g.About != "" {
		return clean(g.About)
	}
	return number("", len(g.Nodes)) + " nodes and " + number("", len(g.Edges)) + " edges"
}
