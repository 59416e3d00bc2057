package viz

import "sort"

// arc is an edge of a graph without cycles or self loops: From stands in a layer above To, at least Length layers apart.
type arc struct {
	from, to int
	length   int
	edge     int  // in Graph.Edges
	reversed bool // the arrow points from to to from
}

// acyclic turns edges around so that no cycle is left: those that close one in a depth-first walk, so that a loop's way back is the edge that
// runs upwards. Walks start at nodes without incoming edges, else in order.
func acyclic(n int, arcs []arc) {
	out := make([][]int, n)
	degree := make([]int, n)
	for i, a := range arcs {
		out[a.from] = append(out[a.from], i)
		degree[a.to]++
	}
	const (
		unseen = iota
		open
		done
	)
	state := make([]int, n)
	var flip []int
	type frame struct{ node, next int }
	walk := func(root int) {
		stack := []frame{{root, 0}}
		state[root] = open
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.next == len(out[f.node]) {
				state[f.node] = done
				stack = stack[:len(stack)-1]
				continue
			}
			i := out[f.node][f.next]
			f.next++
			switch to := arcs[i].to; state[to] {
			case open:
				flip = append(flip, i)
			case unseen:
				state[to] = open
				stack = append(stack, frame{to, 0})
			}
		}
	}
	for v := range n {
		if degree[v] == 0 {
			walk(v)
		}
	}
	for v := range n {
		if state[v] == unseen {
			walk(v)
		}
	}
	for _, i := range flip {
		a := &arcs[i]
		a.from, a.to, a.reversed = a.to, a.from, true
	}
}

// layering is the state of the network simplex: a spanning tree of tight arcs, improved until no cut value is negative.
type layering struct {
	n      int
	arcs   []arc
	at     [][]int // per node, its arcs
	rank   []int
	inTree []bool
	parent []int // arc to the parent in the tree, -1 at the root
	order  []int // nodes of the tree, parents first
	low    []int // number in order of the node itself …
	high   []int // … and one past its last descendant's
}

// layersOf gives each node of a connected graph without cycles its layer, from 0 on, so that the sum of the arcs' lengths is least.
func layersOf(n int, arcs []arc) []int {
	l := &layering{n: n, arcs: arcs, at: make([][]int, n), rank: make([]int, n), inTree: make([]bool, len(arcs)),
		parent: make([]int, n), low: make([]int, n), high: make([]int, n)}
	for i, a := range arcs {
		l.at[a.from] = append(l.at[a.from], i)
		l.at[a.to] = append(l.at[a.to], i)
	}
	l.longestPath()
	if n > 1 {
		l.tighten()
		l.improve()
	}
	l.normalise()
	return l.rank
}

// longestPath puts each node as high as its predecessors let it.
func (l *layering) longestPath() {
	waits := make([]int, l.n)
	for _, a := range l.arcs {
		waits[a.to]++
	}
	var ready []int
	for v := range l.n {
		if waits[v] == 0 {
			ready = append(ready, v)
		}
	}
	for len(ready) > 0 {
		v := ready[0]
		ready = ready[1:]
		for _, i := range l.at[v] {
			if a := l.arcs[i]; a.from == v {
				l.rank[a.to] = max(l.rank[a.to], l.rank[v]+a.length)
				if waits[a.to]--; waits[a.to] == 0 {
					ready = append(ready, a.to)
				}
			}
		}
	}
}

func (l *layering) slack(i int) int {
	a := l.arcs[i]
	return l.rank[a.to] - l.rank[a.from] - a.length
}

// tighten grows a tree of tight arcs from node 0, pulling the whole tree toward the nearest node outside when it is stuck.
func (l *layering) tighten() {
	member := make([]bool, l.n)
	tree := []int{0}
	member[0] = true
	for next := 0; len(tree) < l.n; {
		for ; next < len(tree); next++ {
			for _, i := range l.at[tree[next]] {
				a := l.arcs[i]
				other := a.from + a.to - tree[next]
				if !member[other] && l.slack(i) == 0 {
					member[other], l.inTree[i] = true, true
					tree = append(tree, other)
				}
			}
		}
		if len(tree) == l.n {
			break
		}
		best := -1
		for i, a := range l.arcs {
			if member[a.from] != member[a.to] && (best < 0 || l.slack(i) < l.slack(best)) {
				best = i
			}
		}
		if best < 0 {
			panic("viz: layersOf needs a connected graph")
		}
		shift := l.slack(best)
		if member[l.arcs[best].to] {
			shift = -shift
		}
		for _, v := range tree {
			l.rank[v] += shift
		}
		next = 0
	}
}

