package disk_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// blocks is a disk in memory.
type blocks []byte

func (d blocks) ReadBlock(lba uint64, b []byte) error {
	if lba >= uint64(len(d)/disk.BlockSize) {
		return fmt.Errorf("block %d of %d", lba, len(d)/disk.BlockSize)
	}
	copy(b[:disk.BlockSize], d.block(lba))
	return nil
}

func (d blocks) WriteBlock(lba uint64, b []byte) error {
	if lba >= uint64(len(d)/disk.BlockSize) {
		return fmt.Errorf("block %d of %d", lba, len(d)/disk.BlockSize)
	}
	copy(d.block(lba), b[:disk.BlockSize])
	return nil
}

func (d blocks) block(lba uint64) []byte { return d[lba*disk.BlockSize:][:disk.BlockSize] }

// tree is what is copied onto the disks of these tests.
var tree = fstest.MapFS{
	"empty":     {Mode: 0o644},
	"short":     {Data: []byte("a few bytes\n"), Mode: 0o600},
	"long":      {Data: bytes.Repeat([]byte("0123456789abcdef"), 5000), Mode: 0o644},
	"a/b/c":     {Data: bytes.Repeat([]byte{1}, disk.BlockSize), Mode: 0o644},
	"a/d":       {Data: bytes.Repeat([]byte{2}, disk.BlockSize+1), Mode: 0o755},
	"link":      {Data: []byte("a/d"), Mode: 0o777 | 1<<27}, // fs.ModeSymlink
	"e/nothing": {Mode: 0o755 | 1<<31},                      // fs.ModeDir
}

const sectors = 700

// built is a disk of three groups with tree on it.
func built(t *testing.T) (blocks, disk.Layout) {
	t.Helper()
	d := make(blocks, sectors*disk.BlockSize)
	l, err := disk.NewLayout(sectors, 3)
	if err != nil {
		t.Fatal(err)
	}
	b, err := disk.NewBuilder(d, l, 7)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Copy("/", tree); err != nil {
		t.Fatal(err)
	}
	if err := b.Copy("/deep/er/", tree); err != nil {
		t.Fatal(err)
	}
	if err := b.Settle(); err != nil {
		t.Fatal(err)
	}
	return d, l
}

// A disk that is built is in order, and what was copied twice gives the same bytes.
func TestBuild(t *testing.T) {
	d, _ := built(t)
	for _, finding := range disk.Check(d) {
		t.Error(finding)
	}
	if again, _ := built(t); !bytes.Equal(d, again) {
		t.Error("the same copies give different bytes")
	}
}

