package disk

import "math/bits"

// A Bitmap is a free map: a bit for each place, set when it is taken. It is the bytes of its blocks.
type Bitmap []byte

// Has reports whether place i is taken.
func (m Bitmap) Has(i uint64) bool { return m[i/8]>>(i%8)&1 != 0 }

// Set takes place i.
func (m Bitmap) Set(i uint64) { m[i/8] |= 1 << (i % 8) }

// Clear gives place i back.
func (m Bitmap) Clear(i uint64) { m[i/8] &^= 1 << (i % 8) }

// Free is the first free place from `from` on, below n; false: there is none.
func (m Bitmap) Free(from, n uint64) (uint64, bool) {
	for i := from; i < n; {
		if b := m[i/8]; b == 0xff {
			i = i/8*8 + 8
			continue
		}
		if !m.Has(i) {
			return i, true
		}
		i++
	}
	return 0, false
}

// Run is the first free place near `near`, and how many that follow it are free too, at most most. Places before lo are never free.
func (m Bitmap) Run(near, lo, n, most uint64) (at, count uint64) {
	at, ok := m.Free(max(near, lo), n)
	if !ok {
		if at, ok = m.Free(lo, n); !ok {
			return 0, 0
		}
	}
	for count < most && at+count < n && !m.Has(at+count) {
		count++
	}
	return at, count
}

// Count is how many of the first n places are taken.
func (m Bitmap) Count(n uint64) uint64 {
	taken := 0
	for _, b := range m[:n/8] {
		taken += bits.OnesCount8(b)
	}
	for i := n / 8 * 8; i < n; i++ {
		if m.Has(i) {
			taken++
		}
	}
	return uint64(taken)
}
