// Package directory is the directory of protocols/vnode: one thread for one directory in use. What goes in is the inode, the layout of the disk and what
// time it is; everything else comes over channels. All names are in memory; whoever has changed one hears so when its block is with
// the disk. What a name leads to is opened by the table of vnodes, and answered by the vnode itself.
package directory

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/vnode"
)

var le = binary.LittleEndian

// directory is one directory. Before the first open has been answered its names are not known.
type directory struct {
	desk
	serving channel.Cell[vnode.DirectoryServing]
	ended   channel.Cell[vnode.DirectoryEnd]
	most    int // users
	ino     uint64
	now     func() uint64
	file    disk.File
	names   *entries
	loaded  bool
	users   int
	spread  int   // the group that the next directory below goes to
	why     error // of a request that has failed
	idle    bool  // of a directory that was asked to retire: it may
	opened  uint64
	isDir   bool   // what was opened is a directory
	doomed  uint64 // the last name of what some vnode uses is gone; 0: of nothing
	found   cg.Inode
	list    []byte
	cookie  uint64
	target  string
}

// Directory is the component of a directory, for so many users at most.
func Directory(layout disk.Layout, now func() uint64, ino uint64, most int) vnode.DirectoryFunc {
	return func(_ context.Context, s vnode.DirectoryWorking) (vnode.DirectoryEnd, error) {
		v := &directory{ino: ino, now: now, most: most, names: newEntries()}
		v.layout = layout
		v.home = v.groupOf(ino)
		v.spread = v.home
		v.Put(s)
		for {
			if err := v.answer(); err != nil {
				return vnode.DirectoryEnd{}, err
			}
			v.opened, v.doomed = 0, 0
			var err error
			switch {
			case v.ended.Full():
				return v.ended.Take(), nil
			case v.serving.Full():
				o, failed := v.serving.Take().Choose()
				if failed != nil {
					return vnode.DirectoryEnd{}, failed
				}
				err = v.serve(o)
			default: // who asked is gone
				v.left()
			}
			if err != nil && !refused(err) {
				return vnode.DirectoryEnd{}, err
			}
			v.why = err
		}
	}
}

// refused reports whether who asked can be told; any other error ends the component.
func refused(err error) bool {
	var r refusal
	return err == nil || errors.As(err, &r) || errors.Is(err, disk.ErrDamaged)
}

// reason is what who asked is told.
func reason(err error) errno.Errno {
	var r refusal
	if errors.As(err, &r) {
		return errno.Errno(r)
	}
	return errno.ErrnoIo
}

// serve does what is asked; what who asked hears is in v.
func (v *directory) serve(o vnode.DirectoryServingOption) error {
	switch o := o.(type) {
	case *vnode.DirectoryServingJoin:
		v.Put(o.Next)
		return nil
	case *vnode.DirectoryServingServe:
		v.Put(o.Next)
		return v.enter()
	case *vnode.DirectoryServingRetire:
		v.Put(o.Next)
		return v.retire()
	case *vnode.DirectoryServingClose:
		v.Put(o.Next)
		v.left()
		return nil
	case *vnode.DirectoryServingGone:
		v.Put(o.Next)
		v.left()
		return nil
	case *vnode.DirectoryServingOpen:
		name, how := o.Name, o.How
		v.Put(o.Next)
		return v.open(name, how)
	case *vnode.DirectoryServingFind:
		name := o.Name
		v.Put(o.Next)
		return v.find(name)
	case *vnode.DirectoryServingList:
		cookie := o.Cookie
		v.Put(o.Next)
		v.list, v.cookie = v.names.list(v.list[:0], cookie, listMost)
		return nil
	case *vnode.DirectoryServingMakeDir:
		name := o.Name
		v.Put(o.Next)
		_, err := v.create(name, file.KindDirectory, "")
		return err
	case *vnode.DirectoryServingSymlink:
		name, target := o.Name, o.Target
		v.Put(o.Next)
		_, err := v.create(name, file.KindSymlink, target)
		return err
	case *vnode.DirectoryServingReadLink:
		name := o.Name
		v.Put(o.Next)
		return v.readLink(name)
	case *vnode.DirectoryServingStat:
		v.Put(o.Next)
		return v.stat()
	case *vnode.DirectoryServingSetTimes:
		atime, mtime := o.Atime, o.Mtime
		v.Put(o.Next)
		return v.setTimes(atime, mtime)
	case *vnode.DirectoryServingSync:
		v.Put(o.Next)
		if err := v.store(); err != nil {
			return err
		}
		return v.sync()
	case *vnode.DirectoryServingLink:
		name, ino := o.Name, o.Ino
		v.Put(o.Next)
		return v.link(name, ino)
	case *vnode.DirectoryServingUnlink:
		name, ino := o.Name, o.Ino
		v.Put(o.Next)
		return v.unlink(name, ino)
	case *vnode.DirectoryServingRename:
		old, name := o.Old, o.Name
		v.Put(o.Next)
		return v.rename(old, name)
	case *vnode.DirectoryServingAdopt:
		name, ino := o.Name, o.Ino
		v.Put(o.Next)
		return v.adopt(name, ino)
	case *vnode.DirectoryServingRelease:
		name, ino := o.Name, o.Ino
		v.Put(o.Next)
		return v.release(name, ino)
	}
	panic("directory: an option that the declaration does not have")
}

