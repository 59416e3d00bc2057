package kernel

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/kernel/tree"
)

func empty() *tree.Files { return tree.New(1<<20, func() uint64 { return 42 }) }

func write(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, f := range files {
		name, text, _ := strings.Cut(f, "=")
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(at, time.Unix(1000, 0), time.Unix(1000, 0)); err != nil {
			t.Fatal(err)
		}
	}
}

// content is what is in a folder, a line each.
func content(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(dir, at)
		switch d.Type() {
		case 0:
			text, _ := os.ReadFile(at)
			fmt.Fprintf(&b, "%s=%s\n", name, text)
		case fs.ModeSymlink:
			target, _ := os.Readlink(at)
			fmt.Fprintf(&b, "%s->%s\n", name, target)
		default:
			if name != "." {
				fmt.Fprintf(&b, "%s/\n", name)
			}
		}
		return nil
	})
	return b.String()
}

// What comes in goes out into another folder as it was.
func TestGrantCopies(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, from, "a=one", "d/b=two", "d/e/c=", "plain=x")
	os.Symlink("../outside", filepath.Join(from, "d", "link"))
	os.Symlink("/etc", filepath.Join(from, "etc"))
	for _, guest := range []string{"/", "/deep/down"} {
		files := empty()
		g := &Grant{Host: from, Guest: guest}
		if err := g.in(files); err != nil {
			t.Fatal(err)
		}
		before := content(t, from)
		if err := g.out(files); err != nil || content(t, from) != before {
			t.Errorf("%v\n%s\nand was\n%s", err, content(t, from), before)
		}
		g.root, g.came, g.Host = must(os.OpenRoot(to)), nil, to
		if err := g.out(files); err != nil || content(t, to) != before {
			t.Errorf("at %s: %v\n%s\nand should be\n%s", guest, err, content(t, to), before)
		}
		os.RemoveAll(to)
		os.Mkdir(to, 0o755)
	}
}

func must(r *os.Root, err error) *os.Root {
	if err != nil {
		panic(err)
	}
	return r
}

// What cannot be granted is refused with what to do.
func TestGrantRefused(t *testing.T) {
	for s, want := range map[string]string{":/a": "names no folder", "a:b": "begins with a slash", "": "names no folder"} {
		if _, err := ParseGrant(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", s, err)
		}
	}
	dir := t.TempDir()
	write(t, dir, "a="+strings.Repeat("x", 2<<20))
	for host, want := range map[string]string{dir: "--room", filepath.Join(dir, "a"): "no folder", filepath.Join(dir, "b"): "no such file"} {
		if err := (&Grant{Host: host, Guest: "/"}).in(empty()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, pair := range [][2]string{{"/", "/a"}, {"/a", "/a"}, {"/a/b", "/a"}} {
		if err := Apart([]*Grant{{Host: "x", Guest: pair[0]}, {Host: "y", Guest: pair[1]}}); err == nil {
			t.Error(pair)
		}
	}
	if err := Apart([]*Grant{{Guest: "/a"}, {Guest: "/ab"}}); err != nil {
		t.Error(err)
	}
}
