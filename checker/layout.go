package checker

import (
	"math/bits"
	"sort"
)

// A state is a few 64-bit words. Every part of it is a field: a number that lies within one word. Nothing is decoded before it is used and
// nothing is encoded afterwards: successors are made by copying the words and setting the fields that change.

// field is a place in a state. The zero field has no bits and always reads 0.
type field struct {
	word  uint32
	shift uint8
	mask  uint64
}

func (f field) get(w []uint64) uint64 { return w[f.word] >> f.shift & f.mask }

func (f field) set(w []uint64, v uint64) {
	p := &w[f.word]
	*p = *p&^(f.mask<<f.shift) | (v&f.mask)<<f.shift
}

// layout collects the fields that are wanted and then places them in few words, those of one group beside each other: what changes together
// should lie together.
type layout struct {
	wants []want
	group int   // of the next wants
	used  []int // bits, per word
}

type want struct {
	to    *field
	bits  int
	group int
}

// number asks for a field that holds 0…n-1 and is filled in by place.
func (l *layout) number(to *field, n uint64) {
	if n > 1 {
		l.bits(to, bits.Len64(n-1))
	}
}

// bits asks for a field of so many bits, at most 64.
func (l *layout) bits(to *field, n int) {
	if n > 0 {
		l.wants = append(l.wants, want{to, n, l.group})
	}
}

// place gives every field its place, group by group, and fills words evenly: the store numbers what each word can be, and many small numberings
// that are used often are better than one large.
func (l *layout) place() {
	sort.SliceStable(l.wants, func(i, j int) bool { return l.wants[i].group < l.wants[j].group })
	total := 0
	for _, w := range l.wants {
		total += w.bits
	}
	words := max(1, (total+63)/64)
	even := (total + words - 1) / words
	l.used = make([]int, words)
	at := 0
	for _, w := range l.wants {
		*w.to = l.put(w.bits, &at, even)
	}
}

// put finds room for a field: in the word that is being filled, then in the next, then wherever there is.
func (l *layout) put(bits int, at *int, even int) field {
	if l.used[*at] >= even && *at+1 < len(l.used) {
		*at++
	}
	k := *at
	if l.used[k]+bits > 64 {
		for k = 0; k < len(l.used) && l.used[k]+bits > 64; k++ {
		}
	}
	if k == len(l.used) {
		l.used = append(l.used, 0)
	}
	f := field{word: uint32(k), shift: uint8(l.used[k]), mask: ^uint64(0) >> (64 - bits)}
	l.used[k] += bits
	return f
}
