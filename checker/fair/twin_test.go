package fair

import (
	"flag"
	"fmt"
	"math/rand"
	"testing"
)

var (
	randomGraphs = flag.Int("graphs", 6000, "random graphs to compare")
	graphSeed    = flag.Int64("graphs-seed", 1, "seed of the first")
)

// TestTwin compares the search with the definition, on random graphs: a fair run takes some set of edges again and again, so every set is tried.
func TestTwin(t *testing.T) {
	found := map[string]int{}
	for k := range *randomGraphs {
		seed := *graphSeed + int64(k)
		g, o := randomGraph(rand.New(rand.NewSource(seed)))
		s := NewSearch(g)
		weakest := Violated
		for a := None; a <= Declared; a++ {
			want := violable(g, o, a)
			part := s.Violation(o, a)
			if (part != nil) != want {
				t.Fatalf("seed %d, %s: the search says %v, the definition %v", seed, a, part != nil, want)
			}
			if part == nil {
				weakest = min(weakest, a)
				continue
			}
			start, cycle := s.Cycle(part)
			if problem := violates(g, o, a, start, cycle); problem != "" {
				t.Fatalf("seed %d, %s: the cycle %v of %d %s", seed, a, cycle, start, problem)
			}
		}
		if weakest == Violated && !persistent(g, o) {
			weakest = Strong
		}
		if got := s.Weakest(o); got != weakest {
			t.Fatalf("seed %d: the weakest assumption is %s, and %s by the definition", seed, got, weakest)
		}
		found[weakest.String()]++
	}
	for a := None; a <= Violated; a++ {
		if found[a.String()] < *randomGraphs/100 {
			t.Errorf("only %d of %d graphs need %s", found[a.String()], *randomGraphs, a)
		}
	}
	t.Logf("seed %d: %v", *graphSeed, found)
}

// randomGraph makes a small graph in which every state can be reached from the first.
func randomGraph(r *rand.Rand) (*Graph, *Obligation) {
	g := &Graph{Movers: 1 + r.Intn(3), Choices: 1 + r.Intn(4)}
	option := make([]int32, g.Choices) // each belongs to one mover
	for k := range option {
		option[k] = int32(r.Intn(g.Movers))
	}
	n := 1 + r.Intn(5)
	most := 12
	g.Enabled, g.Queues = make([]uint64, n), make([]uint64, n)
	for s := range n {
		g.Off = append(g.Off, uint64(len(g.To)))
		for range r.Intn(4) {
			if len(g.To) == most {
				break
			}
			l := Label{Movers: [2]int32{int32(r.Intn(g.Movers)), -1}, Options: [2]int32{-1, -1}, Renews: -1}
			if r.Intn(4) == 0 && g.Movers > 1 {
				l.Movers[1] = (l.Movers[0] + 1) % int32(g.Movers)
			}
			for side, m := range l.Movers {
				if k := r.Intn(g.Choices); m >= 0 && option[k] == m && r.Intn(4) > 0 {
					l.Options[side] = int32(k)
					l.Promised[side] = r.Intn(5) > 0
					l.Visits[side] = r.Intn(6) > 0
				}
			}
			to := uint32(r.Intn(n))
			switch r.Intn(24) {
			case 0:
				l.Fault = true
			case 1:
				l.Passed, l.Promised = true, [2]bool{}
			case 2:
				to = Nowhere
			case 3:
				l.Renews = int32(r.Intn(g.Movers))
			}
			if !l.Fault && !l.Passed {
				for _, m := range l.Movers {
					if m >= 0 {
						g.Enabled[s] |= 1 << m
					}
				}
			}
			g.To = append(g.To, to)
			g.Label = append(g.Label, uint32(len(g.Labels)))
			g.Labels = append(g.Labels, l)
		}
	}
	g.Off = append(g.Off, uint64(len(g.To)))
	for s := range n {
		if r.Intn(4) == 0 {
			g.Queues[s] = g.Enabled[s] & uint64(r.Intn(8))
		}
	}
	o := &Obligation{Pending: NewSet(n), Serves: make([]bool, len(g.Labels))}
	for s := range n {
		if r.Intn(2) == 0 {
			o.Pending.Add(s)
		}
	}
	for k := range o.Serves {
		o.Serves[k] = r.Intn(3) == 0
	}
	if r.Intn(3) == 0 {
		o.Within = NewSet(n)
		for s := range n {
			if r.Intn(4) > 0 {
				o.Within.Add(s)
			}
		}
	}
	return g, o
}

// violable tries every set of edges, and every state in which a run may end.
func violable(g *Graph, o *Obligation, a Assumption) bool {
	for n := range g.States() {
		if violates(g, o, a, uint32(n), nil) == "" {
			return true
		}
	}
	var steps []uint64
	for e := range g.To {
		if g.step(uint64(e)) {
			steps = append(steps, uint64(e))
		}
	}
	for set := 1; set < 1<<len(steps); set++ {
		var edges []uint64
		for k, e := range steps {
			if set>>k&1 != 0 {
				edges = append(edges, e)
			}
		}
		if connected(g, edges) && again(g, o, a, edges) == "" {
			return true
		}
	}
	return false
}

