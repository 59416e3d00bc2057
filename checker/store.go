package checker

import "math/bits"

// store is the exact set of states found, in order of discovery: a state's number is its place. States lie packed in chunks of one arena; an
// open-addressing table of numbers, each beside 32 bits of its hash that also give its place, finds them. So the table grows without a look
// at the arena.
type store struct {
	words  int
	chunks [][]uint64
	n      int
	table  []uint64 // tag<<32 | number + 1; 0 empty
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

// tag returns the bits of a state's hash that the table uses.
func tag(w []uint64) uint64 { return hash(w) >> 32 }

// find returns the number of a state with its tag, -1 if it is not there.
func (s *store) find(w []uint64, tag uint64) int {
	for at := tag & s.mask; ; at = (at + 1) & s.mask {
		x := s.table[at]
		if x == 0 {
			return -1
		}
		if x>>32 == tag && equal(s.at(int(uint32(x))-1), w) {
			return int(uint32(x)) - 1
		}
	}
}

// put adds a state with its tag; it returns its number and whether it is new.
func (s *store) put(w []uint64, tag uint64) (n int, added bool) {
	at := tag & s.mask
	for ; ; at = (at + 1) & s.mask {
		x := s.table[at]
		if x == 0 {
			break
		}
		if x>>32 == tag && equal(s.at(int(uint32(x))-1), w) {
			return int(uint32(x)) - 1, false
		}
	}
	n = s.n
	if n>>chunkShift == len(s.chunks) {
		s.chunks = append(s.chunks, make([]uint64, chunkSize*s.words))
	}
	copy(s.at(n), w)
	s.n++
	s.table[at] = tag<<32 | uint64(uint32(s.n))
	if uint64(s.n)*4 > uint64(len(s.table))*3 {
		s.grow()
	}
	return n, true
}

// batchSize is how many states are looked up together.
const batchSize = 64

// most states that a store can number.
const storeLimit = 1<<32 - 2

func (s *store) grow() {
	old := s.table
	s.table = make([]uint64, 2*len(old))
	s.mask = uint64(len(s.table)) - 1
	for _, x := range old {
		if x == 0 {
			continue
		}
		at := x >> 32 & s.mask
		for s.table[at] != 0 {
			at = (at + 1) & s.mask
		}
		s.table[at] = x
	}
}

// fetch brings what find and put will read into the cache. The misses of one state are waited for one after the other, those of many at once.
func (s *store) fetch(tags []uint64) (sum uint64) {
	var entries [batchSize]uint64
	for k, t := range tags {
		entries[k] = s.table[t&s.mask]
	}
	for k, t := range tags {
		if x := entries[k]; x>>32 == t && x != 0 {
			sum += s.at(int(uint32(x)) - 1)[0]
		}
	}
	return sum
}

func equal(a, b []uint64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
