package wasi

import (
	"encoding/binary"
	"fmt"
)

// Machine code gives way nowhere by itself: a program in a loop could not be stopped, and Go's collector would wait for it. wazero's own cure
// (WithCloseOnContextDone) leaves the machine code at each turn of each loop, which makes loops some five times slower. So a module gets a counter of its own:
// each turn of a loop, and each call of a function that calls others, takes one tick of it. When none is left, a function that is added to the module
// gives way, and looks whether the program is to stop. Nothing of it is visible to the program.
const ticks = 1 << 14

// What is added under these names: a global that is not zero when the program is to stop, and what the module's start section has named, since a program
// that is being instantiated cannot be told to stop.
const (
	stopName  = "protoc-os stop"
	startName = "protoc-os start"
)

// ticker is what is known of a module while its sections are rewritten, in their order.
type ticker struct {
	types, functions, globals uint64 // so many there are, without what is added
	memory                    bool
	started                   bool
	start                     uint64
}

// order is where each section stands in a module.
var order = [...]byte{typeSection: 1, importSection: 2, functionSection: 3, tableSection: 4, memorySection: 5, globalSection: 6, exportSection: 7, startSection: 8, elementSection: 9, dataCountSection: 10, codeSection: 11, dataSection: 12}

// part is one section of a module.
type part struct {
	id      byte
	content reader
}

// ticking adds what makes a module give way. A module without code is returned as it is.
func ticking(parts []part) ([]part, error) {
	var t ticker
	var has [len(order)]bool
	last := byte(0)
	for _, p := range parts {
		if p.id == customSection {
			continue
		}
		if int(p.id) >= len(order) || order[p.id] <= last {
			return nil, errDamaged
		}
		last = order[p.id]
		has[p.id] = true
	}
	if !has[typeSection] || !has[functionSection] || !has[codeSection] {
		return parts, nil
	}
	for _, p := range parts {
		if p.id == startSection {
			n, err := p.content.number()
			if err != nil {
				return nil, err
			}
			t.started, t.start = true, n
		}
	}
	var out []part
	for _, p := range parts {
		if p.id != customSection {
			for _, missing := range []byte{memorySection, globalSection, exportSection} {
				if !has[missing] && order[missing] < order[p.id] && (missing != memorySection || !t.memory) {
					has[missing] = true
					content, err := t.rewrite(missing, reader{0})
					if err != nil {
						return nil, err
					}
					out = append(out, part{missing, content})
				}
			}
		}
		content, err := t.rewrite(p.id, p.content)
		if err != nil {
			return nil, err
		}
		if p.id != startSection {
			out = append(out, part{p.id, content})
		}
	}
	return out, nil
}

// rewrite is the content of a section with what is added to it.
func (t *ticker) rewrite(id byte, content reader) (reader, error) {
	if id == customSection || id == startSection {
		return content, nil
	}
	n, err := content.number()
	if err != nil {
		return nil, err
	}
	more := func(k uint64) []byte { return append(binary.AppendUvarint(nil, n+k), content...) }
	switch id {
	case typeSection:
		t.types = n
		return append(more(1), 0x60, 0, 0), nil // a function without parameters and results
	case importSection:
		return append(binary.AppendUvarint(nil, n), content...), t.imports(n, content)
	case functionSection:
		t.functions += n
		return binary.AppendUvarint(more(1), t.types), nil
	case memorySection:
		if n == 0 {
			return reader{1, 1, 0, 0}, nil // nothing, and never more
		}
		t.memory = true
	case globalSection:
		t.globals += n
		return append(more(2), 0x7f, 1, i32Const, 1, end, 0x7f, 1, i32Const, 0, end), nil // the counter; whether to stop
	case exportSection:
		k := uint64(1)
		if t.started {
			k = 2
		}
		out := exports(more(k), stopName, 3, t.globals+1)
		if t.started {
			out = exports(out, startName, 0, t.start)
		}
		return out, nil
	case codeSection:
		return t.code(n, content)
	}
	return more(0), nil
}

func exports(out []byte, name string, kind byte, index uint64) []byte {
	out = append(binary.AppendUvarint(out, uint64(len(name))), name...)
	return binary.AppendUvarint(append(out, kind), index)
}

