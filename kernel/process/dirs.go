package process

import (
	"encoding/binary"

	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

func (p *process) dirStat(s syscall.ProcessDirStat) (state, error) {
	asked, err := s.SendDirsStat()
	if err != nil {
		return nil, err
	}
	m, err := asked.ReceiveDirs()
	if err != nil {
		return nil, err
	}
	p.kind, p.attr = file.KindDirectory, m.Attr
	return m.Next, nil
}

func (p *process) dirTimes(s syscall.ProcessDirTimes) (state, error) {
	asked, err := s.SendDirsSetTimes(p.atime, p.mtime)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveDirs()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterSetTimes2Done:
		return o.Next, nil
	case *syscall.ProcessAfterSetTimes2Failed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) dirClose(s syscall.ProcessDirClose) (state, error) {
	next, err := s.SendDirsClose()
	p.closed()
	return next, err
}

// dirList fills the buffer with entries in the layout of WASI: next, inode, length of the name, kind, and the name. The last one is cut where the
// buffer ends, which tells the program that there are more.
func (p *process) dirList(s syscall.ProcessFilling) (state, error) {
	cookie := p.offset
	for {
		asked, err := s.SendDirsList(cookie)
		if err != nil {
			return nil, err
		}
		o, err := asked.ReceiveDirs()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterListFailed:
			p.err = o.Err
			return o.Next, nil
		case *syscall.ProcessAfterListEntries:
			last := len(o.Buf) == 0
			for b := o.Buf; len(b) > 0 && len(p.buf) < int(p.count); {
				var e entry
				e, b = cutEntry(b)
				p.buf = e.append(p.buf)
			}
			cookie = o.NextField
			if last || len(p.buf) >= int(p.count) {
				p.buf = p.buf[:min(len(p.buf), int(p.count))]
				return o.Next.Enough()
			}
			if s, err = o.Next.More(); err != nil {
				return nil, err
			}
		}
	}
}

// entry is one entry as a directory tells it: the cookie of the next, the inode, the kind, and the name.
type entry struct {
	next, ino uint64
	kind      file.Kind
	name      []byte
}

// cutEntry takes an entry off a directory's answer.
func cutEntry(b []byte) (entry, []byte) {
	n := int(binary.LittleEndian.Uint16(b[17:]))
	return entry{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), file.Kind(b[16]), b[19 : 19+n]}, b[19+n:]
}

// filetypes are the kinds as WASI numbers them.
var filetypes = [...]byte{file.KindRegular: 4, file.KindDirectory: 3, file.KindSymlink: 7, file.KindPipe: 0, file.KindTerminal: 2, file.KindDevice: 2}

func (e entry) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, e.next)
	b = binary.LittleEndian.AppendUint64(b, e.ino)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(e.name)))
	b = append(b, filetypes[e.kind], 0, 0, 0)
	return append(b, e.name...)
}
