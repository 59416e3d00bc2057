package kernel_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/kernel"
)

// place writes files, NAME=TEXT each.
func place(t *testing.T, dir string, files ...string) {
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

// lies is what lies in a folder: NAME=TEXT, FOLDER/ and LINK->TARGET.
func lies(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(dir, at)
		switch {
		case d.IsDir() && name != ".":
			all = append(all, name+"/")
		case d.Type() == fs.ModeSymlink:
			target, _ := os.Readlink(at)
			all = append(all, name+"->"+target)
		case !d.IsDir():
			text, _ := os.ReadFile(at)
			all = append(all, name+"="+string(text))
		}
		return nil
	})
	return strings.Join(all, " ")
}

// meanwhile is a standard input that ends when somebody waits for that, and something has happened.
type meanwhile func()

func (m meanwhile) Read([]byte) (int, error) {
	m()
	return 0, io.EOF
}

// granted runs a program of testdata/files in a folder of the host.
func granted(t *testing.T, module string, g *kernel.Grant, in io.Reader, words ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	config, record := configured(t, in, &out)
	config.Grants = []*kernel.Grant{g}
	_, err := kernel.Run(context.Background(), config, files(module, words...))
	judged(t, record.Trace())
	return out.String(), err
}

// What programs change, make and remove in a folder that they are granted is changed, made and removed there, and nothing else is touched.
func TestGrant(t *testing.T) {
	module := build(t, "testdata/files")
	for _, c := range []struct{ name, had, does, want string }{
		{"nothing", "a=1 d/b=2", "read:a", "a=1 d/ d/b=2"},
		{"new", "a=1", "write:b:2 mkdir:d/e write:d/e/c:3 mkdir:f", "a=1 b=2 d/ d/e/ d/e/c=3 f/"},
		{"changed", "a=1 d/b=2", "write:a:other", "a=other d/ d/b=2"},
		{"removed", "a=1 d/b=2 d/c=3 e/f=4", "remove:a remove:d/b remove:e", "d/ d/c=3"},
		{"all", "a=1 d/b=2", "remove:a remove:d", ""},
		{"a file for a folder", "d/b=2 d/e/f=3", "remove:d write:d:file", "d=file"},
		{"a folder for a file", "d=file", "remove:d mkdir:d write:d/b:2", "d/ d/b=2"},
		{"a folder renamed", "d/a=1 d/e/b=2", "rename:d:f", "f/ f/a=1 f/e/ f/e/b=2"},
		{"a folder moved into another", "d/e/b=2 f/g=1", "rename:d/e:f/e", "d/ f/ f/e/ f/e/b=2 f/g=1"},
		{"one moved over another", "d/a=1 e/a=2", "rename:d/a:e/a", "d/ e/ e/a=1"},
		{"two swapped", "a=1 b=2", "rename:a:c rename:b:a rename:c:b", "a=2 b=1"},
		{"one over another", "a=1 b=2", "rename:a:b", "b=1"},
		{"a link", "a=1", "symlink:a:b write:b:2", "a=2 b->a"},
		{"a link to nowhere is the program's own affair", "a=1", "symlink:/etc/passwd:b remove:a", "b->/etc/passwd"},
	} {
		for _, guest := range []string{"/", "/x/y"} {
			dir := t.TempDir()
			place(t, dir, strings.Fields(c.had)...)
			does := strings.Fields(c.does)
			if guest != "/" {
				does = append([]string{"chdir:" + guest}, does...)
			}
			out, err := granted(t, module, &kernel.Grant{Host: dir, Guest: guest}, strings.NewReader(""), does...)
			if got := lies(t, dir); err != nil || got != c.want {
				t.Errorf("%s at %s: %v, %q and should be %q\n%s", c.name, guest, err, got, c.want, out)
			}
		}
	}
}

// A folder that is copied stays as it is.
func TestGrantCopy(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, "a=1", "d/b=2")
	out, err := granted(t, build(t, "testdata/files"), &kernel.Grant{Host: dir, Guest: "/", Copy: true}, strings.NewReader(""),
		"write:a:2", "remove:d", "list:/")
	if got := lies(t, dir); err != nil || got != "a=1 d/ d/b=2" || !strings.Contains(out, "\n.\na\n"+devices+"list:/: <nil>\n") {
		t.Errorf("%v, %q\n%s", err, got, out)
	}
}

// A file that is changed keeps who may read it, and has the time at which the program changed it; one that is not changed keeps both.
func TestGrantAttributes(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, "a=1", "b=1")
	began := time.Now().Add(-time.Second)
	if _, err := granted(t, build(t, "testdata/files"), &kernel.Grant{Host: dir, Guest: "/"}, strings.NewReader(""), "write:a:2", "rename:b:c"); err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]bool{"a": true, "c": false} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != 0o640 || info.ModTime().After(began) != changed {
			t.Error(name, err, info.Mode(), info.ModTime())
		}
	}
}

// What has changed on the host while the programs ran stays there, and what the programs have made of it is kept elsewhere.
func TestGrantConflicts(t *testing.T) {
	module := build(t, "testdata/files")
	for _, c := range []struct{ name, had, does, theirs, want, kept string }{
		{"both change", "a=1", "write:a:ours", "a=theirs!", "a=theirs!", "a=ours"},
		{"both make", "b=1", "write:a:ours", "a=theirs", "a=theirs b=1", "a=ours"},
		{"a removed one changes", "a=1", "remove:a", "a=theirs!", "a=theirs!", ""},
		{"a removed folder fills", "d/a=1", "remove:d", "d/b=theirs", "d/ d/b=theirs", ""},
		{"a replaced folder fills", "d/a=1", "remove:d write:d:ours", "d/b=theirs", "d/ d/b=theirs", "d=ours"},
		{"a file in the way", "b=1", "mkdir:a write:a/c:ours", "a=theirs", "a=theirs b=1", "a/ a/c=ours"},
	} {
		dir, kept := t.TempDir(), t.TempDir()
		t.Setenv("TMPDIR", kept)
		place(t, dir, strings.Fields(c.had)...)
		does := append([]string{"wait"}, strings.Fields(c.does)...)
		_, err := granted(t, module, &kernel.Grant{Host: dir, Guest: "/"}, meanwhile(func() { place(t, dir, c.theirs) }), does...)
		had := ""
		if inner, _ := filepath.Glob(filepath.Join(kept, "protoc-os-kept-*")); len(inner) == 1 {
			if had = lies(t, inner[0]); err != nil && !strings.Contains(err.Error(), inner[0]) {
				t.Errorf("%s: the error does not say where: %v", c.name, err)
			}
		}
		if got := lies(t, dir); err == nil || got != c.want || had != c.kept {
			t.Errorf("%s: %v\n%q and should be %q\nkept %q and should be %q", c.name, err, got, c.want, had, c.kept)
		}
	}
}

// A command line that no message has room for is refused before anything runs.
func TestLongCommand(t *testing.T) {
	config, _ := configured(t, strings.NewReader(""), io.Discard)
	_, err := kernel.Run(context.Background(), config, files("nowhere.wasm", strings.Repeat("x", 70000)))
	if err == nil || !strings.Contains(err.Error(), "at most 65536") {
		t.Error(err)
	}
}

// copied copies a file of the host, or a folder.
func copied(from, to string) error {
	return filepath.WalkDir(from, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, at)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		text, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o777); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o666)
	})
}
