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
	group int // of the next wants
	words int
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

// place gives every field its place: group by group, each field in the first word that has room.
func (l *layout) place() {
	sort.SliceStable(l.wants, func(i, j int) bool { return l.wants[i].group < l.wants[j].group })
	var used []int
	for _, w := range l.wants {
		at := 0
		for at < len(used) && used[at]+w.bits > 64 {
			at++
		}
		if at == len(used) {
			used = append(used, 0)
		}
		*w.to = field{word: uint32(at), shift: uint8(used[at]), mask: ^uint64(0) >> (64 - w.bits)}
		used[at] += w.bits
	}
	l.words = max(1, len(used))
}
