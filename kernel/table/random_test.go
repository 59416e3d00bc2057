package table_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// node is what the model of a file system knows of a file or a directory.
type node struct {
	names map[string]*node // nil: a file
	data  []byte
}

// opened is a file that is open, whether it has a name or not.
type opened struct {
	*handle
	node *node
}

// Whatever is done to a tree of files, with fewer places for vnodes than there are files: each answer is that of a plain tree in memory, and after a
// shutdown the disk is in order and holds that tree.
func TestRandom(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			image, layout := format(t, 1024, 1+seed%3)
			root := &node{names: map[string]*node{}}
			for range 2 {
				w := boot(t, image, layout, 1+int(seed%2), 5)
				m := &mirror{world: w, r: r, root: root}
				for range 150 {
					m.step()
				}
				for _, f := range m.files {
					f.close()
				}
				m.compare(w.root(), root, "")
				w.halt()
				w.check()
				if t.Failed() {
					return
				}
			}
		})
	}
}

// mirror does the same to a file system and to its model.
type mirror struct {
	*world
	r     *rand.Rand
	root  *node
	files []opened
}

// step does one thing in a directory: the root or one below it.
func (m *mirror) step() {
	d, n := m.world.root(), m.root
	name := func() string { return string(rune('a' + m.r.IntN(6))) }
	if below := name(); m.r.IntN(2) == 0 && n.names[below] != nil && n.names[below].names != nil {
		deeper, _, why := d.open(below, dir.HowDirectory)
		d.close()
		if deeper == nil {
			m.t.Fatalf("directory %s: %v", below, why)
		}
		d, n = deeper, n.names[below]
	}
	defer d.close()
	a, b := name(), name()
	switch m.r.IntN(8) {
	case 0, 1:
		m.open(d, n, a)
	case 2:
		m.same("mkdir "+a, d.makeDir(a), n.names[a] == nil)
		if n.names[a] == nil {
			n.names[a] = &node{names: map[string]*node{}}
		}
	case 3:
		was := n.names[a]
		m.same("unlink "+a, d.unlink(a), was != nil && len(was.names) == 0)
		if was != nil && len(was.names) == 0 {
			delete(n.names, a)
		}
	case 4:
		from, to := n.names[a], n.names[b]
		fits := from != nil && (to == nil || from == to || (from.names == nil) == (to.names == nil) && len(to.names) == 0)
		m.same("rename "+a+" "+b, d.rename(a, b), fits)
		if fits && from != to {
			n.names[b] = from
			delete(n.names, a)
		}
	default:
		m.use()
	}
}

// same compares what was heard with whether it should have gone well.
func (m *mirror) same(what string, why errno.Errno, well bool) {
	m.t.Helper()
	if (why == fine) != well {
		m.t.Fatalf("%s: %v; it should go well: %v", what, why, well)
	}
}

// open opens a file, and makes it if there is none.
func (m *mirror) open(d *folder, n *node, name string) {
	if len(m.files) == 3 {
		m.files[0].close()
		m.files = slices.Delete(m.files, 0, 1)
	}
	was := n.names[name]
	_, f, why := d.open(name, dir.HowCreate)
	m.same("open "+name, why, was == nil || was.names == nil)
	if f == nil {
		return
	}
	if was == nil {
		was = &node{}
		n.names[name] = was
	}
	m.files = append(m.files, opened{f, was})
}

// use reads, writes or cuts an open file.
func (m *mirror) use() {
	if len(m.files) == 0 {
		return
	}
	f := m.files[m.r.IntN(len(m.files))]
	at := m.r.IntN(30000)
	switch m.r.IntN(4) {
	case 0:
		f.compare()
	case 1:
		m.same("truncate", f.truncate(uint64(at)), true)
		f.node.data = append(f.node.data, make([]byte, max(0, at-len(f.node.data)))...)[:at]
	default:
		b := make([]byte, 1+m.r.IntN(10000))
		for i := range b {
			b[i] = byte(m.r.Uint32())
		}
		n, why := f.write(uint64(at), b)
		m.same("write", why, true)
		if int(n) != len(b) {
			m.t.Fatalf("%d bytes of %d were written", n, len(b))
		}
		f.node.data = append(f.node.data, make([]byte, max(0, at+len(b)-len(f.node.data)))...)
		copy(f.node.data[at:], b)
	}
}

