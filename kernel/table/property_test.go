package table_test

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	fuzz "github.com/google/gofuzz"

	groups "github.com/protoc-os/protoc-os/kernel/cg"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	directories "github.com/protoc-os/protoc-os/kernel/directory"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/kernel/ram"
	server "github.com/protoc-os/protoc-os/kernel/table"
	"github.com/protoc-os/protoc-os/kernel/tree"
	files "github.com/protoc-os/protoc-os/kernel/vnode"
	"github.com/protoc-os/protoc-os/protocols/block"
	booting "github.com/protoc-os/protoc-os/protocols/boot"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/vnode"
	"github.com/protoc-os/protoc-os/protocols/wake"
)

// Start is a whole file system on a disk in memory, with room for fewer vnodes than there may be files. Whoever opens, reads, writes, links and
// renames, in whatever order: all answers are those of a plain tree in memory. When nobody has anything open and all was stored, the disk is in order.
func Start(w *channeltest.World) {
	known, removed := start(w, 256, 8)
	against(w, known, removed)
}

// inMemory is the file system that does without a disk, and in one component.
func inMemory(w *channeltest.World) {
	startTree(w, 1<<20)
	known, removed := peers(w)
	against(w, known, removed)
}

// cramped is the same with hardly any memory.
func cramped(w *channeltest.World) {
	startTree(w, 12000)
	peers(w)
}

func startTree(w *channeltest.World, room uint64) {
	limits := channel.NewLimits(channel.Limit{Of: "protocols/file.File", Most: 12}, channel.Limit{Of: "protocols/dir.Dir", Most: 12})
	given := booting.TreeGiven{Opens: 12, Files: 12, Wakes: 2, User: w.End(&vnode.Table, "table")}
	booting.StartTree(w.Runtime, channel.Options{Name: "tree", Limits: limits}, given, tree.Server(tree.New(room, func() uint64 { return 42 }))).Discard()
}

// against holds all answers against the model.
func against(w *channeltest.World, known *[]uint64, removed *bool) {
	guessed := false // an inode that nobody has heard of, as a script that was made shorter does: the model does not know it either
	heard := func(ino uint64) error {
		guessed = guessed || !slices.Contains(*known, ino)
		return nil
	}
	channeltest.On(w, func(_ channeltest.Seen, m *dir.DirLinkPayload) error { return heard(m.Ino) })
	channeltest.On(w, func(_ channeltest.Seen, m *dir.DirAdoptPayload) error { return heard(m.Ino) })
	channeltest.On(w, func(_ channeltest.Seen, m *dir.DirReleasePayload) error { return heard(m.Ino) })
	channeltest.Against(w, channeltest.Model[plain]{
		Protocols: []*channel.Protocol{&vnode.Table, &dir.Dir, &file.File},
		Of: func(c channeltest.Call) bool {
			return !slices.Contains([]string{"Close", "Watch", "Sync", "SetTimes", "Settle", "Forget", "Detach"}, c.Request.Label)
		},
		Init: func() plain { return plain{nodes: []inode{{kind: file.KindDirectory, links: 1, ino: disk.Root}}} },
		Step: func(t plain, c channeltest.Call) (plain, bool) {
			if guessed {
				return t, true
			}
			return t.step(c, *removed)
		},
	})
}

// crowded has too little of everything: whoever asks hears so, and the disk stays in order.
func crowded(w *channeltest.World) {
	start(w, 13, 2, channel.Limit{Of: "protocols/file.File", Most: 1}, channel.Limit{Of: "protocols/dir.Dir", Most: 3})
}

