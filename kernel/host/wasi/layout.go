package wasi

import (
	"bytes"
	"encoding/binary"

	"github.com/tetratelabs/wazero/api"

	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// number is an error as WASI numbers it; 0 is success.
type number uint32

// The errors that are found here, before anybody is asked.
const (
	eFault       number = 21
	eInval       number = 28
	eNameTooLong number = 37
	eNoSys       number = 52
	eNotSock     number = 57
)

// numbers are the errors of the kernel.
var numbers = [...]number{
	errno.ErrnoAccess: 2, errno.ErrnoAgain: 6, errno.ErrnoBadF: 8, errno.ErrnoBusy: 10, errno.ErrnoCanceled: 11, errno.ErrnoExist: 20, errno.ErrnoFBig: 22,
	errno.ErrnoInval: 28, errno.ErrnoIo: 29, errno.ErrnoIsDir: 31, errno.ErrnoLoop: 32, errno.ErrnoMFile: 33, errno.ErrnoNameTooLong: 37,
	errno.ErrnoNFile: 41, errno.ErrnoNoDev: 43, errno.ErrnoNoEnt: 44, errno.ErrnoNoMem: 48, errno.ErrnoNoSpc: 51, errno.ErrnoNotCapable: 76,
	errno.ErrnoNotDir: 54, errno.ErrnoNotEmpty: 55, errno.ErrnoNotSup: 58, errno.ErrnoPerm: 63, errno.ErrnoPipe: 64, errno.ErrnoRoFs: 69,
	errno.ErrnoSPipe: 70, errno.ErrnoStale: 72, errno.ErrnoXDev: 75,
}

func of(failed *errno.Errno) number {
	if failed == nil {
		return 0
	}
	return numbers[*failed]
}

// filetypes are the kinds of files as WASI numbers them.
var filetypes = [...]byte{file.KindRegular: 4, file.KindDirectory: 3, file.KindSymlink: 7, file.KindPipe: 0, file.KindTerminal: 2, file.KindDevice: 2}

func write(m api.Memory, at uint64, b []byte) number {
	if !m.Write(uint32(at), b) {
		return eFault
	}
	return 0
}

func put32(m api.Memory, at uint64, v uint32) number {
	if !m.WriteUint32Le(uint32(at), v) {
		return eFault
	}
	return 0
}

func put64(m api.Memory, at, v uint64) number {
	if !m.WriteUint64Le(uint32(at), v) {
		return eFault
	}
	return 0
}

// named calls do with a path.
func named(m api.Memory, at, n uint64, do func(string) number) number {
	b, ok := m.Read(uint32(at), uint32(n))
	switch {
	case !ok:
		return eFault
	case len(b) > syscall.PathMost:
		return eNameTooLong
	}
	return do(string(b))
}

// sizes tells how many strings there are in a list, each before a zero, and how long they are together.
func sizes(m api.Memory, list []byte, count, size uint64) number {
	if e := put32(m, count, uint32(bytes.Count(list, []byte{0}))); e != 0 {
		return e
	}
	return put32(m, size, uint32(len(list)))
}

// put writes such a list, and where each string begins.
func put(m api.Memory, list []byte, pointers, text uint64) number {
	if e := write(m, text, list); e != 0 {
		return e
	}
	start := uint32(text)
	for i, b := range list {
		if b != 0 {
			continue
		}
		if e := put32(m, pointers, start); e != 0 {
			return e
		}
		pointers += 4
		start = uint32(text) + uint32(i) + 1
	}
	return 0
}

func filestat(m api.Memory, at uint64, kind file.Kind, attr file.Attr) number {
	b := make([]byte, 64)
	binary.LittleEndian.PutUint64(b[0:], 1)
	binary.LittleEndian.PutUint64(b[8:], attr.Ino)
	b[16] = filetypes[kind]
	binary.LittleEndian.PutUint64(b[24:], uint64(attr.Links))
	binary.LittleEndian.PutUint64(b[32:], attr.Size)
	binary.LittleEndian.PutUint64(b[40:], attr.Atime)
	binary.LittleEndian.PutUint64(b[48:], attr.Mtime)
	binary.LittleEndian.PutUint64(b[56:], attr.Ctime)
	return write(m, at, b)
}

// vectorsMost is how many places a read or write may have.
const vectorsMost = 1024

// vector is one place of a scattered read or write.
func vector(m api.Memory, vectors, i uint64) ([]byte, bool) {
	at, ok := m.ReadUint32Le(uint32(vectors + i*8))
	if !ok {
		return nil, false
	}
	n, ok := m.ReadUint32Le(uint32(vectors + i*8 + 4))
	if !ok {
		return nil, false
	}
	return m.Read(at, n)
}

// scatter reads once, as much as there is room for, into several places.
func (p *program) scatter(m api.Memory, vectors, n, read uint64, do func(uint32) ([]byte, number)) number {
	if n > vectorsMost {
		return eInval
	}
	total := 0
	for i := range n {
		b, ok := vector(m, vectors, i)
		if !ok {
			return eFault
		}
		total += len(b)
	}
	buf, e := do(uint32(min(total, file.Most)))
	if e != 0 {
		return e
	}
	size := len(buf)
	for i := uint64(0); len(buf) > 0; i++ {
		b, _ := vector(m, vectors, i)
		buf = buf[copy(b, buf):]
	}
	return put32(m, read, uint32(size))
}

// gather writes once, from several places. One place alone is not copied.
func (p *program) gather(m api.Memory, vectors, n, written uint64, do func([]byte) (uint32, number)) number {
	if n > vectorsMost {
		return eInval
	}
	p.out = p.out[:0]
	for i := range n {
		b, ok := vector(m, vectors, i)
		if !ok {
			return eFault
		}
		if n == 1 {
			p.out = nil
			return p.gathered(m, b, written, do)
		}
		p.out = append(p.out, b[:min(len(b), file.Most-len(p.out))]...)
	}
	return p.gathered(m, p.out, written, do)
}

func (p *program) gathered(m api.Memory, b []byte, written uint64, do func([]byte) (uint32, number)) number {
	count, e := do(b[:min(len(b), file.Most)])
	if e != 0 {
		return e
	}
	return put32(m, written, count)
}
