package cg

import (
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// inodeBlock is a block of the inode table in memory.
type inodeBlock struct {
	bytes [disk.BlockSize]byte
	stale bool // it differs from the disk
}

// cacheMost bounds the blocks of inodes in memory.
const cacheMost = 1024

// slot is the place of an inode in memory.
func (v *group) slot(place uint64) (*inodeBlock, []byte, error) {
	lba, offset := v.layout.InodeBlock(v.index, place)
	b := v.cache[lba]
	if b == nil {
		if len(v.cache) >= cacheMost {
			if err := v.storeInodes(); err != nil {
				return nil, nil, err
			}
			clear(v.cache)
		}
		b = new(inodeBlock)
		if err := v.read(lba, b.bytes[:]); err != nil {
			return nil, nil, err
		}
		v.cache[lba] = b
	}
	return b, b.bytes[offset:], nil
}

// find looks an inode up. One that was freed since is Stale.
func (v *group) find(ino uint64) (cg.Inode, *inodeBlock, []byte, error) {
	g, place, ok := v.layout.Place(ino)
	if !ok || g != v.index || !v.inodes.Has(place) {
		return cg.Inode{}, nil, nil, refusal(errno.ErrnoStale)
	}
	b, at, err := v.slot(place)
	if err != nil {
		return cg.Inode{}, nil, nil, err
	}
	n, taken, err := disk.GetInode(at, v.layout, v.index, place)
	switch {
	case err != nil:
		return n, nil, nil, refusal(errno.ErrnoIo)
	case !taken || n.Ino != ino:
		return n, nil, nil, refusal(errno.ErrnoStale)
	}
	return n, b, at, nil
}

func (v *group) takeInode(kind file.Kind, parent uint64) error {
	place, ok := v.inodes.Free(0, v.layout.Inodes)
	if !ok {
		return refusal(errno.ErrnoNoSpc)
	}
	b, at, err := v.slot(place)
	if err != nil {
		return err
	}
	old, _, err := disk.GetInode(at, v.layout, v.index, place)
	if err != nil {
		return refusal(errno.ErrnoIo)
	}
	if err := v.touch(); err != nil {
		return err
	}
	now := v.now()
	n := cg.Inode{Ino: v.layout.Ino(v.index, place, disk.Generation(old.Ino)+1), Parent: parent, Kind: kind, Mode: 0o644, Links: 1, Atime: now, Mtime: now, Ctime: now}
	if kind == file.KindDirectory {
		n.Mode = 0o755
	}
	disk.PutInode(at, &n)
	b.stale = true
	v.mark(v.inodes, place, true)
	v.answer.ino = n.Ino
	return nil
}

func (v *group) load(client int, ino uint64, use bool) error {
	n, _, _, err := v.find(ino)
	if err != nil {
		return err
	}
	if use {
		if n.Links == 0 {
			return refusal(errno.ErrnoNoEnt)
		}
		v.use(client, ino)
	}
	v.answer.inode = n
	return nil
}

// save keeps what a vnode knows of its inode. What is counted here stays as it is.
func (v *group) save(n *cg.Inode) error {
	old, b, at, err := v.find(n.Ino)
	if err != nil {
		return err
	}
	if old.Kind == file.KindDirectory && old.Links == 0 {
		return refusal(errno.ErrnoNoEnt)
	}
	if err := v.touch(); err != nil {
		return err
	}
	n.Parent, n.Kind, n.Links = old.Parent, old.Kind, old.Links
	disk.PutInode(at, n)
	b.stale = true
	v.tell(n)
	return nil
}

// change counts who holds an inode.
func (v *group) change(client int, change cg.Change, ino, parent uint64) error {
	n, b, at, err := v.find(ino)
	if err != nil {
		return err
	}
	switch change {
	case cg.ChangeLeave:
		v.use(client, 0)
		v.tell(&n)
		return nil
	case cg.ChangeLink:
		if n.Links == 0 {
			return refusal(errno.ErrnoNoEnt)
		}
		n.Links++
		if n.Kind == file.KindDirectory {
			n.Parent = parent
		}
	case cg.ChangeUnlink:
		if n.Links == 0 {
			return refusal(errno.ErrnoNoEnt)
		}
		if n.Kind == file.KindDirectory && n.Links == 1 && n.Entries > 0 {
			return refusal(errno.ErrnoNotEmpty)
		}
		n.Links--
	}
	if err := v.touch(); err != nil {
		return err
	}
	n.Ctime = v.now()
	disk.PutInode(at, &n)
	b.stale = true
	v.tell(&n)
	return nil
}

// tell is what the client hears of an inode that was counted.
func (v *group) tell(n *cg.Inode) {
	v.answer.kind, v.answer.links, v.answer.used = n.Kind, n.Links, v.used[n.Ino] > 0
}

func (v *group) freeInode(ino uint64) error {
	n, b, at, err := v.find(ino)
	if err != nil {
		return err
	}
	if err := v.touch(); err != nil {
		return err
	}
	_, place, _ := v.layout.Place(n.Ino)
	disk.PutFree(at, disk.Generation(n.Ino))
	b.stale = true
	v.mark(v.inodes, place, false)
	return nil
}