// start starts the components on a disk of so many blocks, with so many users of a file at most. It tells which inodes were heard of, and
// whether somebody has taken a name away.
func start(w *channeltest.World, blocks uint64, most int, bounds ...channel.Limit) (inodes *[]uint64, removes *bool) {
	const places = 3
	var limits *channel.Limits
	if len(bounds) > 0 {
		limits = channel.NewLimits(bounds...)
	}
	image := ram.NewImage(blocks)
	layout, err := disk.NewLayout(blocks, 2)
	if err == nil {
		err = disk.Format(image, layout, 1)
	}
	if err != nil {
		panic(err)
	}
	now := func() uint64 { return 42 }
	given := vnode.VnodeTableGiven{Stretches: 2, Places: places, Users: most, Visitors: most, Wakes: 2, Groups: make([]channel.End, 2)}
	device := block.RamGiven{Openers: 1, Wires: 2, Users: places, Ports: make([]channel.End, 1), Wired: make([]channel.End, 2)}
	given.First = w.End(&vnode.Table, "table")
	given.Disks, device.Ports[0] = block.NewPort(w.Runtime)
	for g := range 2 {
		group := cg.CylinderGroupGiven{Users: places + 1}
		given.Groups[g], group.Port = cg.NewPort(w.Runtime)
		group.Disk, device.Wired[g] = block.NewBlock(w.Runtime)
		cg.StartCylinderGroup(w.Runtime, channel.Options{Name: channel.Indexed("group", g)}, group, groups.Group(uint64(g), now)).Discard()
	}
	block.StartRam(w.Runtime, channel.Options{Name: "disk"}, device, ram.Disk(image)).Discard()
	vnode.StartVnodeTable(w.Runtime, channel.Options{Name: "table", Limits: limits}, given, server.Table(server.Config{
		File:      func(ino uint64) vnode.VnodeFunc { return files.Vnode(layout, now, ino, most) },
		Directory: func(ino uint64) vnode.DirectoryFunc { return directories.Directory(layout, now, ino, most) },
		Places:    places,
	})).Discard()
	known, removed := peers(w)
	w.Survives(&vnode.Table)

	// The disk is looked at when all is stored that was done.
	stored := false
	open := map[*channeltest.Session]bool{}
	for _, p := range []*channel.Protocol{&dir.Dir, &file.File} {
		w.OnBorn(p, func(s *channeltest.Session) { stored, open[s] = false, true })
		for _, l := range p.Labels {
			w.OnLabel(p, l.Name, func(channeltest.Seen) error { stored = false; return nil })
		}
	}
	w.OnLabel(&vnode.Table, "Settled", func(channeltest.Seen) error { stored = true; return nil })
	w.Always(func() error {
		for s := range open {
			if s.Ended() {
				delete(open, s)
			}
		}
		if stored && len(open) == 0 {
			return errors.Join(complaints(disk.Check(image))...)
		}
		return nil
	})
	return known, removed
}

