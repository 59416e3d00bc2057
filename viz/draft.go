package viz

import (
	"slices"
)

// draft is one connected piece with its layers and their order, which do not depend on the direction; sizes and coordinates do.
// "Along" runs along a layer, "across" from layer to layer.
type draft struct {
	graph    *Graph
	faces    *typefaces
	nodes    []int // in graph.Nodes
	edges    []int // in graph.Edges
	labels   map[int][]string
	loops    map[int][]int // per node, its self loops
	vertices []vertex
	layers   [][]int
	at       map[int]int // node → vertex
	chains   []chain
}

// chain is an edge from the upper to the lower node by way of its bends.
type chain struct {
	arc  arc
	path []int // vertices
}

func newDraft(g *Graph, nodes []int, faces *typefaces) *draft {
	t := &draft{graph: g, faces: faces, nodes: nodes, labels: map[int][]string{}, loops: map[int][]int{}, at: map[int]int{}}
	local := map[int]int{}
	for i, v := range nodes {
		local[v] = i
	}
	var arcs []arc
	for i, e := range g.Edges {
		if _, ok := local[e.From]; !ok {
			continue
		}
		t.edges = append(t.edges, i)
		t.labels[i] = cleanAll(e.Lines)
		if e.From == e.To {
			t.loops[e.From] = append(t.loops[e.From], i)
			continue
		}
		length := 1
		if len(e.Lines) > 0 {
			length = 2
		}
		arcs = append(arcs, arc{from: local[e.From], to: local[e.To], length: length, edge: i})
	}
	acyclic(len(nodes), arcs)
	t.build(arcs, layersOf(len(nodes), arcs))
	orderLayers(t.vertices, t.layers)
	return t
}

// build makes the vertices: nodes, and per layer that an arc passes a bend, one of which carries the label. The label stands near where the arrow
// comes from: a reader asks what may happen there.
func (t *draft) build(arcs []arc, layer []int) {
	deepest := slices.Max(layer)
	t.layers = make([][]int, deepest+1)
	add := func(v vertex) int {
		t.vertices = append(t.vertices, v)
		k := len(t.vertices) - 1
		t.layers[v.layer] = append(t.layers[v.layer], k)
		return k
	}
	up, down := make([]int, len(t.nodes)), make([]int, len(t.nodes)) // lines of each node
	bends := 0
	for _, a := range arcs {
		down[a.from]++
		up[a.to]++
		bends += layer[a.to] - layer[a.from] - 1
	}
	t.vertices = make([]vertex, 0, len(t.nodes)+bends)
	ends := make([]int, 2*(len(arcs)+bends)) // of all lines, in one piece
	cut := func(n int) []int {
		s := ends[:0:n]
		ends = ends[n:]
		return s
	}
	for i, v := range t.nodes {
		t.at[v] = add(vertex{node: v, layer: layer[i], up: cut(up[i]), down: cut(down[i])})
	}
	for _, a := range arcs {
		path := make([]int, 0, layer[a.to]-layer[a.from]+1)
		path = append(path, t.at[t.nodes[a.from]])
		first, last := layer[a.from]+1, layer[a.to]-1
		for l := first; l <= last; l++ {
			label := len(t.labels[a.edge]) > 0 && (l == first && !a.reversed || l == last && a.reversed)
			path = append(path, add(vertex{node: -1, label: label, layer: l, up: cut(1), down: cut(1)}))
		}
		path = append(path, t.at[t.nodes[a.to]])
		for i := 0; i+1 < len(path); i++ {
			u, v := path[i], path[i+1]
			t.vertices[u].down = append(t.vertices[u].down, v)
			t.vertices[v].up = append(t.vertices[v].up, u)
		}
		t.chains = append(t.chains, chain{a, path})
	}
}

// turn exchanges the two dimensions for a drawing from left to right.
func turn(d Direction, along, across float64) (float64, float64) {
	if d == LeftRight {
		return across, along
	}
	return along, across
}

// place computes coordinates and writes boxes and lines into l, the piece's corner at 0, 0. It returns the piece's size.
func (t *draft) place(l *Layout) Spot {
	d := l.Direction
	half := map[int]Spot{} // per node: half its size along and across
	for _, v := range t.nodes {
		along, across := turn2(d)(t.faces.nodeSize(&t.graph.Nodes[v], d))
		k := &t.vertices[t.at[v]]
		if n := t.graph.Nodes[v].Kind; n != Fork && n != Entry { // room for its lines
			along = max(along, portGap*float64(max(len(k.up), len(k.down))-1)/portShare)
		}
		half[v] = Spot{along / 2, across / 2}
		loopAlong, loopAcross := 0.0, 0.0
		for _, e := range t.loops[v] {
			a, c := turn2(d)(t.faces.labelSize(t.labels[e]))
			loopAlong = max(loopAlong, a+loopReach)
			loopAcross += max(c, 16)
		}
		k.before, k.after, k.thick = along/2, along/2+loopAlong, max(across, loopAcross)
	}
	for _, c := range t.chains {
		for _, k := range c.path[1 : len(c.path)-1] {
			if v := &t.vertices[k]; v.label {
				along, across := turn2(d)(t.faces.labelSize(t.labels[c.arc.edge]))
				v.before, v.after, v.thick = along/2, along/2, across
			}
		}
	}
	x := placeVertices(t.vertices, t.layers)
	least := 0.0
	for i, v := range t.vertices {
		if i == 0 || x[i]-v.before < least {
			least = x[i] - v.before
		}
	}
	most := 0.0
	for i, v := range t.vertices {
		x[i] -= least
		most = max(most, x[i]+v.after)
	}
	top, thick := t.layerTops(x)
	r := &router{draft: t, layout: l, x: x, top: top, thick: thick, half: half}
	r.run()
	w, h := turn(d, most, top[len(top)-1]+thick[len(thick)-1])
	return Spot{w, h}
}

// turn2 is turn for a fixed direction, to be applied to a pair (width, height) → (along, across) or back.
func turn2(d Direction) func(a, b float64) (float64, float64) {
	return func(a, b float64) (float64, float64) { return turn(d, a, b) }
}

// layerTops stacks the layers. Where lines run far sideways between two layers, these stand farther apart.
func (t *draft) layerTops(x []float64) (top, thick []float64) {
	top, thick = make([]float64, len(t.layers)), make([]float64, len(t.layers))
	for i, layer := range t.layers {
		widest := 0.0
		for _, k := range layer {
			v := &t.vertices[k]
			thick[i] = max(thick[i], v.thick)
			for _, u := range v.up {
				widest = max(widest, x[u]-x[k], x[k]-x[u])
			}
		}
		if i > 0 {
			top[i] = top[i-1] + thick[i-1] + min(layerGap+0.16*widest, 110)
		}
	}
	return top, thick
}
