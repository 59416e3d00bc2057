package checker

import "slices"

// sorter brings states into the form that represents their orbit. It has scratch memory and belongs to one goroutine.
type sorter struct {
	s     *symmetry
	keys  [][]uint64 // per position
	order []int
	moves [][]int // per orbit: where each position goes; nil: none moves
	moved bool
}

func (s *symmetry) newSorter() *sorter {
	t := &sorter{s: s, moves: make([][]int, len(s.orbits))}
	most := 0
	for k, o := range s.orbits {
		most = max(most, o.n)
		t.moves[k] = make([]int, o.n)
	}
	t.keys, t.order = make([][]uint64, most), make([]int, most)
	return t
}

// sort permutes a state into the one that represents it, in place.
func (t *sorter) sort(w []uint64) {
	t.moved = false
	for k, o := range t.s.orbits {
		t.orbit(o, w, t.moves[k])
	}
}

// orbit sorts the positions of one orbit by what belongs to them, and by the variables that name them.
func (t *sorter) orbit(o *orbit, w []uint64, to []int) {
	keys, order := t.keys[:o.n], t.order[:o.n]
	for k := range o.n {
		order[k] = k
		key := keys[k][:0]
		x, used := uint64(0), 0
		add := func(v uint64, bits int) {
			if used+bits > 64 {
				key = append(key, x)
				x, used = 0, 0
			}
			x |= v << used
			used += bits
		}
		for _, f := range o.columns[k] {
			if f.mask != 0 {
				add(f.get(w), width(f.mask))
			}
		}
		for v := range o.values {
			if y := &o.values[v]; y.alive(w) {
				hit := uint64(0)
				if y.reg.get(w) == uint64(k) {
					hit = 1
				}
				add(hit, 1)
			}
		}
		keys[k] = append(key, x)
	}
	sorted := true
	for k := 1; k < o.n; k++ { // insertion sort: there are few, and they are nearly in order
		for n := k; n > 0 && slices.Compare(keys[order[n]], keys[order[n-1]]) < 0; n-- {
			order[n], order[n-1] = order[n-1], order[n]
			sorted = false
		}
	}
	for k, from := range order {
		to[from] = k
	}
	if sorted {
		return
	}
	t.moved = true
	o.permute(w, to, keys)
}

// permute moves each position to its place.
func (o *orbit) permute(w []uint64, to []int, keys [][]uint64) {
	for f := range o.columns[0] {
		for k := range o.n {
			keys[k] = append(keys[k][:0], o.columns[k][f].get(w))
		}
		for k := range o.n {
			o.columns[to[k]][f].set(w, keys[k][0])
		}
	}
	for v := range o.values {
		if y := &o.values[v]; y.alive(w) {
			y.reg.set(w, uint64(to[y.reg.get(w)]))
		}
	}
}

// alive reports whether the variable is one that is still read.
func (v *valued) alive(w []uint64) bool {
	if !v.inst.liveIn(w) {
		return false
	}
	for _, f := range v.inst.standing(w).forgets {
		if f.reg == v.reg {
			return false
		}
	}
	return true
}

func width(mask uint64) int {
	n := 0
	for ; mask != 0; mask >>= 1 {
		n++
	}
	return n
}

// last numbers the permutation that the last sort made: where the instances and queues of the state are now.
func (t *sorter) last() uint32 {
	if !t.moved {
		return 0
	}
	return t.s.permutation(t.moves)
}

// permutation numbers a permutation of the positions of each orbit; nil stands for the identity.
func (s *symmetry) permutation(moves [][]int) uint32 {
	var key []byte
	for _, to := range moves {
		for _, k := range to {
			key = append(key, byte(k))
		}
	}
	if n, ok := s.number[string(key)]; ok {
		return n
	}
	p := permutation{inst: make([]int, len(s.m.instances)), queue: make([]int, len(s.m.queues)), end: make([]int, len(s.m.ends))}
	for k := range p.inst {
		p.inst[k] = k
	}
	for k := range p.queue {
		p.queue[k] = k
	}
	for k := range p.end {
		p.end[k] = k
	}
	for n, o := range s.orbits {
		for from, to := range moves[n] {
			for k, i := range o.insts[from] {
				p.inst[i.id] = o.insts[to][k].id
			}
			for k, q := range o.queues[from] {
				p.queue[q.id] = o.queues[to][k].id
			}
			for k, e := range o.ends[from] {
				p.end[e.id] = o.ends[to][k].id
			}
		}
	}
	number := uint32(len(s.perms))
	s.number[string(key)] = number
	s.perms = append(s.perms, p)
	return number
}

// level gives the queues that are permuted into each other the same highest occupancy.
func (s *symmetry) level(highest []int) {
	for _, o := range s.orbits {
		for k := range o.queues[0] {
			most := 0
			for _, all := range o.queues {
				most = max(most, highest[all[k].id])
			}
			for _, all := range o.queues {
				highest[all[k].id] = most
			}
		}
	}
}