// left is when a user has closed or is gone.
func (v *directory) left() { v.users-- }

// next is where the next request is waited for.
func (v *directory) next(s vnode.DirectoryServing, err error) error {
	if err == nil {
		v.serving.Put(s)
	}
	return err
}

// answer tells who asked. It leads to where the next request is waited for, back to work when who asked is gone, or to the end.
func (v *directory) answer() error {
	done, err := v.Take().Done()
	if err != nil {
		return err
	}
	var o vnode.DirectoryEnteringOrRetiringOrOthers
	if v.why == nil && (v.opened != 0 || v.doomed != 0) {
		o, err = v.tell(done)
	} else {
		o, err = done.Silent()
	}
	if err != nil {
		return err
	}
	switch s := o.(type) {
	case *vnode.DirectoryEntering:
		return v.entered(s)
	case *vnode.DirectoryRefusing:
		return v.next(s.SendOpeningFailed(reason(v.why)))
	case *vnode.DirectoryRetiring:
		return v.leaving(s)
	case *vnode.DirectoryAnswering:
		if v.why != nil {
			return v.fail(s)
		}
		return v.reply(s)
	case *vnode.DirectoryServing:
		return v.next(*s, nil)
	}
	panic("directory: a state that the declaration does not have")
}

// tell hands on to the table what was opened, or what has lost its last name.
func (v *directory) tell(done vnode.DirectoryAfterDone) (vnode.DirectoryEnteringOrRetiringOrOthers, error) {
	s, err := done.Tell()
	if err != nil {
		return nil, err
	}
	for {
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *vnode.DirectoryTellingSentGet:
			return o.Next.SendTableGet(v.opened, v.isDir)
		case *vnode.DirectoryTellingSentForget:
			waiting, err := o.Next.SendTableForget(v.doomed)
			if err != nil {
				return nil, err
			}
			return v.wait(waiting)
		case *vnode.DirectoryTellingJoin:
			s = o.Next
		case *vnode.DirectoryTellingRetire:
			s, err = o.Next.SendControlBusy()
		case *vnode.DirectoryTellingServe:
			s, err = v.enteredMeanwhile(o.Next)
		}
		if err != nil {
			return nil, err
		}
	}
}

// wait waits until the vnode of what has lost its last name has heard so.
func (v *directory) wait(s vnode.DirectoryWaiting) (vnode.DirectoryEnteringOrRetiringOrOthers, error) {
	for {
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *vnode.DirectoryWaitingForgotten:
			return o.Next, nil
		case *vnode.DirectoryWaitingJoin:
			s = o.Next
		case *vnode.DirectoryWaitingRetire:
			s, err = o.Next.SendControlBusy()
		case *vnode.DirectoryWaitingServe:
			s, err = v.enteredWaiting(o.Next)
		}
		if err != nil {
			return nil, err
		}
	}
}

// enteredMeanwhile is for who opens this directory while it has something to tell.
func (v *directory) enteredMeanwhile(s vnode.DirectoryAfterServe) (vnode.DirectoryTelling, error) {
	var none vnode.DirectoryTelling
	if v.users == v.most {
		refusing, err := s.Refuse()
		if err != nil {
			return none, err
		}
		return refusing.SendOtherFailed(errno.ErrnoNFile)
	}
	opening, err := s.Open()
	if err != nil {
		return none, err
	}
	o, err := opening.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *vnode.DirectoryAfterOpenNewDir:
		v.users++
		return o.Next.SendOtherOpenedDir()
	case *vnode.DirectoryAfterOpenElse:
		return o.Next.SendOtherFailed(errno.ErrnoNFile)
	}
	panic("directory: an option that the declaration does not have")
}

