package disk

import (
	"fmt"
	"hash/crc32"

	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// Blocks is a disk to format or to check: whole blocks, by their number.
type Blocks interface {
	ReadBlock(lba uint64, b []byte) error
	WriteBlock(lba uint64, b []byte) error
}

// Format makes an empty file system: a root directory, and nothing in it. now is the time of its making. What is not written reads as free only if
// the maps say so, so nothing has to be zero before.
func Format(d Blocks, l Layout, now uint64) error {
	b := make([]byte, BlockSize)
	write := func(lba uint64) error {
		if err := d.WriteBlock(lba, b); err != nil {
			return fmt.Errorf("format block %d: %w", lba, err)
		}
		return nil
	}
	for g := range l.Groups {
		inodes, blocks := l.freshMaps(g)
		maps := append(append([]byte(nil), inodes...), blocks...)
		for i := range uint64(len(maps) / BlockSize) {
			copy(b, maps[i*BlockSize:])
			if err := write(l.Base(g) + 1 + i); err != nil {
				return err
			}
		}
		for first := uint64(0); first < l.Inodes; first += perBlock {
			for i := range uint64(perBlock) {
				PutFree(b[i*inodeSize:], 0)
			}
			if g == 0 && first == 0 {
				PutInode(b[inodeSize:], &cg.Inode{Ino: Root, Parent: Root, Kind: file.KindDirectory, Mode: 0o755, Links: 1, Atime: now, Mtime: now, Ctime: now})
			}
			lba, _ := l.InodeBlock(g, first)
			if err := write(lba); err != nil {
				return err
			}
		}
		HeaderOf(l, g, inodes, blocks).Put(b)
		if err := write(l.Base(g)); err != nil {
			return err
		}
	}
	l.PutSuper(b)
	return write(0)
}

// freshMaps are a group's maps with nothing taken but what can never be handed out.
func (l Layout) freshMaps(group uint64) (inodes, blocks Bitmap) {
	inodes, blocks = make(Bitmap, l.inodeMapBlocks()*BlockSize), make(Bitmap, l.blockMapBlocks()*BlockSize)
	for i := range l.meta() {
		blocks.Set(i)
	}
	if group == 0 {
		inodes.Set(0)
		inodes.Set(1)
	}
	return inodes, blocks
}

// HeaderOf is the clean header of a group with these maps.
func HeaderOf(l Layout, group uint64, inodes, blocks Bitmap) Header {
	return Header{group, true, l.Inodes - inodes.Count(l.Inodes), l.GroupBlocks - blocks.Count(l.GroupBlocks), MapSum(inodes, blocks)}
}

// MapSum is the checksum of a group's maps.
func MapSum(inodes, blocks Bitmap) uint32 {
	return crc32.Update(Checksum(inodes), crc32.MakeTable(crc32.Castagnoli), blocks)
}
