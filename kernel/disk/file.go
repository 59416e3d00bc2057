package disk

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/protocols/cg"
)

// A Store is what a file asks for to read, grow and shrink. What ReadBlocks returns is good until the next call.
type Store interface {
	ReadBlocks(lba uint64, count int) ([]byte, error)
	WriteBlocks(lba uint64, b []byte) error
	TakeBlocks(near, count uint64) (lba, n uint64, err error)
	FreeBlocks(lba, count uint64) error
}

// A File is an inode in memory with all its extents, in the order of the file. The first extents are in the inode, the others in a chain of blocks,
// which is brought up to date by Settle alone.
type File struct {
	Inode   cg.Inode
	extents []cg.Extent
	chain   []uint64
	stale   bool // the chain differs from the disk
}

// Load takes over an inode and reads the chain of its extents.
func (f *File) Load(s Store, n cg.Inode) error {
	f.Inode, f.extents, f.chain, f.stale = n, nil, nil, false
	for _, e := range n.Direct {
		if e.Count > 0 {
			f.extents = append(f.extents, e)
		}
	}
	for next := n.More; next != 0; {
		if slices.Contains(f.chain, next) {
			return fmt.Errorf("extents of inode %d: block %d is there twice: %w", n.Ino, next, ErrDamaged)
		}
		b, err := s.ReadBlocks(next, 1)
		if err != nil {
			return err
		}
		f.chain = append(f.chain, next)
		if f.extents, next, err = GetExtents(b, n.Ino, f.extents); err != nil {
			return err
		}
	}
	return nil
}

// Lookup says where block at of the file is, and how many blocks from there on lie together; lba 0 is a hole.
func (f *File) Lookup(at uint64) (lba, run uint64) {
	i, _ := slices.BinarySearchFunc(f.extents, at, func(e cg.Extent, at uint64) int {
		if e.At+e.Count <= at {
			return -1
		}
		return 1
	})
	switch {
	case i == len(f.extents):
		return 0, 1 << 32
	case f.extents[i].At > at:
		return 0, f.extents[i].At - at
	}
	e := f.extents[i]
	return e.Lba + at - e.At, e.At + e.Count - at
}

// Grow puts blocks where the file has a hole: count of them or fewer from block at on, close to what lies before.
func (f *File) Grow(s Store, at, count uint64) (lba, n uint64, err error) {
	i, _ := slices.BinarySearchFunc(f.extents, at, func(e cg.Extent, at uint64) int {
		if e.At < at {
			return -1
		}
		return 1
	})
	near := uint64(0)
	if i > 0 {
		near = f.extents[i-1].Lba + f.extents[i-1].Count
	}
	if lba, n, err = s.TakeBlocks(near, count); err != nil {
		return 0, 0, err
	}
	f.Inode.Blocks += n
	e := cg.Extent{At: at, Lba: lba, Count: n}
	if i > 0 {
		if p := &f.extents[i-1]; p.At+p.Count == at && p.Lba+p.Count == lba {
			p.Count += n
			f.changed(i - 1)
			return lba, n, nil
		}
	}
	f.extents = slices.Insert(f.extents, i, e)
	f.changed(i)
	return lba, n, nil
}

// Cut gives back all blocks of the file from block `from` on.
func (f *File) Cut(s Store, from uint64) error {
	for i := len(f.extents) - 1; i >= 0; i-- {
		e := &f.extents[i]
		if e.At+e.Count <= from {
			break
		}
		keep := uint64(0)
		if e.At < from {
			keep = from - e.At
		}
		if err := s.FreeBlocks(e.Lba+keep, e.Count-keep); err != nil {
			return err
		}
		f.Inode.Blocks -= e.Count - keep
		if e.Count = keep; keep == 0 {
			f.extents = f.extents[:i]
		}
		f.changed(i)
	}
	return nil
}

// changed brings the inode up to date from extent i on.
func (f *File) changed(i int) {
	for j := min(i, DirectMost); j < DirectMost; j++ {
		f.Inode.Direct[j] = cg.Extent{}
		if j < len(f.extents) {
			f.Inode.Direct[j] = f.extents[j]
		}
	}
	if len(f.extents) > DirectMost || len(f.chain) > 0 {
		f.stale = true
	}
}

// DirectMost is how many extents an inode holds.
const DirectMost = cg.DirectMost

// Settled reports whether the chain is on the disk.
func (f *File) Settled() bool { return !f.stale }

// Settle writes the chain. The inode has to be saved afterwards.
func (f *File) Settle(s Store) error {
	if !f.stale {
		return nil
	}
	rest := f.extents[min(DirectMost, len(f.extents)):]
	need := (len(rest) + ExtentsMost - 1) / ExtentsMost
	for len(f.chain) < need {
		lba, n, err := s.TakeBlocks(0, 1)
		if err != nil {
			return err
		}
		f.chain = append(f.chain, lba)
		f.Inode.Blocks += n
	}
	for len(f.chain) > need {
		if err := s.FreeBlocks(f.chain[len(f.chain)-1], 1); err != nil {
			return err
		}
		f.chain = f.chain[:len(f.chain)-1]
		f.Inode.Blocks--
	}
	f.Inode.More = 0
	if need > 0 {
		f.Inode.More = f.chain[0]
	}
	b := make([]byte, BlockSize)
	for i, lba := range f.chain {
		next := uint64(0)
		if i+1 < len(f.chain) {
			next = f.chain[i+1]
		}
		part := rest[i*ExtentsMost:]
		PutExtents(b, f.Inode.Ino, next, part[:min(len(part), ExtentsMost)])
		if err := s.WriteBlocks(lba, b); err != nil {
			return err
		}
	}
	f.stale = false
	return nil
}

// Drop gives back everything that the file has but its inode.
func (f *File) Drop(s Store) error {
	if err := f.Cut(s, 0); err != nil {
		return err
	}
	for _, lba := range f.chain {
		if err := s.FreeBlocks(lba, 1); err != nil {
			return err
		}
	}
	f.chain, f.Inode.More, f.Inode.Blocks, f.stale = nil, 0, 0, false
	return nil
}
