package viz

import (
	"math"
)

// Layout says where everything of a graph is drawn, in pixels from the top left corner.
type Layout struct {
	Graph         *Graph
	Direction     Direction // TopDown or LeftRight
	Width, Height float64
	Boxes         []Box  // per node
	Lines         []Line // per edge
}

// Box is a rectangle.
type Box struct{ X, Y, W, H float64 }

// Spot is a place.
type Spot struct{ X, Y float64 }

// Line is a drawn edge. Path is a start followed by cubic Bézier curves of three spots each; it runs from the edge's From to its To.
type Line struct {
	Path  []Spot
	Label Box      // empty if there is no text
	Lines []string // cleaned
}

// Measures in pixels.
const (
	margin      = 18.0
	captionRoom = 28.0
	pieceGap    = 34.0 // between unconnected pieces
	layerGap    = 18.0 // least distance between layers
	loopReach   = 26.0 // how far a self loop stands out
	portGap     = 10.0 // wanted between the lines of a node
	portShare   = 0.72 // of a node's side that lines use
	roundest    = 15.0 // radius of the corners of states

	mostCompared = 50_000 // vertices up to which both directions are tried
)

// Arrange lays a graph out, edges between the same two nodes as one arrow. Pieces that are not connected stand side by side. The layout's Graph
// is the one with the arrows as they are drawn.
func Arrange(g *Graph) *Layout {
	g = g.bundled().apart()
	faces := newTypefaces()
	pieces := piecesOf(g)
	drafts := make([]*draft, len(pieces))
	for i, nodes := range pieces {
		drafts[i] = newDraft(g, nodes, faces)
	}
	if g.Direction != Auto {
		return assemble(g, drafts, g.Direction, faces)
	}
	vertices := 0
	for _, t := range drafts {
		vertices += len(t.vertices)
	}
	if vertices > mostCompared {
		return assemble(g, drafts, TopDown, faces)
	}
	down, right := assemble(g, drafts, TopDown, faces), assemble(g, drafts, LeftRight, faces)
	if right.badness() < down.badness() {
		return right
	}
	return down
}

// badness is the height of the least page of 3:2 that holds the drawing.
func (l *Layout) badness() float64 { return max(l.Width/1.5, l.Height) }

// piecesOf returns the nodes of each connected piece, ascending; pieces by their first node.
func piecesOf(g *Graph) [][]int {
	near := make([][]int, len(g.Nodes))
	for _, e := range g.Edges {
		near[e.From] = append(near[e.From], e.To)
		near[e.To] = append(near[e.To], e.From)
	}
	of := make([]int, len(g.Nodes))
	count := 0
	for v := range g.Nodes {
		if of[v] != 0 {
			continue
		}
		count++
		of[v] = count
		for stack := []int{v}; len(stack) > 0; {
			u := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, w := range near[u] {
				if of[w] == 0 {
					of[w] = count
					stack = append(stack, w)
				}
			}
		}
	}
	pieces := make([][]int, count)
	for v, p := range of {
		pieces[p-1] = append(pieces[p-1], v)
	}
	return pieces
}

// assemble sets the pieces on shelves that make a page of about 3:2.
func assemble(g *Graph, drafts []*draft, d Direction, faces *typefaces) *Layout {
	l := &Layout{Graph: g, Direction: d, Boxes: make([]Box, len(g.Nodes)), Lines: make([]Line, len(g.Edges))}
	sizes := make([]Spot, len(drafts))
	area, widest := 0.0, 0.0
	for i, t := range drafts {
		sizes[i] = t.place(l)
		area += (sizes[i].X + pieceGap) * (sizes[i].Y + pieceGap)
		widest = max(widest, sizes[i].X)
	}
	shelf := max(widest, math.Sqrt(area*1.5))
	top := margin
	if g.Title != "" {
		top += captionRoom
		l.Width = faces.medium.width(clean(g.Title), titleSize+1) + 2*margin
	}
	x, y, high := margin, top, 0.0
	for i, t := range drafts {
		if x > margin && x+sizes[i].X > margin+shelf {
			x, y, high = margin, y+high+pieceGap, 0
		}
		t.shift(l, x, y)
		x += sizes[i].X + pieceGap
		high = max(high, sizes[i].Y)
		l.Width = max(l.Width, x-pieceGap+margin)
	}
	l.Width, l.Height = math.Ceil(l.Width), math.Ceil(y+high+margin)
	return l
}

// shift moves a piece that has been placed at the corner.
func (t *draft) shift(l *Layout, dx, dy float64) {
	for _, v := range t.nodes {
		l.Boxes[v].X += dx
		l.Boxes[v].Y += dy
	}
	for _, e := range t.edges {
		line := &l.Lines[e]
		for i := range line.Path {
			line.Path[i].X += dx
			line.Path[i].Y += dy
		}
		line.Label.X += dx
		line.Label.Y += dy
	}
}

// nodeSize returns the size of a node's own shape.
func (t *typefaces) nodeSize(n *Node, d Direction) (w, h float64) {
	title, lines := n.nodeText()
	switch n.Kind {
	case Entry:
		return 10, 10
	case Fork:
		if d == LeftRight {
			return 6, 46
		}
		return 46, 6
	}
	bare := title == "" && len(lines) == 0
	textW := t.medium.width(title, titleSize)
	textH := titleSize * leading
	if title == "" {
		textH = 0
	}
	for _, line := range lines {
		textW = max(textW, t.regular.width(line, lineSize))
		textH += lineSize * leading
	}
	switch n.Kind {
	case Point, Resting, Final:
		if bare {
			return 18, 18
		}
		return max(textW+22, 34), textH + 8
	case Testing:
		if bare {
			return 16, 16
		}
		return textW + 26, textH + 8
	case Deciding:
		if bare {
			return 24, 24
		}
		return max(textW+34, 44), textH + 12
	case Reference:
		return textW + 10, textH + 2
	case Hub:
		return max(textW+18, 14), max(textH+6, 14)
	default:
		return max(textW+26, 70), max(textH+14, 34)
	}
}

// labelSize returns the size of an edge's text with the air around it.
func (t *typefaces) labelSize(lines []string) (w, h float64) {
	if len(lines) == 0 {
		return 0, 0
	}
	for _, line := range lines {
		w = max(w, t.regular.width(line, lineSize))
	}
	return w + 8, float64(len(lines))*lineSize*leading + 4
}
