package tree

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// taken counts what all nodes take, each and each of its names: what Files does at every step, done anew.
func (s *Files) taken() (n uint64) {
	for _, node := range s.nodes {
		names := uint64(node.attr.Links)
		if node == s.root {
			names-- // it has a link, and no name
		}
		n += nodeRoom + names*nameRoom + uint64(cap(node.data)+len(node.target))
	}
	return n
}

// After any calls there is as much room as nobody takes; and when all names are gone, and nobody has anything open, all but the root's.
func TestRoom(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		s := New(20_000, func() uint64 { return 42 })
		folders := []*node{s.root}
		var opened []*node
		name := func() string { return fmt.Sprint(r.IntN(6)) }
		folder := func() *node { return folders[r.IntN(len(folders))] }
		for range 400 {
			d, to := folder(), folder()
			switch r.IntN(10) {
			case 0:
				if n, why := s.create(d, name(), file.KindDirectory, ""); why == fine {
					folders = append(folders, n)
				}
			case 1:
				s.create(d, name(), file.KindSymlink, "where it leads to")
			case 2, 3:
				if n, why := s.open(d, name(), dir.HowCreate); why == fine && n.kind == file.KindRegular {
					n.users++
					opened = append(opened, n)
				}
			case 4, 5:
				if len(opened) > 0 {
					s.write(opened[r.IntN(len(opened))], r.Uint64N(5000), make([]byte, r.IntN(3000)))
				}
			case 6:
				if len(opened) > 0 {
					s.truncate(opened[r.IntN(len(opened))], r.Uint64N(6000))
				}
			case 7:
				s.unlink(d, name(), 0)
			case 8:
				if n, why := d.lookup(name()); why == fine && n.kind == file.KindRegular {
					s.link(to, name(), n.attr.Ino)
				}
			case 9:
				from, name := name(), name()
				if n, why := d.lookup(from); why == fine && n.kind != file.KindDirectory && s.adopt(to, name, n.attr.Ino) == fine && (to != d || name != from) {
					s.release(d, from, n.attr.Ino)
				}
				s.rename(d, from, name)
			}
			if i := r.IntN(10); i < len(opened) {
				opened[i].users--
				s.drop(opened[i])
				opened = append(opened[:i], opened[i+1:]...)
			}
			if s.room > s.size || s.taken() != s.size-s.room {
				t.Fatalf("seed %d: %d of %d bytes are left, and %d are taken", seed, s.room, s.size, s.taken())
			}
		}
		for range folders { // what is in a folder goes before it
			for _, d := range folders {
				for name := range d.names {
					s.unlink(d, name, 0)
				}
			}
		}
		for _, n := range opened {
			n.users--
			s.drop(n)
		}
		if s.room != s.size-nodeRoom {
			t.Fatalf("seed %d: %d of %d bytes are left of an empty tree", seed, s.room, s.size)
		}
	}
}
