package vnode

import (
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/vnode"
)

// desk is where the work is done: it asks the disk and the cylinder groups, one thing at a time, and waits for each answer. A refusal leaves it as it
// was; any other error ends the component.
type desk struct {
	channel.Cell[vnode.VnodeWorking]
	layout disk.Layout
	home   int // the group of the inode
}

// refusal is an errno on its way to who asked.
type refusal errno.Errno

func (r refusal) Error() string { return errno.Errno(r).String() }

// ReadBlocks reads blocks that lie together: at most block.SectorsMost. They are good until the next step.
func (d *desk) ReadBlocks(lba uint64, count int) ([]byte, error) {
	s, err := d.Take().Read()
	if err != nil {
		return nil, err
	}
	asked, err := s.SendDiskRead(lba, count)
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveDisk()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterRead2Data:
		d.Put(o.Next)
		if len(o.Buf) < count*disk.BlockSize {
			return nil, refusal(errno.ErrnoIo)
		}
		return o.Buf, nil
	case *vnode.VnodeAfterRead2Failed:
		d.Put(o.Next)
		return nil, refusal(o.Err)
	}
	panic("vnode: an option that the declaration does not have")
}

func (d *desk) WriteBlocks(lba uint64, b []byte) error {
	s, err := d.Take().Write()
	if err != nil {
		return err
	}
	asked, err := s.SendDiskWrite(lba, b)
	if err != nil {
		return err
	}
	o, err := asked.ReceiveDisk()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterWrite2Written:
		d.Put(o.Next)
		return nil
	case *vnode.VnodeAfterWrite2Failed:
		d.Put(o.Next)
		return refusal(o.Err)
	}
	panic("vnode: an option that the declaration does not have")
}

// group is where one of the groups is asked.
func (d *desk) group(g int) (vnode.VnodeAfterPickGroups, error) {
	o, err := d.Take().Ask()
	if err != nil {
		return vnode.VnodeAfterPickGroups{}, err
	}
	return o.(*vnode.VnodeAfterAsk).PickGroups(g)
}

// groupOf is the group of an inode; an inode that is nowhere is asked for at home, where it is Stale.
func (d *desk) groupOf(ino uint64) int {
	if g, _, ok := d.layout.Place(ino); ok {
		return int(g)
	}
	return d.home
}

func (d *desk) load(ino uint64, use bool) (cg.Inode, error) {
	var none cg.Inode
	g, err := d.group(d.groupOf(ino))
	if err != nil {
		return none, err
	}
	s, err := g.Load()
	if err != nil {
		return none, err
	}
	asked, err := s.SendGroupsLoad(ino, use)
	if err != nil {
		return none, err
	}
	o, err := asked.ReceiveGroups()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterLoad2Loaded:
		d.Put(o.Next)
		return o.Inode, nil
	case *vnode.VnodeAfterLoad2Failed:
		d.Put(o.Next)
		return none, refusal(o.Err)
	}
	panic("vnode: an option that the declaration does not have")
}

// save says how many names the inode has.
func (d *desk) save(n cg.Inode) (links uint32, err error) {
	g, err := d.group(d.groupOf(n.Ino))
	if err != nil {
		return 0, err
	}
	s, err := g.Save()
	if err != nil {
		return 0, err
	}
	asked, err := s.SendGroupsSave(n)
	if err != nil {
		return 0, err
	}
	o, err := asked.ReceiveGroups()
	if err != nil {
		return 0, err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterSave2Left:
		d.Put(o.Next)
		return o.Links, nil
	case *vnode.VnodeAfterSave2Failed:
		d.Put(o.Next)
		return 0, refusal(o.Err)
	}
	panic("vnode: an option that the declaration does not have")
}

