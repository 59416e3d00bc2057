// Package cg is the cylinder group of protocols/cg: one thread that owns the inodes and the free maps of its stretch of the disk. What goes in is which
// stretch that is and what time it is; everything else comes over channels. Maps and inodes are kept in memory and go to the disk on Sync, or when
// there are too many of them; the first change after a Sync marks the group's header as not left in order, and the next Sync takes the mark away.
package cg

import (
	"context"
	"errors"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// group is a stretch of the disk. What it has not read yet it reads when it is first asked.
type group struct {
	index uint64
	now   func() uint64

	work           channel.Cell[cg.CylinderGroupWorking]
	mounted        bool
	damaged        bool // the maps cannot be read: there is nothing to give
	layout         disk.Layout
	clean          bool
	inodes, blocks disk.Bitmap
	stale          []bool // by block of the maps: it differs from the disk
	taken          uint64 // blocks of the group that are taken
	cache          map[uint64]*inodeBlock
	users          []uint64       // by client: the inode that it uses
	used           map[uint64]int // by inode: how many use it
	answer         answer
}

// answer is what the client hears, as far as it is about its request.
type answer struct {
	ino, lba, count uint64
	inode           cg.Inode
	kind            file.Kind
	links           uint32
	used            bool
}

// refusal is an errno on its way to the client; any other error ends the component.
type refusal errno.Errno

func (r refusal) Error() string { return errno.Errno(r).String() }

// Group is the cylinder group component number index of a disk.
func Group(index uint64, now func() uint64) cg.CylinderGroupFunc {
	return func(_ context.Context, s cg.CylinderGroupServing) error {
		v := &group{index: index, now: now, cache: map[uint64]*inodeBlock{}, used: map[uint64]int{}}
		for {
			o, err := s.Choose()
			if err != nil {
				return err
			}
			if s, err = v.serve(o); err != nil {
				return err
			}
		}
	}
}

// serve answers one request and returns to where the next is waited for.
func (v *group) serve(o cg.CylinderGroupServingOption) (cg.CylinderGroupServing, error) {
	v.answer = answer{}
	switch o := o.(type) {
	case *cg.CylinderGroupServingAttach:
		return o.Next, nil
	case *cg.CylinderGroupServingDetach:
		v.use(o.Member, 0)
		return o.Next, nil
	case *cg.CylinderGroupServingGone:
		v.use(o.Member, 0)
		return o.Next, nil
	case *cg.CylinderGroupServingTakeInode:
		kind, parent := o.Kind, o.Parent
		v.work.Put(o.Next)
		return v.finish(v.during(func() error { return v.takeInode(kind, parent) }))
	case *cg.CylinderGroupServingTakeBlocks:
		near, count := o.Near, o.Count
		v.work.Put(o.Next)
		return v.finish(v.during(func() error { return v.takeBlocks(near, count) }))
	case *cg.CylinderGroupServingLoad:
		member, ino, use := o.Member, o.Ino, o.Use
		v.work.Put(o.Next)
		return v.finish(v.during(func() error { return v.load(member, ino, use) }))
	case *cg.CylinderGroupServingSave:
		v.answer.inode = o.Inode
		v.work.Put(o.Next)
		return v.finish(v.during(func() error { return v.save(&v.answer.inode) }))
	case *cg.CylinderGroupServingCount:
		member, change, ino, parent := o.Member, o.Change, o.Ino, o.Parent
		v.work.Put(o.Next)
		return v.finish(v.during(func() error { return v.change(member, change, ino, parent) }))
	case *cg.CylinderGroupServingFreeInode:
		ino := o.Ino
		v.work.Put(o.Next)
		return v.finish(v.during(func() error { return v.freeInode(ino) }))
	case *cg.CylinderGroupServingFreeBlocks:
		lba, count := o.Lba, o.Count
		v.work.Put(o.Next)
		return v.finish(v.during(func() error { return v.freeBlocks(lba, count) }))
	case *cg.CylinderGroupServingSync:
		v.work.Put(o.Next)
		return v.finish(v.during(v.sync))
	}
	panic("cg: an option that the declaration does not have")
}

// finish tells the client.
func (v *group) finish(err error) (cg.CylinderGroupServing, error) {
	var r refusal
	switch {
	case err == nil:
		return v.reply()
	case errors.As(err, &r):
		return v.refuse(errno.Errno(r))
	}
	return cg.CylinderGroupServing{}, err
}

// during does a request once the group is mounted.
func (v *group) during(do func() error) error {
	if !v.mounted {
		if err := v.mount(); err != nil {
			return err
		}
	}
	if v.damaged {
		return refusal(errno.ErrnoIo)
	}
	return do()
}

func (v *group) reply() (cg.CylinderGroupServing, error) {
	var none cg.CylinderGroupServing
	s, err := v.work.Take().Answer()
	if err != nil {
		return none, err
	}
	o, err := s.Choose()
	if err != nil {
		return none, err
	}
	a := &v.answer
	switch o := o.(type) {
	case *cg.CylinderGroupAfterAnswerSentInode:
		return o.Next.SendClientsInode(a.ino)
	case *cg.CylinderGroupAfterAnswerSentBlocks:
		return o.Next.SendClientsBlocks(a.lba, a.count)
	case *cg.CylinderGroupAfterAnswerSentLoaded:
		return o.Next.SendClientsLoaded(a.inode)
	case *cg.CylinderGroupAfterAnswerSentLeft:
		return o.Next.SendClientsLeft(a.kind, a.links, a.used)
	case *cg.CylinderGroupAfterAnswerSentDone:
		return o.Next, nil
	case *cg.CylinderGroupAfterAnswerGone:
		v.use(o.Next.View().Who(), 0)
		return o.Next, nil
	}
	panic("cg: an option that the declaration does not have")
}

func (v *group) refuse(why errno.Errno) (cg.CylinderGroupServing, error) {
	var none cg.CylinderGroupServing
	s, err := v.work.Take().Refuse()
	if err != nil {
		return none, err
	}
	o, err := s.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *cg.CylinderGroupAfterRefuseSentFailed:
		return o.Next.SendClientsFailed(why)
	case *cg.CylinderGroupAfterRefuseGone:
		v.use(o.Next.View().Who(), 0)
		return o.Next, nil
	}
	panic("cg: an option that the declaration does not have")
}

// use notes which inode a client uses; 0 is none.
func (v *group) use(client int, ino uint64) {
	for len(v.users) <= client {
		v.users = append(v.users, 0)
	}
	if old := v.users[client]; old != 0 {
		if v.used[old]--; v.used[old] == 0 {
			delete(v.used, old)
		}
	}
	if v.users[client] = ino; ino != 0 {
		v.used[ino]++
	}
}
