package vnode

import (
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/block"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// cached is a block of the file that somebody has used a part of.
type cached struct {
	at    uint64 // in the file
	dirty bool   // it differs from the disk
	bytes [disk.BlockSize]byte
}

// cacheMost bounds the cache of one file. The least recently used block comes first.
const cacheMost = 8

// find looks a block up in the cache.
func (v *regular) find(at uint64) *cached {
	for i, c := range v.cache {
		if c.at == at {
			copy(v.cache[i:], v.cache[i+1:])
			v.cache[len(v.cache)-1] = c
			return c
		}
	}
	return nil
}

// fetch brings a block into the cache. A hole is a block of zeros.
func (v *regular) fetch(at uint64) (*cached, error) {
	if c := v.find(at); c != nil {
		return c, nil
	}
	if len(v.cache) == cacheMost {
		if err := v.clean(v.cache[0]); err != nil {
			return nil, err
		}
		v.cache = v.cache[:copy(v.cache, v.cache[1:])]
	}
	c := &cached{at: at}
	if lba, _ := v.file.Lookup(at); lba != 0 {
		b, err := v.ReadBlocks(lba, 1)
		if err != nil {
			return nil, err
		}
		copy(c.bytes[:], b)
	}
	v.cache = append(v.cache, c)
	return c, nil
}

// clean writes a cached block that differs from the disk.
func (v *regular) clean(c *cached) error {
	if !c.dirty {
		return nil
	}
	lba, _ := v.file.Lookup(c.at)
	if err := v.WriteBlocks(lba, c.bytes[:]); err != nil {
		return err
	}
	c.dirty = false
	return nil
}

// forget drops the cached blocks from `from` to before `to`.
func (v *regular) forget(from, to uint64) {
	kept := v.cache[:0]
	for _, c := range v.cache {
		if c.at < from || c.at >= to {
			kept = append(kept, c)
		}
	}
	v.cache = kept
}

// read fills v.buf.
func (v *regular) read(offset uint64, count uint32) error {
	v.buf = v.buf[:0]
	size := v.file.Inode.Size
	if offset >= size {
		return nil
	}
	n := int(min(uint64(count), size-offset, file.Most))
	for len(v.buf) < n {
		at, skip := offset/disk.BlockSize, int(offset%disk.BlockSize)
		rest := n - len(v.buf)
		lba, run := v.file.Lookup(at)
		blocks := int(min(run, block.SectorsMost, uint64(skip+rest)/disk.BlockSize))
		for i := range blocks {
			if v.find(at+uint64(i)) != nil {
				blocks = i
				break
			}
		}
		var got int
		if lba != 0 && blocks > 0 {
			b, err := v.ReadBlocks(lba, blocks)
			if err != nil {
				return err
			}
			got = min(rest, len(b)-skip)
			v.buf = append(v.buf, b[skip:skip+got]...)
		} else {
			c, err := v.fetch(at)
			if err != nil {
				return err
			}
			got = min(rest, disk.BlockSize-skip)
			v.buf = append(v.buf, c.bytes[skip:skip+got]...)
		}
		offset += uint64(got)
	}
	return nil
}

// write puts v.buf into the file. Where the disk is full in the middle of it, what fits is written, as POSIX has it.
func (v *regular) write(offset uint64) error {
	v.written = 0
	if offset > disk.FileMost || offset+uint64(len(v.buf)) > disk.FileMost {
		return refusal(errno.ErrnoFBig)
	}
	b := v.buf
	var failed error
	for len(b) > 0 && failed == nil {
		var n int
		if n, failed = v.writeSome(offset, b); failed == nil {
			b, offset = b[n:], offset+uint64(n)
			v.written += uint32(n)
			v.file.Inode.Size = max(v.file.Inode.Size, offset)
		}
	}
	if !refused(failed) || v.written == 0 && failed != nil {
		return failed
	}
	if len(v.buf) == 0 {
		return nil
	}
	return v.touched()
}

// touched tells the group that the file has changed just now.
func (v *regular) touched() error {
	v.file.Inode.Mtime = v.now()
	v.file.Inode.Ctime = v.file.Inode.Mtime
	_, err := v.save(v.file.Inode)
	return err
}

// writeSome writes what lies together: whole blocks straight to the disk, a part of one through the cache.
func (v *regular) writeSome(offset uint64, b []byte) (int, error) {
	at, skip := offset/disk.BlockSize, int(offset%disk.BlockSize)
	blocks := uint64(len(b) / disk.BlockSize)
	whole := skip == 0 && blocks > 0
	lba, run := v.file.Lookup(at)
	if lba == 0 {
		want := min(run, blocks)
		if !whole {
			// A hole that is filled in part is zeros around it; the cache has them, before the disk has a block.
			if _, err := v.fetch(at); err != nil {
				return 0, err
			}
			want = 1
		}
		var err error
		if lba, run, err = v.file.Grow(v, at, want); err != nil {
			return 0, err
		}
	}
	if whole {
		n := int(min(blocks, run, block.SectorsMost))
		v.forget(at, at+uint64(n))
		return n * disk.BlockSize, v.WriteBlocks(lba, b[:n*disk.BlockSize])
	}
	c, err := v.fetch(at)
	if err != nil {
		return 0, err
	}
	c.dirty = true
	return copy(c.bytes[skip:], b), nil
}

// truncate cuts the file, or makes it longer by a hole.
func (v *regular) truncate(size uint64) error {
	if size > disk.FileMost {
		return refusal(errno.ErrnoFBig)
	}
	if old := v.file.Inode.Size; size < old {
		keep := (size + disk.BlockSize - 1) / disk.BlockSize
		if lba, _ := v.file.Lookup(size / disk.BlockSize); lba != 0 && size%disk.BlockSize != 0 {
			// What lay behind the new end must not come back when the file grows again.
			c, err := v.fetch(size / disk.BlockSize)
			if err != nil {
				return err
			}
			clear(c.bytes[size%disk.BlockSize:])
			c.dirty = true
		}
		v.forget(keep, 1<<62)
		v.file.Inode.Size = size
		if err := v.file.Cut(v, keep); err != nil {
			return err
		}
	}
	v.file.Inode.Size = size
	return v.touched()
}

// setTimes sets the times that are not all ones.
func (v *regular) setTimes(atime, mtime uint64) error {
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

// stat asks the group, which counts the names.
func (v *regular) stat() error {
	n, err := v.load(v.ino, false)
	if err != nil {
		return err
	}
	v.attr = disk.Attr(&n)
	return nil
}

// store writes the cached blocks and the chain of extents, and lets go of the cache when nobody uses the file.
func (v *regular) store() error {
	for _, c := range v.cache {
		if err := v.clean(c); err != nil {
			return err
		}
	}
	if v.users == 0 {
		v.cache = nil
	}
	if v.file.Settled() {
		return nil
	}
	if err := v.file.Settle(v); err != nil {
		return err
	}
	_, err := v.save(v.file.Inode)
	return err
}