// peers are those who use a file system.
func peers(w *channeltest.World) (inodes *[]uint64, removes *bool) {
	w.Survives(&dir.Dir, &dir.Opening, &file.File, &wake.Wake)
	w.Weigh(&vnode.Table, "Detach", 1)
	w.Weigh(&vnode.Table, "Get", 4)
	for i, labels := range []string{"Sync SetTimes Stat Watch List Adopt Release ReadLink Truncate", "MakeDir Symlink Close Write", "Find Unlink Link Rename Read Append", "Open"} {
		for label := range strings.FieldsSeq(labels) {
			w.Weigh(&dir.Dir, label, []int{4, 8, 24, 48}[i])
			w.Weigh(&file.File, label, []int{4, 8, 24, 48}[i])
		}
	}

	known := []uint64{0} // of files
	channeltest.On(w, func(_ channeltest.Seen, m *dir.DirFoundPayload) error {
		if m.Kind != file.KindDirectory {
			known = append(known, m.Ino)
		}
		return nil
	})
	few := func(c fuzz.Continue, n int) int { return int(c.Uint64()>>60) % n }
	ino := func(c fuzz.Continue) uint64 { return known[len(known)-1-few(c, min(len(known), 3))] }
	w.Fuzz(func(v *name, c fuzz.Continue) {
		v.Len = uint32(copy(v.Data[:], []string{"a", "b", "a", "b", "a", "b", "c", "c", "c", "a", "b", "a", "b", "", "..", "a/b"}[few(c, 16)]))
	}, func(m *vnode.TableGetPayload, _ fuzz.Continue) { m.Ino, m.Directory = disk.Root, true },
		func(m *vnode.TableForgetPayload, _ fuzz.Continue) {},
		func(m *dir.DirListPayload, _ fuzz.Continue) {},
		func(m *dir.DirSymlinkPayload, c fuzz.Continue) {
			c.Fuzz(&m.Name)
			m.Target.Len = uint32(copy(m.Target.Data[:], strings.Repeat("to/", few(c, 4))))
		},
		func(m *dir.DirLinkPayload, c fuzz.Continue) { c.Fuzz(&m.Name); m.Ino = ino(c) },
		func(m *dir.DirAdoptPayload, c fuzz.Continue) { c.Fuzz(&m.Name); m.Ino = ino(c) },
		func(m *dir.DirReleasePayload, c fuzz.Continue) { c.Fuzz(&m.Name); m.Ino = ino(c) },
		func(m *dir.DirUnlinkPayload, c fuzz.Continue) { c.Fuzz(&m.Name); m.Ino = 0 },
		func(m *file.FileReadPayload, c fuzz.Continue) { m.Offset, m.Count = place(c), uint32(place(c)) },
		func(m *file.FileTruncatePayload, c fuzz.Continue) { m.Size = place(c) },
		func(m *file.FileWritePayload, c fuzz.Continue) {
			m.Offset = place(c)
			m.Buf.Len = uint32(fill(c, m.Buf.Data[:]))
		},
		func(m *file.FileAppendPayload, c fuzz.Continue) { m.Buf.Len = uint32(fill(c, m.Buf.Data[:])) })

	removed := false
	for _, label := range []string{"Unlink", "Rename", "Adopt", "Release"} {
		w.OnLabel(&dir.Dir, label, func(channeltest.Seen) error { removed = true; return nil })
	}
	return &known, &removed
}

func complaints(findings []string) (list []error) {
	for _, f := range findings {
		list = append(list, errors.New("fsck: "+f))
	}
	return list
}

// fine is no errno: it went well.
const fine = errno.Errno(255)

// name is how a name looks in a queue.
type name = struct {
	Len  uint32
	Data [dir.NameMost]byte
}

// place is an offset or a size at which something may go wrong; fill is some bytes that say where they come from.
func place(c fuzz.Continue) uint64 {
	return []uint64{0, 3, 4095, 4096, 4100, 9000, 8192, 1}[c.Uint64()>>61]
}

func fill(c fuzz.Continue, b []byte) int {
	n := int(place(c))
	mark := byte('a' + c.Uint64()>>60)
	for i := range b[:n] {
		b[i] = mark + byte(i>>10)
	}
	return n
}

// plain is a file system as a plain value: what lies in it, and which session is open on what.
type plain struct {
	nodes []inode
	open  []opening
}

type inode struct {
	kind  file.Kind
	links int
	ino   uint64 // 0: nobody has heard it yet
	data  string // of a file, or where a link leads
	names []entry
}

type entry struct {
	name string
	node int
}

type opening struct {
	session string // over which it was answered
	node    int
}

// step is one request and its answer.
func (t plain) step(c channeltest.Call, removed bool) (plain, bool) {
	t = plain{slices.Clone(t.nodes), t.open}
	lost := c.Reply.Label == ""
	if c.Session.Protocol == &vnode.Table {
		if c.Request.Label != "Get" || c.Reply.Label == "Failed" {
			return t, true
		}
		return t.opened(c, 0), lost || c.Reply.Label == "OpenedDir"
	}
	at := -1
	for _, o := range t.open {
		if o.session == c.Session.Over.Name {
			at = o.node
		}
	}
	if at < 0 {
		return t, false // not opened yet
	}
	if c.Session.Protocol == &file.File {
		return t, t.file(at, c)
	}
	if c.Request.Label == "Open" {
		return t.openName(at, c, removed)
	}
	why, done := t.change(at, c)
	if f, ok := c.Reply.Values.(*dir.DirFailedPayload); ok {
		return t, f.Err == why
	}
	return t, lost || why == fine && done
}

// opened notes what an open has led to.
func (t plain) opened(c channeltest.Call, node int) plain {
	t.open = append(slices.Clone(t.open), opening{c.Made[0].Name, node})
	return t
}

