package viz

import (
	"slices"
	"strings"
)

// When arrows to one node are drawn to a stand-in beside where they come from: many long lines to one place say less.
const (
	mostEnds     = 4  // arrows to an end
	mostArriving = 4  // nodes that lead to another node, …
	smallGraph   = 16 // … in a graph of more nodes than that
	hugeGraph    = 80 // more nodes than that are drawn in pieces
)

// apart returns the graph with popular nodes drawn apart: an end stands beside each node that leads to it, and in a large graph all arrows to a
// popular node but the first that a reader meets lead to a reference that bears its name. One without a name of its own gets a letter. A huge graph
// falls into pieces: all arrows to a popular node, and to a named one where several meet, lead to references.
func (g *Graph) apart() *Graph {
	out := g.copy()
	sources := make([]map[int]bool, len(g.Nodes))
	for v := range sources {
		sources[v] = map[int]bool{}
	}
	arriving := make([]int, len(g.Nodes))
	for _, e := range g.Edges {
		arriving[e.To]++
		if e.From != e.To {
			sources[e.To][e.From] = true
		}
	}
	home := g.firstMet()
	large, huge := len(g.Nodes) > smallGraph, len(g.Nodes) > hugeGraph
	called := map[string]int{}
	for _, n := range g.Nodes {
		called[n.Title]++
	}
	letters := 0
	for v := range g.Nodes {
		n := &g.Nodes[v]
		switch {
		case n.Kind == Final:
			if arriving[v] > mostEnds {
				out.standIn(v, home[v], *n)
			}
		case machineKinds[n.Kind] && (large && len(sources[v]) > mostArriving || huge && n.Title != "" && len(sources[v]) > 1):
			named := &out.Nodes[v]
			if called[n.Title] > 1 || n.Title == "" {
				named.Title = strings.TrimSpace(n.Title + " " + letter(letters))
				letters++
			}
			at := home[v]
			if huge {
				at = -1
			}
			out.standIn(v, at, Node{ID: n.ID, Title: named.Title, Kind: Reference})
		}
	}
	return out
}

// machineKinds are the kinds of nodes between which a reader follows arrows; the boxes of a wiring stay one each.
var machineKinds = map[NodeKind]bool{Point: true, Resting: true, Deciding: true, Testing: true}

// standIn leads the arrows to a node to a copy of like beside each node that they come from, but for those of home and
// those that are lit, which keep the node itself.
func (g *Graph) standIn(node, home int, like Node) {
	own := map[int]int{}
	for i := range g.Edges {
		e := &g.Edges[i]
		if e.To != node || e.From == node || e.From == home || e.Mark > Faded {
			continue
		}
		to, ok := own[e.From]
		if !ok {
			to = len(g.Nodes)
			n := like
			n.ID += number("-", to)
			g.Nodes = append(g.Nodes, n)
			own[e.From] = to
		}
		e.To = to
	}
}

// firstMet returns for each node the one from which a reader who walks breadth first comes to it, -1 for where walks start.
func (g *Graph) firstMet() []int {
	leaving := make([][]int, len(g.Nodes))
	for _, e := range g.Edges {
		leaving[e.From] = append(leaving[e.From], e.To)
	}
	from := slices.Repeat([]int{-1}, len(g.Nodes))
	seen := make([]bool, len(g.Nodes))
	for root := range g.Nodes {
		if seen[root] {
			continue
		}
		seen[root] = true
		for queue := []int{root}; len(queue) > 0; queue = queue[1:] {
			for _, to := range leaving[queue[0]] {
				if !seen[to] {
					seen[to], from[to] = true, queue[0]
					queue = append(queue, to)
				}
			}
		}
	}
	return from
}

// letter names the i-th node without a name: A to Z, then A1 to Z1, …
func letter(i int) string {
	name := string(rune('A' + i%26))
	if i >= 26 {
		name += number("", i/26)
	}
	return name
}
