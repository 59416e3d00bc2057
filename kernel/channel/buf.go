package channel

import "sync"

// A Buf is a handle of a buffer in a bounded pool. It moves: it is a value
// of a message's payload, and sending or releasing it makes every copy that
// was left behind dead, which is checked at each use. The zero Buf is dead.
type Buf struct{ index, turn uint32 }

// A Pool holds a fixed number of buffers of one size.
type Pool struct {
	mu     sync.Mutex
	size   int
	memory []byte
	bufs   []pooled
	free   []uint32
}

type pooled struct {
	turn uint32
	len  int
	used bool
}

// NewPool makes n buffers of size bytes.
func NewPool(n, size int) *Pool {
	p := &Pool{size: size, memory: make([]byte, n*size), bufs: make([]pooled, n)}
	for i := range n {
		p.bufs[i].turn = 1
		p.free = append(p.free, uint32(n-1-i))
	}
	return p
}

// Get takes a buffer; false: none is free.
func (p *Pool) Get() (Buf, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return Buf{}, false
	}
	i := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	p.bufs[i].used = true
	p.bufs[i].len = p.size
	return Buf{i, p.bufs[i].turn}, true
}

func (p *Pool) check(b Buf, method string) *pooled {
	if b.turn == 0 || int(b.index) >= len(p.bufs) || p.bufs[b.index].turn != b.turn || !p.bufs[b.index].used {
		panic(&MisuseError{Where{Component: "channel.Buf"}, method, "the buffer was moved or released before"})
	}
	return &p.bufs[b.index]
}

// Use calls f with the bytes, which must not be kept.
func (p *Pool) Use(b Buf, f func([]byte)) { f(p.bytes(b)) }

func (p *Pool) bytes(b Buf) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.check(b, "Use")
	at := int(b.index) * p.size
	return p.memory[at : at+h.len : at+h.len]
}

// Cut sets the number of bytes in use.
func (p *Pool) Cut(b Buf, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.check(b, "Cut")
	h.len = min(n, p.size)
}

// Move makes b dead and returns the buffer's new handle: what the stub puts
// into a message.
func (p *Pool) Move(b Buf) Buf {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.check(b, "Move")
	h.turn++
	return Buf{b.index, h.turn}
}

// Release gives the buffer back.
func (p *Pool) Release(b Buf) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.check(b, "Release")
	h.turn++
	h.used = false
	p.free = append(p.free, b.index)
}

// Free is the number of free buffers.
func (p *Pool) Free() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.free)
}