// count says what the inode is, how many names are left, and whether a vnode uses it.
func (d *desk) count(change cg.Change, ino, parent uint64) (kind file.Kind, links uint32, used bool, err error) {
	g, err := d.group(d.groupOf(ino))
	if err != nil {
		return 0, 0, false, err
	}
	s, err := g.Count()
	if err != nil {
		return 0, 0, false, err
	}
	asked, err := s.SendGroupsCount(change, ino, parent)
	if err != nil {
		return 0, 0, false, err
	}
	o, err := asked.ReceiveGroups()
	if err != nil {
		return 0, 0, false, err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterCount2Left:
		d.Put(o.Next)
		return o.Kind, o.Links, o.Used, nil
	case *vnode.VnodeAfterCount2Failed:
		d.Put(o.Next)
		return 0, 0, false, refusal(o.Err)
	}
	panic("vnode: an option that the declaration does not have")
}

// TakeBlocks asks the group that `near` lies in, then home, then the others, until one has room.
func (d *desk) TakeBlocks(near, count uint64) (lba, n uint64, err error) {
	first := d.home
	if near != 0 && near < 1+d.layout.Groups*d.layout.GroupBlocks {
		first = int(d.layout.GroupOf(near))
	}
	for i := range int(d.layout.Groups) {
		lba, n, err = d.takeFrom((first+i)%int(d.layout.Groups), near, count)
		if err != refusal(errno.ErrnoNoSpc) {
			break
		}
	}
	return lba, n, err
}

func (d *desk) takeFrom(group int, near, count uint64) (lba, n uint64, err error) {
	g, err := d.group(group)
	if err != nil {
		return 0, 0, err
	}
	s, err := g.Take()
	if err != nil {
		return 0, 0, err
	}
	asked, err := s.SendGroupsTakeBlocks(near, count)
	if err != nil {
		return 0, 0, err
	}
	o, err := asked.ReceiveGroups()
	if err != nil {
		return 0, 0, err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterTakeBlocksBlocks:
		d.Put(o.Next)
		return o.Lba, o.Count, nil
	case *vnode.VnodeAfterTakeBlocksFailed:
		d.Put(o.Next)
		return 0, 0, refusal(o.Err)
	}
	panic("vnode: an option that the declaration does not have")
}

// FreeBlocks gives back blocks that lie together, which are of one group.
func (d *desk) FreeBlocks(lba, count uint64) error {
	g, err := d.group(int(d.layout.GroupOf(lba)))
	if err != nil {
		return err
	}
	s, err := g.Free()
	if err != nil {
		return err
	}
	asked, err := s.SendGroupsFreeBlocks(lba, count)
	if err != nil {
		return err
	}
	o, err := asked.ReceiveGroups()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterFreeBlocksDone:
		d.Put(o.Next)
		return nil
	case *vnode.VnodeAfterFreeBlocksFailed:
		d.Put(o.Next)
		return refusal(o.Err)
	}
	panic("vnode: an option that the declaration does not have")
}

func (d *desk) freeInode(ino uint64) error {
	g, err := d.group(d.groupOf(ino))
	if err != nil {
		return err
	}
	s, err := g.Drop()
	if err != nil {
		return err
	}
	asked, err := s.SendGroupsFreeInode(ino)
	if err != nil {
		return err
	}
	o, err := asked.ReceiveGroups()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *vnode.VnodeAfterFreeInodeDone:
		d.Put(o.Next)
		return nil
	case *vnode.VnodeAfterFreeInodeFailed:
		d.Put(o.Next)
		return refusal(o.Err)
	}
	panic("vnode: an option that the declaration does not have")
}

// sync has every group write what it knows.
func (d *desk) sync() error {
	for i := range int(d.layout.Groups) {
		g, err := d.group(i)
		if err != nil {
			return err
		}
		s, err := g.Sync()
		if err != nil {
			return err
		}
		asked, err := s.SendGroupsSync()
		if err != nil {
			return err
		}
		o, err := asked.ReceiveGroups()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *vnode.VnodeAfterSync2Done:
			d.Put(o.Next)
		case *vnode.VnodeAfterSync2Failed:
			d.Put(o.Next)
			return refusal(o.Err)
		}
	}
	return nil
}
