package viz

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestApart holds a graph with stand-ins against the one that it was made from: with each stand-in read as what it stands for, the arrows are the same.
func TestApart(t *testing.T) {
	references := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		g := randomGraph(seed, 2+r.IntN(110), 0, true)
		for v := range g.Nodes {
			g.Nodes[v].ID, g.Nodes[v].Title = number("s", v), ""
			if g.Nodes[v].Kind = Point; v%4 == 0 {
				g.Nodes[v].Title = number("state", v/8) // some have the same name
			}
		}
		g.Nodes[len(g.Nodes)-1].Kind = Final
		for range r.IntN(150) { // a few nodes are popular
			g.Edges = append(g.Edges, Edge{From: r.IntN(len(g.Nodes)), To: r.IntN(1+len(g.Nodes)/8) * (len(g.Nodes) - 1) / max(1, len(g.Nodes)/8), Lines: []string{"m"}})
		}
		a := g.apart()
		if len(a.Edges) != len(g.Edges) {
			t.Fatalf("seed %d: %d arrows of %d", seed, len(a.Edges), len(g.Edges))
		}
		home := map[string][]int{} // by the name that a reader sees
		for v, n := range a.Nodes[:len(g.Nodes)] {
			home[n.Title] = append(home[n.Title], v)
		}
		for i, e := range a.Edges {
			want := g.Edges[i]
			switch n := a.Nodes[e.To]; {
			case n.Kind == Reference:
				references++
				if len(home[n.Title]) != 1 {
					t.Fatalf("seed %d: %d nodes are called %q, to which an arrow refers", seed, len(home[n.Title]), n.Title)
				}
				e.To = home[n.Title][0]
			case n.Kind == Final:
				e.To = len(g.Nodes) - 1
			}
			if e.From != want.From || e.To != want.To {
				t.Fatalf("seed %d: arrow %d leads from %d to %d, not from %d to %d", seed, i, e.From, e.To, want.From, want.To)
			}
		}
	}
	if references == 0 {
		t.Error("no graph has a reference")
	}
}

func TestFolded(t *testing.T) {
	g := sample("chain", "a -> x1: one\nx1 -> x2: two\nx2 -> b: three\nb -> x3: four\nx3 -> a: five\nb -> x4: six\nx4 -> x5: seven\nx5 -> b: eight")
	for v := range g.Nodes {
		n := &g.Nodes[v]
		n.Kind, n.Keys = Point, []string{"at " + n.Title}
		if n.Title[0] == 'x' {
			n.Title = ""
		}
		for i := range g.Edges {
			if g.Edges[i].From == v {
				g.Edges[i].Kind = []EdgeKind{Sending, Receiving}[i%2]
				g.Edges[i].Keys = []string{"does " + g.Edges[i].Lines[0]}
			}
		}
	}
	i := slices.IndexFunc(g.Nodes, func(n Node) bool { return n.Keys[0] == "at x4" })
	g.Nodes[i].Mark = Current
	f := g.Folded()
	var got []string
	for _, e := range f.Edges {
		got = append(got, fmt.Sprint(f.Nodes[e.From].Keys[0], " to ", f.Nodes[e.To].Keys[0], " ", e.Lines, e.lineKinds(), e.Keys))
	}
	want := []string{
		"at a to at b [one; two; three] [1 2 1] [does one does two at x1 does three at x2]",
		"at b to at a [four; five] [2 1] [does four does five at x3]",
		"at b to at x4 [six] [2] [does six]",
		"at x4 to at b [seven; eight] [1 2] [does seven does eight at x5]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(g.Edges) != 8 || g.Edges[0].Lines[0] != "one" {
		t.Error("Folded has written into its graph")
	}
	if b := f.bundled(); len(b.Edges) != len(f.Edges) {
		t.Error("chains between the same nodes are drawn as one")
	}
}
