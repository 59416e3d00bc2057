package process

import (
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/entropy"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// take takes one call, and does those that need no descriptor.
func (p *process) take(s syscall.ProcessRunning) (state, error) {
	o, err := s.Choose()
	if err != nil {
		return nil, err
	}
	p.giveBack() // what the last call has borrowed, the stub has put back
	p.call = call{buf: p.buf[:0], err: errno.ErrnoBadF, poll: p.poll}
	switch o := o.(type) {
	case *syscall.ProcessRunningRead:
		p.fd, p.count = o.Fd, o.Count
		return p.serve(o.Next)
	case *syscall.ProcessRunningReadAt:
		p.fd, p.count, p.offset, p.positioned = o.Fd, o.Count, o.Offset, true
		return p.serve(o.Next)
	case *syscall.ProcessRunningWrite:
		p.fd, p.data = o.Fd, append(p.buf, o.Buf...)
		return p.serve(o.Next)
	case *syscall.ProcessRunningWriteAt:
		p.fd, p.data, p.offset, p.positioned = o.Fd, append(p.buf, o.Buf...), o.Offset, true
		return p.serve(o.Next)
	case *syscall.ProcessRunningStat:
		p.fd = o.Fd
		return p.serve(o.Next)
	case *syscall.ProcessRunningSync:
		p.fd = o.Fd
		return p.serve(o.Next)
	case *syscall.ProcessRunningTruncate:
		p.fd, p.offset = o.Fd, o.Size
		return p.serve(o.Next)
	case *syscall.ProcessRunningAllocate:
		p.fd, p.offset, p.verb = o.Fd, o.Size, allocate
		return p.serve(o.Next)
	case *syscall.ProcessRunningSetTimes:
		p.fd, p.atime, p.mtime, p.which = o.Fd, o.Atime, o.Mtime, o.Which
		next, err := p.moment(o.Next)
		if err != nil {
			return nil, err
		}
		return p.serve(next)
	case *syscall.ProcessRunningClose:
		p.fd = o.Fd
		return p.serve(o.Next)
	case *syscall.ProcessRunningSeek:
		p.fd, p.signed, p.which = o.Fd, o.Offset, o.Whence
		return p.serve(o.Next)
	case *syscall.ProcessRunningDescribe:
		p.fd = o.Fd
		return p.serve(o.Next)
	case *syscall.ProcessRunningSetFlags:
		p.fd, p.flags = o.Fd, o.Flags
		return p.serve(o.Next)
	case *syscall.ProcessRunningSetRights:
		p.fd, p.rights, p.inheriting, p.verb = o.Fd, o.Rights, o.Inheriting, setRights
		return p.serve(o.Next)
	case *syscall.ProcessRunningRenumber:
		p.fd, p.to = o.To, o.Fd
		return p.renumber(o.Next)
	case *syscall.ProcessRunningList:
		p.fd, p.offset, p.count = o.Fd, o.Cookie, o.Count
		return p.serve(o.Next)
	case *syscall.ProcessRunningGranted:
		if d := p.at(o.Fd); d != nil && d.dir && d.granted != "" {
			p.buf = append(p.buf, d.granted...)
			return o.Next.Granted()
		}
		return o.Next.None()

	case *syscall.ProcessRunningOpen:
		p.how, p.flags, p.rights = o.How, o.Flags, o.Rights
		return p.byPath(o.Next, o.Fd, o.Path, o.Lookup&1 != 0 && o.How&exclusive == 0)
	case *syscall.ProcessRunningFind:
		return p.byPath(o.Next, o.Fd, o.Path, o.Lookup&1 != 0)
	case *syscall.ProcessRunningTouch:
		p.atime, p.mtime, p.which = o.Atime, o.Mtime, o.Which
		fd, path, follow := o.Fd, o.Path, o.Lookup&1 != 0
		next, err := p.momentTouch(o.Next)
		if err != nil {
			return nil, err
		}
		return p.byPath(next, fd, path, follow)
	case *syscall.ProcessRunningMakeDir:
		return p.byPath(o.Next, o.Fd, o.Path, false)
	case *syscall.ProcessRunningRemoveDir:
		p.verb = removeDir
		return p.byPath(o.Next, o.Fd, o.Path, false)
	case *syscall.ProcessRunningUnlink:
		p.verb = unlink
		return p.byPath(o.Next, o.Fd, o.Path, false)
	case *syscall.ProcessRunningSymlink:
		p.target = o.Target
		return p.byPath(o.Next, o.Fd, o.Path, false)
	case *syscall.ProcessRunningReadLink:
		return p.byPath(o.Next, o.Fd, o.Path, false)
	case *syscall.ProcessRunningRename:
		p.ahead = newWalk(o.To, o.Name, false)
		return p.byPath(o.Next, o.Fd, o.Old, false)
	case *syscall.ProcessRunningLink:
		p.ahead = newWalk(o.To, o.Name, false)
		return p.byPath(o.Next, o.Fd, o.Old, o.Lookup&1 != 0)

	case *syscall.ProcessRunningNow:
		asked, err := o.Next.SendTimeNow()
		if err != nil {
			return nil, err
		}
		m, err := asked.ReceiveTime()
		if err != nil {
			return nil, err
		}
		p.time = m.Nanoseconds
		return m.Next, nil
	case *syscall.ProcessRunningResolution:
		asked, err := o.Next.SendTimeResolution()
		if err != nil {
			return nil, err
		}
		m, err := asked.ReceiveTime()
		if err != nil {
			return nil, err
		}
		p.time = m.Nanoseconds
		return m.Next, nil
	case *syscall.ProcessRunningRandom:
		asked, err := o.Next.SendChanceDraw(int(min(max(o.Count, 1), entropy.Most)))
		if err != nil {
			return nil, err
		}
		m, err := asked.ReceiveChance()
		if err != nil {
			return nil, err
		}
		p.buf = append(p.buf, m.Buf...)
		return m.Next, nil
	case *syscall.ProcessRunningGrow:
		asked, err := o.Next.SendRamGrow(int(o.Grains))
		if err != nil {
			return nil, err
		}
		m, err := asked.ReceiveRam()
		if err != nil {
			return nil, err
		}
		switch m := m.(type) {
		case *syscall.ProcessAfterGrow2Granted:
			return m.Next, nil
		case *syscall.ProcessAfterGrow2Refused:
			p.err = errno.ErrnoNoMem
			return m.Next, nil
		}
	case *syscall.ProcessRunningPoll:
		p.poll.parse(o.Subscriptions)
		return o.Next, nil
	case *syscall.ProcessRunningArguments:
		p.buf = appendStrings(p.buf, p.args)
		return o.Next, nil
	case *syscall.ProcessRunningEnvironment:
		p.buf = appendStrings(p.buf, p.env)
		return o.Next, nil
	case *syscall.ProcessRunningExit:
		p.code = o.Code
		return o.Next, nil
	case *syscall.ProcessRunningGone:
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

// appendStrings appends each string and a zero.
func appendStrings(b []byte, list []string) []byte {
	for _, s := range list {
		b = append(append(b, s...), 0)
	}
	return b
}

// serve says of a call by descriptor whether it is for a file, for a directory or for nobody but the table.
func (p *process) serve(s syscall.ProcessAfterRead) (state, error) {
	d := p.at(p.fd)
	call := s.View().Call()
	switch {
	case d == nil:
		p.err = errno.ErrnoBadF
		return s.Other()
	case call == syscall.CallPlain:
		if p.verb == setRights {
			d.rights &= p.rights
			d.inheriting &= p.inheriting
		} else {
			d.flags = p.flags
		}
		return s.Here()
	case d.dir:
		return p.onDirectory(s, d, call)
	}
	switch call {
	case syscall.CallRead:
		if d.rights&rightRead == 0 {
			return s.Other()
		}
		if p.count == 0 {
			return s.Here()
		}
	case syscall.CallWrite:
		if d.rights&rightWrite == 0 {
			return s.Other()
		}
	case syscall.CallResize:
		if d.rights&rightWrite == 0 {
			p.err = errno.ErrnoInval
			return s.Other()
		}
	case syscall.CallSeek:
		if p.which != seekEnd && d.known {
			if !p.seek(d, 0) {
				return s.Other()
			}
			return s.Here()
		}
	case syscall.CallDescribe:
		if d.known {
			p.describe(d)
			return s.Here()
		}
	case syscall.CallList:
		p.err = errno.ErrnoNotDir
		return s.Other()
	}
	return s.File()
}

// onDirectory says the same of a directory.
func (p *process) onDirectory(s syscall.ProcessAfterRead, d *descriptor, call syscall.Call) (state, error) {
	switch call {
	case syscall.CallSync:
		return s.Here()
	case syscall.CallDescribe:
		d.kind, d.known = file.KindDirectory, true
		p.describe(d)
		return s.Here()
	case syscall.CallStat, syscall.CallSetTimes, syscall.CallClose, syscall.CallRenumber, syscall.CallList:
		return s.Directory()
	case syscall.CallRead, syscall.CallWrite, syscall.CallResize:
		p.err = errno.ErrnoIsDir
	}
	return s.Other()
}

// describe answers what fdstat asks.
func (p *process) describe(d *descriptor) {
	p.kind, p.flags, p.rights, p.inheriting = d.kind, d.flags, d.rights, d.inheriting
}

// renumber lets go of what the number meant, and moves the other there.
func (p *process) renumber(s syscall.ProcessAfterRead) (state, error) {
	from, to := p.at(p.to), p.at(p.fd)
	if from == nil || to == nil {
		p.err = errno.ErrnoBadF
		return s.Other()
	}
	p.renumbering = true
	if from == to {
		return s.Here()
	}
	if to.dir {
		return s.Directory()
	}
	return s.File()
}

// Whence, as WASI numbers it.
const (
	seekSet = iota
	seekCur
	seekEnd
)

// seek sets the position; size is that of the file, if it matters.
func (p *process) seek(d *descriptor, size uint64) bool {
	if d.known && (d.kind == file.KindPipe || d.kind == file.KindTerminal) {
		p.err = errno.ErrnoSPipe
		return false
	}
	base := uint64(0)
	switch p.which {
	case seekSet:
	case seekCur:
		base = d.pos
	case seekEnd:
		base = size
	default:
		p.err = errno.ErrnoInval
		return false
	}
	if at := int64(base) + p.signed; at >= 0 {
		d.pos = uint64(at)
		p.position = d.pos
		return true
	}
	p.err = errno.ErrnoInval
	return false
}

// Times that are to be set, as WASI numbers them.
const (
	setAtime = 1 << iota
	nowAtime
	setMtime
	nowMtime
)

const keep = ^uint64(0)

// times replaces what is to be now, and what is to stay.
func (p *process) times(now uint64) {
	one := func(t *uint64, set, current uint32) {
		switch {
		case p.which&current != 0:
			*t = now
		case p.which&set == 0:
			*t = keep
		}
	}
	one(&p.atime, setAtime, nowAtime)
	one(&p.mtime, setMtime, nowMtime)
}

func (p *process) moment(s syscall.ProcessAfterSetTimes) (syscall.ProcessAfterRead, error) {
	if p.which&(nowAtime|nowMtime) == 0 {
		p.times(0)
		return s.Given()
	}
	now, err := s.Now()
	if err != nil {
		return syscall.ProcessAfterRead{}, err
	}
	asked, err := now.SendTimeNow()
	if err != nil {
		return syscall.ProcessAfterRead{}, err
	}
	m, err := asked.ReceiveTime()
	if err != nil {
		return syscall.ProcessAfterRead{}, err
	}
	p.times(m.Nanoseconds)
	return m.Next, nil
}

func (p *process) momentTouch(s syscall.ProcessAfterTouch) (syscall.ProcessAfterRead, error) {
	if p.which&(nowAtime|nowMtime) == 0 {
		p.times(0)
		return s.Given()
	}
	now, err := s.Now()
	if err != nil {
		return syscall.ProcessAfterRead{}, err
	}
	asked, err := now.SendTimeNow()
	if err != nil {
		return syscall.ProcessAfterRead{}, err
	}
	m, err := asked.ReceiveTime()
	if err != nil {
		return syscall.ProcessAfterRead{}, err
	}
	p.times(m.Nanoseconds)
	return m.Next, nil
}

// How a name is opened, as WASI numbers it.
const (
	creating  = 1 << 0
	directory = 1 << 1
	exclusive = 1 << 2
	emptying  = 1 << 3
)

// manner is how the directory is asked to open the last name.
func (p *process) manner() dir.How {
	switch {
	case p.how&exclusive != 0 && p.how&creating != 0:
		return dir.HowExclusive
	case p.how&creating != 0:
		return dir.HowCreate
	case p.how&directory != 0:
		return dir.HowDirectory
	}
	return dir.HowExisting
}
