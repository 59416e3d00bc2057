package disk

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// Put puts what there is at a path, as Walk visits it: a directory before what is in it, the root first. Times and modes are kept. Of a file that has
// several names the first puts its content, and returns an inode; those that follow give that inode as same (0: it is new).
func (b *Builder) Put(at string, kind file.Kind, attr file.Attr, data []byte, same uint64) (ino uint64, err error) {
	names := strings.Split(strings.Trim(path.Clean("/"+at), "/"), "/")
	in, last := b.root, names[len(names)-1]
	for _, name := range names[:len(names)-1] {
		if in = in.below[name]; in == nil {
			return 0, fmt.Errorf("%s: %s is no directory that was put", at, name)
		}
	}
	times := func(n *cg.Inode) {
		n.Mode, n.Atime, n.Mtime, n.Ctime = attr.Mode, attr.Atime, attr.Mtime, attr.Ctime
	}
	switch {
	case last == "":
		times(&b.root.inode)
		return Root, nil
	case same != 0:
		return same, b.link(in, last, same)
	case kind == file.KindDirectory:
		d, err := b.makeDir(in, last, attr.Mode)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", at, err)
		}
		times(&d.inode)
		return d.inode.Ino, nil
	}
	home, _, _ := b.layout.Place(in.inode.Ino)
	n, err := b.enter(in, last, home, kind)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", at, err)
	}
	times(&n)
	f := File{Inode: n}
	if err := b.fill(&f, bytes.NewReader(data)); err != nil {
		return 0, fmt.Errorf("%s: %w", at, err)
	}
	return n.Ino, b.save(&f.Inode)
}

// link gives an inode that was put one more name.
func (b *Builder) link(in *folder, name string, ino uint64) error {
	group, place, ok := b.layout.Place(ino)
	lba, offset := b.layout.InodeBlock(group, place)
	table := b.tables[lba]
	if !ok || table == nil {
		return fmt.Errorf("%s: inode %d was not put", name, ino)
	}
	n, taken, err := GetInode(table[offset:], b.layout, group, place)
	switch {
	case err != nil:
		return err
	case !taken || n.Ino != ino:
		return fmt.Errorf("%s: inode %d was not put", name, ino)
	case in.taken[name]:
		return fmt.Errorf("%s is there already", name)
	}
	if in.taken == nil {
		in.taken = map[string]bool{}
	}
	in.taken[name] = true
	in.entries = append(in.entries, Entry{ino, n.Kind, name})
	n.Links++
	return b.save(&n)
}
