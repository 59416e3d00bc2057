package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// files is where sources come from: the disk under an overlay, or memory alone.
type files struct {
	dir     string            // absolute
	overlay map[string][]byte // by absolute path
	memory  bool              // nothing is on disk, and dir is the module root
}

// openFiles returns the files on disk under cfg's overlay.
func openFiles(cfg Config) (*files, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	f := &files{dir: dir, overlay: map[string][]byte{}}
	for name, text := range cfg.Overlay {
		f.overlay[f.absolute(name)] = text
	}
	return f, nil
}

// memoryFiles returns files that are in memory only.
func memoryFiles(texts map[string]string) *files {
	f := &files{dir: string(filepath.Separator), overlay: map[string][]byte{}, memory: true}
	for name, text := range texts {
		f.overlay[f.absolute(name)] = []byte(text)
	}
	return f
}

// expand finds the module root and the folders that patterns name, relative to the root with slashes, sorted. only lists, for folders that were
// asked for by file alone, those files.
func (f *files) expand(patterns []string) (root string, folders []string, only map[string][]string, err error) {
	found := map[string]bool{} // absolute folders asked for as a whole
	byFile := map[string][]string{}
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	for _, pattern := range patterns {
		base, below := strings.CutSuffix(filepath.ToSlash(pattern), "...")
		abs := f.absolute(filepath.FromSlash(base))
		if !below && strings.HasSuffix(pattern, ".chan") && !f.isDir(abs) {
			if _, err := f.read(abs); err != nil {
				return "", nil, nil, fmt.Errorf("read %s: %w", pattern, err)
			}
			byFile[filepath.Dir(abs)] = append(byFile[filepath.Dir(abs)], filepath.Base(abs))
			continue
		}
		dirs := []string{abs}
		if below {
			dirs, err = f.below(abs)
		} else if !f.memory && !f.isDir(abs) {
			err = fmt.Errorf("no folder %s", pattern)
		}
		if err != nil {
			return "", nil, nil, err
		}
		some := false
		for _, dir := range dirs {
			names, err := f.chanFiles(dir)
			if err != nil {
				return "", nil, nil, err
			}
			if len(names) > 0 {
				found[dir], some = true, true
			}
		}
		if !some {
			return "", nil, nil, fmt.Errorf("no .chan files in %s", pattern)
		}
	}
	for dir := range byFile {
		if found[dir] {
			delete(byFile, dir)
		}
	}
	return f.relative(found, byFile)
}

// relative finds the one module root of all folders and makes them relative to it.
func (f *files) relative(found map[string]bool, byFile map[string][]string) (root string, folders []string, only map[string][]string, err error) {
	only = map[string][]string{}
	for dir := range byFile {
		found[dir] = true
	}
	for _, dir := range sortedKeys(found) {
		r := f.moduleRoot(dir)
		if root == "" {
			root = r
		}
		if r != root {
			return "", nil, nil, fmt.Errorf("%s and %s belong to different modules", f.shown(filepath.Join(root, folders[0])), f.shown(dir))
		}
		rel, err := filepath.Rel(root, dir)
		if err != nil {
			panic("session: a folder is not below its module root: " + dir)
		}
		folders = append(folders, filepath.ToSlash(rel))
		if names := byFile[dir]; names != nil {
			sort.Strings(names)
			only[filepath.ToSlash(rel)] = slices.Compact(names)
		}
	}
	sort.Strings(folders)
	return root, folders, only, nil
}

// moduleRoot returns the nearest folder upward with a go.mod, else the working directory if dir lies in it, else dir.
func (f *files) moduleRoot(dir string) string {
	if f.memory {
		return f.dir
	}
	for d := dir; ; d = filepath.Dir(d) {
		if isFile(filepath.Join(d, "go.mod")) {
			return d
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	if dir == f.dir || strings.HasPrefix(dir, f.dir+string(filepath.Separator)) {
		return f.dir
	}
	return dir
}

// below returns dir and the folders below it that "..." stands for.
func (f *files) below(dir string) ([]string, error) {
	found := map[string]bool{}
	for name := range f.overlay {
		if rel, err := filepath.Rel(dir, filepath.Dir(name)); err == nil && !skipped(rel) {
			found[filepath.Dir(name)] = true
		}
	}
	if f.memory {
		return sortedKeys(found), nil
	}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			return nil
		}
		if name != dir && (skipped(entry.Name()) || isFile(filepath.Join(name, "go.mod"))) {
			return fs.SkipDir
		}
		found[name] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	return sortedKeys(found), nil
}

// skipped reports whether "..." passes over a relative folder.
func skipped(rel string) bool {
	for _, part := range strings.Split(filepath.ToSlash(rel), "/") {
		if part == "testdata" || part == "vendor" || part != "." && (strings.HasPrefix(part, ".") || strings.HasPrefix(part, "_")) {
			return true
		}
	}
	return false
}

// chanFiles lists the names of the .chan files in a folder; a folder that is not there has none.
func (f *files) chanFiles(dir string) ([]string, error) {
	found := map[string]bool{}
	for name := range f.overlay {
		if filepath.Dir(name) == dir && isSource(filepath.Base(name)) {
			found[filepath.Base(name)] = true
		}
	}
	if !f.memory {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list %s: %w", f.shown(dir), err)
		}
		for _, e := range entries {
			if isSource(e.Name()) && !e.IsDir() {
				found[e.Name()] = true
			}
		}
	}
	return sortedKeys(found), nil
}

func isSource(name string) bool {
	return strings.HasSuffix(name, ".chan") && !strings.HasPrefix(name, ".")
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

func (f *files) isDir(name string) bool {
	info, err := os.Stat(name)
	return !f.memory && err == nil && info.IsDir()
}

// read returns the text of a file.
func (f *files) read(name string) ([]byte, error) {
	if text, ok := f.overlay[name]; ok {
		return text, nil
	}
	if f.memory {
		return nil, fs.ErrNotExist
	}
	text, err := os.ReadFile(name)
	var inner *fs.PathError
	if errors.As(err, &inner) {
		return nil, inner.Err // the caller names the file
	}
	return text, err
}

// absolute makes a path absolute.
func (f *files) absolute(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(f.dir, name)
}

// shown returns the path as people see it: relative to where the command runs.
func (f *files) shown(name string) string {
	if rel, err := filepath.Rel(f.dir, name); err == nil {
		return filepath.ToSlash(rel)
	}
	return name
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
