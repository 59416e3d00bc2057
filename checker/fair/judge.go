package fair

// judgement is what a strongly connected part allows.
type judgement uint8

const (
	impossible judgement = iota // no violating run stays in it
	possible                    // a run that takes each of its edges again and again is one
	smaller                     // perhaps one that keeps to less of it; the edges that it must not take are removed
)

// judge decides about a strongly connected part.
func (s *Search) judge(p *Part) judgement {
	if len(p.States) == 1 && !s.loops(p) {
		return impossible
	}
	pending := false
	for _, n := range p.States {
		if p.of.Pending.Has(int(n)) {
			pending = true
			break
		}
	}
	switch {
	case !pending:
		return impossible
	case p.under == None:
		return possible
	case !s.weak(p):
		return impossible
	case p.under == Weak:
		return possible
	}
	return s.promises(p)
}

// loops reports whether a single state has a step to itself.
func (s *Search) loops(p *Part) bool {
	n := p.States[0]
	for e := s.g.Off[n]; e < s.g.Off[n+1]; e++ {
		if s.inside(p.of, e, p.id) {
			return true
		}
	}
	return false
}

// weak reports whether each mover that can move in every state of a part does move in it. If not, no smaller part does better.
func (s *Search) weak(p *Part) bool {
	words := len(s.always)
	for k := range s.always {
		s.always[k], s.moved[k] = ^uint64(0), 0
	}
	for _, n := range p.States {
		for k, x := range s.g.Enabled[int(n)*words : int(n+1)*words] {
			s.always[k] &= x
		}
		for e := s.g.Off[n]; e < s.g.Off[n+1]; e++ {
			if s.inside(p.of, e, p.id) {
				for k, x := range s.masks[int(s.g.Label[e])*words : int(s.g.Label[e]+1)*words] {
					s.moved[k] |= x
				}
			}
		}
	}
	for k := range s.always {
		if s.always[k]&^s.moved[k] != 0 {
			return false
		}
	}
	return true
}

// promises judges the options of choices: one that is ready at visits within a part has to be taken within it. If one is not, a violating run makes no
// such visit again and again: the edges of these visits are removed. Likewise a mover that can have what it stands in a queue for moves, or the states
// in which it can are left alone.
func (s *Search) promises(p *Part) judgement {
	s.taken.clear()
	s.renewed.clear()
	clear(s.moved)
	words := len(s.moved)
	for _, n := range p.States {
		for e := s.g.Off[n]; e < s.g.Off[n+1]; e++ {
			if !s.inside(p.of, e, p.id) {
				continue
			}
			l := &s.g.Labels[s.g.Label[e]]
			if l.Renews >= 0 {
				s.renewed.add(l.Renews)
			}
			for _, k := range l.Options {
				if k >= 0 {
					s.taken.add(k)
				}
			}
			for k, x := range s.masks[int(s.g.Label[e])*words : int(s.g.Label[e]+1)*words] {
				s.moved[k] |= x
			}
		}
	}
	var away []uint64
	for _, n := range p.States {
		all := s.outqueued(n)
		s.broken(p, n, all, func(e uint64) { away = append(away, e) })
	}
	if len(away) == 0 {
		return possible
	}
	if s.removed == nil {
		s.removed = NewSet(len(s.g.To))
	}
	for _, e := range away {
		s.removed.Add(int(e))
	}
	return smaller
}

// outqueued reports whether a mover that does not move in a part could have what it stands in a queue for in a state of it.
func (s *Search) outqueued(n uint32) bool {
	words := len(s.moved)
	for k := range words {
		if s.g.Queues[int(n)*words+k]&^s.moved[k] != 0 {
			return true
		}
	}
	return false
}

// broken visits the edges of a state within a part, all or those that are visits of a choice with a promised option ready that the part does not take.
func (s *Search) broken(p *Part, n uint32, all bool, visit func(e uint64)) {
	g := s.g
	for e := g.Off[n]; e < g.Off[n+1]; e++ {
		if !s.inside(p.of, e, p.id) {
			continue
		}
		if all {
			visit(e)
			continue
		}
		l := &g.Labels[g.Label[e]]
		for side, m := range l.Movers {
			if m < 0 || !l.Visits[side] || s.renewed.has(m) {
				continue
			}
			if s.neglects(n, m) {
				visit(e)
				break
			}
		}
	}
}

// neglects reports whether a mover has a promised option ready in a state that is not taken.
func (s *Search) neglects(n uint32, mover int32) bool {
	g := s.g
	for e := g.Off[n]; e < g.Off[n+1]; e++ {
		l := &g.Labels[g.Label[e]]
		for side, m := range l.Movers {
			if m == mover && l.Promised[side] && !l.Passed && l.Options[side] >= 0 && !s.taken.has(l.Options[side]) {
				return true
			}
		}
	}
	return false
}

// persists reports whether some state is such that nothing that can follow serves an obligation: a part that no step leaves, or a state without steps.
func (s *Search) persists(o *Obligation) bool {
	for _, n := range s.ends {
		if o.Pending.Has(int(n)) && (o.Within == nil || o.Within.Has(int(n))) {
			return true
		}
	}
	if s.bottoms == nil {
		s.bottoms = s.findBottoms()
	}
next:
	for _, states := range s.bottoms {
		pending := false
		for _, n := range states {
			if o.Within != nil && !o.Within.Has(int(n)) {
				continue next
			}
			pending = pending || o.Pending.Has(int(n))
			for e := s.g.Off[n]; e < s.g.Off[n+1]; e++ {
				if s.g.step(e) && o.Serves[s.g.Label[e]] {
					continue next
				}
			}
		}
		if pending {
			return true
		}
	}
	return false
}

// findBottoms returns the components that no step leaves, never nil.
func (s *Search) findBottoms() [][]uint32 {
	bottoms := [][]uint32{}
	everything := &Obligation{Serves: make([]bool, len(s.g.Labels))}
	s.removed = nil
	clear(s.order)
	all := s.part()
	for n := range s.region {
		s.region[n] = all
	}
	s.components(everything, all, nil, func(states []uint32) bool {
		id := s.part()
		for _, n := range states {
			s.region[n] = id
		}
		steps := false
		for _, n := range states {
			for e := s.g.Off[n]; e < s.g.Off[n+1]; e++ {
				l := &s.g.Labels[s.g.Label[e]]
				if l.Passed || l.Fault {
					continue
				}
				if s.g.To[e] == Nowhere || s.region[s.g.To[e]] != id {
					return true
				}
				steps = true
			}
		}
		if steps {
			bottoms = append(bottoms, append([]uint32(nil), states...))
		}
		return true
	})
	return bottoms
}
