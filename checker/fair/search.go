package fair

// Search decides obligations on a graph, one after the other, with memory that it keeps. It belongs to one goroutine.
type Search struct {
	g       *Graph
	masks   []uint64 // per label, Words() words: its movers
	ends    []uint32 // the states in which a run may end
	region  []uint32 // of each state the part of the graph that it is in; parts are never numbered again
	last    uint32   // the part numbered last
	order   []uint32 // Tarjan's numbers, 0: not yet seen
	low     []uint32
	stack   []uint32
	path    []visit
	removed Set      // edges taken away; nil: none
	always  []uint64 // scratch
	moved   []uint64
	taken   stamp // of options
	renewed stamp // of movers
	bottoms [][]uint32
}

// stamp is a set of small numbers that is emptied at once.
type stamp struct {
	of  []uint32
	now uint32
}

func (s *stamp) clear()           { s.now++ }
func (s *stamp) add(n int32)      { s.of[n] = s.now }
func (s *stamp) has(n int32) bool { return s.of[n] == s.now }

type visit struct {
	state uint32
	next  uint64
}

// NewSearch returns a search of a graph, which must not change any more.
func NewSearch(g *Graph) *Search {
	n, words := g.States(), g.Words()
	s := &Search{g: g, region: make([]uint32, n), order: make([]uint32, n), low: make([]uint32, n),
		always: make([]uint64, words), moved: make([]uint64, words),
		taken: stamp{of: make([]uint32, g.Choices)}, renewed: stamp{of: make([]uint32, g.Movers)}}
	s.masks = make([]uint64, len(g.Labels)*words)
	for k := range g.Labels {
		for _, m := range g.Labels[k].Movers {
			if m >= 0 {
				s.masks[k*words+int(m)/64] |= 1 << (m % 64)
			}
		}
	}
	for k := range n {
		if g.stops(k) {
			s.ends = append(s.ends, uint32(k))
		}
	}
	return s
}

// Part is a part of the graph in which a violating run can stay for ever. It is valid until the search is used again.
type Part struct {
	States []uint32
	Ends   bool // the run ends here, in the only state
	id     uint32
	under  Assumption
	of     *Obligation
}

// Weakest returns the weakest assumption under which no run violates an obligation.
func (s *Search) Weakest(o *Obligation) Assumption {
	for a := None; a <= Declared; a++ {
		if s.Violation(o, a) == nil {
			return a
		}
	}
	if s.persists(o) {
		return Violated
	}
	return Strong
}

// Violation returns a part of the graph in which a run that keeps an assumption (None, Weak or Declared) can violate an obligation; nil if there is none.
func (s *Search) Violation(o *Obligation, under Assumption) *Part {
	for _, n := range s.ends {
		if o.Pending.Has(int(n)) && (o.Within == nil || o.Within.Has(int(n))) {
			return &Part{States: []uint32{n}, Ends: true, under: under, of: o}
		}
	}
	s.removed = nil
	clear(s.order)
	all := s.part()
	for n := range s.region {
		if o.Within == nil || o.Within.Has(n) {
			s.region[n] = all
		}
	}
	var found *Part
	var todo []*Part
	judge := func(states []uint32) bool {
		p := &Part{States: states, id: s.part(), under: under, of: o}
		for _, n := range states {
			s.region[n] = p.id
		}
		switch s.judge(p) {
		case possible:
			found = p
			return false
		case smaller:
			p.States = append([]uint32(nil), states...)
			todo = append(todo, p)
		}
		return true
	}
	if !s.components(o, all, nil, judge) {
		return s.own(found)
	}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, n := range p.States {
			s.order[n] = 0
		}
		if !s.components(o, p.id, p.States, judge) {
			return s.own(found)
		}
	}
	return nil
}

// own gives a part its states to keep.
func (s *Search) own(p *Part) *Part {
	p.States = append([]uint32(nil), p.States...)
	return p
}

func (s *Search) part() uint32 {
	if s.last == ^uint32(0) {
		clear(s.region)
		s.last = 0
	}
	s.last++
	return s.last
}

// inside reports whether a violating run of an obligation may take an edge within a part.
func (s *Search) inside(o *Obligation, e uint64, part uint32) bool {
	to := s.g.To[e]
	if to == Nowhere || s.region[to] != part || o.Serves[s.g.Label[e]] || s.removed != nil && s.removed.Has(int(e)) {
		return false
	}
	l := &s.g.Labels[s.g.Label[e]]
	return !l.Passed && !l.Fault
}

// components decomposes a part (states nil: found by looking at all) into its strongly connected components (Tarjan, 1972) and has each judged, until
// judge returns false. The order of its states must be 0.
func (s *Search) components(o *Obligation, part uint32, states []uint32, judge func([]uint32) bool) bool {
	count := uint32(0)
	s.stack, s.path = s.stack[:0], s.path[:0]
	enter := func(n uint32) {
		count++
		s.order[n], s.low[n] = count, count
		s.stack = append(s.stack, n)
		s.path = append(s.path, visit{n, s.g.Off[n]})
	}
	from := func(root uint32) bool {
		enter(root)
		for len(s.path) > 0 {
			v := &s.path[len(s.path)-1]
			n := v.state
			if v.next < s.g.Off[n+1] {
				e := v.next
				v.next++
				if !s.inside(o, e, part) {
					continue
				}
				if to := s.g.To[e]; s.order[to] == 0 {
					enter(to)
				} else {
					s.low[n] = min(s.low[n], s.order[to])
				}
				continue
			}
			s.path = s.path[:len(s.path)-1]
			if len(s.path) > 0 {
				u := s.path[len(s.path)-1].state
				s.low[u] = min(s.low[u], s.low[n])
			}
			if s.low[n] != s.order[n] {
				continue
			}
			k := len(s.stack) - 1
			for s.stack[k] != n {
				k--
			}
			component := s.stack[k:]
			s.stack = s.stack[:k]
			if !judge(component) {
				return false
			}
		}
		return true
	}
	if states != nil {
		for _, n := range states {
			if s.region[n] == part && s.order[n] == 0 && !from(n) {
				return false
			}
		}
		return true
	}
	for n := range s.region {
		if s.region[n] == part && s.order[n] == 0 && !from(uint32(n)) {
			return false
		}
	}
	return true
}
