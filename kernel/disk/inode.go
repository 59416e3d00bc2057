package disk

import (
	"fmt"

	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// FileMost is the longest file, in bytes: an extent counts blocks of the file in 32 bits.
const FileMost = 1 << 44

// PutInode writes an inode into the 256 bytes of its place. One without links is an orphan; one that is free is all zeros but for its generation.
func PutInode(b []byte, n *cg.Inode) {
	b = b[:inodeSize]
	clear(b)
	le.PutUint32(b, Generation(n.Ino))
	b[4] = byte(n.Kind) + 1
	le.PutUint32(b[8:], n.Links)
	le.PutUint32(b[12:], n.Mode)
	le.PutUint32(b[16:], n.Entries)
	for i, v := range []uint64{n.Parent, n.Size, n.Atime, n.Mtime, n.Ctime, n.Blocks, n.More} {
		le.PutUint64(b[24+8*i:], v)
	}
	for i, e := range n.Direct {
		putExtent(b[80+16*i:], e)
	}
	le.PutUint32(b[252:], Checksum(b[:252]))
}

// PutFree writes a free inode: only its generation is kept.
func PutFree(b []byte, generation uint32) {
	b = b[:inodeSize]
	clear(b)
	le.PutUint32(b, generation)
	le.PutUint32(b[252:], Checksum(b[:252]))
}

// GetInode reads the inode at a place. taken is false for a free one, whose Ino still tells the generation.
func GetInode(b []byte, l Layout, group, place uint64) (n cg.Inode, taken bool, err error) {
	b = b[:inodeSize]
	n.Ino = l.Ino(group, place, le.Uint32(b))
	if le.Uint32(b[252:]) != Checksum(b[:252]) {
		return n, false, fmt.Errorf("inode %d: the checksum does not hold: %w", n.Ino, ErrDamaged)
	}
	if b[4] == 0 {
		return n, false, nil
	}
	n.Kind = file.Kind(b[4] - 1)
	n.Links, n.Mode, n.Entries = le.Uint32(b[8:]), le.Uint32(b[12:]), le.Uint32(b[16:])
	for i, v := range []*uint64{&n.Parent, &n.Size, &n.Atime, &n.Mtime, &n.Ctime, &n.Blocks, &n.More} {
		*v = le.Uint64(b[24+8*i:])
	}
	for i := range n.Direct {
		n.Direct[i] = getExtent(b[80+16*i:])
	}
	return n, true, nil
}

// Attr is what stat tells of an inode.
func Attr(n *cg.Inode) file.Attr {
	return file.Attr{Ino: n.Ino, Size: n.Size, Links: n.Links, Atime: n.Atime, Mtime: n.Mtime, Ctime: n.Ctime, Mode: n.Mode}
}

func putExtent(b []byte, e cg.Extent) {
	le.PutUint32(b, uint32(e.At))
	le.PutUint32(b[4:], uint32(e.Count))
	le.PutUint64(b[8:], e.Lba)
}

func getExtent(b []byte) cg.Extent {
	return cg.Extent{At: uint64(le.Uint32(b)), Count: uint64(le.Uint32(b[4:])), Lba: le.Uint64(b[8:])}
}

// ExtentsMost is how many extents a block of them holds.
const ExtentsMost = (BlockSize - 32) / 16

// PutExtents writes a block of extents of a file into b. next is the block with further ones, 0 if there is none.
func PutExtents(b []byte, ino, next uint64, extents []cg.Extent) {
	clear(b[:BlockSize])
	le.PutUint32(b, extentMagic)
	le.PutUint64(b[8:], ino)
	le.PutUint64(b[16:], next)
	le.PutUint32(b[24:], uint32(len(extents)))
	for i, e := range extents {
		putExtent(b[32+16*i:], e)
	}
	le.PutUint32(b[4:], Checksum(b[8:BlockSize]))
}

// GetExtents appends the extents in a block of them.
func GetExtents(b []byte, ino uint64, to []cg.Extent) (extents []cg.Extent, next uint64, err error) {
	n := le.Uint32(b[24:])
	if le.Uint32(b) != extentMagic || le.Uint32(b[4:]) != Checksum(b[8:BlockSize]) || n > ExtentsMost || le.Uint64(b[8:]) != ino {
		return to, 0, fmt.Errorf("extents of inode %d: the checksum does not hold: %w", ino, ErrDamaged)
	}
	for i := range n {
		to = append(to, getExtent(b[32+16*i:]))
	}
	return to, le.Uint64(b[16:]), nil
}
