package viz

import (
	"math"
	"slices"
)

// router turns vertices with coordinates into boxes and lines. It works in (along, across) and turns the result at the end.
type router struct {
	draft  *draft
	layout *Layout
	x      []float64 // per vertex
	top    []float64 // per layer
	thick  []float64
	half   map[int]Spot // per node
	ports  map[[2]int]float64
}

// run writes all boxes and lines of the piece. Within a layer every line runs straight across, so it touches nothing there; between layers it bends.
func (r *router) run() {
	for _, v := range r.draft.nodes {
		c, h := r.centre(v), r.half[v]
		r.layout.Boxes[v] = r.box(c.X-h.X, c.Y-h.Y, 2*h.X, 2*h.Y)
		r.loops(v)
	}
	r.spreadPorts()
	for i, c := range r.draft.chains {
		r.chain(i, c)
	}
}

func (r *router) centre(node int) Spot {
	k := r.draft.at[node]
	l := r.draft.vertices[k].layer
	return Spot{r.x[k], r.top[l] + r.thick[l]/2}
}

func (r *router) box(along, across, dAlong, dAcross float64) Box {
	x, y := turn(r.layout.Direction, along, across)
	w, h := turn(r.layout.Direction, dAlong, dAcross)
	return Box{x, y, w, h}
}

func (r *router) spot(along, across float64) Spot {
	x, y := turn(r.layout.Direction, along, across)
	return Spot{x, y}
}

// spreadPorts gives each line of a node its own place on the node's side: straight on where its other end stands opposite, else
// drawn toward it, and never nearer to the next line than there is room for.
func (r *router) spreadPorts() {
	r.ports = map[[2]int]float64{} // (chain, 0 upper end or 1 lower end) → along
	type line struct {
		chain, end int
		toward     float64
		place      int
	}
	sides := map[[2]int][]line{} // (vertex, 0 its lower side or 1 its upper side)
	for i, c := range r.draft.chains {
		n := len(c.path)
		for end, pair := range [2][2]int{{c.path[0], c.path[1]}, {c.path[n-1], c.path[n-2]}} {
			key := [2]int{pair[0], end}
			sides[key] = append(sides[key], line{i, end, r.x[pair[1]], r.draft.vertices[pair[1]].place})
		}
	}
	for key, lines := range sides {
		k := key[0]
		room := r.half[r.draft.vertices[k].node].X * portShare
		slices.SortStableFunc(lines, func(a, b line) int { return a.place - b.place })
		at := make([]float64, len(lines))
		step := 2 * room / max(1, float64(len(lines)-1))
		step = min(step, 14)
		for i, l := range lines {
			dx := l.toward - r.x[k]
			if math.Abs(dx) > room {
				dx = math.Copysign(room*0.5, dx)
			}
			at[i] = dx
			if i > 0 {
				at[i] = max(at[i], at[i-1]+step)
			}
		}
		limit := room
		for i := len(at) - 1; i >= 0; i-- {
			at[i] = min(at[i], limit)
			limit = at[i] - step
		}
		for i, l := range lines {
			r.ports[[2]int{l.chain, l.end}] = r.x[k] + at[i]
		}
	}
}

// rim returns how far across from its centre a node's shape reaches at the distance dx along from it.
func (r *router) rim(node int, dx float64) float64 {
	h := r.half[node]
	switch n := &r.draft.graph.Nodes[node]; n.Kind {
	case Point, Resting, Final, Entry, Hub, Reference:
		round := min(h.X, h.Y, roundest)
		if over := math.Abs(dx) - (h.X - round); over > 0 {
			return h.Y - round + math.Sqrt(max(0, round*round-over*over))
		}
	case Deciding, Testing:
		if r.layout.Direction == TopDown {
			if corner := diamondCorner(2*h.X, 2*h.Y); math.Abs(dx) > h.X-corner {
				return h.Y * (h.X - math.Abs(dx)) / corner
			}
			return h.Y
		}
		corner := diamondCorner(2*h.Y, 2*h.X)
		return h.Y - corner*min(1, math.Abs(dx)/h.X)
	}
	return h.Y
}

