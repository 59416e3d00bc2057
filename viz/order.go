package viz

import (
	"math/rand/v2"
	"slices"
)

// vertex is a node, a bend or a label of the layered graph. Along the layers it reaches before and after its coordinate, across them it is thick.
type vertex struct {
	node          int // in Graph.Nodes; -1 for a bend or a label
	label         bool
	before, after float64
	thick         float64
	layer, place  int
	up, down      []int // neighbours in the layers above and below, one entry per line
}

// ordering permutes the vertices of each layer until few lines cross.
type ordering struct {
	vertices []vertex
	layers   [][]int // vertices from left to right

	movable []weighed // in use by median
	fixed   []bool
	tree    []int32 // in use by crossings
	ends    []int
}

// weighed is a vertex with the place that it wants, and with the one that it has.
type weighed struct {
	v     int
	w     float64
	place int
}

// Work that is spent on an order, in visits of a vertex: drawings that people read get all the sweeps they can use, very large ones a few, so that a
// thousand nodes take about a second.
const (
	sweepVisits    = 250_000
	exchangeVisits = 60_000
	startVisits    = 8_000
	mostStarts     = 24
)

// orderLayers sorts the layers: the best of several starts, each improved by sweeps of the median heuristic and of exchanging neighbours. Starts are a
// walk from the top, a walk from the bottom, and where lines still cross, walks that take the ways on in a shuffled order.
func orderLayers(vertices []vertex, layers [][]int) {
	o := &ordering{vertices: vertices, layers: layers}
	var best [][]int
	least := -1
	for start := range max(2, min(mostStarts, startVisits/len(vertices))) {
		var shuffle *rand.Rand
		if start >= 2 {
			shuffle = rand.New(rand.NewPCG(uint64(start), 0))
		}
		o.walk(start%2 == 0, shuffle)
		crossings := o.improve()
		if least < 0 || crossings < least {
			least, best = crossings, o.snapshot()
		}
		if least == 0 || len(vertices) > sweepVisits/16 {
			break
		}
	}
	o.restore(best)
}

// walk gives the vertices places in the order of a depth-first walk.
func (o *ordering) walk(fromTop bool, shuffle *rand.Rand) {
	seen := make([]bool, len(o.vertices))
	for i := range o.layers {
		o.layers[i] = o.layers[i][:0]
	}
	var stack []int
	for k := range o.vertices {
		root := k
		v := &o.vertices[root]
		if fromTop && len(v.up) > 0 || !fromTop && len(v.down) > 0 {
			continue
		}
		stack = append(stack[:0], root)
		for len(stack) > 0 {
			k := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[k] {
				continue
			}
			seen[k] = true
			v := &o.vertices[k]
			o.layers[v.layer] = append(o.layers[v.layer], k)
			next := v.down
			if !fromTop {
				next = v.up
			}
			if shuffle != nil {
				next = slices.Clone(next)
				shuffle.Shuffle(len(next), func(i, j int) { next[i], next[j] = next[j], next[i] })
			}
			for _, n := range slices.Backward(next) {
				if !seen[n] {
					stack = append(stack, n)
				}
			}
		}
	}
	for l := range o.layers {
		o.number(l)
	}
}

func (o *ordering) number(layer int) {
	for i, v := range o.layers[layer] {
		o.vertices[v].place = i
	}
}

// improve sweeps until it has not helped a few times; it leaves the best order found in place.
func (o *ordering) improve() int {
	best, least := o.snapshot(), o.crossings()
	idle := 0
	for sweep := 0; sweep < min(40, max(2, sweepVisits/len(o.vertices))) && idle < 8 && least > 0; sweep++ {
		down := sweep%2 == 0
		for i := range o.layers {
			l := i
			if !down {
				l = len(o.layers) - 1 - i
			}
			o.median(l, down, sweep%4 >= 2)
		}
		o.transpose()
		if c := o.crossings(); c < least {
			least, best, idle = c, o.snapshot(), 0
		} else {
			idle++
		}
	}
	o.restore(best)
	return least
}

