package disk

import (
	"errors"
	"fmt"
	"path"

	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// Walk visits the names of a file system that no kernel runs on, each directory before what is in it, from "/" on. data is what a file holds, or a
// symbolic link's target. A file of several names is visited under each. An error of visit ends the walk, and so does what is damaged.
func Walk(d Blocks, visit func(at string, n cg.Inode, data []byte) error) error {
	r := &reader{check: check{d: d}, visit: visit, within: map[uint64]bool{}}
	b, err := r.read(0)
	if err == nil {
		r.layout, err = Super(b)
	}
	if err != nil {
		return err
	}
	for g := range r.layout.Groups {
		b, err := r.read(r.layout.Base(g))
		if err != nil {
			return err
		}
		header, err := GetHeader(b, g)
		if err == nil && !header.Clean {
			err = fmt.Errorf("group %d was not left in order", g)
		}
		if err != nil {
			return err
		}
	}
	return r.walk("/", Root)
}

// reader reads files as a check does.
type reader struct {
	check
	visit  func(at string, n cg.Inode, data []byte) error
	within map[uint64]bool // directories that it is in
}

func (r *reader) walk(at string, ino uint64) error {
	n, err := r.inode(ino)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	data, err := r.content(n)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if n.Kind != file.KindDirectory {
		return r.visit(at, n, data)
	}
	if r.within[ino] {
		return fmt.Errorf("%s: directory %d lies in itself: %w", at, ino, ErrDamaged)
	}
	r.within[ino] = true
	defer delete(r.within, ino)
	if err := r.visit(at, n, nil); err != nil {
		return err
	}
	for ; len(data) > 0; data = data[BlockSize:] {
		entries, err := GetEntries(data[:BlockSize], ino)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		for _, e := range entries {
			if err := r.walk(path.Join(at, e.Name), e.Ino); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reader) inode(ino uint64) (n cg.Inode, err error) {
	group, place, ok := r.layout.Place(ino)
	if !ok {
		return n, fmt.Errorf("inode %d is not on this disk: %w", ino, ErrDamaged)
	}
	lba, offset := r.layout.InodeBlock(group, place)
	b, err := r.read(lba)
	if err != nil {
		return n, err
	}
	n, taken, err := GetInode(b[offset:], r.layout, group, place)
	if err == nil && (!taken || n.Ino != ino) {
		err = fmt.Errorf("inode %d is free: %w", ino, ErrDamaged)
	}
	return n, err
}

// content is what the blocks of a file hold. Holes are zeros.
func (r *reader) content(n cg.Inode) ([]byte, error) {
	var f File
	if err := f.Load(&r.check, n); err != nil {
		return nil, err
	}
	blocks := (n.Size + BlockSize - 1) / BlockSize
	if n.Size > r.layout.Blocks*BlockSize {
		return nil, fmt.Errorf("inode %d has holes: its size of %d bytes is more than the disk's", n.Ino, n.Size)
	}
	if n.Kind == file.KindDirectory && n.Size%BlockSize != 0 {
		return nil, fmt.Errorf("directory %d has a size of %d: %w", n.Ino, n.Size, ErrDamaged)
	}
	data := make([]byte, blocks*BlockSize)
	for at := uint64(0); at < blocks; {
		lba, run := f.Lookup(at)
		run = min(run, blocks-at)
		for i := range run {
			if lba == 0 {
				break
			}
			if !r.layout.HoldsData(lba + i) {
				return nil, fmt.Errorf("inode %d has block %d, which cannot be handed out: %w", n.Ino, lba+i, ErrDamaged)
			}
			if err := r.d.ReadBlock(lba+i, data[(at+i)*BlockSize:][:BlockSize]); err != nil {
				return nil, errors.Join(fmt.Errorf("inode %d", n.Ino), err)
			}
		}
		at += run
	}
	return data[:n.Size], nil
}
