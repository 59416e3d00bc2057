package channel

import (
	"sync/atomic"
	"unsafe"
)

// Sessions whose messages are large come and go with every opened file.
// Their memory is kept for the next session of the protocol: clearing it,
// and collecting it, costs more than all that is said in it.

// reused is the size, in 8-byte words, from which on memory is reused.
const reused = 512

// memory is what the queues of one large session are in.
type memory struct {
	words []uint64
	// A message is readable until its receiver's next step, which may come
	// after its end of the session is gone: then the memory is left to the collector.
	read atomic.Bool
}

// memory is for the queues of a fresh session. What was in it before is
// still there: every message is written before it is read.
func (p *Protocol) memory() (unsafe.Pointer, *memory) {
	if p.words < reused {
		return unsafe.Pointer(unsafe.SliceData(make([]uint64, p.words))), nil
	}
	m, _ := p.free.Get().(*memory)
	if m == nil {
		m = &memory{words: make([]uint64, p.words)}
	}
	return unsafe.Pointer(unsafe.SliceData(m.words)), m
}

// stillReads notes that e, which lets go of an end, may still read the message last received from it.
func (e *Endpoint) stillReads(s *session) {
	m := s.memory
	at := uintptr(unsafe.Pointer(unsafe.SliceData(m.words)))
	if in := uintptr(e.in); in < at || in-at >= uintptr(len(m.words))*8 {
		return
	}
	if label := *(*uint16)(unsafe.Add(e.in, -8)); s.proto.Labels[label].Payload.size > 0 {
		m.read.Store(true)
	}
}

// forget lets the memory be used again; all roles have left. In the test mode that overwrites messages after they were read, it may be written to yet.
func (s *session) forget() {
	if m := s.memory; m != nil && !m.read.Load() && !s.rt.poison {
		s.proto.free.Put(m)
	}
	s.memory = nil
}