// median sorts a layer by where its neighbours in the layer before stand. Vertices without neighbours stay where they are.
func (o *ordering) median(layer int, down, flip bool) {
	movable := o.movable[:0]
	places := make([]int, 0, 8)
	fixed := append(o.fixed[:0], make([]bool, len(o.layers[layer]))...)
	for i, k := range o.layers[layer] {
		near := o.vertices[k].up
		if !down {
			near = o.vertices[k].down
		}
		if len(near) == 0 {
			fixed[i] = true
			continue
		}
		at := i
		if flip { // ties in the opposite order: a way out of some plateaus
			at = -i
		}
		if len(near) == 1 {
			movable = append(movable, weighed{k, float64(o.vertices[near[0]].place), at})
			continue
		}
		places = places[:0]
		for _, n := range near {
			places = append(places, o.vertices[n].place)
		}
		slices.Sort(places)
		movable = append(movable, weighed{k, weightedMedian(places), at})
	}
	slices.SortFunc(movable, func(a, b weighed) int {
		switch {
		case a.w < b.w:
			return -1
		case a.w > b.w:
			return 1
		}
		return a.place - b.place
	})
	next := 0
	for i := range o.layers[layer] {
		if !fixed[i] {
			o.layers[layer][i] = movable[next].v
			next++
		}
	}
	o.number(layer)
	o.movable, o.fixed = movable, fixed
}

// weightedMedian is that of Gansner et al.: between two middle places, the side on which neighbours are denser.
func weightedMedian(p []int) float64 {
	m := len(p) / 2
	switch {
	case len(p)%2 == 1:
		return float64(p[m])
	case len(p) == 2:
		return float64(p[0]+p[1]) / 2
	}
	left, right := float64(p[m-1]-p[0]), float64(p[len(p)-1]-p[m])
	if left+right == 0 {
		return float64(p[m-1]+p[m]) / 2
	}
	return (float64(p[m-1])*right + float64(p[m])*left) / (left + right)
}

// transpose exchanges neighbours in a layer as long as that saves crossings.
func (o *ordering) transpose() {
	for round, better := 0, true; better && round < min(12, max(1, exchangeVisits/len(o.vertices))); round++ {
		better = false
		for l, layer := range o.layers {
			for i := 0; i+1 < len(layer); i++ {
				v, w := &o.vertices[layer[i]], &o.vertices[layer[i+1]]
				now := o.pair(v.up, w.up) + o.pair(v.down, w.down)
				then := o.pair(w.up, v.up) + o.pair(w.down, v.down)
				if then < now {
					layer[i], layer[i+1] = layer[i+1], layer[i]
					better = true
					o.vertices[layer[i]].place, o.vertices[layer[i+1]].place = i, i+1
				}
			}
			o.number(l)
		}
	}
}

// pair counts the crossings between the lines of two neighbours, a standing left of b.
func (o *ordering) pair(a, b []int) int {
	n := 0
	for _, x := range a {
		for _, y := range b {
			if o.vertices[x].place > o.vertices[y].place {
				n++
			}
		}
	}
	return n
}

// crossings counts all crossings, layer by layer, as inversions with a binary indexed tree (Barth, Jünger and Mutzel 2002). Lines that keep the order
// of those before, which most do, are only noted.
func (o *ordering) crossings() int {
	total := 0
	for l := 0; l+1 < len(o.layers); l++ {
		width := len(o.layers[l+1])
		tree := append(o.tree[:0], make([]int32, width+1)...)
		seen, rightmost := int32(0), 0
		ends := o.ends
		for _, k := range o.layers[l] {
			ends = ends[:0]
			for _, n := range o.vertices[k].down {
				ends = append(ends, o.vertices[n].place)
			}
			for _, p := range ends {
				if p >= rightmost {
					continue
				}
				upTo := int32(0)
				for i := p + 1; i > 0; i -= i & -i {
					upTo += tree[i]
				}
				total += int(seen - upTo)
			}
			for _, p := range ends {
				rightmost = max(rightmost, p)
				seen++
				for i := p + 1; i <= width; i += i & -i {
					tree[i]++
				}
			}
		}
		o.tree, o.ends = tree, ends
	}
	return total
}

func (o *ordering) snapshot() [][]int {
	s := make([][]int, len(o.layers))
	for i, l := range o.layers {
		s[i] = slices.Clone(l)
	}
	return s
}

func (o *ordering) restore(s [][]int) {
	for i, l := range s {
		copy(o.layers[i], l)
		o.number(i)
	}
}
