package viz

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func overlap(a, b Box) bool {
	const touch = 0.01
	return a.X+a.W > b.X+touch && b.X+b.W > a.X+touch && a.Y+a.H > b.Y+touch && b.Y+b.H > a.Y+touch
}

// checkLayout fails the test where boxes or labels overlap, a line does not start and end at its nodes, or something is off the page.
func checkLayout(t *testing.T, what string, l *Layout) {
	t.Helper()
	boxes := map[string]Box{}
	for i, b := range l.Boxes {
		boxes[number("n", i)] = b
	}
	for i, line := range l.Lines {
		if len(line.Lines) > 0 {
			boxes[number("label ", i)] = line.Label
		}
	}
	for a, x := range boxes {
		if x.X < 0 || x.Y < 0 || x.X+x.W > l.Width || x.Y+x.H > l.Height {
			t.Errorf("%s: %s is off the page: %v of %v × %v", what, a, x, l.Width, l.Height)
		}
		for b, y := range boxes {
			if a < b && overlap(x, y) {
				t.Errorf("%s: %s %v and %s %v overlap", what, a, x, b, y)
			}
		}
	}
	near := func(s Spot, b Box) bool {
		return s.X > b.X-1 && s.X < b.X+b.W+1 && s.Y > b.Y-1 && s.Y < b.Y+b.H+1
	}
	for i, e := range l.Graph.Edges {
		p := l.Lines[i].Path
		if len(p) < 4 || len(p)%3 != 1 {
			t.Fatalf("%s: edge %d has a path of %d spots", what, i, len(p))
		}
		if !near(p[0], l.Boxes[e.From]) || !near(p[len(p)-1], l.Boxes[e.To]) {
			t.Errorf("%s: edge %d runs from %v to %v, its nodes are %v and %v", what, i, p[0], p[len(p)-1], l.Boxes[e.From], l.Boxes[e.To])
		}
	}
}

// crossesBox reports whether an edge's line runs through a box that is not at one of its ends.
func crossesBox(l *Layout) string {
	for i, e := range l.Graph.Edges {
		line := bezier(l.Lines[i].Path)
		for _, part := range line.flatten(1) {
			for _, s := range part {
				for v, b := range l.Boxes {
					inside := b.inset(0.5)
					if v != e.From && v != e.To && s.X > inside.X && s.X < inside.X+inside.W && s.Y > inside.Y && s.Y < inside.Y+inside.H {
						return fmt.Sprintf("edge %d runs through node %d", i, v)
					}
				}
			}
		}
	}
	return ""
}

func TestArrange(t *testing.T) {
	graphs := map[string]*Graph{"empty": {}, "one": {Nodes: make([]Node, 1)}, "block": sample("block", blockSample), "vnode": sample("vnode", vnodeSample),
		"wiring": wiringSample(), "pieces": sample("pieces", "a -> b: x\nc -> d\ne\nf -> f: loop"),
		"loops":    sample("loops", "a -> a: one\na -> a: two; and more\na -> b: x\na -> b: y\nb -> a: z\nb -> b"),
		"untitled": {Nodes: []Node{{}, {Kind: Fork}, {Kind: Final}, {Kind: Deciding}, {Kind: Hub}}, Edges: []Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 1, To: 3}, {From: 3, To: 4}, {From: 4, To: 0}}}}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		graphs[fmt.Sprintf("random seed %d", seed)] = randomGraph(seed, 1+r.IntN(40), r.IntN(30), seed%3 > 0)
	}
	for name, g := range graphs {
		for _, d := range []Direction{Auto, TopDown, LeftRight} {
			g.Direction = d
			l := Arrange(g)
			what := fmt.Sprintf("%s, direction %d", name, d)
			checkLayout(t, what, l)
			if fault := crossesBox(l); fault != "" {
				t.Errorf("%s: %s", what, fault)
			}
		}
	}
}