// openName looks a name up, and makes a file of it if that is wanted. There may be no vnode for it then. An open that is overtaken on its way from the
// directory to the vnode, because what the name meant was removed, hears so, even if the name means something else by then.
func (t plain) openName(at int, c channeltest.Call, removed bool) (plain, bool) {
	q := c.Request.Values.(*dir.DirOpenPayload)
	name := text(&q.Name)
	node, why := t.lookup(at, name), fine
	creates := q.How == dir.HowCreate || q.How == dir.HowExclusive
	switch {
	case node < 0 && !creates:
		why = errno.ErrnoNoEnt
	case node < 0:
		if why = t.fresh(at, name); why == fine {
			node = t.make(at, name, inode{kind: file.KindRegular, links: 1})
		}
	case q.How == dir.HowExclusive:
		why = errno.ErrnoExist
	case t.nodes[node].kind == file.KindSymlink:
		why = errno.ErrnoLoop
	case q.How == dir.HowDirectory && t.nodes[node].kind != file.KindDirectory:
		why = errno.ErrnoNotDir
	case q.How == dir.HowCreate && t.nodes[node].kind == file.KindDirectory:
		why = errno.ErrnoIsDir
	}
	switch r := c.Reply.Values.(type) {
	case *dir.OpeningFailedPayload:
		raced := removed && (r.Err == errno.ErrnoStale || r.Err == errno.ErrnoNoEnt)
		return t, r.Err == why || why == fine && (raced || r.Err == errno.ErrnoNFile)
	}
	if why != fine {
		return t, c.Reply.Label == ""
	}
	is := "Opened"
	if t.nodes[node].kind == file.KindDirectory {
		is = "OpenedDir"
	}
	return t.opened(c, node), c.Reply.Label == "" || c.Reply.Label == is
}

func (t plain) lookup(at int, name string) int {
	for _, e := range t.nodes[at].names {
		if e.name == name {
			return e.node
		}
	}
	return -1
}

func (t plain) byIno(ino uint64) int {
	return slices.IndexFunc(t.nodes, func(n inode) bool { return ino != 0 && n.ino == ino })
}

// fresh says why a name cannot be given.
func (t plain) fresh(at int, name string) errno.Errno {
	switch {
	case name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00"):
		return errno.ErrnoInval
	case t.lookup(at, name) >= 0:
		return errno.ErrnoExist
	case t.nodes[at].links == 0:
		return errno.ErrnoNoEnt
	}
	return fine
}

func (t *plain) make(at int, name string, n inode) int {
	t.nodes = append(t.nodes, n)
	t.name(at, name, len(t.nodes)-1)
	return len(t.nodes) - 1
}

