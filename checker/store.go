package checker

import "math/bits"

// store is the exact set of states found, in order of discovery: a state's number is its place. A state of more than two words is kept as a tree
// (Laarman, van de Pol, Weber, "Parallel recursive state compression for free", SPIN 2011): its words are numbered, each in a set of its own; pairs of
// numbers are words again, and numbered too, until two words are left. What changes together lies together, so there are few different words, and a
// state takes little more than these two. A successor shares all but the changed words with the state before it, and is looked up by these.
//
// One goroutine may put while others view.
type store struct {
	words int
	nodes []node     // children before parents
	tops  [2]int     // the nodes whose words are the key; equal if there is one
	paths [][]uint64 // per word: the nodes above it, as a bit set
	root  *keys
}

// node is a word of the state, or one made of the numbers of two nodes.
type node struct {
	word        int // -1: a pair
	left, right int
	numbers     *numbers // nil: a top
}

// newStore makes a store for states of so many words.
func newStore(words int) *store {
	s := &store{words: words, root: newKeys(min(words, 2))}
	var level []int
	for w := range words {
		level = append(level, w)
		s.nodes = append(s.nodes, node{word: w})
	}
	for len(level) > 2 {
		var above []int
		for k := 0; k+1 < len(level); k += 2 {
			above = append(above, len(s.nodes))
			s.nodes = append(s.nodes, node{word: -1, left: level[k], right: level[k+1]})
			s.nodes[level[k]].numbers, s.nodes[level[k+1]].numbers = newNumbers(), newNumbers()
		}
		if len(level)%2 == 1 {
			above = append(above, level[len(level)-1])
		}
		level = above
	}
	s.tops = [2]int{level[0], level[len(level)-1]}
	size := (len(s.nodes) + 63) / 64
	below := make([][]uint64, len(s.nodes)) // per node, the words below it
	for k := range s.nodes {
		x := &s.nodes[k]
		below[k] = make([]uint64, words/64+1)
		if x.word >= 0 {
			below[k][x.word/64] |= 1 << (x.word % 64)
			continue
		}
		for i := range below[k] {
			below[k][i] = below[x.left][i] | below[x.right][i]
		}
	}
	for w := range words {
		path := make([]uint64, size)
		for k := range s.nodes {
			if below[k][w/64]>>(w%64)&1 != 0 {
				path[k/64] |= 1 << (k % 64)
			}
		}
		s.paths = append(s.paths, path)
	}
	return s
}

// size is the number of states.
func (s *store) size() int { return s.root.n }

// bytes is the memory that the store holds.
func (s *store) bytes() int64 {
	n := s.root.bytes()
	for k := range s.nodes {
		if s.nodes[k].numbers != nil {
			n += s.nodes[k].numbers.bytes()
		}
	}
	return n
}

// put adds a state; it returns its number and whether it is new. ids is scratch, as long as nodes.
func (s *store) put(w, ids []uint64) (n int, added bool) {
	for k := range s.nodes {
		x := &s.nodes[k]
		ids[k] = x.value(w, ids)
		if x.numbers != nil {
			ids[k] = uint64(x.numbers.put(ids[k]))
		}
	}
	k := s.key(ids)
	return s.root.put(k, k.tag())
}

// key is what the root keeps for the words of the tops.
func (s *store) key(ids []uint64) key {
	if s.words == 1 {
		return key{a: ids[0]}
	}
	return key{ids[s.tops[0]], ids[s.tops[1]]}
}

// value is the word of a node.
func (x *node) value(w, ids []uint64) uint64 {
	if x.word >= 0 {
		return w[x.word]
	}
	return ids[x.left]<<32 | ids[x.right]
}

// full reports whether no more states can be numbered.
func (s *store) full() bool { return s.root.n >= keyLimit }

// view is how one goroutine reads a store.
type view struct {
	s     *store
	w     []uint64 // the state that was read last
	ids   []uint64 // the numbers of its nodes; of a top, its word
	next  []uint64 // those of another state
	dirty []uint64 // the nodes in which the two differ, as a bit set
}

// view returns a reader of a store that is not empty.
func (s *store) view() *view {
	v := &view{s: s, w: make([]uint64, s.words), ids: make([]uint64, len(s.nodes)), next: make([]uint64, len(s.nodes)), dirty: make([]uint64, len(s.paths[0]))}
	v.at(0)
	return v
}

// at returns the words of a state, valid until the next call.
func (v *view) at(n int) []uint64 {
	nodes, ids := v.s.nodes, v.ids
	k := v.s.root.at(uint32(n))
	if v.s.words == 1 {
		v.w[0] = k.a
		return v.w
	}
	ids[v.s.tops[0]], ids[v.s.tops[1]] = k.a, k.b
	for k := len(nodes) - 1; k >= 0; k-- {
		x := &nodes[k]
		word := ids[k]
		if x.numbers != nil {
			word = x.numbers.at(uint32(word))
		}
		if x.word >= 0 {
			v.w[x.word] = word
		} else {
			ids[x.left], ids[x.right] = word>>32, word&(1<<32-1)
		}
	}
	return v.w
}

// key returns the key of w; false if some part of it is new. It is cheap if w differs little from the state read last.
func (v *view) key(w []uint64) (key, bool) {
	switch len(w) {
	case 1:
		return key{a: w[0]}, true
	case 2:
		return key{w[0], w[1]}, true
	}
	s, ids := v.s, v.next
	copy(ids, v.ids)
	clear(v.dirty)
	for k, x := range w {
		if x != v.w[k] {
			for i, p := range s.paths[k] {
				v.dirty[i] |= p
			}
		}
	}
	for i, d := range v.dirty {
		for ; d != 0; d &= d - 1 {
			k := i*64 + bits.TrailingZeros64(d)
			x := &s.nodes[k]
			ids[k] = x.value(w, ids)
			if x.numbers == nil {
				continue
			}
			n := x.numbers.find(ids[k])
			if n < 0 {
				return key{}, false
			}
			ids[k] = uint64(n)
		}
	}
	return s.key(ids), true
}

// find returns the number of a state, -1 if it is not there.
func (v *view) find(w []uint64) int {
	k, ok := v.key(w)
	if !ok {
		return -1
	}
	return v.s.root.find(k, k.tag())
}