// improve pivots while a tree arc has a negative cut value. The bound on the rounds is a guard against cycling, which is rare and harmless.
func (l *layering) improve() {
	l.root()
	start := 0
	for round := 0; round < 20*l.n+1000; round++ {
		leave := l.leaving(&start)
		if leave < 0 {
			return
		}
		enter, tail := l.entering(leave)
		if enter < 0 {
			return
		}
		shift := l.slack(enter)
		for v := range l.n { // the tail's side moves up, away from the head
			if tail(v) {
				l.rank[v] -= shift
			}
		}
		l.inTree[leave], l.inTree[enter] = false, true
		l.root()
	}
}

// root walks the tree from node 0 and numbers it, so that "is a descendant of" is a comparison.
func (l *layering) root() {
	l.order = l.order[:0]
	type frame struct{ node, next int }
	stack := []frame{{0, 0}}
	l.parent[0], l.low[0] = -1, 0
	l.order = append(l.order, 0)
	for len(stack) > 0 {
		f := &stack[len(stack)-1]
		if f.next == len(l.at[f.node]) {
			l.high[f.node] = len(l.order)
			stack = stack[:len(stack)-1]
			continue
		}
		i := l.at[f.node][f.next]
		f.next++
		if !l.inTree[i] || i == l.parent[f.node] {
			continue
		}
		other := l.arcs[i].from + l.arcs[i].to - f.node
		l.parent[other], l.low[other] = i, len(l.order)
		l.order = append(l.order, other)
		stack = append(stack, frame{other, 0})
	}
}

// leaving returns a tree arc with a negative cut value, -1 if there is none. The cut value of the arc between v and its parent is the number
// of arcs that leave v's subtree less those that enter it, negated if the arc points at v: inner arcs cancel out, so sums over subtrees do.
func (l *layering) leaving(start *int) int {
	sum := make([]int, l.n)
	for _, a := range l.arcs {
		sum[a.from]++
		sum[a.to]--
	}
	cut := make([]int, len(l.arcs))
	for k := l.n - 1; k > 0; k-- {
		v := l.order[k]
		i := l.parent[v]
		a := l.arcs[i]
		if a.from == v {
			cut[i] = sum[v]
		} else {
			cut[i] = -sum[v]
		}
		sum[a.from+a.to-v] += sum[v]
	}
	for k := range l.arcs {
		i := (*start + k) % len(l.arcs)
		if l.inTree[i] && cut[i] < 0 {
			*start = i + 1
			return i
		}
	}
	return -1
}

// entering returns the arc with the least slack that leads from the head's side of a tree arc to its tail's side, and who stands on the tail's.
func (l *layering) entering(leave int) (int, func(int) bool) {
	a := l.arcs[leave]
	child := a.from
	if l.parent[a.to] == leave {
		child = a.to
	}
	below := func(v int) bool { return l.low[child] <= l.low[v] && l.low[v] < l.high[child] }
	tail := below
	if child == a.to {
		tail = func(v int) bool { return !below(v) }
	}
	best := -1
	for i, b := range l.arcs {
		if !l.inTree[i] && !tail(b.from) && tail(b.to) && (best < 0 || l.slack(i) < l.slack(best)) {
			best = i
		}
	}
	return best, tail
}

// normalise starts the layers at 0 and moves nodes that could as well stand elsewhere to the emptiest layer in reach.
func (l *layering) normalise() {
	least := l.rank[0]
	for _, r := range l.rank {
		least = min(least, r)
	}
	most := 0
	for v := range l.rank {
		l.rank[v] -= least
		most = max(most, l.rank[v])
	}
	count := make([]int, most+1)
	for _, r := range l.rank {
		count[r]++
	}
	nodes := make([]int, l.n)
	for v := range nodes {
		nodes[v] = v
	}
	sort.SliceStable(nodes, func(i, j int) bool { return len(l.at[nodes[i]]) < len(l.at[nodes[j]]) })
	for _, v := range nodes {
		lo, hi, balance := 0, most, 0
		for _, i := range l.at[v] {
			if a := l.arcs[i]; a.to == v {
				lo = max(lo, l.rank[a.from]+a.length)
				balance++
			} else {
				hi = min(hi, l.rank[a.to]-a.length)
				balance--
			}
		}
		if balance != 0 {
			continue
		}
		best := l.rank[v]
		for r := lo; r <= hi; r++ {
			if count[r] < count[best] {
				best = r
			}
		}
		count[l.rank[v]]--
		count[best]++
		l.rank[v] = best
	}
}
