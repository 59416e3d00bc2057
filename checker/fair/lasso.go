package fair

// Cycle returns a short way round a part that a violating run can take for ever: edges, from the state that it starts and ends in. It is empty where
// the run ends instead. The part must be the last that the search returned.
func (s *Search) Cycle(p *Part) (start uint32, edges []uint64) {
	start = p.States[0]
	if p.Ends {
		return start, nil
	}
	for _, n := range p.States { // the nearest: states are numbered as a breadth-first search meets them
		if p.of.Pending.Has(int(n)) && (!p.of.Pending.Has(int(start)) || n < start) {
			start = n
		}
	}
	w := &walk{s: s, p: p, from: map[uint32]uint64{}}
	for {
		edges = w.round(start)
		next := w.missing(start, edges)
		if next == nil {
			return start, edges
		}
		w.wants = append(w.wants, next)
	}
}

// walk finds ways within a part.
type walk struct {
	s     *Search
	p     *Part
	wants []func(from uint32, e uint64) bool // edges that the cycle has to take, or to leave a state by
	from  map[uint32]uint64                  // scratch: the edge by which a state was reached
}

// round goes by all that is wanted and returns.
func (w *walk) round(start uint32) []uint64 {
	var edges []uint64
	at := start
	for _, want := range w.wants {
		met := false
		n := start
		for _, e := range edges { // on the way already
			if met = want(n, e); met {
				break
			}
			n = w.s.g.To[e]
		}
		if !met {
			edges = append(edges, w.way(at, want)...)
			at = w.s.g.To[edges[len(edges)-1]]
		}
	}
	if at == start && len(edges) > 0 {
		return edges
	}
	return append(edges, w.way(at, func(_ uint32, e uint64) bool { return w.s.g.To[e] == start })...)
}

// way returns a shortest way from a state that ends with a wanted edge.
func (w *walk) way(from uint32, want func(uint32, uint64) bool) []uint64 {
	s := w.s
	clear(w.from)
	w.from[from] = 0
	source := map[uint32]uint32{}
	for todo := []uint32{from}; len(todo) > 0; todo = todo[1:] {
		n := todo[0]
		for e := s.g.Off[n]; e < s.g.Off[n+1]; e++ {
			if !s.inside(w.p.of, e, w.p.id) {
				continue
			}
			if want(n, e) {
				edges := []uint64{e}
				for n != from {
					edges = append([]uint64{w.from[n]}, edges...)
					n = source[n]
				}
				return edges
			}
			to := s.g.To[e]
			if _, seen := w.from[to]; !seen {
				w.from[to], source[to] = e, n
				todo = append(todo, to)
			}
		}
	}
	panic("fair: a part is not strongly connected")
}

// missing returns an edge that a cycle has to take besides, nil if none is missing.
func (w *walk) missing(start uint32, edges []uint64) func(uint32, uint64) bool {
	s, g := w.s, w.s.g
	if w.p.under == None {
		return nil
	}
	words := g.Words()
	moved, always := make([]uint64, words), make([]uint64, words)
	for k := range always {
		always[k] = ^uint64(0)
	}
	n := start
	for _, e := range edges {
		for k := range words {
			always[k] &= g.Enabled[int(n)*words+k]
			moved[k] |= s.masks[int(g.Label[e])*words+k]
		}
		n = g.To[e]
	}
	for k := range words {
		for b := range 64 {
			bit := uint64(1) << b
			if always[k]&^moved[k]&bit != 0 {
				return func(from uint32, e uint64) bool {
					return s.masks[int(g.Label[e])*words+k]&bit != 0 || g.Enabled[int(from)*words+k]&bit == 0
				}
			}
		}
	}
	if w.p.under == Weak {
		return nil
	}
	n = start
	for _, e := range edges {
		for k := range words {
			if bits := g.Queues[int(n)*words+k] &^ moved[k]; bits != 0 {
				return func(_ uint32, e uint64) bool { return s.masks[int(g.Label[e])*words+k]&(bits&-bits) != 0 }
			}
		}
		n = g.To[e]
	}
	return w.promised(start, edges)
}

// promised returns an option that a cycle has to take, because it is ready at visits on it.
func (w *walk) promised(start uint32, edges []uint64) func(uint32, uint64) bool {
	s, g := w.s, w.s.g
	s.taken.clear()
	s.renewed.clear()
	for _, n := range w.p.States { // as it was judged: what begins anew somewhere in the part has made no promise
		for e := g.Off[n]; e < g.Off[n+1]; e++ {
			if l := &g.Labels[g.Label[e]]; l.Renews >= 0 && s.inside(w.p.of, e, w.p.id) {
				s.renewed.add(l.Renews)
			}
		}
	}
	renewedHere := map[int32]bool{}
	for _, e := range edges {
		l := &g.Labels[g.Label[e]]
		if l.Renews >= 0 {
			renewedHere[l.Renews] = true
		}
		for _, k := range l.Options {
			if k >= 0 {
				s.taken.add(k)
			}
		}
	}
	n := start
	for _, e := range edges {
		l := &g.Labels[g.Label[e]]
		for side, m := range l.Movers {
			if m < 0 || !l.Visits[side] || renewedHere[m] {
				continue
			}
			for f := g.Off[n]; f < g.Off[n+1]; f++ {
				x := &g.Labels[g.Label[f]]
				for other, y := range x.Movers {
					k := x.Options[other]
					if y != m || !x.Promised[other] || x.Passed || k < 0 || s.taken.has(k) {
						continue
					}
					if s.renewed.has(m) {
						return func(_ uint32, e uint64) bool { return g.Labels[g.Label[e]].Renews == m }
					}
					return func(_ uint32, e uint64) bool {
						o := g.Labels[g.Label[e]].Options
						return o[0] == k || o[1] == k
					}
				}
			}
		}
		n = g.To[e]
	}
	return nil
}