// imports counts what comes from elsewhere.
func (t *ticker) imports(n uint64, content reader) error {
	for range n {
		for range 2 { // of which module, by which name
			if _, err := content.block(); err != nil {
				return err
			}
		}
		kind, err := content.byte()
		if err != nil {
			return err
		}
		switch kind {
		case 0:
			t.functions++
			err = content.integer()
		case 1:
			if _, err = content.byte(); err == nil {
				err = content.limits()
			}
		case 2:
			t.memory = true
			err = content.limits()
		case 3:
			t.globals++
			err = content.skip(2)
		default:
			err = errDamaged
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// limits are those of a table or a memory.
func (r *reader) limits() error {
	flags, err := r.byte()
	if err == nil {
		err = r.integer()
	}
	if err == nil && flags&1 != 0 {
		err = r.integer()
	}
	return err
}

// code adds the ticks to each function, and the function that gives way.
func (t *ticker) code(n uint64, content reader) (reader, error) {
	counter, stop, give := t.globals, t.globals+1, t.functions
	tick := []byte{globalGet}
	tick = binary.AppendUvarint(tick, counter)
	tick = append(tick, i32Const, 1, 0x6b, globalSet) // one less
	tick = binary.AppendUvarint(tick, counter)
	tick = binary.AppendUvarint(append(tick, globalGet), counter)
	tick = append(tick, 0x45, 0x04, 0x40, call) // if none is left
	tick = append(binary.AppendUvarint(tick, give), end)

	out := binary.AppendUvarint(make([]byte, 0, len(content)+len(content)/8), n+1)
	var body []byte
	for range n {
		function, err := content.block()
		if err != nil {
			return nil, err
		}
		if body, err = ticked(body[:0], function, tick); err != nil {
			return nil, err
		}
		out = append(binary.AppendUvarint(out, uint64(len(body))), body...)
	}
	body = append(body[:0], 0, i32Const, 0, 0x40, 0, 0x1a) // the memory grows by nothing: the engine does that in Go
	body = appendVarint(append(body, i32Const), ticks)
	body = binary.AppendUvarint(append(body, globalSet), counter)
	body = binary.AppendUvarint(append(body, globalGet), stop)
	body = append(body, 0x04, 0x40, 0x00, end, end) // if it is to stop: unreachable
	return append(binary.AppendUvarint(out, uint64(len(body))), body...), nil
}

// appendVarint is AppendUvarint for signed numbers, as WebAssembly has them.
func appendVarint(out []byte, n int64) []byte {
	for n < -64 || n > 63 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(out, byte(n)&0x7f)
}

// ticked appends a function in which each loop begins with a tick, and itself, if it calls others and is not sure to come to a loop first.
func ticked(out []byte, function reader, tick []byte) ([]byte, error) {
	whole := function
	groups, err := function.number()
	for ; groups > 0 && err == nil; groups-- {
		if err = function.integer(); err == nil {
			_, err = function.byte()
		}
	}
	if err != nil {
		return nil, err
	}
	out = append(out, whole[:len(whole)-len(function)]...)
	begin := len(out)
	straight, looped, calls := true, false, false // nothing has left the way so far; it leads to a loop; something is called
	for len(function) > 0 {
		from := function
		op, err := function.instruction()
		if err != nil {
			return nil, err
		}
		out = append(out, from[:len(from)-len(function)]...)
		switch {
		case op == loop:
			looped = looped || straight
			out = append(out, tick...)
		case op == call || op == callIndirect:
			calls, straight = true, false
		case op >= 0x04 && op <= 0x11 || op == 0x00: // branches, returns, ends of blocks that branches lead to
			straight = false
		}
	}
	if calls && !looped {
		out = append(out, tick...)
		copy(out[begin+len(tick):], out[begin:])
		copy(out[begin:], tick)
	}
	return out, nil
}

// The instructions that are looked for, or added.
const (
	loop         = 0x03
	end          = 0x0b
	call         = 0x10
	callIndirect = 0x11
	globalGet    = 0x23
	globalSet    = 0x24
	i32Const     = 0x41
)

// instruction reads one instruction and what belongs to it, as the core specification 2.0 has them.
func (r *reader) instruction() (op byte, err error) {
	if op, err = r.byte(); err != nil {
		return 0, err
	}
	switch {
	case op <= 0x01, op == 0x05, op == end, op == 0x0f, op == 0x1a, op == 0x1b, op >= 0x45 && op <= 0xc4, op == 0xd1:
		return op, nil
	case op >= 0x02 && op <= 0x04, op == 0x0c, op == 0x0d, op == call, op >= 0x20 && op <= 0x26, op >= 0x3f && op <= 0x42, op == 0xd0, op == 0xd2:
		return op, r.integer()
	case op == callIndirect, op >= 0x28 && op <= 0x3e:
		return op, r.integers(2)
	case op == 0x0e: // a branch table, and where else
		n, err := r.number()
		if err != nil || n >= uint64(len(*r)) {
			return 0, errCut
		}
		return op, r.integers(int(n) + 1)
	case op == 0x1c: // select with types
		n, err := r.number()
		if err != nil || n >= uint64(len(*r)) {
			return 0, errCut
		}
		return op, r.skip(int(n))
	case op == 0x43:
		return op, r.skip(4)
	case op == 0x44:
		return op, r.skip(8)
	case op == 0xfc, op == 0xfd:
		second, err := r.number()
		if err != nil {
			return 0, err
		}
		if op == 0xfc {
			return op, r.bulk(second)
		}
		return op, r.vector(second)
	}
	return 0, unknown(fmt.Sprintf("0x%02x", op))
}

func unknown(op string) error {
	return fmt.Errorf("it has an instruction (%s) that the kernel does not know: %s", op, build)
}

// bulk is what belongs to an instruction on whole memories and tables, or a conversion.
func (r *reader) bulk(op uint64) error {
	switch {
	case op <= 7:
		return nil
	case op == 9, op == 11, op == 13, op >= 15 && op <= 17:
		return r.integer()
	case op == 8, op == 10, op == 12, op == 14:
		return r.integers(2)
	}
	return unknown(fmt.Sprintf("0xfc %d", op))
}

// vector is what belongs to an instruction on vectors.
func (r *reader) vector(op uint64) error {
	switch {
	case op <= 11, op == 92, op == 93:
		return r.integers(2)
	case op == 12, op == 13:
		return r.skip(16)
	case op >= 21 && op <= 34:
		return r.skip(1)
	case op >= 84 && op <= 91:
		if err := r.integers(2); err != nil {
			return err
		}
		return r.skip(1)
	case op <= 255:
		return nil
	}
	return unknown(fmt.Sprintf("0xfd %d", op))
}

func (r *reader) integers(n int) error {
	for range n {
		if err := r.integer(); err != nil {
			return err
		}
	}
	return nil
}
