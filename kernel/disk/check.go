package disk

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// Check says what is wrong with a file system, in the order in which it is met; nothing is changed. It walks the tree from the root and compares what
// it reaches with the maps and the counts. A disk that was not left in order says so, and is compared all the same.
func Check(d Blocks) []string {
	c := &check{d: d, inodes: map[uint64]*known{}, owner: map[uint64]uint64{}}
	b, err := c.read(0)
	if err != nil {
		return []string{fmt.Sprintf("superblock: %v", err)}
	}
	if c.layout, err = Super(b); err != nil {
		return []string{err.Error()}
	}
	for g := range c.layout.Groups {
		c.group(g)
	}
	if c.inodes[Root] == nil {
		c.say("there is no root directory")
	} else {
		c.inodes[Root].names++
		c.tree(Root, Root)
	}
	c.counts()
	c.maps()
	return c.findings
}

// known is what is known of an inode.
type known struct {
	inode   cg.Inode
	names   uint32 // that lead to it
	entries uint32 // that it has
	walked  bool
}

type check struct {
	d        Blocks
	layout   Layout
	inodes   map[uint64]*known
	owner    map[uint64]uint64 // by block: the inode that has it
	groups   []groupMaps
	findings []string
}

type groupMaps struct {
	header         Header
	inodes, blocks Bitmap
}

func (c *check) say(format string, args ...any) {
	c.findings = append(c.findings, fmt.Sprintf(format, args...))
}

func (c *check) read(lba uint64) ([]byte, error) {
	b := make([]byte, BlockSize)
	return b, c.d.ReadBlock(lba, b)
}

// ReadBlocks makes a check a Store, as far as a file is only read.
func (c *check) ReadBlocks(lba uint64, count int) ([]byte, error) { return c.read(lba) }

func (c *check) WriteBlocks(uint64, []byte) error { panic("disk: a check writes nothing") }
func (c *check) TakeBlocks(uint64, uint64) (uint64, uint64, error) {
	panic("disk: a check takes nothing")
}
func (c *check) FreeBlocks(uint64, uint64) error { panic("disk: a check frees nothing") }

// group reads a group's header, maps and inodes.
func (c *check) group(g uint64) {
	l := c.layout
	b, err := c.read(l.Base(g))
	var m groupMaps
	if err == nil {
		m.header, err = GetHeader(b, g)
	}
	if err != nil {
		c.say("%v", err)
	} else if !m.header.Clean {
		c.say("group %d was not left in order", g)
	}
	ni, nb := l.MapBlocks()
	var maps []byte
	for i := range ni + nb {
		b, err := c.read(l.Base(g) + 1 + i)
		if err != nil {
			c.say("group %d: map block %d: %v", g, i, err)
		}
		maps = append(maps, b...)
	}
	m.inodes, m.blocks = maps[:ni*BlockSize], maps[ni*BlockSize:]
	c.groups = append(c.groups, m)
	if m.header.Clean && m.header.Sum != MapSum(m.inodes, m.blocks) {
		c.say("group %d: the checksum of the maps does not hold", g)
	}
	for place := range l.Inodes {
		lba, offset := l.InodeBlock(g, place)
		if offset == 0 {
			if b, err = c.read(lba); err != nil {
				c.say("group %d: inode block %d: %v", g, lba, err)
			}
		}
		n, taken, err := GetInode(b[offset:], l, g, place)
		switch {
		case err != nil:
			c.say("%v", err)
		case taken:
			c.inodes[n.Ino] = &known{inode: n}
		}
		reserved := g == 0 && place == 0
		if err == nil && taken != m.inodes.Has(place) && !reserved {
			c.say("inode %d: the map of group %d says otherwise whether it is taken", n.Ino, g)
		}
	}
}

// tree walks a directory and all below it.
func (c *check) tree(ino, parent uint64) {
	k := c.inodes[ino]
	if k.inode.Parent != parent {
		c.say("directory %d: its parent is %d, not %d", ino, parent, k.inode.Parent)
	}
	if k.walked {
		c.say("directory %d has more than one place in the tree", ino)
		return
	}
	k.walked = true
	f := c.own(k)
	seen := map[string]bool{}
	for at := range k.inode.Size / BlockSize {
		lba, _ := f.Lookup(at)
		if lba == 0 {
			c.say("directory %d: block %d of %d is a hole", ino, at, k.inode.Size/BlockSize)
			break
		}
		b, err := c.read(lba)
		var entries []Entry
		if err == nil {
			entries, err = GetEntries(b, ino)
		}
		if err != nil {
			c.say("%v", err)
		}
		for _, e := range entries {
			k.entries++
			if seen[e.Name] {
				c.say("directory %d: %q is there twice", ino, e.Name)
			}
			seen[e.Name] = true
			c.entry(ino, e)
		}
	}
}

