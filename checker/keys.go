package checker

import (
	"math/bits"
	"sync/atomic"
)

// keys is a set of keys of two words, numbered in the order in which they came. They lie in chunks; an open-addressing table of numbers, each beside
// 32 bits of the key's hash that also give its place, finds them. So the table grows without a look at the keys. One goroutine may add while
// others look up: these may miss what was added meanwhile, and nothing else.
type keys struct {
	keyList
	table atomic.Pointer[[]uint64] // tag<<32 | number + 1; 0 empty
}

// key is what a state is kept as: two words. Of a state of one word, the second is 0 and not kept.
type key struct{ a, b uint64 }

// tag returns the bits of a key's hash that the table uses.
func (k key) tag() uint64 {
	hi, lo := bits.Mul64(k.a^0xa0761d6478bd642f, 0xe7037ed1a0b428db)
	x := hi ^ lo ^ k.b
	hi, lo = bits.Mul64(x^0x8ebc6af09c88c6e3, 0x589965cc75374cc3)
	return (hi ^ lo) >> 32
}

// keyList is keys by number, in chunks that stay where they are.
type keyList struct {
	n      int
	width  int // words of a key
	chunks atomic.Pointer[[][]uint64]
}

const (
	keyShift = 12
	keyLimit = 1<<31 - 2 // most keys that can be numbered
)

// at returns a key by its number.
func (l *keyList) at(n uint32) key {
	c := (*l.chunks.Load())[n>>keyShift]
	n &= 1<<keyShift - 1
	if l.width == 1 {
		return key{a: c[n]}
	}
	return key{c[2*n], c[2*n+1]}
}

// add gives a key the next number.
func (l *keyList) add(k key) int {
	at := l.n & (1<<keyShift - 1)
	if at == 0 {
		var chunks [][]uint64
		if old := l.chunks.Load(); old != nil {
			chunks = *old
		}
		chunks = append(chunks, make([]uint64, l.width<<keyShift))
		l.chunks.Store(&chunks)
	}
	c := (*l.chunks.Load())[l.n>>keyShift]
	c[l.width*at] = k.a
	if l.width == 2 {
		c[2*at+1] = k.b
	}
	l.n++
	return l.n - 1
}

func (l *keyList) bytes() int64 {
	return int64((l.n+1<<keyShift-1)>>keyShift<<keyShift) * int64(l.width) * 8
}

func newKeys(width int) *keys {
	k := &keys{}
	k.width = width
	table := make([]uint64, 64)
	k.table.Store(&table)
	return k
}

// entry returns what the table has first where the tag belongs.
func (k *keys) entry(tag uint64) uint64 {
	t := *k.table.Load()
	return atomic.LoadUint64(&t[tag*uint64(len(t))>>32])
}

// find returns the number of a key with its tag, -1 if it is not there.
func (k *keys) find(x key, tag uint64) int {
	t := *k.table.Load()
	at := tag * uint64(len(t)) >> 32
	for {
		e := atomic.LoadUint64(&t[at])
		if e == 0 {
			return -1
		}
		if e>>32 == tag && k.at(uint32(e)-1) == x {
			return int(uint32(e)) - 1
		}
		if at++; at == uint64(len(t)) {
			at = 0
		}
	}
}

// put adds a key with its tag; it returns its number and whether it is new.
func (k *keys) put(x key, tag uint64) (n int, added bool) {
	t := *k.table.Load()
	at := tag * uint64(len(t)) >> 32
	for t[at] != 0 {
		if e := t[at]; e>>32 == tag && k.at(uint32(e)-1) == x {
			return int(uint32(e)) - 1, false
		}
		if at++; at == uint64(len(t)) {
			at = 0
		}
	}
	n = k.add(x)
	atomic.StoreUint64(&t[at], tag<<32|uint64(k.n))
	if k.n > filled(len(t)) {
		k.grow()
	}
	return n, true
}

// filled is how many entries a table holds before it grows, larger what it grows to.
func filled(size int) int { return size / 5 * 4 }

func larger(size int) int {
	if size < 1<<20 {
		return 2 * size
	}
	return size + size*2/5
}

// growth is the memory that a larger table will need soon, beside the one there is; 0: it is not due yet.
func (k *keys) growth() int64 {
	size := len(*k.table.Load())
	if k.n < filled(size)/8*7 {
		return 0
	}
	return int64(larger(size)) * 8
}

// grow makes the table larger, by little if it is large. Entries lie in the order of their tags, nearly, and stay so: it is one pass through memory.
func (k *keys) grow() {
	old := *k.table.Load()
	size := larger(len(old))
	t := make([]uint64, size)
	for _, e := range old {
		if e == 0 {
			continue
		}
		at := e >> 32 * uint64(size) >> 32
		for t[at] != 0 {
			if at++; at == uint64(size) {
				at = 0
			}
		}
		t[at] = e
	}
	k.table.Store(&t)
}

// bytes is the memory that the set holds.
func (k *keys) bytes() int64 { return int64(len(*k.table.Load()))*8 + k.keyList.bytes() }

// numbers numbers words. They are looked up far more often than added, so the table holds them too, and a look-up touches one place. Goroutines share
// it as they share keys.
type numbers struct {
	slots atomic.Pointer[[]numbered]
	list  keyList
}

// numbered is a word with its number + 1; 0 empty.
type numbered struct{ word, number uint64 }

func newNumbers() *numbers {
	k := &numbers{list: keyList{width: 1}}
	slots := make([]numbered, 64)
	k.slots.Store(&slots)
	return k
}

// at returns a word by its number.
func (k *numbers) at(n uint32) uint64 { return k.list.at(n).a }

// find returns the number of a word, -1 if it is not there.
func (k *numbers) find(word uint64) int {
	t := *k.slots.Load()
	at := key{a: word}.tag() & uint64(len(t)-1)
	for {
		x := &t[at]
		n := atomic.LoadUint64(&x.number)
		if n == 0 || x.word == word {
			return int(n) - 1
		}
		at = (at + 1) & uint64(len(t)-1)
	}
}

// put returns the number of a word, which it adds if it is new.
func (k *numbers) put(word uint64) int {
	if n := k.find(word); n >= 0 {
		return n
	}
	n := k.list.add(key{a: word})
	if t := *k.slots.Load(); k.list.n*3 > len(t)*2 {
		larger := make([]numbered, 2*len(t))
		for _, x := range t {
			if x.number != 0 {
				insert(larger, x.word, x.number)
			}
		}
		k.slots.Store(&larger)
	}
	insert(*k.slots.Load(), word, uint64(n)+1)
	return n
}

func insert(t []numbered, word, number uint64) {
	at := key{a: word}.tag() & uint64(len(t)-1)
	for t[at].number != 0 {
		at = (at + 1) & uint64(len(t)-1)
	}
	t[at].word = word
	atomic.StoreUint64(&t[at].number, number)
}

// bytes is the memory that the set holds.
func (k *numbers) bytes() int64 { return int64(len(*k.slots.Load()))*16 + k.list.bytes() }
