package wasi

import (
	"fmt"

	"github.com/tetratelabs/wazero/experimental"
)

// grain is how much memory the kernel grants at once: with the run values of boot.Services, 1 GiB to one program and 8 GiB to all.
const grain = 4 << 20

// grainsMost is the most that one request asks for.
const grainsMost = 2

// linear is the memory of one program. It grows when the memory service says so, grain by grain, and stays where it is as far as the host has addresses to
// reserve.
type linear struct {
	p        *program
	granted  uint64
	reserved []byte // addresses, of which those of bytes may be used; nil: the host has none, and bytes move
	bytes    []byte
	max      uint64
	begun    bool
}

// allocate is asked for a memory before the program runs.
func (p *program) allocate(_, max uint64) experimental.LinearMemory {
	l := &linear{p: p, max: max, reserved: reserve(max)}
	p.memory = append(p.memory, l)
	return l
}

// Reallocate returns nil when the kernel refuses, or the host. A program whose first memory is refused does not begin.
func (l *linear) Reallocate(size uint64) []byte {
	for l.granted < size {
		n := min((size-l.granted+grain-1)/grain, grainsMost)
		if l.p.grow(uint32(n)) != nil {
			if !l.begun {
				panic(&unfitError{fmt.Errorf("it wants %d MiB of memory to begin with, and the kernel grants it %d", size>>20, l.granted>>20)})
			}
			return nil
		}
		l.granted += n * grain
	}
	switch {
	case l.reserved == nil:
		l.move(size)
	case size > uint64(len(l.bytes)):
		if err := use(l.reserved[:size]); err != nil {
			if !l.begun {
				panic(&unfitError{fmt.Errorf("its memory of %d MiB: %w", size>>20, err)})
			}
			return nil
		}
		l.bytes = l.reserved[:size]
	}
	l.begun = true
	return l.bytes
}

// move makes the memory as long elsewhere if it is not long enough.
func (l *linear) move(size uint64) {
	if size > uint64(cap(l.bytes)) {
		bigger := make([]byte, size, min(max(size, uint64(cap(l.bytes))*5/4), max(l.max, size)))
		copy(bigger, l.bytes)
		l.bytes = bigger
	}
	l.bytes = l.bytes[:size]
}

// Free is no message: what a program held goes back when its process leaves.
func (l *linear) Free() {
	if l.reserved != nil {
		giveBack(l.reserved)
	}
	l.reserved, l.bytes = nil, nil
}
