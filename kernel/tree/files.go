package tree

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// ErrRoom says that files are larger than the room there is for them.
var ErrRoom = errors.New("there is no room for it")

// New makes files for a tree: a root with nothing in it, and so many bytes of room for files and directories. now tells nanoseconds since 1970.
func New(size uint64, now func() uint64) *Files {
	s := &Files{now: now, room: size, size: size, nodes: map[uint64]*node{}, last: disk.Root - 1}
	s.root = s.make(file.KindDirectory)
	s.root.attr.Links = 1
	return s
}

// Room is how many bytes are left.
func (s *Files) Room() uint64 { return s.room }

// Changes counts what was changed so far.
func (s *Files) Changes() uint64 { return s.changes }

// Node is a file, a directory or a symbolic link, as those outside see it.
type Node struct {
	Kind     file.Kind
	Attr     file.Attr
	Data     []byte // of a file
	Target   string // of a link
	AsPlaced bool   // it is as Place has put it there
}

// Place puts a node at a path whose names are separated by slashes, and returns it as it is there. Directories on the way are made; one that is there
// already stays, but for its times. Nothing else may be there. It is for before a kernel boots.
func (s *Files) Place(at string, n Node) (Node, error) {
	d, name := s.root, ""
	for part := range strings.SplitSeq(strings.Trim(path.Clean("/"+at), "/"), "/") {
		if name != "" {
			var err error
			if d, err = s.folder(d, name); err != nil {
				return Node{}, fmt.Errorf("%s: %w", at, err)
			}
		}
		name = part
	}
	made, err, attr := d, error(nil), d.attr
	switch {
	case n.Kind == file.KindDirectory && name != "":
		made, err = s.folder(d, name)
	case n.Kind != file.KindDirectory:
		made, err = s.put(d, name, n)
	}
	if err != nil {
		return Node{}, fmt.Errorf("%s: %w", at, err)
	}
	d.attr = attr // what is put into a directory before the boot is no change of it
	made.attr.Mtime, made.attr.Atime, made.attr.Ctime, made.asPlaced = n.Attr.Mtime, n.Attr.Atime, n.Attr.Ctime, true
	if n.Attr.Mode != 0 {
		made.attr.Mode = n.Attr.Mode
	}
	return made.outside(), nil
}

// Name gives the file or link of an inode that is there one more name, at a path whose directory is there.
func (s *Files) Name(at string, ino uint64) error {
	d, why := s.root, fine
	for part := range strings.SplitSeq(strings.Trim(path.Dir(path.Clean("/"+at)), "/"), "/") {
		if part != "" && why == fine {
			d, why = d.lookup(part)
		}
	}
	if why == fine {
		attr := d.attr
		why = s.link(d, path.Base(at), ino)
		d.attr = attr
	}
	if why != fine {
		return fmt.Errorf("%s: %w", at, refused(why))
	}
	return nil
}

// folder is the directory of a name, which is made if there is none.
func (s *Files) folder(d *node, name string) (*node, error) {
	n, why := d.lookup(name)
	if why != fine {
		if n, why = s.create(d, name, file.KindDirectory, ""); why != fine {
			return nil, refused(why)
		}
	}
	if n.kind != file.KindDirectory {
		return nil, errors.New("there is a file of this name")
	}
	return n, nil
}

func (s *Files) put(d *node, name string, n Node) (*node, error) {
	made, why := s.create(d, name, n.Kind, n.Target)
	if why == fine {
		why = s.write(made, 0, n.Data)
	}
	if why != fine {
		return nil, refused(why)
	}
	return made, nil
}

// Walk visits what is below a path, and what is there itself, each directory before its content and names in their order, but for the kernel's own. An error of visit ends it. It is for
// after a kernel has stopped.
func (s *Files) Walk(top string, visit func(at string, n Node) error) error {
	n := s.root
	top = strings.Trim(path.Clean("/"+top), "/")
	for part := range strings.SplitSeq(top, "/") {
		next, why := n.lookup(cmp.Or(part, "."))
		if why != fine || n.kind != file.KindDirectory {
			return nil
		}
		n = next
	}
	return n.walk(cmp.Or(top, "."), visit)
}

func (n *node) walk(at string, visit func(at string, n Node) error) error {
	if n.own {
		return nil
	}
	if err := visit(at, n.outside()); err != nil {
		return err
	}
	list := slices.SortedFunc(slices.Values(n.order), func(a, b *entry) int { return strings.Compare(a.name, b.name) })
	for _, e := range list {
		if err := e.node.walk(path.Join(at, e.name), visit); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) outside() Node {
	return Node{Kind: n.kind, Attr: n.stat(), Data: n.data, Target: n.target, AsPlaced: n.asPlaced}
}

func refused(why errno.Errno) error {
	switch why {
	case errno.ErrnoNoSpc, errno.ErrnoFBig:
		return ErrRoom
	case errno.ErrnoExist:
		return errors.New("something of this name is there already")
	case errno.ErrnoNameTooLong:
		return fmt.Errorf("a name has at most %d bytes", dir.NameMost)
	}
	return fmt.Errorf("no file can have this name (%v)", why)
}
