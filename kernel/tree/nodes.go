package tree

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// fine is no errno: it went well.
const fine = errno.Errno(255)

// node is a file, a directory or a symbolic link. Links counts its names.
type node struct {
	kind     file.Kind
	attr     file.Attr // but for the size
	data     []byte    // of a file
	target   string    // of a link
	names    map[string]*entry
	order    []*entry // by serial
	serial   uint64
	users    int                       // that have it open
	device   func(count uint32) []byte // what a device reads as
	own      bool                      // the kernel's: nobody outside has put it there
	asPlaced bool                      // nothing has changed it since it was put there
}

// entry is a name. Its serial is its cookie: it grows with each entry that comes, so that a listing goes on where it was.
type entry struct {
	name   string
	node   *node
	serial uint64
}

// What a node without content counts for, and each of its names, in bytes.
const (
	nodeRoom = 256
	nameRoom = 256
)

// Files is all nodes. Those without a name stay as long as somebody has them open.
type Files struct {
	now     func() uint64
	room    uint64 // bytes that are left
	size    uint64 // bytes there are
	nodes   map[uint64]*node
	last    uint64 // the newest inode
	changes uint64
	root    *node
}

func (s *Files) make(kind file.Kind) *node {
	s.room -= nodeRoom
	s.last++
	t := s.now()
	n := &node{kind: kind, attr: file.Attr{Ino: s.last, Atime: t, Mtime: t, Ctime: t, Mode: 0o644}}
	if kind == file.KindDirectory {
		n.attr.Mode, n.names = 0o755, map[string]*entry{}
	}
	s.nodes[s.last] = n
	return n
}

// drop forgets a node that has no name and that nobody has open.
func (s *Files) drop(n *node) {
	if n.attr.Links == 0 && n.users == 0 {
		delete(s.nodes, n.attr.Ino)
		s.room += nodeRoom + uint64(cap(n.data)+len(n.target))
	}
}

func (n *node) stat() file.Attr {
	a := n.attr
	a.Size = uint64(len(n.data) + len(n.target))
	return a
}

// setTimes sets what is not all ones.
func (s *Files) setTimes(n *node, atime, mtime uint64) {
	if atime != ^uint64(0) {
		n.attr.Atime = atime
	}
	if mtime != ^uint64(0) {
		n.attr.Mtime = mtime
	}
	n.attr.Ctime, n.asPlaced = s.now(), false
	s.changes++
}

func (s *Files) touch(n *node) {
	t := s.now()
	n.asPlaced = false
	s.changes++
	n.attr.Mtime, n.attr.Ctime = t, t
}

// open finds what a name means, or makes a file of it.
func (s *Files) open(d *node, name string, how dir.How) (*node, errno.Errno) {
	creates := how == dir.HowCreate || how == dir.HowExclusive
	n, why := d.lookup(name)
	switch {
	case why == errno.ErrnoNoEnt && creates:
		return s.create(d, name, file.KindRegular, "")
	case why != fine:
		return nil, why
	case how == dir.HowExclusive:
		return nil, errno.ErrnoExist
	case n.kind == file.KindSymlink:
		return nil, errno.ErrnoLoop
	case how == dir.HowDirectory && n.kind != file.KindDirectory:
		return nil, errno.ErrnoNotDir
	case how == dir.HowCreate && n.kind == file.KindDirectory:
		return nil, errno.ErrnoIsDir
	}
	return n, fine
}

// lookup finds what a name means; a directory is in itself under the name of ".".
func (d *node) lookup(name string) (*node, errno.Errno) {
	switch e := d.names[name]; {
	case e != nil:
		return e.node, fine
	case name == ".":
		return d, fine
	case len(name) > dir.NameMost:
		return nil, errno.ErrnoNameTooLong
	}
	return nil, errno.ErrnoNoEnt
}

