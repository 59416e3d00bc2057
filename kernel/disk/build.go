package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// ErrFull is a disk without room.
var ErrFull = errors.New("the disk is full")

// A Builder fills a new file system that no kernel runs on. What is copied into it is on the disk when Settle has returned. The same copies onto the
// same layout give the same bytes.
type Builder struct {
	d      Blocks
	layout Layout
	now    uint64
	groups []groupMaps
	tables map[uint64][]byte // blocks of inodes, by their number on the disk
	root   *folder
	spread uint64 // the group of the last directory
}

// folder is a directory until it is written.
type folder struct {
	inode   cg.Inode
	entries []Entry
	below   map[string]*folder
	taken   map[string]bool
}

// NewBuilder formats a disk.
func NewBuilder(d Blocks, l Layout, now uint64) (*Builder, error) {
	if err := Format(d, l, now); err != nil {
		return nil, err
	}
	b := &Builder{d: d, layout: l, now: now, tables: map[uint64][]byte{}}
	for g := range l.Groups {
		inodes, blocks := l.freshMaps(g)
		b.groups = append(b.groups, groupMaps{inodes: inodes, blocks: blocks})
	}
	b.root = &folder{inode: cg.Inode{Ino: Root, Parent: Root, Kind: file.KindDirectory, Mode: 0o755, Links: 1, Atime: now, Mtime: now, Ctime: now}}
	return b, nil
}

// Copy copies a tree of files into the directory `to`, which is made if it is not there. Symbolic links are copied as they are; what is copied is as new
// as the file system.
func (b *Builder) Copy(to string, tree fs.FS) error {
	in := b.root
	for name := range strings.SplitSeq(path.Clean("/" + to)[1:], "/") {
		if name == "" {
			continue
		}
		below := in.below[name]
		if below == nil {
			var err error
			if below, err = b.makeDir(in, name, 0o755); err != nil {
				return fmt.Errorf("%s: %w", to, err)
			}
		}
		in = below
	}
	return b.copy(in, tree, ".")
}

// copy copies what is in one folder of the tree.
func (b *Builder) copy(in *folder, tree fs.FS, name string) error {
	list, err := fs.ReadDir(tree, name)
	if err != nil {
		return err
	}
	for _, e := range list {
		at := path.Join(name, e.Name())
		info, err := e.Info()
		if err != nil {
			return err
		}
		mode := uint32(info.Mode().Perm())
		switch info.Mode().Type() {
		case fs.ModeDir:
			below := in.below[e.Name()]
			if below == nil {
				below, err = b.makeDir(in, e.Name(), mode)
			}
			if err == nil {
				err = b.copy(below, tree, at)
			}
			if err != nil {
				return err
			}
			continue
		case fs.ModeSymlink:
			var target string
			if target, err = fs.ReadLink(tree, at); err == nil && len(target) > BlockSize {
				err = fmt.Errorf("a symbolic link of %d bytes", len(target))
			}
			if err == nil {
				err = b.makeFile(in, e.Name(), file.KindSymlink, mode, strings.NewReader(target))
			}
		case 0:
			err = b.copyFile(in, e.Name(), mode, tree, at)
		default:
			err = fmt.Errorf("neither a file nor a folder nor a symbolic link")
		}
		if err != nil {
			return fmt.Errorf("copying %s: %w", at, err)
		}
	}
	return nil
}

func (b *Builder) copyFile(in *folder, name string, mode uint32, tree fs.FS, from string) error {
	f, err := tree.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return b.makeFile(in, name, file.KindRegular, mode, f)
}

func (b *Builder) makeDir(in *folder, name string, mode uint32) (*folder, error) {
	b.spread = (b.spread + 1) % b.layout.Groups
	n, err := b.enter(in, name, b.spread, file.KindDirectory)
	if err != nil {
		return nil, err
	}
	n.Mode = mode
	d := &folder{inode: n}
	if in.below == nil {
		in.below = map[string]*folder{}
	}
	in.below[name] = d
	return d, nil
}

// makeFile makes a file, or a symbolic link, with what r reads.
func (b *Builder) makeFile(in *folder, name string, kind file.Kind, mode uint32, r io.Reader) error {
	home, _, _ := b.layout.Place(in.inode.Ino)
	n, err := b.enter(in, name, home, kind)
	if err != nil {
		return err
	}
	n.Mode = mode
	f := File{Inode: n}
	if err := b.fill(&f, r); err != nil {
		return err
	}
	return b.save(&f.Inode)
}

// enter takes an inode, in the first group from `home` on that has one, and gives it a name.
func (b *Builder) enter(in *folder, name string, home uint64, kind file.Kind) (n cg.Inode, err error) {
	switch {
	case len(name) > dir.NameMost:
		return n, fmt.Errorf("a name of %d bytes, of at most %d", len(name), dir.NameMost)
	case in.taken[name]:
		return n, fmt.Errorf("%s is there already", name)
	}
	for i := range b.layout.Groups {
		g := (home + i) % b.layout.Groups
		place, ok := b.groups[g].inodes.Free(0, b.layout.Inodes)
		if !ok {
			continue
		}
		b.groups[g].inodes.Set(place)
		n = cg.Inode{Ino: b.layout.Ino(g, place, 1), Parent: in.inode.Ino, Kind: kind, Links: 1, Atime: b.now, Mtime: b.now, Ctime: b.now}
		if in.taken == nil {
			in.taken = map[string]bool{}
		}
		in.taken[name] = true
		in.entries = append(in.entries, Entry{n.Ino, kind, name})
		return n, nil
	}
	return n, ErrFull
}

