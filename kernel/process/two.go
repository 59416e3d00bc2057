package process

import (
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// second is a call with two names, at the directory of the second one. The directory of the first is the same, was opened on the way, or is one
// that the program has open.
func (p *process) second(s syscall.ProcessSecond) (state, error) {
	switch {
	case p.same():
		next, err := s.Same()
		return next, err
	case len(p.first.done) > 0:
		return s.Borrowed()
	}
	return s.Other()
}

func (p *process) renameWithin(s syscall.ProcessAfterSame) (state, error) {
	asked, err := s.SendAtRename(p.first.last(), p.walk.last())
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveAt()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterRenameDone:
		return o.Next, nil
	case *syscall.ProcessAfterRenameFailed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) renameAcross(s syscall.ProcessAfterPickDirs) (state, error) {
	asked, err := s.SendRenamerRename(p.first.last(), p.walk.last())
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveRenamer()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterRename2Renamed:
		return o.Next, nil
	case *syscall.ProcessAfterRename2Refused:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

// linkable says whether a name may be given to what was found.
func (p *process) linkable(kind file.Kind) bool {
	if kind == file.KindDirectory {
		p.err = errno.ErrnoPerm
		return false
	}
	return true
}

func (p *process) linkWithin(s syscall.ProcessAfterSame2) (state, error) {
	asked, err := s.SendAtFind(p.first.last())
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveAt()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterFind3Found:
		if !p.linkable(o.Kind) {
			return o.Next.Wrong()
		}
		ino := o.Ino
		right, err := o.Next.Right()
		if err != nil {
			return nil, err
		}
		asked, err := right.SendAtLink(p.walk.last(), ino)
		if err != nil {
			return nil, err
		}
		answer, err := asked.ReceiveAt()
		if err != nil {
			return nil, err
		}
		switch o := answer.(type) {
		case *syscall.ProcessAfterLink2Done:
			return o.Next, nil
		case *syscall.ProcessAfterLink2Failed:
			p.err = o.Err
			return o.Next, nil
		}
	case *syscall.ProcessAfterFind3Failed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

func (p *process) linkAcross(s syscall.ProcessAfterBorrowed) (state, error) {
	asked, err := s.SendFirstFind(p.first.last())
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveFirst()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterFind4Found:
		if !p.linkable(o.Kind) {
			return o.Next.Wrong()
		}
		ino := o.Ino
		right, err := o.Next.Right()
		if err != nil {
			return nil, err
		}
		asked, err := right.SendAtLink(p.walk.last(), ino)
		if err != nil {
			return nil, err
		}
		answer, err := asked.ReceiveAt()
		if err != nil {
			return nil, err
		}
		switch o := answer.(type) {
		case *syscall.ProcessAfterLink3Done:
			return o.Next, nil
		case *syscall.ProcessAfterLink3Failed:
			p.err = o.Err
			return o.Next, nil
		}
	case *syscall.ProcessAfterFind4Failed:
		p.err = o.Err
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}
