package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/protoc-os/protoc-os/kernel/tree"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// errTheirs says why something is not written where it belongs.
var errTheirs = errors.New("it has changed on the host while the programs ran")

// out writes back what has changed. What cannot be written, or has changed on the host as well, stays there as it is; what the programs have made of it is kept
// in a folder of its own, and the error tells where.
func (g *Grant) out(files *tree.Files) error {
	if g.root == nil {
		return nil
	}
	defer g.root.Close()
	if g.Copy {
		return nil
	}
	var wrong []error
	met := map[string]bool{".": true}
	top := strings.TrimPrefix(g.Guest, "/")
	files.Walk(top, func(at string, n tree.Node) error {
		at = within(top, at)
		met[at] = true
		if was, ok := g.came[at]; ok && was.ino == n.Attr.Ino && (n.AsPlaced || n.Kind == file.KindDirectory) {
			return nil
		}
		err := g.write(at, n)
		if err != nil {
			wrong = append(wrong, g.keep(at, n, err))
		}
		return nil
	})
	for _, at := range g.deepest() {
		if !met[at] {
			wrong = append(wrong, g.remove(at))
		}
	}
	return errors.Join(wrong...)
}

// within is a path of the kernel's files as one of the folder.
func within(top, at string) string {
	if top == "" {
		return at
	}
	return path.Clean("." + strings.TrimPrefix(at, top))
}

// deepest is all paths that were copied, each directory after its content.
func (g *Grant) deepest() []string {
	return slices.SortedFunc(maps.Keys(g.came), func(a, b string) int { return strings.Compare(b, a) })
}

// changed refuses to touch what is on the host but is not what was copied from there.
func (g *Grant) changed(at string) (info fs.FileInfo, err error) {
	info, err = g.root.Lstat(at)
	was, came := g.came[at]
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil:
		return nil, err
	case !came:
		return info, errTheirs
	case info.IsDir() && was.info.IsDir():
		return info, nil
	case info.Mode() != was.info.Mode() || info.Size() != was.info.Size() || !info.ModTime().Equal(was.info.ModTime()):
		return info, errTheirs
	}
	return info, nil
}

// write writes what has changed, or what is new.
func (g *Grant) write(at string, n tree.Node) error {
	if at == "." {
		if n.Kind == file.KindDirectory {
			return nil
		}
		return errors.New("the programs have put a file in the place of the folder")
	}
	info, err := g.changed(at)
	switch isDir := info != nil && info.IsDir(); {
	case err != nil && !(isDir && n.Kind == file.KindDirectory):
		return err
	case isDir && n.Kind == file.KindDirectory:
		return nil
	case isDir:
		err = g.clear(at)
	case info != nil && n.Kind == file.KindDirectory:
		err = g.root.Remove(at)
	}
	if err != nil {
		return err
	}
	mode, moved := g.modes[n.Attr.Ino]
	if info != nil && info.Mode().IsRegular() {
		mode = info.Mode().Perm()
	} else if !moved {
		mode = 0o644
	}
	return fill(g.root, at, n, mode)
}

// clear removes a directory that is none any more, with all that was copied from it.
func (g *Grant) clear(at string) error {
	for _, p := range g.deepest() {
		if p == at || strings.HasPrefix(p, at+"/") {
			if err := g.remove(p); err != nil {
				return err
			}
			delete(g.came, p)
		}
	}
	return nil
}

// remove removes what the programs have removed. A directory stays as long as something is in it that was not copied.
func (g *Grant) remove(at string) error {
	info, err := g.changed(at)
	if err == nil && info != nil {
		err = g.root.Remove(at)
	}
	if err != nil {
		return fmt.Errorf("%s: the programs have removed it, but it stays: %w", filepath.Join(g.Host, at), err)
	}
	return nil
}

// keep puts what cannot be written where it belongs into a folder of its own.
func (g *Grant) keep(at string, n tree.Node, why error) error {
	why = fmt.Errorf("%s: %w", filepath.Join(g.Host, at), why)
	if g.kept == "" {
		kept, err := os.MkdirTemp("", "protoc-os-kept-")
		if err != nil {
			return errors.Join(why, err)
		}
		g.kept = kept
	}
	if at == "." {
		at = path.Base(g.Guest)
	}
	root, err := os.OpenRoot(g.kept)
	if err == nil {
		defer root.Close()
		err = root.MkdirAll(path.Dir(at), 0o755)
	}
	if err == nil {
		err = fill(root, at, n, 0o644)
	}
	if err != nil {
		return errors.Join(why, err)
	}
	return fmt.Errorf("%w: what the programs have made of it is in %s", why, filepath.Join(g.kept, at))
}

// fill makes what is at a path. A file is there whole, or not at all.
func fill(root *os.Root, at string, n tree.Node, mode fs.FileMode) error {
	if n.Kind == file.KindDirectory {
		return root.MkdirAll(at, 0o755)
	}
	part := path.Join(path.Dir(at), fmt.Sprintf(".protoc-os-%d.part", os.Getpid()))
	defer root.Remove(part)
	var err error
	if n.Kind == file.KindSymlink {
		err = root.Symlink(n.Target, part)
	} else {
		changed := time.Unix(0, int64(n.Attr.Mtime))
		err = root.WriteFile(part, n.Data, 0o600)
		if err == nil {
			err = root.Chmod(part, mode)
		}
		if err == nil {
			err = root.Chtimes(part, changed, changed)
		}
	}
	if err != nil {
		return err
	}
	return root.Rename(part, at)
}
