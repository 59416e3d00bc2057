// Package disk is the format of a disk: where what lies, and what it looks like in bytes. It knows no component: cylinder groups, vnodes and
// directories read and write blocks by it, Format makes an empty file system and Check says what is wrong with one.
//
//	block 0             superblock
//	then each group:    header · inode map · block map · inodes · data
//
// All groups are alike. A group follows the Berkeley fast file system: inodes and the blocks of their files lie together, and are handed out by the maps of
// that group alone. Everything but data carries a checksum (CRC-32C). Numbers are little-endian.
//
// There is no journal yet. It belongs between those who write metadata (groups, directories, extent blocks) and the disk, and speaks block.Block
// to both; a group's header says whether the group was left in order.
package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// BlockSize is the size of a block, which is a sector of the device.
const BlockSize = 4096

const (
	inodeSize    = 256
	perBlock     = BlockSize / inodeSize // inodes
	bitsPerBlock = BlockSize * 8
	superMagic   = 0x31736670_6f747270 // "prtopfs1"
	groupMagic   = 0x31677066
	extentMagic  = 0x31657066
	dirMagic     = 0x31647066
	version      = 1
)

// ErrDamaged is what every checksum and bound that does not hold is.
var ErrDamaged = errors.New("damaged")

var le = binary.LittleEndian

// Checksum is the CRC-32C of b.
func Checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// Layout says where what lies. All sizes are in blocks.
type Layout struct {
	Blocks      uint64 // of the disk
	Groups      uint64
	GroupBlocks uint64 // of one group, its maps and inodes included
	Inodes      uint64 // of one group; a multiple of those in a block
}

// NewLayout divides a disk of so many blocks into groups, with an inode for every inodeEvery blocks.
func NewLayout(blocks, groups uint64) (Layout, error) {
	if groups == 0 {
		return Layout{}, fmt.Errorf("a disk needs a group")
	}
	l := Layout{Blocks: blocks, Groups: groups, GroupBlocks: (max(blocks, 1) - 1) / groups}
	l.Inodes = max(l.GroupBlocks/inodeEvery/perBlock, 1) * perBlock
	if l.GroupBlocks < l.meta()+1 {
		return Layout{}, fmt.Errorf("%d blocks are too few for %d groups: each needs %d", blocks, groups, l.meta()+1)
	}
	return l, nil
}

const inodeEvery = 4

func (l Layout) inodeMapBlocks() uint64 { return (l.Inodes + bitsPerBlock - 1) / bitsPerBlock }
func (l Layout) blockMapBlocks() uint64 { return (l.GroupBlocks + bitsPerBlock - 1) / bitsPerBlock }
func (l Layout) inodeBlocks() uint64    { return l.Inodes / perBlock }

// meta is how many blocks of a group are not data.
func (l Layout) meta() uint64 {
	return 1 + l.inodeMapBlocks() + l.blockMapBlocks() + l.inodeBlocks()
}

// Base is the block of a group's header; its maps follow.
func (l Layout) Base(group uint64) uint64 { return 1 + group*l.GroupBlocks }

// MapBlocks is how many blocks of maps follow a header: those of inodes, then those of blocks.
func (l Layout) MapBlocks() (inodes, blocks uint64) { return l.inodeMapBlocks(), l.blockMapBlocks() }

// Data is the first block of a group that can be handed out.
func (l Layout) Data(group uint64) uint64 { return l.Base(group) + l.meta() }

// GroupOf is the group that a block lies in.
func (l Layout) GroupOf(lba uint64) uint64 { return (lba - 1) / l.GroupBlocks }

// HoldsData reports whether a block can be handed out.
func (l Layout) HoldsData(lba uint64) bool {
	return lba >= 1 && lba < 1+l.Groups*l.GroupBlocks && lba >= l.Data(l.GroupOf(lba))
}

// An inode's number is its place (the lower half) and how often that place was taken (the upper half): no number is used twice.

// Ino is the number of the inode at a place of a group.
func (l Layout) Ino(group, place uint64, generation uint32) uint64 {
	return uint64(generation)<<32 | (group*l.Inodes + place)
}