// fresh refuses a name that is taken or that no entry may have.
func (d *node) fresh(name string) errno.Errno {
	switch {
	case len(name) > dir.NameMost:
		return errno.ErrnoNameTooLong
	case name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00"):
		return errno.ErrnoInval
	case d.names[name] != nil:
		return errno.ErrnoExist
	case d.attr.Links == 0:
		return errno.ErrnoNoEnt
	}
	return fine
}

func (s *Files) create(d *node, name string, kind file.Kind, target string) (*node, errno.Errno) {
	if why := d.fresh(name); why != fine {
		return nil, why
	}
	if s.room < nodeRoom+nameRoom+uint64(len(target)) {
		return nil, errno.ErrnoNoSpc
	}
	n := s.make(kind)
	n.target = target
	s.room -= uint64(len(target))
	s.add(d, name, n)
	return n, fine
}

// add gives a node a name that is fresh. There is room for it, or another name is taken away at once.
func (s *Files) add(d *node, name string, n *node) {
	s.room -= nameRoom
	d.serial++
	e := &entry{name, n, d.serial}
	d.names[name], d.order = e, append(d.order, e)
	n.attr.Links++
	s.touch(d)
}

// take takes a name away.
func (s *Files) take(d *node, e *entry) {
	s.room += nameRoom
	delete(d.names, e.name)
	d.order = slices.DeleteFunc(d.order, func(other *entry) bool { return other == e })
	e.node.attr.Links--
	e.node.attr.Ctime = s.now()
	s.touch(d)
	s.drop(e.node)
}

func (s *Files) link(d *node, name string, ino uint64) errno.Errno {
	n := s.nodes[ino]
	if why := d.fresh(name); why != fine && (why != errno.ErrnoNoEnt || n != nil) {
		return why
	}
	switch {
	case n == nil:
		return errno.ErrnoStale
	case n.attr.Links == 0:
		return errno.ErrnoNoEnt
	case n.kind == file.KindDirectory:
		return errno.ErrnoPerm
	case s.room < nameRoom:
		return errno.ErrnoNoSpc
	}
	s.add(d, name, n)
	return fine
}

// unlink takes a name away if it still means ino (0: whatever it means).
func (s *Files) unlink(d *node, name string, ino uint64) errno.Errno {
	e := d.names[name]
	if e == nil || ino != 0 && e.node.attr.Ino != ino {
		return errno.ErrnoNoEnt
	}
	if why := e.node.removable(); why != fine {
		return why
	}
	s.take(d, e)
	return fine
}

// removable refuses the last name of a directory that has something in it.
func (n *node) removable() errno.Errno {
	if n.kind == file.KindDirectory && n.attr.Links == 1 && len(n.names) > 0 {
		return errno.ErrnoNotEmpty
	}
	return fine
}

// release is the second half of a rename into another directory.
func (s *Files) release(d *node, name string, ino uint64) errno.Errno {
	if ino == 0 {
		return errno.ErrnoNoEnt
	}
	return s.unlink(d, name, ino)
}

// adopt is the first half of a rename into this directory.
func (s *Files) adopt(d *node, name string, ino uint64) errno.Errno {
	n, old := s.nodes[ino], d.names[name]
	switch {
	case n == nil:
		return errno.ErrnoStale
	case d.below(n):
		return errno.ErrnoInval
	case old == nil:
		why := d.fresh(name)
		if why == fine && n.attr.Links == 0 {
			why = errno.ErrnoNoEnt
		}
		if why == fine && s.room < nameRoom {
			why = errno.ErrnoNoSpc
		}
		if why == fine {
			s.add(d, name, n)
		}
		return why
	case n.attr.Links == 0:
		return errno.ErrnoNoEnt
	case old.node == n:
		n.attr.Ctime = s.now()
		return fine
	}
	return s.replace(d, old, n)
}

// below says whether d is n, or lies somewhere in it.
func (d *node) below(n *node) bool {
	return d == n || slices.ContainsFunc(n.order, func(e *entry) bool { return d.below(e.node) })
}

