// Package vnode is the vnode of protocols/vnode: one thread for one file in use. What goes in is the inode, the layout of the disk and what time it is;
// everything else comes over channels. Whole blocks go straight to the disk and come straight from it; parts of blocks are kept in a small
// cache until somebody says Sync, or the table asks for its place.
package vnode

import (
	"context"
	"errors"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/vnode"
)

// regular is one file. Before the first open has been answered its inode is not known.
type regular struct {
	desk
	serving  channel.Cell[vnode.VnodeServing]
	ended    channel.Cell[vnode.VnodeEnd]
	most     int // users
	ino      uint64
	now      func() uint64
	file     disk.File
	loaded   bool
	users    int
	sleepers int
	cache    []*cached
	buf      []byte // what is read or written now
	written  uint32
	attr     file.Attr
	why      error // of a request that has failed
	idle     bool  // of a vnode that was asked to retire: it may
}

// Vnode is the vnode component of a file, for so many users at most.
func Vnode(layout disk.Layout, now func() uint64, ino uint64, most int) vnode.VnodeFunc {
	return func(_ context.Context, s vnode.VnodeWorking) (vnode.VnodeEnd, error) {
		v := &regular{ino: ino, now: now, most: most}
		v.layout = layout
		v.home = v.groupOf(ino)
		v.Put(s)
		for {
			if err := v.answer(); err != nil {
				return vnode.VnodeEnd{}, err
			}
			var err error
			switch {
			case v.ended.Full():
				return v.ended.Take(), nil
			case v.serving.Full():
				o, failed := v.serving.Take().Choose()
				if failed != nil {
					return vnode.VnodeEnd{}, failed
				}
				err = v.serve(o)
			default: // who asked is gone
				v.left()
			}
			if err != nil && !refused(err) {
				return vnode.VnodeEnd{}, err
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
func (v *regular) serve(o vnode.VnodeServingOption) error {
	switch o := o.(type) {
	case *vnode.VnodeServingJoin:
		v.Put(o.Next)
		return nil
	case *vnode.VnodeServingServe:
		v.Put(o.Next)
		return v.enter()
	case *vnode.VnodeServingRetire:
		v.Put(o.Next)
		return v.retire()
	case *vnode.VnodeServingRead:
		offset, count := o.Offset, o.Count
		v.Put(o.Next)
		return v.read(offset, count)
	case *vnode.VnodeServingWrite:
		offset := o.Offset
		v.buf = append(v.buf[:0], o.Buf...)
		v.Put(o.Next)
		return v.write(offset)
	case *vnode.VnodeServingAppend:
		v.buf = append(v.buf[:0], o.Buf...)
		v.Put(o.Next)
		return v.write(v.file.Inode.Size)
	case *vnode.VnodeServingTruncate:
		size := o.Size
		v.Put(o.Next)
		return v.truncate(size)
	case *vnode.VnodeServingSetTimes:
		atime, mtime := o.Atime, o.Mtime
		v.Put(o.Next)
		return v.setTimes(atime, mtime)
	case *vnode.VnodeServingSync:
		v.Put(o.Next)
		if err := v.store(); err != nil {
			return err
		}
		return v.sync()
	case *vnode.VnodeServingStat:
		v.Put(o.Next)
		return v.stat()
	case *vnode.VnodeServingClose:
		v.Put(o.Next)
		v.left()
		return nil
	case *vnode.VnodeServingGoneFiles:
		v.Put(o.Next)
		v.left()
		return nil
	case *vnode.VnodeServingRelease:
		v.sleepers--
		v.Put(o.Next)
		return nil
	case *vnode.VnodeServingGoneSleepers:
		v.sleepers--
		v.Put(o.Next)
		return nil
	case *vnode.VnodeServingWatch:
		return v.watch(o.Next)
	}
	panic("vnode: an option that the declaration does not have")
}

// watch wakes at once: a file on a disk is always ready.
func (v *regular) watch(next vnode.VnodeWorkingOrAfterWatch) error {
	switch s := next.(type) {
	case *vnode.VnodeAfterWatch:
		woken, err := s.SendSleepersReady()
		if err != nil {
			return err
		}
		v.sleepers++
		v.Put(woken)
	case *vnode.VnodeWorking:
		v.Put(*s)
	}
	return nil
}

// enter loads the inode for the first user.
func (v *regular) enter() error {
	if v.loaded {
		return nil
	}
	n, err := v.load(v.ino, true)
	if err != nil {
		return err
	}
	if err := v.file.Load(v, n); err != nil {
		return err
	}
	v.loaded = true
	return nil
}

// left is when a user has closed. What it leaves is stored when somebody asks for that, or for this place.
func (v *regular) left() {
	if v.users--; v.users == 0 {
		v.buf = nil
	}
}

// leave brings what is known to the disk and to the group, unless nobody can ever ask for it again.
func (v *regular) leave() error {
	if !v.loaded {
		return nil
	}
	links, err := v.save(v.file.Inode)
	if err != nil {
		return err
	}
	if links == 0 && v.users == 0 {
		return v.drop()
	}
	return v.store()
}

// drop gives the inode and all its blocks back.
func (v *regular) drop() error {
	v.cache, v.loaded = nil, false
	if err := v.file.Drop(v); err != nil {
		return err
	}
	return v.freeInode(v.ino)
}

// retire stores what is known. If nobody uses the file, the group hears that it has no vnode any more; should its last name have gone
// meanwhile, it is ours to give back.
func (v *regular) retire() error {
	v.idle = false
	if err := v.leave(); err != nil {
		return err
	}
	if v.users > 0 || v.sleepers > 0 {
		return nil
	}
	v.idle = true
	if !v.loaded {
		return nil
	}
	_, links, _, err := v.count(cg.ChangeLeave, v.ino, 0)
	if err == nil && links == 0 {
		err = v.drop()
	}
	v.loaded = false
	return err
}

// next is where the next request is waited for.
func (v *regular) next(s vnode.VnodeServing, err error) error {
	if err == nil {
		v.serving.Put(s)
	}
	return err
}

// answer tells who asked. It leads to where the next request is waited for, back to work when who asked is gone, or to the end.
func (v *regular) answer() error {
	o, err := v.Take().Done()
	if err != nil {
		return err
	}
	switch s := o.(type) {
	case *vnode.VnodeEntering:
		return v.open(s)
	case *vnode.VnodeRetiring:
		return v.leaving(s)
	case *vnode.VnodeAnswering:
		if v.why != nil {
			return v.fail(s)
		}
		return v.reply(s)
	case *vnode.VnodeServing:
		return v.next(*s, nil)
	}
	panic("vnode: a state that the declaration does not have")
}

// open makes the channel between who opens and this vnode.
func (v *regular) open(s *vnode.VnodeEntering) error {
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
	case *vnode.VnodeAfterOpenNewFile:
		v.users++
		return v.next(o.Next.SendOpeningOpened())
	case *vnode.VnodeAfterOpenElse:
		return v.next(o.Next.SendOpeningFailed(why))
	}
	panic("vnode: an option that the declaration does not have")
}

// leaving answers the table.
func (v *regular) leaving(s *vnode.VnodeRetiring) error {
	if v.idle && v.why == nil {
		ending, err := s.Idle()
		if err != nil {
			return err
		}
		return v.end(ending)
	}
	busy, err := s.Busy()
	if err != nil {
		return err
	}
	return v.next(busy.SendControlBusy())
}

// end takes leave of all groups and of the disk.
func (v *regular) end(s vnode.VnodeAfterIdleOrAfterDetach) error {
	for {
		switch at := s.(type) {
		case *vnode.VnodeAfterIdle:
			var err error
			if s, err = at.SendGroupsDetach(); err != nil {
				return err
			}
		case *vnode.VnodeAfterDetach:
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

func (v *regular) reply(s *vnode.VnodeAnswering) error {
	well, err := s.Well()
	if err != nil {
		return err
	}
	o, err := well.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterWellSentData:
		return v.next(o.Next.SendFilesData(v.buf))
	case *vnode.VnodeAfterWellSentWritten:
		return v.next(o.Next.SendFilesWritten(v.written))
	case *vnode.VnodeAfterWellSentDone:
		return v.next(o.Next, nil)
	case *vnode.VnodeAfterWellSentIs:
		return v.next(o.Next.SendFilesIs(v.attr))
	case *vnode.VnodeAfterWellGone:
		v.Put(o.Next)
		return nil
	}
	panic("vnode: an option that the declaration does not have")
}

func (v *regular) fail(s *vnode.VnodeAnswering) error {
	failed, err := s.Failed()
	if err != nil {
		return err
	}
	o, err := failed.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterFailedSentFailed:
		return v.next(o.Next.SendFilesFailed(reason(v.why)))
	case *vnode.VnodeAfterFailedSentIs:
		return v.next(o.Next.SendFilesIs(disk.Attr(&v.file.Inode)))
	case *vnode.VnodeAfterFailedGone:
		v.Put(o.Next)
		return nil
	}
	panic("vnode: an option that the declaration does not have")
}
