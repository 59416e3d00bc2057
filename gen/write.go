package gen

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Change is what writing would do to one file on disk.
type Change struct {
	Path string
	Old  []byte // nil: it is not there
	New  []byte // nil: no source makes it any more

	Unverified bool // it goes because it assembles a system that is not verified
}

// Changes compares what is generated for the folder dir with what is there. Files that are the same are left out; generated files that no
// source makes any more are removed. A file of the same name that gen has not written is an error: nothing of the user's is lost.
// refused says that some system of the folder is not assembled: an assembly that goes is of such a one.
func Changes(dir string, files []File, refused bool) ([]Change, error) {
	var changes []Change
	wanted := map[string]bool{}
	for _, f := range files {
		wanted[f.Path] = true
		old, err := os.ReadFile(f.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			old = nil
		case err != nil:
			return nil, err
		case !bytes.HasPrefix(old, []byte(Header)):
			return nil, fmt.Errorf("%s was not written by protoc-os gen: move it away first", f.Path)
		}
		if old == nil || !bytes.Equal(old, f.Text) {
			changes = append(changes, Change{Path: f.Path, Old: old, New: f.Text})
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.IsDir() || !strings.HasSuffix(e.Name(), Suffix) && !strings.HasSuffix(e.Name(), testSuffix) || wanted[path] {
			continue
		}
		old, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(old, []byte(Header)) {
			changes = append(changes, Change{Path: path, Old: old, Unverified: refused && strings.HasSuffix(path, assemblySuffix)})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

// Apply makes one change.
func (c Change) Apply() error {
	if c.New == nil {
		return os.Remove(c.Path)
	}
	return os.WriteFile(c.Path, c.New, 0o644)
}