func from(g *Graph, e uint64) uint32 {
	for n := range g.States() {
		if e < g.Off[n+1] {
			return uint32(n)
		}
	}
	panic("no such edge")
}

// connected reports whether a run can take exactly these edges again and again.
func connected(g *Graph, edges []uint64) bool {
	for _, a := range edges {
		seen := map[uint32]bool{g.To[a]: true}
		for grew := true; grew; {
			grew = false
			for _, e := range edges {
				if seen[from(g, e)] && !seen[g.To[e]] {
					seen[g.To[e]], grew = true, true
				}
			}
		}
		for _, b := range edges {
			if !seen[from(g, b)] {
				return false
			}
		}
	}
	return true
}

// violates says why a cycle is no violation; "" if it is.
func violates(g *Graph, o *Obligation, a Assumption, start uint32, cycle []uint64) string {
	if len(cycle) == 0 {
		for e := g.Off[start]; e < g.Off[start+1]; e++ {
			if l := g.Labels[g.Label[e]]; !l.Fault && !l.Passed {
				return "does not end"
			}
		}
		if !o.Pending.Has(int(start)) || o.Within != nil && !o.Within.Has(int(start)) {
			return "owes nothing"
		}
		return ""
	}
	at := start
	for _, e := range cycle {
		if from(g, e) != at || !g.step(e) {
			return "is no way"
		}
		at = g.To[e]
	}
	if at != start {
		return "does not close"
	}
	return again(g, o, a, cycle)
}

// again says why a run that takes these edges again and again, and no others, is no violation.
func again(g *Graph, o *Obligation, a Assumption, edges []uint64) string {
	pending := false
	renewed := map[int32]bool{}
	for _, e := range edges {
		n := from(g, e)
		pending = pending || o.Pending.Has(int(n))
		if o.Within != nil && (!o.Within.Has(int(n)) || !o.Within.Has(int(g.To[e]))) {
			return "leaves Within"
		}
		if o.Serves[g.Label[e]] {
			return "serves"
		}
		if r := g.Labels[g.Label[e]].Renews; r >= 0 {
			renewed[r] = true
		}
	}
	if !pending {
		return "owes nothing"
	}
	if a == None {
		return ""
	}
	for m := range int32(g.Movers) {
		moves, stands := false, false
		for _, e := range edges {
			l := g.Labels[g.Label[e]]
			moves = moves || l.Movers[0] == m || l.Movers[1] == m
			stands = stands || g.Enabled[from(g, e)]>>m&1 == 0
		}
		if !moves && !stands {
			return fmt.Sprintf("keeps mover %d from moving", m)
		}
	}
	if a == Weak {
		return ""
	}
	for m := range int32(g.Movers) {
		moves, turn := false, false
		for _, e := range edges {
			l := g.Labels[g.Label[e]]
			moves = moves || l.Movers[0] == m || l.Movers[1] == m
			turn = turn || g.Queues[from(g, e)]>>m&1 != 0
		}
		if turn && !moves {
			return fmt.Sprintf("never gives mover %d its turn", m)
		}
	}
	for k := range int32(g.Choices) {
		taken, visited := false, false
		for _, e := range edges {
			l := g.Labels[g.Label[e]]
			taken = taken || l.Options[0] == k || l.Options[1] == k
			for side, m := range l.Movers {
				if m < 0 || !l.Visits[side] || renewed[m] {
					continue
				}
				n := from(g, e)
				for f := g.Off[n]; f < g.Off[n+1]; f++ {
					x := g.Labels[g.Label[f]]
					for other := range x.Movers {
						visited = visited || x.Movers[other] == m && x.Options[other] == k && x.Promised[other] && !x.Passed
					}
				}
			}
		}
		if visited && !taken {
			return fmt.Sprintf("breaks the promise of option %d", k)
		}
	}
	return ""
}

// persistent reports whether from some state on nothing can serve any more, by looking at what can follow each state.
func persistent(g *Graph, o *Obligation) bool {
	follow := func(n uint32) map[uint32]bool {
		seen := map[uint32]bool{n: true}
		for todo := []uint32{n}; len(todo) > 0; todo = todo[1:] {
			for e := g.Off[todo[0]]; e < g.Off[todo[0]+1]; e++ {
				if g.step(e) && !seen[g.To[e]] {
					seen[g.To[e]] = true
					todo = append(todo, g.To[e])
				}
			}
		}
		return seen
	}
next:
	for n := range uint32(g.States()) {
		if violates(g, o, None, n, nil) == "" {
			return true
		}
		all := follow(n)
		pending, steps := false, false
		for s := range all {
			if o.Within != nil && !o.Within.Has(int(s)) || !follow(s)[n] {
				continue next
			}
			pending = pending || o.Pending.Has(int(s))
			for e := g.Off[s]; e < g.Off[s+1]; e++ {
				l := g.Labels[g.Label[e]]
				if l.Fault || l.Passed {
					continue
				}
				if g.To[e] == Nowhere || o.Serves[g.Label[e]] {
					continue next
				}
				steps = true
			}
		}
		if pending && steps {
			return true
		}
	}
	return false
}