// enteredWaiting is the same while the directory waits.
func (v *directory) enteredWaiting(s vnode.DirectoryAfterServe2) (vnode.DirectoryWaiting, error) {
	var none vnode.DirectoryWaiting
	if v.users == v.most {
		refusing, err := s.Refuse()
		if err != nil {
			return none, err
		}
		return refusing.SendOtherFailed(errno.ErrnoNFile)
	}
	opening, err := s.Open()
	if err != nil {
		return none, err
	}
	o, err := opening.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *vnode.DirectoryAfterOpen3NewDir:
		v.users++
		return o.Next.SendOtherOpenedDir()
	case *vnode.DirectoryAfterOpen3Else:
		return o.Next.SendOtherFailed(errno.ErrnoNFile)
	}
	panic("directory: an option that the declaration does not have")
}

// entered makes the channel between who opens and this directory.
func (v *directory) entered(s *vnode.DirectoryEntering) error {
	why := errno.ErrnoNFile
	if v.why != nil {
		why = reason(v.why)
	}
	if v.why != nil || v.users == v.most {
		refusing, err := s.Refuse()
		if err != nil {
			return err
		}
		return v.next(refusing.SendOpeningFailed(why))
	}
	opening, err := s.Open()
	if err != nil {
		return err
	}
	o, err := opening.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *vnode.DirectoryAfterOpen2NewDir:
		v.users++
		return v.next(o.Next.SendOpeningOpenedDir())
	case *vnode.DirectoryAfterOpen2Else:
		return v.next(o.Next.SendOpeningFailed(why))
	}
	panic("directory: an option that the declaration does not have")
}

// leaving answers the table, and takes leave of it and of all groups if this is the end.
func (v *directory) leaving(s *vnode.DirectoryRetiring) error {
	if !v.idle || v.why != nil {
		busy, err := s.Busy()
		if err != nil {
			return err
		}
		return v.next(busy.SendControlBusy())
	}
	ending, err := s.Idle()
	if err != nil {
		return err
	}
	for {
		switch at := ending.(type) {
		case *vnode.DirectoryAfterIdle:
			if ending, err = at.SendGroupsDetach(); err != nil {
				return err
			}
		case *vnode.DirectoryAfterDetach:
			detached, err := at.SendDiskDetach()
			if err != nil {
				return err
			}
			end, err := detached.SendControlRetired()
			if err == nil {
				v.ended.Put(end)
			}
			return err
		}
	}
}

func (v *directory) reply(s *vnode.DirectoryAnswering) error {
	well, err := s.Well()
	if err != nil {
		return err
	}
	o, err := well.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *vnode.DirectoryAfterWellSentFound:
		return v.next(o.Next.SendClientsFound(v.found.Ino, v.found.Kind, disk.Attr(&v.found)))
	case *vnode.DirectoryAfterWellSentEntries:
		return v.next(o.Next.SendClientsEntries(v.list, v.cookie))
	case *vnode.DirectoryAfterWellSentDone:
		return v.next(o.Next, nil)
	case *vnode.DirectoryAfterWellSentTarget:
		return v.next(o.Next.SendClientsTarget(v.target))
	case *vnode.DirectoryAfterWellSentIs:
		return v.next(o.Next.SendClientsIs(disk.Attr(&v.found)))
	case *vnode.DirectoryAfterWellGone:
		v.Put(o.Next)
		return nil
	}
	panic("directory: an option that the declaration does not have")
}

func (v *directory) fail(s *vnode.DirectoryAnswering) error {
	failed, err := s.Failed()
	if err != nil {
		return err
	}
	o, err := failed.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *vnode.DirectoryAfterFailedSentFailed:
		return v.next(o.Next.SendClientsFailed(reason(v.why)))
	case *vnode.DirectoryAfterFailedSentIs:
		return v.next(o.Next.SendClientsIs(disk.Attr(&v.file.Inode)))
	case *vnode.DirectoryAfterFailedGone:
		v.Put(o.Next)
		return nil
	}
	panic("directory: an option that the declaration does not have")
}
