package viz

import (
	"math"
	"slices"
)

// Least distances between neighbours in a layer, in pixels.
const (
	nodeGap = 26.0
	lineGap = 13.0
)

// apart returns how far the coordinates of two neighbours must be from each other, v standing left of w.
func apart(v, w *vertex) float64 {
	gap := nodeGap
	if v.node < 0 || w.node < 0 {
		gap = lineGap
	}
	return v.after + gap + w.before
}

// placing computes coordinates along the layers after Brandes and Köpf: four extreme alignments, each vertex in line with its median
// neighbour where nothing is crossed, balanced by the mean of the two middle ones. Compaction is by longest paths over blocks, which
// has none of the flaw of the published one.
type placing struct {
	vertices []vertex
	layers   [][]int
	conflict map[[2]int]bool // lines (upper, lower) that give way
}

// placeVertices returns a coordinate per vertex. Neighbours keep the distance of apart.
func placeVertices(vertices []vertex, layers [][]int) []float64 {
	p := &placing{vertices, layers, map[[2]int]bool{}}
	p.findConflicts()
	var found [4][]float64
	var widths [4]float64
	for i := range found {
		down, left := i < 2, i%2 == 0
		found[i] = p.compact(p.align(down, left), left)
		lo, hi := p.extent(found[i])
		widths[i] = hi - lo
	}
	narrowest := 0
	for i, w := range widths {
		if w < widths[narrowest] {
			narrowest = i
		}
	}
	lo, hi := p.extent(found[narrowest])
	for i := range found {
		l, h := p.extent(found[i])
		shift := lo - l
		if i%2 == 1 {
			shift = hi - h
		}
		for v := range found[i] {
			found[i][v] += shift
		}
	}
	out := make([]float64, len(vertices))
	for v := range out {
		four := []float64{found[0][v], found[1][v], found[2][v], found[3][v]}
		slices.Sort(four)
		out[v] = (four[1] + four[2]) / 2
	}
	return out
}

func (p *placing) extent(x []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for v := range x {
		lo, hi = min(lo, x[v]-p.vertices[v].before), max(hi, x[v]+p.vertices[v].after)
	}
	return lo, hi
}

// inner returns the bend above a bend, -1 if the line above v is not between two bends.
func (p *placing) inner(v int) int {
	if w := &p.vertices[v]; w.node < 0 && len(w.up) == 1 && p.vertices[w.up[0]].node < 0 {
		return w.up[0]
	}
	return -1
}

// findConflicts lets lines that cross an inner segment of a long one give way, so that long lines are straight.
func (p *placing) findConflicts() {
	for l := 1; l < len(p.layers); l++ {
		lower := p.layers[l]
		left, scan := -1, 0
		for i, v := range lower {
			u := p.inner(v)
			if u < 0 && i < len(lower)-1 {
				continue
			}
			right := len(p.layers[l-1])
			if u >= 0 {
				right = p.vertices[u].place
			}
			for ; scan <= i; scan++ {
				w := lower[scan]
				innerLine := p.inner(w) >= 0
				for _, n := range p.vertices[w].up {
					if at := p.vertices[n].place; (at < left || at > right) && !innerLine {
						p.conflict[[2]int{n, w}] = true
					}
				}
			}
			left = right
		}
	}
}

// align returns the root of each vertex's block: vertices of a block share a coordinate.
func (p *placing) align(down, left bool) []int {
	root := make([]int, len(p.vertices))
	next := make([]int, len(p.vertices)) // the block as a ring
	for v := range root {
		root[v], next[v] = v, v
	}
	for i := range p.layers {
		l := i
		if !down {
			l = len(p.layers) - 1 - i
		}
		layer := p.layers[l]
		reached := -1
		if !left {
			reached = math.MaxInt
		}
		for j := range layer {
			v := layer[j]
			if !left {
				v = layer[len(layer)-1-j]
			}
			near := slices.Clone(p.vertices[v].up)
			if !down {
				near = slices.Clone(p.vertices[v].down)
			}
			if len(near) == 0 {
				continue
			}
			slices.SortFunc(near, func(a, b int) int { return p.vertices[a].place - p.vertices[b].place })
			middles := []int{(len(near) - 1) / 2, len(near) / 2}
			if !left {
				slices.Reverse(middles)
			}
			for _, m := range middles {
				u := near[m]
				pair := [2]int{u, v}
				if !down {
					pair = [2]int{v, u}
				}
				at := p.vertices[u].place
				if next[v] != v || p.conflict[pair] || left && at <= reached || !left && at >= reached {
					continue
				}
				next[u], root[v] = v, root[u]
				next[v] = root[v]
				reached = at
			}
		}
	}
	return root
}

// compact places the blocks as far left (or right) as their neighbours let them, then pulls each toward those on its other side.
func (p *placing) compact(root []int, left bool) []float64 {
	n := len(p.vertices)
	type link struct {
		to  int
		gap float64
	}
	after, before := make([][]link, n), make([][]link, n)
	waits := make([]int, n)
	for _, layer := range p.layers {
		for i := 0; i+1 < len(layer); i++ {
			v, w := layer[i], layer[i+1]
			a, b, gap := root[v], root[w], apart(&p.vertices[v], &p.vertices[w])
			if !left {
				a, b = b, a
			}
			after[a] = append(after[a], link{b, gap})
			before[b] = append(before[b], link{a, gap})
			waits[b]++
		}
	}
	x := make([]float64, n)
	var order []int
	for v := range n {
		if root[v] == v && waits[v] == 0 {
			order = append(order, v)
		}
	}
	for i := 0; i < len(order); i++ {
		v := order[i]
		for _, b := range before[v] {
			x[v] = max(x[v], x[b.to]+b.gap)
		}
		for _, a := range after[v] {
			if waits[a.to]--; waits[a.to] == 0 {
				order = append(order, a.to)
			}
		}
	}
	for _, v := range slices.Backward(order) {
		limit := math.Inf(1)
		for _, a := range after[v] {
			limit = min(limit, x[a.to]-a.gap)
		}
		if !math.IsInf(limit, 1) {
			x[v] = max(x[v], limit)
		}
	}
	out := make([]float64, n)
	for v := range out {
		out[v] = x[root[v]]
		if !left {
			out[v] = -out[v]
		}
	}
	return out
}
