package checker

import "math/bits"

// store is the exact set of states found, in order of discovery: a state's number is its place. States lie packed in chunks of one arena; an
// open-addressing table of numbers, each beside half of its hash, finds them.
type store struct {
	words  int
	chunks [][]uint64
	n      int
	table  []uint64 // hash's upper half | number + 1; 0 empty
	mask   uint64
}

const (
	chunkShift = 14
	chunkSize  = 1 << chunkShift
)

func newStore(words int) *store {
	return &store{words: words, table: make([]uint64, 1<<12), mask: 1<<12 - 1}
}

// at returns the words of a state. They stay where they are.
func (s *store) at(n int) []uint64 {
	o := n & (chunkSize - 1) * s.words
	return s.chunks[n>>chunkShift][o : o+s.words : o+s.words]
}

// bytes is the memory that the store holds.
func (s *store) bytes() int64 {
	return int64(len(s.chunks))*chunkSize*int64(s.words)*8 + int64(len(s.table))*8
}

func hash(w []uint64) uint64 {
	h := uint64(len(w)) * 0x9e3779b97f4a7c15
	for _, x := range w {
		hi, lo := bits.Mul64(h^x^0xa0761d6478bd642f, 0xe7037ed1a0b428db)
		h = hi ^ lo ^ x
	}
	hi, lo := bits.Mul64(h^0x8ebc6af09c88c6e3, 0x589965cc75374cc3)
	return hi ^ lo
}

// find returns the number of a state, -1 if it is not there.
func (s *store) find(w []uint64) int {
	h := hash(w)
	for at := h & s.mask; ; at = (at + 1) & s.mask {
		x := s.table[at]
		if x == 0 {
			return -1
		}
		if x>>32 == h>>32 && equal(s.at(int(uint32(x))-1), w) {
			return int(uint32(x)) - 1
		}
	}
}

// put adds a state; it returns its number and whether it is new.
func (s *store) put(w []uint64) (n int, added bool) {
	h := hash(w)
	at := h & s.mask
	for ; ; at = (at + 1) & s.mask {
		x := s.table[at]
		if x == 0 {
			break
		}
		if x>>32 == h>>32 && equal(s.at(int(uint32(x))-1), w) {
			return int(uint32(x)) - 1, false
		}
	}
	n = s.n
	if n>>chunkShift == len(s.chunks) {
		s.chunks = append(s.chunks, make([]uint64, chunkSize*s.words))
	}
	copy(s.at(n), w)
	s.n++
	s.table[at] = h>>32<<32 | uint64(uint32(s.n))
	if uint64(s.n)*4 > uint64(len(s.table))*3 {
		s.grow()
	}
	return n, true
}

// most states that a store can number.
const storeLimit = 1<<32 - 2

func (s *store) grow() {
	old := s.table
	s.table = make([]uint64, 2*len(old))
	s.mask = uint64(len(s.table)) - 1
	for n := range s.n {
		h := hash(s.at(n))
		at := h & s.mask
		for s.table[at] != 0 {
			at = (at + 1) & s.mask
		}
		s.table[at] = h>>32<<32 | uint64(n+1)
	}
}

func equal(a, b []uint64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