// Place is where an inode lies; false: nowhere on this disk.
func (l Layout) Place(ino uint64) (group, place uint64, ok bool) {
	n := ino & (1<<32 - 1)
	return n / l.Inodes, n % l.Inodes, n < l.Groups*l.Inodes && ino>>32 != 0
}

// Generation is how often the place of an inode was taken.
func Generation(ino uint64) uint32 { return uint32(ino >> 32) }

// InodeBlock is the block that an inode's place lies in, and where in it.
func (l Layout) InodeBlock(group, place uint64) (lba uint64, offset int) {
	return l.Base(group) + 1 + l.inodeMapBlocks() + l.blockMapBlocks() + place/perBlock, int(place % perBlock * inodeSize)
}

// Root is the inode of the root directory: the second place of the first group. The first stays empty, because 0 is no inode.
const Root = 1<<32 | 1

// PutSuper writes the superblock into b.
func (l Layout) PutSuper(b []byte) {
	clear(b[:BlockSize])
	le.PutUint64(b, superMagic)
	le.PutUint32(b[8:], version)
	le.PutUint32(b[12:], BlockSize)
	le.PutUint64(b[16:], l.Blocks)
	le.PutUint64(b[24:], l.Groups)
	le.PutUint64(b[32:], l.GroupBlocks)
	le.PutUint64(b[40:], l.Inodes)
	le.PutUint32(b[48:], Checksum(b[:48]))
}

// Super reads the superblock.
func Super(b []byte) (Layout, error) {
	if le.Uint64(b) != superMagic {
		return Layout{}, fmt.Errorf("superblock: no file system of this kind (mkfs makes one)")
	}
	if le.Uint32(b[48:]) != Checksum(b[:48]) {
		return Layout{}, fmt.Errorf("superblock: the checksum does not hold: %w", ErrDamaged)
	}
	if v, size := le.Uint32(b[8:]), le.Uint32(b[12:]); v != version || size != BlockSize {
		return Layout{}, fmt.Errorf("superblock: version %d with blocks of %d bytes is not known here", v, size)
	}
	l := Layout{le.Uint64(b[16:]), le.Uint64(b[24:]), le.Uint64(b[32:]), le.Uint64(b[40:])}
	if l.Groups == 0 || l.Inodes == 0 || l.Inodes%perBlock != 0 || l.GroupBlocks < l.meta()+1 || l.Groups > l.Blocks || 1+l.Groups*l.GroupBlocks > l.Blocks {
		return Layout{}, fmt.Errorf("superblock: the sizes do not fit together: %w", ErrDamaged)
	}
	return l, nil
}

// Header is a group's. The sums are those of its maps, and hold while it is clean.
type Header struct {
	Group                  uint64
	Clean                  bool
	FreeInodes, FreeBlocks uint64
	Sum                    uint32 // of all maps
}

// Put writes the header into b.
func (h Header) Put(b []byte) {
	clear(b[:BlockSize])
	le.PutUint32(b, groupMagic)
	le.PutUint64(b[8:], h.Group)
	if h.Clean {
		b[16] = 1
	}
	le.PutUint64(b[24:], h.FreeInodes)
	le.PutUint64(b[32:], h.FreeBlocks)
	le.PutUint32(b[40:], h.Sum)
	le.PutUint32(b[4:], Checksum(b[8:44]))
}

// GetHeader reads a group's header.
func GetHeader(b []byte, group uint64) (Header, error) {
	h := Header{Group: le.Uint64(b[8:]), Clean: b[16] == 1, FreeInodes: le.Uint64(b[24:]), FreeBlocks: le.Uint64(b[32:]), Sum: le.Uint32(b[40:])}
	if le.Uint32(b) != groupMagic || le.Uint32(b[4:]) != Checksum(b[8:44]) || h.Group != group {
		return h, fmt.Errorf("group %d: the header's checksum does not hold: %w", group, ErrDamaged)
	}
	return h, nil
}
