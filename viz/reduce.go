package viz

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// merged returns the graph with nodes joined from which the same can happen: the coarsest partition of the nodes by what they show and by the
// words and targets of their arrows, refined until it is stable (a bisimulation). A joined node carries the keys of all that it stands for.
func (g *Graph) merged() *Graph {
	class := make([]int, len(g.Nodes))
	leaving := make([][]int, len(g.Nodes))
	for i, e := range g.Edges {
		leaving[e.From] = append(leaving[e.From], i)
	}
	for count := 0; ; {
		names := map[string]int{}
		next := make([]int, len(g.Nodes))
		for v := range g.Nodes {
			n := &g.Nodes[v]
			moves := map[string]bool{}
			for _, i := range leaving[v] {
				e := &g.Edges[i]
				moves[fmt.Sprintf("%q %q %d %d", e.Lines, e.Note, e.Kind, class[e.To])] = true
			}
			name := fmt.Sprintf("%d %q %q %q %q", n.Kind, n.Title, n.Lines, n.Group, slices.Sorted(maps.Keys(moves)))
			if _, ok := names[name]; !ok {
				names[name] = len(names)
			}
			next[v] = names[name]
		}
		class = next
		if len(names) == count {
			break
		}
		count = len(names)
	}
	return g.quotient(class)
}

// quotient joins the nodes of each class, which are numbered in the order of their first nodes, and drops arrows that become equal.
func (g *Graph) quotient(class []int) *Graph {
	out := *g
	out.Nodes, out.Edges = nil, nil
	for v, c := range class {
		if c == len(out.Nodes) {
			n := g.Nodes[v]
			n.Keys = slices.Clone(n.Keys)
			out.Nodes = append(out.Nodes, n)
			continue
		}
		out.Nodes[c].Keys = append(out.Nodes[c].Keys, g.Nodes[v].Keys...)
	}
	at := map[string]int{}
	for _, e := range g.Edges {
		e.From, e.To = class[e.From], class[e.To]
		name := fmt.Sprintf("%d %d %q %q %d", e.From, e.To, e.Lines, e.Note, e.Kind)
		if i, ok := at[name]; ok {
			out.Edges[i].Keys = append(slices.Clone(out.Edges[i].Keys), e.Keys...)
			continue
		}
		at[name] = len(out.Edges)
		out.Edges = append(out.Edges, e)
	}
	return &out
}

// bundled returns the graph with one arrow for all edges between the same two nodes, if they are marked alike and carry the same note: a line
// of text for each, in the colour of its kind. The arrow itself has their common kind; what fails or waits for time yields to the rest.
func (g *Graph) bundled() *Graph {
	type bundle struct {
		from, to int
		mark     Mark
		note     string
		both     bool
	}
	out := g.copy()
	out.Edges = nil
	at := map[bundle]int{}
	for _, e := range g.Edges {
		b := bundle{e.From, e.To, e.Mark, e.Note, e.Both}
		i, ok := at[b]
		if e.chain { // its lines are not alternatives
			e.kinds = slices.Clone(e.kinds)
			out.Edges = append(out.Edges, e)
			continue
		}
		if !ok || len(e.Lines) == 0 || len(out.Edges[i].Lines) == 0 {
			at[b] = len(out.Edges)
			e.kinds = slices.Repeat([]EdgeKind{e.Kind}, len(e.Lines))
			out.Edges = append(out.Edges, e)
			continue
		}
		into := &out.Edges[i]
		if len(into.kinds) > 0 && !into.shared {
			into.Lines = oneLine(into.Lines)
			into.kinds = slices.Repeat([]EdgeKind{into.Kind}, len(into.Lines))
			into.shared = true
		}
		lines := oneLine(e.Lines)
		into.Lines = append(slices.Clone(into.Lines), lines...)
		into.kinds = append(slices.Clone(into.kinds), slices.Repeat([]EdgeKind{e.Kind}, len(lines))...)
		into.Keys = append(slices.Clone(into.Keys), e.Keys...)
	}
	for i := range out.Edges {
		e := &out.Edges[i]
		e.Kind = commonKind(e.Kind, e.kinds)
		if e.Note != "" {
			e.Lines = append(slices.Clone(e.Lines), e.Note)
			e.kinds = append(e.kinds, e.Kind)
			e.Note = ""
		}
	}
	return out
}

// oneLine joins the lines of one arrow if they are short, so that in a bundle each arrow's words stay together.
func oneLine(lines []string) []string {
	if s := strings.Join(lines, "  "); utf8.RuneCountInString(s) <= mostRunes+12 {
		return []string{s}
	}
	return lines
}

func commonKind(kind EdgeKind, kinds []EdgeKind) EdgeKind {
	main := slices.DeleteFunc(slices.Clone(kinds), func(k EdgeKind) bool { return k == Failing || k == Timing })
	if len(main) == 0 {
		main = kinds
	}
	if len(main) == 0 {
		return kind
	}
	for _, k := range main {
		if k != main[0] {
			return Plain
		}
	}
	return main[0]
}
