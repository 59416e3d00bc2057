package directory

import (
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// listMost is how many bytes of entries one answer carries.
const listMost = 4096

// enter loads the inode and all names for the first user.
func (v *directory) enter() error {
	if v.loaded {
		return nil
	}
	n, err := v.load(v.ino, true)
	if err != nil {
		return err
	}
	if n.Kind != file.KindDirectory {
		return refusal(errno.ErrnoNotDir)
	}
	if err := v.file.Load(v, n); err != nil {
		return err
	}
	v.names = newEntries()
	for block := range int(n.Size / disk.BlockSize) {
		lba, _ := v.file.Lookup(uint64(block))
		b, err := v.ReadBlocks(lba, 1)
		if err != nil {
			return err
		}
		content, err := disk.GetEntries(b, v.ino)
		if err != nil {
			return err
		}
		for len(v.names.used) <= block {
			v.names.used, v.names.blocks = append(v.names.used, 0), append(v.names.blocks, nil)
		}
		for _, e := range content {
			v.names.put(e, block)
		}
	}
	v.loaded = true
	return nil
}

// leave brings what is known to the disk and to the group, unless nobody can ever ask for it again.
func (v *directory) leave() error {
	if !v.loaded {
		return nil
	}
	n, err := v.load(v.ino, false)
	if err != nil {
		return err
	}
	if n.Links == 0 && v.users == 0 {
		return v.drop()
	}
	return v.store()
}

// drop gives the inode and all its blocks back.
func (v *directory) drop() error {
	v.loaded = false
	if err := v.file.Drop(v); err != nil {
		return err
	}
	return v.freeInode(v.ino)
}

// store writes the chain of extents. The names are with the disk already.
func (v *directory) store() error {
	if v.file.Settled() {
		return nil
	}
	if err := v.file.Settle(v); err != nil {
		return err
	}
	_, err := v.save(v.file.Inode)
	return err
}

// retire stores what is known. If nobody uses the directory, the group hears that it has no vnode any more; should its last name have gone
// meanwhile, it is ours to give back.
func (v *directory) retire() error {
	v.idle = false
	if err := v.leave(); err != nil {
		return err
	}
	if v.users > 0 {
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

func (v *directory) stat() (err error) {
	v.found, err = v.load(v.ino, false)
	return err
}

func (v *directory) setTimes(atime, mtime uint64) error {
	n := &v.file.Inode
	if atime != ^uint64(0) {
		n.Atime = atime
	}
	if mtime != ^uint64(0) {
		n.Mtime = mtime
	}
	n.Ctime = v.now()
	_, err := v.save(*n)
	return err
}

// touched tells the group that the directory has changed just now, and how many names it holds. One that was removed hears NoEnt.
func (v *directory) touched(more int) error {
	n := v.file.Inode
	n.Entries = uint32(int(n.Entries) + more)
	n.Mtime = v.now()
	n.Ctime = n.Mtime
	if _, err := v.save(n); err != nil {
		return err
	}
	v.file.Inode = n
	return nil
}

// put writes one block of names.
func (v *directory) put(block int) error {
	lba, _ := v.file.Lookup(uint64(block))
	b := make([]byte, disk.BlockSize)
	disk.PutEntries(b, v.ino, v.names.content(block))
	return v.WriteBlocks(lba, b)
}

// grow makes sure that the directory has a block.
func (v *directory) grow(block int) error {
	if lba, _ := v.file.Lookup(uint64(block)); lba != 0 {
		return nil
	}
	if _, _, err := v.file.Grow(v, uint64(block), 1); err != nil {
		return err
	}
	v.file.Inode.Size = uint64(block+1) * disk.BlockSize
	return nil
}

// add gives a name. The group counts it first, because a directory that is just being removed takes no name any more.
func (v *directory) add(e disk.Entry) error {
	block := v.names.room(e)
	if err := v.grow(block); err != nil {
		return err
	}
	if err := v.touched(1); err != nil {
		return err
	}
	i := v.names.put(e, block)
	err := v.put(block)
	if err != nil && refused(err) {
		v.names.remove(i)
		v.touched(-1)
	}
	return err
}

// take takes a name away.
func (v *directory) take(i *item) error {
	v.names.remove(i)
	if err := v.put(i.block); err != nil {
		return err
	}
	return v.touched(-1)
}

// dispose frees what has lost its last name, or has its vnode do so.
func (v *directory) dispose(ino uint64, used bool) error {
	if used {
		v.doomed = ino
		return nil
	}
	n, err := v.load(ino, false)
	if err != nil {
		return err
	}
	var f disk.File
	if err := f.Load(v, n); err != nil {
		return err
	}
	if err := f.Drop(v); err != nil {
		return err
	}
	return v.freeInode(ino)
}
