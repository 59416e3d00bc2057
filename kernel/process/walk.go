package process

import (
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// linksMost is how many symbolic links one path may lead through.
const linksMost = 40

// walk is a path, as far as it has been walked. At its end names holds the last name, or nothing when the path means the directory itself.
type walk struct {
	base   uint32   // the descriptor where it began
	done   []string // from there
	names  []string // still to come
	follow bool     // a link in the last place too
	folder bool     // the path ends in a slash: it means a directory
	looked bool     // the last name is no link
	links  int
}

// newWalk is a path that nothing is known of; nil: it is no path.
func newWalk(base uint32, path string, follow bool) *walk {
	w := &walk{base: base, follow: follow}
	w.names = split(path)
	w.folder = strings.HasSuffix(path, "/") || strings.HasSuffix(path, "/.")
	return w
}

func split(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(n string) bool { return n == "" || n == "." })
}

// last is the name at the end, or what means the directory itself.
func (w *walk) last() string {
	if len(w.names) == 0 {
		return "."
	}
	return w.names[0]
}

// byPath begins a call by path.
func (p *process) byPath(s syscall.ProcessAfterRead, fd uint32, path string, follow bool) (state, error) {
	d := p.at(fd)
	switch {
	case d == nil:
		p.err = errno.ErrnoBadF
	case !d.dir:
		p.err = errno.ErrnoNotDir
	case path == "":
		p.err = errno.ErrnoNoEnt
	case path[0] == '/':
		p.err = errno.ErrnoPerm
	default:
		p.walk = *newWalk(fd, path, follow)
		return s.Path()
	}
	return s.Other()
}

// borrow takes a directory out of the table for a walk, and giveBack puts it into the place that the stub gives it.
func (p *process) borrow(fd uint32) int {
	d := p.at(fd)
	m := d.member
	d.member = -1
	return m
}

func (p *process) giveBack() {
	for _, fd := range []uint32{p.walk.base, p.first.base} {
		if d := p.at(fd); d != nil && d.dir && d.member < 0 {
			d.member = p.freeDir()
		}
	}
}

// walking does the next step of a walk.
func (p *process) walking(s syscall.ProcessWalking) (state, error) {
	w := &p.walk
	refuse := func(err errno.Errno) (state, error) {
		p.err = err
		p.giveBack()
		return s.Refused()
	}
	if up := slices.Index(w.names, ".."); up == 0 {
		if len(w.done) == 0 {
			return refuse(errno.ErrnoPerm)
		}
		w.names = append(slices.Clone(w.done[:len(w.done)-1]), w.names[1:]...)
		w.done = nil
		p.giveBack()
		return s.Again()
	}
	switch {
	case len(w.names) > 1:
		return p.down(s)
	case len(w.names) == 1 && len(w.names[0]) > dir.NameMost:
		return refuse(errno.ErrnoNameTooLong)
	case len(w.names) == 1 && (w.follow || w.folder) && !w.looked:
		look, err := s.Look()
		if err != nil {
			return nil, err
		}
		asked, err := look.SendAtReadLink(w.names[0])
		if err != nil {
			return nil, err
		}
		o, err := asked.ReceiveAt()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterReadLinkTarget:
			return p.turn(o.Next, o.Target)
		case *syscall.ProcessAfterReadLinkFailed:
			w.looked = true
			return o.Next, nil
		}
	}
	if p.ahead == nil {
		return s.Arrived()
	}
	return p.half(s)
}

// turn goes on where a symbolic link points to: from where it stands, or from the first directory that the program was given.
func (p *process) turn(s syscall.ProcessWalking, target string) (state, error) {
	w := &p.walk
	rest := w.names[1:]
	w.looked = false
	if w.links++; w.links > linksMost || target == "" {
		p.err = errno.ErrnoLoop
		p.giveBack()
		return s.Refused()
	}
	w.names = append(split(target), rest...)
	if target[0] != '/' {
		return s, nil
	}
	for fd := range p.fds {
		if d := &p.fds[fd]; d.used && d.dir && d.granted == "/" {
			p.giveBack()
			w.base, w.done = uint32(fd), nil
			return s.Again()
		}
	}
	p.err = errno.ErrnoPerm
	p.giveBack()
	return s.Refused()
}

// down opens the next directory.
func (p *process) down(s syscall.ProcessWalking) (state, error) {
	w := &p.walk
	if len(w.names[0]) > dir.NameMost {
		p.err = errno.ErrnoNameTooLong
		p.giveBack()
		return s.Refused()
	}
	down, err := s.Down()
	if err != nil {
		return nil, err
	}
	made, err := down.NewOpening()
	if err != nil {
		return nil, err
	}
	asked, err := made.SendAtOpen(w.names[0], dir.HowDirectory)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveOOpener()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterOpenOpenedDir:
		w.done = append(w.done, w.names[0])
		w.names = w.names[1:]
		p.giveBack()
		return o.Next, nil
	case *syscall.ProcessAfterOpenOpened:
		p.err = errno.ErrnoNotDir
		p.giveBack()
		return o.Next.SendFClose()
	case *syscall.ProcessAfterOpenFailed:
		p.err = o.Err
		if o.Err != errno.ErrnoLoop {
			p.giveBack()
			return o.Next.Failed()
		}
		link, err := o.Next.Link()
		if err != nil {
			return nil, err
		}
		asked, err := link.SendAtReadLink(w.names[0])
		if err != nil {
			return nil, err
		}
		answer, err := asked.ReceiveAt()
		if err != nil {
			return nil, err
		}
		switch o := answer.(type) {
		case *syscall.ProcessAfterReadLink3Target:
			return p.turn(o.Next, o.Target)
		case *syscall.ProcessAfterReadLink3Failed:
			p.err = o.Err
			p.giveBack()
			return o.Next, nil
		}
	}
	panic("process: an option that the declaration does not have")
}

// half ends the first of two walks: the second begins.
func (p *process) half(s syscall.ProcessWalking) (state, error) {
	second := *p.ahead
	d := p.at(second.base)
	switch {
	case d == nil:
		p.err = errno.ErrnoBadF
	case !d.dir:
		p.err = errno.ErrnoNotDir
	case len(p.walk.names) == 0 || len(second.names) == 0:
		p.err = errno.ErrnoBusy
	default:
		p.giveBack()
		p.first, p.walk, p.ahead = p.walk, second, nil
		return s.Arrived()
	}
	p.giveBack()
	return s.Refused()
}

// same says whether two walks have ended in one directory.
func (p *process) same() bool {
	return p.first.base == p.walk.base && slices.Equal(p.first.done, p.walk.done)
}
