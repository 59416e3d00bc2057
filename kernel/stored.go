package kernel

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/kernel/host/image"
	"github.com/protoc-os/protoc-os/kernel/tree"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// stored is a disk in a file of the host whose file system is the kernel's files. It is read whole before the kernel boots, and written whole, as a new file that
// takes the place of the old one, when it has stopped: whatever happens in between, one of the two is there.
type stored struct {
	name    string
	image   *image.Image
	changes uint64 // when it had been read
}

// openStored opens the disk in a file, and keeps others out.
func openStored(name string) (*stored, error) {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil, fmt.Errorf("%w (protoc-os mkfs makes a disk)", err)
	}
	d, err := image.Open(real, true)
	if err != nil {
		return nil, err
	}
	return &stored{name: real, image: d}, nil
}

// room is how many bytes the disk has.
func (s *stored) room() uint64 { return s.image.Sectors() * disk.BlockSize }

// in reads the disk.
func (s *stored) in(files *tree.Files) error {
	placed := map[uint64]uint64{}
	err := disk.Walk(s.image, func(at string, n cg.Inode, data []byte) error {
		if ino, ok := placed[n.Ino]; ok {
			return files.Name(at, ino)
		}
		node := tree.Node{Kind: n.Kind, Attr: disk.Attr(&n), Data: data}
		if n.Kind == file.KindSymlink {
			node.Target, node.Data = string(data), nil
		}
		there, err := files.Place(at, node)
		if n.Kind != file.KindDirectory {
			placed[n.Ino] = there.Attr.Ino
		}
		return err
	})
	switch {
	case errors.Is(err, tree.ErrRoom):
		err = fmt.Errorf("%s: its files are larger than the room there is for files: give more of it (--room)", s.name)
	case err != nil:
		err = fmt.Errorf("%s: %w (protoc-os fsck says all that is wrong)", s.name, err)
	}
	s.changes = files.Changes()
	return errors.Join(err, s.closeIf(err != nil))
}

func (s *stored) closeIf(wanted bool) error {
	if !wanted {
		return nil
	}
	return s.image.Close()
}

// out writes the disk anew if anything has changed. What lies in a folder of the host that was granted is not the disk's.
func (s *stored) out(files *tree.Files, grants []*Grant) error {
	defer s.image.Close()
	if files.Changes() == s.changes {
		return nil
	}
	part := s.name + ".part"
	err := s.write(part, s.image.Sectors(), files, grants)
	if err == nil {
		err = os.Rename(part, s.name)
	}
	if !errors.Is(err, disk.ErrFull) {
		return err
	}
	kept, sectors := s.name+".kept", s.image.Sectors()
	for errors.Is(err, disk.ErrFull) {
		sectors *= 2
		err = s.write(kept, sectors, files, grants)
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s: what the programs have made of it does not fit: it is as it was, and %s is a disk of %d MB with all of it",
		s.name, kept, sectors*disk.BlockSize>>20)
}

// write makes a disk of so many sectors with the files on it.
func (s *stored) write(name string, sectors uint64, files *tree.Files, grants []*Grant) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	d, err := image.Create(name, sectors)
	if err != nil {
		return err
	}
	l, err := disk.NewLayout(sectors, groups)
	if err == nil {
		err = populate(d, l, files, grants)
	}
	if err == nil {
		err = d.Flush()
	}
	if err = errors.Join(err, d.Close()); err != nil {
		err = errors.Join(fmt.Errorf("%s: %w", name, err), os.Remove(name))
	}
	return err
}

// populate puts files onto a new disk.
func populate(d *image.Image, l disk.Layout, files *tree.Files, grants []*Grant) error {
	b, err := disk.NewBuilder(d, l, wallClock())
	if err != nil {
		return err
	}
	put := map[uint64]uint64{}
	if err := files.Walk("/", func(at string, n tree.Node) error {
		if granted(at, grants) {
			return nil
		}
		data := n.Data
		if n.Kind == file.KindSymlink {
			data = []byte(n.Target)
		}
		ino, err := b.Put(at, n.Kind, n.Attr, data, put[n.Attr.Ino])
		if n.Kind != file.KindDirectory {
			put[n.Attr.Ino] = ino
		}
		return err
	}); err != nil {
		return err
	}
	return b.Settle()
}

// granted reports whether a path lies below where a folder of the host is found.
func granted(at string, grants []*Grant) bool {
	for _, g := range grants {
		if strings.HasPrefix(path.Clean("/"+at), g.Guest+"/") {
			return true
		}
	}
	return false
}
