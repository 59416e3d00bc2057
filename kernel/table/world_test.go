package table_test

import (
	"bytes"
	"context"
	"testing"

	groups "github.com/protoc-os/protoc-os/kernel/cg"
	"github.com/protoc-os/protoc-os/kernel/channel"
	directories "github.com/protoc-os/protoc-os/kernel/directory"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/kernel/ram"
	server "github.com/protoc-os/protoc-os/kernel/table"
	files "github.com/protoc-os/protoc-os/kernel/vnode"
	"github.com/protoc-os/protoc-os/protocols/block"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/vnode"
)

// world is a file system of real components on a disk in memory, and an ordinary goroutine that uses it.
type world struct {
	t      *testing.T
	rt     *channel.Runtime
	image  *ram.Image
	layout disk.Layout
	table  channel.Cell[vnode.TableClientRest]
	stop   context.CancelFunc
	done   chan error
}

// format makes a disk with an empty file system.
func format(t *testing.T, blocks, groups uint64) (*ram.Image, disk.Layout) {
	t.Helper()
	image := ram.NewImage(blocks)
	layout, err := disk.NewLayout(blocks, groups)
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Format(image, layout, 1); err != nil {
		t.Fatal(err)
	}
	return image, layout
}

// boot starts the components on a disk, with room for so many vnodes.
func boot(t *testing.T, image *ram.Image, layout disk.Layout, cores, places int) *world {
	t.Helper()
	w := &world{t: t, rt: channel.New(channel.Config{Cores: cores, Outside: true}), image: image, layout: layout, done: make(chan error, 1)}
	now := func() uint64 { return 42 }
	n := int(layout.Groups)
	given := vnode.VnodeTableGiven{Stretches: n, Places: places, Users: 8, Visitors: 8, Wakes: 2, Groups: make([]channel.End, n)}
	device := block.RamGiven{Openers: 1, Wires: n, Users: places, Ports: make([]channel.End, 1), Wired: make([]channel.End, n)}
	given.Disks, device.Ports[0] = block.NewPort(w.rt)
	var client channel.End
	client, given.First = vnode.NewTable(w.rt)
	for g := range n {
		group := cg.CylinderGroupGiven{Users: places + 1}
		given.Groups[g], group.Port = cg.NewPort(w.rt)
		group.Disk, device.Wired[g] = block.NewBlock(w.rt)
		cg.StartCylinderGroup(w.rt, channel.Options{Name: channel.Indexed("group", g)}, group, groups.Group(uint64(g), now)).Discard()
	}
	block.StartRam(w.rt, channel.Options{Name: "disk"}, device, ram.Disk(image)).Discard()
	vnode.StartVnodeTable(w.rt, channel.Options{Name: "table"}, given, server.Table(server.Config{
		File:      func(ino uint64) vnode.VnodeFunc { return files.Vnode(layout, now, ino, 8) },
		Directory: func(ino uint64) vnode.DirectoryFunc { return directories.Directory(layout, now, ino, 8) },
		Places:    places,
	})).Discard()
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	w.table.Put(vnode.OpenTableClient(ctx, w.rt, client))
	go func() { w.done <- w.rt.Run(ctx) }()
	return w
}

// halt stores everything, stops all components and says what they say.
func (w *world) halt() error {
	w.t.Helper()
	s, err := w.table.Take().Settle()
	if err != nil {
		w.t.Fatal(err)
	}
	m, err := s.Receive()
	if err != nil {
		w.t.Fatal(err)
	}
	w.table.Put(m.Next)
	w.stop()
	return <-w.done
}

// check says what is wrong with the disk.
func (w *world) check() {
	w.t.Helper()
	for _, finding := range disk.Check(w.image) {
		w.t.Errorf("fsck: %s", finding)
	}
}

// folder is an open directory, handle an open file.
type folder struct {
	w *world
	channel.Cell[dir.DirClientRest]
}

type handle struct {
	w *world
	channel.Cell[file.FileClientRest]
}

func (w *world) must(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatal(err)
	}
}

func (w *world) handle(s file.FileClientRest, _ dir.OpeningOpenerEnd) *handle {
	h := &handle{w: w}
	h.Put(s)
	return h
}

func (w *world) folder(s dir.DirClientRest, _ dir.OpeningOpenerEnd) *folder {
	d := &folder{w: w}
	d.Put(s)
	return d
}

// answer waits for what was opened.
func (w *world) answer(end channel.End) (*folder, *handle, errno.Errno) {
	w.t.Helper()
	s := dir.OpenOpeningOpener(context.Background(), w.rt, end)
	o, err := s.Receive()
	w.must(err)
	switch m := o.(type) {
	case *dir.OpeningOpenerOpened:
		return nil, w.handle(m.Opened, m.Next), fine
	case *dir.OpeningOpenerOpenedDir:
		return w.folder(m.Opened, m.Next), nil, fine
	case *dir.OpeningOpenerFailed:
		return nil, nil, m.Err
	}
	panic("an option that is not declared")
}

func (w *world) root() *folder {
	w.t.Helper()
	opener, giver := dir.NewOpening(w.rt)
	next, err := w.table.Take().Get(disk.Root, true, dir.OpenOpeningGiver(context.Background(), w.rt, giver))
	w.must(err)
	w.table.Put(next)
	d, _, why := w.answer(opener)
	if d == nil {
		w.t.Fatalf("the root cannot be opened: %v", why)
	}
	return d
}

func (d *folder) open(name string, how dir.How) (*folder, *handle, errno.Errno) {
	d.w.t.Helper()
	opener, giver := dir.NewOpening(d.w.rt)
	next, err := d.Take().Open(name, how, dir.OpenOpeningGiver(context.Background(), d.w.rt, giver))
	d.w.must(err)
	d.Put(next)
	return d.w.answer(opener)
}

func (d *folder) close() {
	_, err := d.Take().Close()
	d.w.must(err)
}

func (h *handle) close() {
	_, err := h.Take().Close()
	h.w.must(err)
}

func (h *handle) read(offset uint64, n uint32) ([]byte, errno.Errno) {
	h.w.t.Helper()
	asked, err := h.Take().Read(offset, n)
	h.w.must(err)
	m, err := asked.Receive()
	h.w.must(err)
	switch m := m.(type) {
	case *file.FileClientData:
		h.Put(m.Next)
		return bytes.Clone(m.Buf), fine
	case *file.FileClientFailed:
		h.Put(m.Next)
		return nil, m.Err
	}
	panic("an option that is not declared")
}

func (h *handle) write(offset uint64, b []byte) (uint32, errno.Errno) {
	h.w.t.Helper()
	asked, err := h.Take().Write(offset, b)
	h.w.must(err)
	m, err := asked.Receive()
	h.w.must(err)
	switch m := m.(type) {
	case *file.FileClientWritten:
		h.Put(m.Next)
		return m.Count, fine
	case *file.FileClientFailed:
		h.Put(m.Next)
		return 0, m.Err
	}
	panic("an option that is not declared")
}

func (h *handle) stat() (file.Kind, file.Attr) {
	h.w.t.Helper()
	asked, err := h.Take().Stat()
	h.w.must(err)
	m, err := asked.Receive()
	h.w.must(err)
	h.Put(m.Next)
	return m.Kind, m.Attr
}
