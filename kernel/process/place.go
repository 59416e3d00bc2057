package process

import (
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// open opens the last name of a path.
func (p *process) open(s syscall.ProcessOpening) (state, error) {
	how := p.manner()
	if len(p.walk.names) == 0 {
		how = dir.HowDirectory
	}
	made, err := s.NewOpening()
	if err != nil {
		return nil, err
	}
	asked, err := made.SendAtOpen(p.walk.last(), how)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveOOpener()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterOpen2Opened:
		return p.openedFile(o.Next)
	case *syscall.ProcessAfterOpen2OpenedDir:
		if p.rights&rightWrite != 0 && p.how&directory == 0 || p.how&exclusive != 0 {
			p.err = errno.ErrnoIsDir
			wrong, err := o.Next.Wrong()
			if err != nil {
				return nil, err
			}
			return wrong.SendDClose()
		}
		p.giveBack()
		p.err = errno.ErrnoMFile
		p.keep(descriptor{dir: true, member: p.freeDir(), kind: file.KindDirectory, known: true})
		next, err := o.Next.Kept()
		return p.kept(next, err)
	case *syscall.ProcessAfterOpen2Failed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

// openedFile has opened what is no directory.
func (p *process) openedFile(s syscall.ProcessAfterOpened2) (state, error) {
	if p.how&directory != 0 || p.walk.folder {
		p.err = errno.ErrnoNotDir
		wrong, err := s.Wrong()
		if err != nil {
			return nil, err
		}
		return wrong.SendFClose()
	}
	p.err = errno.ErrnoMFile
	d := descriptor{member: p.freeFile()}
	if p.how&emptying == 0 {
		p.keep(d)
		next, err := s.Kept()
		return p.kept(next, err)
	}
	emptied, err := s.Emptied()
	if err != nil {
		return nil, err
	}
	asked, err := emptied.SendFTruncate(0)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveF()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterTruncate2Done:
		p.keep(d)
		return p.kept(o.Next, nil)
	case *syscall.ProcessAfterTruncate2Failed:
		p.err = o.Err
		return o.Next.SendFClose()
	}
	panic("process: an option that the declaration does not have")
}

// keep gives what was opened the lowest number.
func (p *process) keep(d descriptor) {
	d.flags, d.rights, d.inheriting = p.flags, p.rights, everything
	if d.dir {
		d.rights = everything
	}
	p.opened = p.lowest()
	p.put(p.opened, d)
}

// kept takes the number back if there was no place.
func (p *process) kept(next state, err error) (state, error) {
	switch next.(type) {
	case *syscall.ProcessAfterKept, *syscall.ProcessAfterKept2, *syscall.ProcessAfterDone4:
		p.at(p.opened).used = false
	}
	return next, err
}

// find tells what a name is.
func (p *process) find(s syscall.ProcessFinding) (state, error) {
	if len(p.walk.names) == 0 {
		itself, err := s.Itself()
		if err != nil {
			return nil, err
		}
		asked, err := itself.SendAtStat()
		if err != nil {
			return nil, err
		}
		m, err := asked.ReceiveAt()
		if err != nil {
			return nil, err
		}
		p.kind, p.attr = file.KindDirectory, m.Attr
		return m.Next, nil
	}
	name, err := s.Name()
	if err != nil {
		return nil, err
	}
	asked, err := name.SendAtFind(p.walk.last())
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveAt()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterFind2Found:
		p.kind, p.attr = o.Kind, o.Attr
		return o.Next, nil
	case *syscall.ProcessAfterFind2Failed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

// touch sets the times of what a name means.
func (p *process) touch(s syscall.ProcessTouching) (state, error) {
	made, err := s.NewOpening()
	if err != nil {
		return nil, err
	}
	asked, err := made.SendAtOpen(p.walk.last(), dir.HowExisting)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveOOpener()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterOpen3Opened:
		asked, err := o.Next.SendFSetTimes(p.atime, p.mtime)
		if err != nil {
			return nil, err
		}
		answer, err := asked.ReceiveF()
		if err != nil {
			return nil, err
		}
		switch o := answer.(type) {
		case *syscall.ProcessAfterSetTimes4Done:
			return o.Next.SendFClose()
		case *syscall.ProcessAfterSetTimes4Failed:
			p.err = o.Err
			return o.Next.SendFClose()
		}
	case *syscall.ProcessAfterOpen3OpenedDir:
		asked, err := o.Next.SendDSetTimes(p.atime, p.mtime)
		if err != nil {
			return nil, err
		}
		answer, err := asked.ReceiveD()
		if err != nil {
			return nil, err
		}
		switch o := answer.(type) {
		case *syscall.ProcessAfterSetTimes5Done:
			return o.Next.SendDClose()
		case *syscall.ProcessAfterSetTimes5Failed:
			p.err = o.Err
			return o.Next.SendDClose()
		}
	case *syscall.ProcessAfterOpen3Failed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) makeDir(s syscall.ProcessMaking) (state, error) {
	asked, err := s.SendAtMakeDir(p.walk.last())
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveAt()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterMakeDirDone:
		return o.Next, nil
	case *syscall.ProcessAfterMakeDirFailed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

// remove takes a name away, if it means what is to be removed.
func (p *process) remove(s syscall.ProcessRemoving) (state, error) {
	asked, err := s.SendAtFind(p.walk.last())
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveAt()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterFindFound:
		switch {
		case p.verb == removeDir && o.Kind != file.KindDirectory || p.walk.folder && o.Kind != file.KindDirectory:
			p.err = errno.ErrnoNotDir
			return o.Next.Wrong()
		case p.verb == unlink && o.Kind == file.KindDirectory:
			p.err = errno.ErrnoIsDir
			return o.Next.Wrong()
		}
		ino := o.Ino
		right, err := o.Next.Right()
		if err != nil {
			return nil, err
		}
		asked, err := right.SendAtUnlink(p.walk.last(), ino)
		if err != nil {
			return nil, err
		}
		answer, err := asked.ReceiveAt()
		if err != nil {
			return nil, err
		}
		switch o := answer.(type) {
		case *syscall.ProcessAfterUnlinkDone:
			return o.Next, nil
		case *syscall.ProcessAfterUnlinkFailed:
			p.err = o.Err
			return o.Next, nil
		}
	case *syscall.ProcessAfterFindFailed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

// tie makes a symbolic link.
func (p *process) tie(s syscall.ProcessTying) (state, error) {
	asked, err := s.SendAtSymlink(p.walk.last(), p.target)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveAt()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterSymlinkDone:
		return o.Next, nil
	case *syscall.ProcessAfterSymlinkFailed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) readLink(s syscall.ProcessReadingLink) (state, error) {
	asked, err := s.SendAtReadLink(p.walk.last())
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveAt()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterReadLink2Target:
		p.buf = append(p.buf, o.Target...)
		return o.Next, nil
	case *syscall.ProcessAfterReadLink2Failed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}