func (f opened) compare() {
	f.w.t.Helper()
	got, why := f.read(0, file.Most)
	if why != fine || !bytes.Equal(got, f.node.data) {
		f.w.t.Fatalf("%d bytes are read (%v), %d were written", len(got), why, len(f.node.data))
	}
	if kind, attr := f.stat(); kind != file.KindRegular || attr.Size != uint64(len(f.node.data)) {
		f.w.t.Fatalf("kind %v, size %d of %d", kind, attr.Size, len(f.node.data))
	}
}

// compare holds a whole directory against its model, and closes it.
func (m *mirror) compare(d *folder, n *node, path string) {
	m.t.Helper()
	var want []string
	for name := range n.names {
		want = append(want, name)
	}
	slices.Sort(want)
	if got := d.list(); !slices.Equal(got, want) {
		m.t.Fatalf("%s/ has %q, and should have %q", path, got, want)
	}
	for _, name := range want {
		deeper, f, why := d.open(name, dir.HowExisting)
		switch {
		case deeper != nil && n.names[name].names != nil:
			m.compare(deeper, n.names[name], path+"/"+name)
		case f != nil && n.names[name].names == nil:
			opened{f, n.names[name]}.compare()
			f.close()
		default:
			m.t.Fatalf("%s/%s: %v", path, name, why)
		}
	}
	d.close()
}

// done is the answer to what has no other answer than yes or no.
func (d *folder) done(m any, err error) errno.Errno {
	d.w.t.Helper()
	d.w.must(err)
	switch m := m.(type) {
	case *dir.DirClientDone:
		d.Put(m.Next)
		return fine
	case *dir.DirClientFailed:
		d.Put(m.Next)
		return m.Err
	}
	panic("an option that is not declared")
}

func (d *folder) makeDir(name string) errno.Errno {
	s, err := d.Take().MakeDir(name)
	d.w.must(err)
	m, err := s.Receive()
	return d.done(m, err)
}

func (d *folder) unlink(name string) errno.Errno {
	s, err := d.Take().Unlink(name, 0)
	d.w.must(err)
	m, err := s.Receive()
	return d.done(m, err)
}

func (d *folder) rename(old, name string) errno.Errno {
	s, err := d.Take().Rename(old, name)
	d.w.must(err)
	m, err := s.Receive()
	return d.done(m, err)
}

// list are all names, sorted.
func (d *folder) list() (names []string) {
	d.w.t.Helper()
	for cookie := uint64(0); ; {
		s, err := d.Take().List(cookie)
		d.w.must(err)
		m, err := s.Receive()
		d.w.must(err)
		e, ok := m.(*dir.DirClientEntries)
		if !ok {
			d.w.t.Fatal("the directory cannot be listed")
		}
		for b := e.Buf; len(b) > 0; {
			n := int(binary.LittleEndian.Uint16(b[17:]))
			names = append(names, string(b[19:19+n]))
			b = b[19+n:]
		}
		cookie = e.NextField
		over := len(e.Buf) == 0
		d.Put(e.Next)
		if over {
			slices.Sort(names)
			return names
		}
	}
}

func (h *handle) truncate(size uint64) errno.Errno {
	s, err := h.Take().Truncate(size)
	h.w.must(err)
	m, err := s.Receive()
	h.w.must(err)
	switch m := m.(type) {
	case *file.FileClientDone:
		h.Put(m.Next)
		return fine
	case *file.FileClientFailed:
		h.Put(m.Next)
		return m.Err
	}
	panic("an option that is not declared")
}
