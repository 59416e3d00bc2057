package viz

import (
	"slices"
	"strings"
)

// mostWhole is how many nodes a machine may have before its chains are folded, where a reader has not asked for all.
const mostWhole = 20

// Large reports whether a graph has so many nodes that a reader wants it folded first.
func (g *Graph) Large() bool { return len(g.Nodes) > mostWhole }

// Folded returns the graph without the nodes that have no name and at which nothing branches or meets: what happens one after the other is one
// arrow, a line each, with a semicolon before what follows. What is marked apart from its surroundings stays.
func (g *Graph) Folded() *Graph {
	arriving, leaving := make([][]int, len(g.Nodes)), make([][]int, len(g.Nodes))
	for i, e := range g.Edges {
		leaving[e.From] = append(leaving[e.From], i)
		arriving[e.To] = append(arriving[e.To], i)
	}
	out := *g
	out.About = strings.TrimSpace(g.About + " Steps in a row are one arrow, a semicolon before what follows.")
	out.Edges = slices.Clone(g.Edges)
	gone := make([]bool, len(g.Nodes))
	for v := range g.Nodes {
		n := &g.Nodes[v]
		if n.Kind != Point || n.Title != "" || len(n.Lines) > 0 || len(arriving[v]) != 1 || len(leaving[v]) != 1 {
			continue
		}
		i, o := arriving[v][0], leaving[v][0]
		first, second := &out.Edges[i], &out.Edges[o]
		if i == o || n.Mark != first.Mark || first.Mark != second.Mark || first.Note != second.Note || len(first.Lines) == 0 || len(second.Lines) == 0 {
			continue
		}
		gone[v] = true
		*second = follow(first, second)
		second.Keys = append(second.Keys, n.Keys...)
		leaving[first.From][slices.Index(leaving[first.From], i)] = o
	}
	place := make([]int, len(g.Nodes))
	out.Nodes = nil
	for v, n := range g.Nodes {
		place[v] = len(out.Nodes)
		if !gone[v] {
			out.Nodes = append(out.Nodes, n)
		}
	}
	edges := out.Edges
	out.Edges = nil
	for v, list := range leaving { // in the order of the nodes that they leave, as before
		if gone[v] {
			continue
		}
		for _, i := range list {
			e := edges[i]
			e.From, e.To = place[e.From], place[e.To]
			out.Edges = append(out.Edges, e)
		}
	}
	return &out
}

// follow is one arrow for two that follow each other.
func follow(first, second *Edge) Edge {
	e := *second
	e.From = first.From
	e.Lines = slices.Clone(first.Lines)
	e.Lines[len(e.Lines)-1] += ";"
	e.Lines = append(e.Lines, second.Lines...)
	e.kinds = append(first.lineKinds(), second.lineKinds()...)
	e.Kind = commonKind(first.Kind, e.kinds)
	e.Keys = append(slices.Clone(first.Keys), second.Keys...)
	e.chain = true
	return e
}

// lineKinds are the kinds of all lines of an arrow.
func (e *Edge) lineKinds() []EdgeKind {
	kinds := make([]EdgeKind, len(e.Lines))
	for k := range kinds {
		kinds[k] = e.kindOf(k)
	}
	return kinds
}
