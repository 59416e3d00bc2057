// Package process is the process of protocols/syscall: one program as the kernel sees it. What comes in are system calls in the shape of WASI
// preview 1; what goes out are requests to the files, directories and services that the process was given. Descriptors, positions and
// paths are known here and nowhere else: a path is walked name by name, so a program reaches what is below its directories and nothing more.
//
// The stub is a machine with some two hundred states. Straight runs of it are written as straight code; where a step may lead to several
// states, the next one is a value that step tells apart.
package process

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// Killed is the exit code of a program that did not say one.
const Killed = 137

// state is any state of the stub.
type state any

// process is one program.
type process struct {
	args, env []string          // K=V
	paths     map[uint32]string // of the directories that the program is given, by descriptor
	table
	call // what is being done
	code uint32
}

// call is one system call: its arguments, and then its answer.
type call struct {
	fd, to      uint32
	offset      uint64
	positioned  bool // it says its own offset
	count       uint32
	data        []byte
	signed      int64
	how, flags  uint32
	rights      uint64
	inheriting  uint64
	which       uint32
	atime       uint64
	mtime       uint64
	renumbering bool
	verb        verb
	target      string // of a new symbolic link
	walk        walk
	ahead       *walk // of the second of two names
	first       walk  // that was done

	err      errno.Errno
	buf      []byte
	written  uint32
	kind     file.Kind
	attr     file.Attr
	position uint64
	opened   uint32
	time     uint64

	poll poll
}

// verb is what is asked for, where the machine's own register says too little.
type verb uint8

const (
	noVerb verb = iota
	allocate
	removeDir
	unlink
	setRights
)

// Process is the component: a program with its arguments and its environment (K=V each), and the paths of the directories that it is given.
func Process(args, env []string, paths map[uint32]string) syscall.ProcessFunc {
	return func(_ context.Context, s syscall.ProcessStarting) (syscall.ProcessEnd, error) {
		p := &process{args: args, env: env, paths: paths, code: Killed}
		p.buf = make([]byte, 0, file.Most)
		next, err := p.start(s)
		for err == nil {
			switch s := next.(type) {
			case *syscall.ProcessRunning:
				next, err = p.take(*s)
			case syscall.ProcessRunning:
				next, err = p.take(s)
			case syscall.ProcessEnd:
				return s, nil
			default:
				next, err = p.step(next)
			}
		}
		return syscall.ProcessEnd{}, err
	}
}

// start takes what the program starts with.
func (p *process) start(s syscall.ProcessStarting) (state, error) {
	for {
		o, err := s.ReceiveParent()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessStartingGive:
			switch next := o.Next.(type) {
			case *syscall.ProcessStarting:
				p.put(o.Fd, descriptor{member: p.freeFile(), rights: everything})
				s = *next
			case *syscall.ProcessAfterGive:
				if s, err = next.SendFClose(); err != nil {
					return nil, err
				}
			}
		case *syscall.ProcessStartingGiveDir:
			switch next := o.Next.(type) {
			case *syscall.ProcessStarting:
				p.put(o.Fd, descriptor{dir: true, member: p.freeDir(), rights: everything, inheriting: everything, granted: p.paths[o.Fd]})
				s = *next
			case *syscall.ProcessAfterGiveDir:
				if s, err = next.SendDClose(); err != nil {
					return nil, err
				}
			}
		case *syscall.ProcessStartingBegin:
			return o.Next, nil
		}
	}
}

// leave tells the parent with which code the program has ended; everything else is closed by then.
func (p *process) leave(s syscall.ProcessAfterDetach) (state, error) {
	two, err := s.SendTimeDetach()
	if err != nil {
		return nil, err
	}
	three, err := two.SendChanceDetach()
	if err != nil {
		return nil, err
	}
	four, err := three.SendRamDetach()
	if err != nil {
		return nil, err
	}
	return four.SendParentExited(p.code)
}
