package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/tree"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// Grant is a folder of the host that programs find in their files. Before the kernel boots, what lies in the folder is copied into the kernel's files; when it
// has stopped, what has changed there is written back. A symbolic link is copied as what it is, and nothing outside the folder is reached, whatever a link says.
type Grant struct {
	Host  string // where it is on the host
	Guest string // where programs find it: from the root on, names separated by slashes
	Copy  bool   // nothing is written back

	root  *os.Root
	came  map[string]origin      // by path in the folder
	modes map[uint64]fs.FileMode // of files, by inode
	kept  string                 // the folder for what cannot be written where it belongs
}

// origin is what something was when it was copied.
type origin struct {
	info fs.FileInfo
	ino  uint64 // in the kernel's files
}

// ParseGrant reads HOST or HOST:GUEST. Without GUEST the folder is the root of the kernel's files.
func ParseGrant(s string) (*Grant, error) {
	host, guest, given := strings.Cut(s, ":")
	switch {
	case host == "":
		return nil, fmt.Errorf("%q names no folder: say HOST:GUEST, such as .:/work", s)
	case given && !strings.HasPrefix(guest, "/"):
		return nil, fmt.Errorf("%q: where programs find the folder begins with a slash, such as %s:/%s", s, host, path.Base(guest))
	}
	return &Grant{Host: host, Guest: path.Clean("/" + guest)}, nil
}

// Apart refuses grants of which programs would find one within another.
func Apart(grants []*Grant) error {
	for i, g := range grants {
		for _, other := range grants[:i] {
			a, b := strings.TrimSuffix(g.Guest, "/")+"/", strings.TrimSuffix(other.Guest, "/")+"/"
			if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
				return fmt.Errorf("programs would find %s at %s and %s at %s, one within the other: give each a place of its own, such as %s:/%s",
					other.Host, other.Guest, g.Host, g.Guest, g.Host, path.Base(g.Host))
			}
		}
	}
	return nil
}

// in copies the folder. What is neither a file nor a directory nor a symbolic link stays outside.
func (g *Grant) in(files *tree.Files) error {
	info, err := os.Stat(g.Host)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is no folder: grant the one it lies in", g.Host)
	}
	if g.root, err = os.OpenRoot(g.Host); err != nil {
		return err
	}
	if err := g.vacant(files); err != nil {
		return err
	}
	g.came, g.modes = map[string]origin{}, map[uint64]fs.FileMode{}
	err = fs.WalkDir(g.root.FS(), ".", func(at string, _ fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", g.Host, err)
		}
		info, n, err := g.read(at, files.Room())
		if err != nil || n == nil {
			return err
		}
		placed, err := files.Place(path.Join(g.Guest, at), *n)
		g.came[at] = origin{info, placed.Attr.Ino}
		if n.Kind == file.KindRegular {
			g.modes[placed.Attr.Ino] = info.Mode().Perm()
		}
		return err
	})
	if errors.Is(err, tree.ErrRoom) {
		return fmt.Errorf("%s: its files are larger than the room there is for files: give more of it (--room), or grant a smaller folder", g.Host)
	}
	return err
}

// vacant refuses a place where there are files already, of a disk.
func (g *Grant) vacant(files *tree.Files) error {
	return files.Walk(g.Guest, func(at string, n tree.Node) error {
		if path.Clean("/"+at) == g.Guest && n.Kind == file.KindDirectory {
			return nil
		}
		return fmt.Errorf("%s: programs find files of the disk at %s already (/%s): give it another place, such as %s:/%s",
			g.Host, g.Guest, at, g.Host, path.Base(g.Host))
	})
}

// read is what lies at a path, or nil for what cannot be copied.
func (g *Grant) read(at string, room uint64) (info fs.FileInfo, n *tree.Node, err error) {
	if info, err = g.root.Lstat(at); err != nil {
		return nil, nil, err
	}
	changed := uint64(info.ModTime().UnixNano())
	n = &tree.Node{Attr: file.Attr{Mode: uint32(info.Mode().Perm()), Atime: changed, Mtime: changed, Ctime: changed}}
	switch info.Mode().Type() {
	case 0:
		if n.Kind = file.KindRegular; uint64(info.Size()) > room {
			return nil, nil, tree.ErrRoom
		}
		n.Data, err = g.root.ReadFile(at)
	case fs.ModeDir:
		n.Kind = file.KindDirectory
	case fs.ModeSymlink:
		n.Kind = file.KindSymlink
		n.Target, err = g.root.Readlink(at)
	default:
		return info, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", g.Host, err)
	}
	return info, n, nil
}