// diamondCorner is how much of the width of a diamond of that size its slanted part takes on each side.
func diamondCorner(w, h float64) float64 { return min(w/2, h/2) }

// chain draws one edge.
func (r *router) chain(i int, c chain) {
	line := &r.layout.Lines[c.arc.edge]
	line.Lines = r.draft.labels[c.arc.edge]
	n := len(c.path)
	upper, lower := r.draft.vertices[c.path[0]], r.draft.vertices[c.path[n-1]]
	from, to := r.ports[[2]int{i, 0}], r.ports[[2]int{i, 1}]
	var path []Spot // alternating: where the line leaves a layer, where it enters the next
	path = append(path, Spot{from, r.centre(upper.node).Y + r.rim(upper.node, from-r.x[c.path[0]])})
	path = append(path, Spot{from, r.top[upper.layer] + r.thick[upper.layer]})
	for _, k := range c.path[1 : n-1] {
		v := r.draft.vertices[k]
		path = append(path, Spot{r.x[k], r.top[v.layer]}, Spot{r.x[k], r.top[v.layer] + r.thick[v.layer]})
		if v.label {
			line.Label = r.box(r.x[k]-v.before, r.top[v.layer]+(r.thick[v.layer]-v.thick)/2, v.before+v.after, v.thick)
		}
	}
	path = append(path, Spot{to, r.top[lower.layer]})
	path = append(path, Spot{to, r.centre(lower.node).Y - r.rim(lower.node, to-r.x[c.path[n-1]])})
	if c.arc.reversed {
		slices.Reverse(path)
	}
	line.Path = r.curves(path)
}

// curves joins spots by curves that leave and enter every layer at a right angle.
func (r *router) curves(p []Spot) []Spot {
	out := []Spot{r.spot(p[0].X, p[0].Y)}
	for i := 1; i < len(p); i++ {
		a, b := p[i-1], p[i]
		if math.Abs(a.X-b.X)+math.Abs(a.Y-b.Y) < 0.01 { // nothing but rounding: it would have no direction for a head
			continue
		}
		middle := (a.Y + b.Y) / 2
		out = append(out, r.spot(a.X, middle), r.spot(b.X, middle), r.spot(b.X, b.Y))
	}
	return out
}

// loops draws the self loops of a node one below the other at its side.
func (r *router) loops(node int) {
	all := r.draft.loops[node]
	if len(all) == 0 {
		return
	}
	centre, h := r.centre(node), r.half[node]
	sizes := make([]Spot, len(all))
	total := 0.0
	for i, e := range all {
		sizes[i].X, sizes[i].Y = turn2(r.layout.Direction)(r.draft.faces.labelSize(r.draft.labels[e]))
		total += max(sizes[i].Y, 16)
	}
	y := centre.Y - total/2
	for i, e := range all {
		room := max(sizes[i].Y, 16)
		middle := y + room/2
		y += room
		anchor := min(max(middle, centre.Y-h.Y*0.35), centre.Y+h.Y*0.35)
		side := centre.X + h.X*sideAt(&r.draft.graph.Nodes[node], (anchor-centre.Y)/h.Y)
		spread := min(4, h.Y*0.5)
		out := centre.X + h.X + loopReach - 8
		line := &r.layout.Lines[e]
		line.Lines = r.draft.labels[e]
		line.Path = []Spot{r.spot(side, anchor-spread), r.spot(out, middle-12), r.spot(out, middle+12), r.spot(side, anchor+spread)}
		if len(line.Lines) > 0 {
			line.Label = r.box(centre.X+h.X+loopReach-6, middle-sizes[i].Y/2, sizes[i].X, sizes[i].Y)
		}
	}
}

// sideAt returns where the side of a round shape is at a height between -1 and 1, as a part of its half width.
func sideAt(n *Node, f float64) float64 {
	switch n.Kind {
	case Point, Resting, Final, Hub, Reference:
		if n.Title == "" && len(n.Lines) == 0 {
			return math.Sqrt(max(0, 1-f*f))
		}
		return 0.98
	case Deciding, Testing:
		return max(0.5, 1-math.Abs(f)*0.5)
	}
	return 1
}
