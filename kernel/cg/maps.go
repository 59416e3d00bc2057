package cg

import (
	"slices"

	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/errno"
)

// mount reads the superblock, the header and the maps. Where they do not hold, the group has nothing to give.
func (v *group) mount() error {
	v.mounted, v.damaged = true, true
	b := make([]byte, disk.BlockSize)
	if err := v.read(0, b); err != nil {
		return err
	}
	l, err := disk.Super(b)
	if err != nil || v.index >= l.Groups {
		return nil
	}
	v.layout = l
	if err := v.read(l.Base(v.index), b); err != nil {
		return err
	}
	h, err := disk.GetHeader(b, v.index)
	if err != nil {
		return nil
	}
	ni, nb := l.MapBlocks()
	maps := make([]byte, (ni+nb)*disk.BlockSize)
	for i := range ni + nb {
		if err := v.read(l.Base(v.index)+1+i, maps[i*disk.BlockSize:][:disk.BlockSize]); err != nil {
			return err
		}
	}
	v.inodes, v.blocks = maps[:ni*disk.BlockSize:ni*disk.BlockSize], maps[ni*disk.BlockSize:]
	v.stale = make([]bool, ni+nb)
	v.clean = h.Clean
	if h.Clean && h.Sum != disk.MapSum(v.inodes, v.blocks) {
		return nil
	}
	v.taken = v.blocks.Count(l.GroupBlocks)
	v.damaged = false
	return nil
}

// touch comes before the first change: the group is not in order on the disk from here on.
func (v *group) touch() error {
	if !v.clean {
		return nil
	}
	if err := v.header(false); err != nil {
		return err
	}
	v.clean = false
	return nil
}

func (v *group) header(clean bool) error {
	h := disk.HeaderOf(v.layout, v.index, v.inodes, v.blocks)
	h.Clean = clean
	b := make([]byte, disk.BlockSize)
	h.Put(b)
	return v.write(v.layout.Base(v.index), b)
}

// mark takes a place of a map, or gives it back.
func (v *group) mark(m disk.Bitmap, place uint64, taken bool) {
	if taken {
		m.Set(place)
	} else {
		m.Clear(place)
	}
	i := place / (disk.BlockSize * 8)
	if &m[0] == &v.blocks[0] {
		i += uint64(len(v.inodes) / disk.BlockSize)
	}
	v.stale[i] = true
}

func (v *group) takeBlocks(near, count uint64) error {
	base := v.layout.Base(v.index)
	from := uint64(0)
	if near >= base && near < base+v.layout.GroupBlocks {
		from = near - base
	}
	at, n := v.blocks.Run(from, v.layout.Data(v.index)-base, v.layout.GroupBlocks, count)
	if n == 0 {
		return refusal(errno.ErrnoNoSpc)
	}
	if err := v.touch(); err != nil {
		return err
	}
	for i := range n {
		v.mark(v.blocks, at+i, true)
	}
	v.taken += n
	v.answer.lba, v.answer.count = base+at, n
	return nil
}

func (v *group) freeBlocks(lba, count uint64) error {
	base := v.layout.Base(v.index)
	if lba < v.layout.Data(v.index) || lba+count < lba || lba+count > base+v.layout.GroupBlocks {
		return refusal(errno.ErrnoInval)
	}
	if err := v.touch(); err != nil {
		return err
	}
	for i := range count {
		if v.blocks.Has(lba - base + i) {
			v.taken--
		}
		v.mark(v.blocks, lba-base+i, false)
	}
	return nil
}

// sync brings everything to the disk: inodes and maps first, and the header that says so last.
func (v *group) sync() error {
	if v.clean {
		return v.flush()
	}
	if err := v.storeInodes(); err != nil {
		return err
	}
	for i, stale := range v.stale {
		if !stale {
			continue
		}
		m, at := v.inodes, i*disk.BlockSize
		if at >= len(v.inodes) {
			m, at = v.blocks, at-len(v.inodes)
		}
		if err := v.write(v.layout.Base(v.index)+1+uint64(i), m[at:at+disk.BlockSize]); err != nil {
			return err
		}
		v.stale[i] = false
	}
	if err := v.flush(); err != nil {
		return err
	}
	if err := v.header(true); err != nil {
		return err
	}
	v.clean = true
	return v.flush()
}

// storeInodes writes the blocks of inodes that differ from the disk, in the order in which they lie there.
func (v *group) storeInodes() error {
	var lbas []uint64
	for lba, b := range v.cache {
		if b.stale {
			lbas = append(lbas, lba)
		}
	}
	slices.Sort(lbas)
	for _, lba := range lbas {
		if err := v.write(lba, v.cache[lba].bytes[:]); err != nil {
			return err
		}
		v.cache[lba].stale = false
	}
	return nil
}

// read, write and flush are the disk's.

func (v *group) read(lba uint64, b []byte) error {
	s, err := v.work.Take().Read()
	if err != nil {
		return err
	}
	asked, err := s.SendDiskRead(lba, len(b)/disk.BlockSize)
	if err != nil {
		return err
	}
	o, err := asked.ReceiveDisk()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *cg.CylinderGroupAfterRead2Data:
		n := copy(b, o.Buf)
		v.work.Put(o.Next)
		if n < len(b) {
			return refusal(errno.ErrnoIo)
		}
	case *cg.CylinderGroupAfterRead2Failed:
		v.work.Put(o.Next)
		return refusal(o.Err)
	}
	return nil
}

func (v *group) write(lba uint64, b []byte) error {
	s, err := v.work.Take().Write()
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
	case *cg.CylinderGroupAfterWrite2Written:
		v.work.Put(o.Next)
	case *cg.CylinderGroupAfterWrite2Failed:
		v.work.Put(o.Next)
		return refusal(o.Err)
	}
	return nil
}

func (v *group) flush() error {
	s, err := v.work.Take().Flush()
	if err != nil {
		return err
	}
	asked, err := s.SendDiskFlush()
	if err != nil {
		return err
	}
	o, err := asked.ReceiveDisk()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *cg.CylinderGroupAfterFlush2Flushed:
		v.work.Put(o.Next)
	case *cg.CylinderGroupAfterFlush2Failed:
		v.work.Put(o.Next)
		return refusal(o.Err)
	}
	return nil
}