func TestArrangeIsDeterministic(t *testing.T) {
	for seed := range uint64(5) {
		var first []byte
		for range 4 {
			var b bytes.Buffer
			if err := WriteSVG(&b, Arrange(randomGraph(seed, 40, 30, true))); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = b.Bytes()
			} else if !bytes.Equal(first, b.Bytes()) {
				t.Fatalf("seed %d: two layouts of one graph differ", seed)
			}
		}
	}
}

// TestLayersAreOptimal holds the network simplex against trying all layerings of small graphs.
func TestLayersAreOptimal(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		n := 2 + r.IntN(5)
		var arcs []arc
		for v := 1; v < n; v++ {
			arcs = append(arcs, arc{from: r.IntN(v), to: v, length: 1 + r.IntN(2)})
		}
		for range r.IntN(5) {
			a, b := r.IntN(n), r.IntN(n)
			if a < b {
				arcs = append(arcs, arc{from: a, to: b, length: 1 + r.IntN(2)})
			}
		}
		rank := layersOf(n, arcs)
		total := 0
		for _, a := range arcs {
			if rank[a.to]-rank[a.from] < a.length {
				t.Fatalf("seed %d: an arc of length %d spans %d layers", seed, a.length, rank[a.to]-rank[a.from])
			}
			total += rank[a.to] - rank[a.from]
		}
		if least := leastLength(n, arcs); total != least {
			t.Errorf("seed %d: the layers have total length %d, the least is %d", seed, total, least)
		}
	}
}

// leastLength tries all layerings.
func leastLength(n int, arcs []arc) int {
	rank := make([]int, n)
	best := math.MaxInt
	var try func(v int)
	try = func(v int) {
		if v == n {
			total := 0
			for _, a := range arcs {
				d := rank[a.to] - rank[a.from]
				if d < a.length {
					return
				}
				total += d
			}
			best = min(best, total)
			return
		}
		for rank[v] = 0; rank[v] <= 2*n; rank[v]++ {
			if ok := consistent(v, rank, arcs); ok {
				try(v + 1)
			}
		}
	}
	try(0)
	return best
}

func consistent(v int, rank []int, arcs []arc) bool {
	for _, a := range arcs {
		if a.to == v && a.from < v && rank[v]-rank[a.from] < a.length {
			return false
		}
	}
	return true
}

// TestCrossings holds the tree that counts crossings against counting pairs.
func TestCrossings(t *testing.T) {
	for seed := range uint64(50) {
		g := randomGraph(seed, 25, 20, false)
		nodes := make([]int, len(g.Nodes))
		for i := range nodes {
			nodes[i] = i
		}
		d := newDraft(g, nodes, newTypefaces())
		o := &ordering{vertices: d.vertices, layers: d.layers}
		pairs := 0
		for _, layer := range d.layers {
			for i, v := range layer {
				for _, w := range layer[i+1:] {
					pairs += o.pair(d.vertices[v].down, d.vertices[w].down)
				}
			}
		}
		if got := o.crossings(); got != pairs {
			t.Errorf("seed %d: crossings() = %d, there are %d", seed, got, pairs)
		}
	}
}

func BenchmarkArrange(b *testing.B) {
	for _, n := range []int{60, 1000} {
		for _, labels := range []bool{false, true} {
			for _, reach := range []int{12, n} {
				b.Run(fmt.Sprintf("nodes=%d/labels=%v/reach=%d", n, labels, reach), func(b *testing.B) {
					g := randomGraph(1, n, 0, labels)
					for v := range g.Nodes {
						g.Nodes[v].Kind = Component // no reference stands in for a box: every line is drawn
					}
					r := rand.New(rand.NewPCG(1, 3))
					for range n * 3 / 2 { // 2.5 edges a node, back and forth by up to reach nodes
						from := r.IntN(n)
						g.Edges = append(g.Edges, Edge{From: from, To: (from + r.IntN(reach)) % n, Lines: g.Edges[0].Lines})
					}
					for b.Loop() {
						Arrange(g)
					}
					b.ReportMetric(float64(len(g.Edges)), "edges")
				})
			}
		}
	}
}
