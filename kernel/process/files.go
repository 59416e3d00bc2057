package process

import (
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// where is the offset of a read or write.
func (p *process) where(d *descriptor) uint64 {
	if p.positioned {
		return p.offset
	}
	return d.pos
}

func (p *process) fileRead(s syscall.ProcessFileRead) (state, error) {
	d := p.at(p.fd)
	ready, err := syscall.ProcessAfterReady{}, error(nil)
	if d.flags&flagNonblock == 0 || d.known && d.kind == file.KindRegular { // what lies in a file is there
		ready, err = s.Ready()
	} else {
		var next state
		if ready, next, err = p.look(s); next != nil {
			return next, err
		}
	}
	if err != nil {
		return nil, err
	}
	asked, err := ready.SendFilesRead(p.where(d), min(p.count, file.Most))
	if err != nil {
		return nil, err
	}
	o, err := asked.Choose()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterRead2Data:
		p.buf = append(p.buf, o.Buf...)
		if !p.positioned {
			d.pos += uint64(len(o.Buf))
		}
		return o.Next, nil
	case *syscall.ProcessAfterRead2Failed:
		p.err = o.Err
		return o.Next, nil
	case *syscall.ProcessAfterRead2Gone:
		d.used = false
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

// look asks a file whether a read would wait; next is not nil if it would.
func (p *process) look(s syscall.ProcessFileRead) (ready syscall.ProcessAfterReady, next state, err error) {
	look, err := s.Look()
	if err != nil {
		return ready, nil, err
	}
	made, err := look.NewWake()
	if err != nil {
		return ready, nil, err
	}
	watched, err := made.SendFilesWatch()
	if err != nil {
		return ready, nil, err
	}
	// A file that too many watch already lets go of us: that is no time to wait either.
	p.err = errno.ErrnoAgain
	released, err := watched.Choose()
	if err != nil {
		return ready, nil, err
	}
	var answer syscall.ProcessAfterReleaseOption
	switch r := released.(type) {
	case *syscall.ProcessAfterWatchSentRelease:
		answer, err = r.Next.Choose()
	case *syscall.ProcessAfterWatchGone:
		return ready, r.Next, nil
	}
	if err != nil {
		return ready, nil, err
	}
	switch o := answer.(type) {
	case *syscall.ProcessAfterReleaseReady:
		return o.Next, nil, nil
	case *syscall.ProcessAfterReleaseCancelled:
		return ready, o.Next, nil
	case *syscall.ProcessAfterReleaseGone:
		return ready, o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) fileWrite(s syscall.ProcessFileWrite) (state, error) {
	d := p.at(p.fd)
	var asked syscall.ProcessAfterWrite
	if d.flags&flagAppend != 0 && !p.positioned {
		behind, err := s.Behind()
		if err != nil {
			return nil, err
		}
		if asked, err = behind.SendFilesAppend(p.data); err != nil {
			return nil, err
		}
	} else {
		over, err := s.Over()
		if err != nil {
			return nil, err
		}
		if asked, err = over.SendFilesWrite(p.where(d), p.data); err != nil {
			return nil, err
		}
	}
	o, err := asked.Choose()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterWriteWritten:
		p.written = o.Count
		if !p.positioned {
			d.pos += uint64(o.Count)
		}
		return o.Next, nil
	case *syscall.ProcessAfterWriteFailed:
		p.err = o.Err
		return o.Next, nil
	case *syscall.ProcessAfterWriteGone:
		d.used = false
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) fileStat(s syscall.ProcessFileStat) (state, error) {
	asked, err := s.SendFilesStat()
	if err != nil {
		return nil, err
	}
	m, err := asked.ReceiveFiles()
	if err != nil {
		return nil, err
	}
	p.is(m.Kind, m.Attr)
	return m.Next, nil
}

// is keeps what a file has said of itself.
func (p *process) is(kind file.Kind, attr file.Attr) {
	p.kind, p.attr = kind, attr
	d := p.at(p.fd)
	d.kind, d.known = kind, true
}

func (p *process) fileSeek(s syscall.ProcessFileSeek) (state, error) {
	asked, err := s.SendFilesStat()
	if err != nil {
		return nil, err
	}
	m, err := asked.ReceiveFiles()
	if err != nil {
		return nil, err
	}
	p.is(m.Kind, m.Attr)
	if p.seek(p.at(p.fd), m.Attr.Size) {
		return m.Next.Fine()
	}
	return m.Next.Wrong()
}

func (p *process) fileDescribe(s syscall.ProcessFileDescribe) (state, error) {
	asked, err := s.SendFilesStat()
	if err != nil {
		return nil, err
	}
	m, err := asked.ReceiveFiles()
	if err != nil {
		return nil, err
	}
	p.is(m.Kind, m.Attr)
	p.describe(p.at(p.fd))
	return m.Next, nil
}

func (p *process) fileSync(s syscall.ProcessFileSync) (state, error) {
	asked, err := s.SendFilesSync()
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveFiles()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterSyncDone:
		return o.Next, nil
	case *syscall.ProcessAfterSyncFailed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) fileResize(s syscall.ProcessFileResize) (state, error) {
	exactly, err := syscall.ProcessAfterExactly{}, error(nil)
	if p.verb != allocate {
		exactly, err = s.Exactly()
	} else {
		atLeast, err := s.AtLeast()
		if err != nil {
			return nil, err
		}
		asked, err := atLeast.SendFilesStat()
		if err != nil {
			return nil, err
		}
		m, err := asked.ReceiveFiles()
		if err != nil {
			return nil, err
		}
		if m.Attr.Size >= p.offset {
			return m.Next.Long()
		}
		if exactly, err = m.Next.Short(); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	asked, err := exactly.SendFilesTruncate(p.offset)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveFiles()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterTruncateDone:
		return o.Next, nil
	case *syscall.ProcessAfterTruncateFailed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) fileTimes(s syscall.ProcessFileTimes) (state, error) {
	asked, err := s.SendFilesSetTimes(p.atime, p.mtime)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveFiles()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterSetTimes3Done:
		return o.Next, nil
	case *syscall.ProcessAfterSetTimes3Failed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) fileClose(s syscall.ProcessFileClose) (state, error) {
	next, err := s.SendFilesClose()
	p.closed()
	return next, err
}

// closed forgets a descriptor; after Renumber another one has its number.
func (p *process) closed() {
	p.at(p.fd).used = false
	if from := p.at(p.to); p.renumbering && from != nil {
		p.put(p.fd, *from)
		p.at(p.to).used = false
	}
}