// name gives a name its meaning; -1 takes it away.
func (t plain) name(at int, name string, node int) {
	names := slices.DeleteFunc(slices.Clone(t.nodes[at].names), func(e entry) bool { return e.name == name })
	if node >= 0 {
		names = append(names, entry{name, node})
	}
	slices.SortFunc(names, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	t.nodes[at].names = names
}

// hear notes the number of an inode, which never changes and is nobody else's.
func (t plain) hear(node int, ino uint64) bool {
	if t.nodes[node].ino == 0 && t.byIno(ino) < 0 {
		t.nodes[node].ino = ino
	}
	return t.nodes[node].ino == ino
}

// unlink takes one name away from what node is, or says why not.
func (t plain) unlink(node int) errno.Errno {
	n := &t.nodes[node]
	if n.kind == file.KindDirectory && n.links == 1 && len(n.names) > 0 {
		return errno.ErrnoNotEmpty
	}
	n.links--
	return fine
}

// replace gives a name that means old what node is.
func (t plain) replace(at int, name string, old, node int) errno.Errno {
	was, is := t.nodes[old].kind == file.KindDirectory, t.nodes[node].kind == file.KindDirectory
	switch {
	case was && !is:
		return errno.ErrnoIsDir
	case !was && is:
		return errno.ErrnoNotDir
	}
	why := t.unlink(old)
	if why == fine {
		t.name(at, name, node)
	}
	return why
}

// change does what is asked of a directory: why it fails, or whether the answer is right.
func (t *plain) change(at int, c channeltest.Call) (why errno.Errno, right bool) {
	right = true
	switch q := c.Request.Values.(type) {
	case *dir.DirFindPayload:
		node := t.lookup(at, text(&q.Name))
		if node < 0 {
			return errno.ErrnoNoEnt, false
		}
		if r, ok := c.Reply.Values.(*dir.DirFoundPayload); ok {
			right = r.Kind == t.nodes[node].kind && t.hear(node, r.Ino) && int(r.Attr.Links) == t.nodes[node].links
		}
	case *dir.DirListPayload:
		if r, ok := c.Reply.Values.(*dir.DirEntriesPayload); ok {
			right = t.listed(at, r.Buf.Data[:r.Buf.Len])
		}
	case *dir.DirMakeDirPayload:
		if why = t.fresh(at, text(&q.Name)); why == fine {
			t.make(at, text(&q.Name), inode{kind: file.KindDirectory, links: 1})
		}
		return why, true
	case *dir.DirSymlinkPayload:
		if why = t.fresh(at, text(&q.Name)); why == fine {
			t.make(at, text(&q.Name), inode{kind: file.KindSymlink, links: 1, data: string(q.Target.Data[:q.Target.Len])})
		}
		return why, true
	case *dir.DirReadLinkPayload:
		node := t.lookup(at, text(&q.Name))
		switch {
		case node < 0:
			return errno.ErrnoNoEnt, false
		case t.nodes[node].kind != file.KindSymlink:
			return errno.ErrnoInval, false
		}
		if r, ok := c.Reply.Values.(*dir.DirTargetPayload); ok {
			right = string(r.Target.Data[:r.Target.Len]) == t.nodes[node].data
		}
	case *dir.DirLinkPayload:
		if why = t.fresh(at, text(&q.Name)); why != fine && why != errno.ErrnoNoEnt {
			return why, false
		}
		node := t.byIno(q.Ino)
		switch {
		case node < 0:
			return errno.ErrnoStale, false
		case t.nodes[node].links == 0:
			return gone(c), false
		case why == fine:
			t.nodes[node].links++
			t.name(at, text(&q.Name), node)
		}
		return why, true
	case *dir.DirUnlinkPayload:
		return t.remove(at, text(&q.Name), t.lookup(at, text(&q.Name))), true
	case *dir.DirReleasePayload:
		node := t.lookup(at, text(&q.Name))
		if node < 0 || q.Ino == 0 || t.nodes[node].ino != q.Ino {
			return errno.ErrnoNoEnt, false
		}
		return t.remove(at, text(&q.Name), node), true
	case *dir.DirRenamePayload:
		return t.rename(at, text(&q.Old), text(&q.Name)), true
	case *dir.DirAdoptPayload:
		return t.adopt(at, text(&q.Name), c, t.byIno(q.Ino)), true
	case *dir.DirIsPayload:
	}
	if c.Request.Label == "Stat" {
		if r, ok := c.Reply.Values.(*dir.DirIsPayload); ok {
			right = t.hear(at, r.Attr.Ino) && int(r.Attr.Links) == t.nodes[at].links
		}
	}
	if f, ok := c.Reply.Values.(*dir.DirFailedPayload); ok && t.nodes[at].links == 0 {
		return f.Err, false // a directory without a name need not be stored
	}
	return fine, right
}

// gone is what is heard of an inode without a name: it may still be there, or not.
func gone(c channeltest.Call) errno.Errno {
	if f, ok := c.Reply.Values.(*dir.DirFailedPayload); ok && f.Err == errno.ErrnoStale {
		return errno.ErrnoStale
	}
	return errno.ErrnoNoEnt
}

func (t plain) remove(at int, name string, node int) errno.Errno {
	if node < 0 {
		return errno.ErrnoNoEnt
	}
	why := t.unlink(node)
	if why == fine {
		t.name(at, name, -1)
	}
	return why
}

func (t plain) rename(at int, from, to string) errno.Errno {
	node, old := t.lookup(at, from), t.lookup(at, to)
	switch {
	case node < 0:
		return errno.ErrnoNoEnt
	case old < 0:
		if why := t.fresh(at, to); why != fine {
			return why
		}
		t.name(at, to, node)
	case old == node:
		return fine
	default:
		if why := t.replace(at, to, old, node); why != fine {
			return why
		}
	}
	t.name(at, from, -1)
	return fine
}

func (t plain) adopt(at int, name string, c channeltest.Call, node int) errno.Errno {
	if node < 0 {
		return errno.ErrnoStale
	}
	old, nameless := t.lookup(at, name), t.nodes[node].links == 0
	if nameless && gone(c) == errno.ErrnoStale {
		return errno.ErrnoStale
	}
	if old < 0 && t.fresh(at, name) == errno.ErrnoInval {
		return errno.ErrnoInval
	}
	if nameless {
		return errno.ErrnoNoEnt
	}
	if old < 0 {
		if t.nodes[at].links == 0 {
			return errno.ErrnoNoEnt
		}
		t.name(at, name, node)
		t.nodes[node].links++
		return fine
	}
	t.nodes[node].links++
	why := t.replace(at, name, old, node)
	if why != fine {
		t.nodes[node].links--
	}
	return why
}

// listed compares a listing with the names there are.
func (t plain) listed(at int, b []byte) bool {
	got := map[string]file.Kind{}
	for len(b) > 0 {
		n := int(binary.LittleEndian.Uint16(b[17:]))
		got[string(b[19:19+n])] = file.Kind(b[16])
		b = b[19+n:]
	}
	want := map[string]file.Kind{}
	for _, e := range t.nodes[at].names {
		want[e.name] = t.nodes[e.node].kind
	}
	return maps.Equal(got, want)
}

// file does what is asked of an open file, and says whether the answer is right.
func (t plain) file(at int, c channeltest.Call) bool {
	n := &t.nodes[at]
	write := func(offset int, b []byte) {
		if len(b) == 0 {
			return
		}
		data := append([]byte(n.data), make([]byte, max(0, offset+len(b)-len(n.data)))...)
		copy(data[offset:], b)
		n.data = string(data)
	}
	switch q := c.Request.Values.(type) {
	case *file.FileReadPayload:
		if r, ok := c.Reply.Values.(*file.FileDataPayload); ok {
			from := min(int(q.Offset), len(n.data))
			return string(r.Buf.Data[:r.Buf.Len]) == n.data[from:min(from+int(q.Count), len(n.data))]
		}
	case *file.FileWritePayload:
		write(int(q.Offset), q.Buf.Data[:q.Buf.Len])
		if r, ok := c.Reply.Values.(*file.FileWrittenPayload); ok {
			return r.Count == q.Buf.Len
		}
	case *file.FileAppendPayload:
		write(len(n.data), q.Buf.Data[:q.Buf.Len])
		if r, ok := c.Reply.Values.(*file.FileWrittenPayload); ok {
			return r.Count == q.Buf.Len
		}
	case *file.FileTruncatePayload:
		data := append([]byte(n.data), make([]byte, max(0, int(q.Size)-len(n.data)))...)
		n.data = string(data[:q.Size])
	}
	if r, ok := c.Reply.Values.(*file.FileIsPayload); ok {
		return r.Kind == file.KindRegular && int(r.Attr.Size) == len(n.data) && t.hear(at, r.Attr.Ino)
	}
	return c.Reply.Label != "Failed"
}

func text(n *name) string { return string(n.Data[:n.Len]) }

func TestTree(t *testing.T) { channeltest.Config{Runs: 300, Steps: 80}.Check(t, Start) }

func TestInMemory(t *testing.T) { channeltest.Config{Runs: 300, Steps: 80}.Check(t, inMemory) }

func TestCramped(t *testing.T) { channeltest.Config{Runs: 200, Steps: 80}.Check(t, cramped) }

func TestCrowded(t *testing.T) { channeltest.Config{Runs: 400, Steps: 100}.Check(t, crowded) }
