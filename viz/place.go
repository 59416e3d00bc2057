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

// mostAligned is how many vertices are aligned in all four ways; more only in the two from the top, so that a thousand nodes take about a second.
const mostAligned = 250_000

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
	yielding []bool          // per vertex: whether a line to the layer above gives way
}

// placeVertices returns a coordinate per vertex. Neighbours keep the distance of apart.
func placeVertices(vertices []vertex, layers [][]int) []float64 {
	p := &placing{vertices, layers, map[[2]int]bool{}, make([]bool, len(vertices))}
	p.findConflicts()
	count := 4
	if len(vertices) > mostAligned {
		count = 2
	}
	found, widths := make([][]float64, count), make([]float64, count)
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
		if count == 2 {
			out[v] = (found[0][v] + found[1][v]) / 2
			continue
		}
		four := [4]float64{found[0][v], found[1][v], found[2][v], found[3][v]}
		slices.Sort(four[:])
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
						p.conflict[[2]int{n, w}], p.yielding[w] = true, true
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
	var sorted []int
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
			near := p.vertices[v].up
			if !down {
				near = p.vertices[v].down
			}
			if len(near) == 0 {
				continue
			}
			if len(near) > 1 {
				near = append(sorted[:0], near...)
				slices.SortFunc(near, func(a, b int) int { return p.vertices[a].place - p.vertices[b].place })
				sorted = near
			}
			middles := [2]int{(len(near) - 1) / 2, len(near) / 2}
			if !left {
				middles[0], middles[1] = middles[1], middles[0]
			}
			for _, m := range middles {
				u := near[m]
				upper, lower := u, v
				if !down {
					upper, lower = v, u
				}
				at := p.vertices[u].place
				if next[v] != v || p.yielding[lower] && p.conflict[[2]int{upper, lower}] || left && at <= reached || !left && at >= reached {
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
	pairs := func(yield func(a, b int, gap float64)) {
		for _, layer := range p.layers {
			for i := 0; i+1 < len(layer); i++ {
				v, w := layer[i], layer[i+1]
				a, b := root[v], root[w]
				if !left {
					a, b = b, a
				}
				yield(a, b, apart(&p.vertices[v], &p.vertices[w]))
			}
		}
	}
	waits, follow := make([]int, n), make([]int, n)
	pairs(func(a, b int, _ float64) {
		follow[a]++
		waits[b]++
	})
	after, before := make([][]link, n), make([][]link, n)
	links := make([]link, 2*n)
	for v := range n {
		after[v], links = links[:0:follow[v]], links[follow[v]:]
		before[v], links = links[:0:waits[v]], links[waits[v]:]
	}
	pairs(func(a, b int, gap float64) {
		after[a] = append(after[a], link{b, gap})
		before[b] = append(before[b], link{a, gap})
	})
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