func (c *check) entry(in uint64, e Entry) {
	to := c.inodes[e.Ino]
	if to == nil {
		c.say("directory %d: %q leads to inode %d, which is free", in, e.Name, e.Ino)
		return
	}
	to.names++
	if to.inode.Kind != e.Kind {
		c.say("directory %d: %q is a %v, its inode %d a %v", in, e.Name, e.Kind, e.Ino, to.inode.Kind)
	}
	switch {
	case to.inode.Kind == file.KindDirectory:
		c.tree(e.Ino, in)
	case !to.walked:
		to.walked = true
		c.own(to)
	}
}

// own notes the blocks of an inode.
func (c *check) own(k *known) *File {
	f := new(File)
	if err := f.Load(c, k.inode); err != nil {
		c.say("%v", err)
	}
	blocks, end := uint64(0), uint64(0)
	for _, e := range f.extents {
		if e.At < end {
			c.say("inode %d: its extents overlap at block %d of the file", k.inode.Ino, e.At)
		}
		end = e.At + e.Count
		if e.Count > c.layout.Blocks {
			c.say("inode %d has %d blocks from %d on, on a disk of %d", k.inode.Ino, e.Count, e.Lba, c.layout.Blocks)
			continue
		}
		for i := range e.Count {
			c.take(k.inode.Ino, e.Lba+i)
		}
		blocks += e.Count
	}
	for _, lba := range f.chain {
		c.take(k.inode.Ino, lba)
		blocks++
	}
	if blocks != k.inode.Blocks {
		c.say("inode %d has %d blocks, not %d", k.inode.Ino, blocks, k.inode.Blocks)
	}
	if k.inode.Kind == file.KindRegular && end > (k.inode.Size+BlockSize-1)/BlockSize {
		c.say("inode %d has blocks behind its end", k.inode.Ino)
	}
	return f
}

func (c *check) take(ino, lba uint64) {
	if !c.layout.HoldsData(lba) {
		c.say("inode %d has block %d, which cannot be handed out", ino, lba)
		return
	}
	if other, taken := c.owner[lba]; taken {
		c.say("block %d belongs to inodes %d and %d", lba, other, ino)
	}
	c.owner[lba] = ino
}

// counts compares what the inodes say with what leads to them.
func (c *check) counts() {
	var inos []uint64
	for ino := range c.inodes {
		inos = append(inos, ino)
	}
	slices.Sort(inos)
	for _, ino := range inos {
		k := c.inodes[ino]
		switch {
		case k.names == 0:
			c.say("inode %d is taken, but no name leads to it", ino)
			c.own(k)
		case k.names != k.inode.Links:
			c.say("inode %d has %d names, not %d", ino, k.names, k.inode.Links)
		}
		if k.inode.Kind == file.KindDirectory && k.entries != k.inode.Entries {
			c.say("directory %d holds %d names, not %d", ino, k.entries, k.inode.Entries)
		}
	}
}

// maps compares the maps of blocks with what the inodes have.
func (c *check) maps() {
	l := c.layout
	for g, m := range c.groups {
		for i := range l.GroupBlocks {
			lba := l.Base(uint64(g)) + i
			_, owned := c.owner[lba]
			if taken := m.blocks.Has(i); taken != (owned || !l.HoldsData(lba)) {
				if taken {
					c.say("block %d is taken, but nothing has it", lba)
				} else {
					c.say("block %d of inode %d is free in the map", lba, c.owner[lba])
				}
			}
		}
		if h := HeaderOf(l, uint64(g), m.inodes, m.blocks); m.header.Clean && (h.FreeInodes != m.header.FreeInodes || h.FreeBlocks != m.header.FreeBlocks) {
			c.say("group %d: %d inodes and %d blocks are free, not %d and %d", g, h.FreeInodes, h.FreeBlocks, m.header.FreeInodes, m.header.FreeBlocks)
		}
	}
}