// replace gives a name that means something else to n.
func (s *Files) replace(d *node, old *entry, n *node) errno.Errno {
	switch was, is := old.node.kind == file.KindDirectory, n.kind == file.KindDirectory; {
	case was && !is:
		return errno.ErrnoIsDir
	case !was && is:
		return errno.ErrnoNotDir
	}
	if why := old.node.removable(); why != fine {
		return why
	}
	s.take(d, old)
	s.add(d, old.name, n)
	return fine
}

// rename gives what one name means another name, within one directory.
func (s *Files) rename(d *node, from, to string) errno.Errno {
	e, old := d.names[from], d.names[to]
	switch {
	case e == nil:
		return errno.ErrnoNoEnt
	case old == nil:
		if why := d.fresh(to); why != fine {
			return why
		}
		s.add(d, to, e.node)
	case old.node == e.node:
		return fine
	default:
		if why := s.replace(d, old, e.node); why != fine {
			return why
		}
	}
	s.take(d, e)
	return fine
}

// list is the entries from a cookie on, as protocols/dir has them, as many as have room in most bytes; and the cookie of the next.
func (d *node) list(b []byte, cookie uint64, most int) ([]byte, uint64) {
	at, _ := slices.BinarySearchFunc(d.order, cookie, func(e *entry, cookie uint64) int { return cmp.Compare(e.serial, cookie) })
	for _, e := range d.order[at:] {
		if len(b)+19+len(e.name) > most {
			break
		}
		cookie = e.serial + 1
		b = binary.LittleEndian.AppendUint64(b, cookie)
		b = binary.LittleEndian.AppendUint64(b, e.node.attr.Ino)
		b = append(b, byte(e.node.kind))
		b = binary.LittleEndian.AppendUint16(b, uint16(len(e.name)))
		b = append(b, e.name...)
	}
	return b, cookie
}

// read is what lies from an offset on.
func (n *node) read(offset uint64, count uint32) []byte {
	if n.device != nil {
		return n.device(count)
	}
	from := min(offset, uint64(len(n.data)))
	return n.data[from:min(from+uint64(count), uint64(len(n.data)))]
}

func (s *Files) write(n *node, offset uint64, b []byte) errno.Errno {
	if n.device != nil {
		return fine
	}
	if offset > s.size {
		return errno.ErrnoFBig
	}
	if len(b) == 0 {
		return fine
	}
	if end := offset + uint64(len(b)); end > uint64(len(n.data)) {
		if why := s.resize(n, end); why != fine {
			return why
		}
	}
	copy(n.data[offset:], b)
	s.touch(n)
	return fine
}

func (s *Files) truncate(n *node, size uint64) errno.Errno {
	if n.device != nil {
		return fine
	}
	if size > s.size {
		return errno.ErrnoFBig
	}
	why := s.resize(n, size)
	if why == fine {
		s.touch(n)
	}
	return why
}

// resize makes a file longer, by zeros, or shorter. What it takes is what is allocated for it.
func (s *Files) resize(n *node, size uint64) errno.Errno {
	if old := uint64(len(n.data)); size <= old {
		clear(n.data[size:])
		n.data = n.data[:size]
		if had := uint64(cap(n.data)); size <= had/2 {
			n.data = bytes.Clone(n.data)
			s.room += had - uint64(cap(n.data))
		}
		return fine
	}
	had := uint64(cap(n.data))
	if size > had {
		want := max(size, min(2*had, had+1<<20))
		if want-had > s.room {
			want = size
		}
		if want-had > s.room {
			return errno.ErrnoNoSpc
		}
		grown := make([]byte, len(n.data), want)
		copy(grown, n.data)
		n.data = grown
		s.room -= uint64(cap(grown)) - had
	}
	n.data = n.data[:size]
	return fine
}