// fill writes what r reads into a file that is empty.
func (b *Builder) fill(f *File, r io.Reader) error {
	store := shelf{b, f.Inode.Ino}
	buf := make([]byte, 16*BlockSize)
	for at := uint64(0); ; {
		n, err := io.ReadFull(r, buf)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		clear(buf[n:])
		for rest := buf[:(n+BlockSize-1)/BlockSize*BlockSize]; len(rest) > 0; {
			lba, count, err := f.Grow(store, at, uint64(len(rest)/BlockSize))
			if err != nil {
				return err
			}
			if err := store.WriteBlocks(lba, rest[:count*BlockSize]); err != nil {
				return err
			}
			rest, at = rest[count*BlockSize:], at+count
		}
		f.Inode.Size += uint64(n)
		if n < len(buf) {
			return f.Settle(store)
		}
	}
}

// save puts an inode into its place.
func (b *Builder) save(n *cg.Inode) error {
	group, place, _ := b.layout.Place(n.Ino)
	lba, offset := b.layout.InodeBlock(group, place)
	table := b.tables[lba]
	if table == nil {
		table = make([]byte, BlockSize)
		if err := b.d.ReadBlock(lba, table); err != nil {
			return err
		}
		b.tables[lba] = table
	}
	PutInode(table[offset:], n)
	return nil
}

// Settle writes the directories, the inodes and the maps; after it nothing more is copied.
func (b *Builder) Settle() error {
	if err := b.settle(b.root); err != nil {
		return err
	}
	l := b.layout
	ni, nb := l.MapBlocks()
	for g, m := range b.groups {
		g := uint64(g)
		maps := append(append([]byte(nil), m.inodes...), m.blocks...)
		for i := range ni + nb {
			if err := b.d.WriteBlock(l.Base(g)+1+i, maps[i*BlockSize:][:BlockSize]); err != nil {
				return err
			}
		}
		for place := uint64(0); place < l.Inodes; place += perBlock {
			lba, _ := l.InodeBlock(g, place)
			if table := b.tables[lba]; table != nil {
				if err := b.d.WriteBlock(lba, table); err != nil {
					return err
				}
			}
		}
		header := make([]byte, BlockSize)
		HeaderOf(l, g, m.inodes, m.blocks).Put(header)
		if err := b.d.WriteBlock(l.Base(g), header); err != nil {
			return err
		}
	}
	return nil
}

// settle writes a directory, and before it all below it.
func (b *Builder) settle(d *folder) error {
	var blocks [][]Entry
	room := 0
	for _, e := range d.entries {
		if below := d.below[e.Name]; below != nil {
			if err := b.settle(below); err != nil {
				return err
			}
		}
		if room < e.Room() {
			blocks, room = append(blocks, nil), EntriesRoom
		}
		blocks[len(blocks)-1] = append(blocks[len(blocks)-1], e)
		room -= e.Room()
	}
	f := File{Inode: d.inode}
	store := shelf{b, d.inode.Ino}
	buf := make([]byte, BlockSize)
	for at, entries := range blocks {
		lba, _, err := f.Grow(store, uint64(at), 1)
		if err != nil {
			return err
		}
		PutEntries(buf, d.inode.Ino, entries)
		if err := store.WriteBlocks(lba, buf); err != nil {
			return err
		}
	}
	f.Inode.Size, f.Inode.Entries = uint64(len(blocks))*BlockSize, uint32(len(d.entries))
	if err := f.Settle(store); err != nil {
		return err
	}
	return b.save(&f.Inode)
}

// shelf is where a file that is built gets its blocks: close to its inode.
type shelf struct {
	b   *Builder
	ino uint64
}

func (s shelf) ReadBlocks(uint64, int) ([]byte, error) { panic("disk: what is built is not read") }
func (s shelf) FreeBlocks(uint64, uint64) error        { panic("disk: what is built is not cut") }

func (s shelf) WriteBlocks(lba uint64, b []byte) error {
	for ; len(b) > 0; b = b[BlockSize:] {
		if err := s.b.d.WriteBlock(lba, b[:BlockSize]); err != nil {
			return err
		}
		lba++
	}
	return nil
}

// TakeBlocks looks in the group of `near`, then in the others.
func (s shelf) TakeBlocks(near, count uint64) (lba, n uint64, err error) {
	l := s.b.layout
	home, _, _ := l.Place(s.ino)
	if near != 0 && near < 1+l.Groups*l.GroupBlocks {
		home = l.GroupOf(near)
	}
	for i := range l.Groups {
		g := (home + i) % l.Groups
		base, from := l.Base(g), uint64(0)
		if i == 0 && near > base {
			from = near - base
		}
		at, n := s.b.groups[g].blocks.Run(from, l.Data(g)-base, l.GroupBlocks, count)
		if n == 0 {
			continue
		}
		for i := range n {
			s.b.groups[g].blocks.Set(at + i)
		}
		return base + at, n, nil
	}
	return 0, 0, ErrFull
}