// What is read off a disk and put onto another is the same there: names, content, times, modes, and which names mean one file.
func TestRebuild(t *testing.T) {
	d, l := built(t)
	type node struct {
		inode cg.Inode
		data  string
	}
	read := func(d disk.Blocks) (names []string, nodes map[string]node) {
		nodes = map[string]node{}
		if err := disk.Walk(d, func(at string, n cg.Inode, data []byte) error {
			names, nodes[at] = append(names, at), node{n, string(data)}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return names, nodes
	}
	names, was := read(d)
	if len(names) != 2*(len(tree)+3)+3 {
		t.Errorf("%d names: %q", len(names), names)
	}
	again := make(blocks, sectors*disk.BlockSize)
	b, err := disk.NewBuilder(again, l, 9)
	if err != nil {
		t.Fatal(err)
	}
	inodes := map[uint64]uint64{}
	put := func(at string, n node, same uint64) {
		attr := disk.Attr(&n.inode)
		attr.Mtime += uint64(len(at))
		ino, err := b.Put(at, n.inode.Kind, attr, []byte(n.data), same)
		if err != nil {
			t.Fatal(err)
		}
		inodes[n.inode.Ino] = ino
	}
	for _, at := range names {
		put(at, was[at], 0)
	}
	put("/a/another name", was["/long"], inodes[was["/long"].inode.Ino])
	if err := b.Settle(); err != nil {
		t.Fatal(err)
	}
	for _, finding := range disk.Check(again) {
		t.Error(finding)
	}
	_, is := read(again)
	if len(is) != len(was)+1 || is["/a/another name"].inode.Ino != is["/long"].inode.Ino || is["/long"].inode.Links != 2 {
		t.Errorf("%d names, %v and %v", len(is), is["/a/another name"].inode, is["/long"].inode)
	}
	for at, w := range was {
		i := is[at]
		if i.data != w.data || i.inode.Kind != w.inode.Kind || i.inode.Mode != w.inode.Mode || i.inode.Mtime != w.inode.Mtime+uint64(len(at)) || i.inode.Atime != w.inode.Atime {
			t.Errorf("%s: %v and was %v", at, i.inode, w.inode)
		}
	}
}

// A file system is read only if it is in order where it is read.
func TestReadDamage(t *testing.T) {
	none := func(string, cg.Inode, []byte) error { return nil }
	d, l := built(t)
	if err := disk.Walk(make(blocks, len(d)), none); err == nil {
		t.Error("a disk of zeros is read")
	}
	for lba := range uint64(sectors) {
		if l.HoldsData(lba) {
			continue
		}
		spoilt := slices.Clone(d)
		spoilt.block(lba)[8] ^= 1
		if err := disk.Walk(spoilt, none); err == nil && len(disk.Check(spoilt)) == 0 {
			t.Errorf("block %d is spoilt, and nobody says so", lba)
		}
	}
}

// What has no room is refused.
func TestFull(t *testing.T) {
	l, err := disk.NewLayout(40, 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, tree := range map[string]fstest.MapFS{
		"blocks": {"large": {Data: make([]byte, 40*disk.BlockSize)}},
		"inodes": many(int(l.Inodes)),
	} {
		b, err := disk.NewBuilder(make(blocks, 40*disk.BlockSize), l, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Copy("/", tree); err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := disk.NewLayout(5, 4); err == nil {
		t.Error("five blocks are enough for four groups")
	}
}

func many(n int) fstest.MapFS {
	tree := fstest.MapFS{}
	for i := range n {
		tree[fmt.Sprint("file", i)] = &fstest.MapFile{}
	}
	return tree
}

// spoiler plants damage that its checksums do not show.
type spoiler struct {
	blocks
	disk.Layout
}

// inode changes an inode.
func (s spoiler) inode(ino uint64, change func(*cg.Inode)) {
	g, place, _ := s.Place(ino)
	lba, offset := s.InodeBlock(g, place)
	b := s.block(lba)[offset:]
	n, _, err := disk.GetInode(b, s.Layout, g, place)
	if err != nil {
		panic(err)
	}
	change(&n)
	disk.PutInode(b, &n)
}

// entries changes the first block of a directory.
func (s spoiler) entries(ino uint64, change func([]disk.Entry) []disk.Entry) {
	b := s.block(s.get(ino).Direct[0].Lba)
	list, err := disk.GetEntries(b, ino)
	if err != nil {
		panic(err)
	}
	disk.PutEntries(b, ino, change(list))
}

func (s spoiler) get(ino uint64) (n cg.Inode) {
	s.inode(ino, func(was *cg.Inode) { n = *was })
	return n
}

// find is the inode that a name in the root directory means.
func (s spoiler) find(name string) (ino uint64) {
	s.entries(disk.Root, func(list []disk.Entry) []disk.Entry {
		i := slices.IndexFunc(list, func(e disk.Entry) bool { return e.Name == name })
		ino = list[i].Ino
		return list
	})
	return ino
}

// header changes the header of a group.
func (s spoiler) header(g uint64, change func(*disk.Header)) {
	b := s.block(s.Base(g))
	h, err := disk.GetHeader(b, g)
	if err != nil {
		panic(err)
	}
	change(&h)
	h.Put(b)
}

// maps changes the maps of a group, and makes its header fit.
func (s spoiler) maps(g uint64, change func(inodes, blocks disk.Bitmap)) {
	ni, nb := s.MapBlocks()
	all := s.blocks[(s.Base(g)+1)*disk.BlockSize:][:(ni+nb)*disk.BlockSize]
	inodes, blocks := disk.Bitmap(all[:ni*disk.BlockSize]), disk.Bitmap(all[ni*disk.BlockSize:])
	change(inodes, blocks)
	disk.HeaderOf(s.Layout, g, inodes, blocks).Put(s.block(s.Base(g)))
}

// Each kind of damage is found, and told by where it is and what it is.
func TestDamage(t *testing.T) {
	for _, c := range []struct {
		what  string
		spoil func(s spoiler)
		want  string // %d: the inode of long, %e: its first block
	}{
		{"no superblock", func(s spoiler) { clear(s.block(0)) }, "superblock: no file system of this kind (mkfs makes one)"},
		{"superblock", func(s spoiler) { s.block(0)[17] ^= 1 }, "superblock: the checksum does not hold"},
		{"superblock of another disk", func(s spoiler) { l := s.Layout; l.GroupBlocks *= 2; l.PutSuper(s.block(0)) }, "superblock: the sizes do not fit together"},
		{"header", func(s spoiler) { s.block(s.Base(1))[30] ^= 4 }, "group 1: the header's checksum does not hold"},
		{"not left in order", func(s spoiler) { s.header(2, func(h *disk.Header) { h.Clean = false }) }, "group 2 was not left in order"},
		{"counts of free", func(s spoiler) { s.header(0, func(h *disk.Header) { h.FreeBlocks++ }) }, "blocks are free, not"},
		{"map", func(s spoiler) { s.block(s.Base(0) + 1)[9] ^= 1 }, "group 0: the checksum of the maps does not hold"},
		{"block lost", func(s spoiler) { s.maps(2, func(_, blocks disk.Bitmap) { blocks.Set(s.GroupBlocks - 1) }) },
			fmt.Sprintf("block %d is taken, but nothing has it", uint64(sectors-1))},
		{"block free", func(s spoiler) {
			s.maps(0, func(_, blocks disk.Bitmap) { blocks.Clear(s.get(s.find("long")).Direct[0].Lba - s.Base(0)) })
		}, "block %e of inode %d is free in the map"},
		{"inode free", func(s spoiler) { s.maps(0, func(inodes, _ disk.Bitmap) { inodes.Clear(s.find("long") & 0xffff) }) },
			"inode %d: the map of group 0 says otherwise whether it is taken"},
		{"inode", func(s spoiler) {
			g, place, _ := s.Place(s.find("long"))
			lba, offset := s.InodeBlock(g, place)
			s.block(lba)[offset+40] ^= 1
		}, "inode %d: the checksum does not hold"},
		{"no root", func(s spoiler) {
			lba, offset := s.InodeBlock(0, 1)
			disk.PutFree(s.block(lba)[offset:], 1)
		}, "there is no root directory"},
		{"links", func(s spoiler) { s.inode(s.find("long"), func(n *cg.Inode) { n.Links = 2 }) }, "inode %d has 1 names, not 2"},
		{"blocks", func(s spoiler) { s.inode(s.find("long"), func(n *cg.Inode) { n.Blocks++ }) }, "inode %d has 20 blocks, not 21"},
		{"size", func(s spoiler) { s.inode(s.find("long"), func(n *cg.Inode) { n.Size = 1 }) }, "inode %d has blocks behind its end"},
		{"shared block", func(s spoiler) {
			first := s.get(s.find("long")).Direct[0].Lba
			s.inode(s.find("short"), func(n *cg.Inode) { n.Direct[0].Lba = first })
		}, "block %e belongs to inodes"},
		{"block of a map", func(s spoiler) { s.inode(s.find("long"), func(n *cg.Inode) { n.Direct[0].Lba = 1 }) }, "inode %d has block 1, which cannot be handed out"},
		{"block outside", func(s spoiler) { s.inode(s.find("long"), func(n *cg.Inode) { n.Direct[0].Lba = 1 << 50 }) }, "which cannot be handed out"},
		{"too long a run", func(s spoiler) { s.inode(s.find("long"), func(n *cg.Inode) { n.Direct[0].Count = 1<<32 - 1 }) }, "on a disk of 700"},
		{"overlap", func(s spoiler) {
			s.inode(s.find("long"), func(n *cg.Inode) { n.Direct[1] = cg.Extent{At: 3, Lba: n.Direct[0].Lba + 300, Count: 1} })
		}, "inode %d: its extents overlap at block 3 of the file"},
		{"chain", func(s spoiler) { s.inode(s.find("long"), func(n *cg.Inode) { n.More = n.Direct[0].Lba }) }, "extents of inode %d: the checksum does not hold"},
		{"chain without end", func(s spoiler) {
			ino := s.find("long")
			lba := s.get(ino).Direct[0].Lba
			disk.PutExtents(s.block(lba), ino, lba, nil)
			s.inode(ino, func(n *cg.Inode) { n.More = lba })
		}, "extents of inode %d: block %e is there twice"},
		{"directory block", func(s spoiler) { s.block(s.get(s.find("a")).Direct[0].Lba)[20] ^= 1 }, "the checksum of a block does not hold"},
		{"hole", func(s spoiler) { s.inode(s.find("a"), func(n *cg.Inode) { n.Size += disk.BlockSize }) }, "block 1 of 2 is a hole"},
		{"parent", func(s spoiler) { s.inode(s.find("a"), func(n *cg.Inode) { n.Parent = 99 }) }, fmt.Sprintf("its parent is %d, not 99", uint64(disk.Root))},
		{"kind", func(s spoiler) {
			s.entries(disk.Root, func(list []disk.Entry) []disk.Entry {
				for i := range list {
					if list[i].Name == "long" {
						list[i].Kind = file.KindDirectory
					}
				}
				return list
			})
		}, `"long" is a Directory, its inode %d a Regular`},
		{"name twice", func(s spoiler) {
			s.entries(disk.Root, func(list []disk.Entry) []disk.Entry { return append(list, list[len(list)-1]) })
		}, `"deep" is there twice`},
		{"name of nothing", func(s spoiler) {
			s.entries(disk.Root, func(list []disk.Entry) []disk.Entry {
				return append(list, disk.Entry{Ino: s.Ino(1, 20, 1), Name: "ghost"})
			})
		}, `"ghost" leads to inode`},
		{"count of names", func(s spoiler) { s.inode(disk.Root, func(n *cg.Inode) { n.Entries = 3 }) }, "holds 7 names, not 3"},
		{"no name", func(s spoiler) {
			s.entries(disk.Root, func(list []disk.Entry) []disk.Entry {
				return slices.DeleteFunc(list, func(e disk.Entry) bool { return e.Name == "long" })
			})
		}, "inode %d is taken, but no name leads to it"},
		{"a directory in itself", func(s spoiler) {
			s.entries(s.find("a"), func(list []disk.Entry) []disk.Entry {
				return append(list, disk.Entry{Ino: s.find("a"), Kind: file.KindDirectory, Name: "again"})
			})
		}, "has more than one place in the tree"},
	} {
		d, l := built(t)
		s := spoiler{d, l}
		ino := s.find("long")
		want := strings.NewReplacer("%d", fmt.Sprint(ino), "%e", fmt.Sprint(s.get(ino).Direct[0].Lba)).Replace(c.want)
		c.spoil(s)
		if found := disk.Check(d); !strings.Contains(strings.Join(found, "\n"), want) {
			t.Errorf("%s: it should say %q, and says\n%s", c.what, want, strings.Join(found, "\n"))
		}
	}
}

// A byte that changes anywhere in what is not data is found.
func TestFlips(t *testing.T) {
	d, l := built(t)
	ni, nb := l.MapBlocks()
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		g := r.Uint64N(l.Groups)
		at := r.Uint64N(44) // of the header
		lba := l.Base(g)
		if at < 4 {
			at += 8
		}
		if r.IntN(3) > 0 {
			lba += 1 + r.Uint64N(ni+nb+l.Inodes/16)
			at = r.Uint64N(disk.BlockSize)
		}
		b := byte(1 + r.IntN(255))
		d.block(lba)[at] ^= b
		if len(disk.Check(d)) == 0 {
			t.Errorf("byte %d of block %d (group %d) is changed, and nobody finds it", at, lba, g)
		}
		d.block(lba)[at] ^= b
	}
}
