package kernel_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
)

// files is a command of testdata/files.
func files(module string, words ...string) kernel.Command {
	return kernel.Command{Module: module, Args: append([]string{"files"}, words...)}
}

// Programs make, find, rename and remove files and directories, as Go's os package asks for it.
func TestFiles(t *testing.T) {
	module := build(t, "testdata/files")
	_, out, errs := run(t, "", files(module, "write:a:what is written", "mkdir:d/e", "rename:a:d/e/f", "symlink:d/e/f:link", "write:gone:1", "remove:gone",
		"read:link", "read:gone", "rename:d:d/e/g", "list:/"))
	if want := `write:a:what is written: <nil>
mkdir:d/e: <nil>
rename:a:d/e/f: <nil>
symlink:d/e/f:link: <nil>
write:gone:1: <nil>
remove:gone: <nil>
"what is written"
read:link: <nil>
""
read:gone: No such file or directory
rename:d:d/e/g: Invalid argument
.
d
d/e
d/e/f
dev
dev/null
dev/random
dev/urandom
dev/zero
link
list:/: <nil>
`; out != want || errs != "" {
		t.Errorf("%s%s\nand should be\n%s", out, errs, want)
	}
}

// A program that fills all memory there is for files hears that there is no room; what it removes is free again.
func TestFull(t *testing.T) {
	var out bytes.Buffer
	config, _ := configured(t, strings.NewReader(""), &out)
	config.Room = 1 << 20
	if _, err := kernel.Run(context.Background(), config, files(build(t, "testdata/files"), "fill:a", "write:b:b", "remove:a", "write:c:c", "many:f:100000")); err != nil {
		t.Errorf("the kernel says %v", err)
	}
	if want := "true\nfill:a: No space left on device\nwrite:b:b: <nil>\nremove:a: <nil>\nwrite:c:c: <nil>\nmany:f:100000: No space left on device\n"; out.String() != want {
		t.Error(out.String())
	}
}

// A program that opens files without end hears that there are too many, and the others go on.
func TestManyOpen(t *testing.T) {
	module := build(t, "testdata/files")
	_, out, _ := run(t, "", files(module, "open:a"), files(module, "write:x:1", "read:x"))
	lines := strings.Split(out, "\n") // of the two programs, in any order
	slices.Sort(lines)
	if got := strings.Join(lines, " "); got != ` "1" open:a: Too many open files read:x: <nil> true write:x:1: <nil>` {
		t.Error(out)
	}
}

// The shell of examples lists, writes, reads, pipes and times.
func TestShell(t *testing.T) {
	module := build(t, "../examples/shell")
	codes, out, errs := run(t, "", kernel.Command{Module: module, Args: []string{"shell",
		"mkdir notes", "echo a word or two > notes/b", "echo and more > notes/a", "cat notes/a notes/b | sort | wc", "mv notes/a c", "find", "time ls notes", "cat missing"}})
	if want := `$ mkdir notes
$ echo a word or two > notes/b
$ echo and more > notes/a
$ cat notes/a notes/b | sort | wc
2 6 23
$ mv notes/a c
$ find
.
c
dev
dev/null
dev/random
dev/urandom
dev/zero
notes
notes/b
$ time ls notes
-rw-------       14 b
$ cat missing
`; codes[0] != 1 || out != want {
		t.Errorf("exit code %d\n%s\nand should be\n%s", codes[0], out, want)
	}
	if !strings.Contains(errs, "took ") || !strings.HasSuffix(errs, "shell: cat: open missing: No such file or directory\n") {
		t.Error(errs)
	}
}

// The devices are there: one that swallows everything, one of zeros, and one of noise, which a seed repeats.
func TestDevices(t *testing.T) {
	module := build(t, "testdata/files")
	seed := uint64(7)
	noise := func() string {
		var out bytes.Buffer
		config, _ := configured(t, strings.NewReader(""), &out)
		config.Seed = &seed
		if _, err := kernel.Run(context.Background(), config, files(module, "write:/dev/null:swallowed", "read:/dev/null", "begin:/dev/zero:5", "begin:/dev/urandom:20", "list:/dev")); err != nil {
			t.Error(err)
		}
		return out.String()
	}
	out := noise()
	if !strings.Contains(out, "write:/dev/null:swallowed: <nil>\n\"\"\nread:/dev/null: <nil>\n\"\\x00\\x00\\x00\\x00\\x00\"\nbegin:/dev/zero:5: <nil>\n") ||
		!strings.HasSuffix(out, "\n.\nnull\nrandom\nurandom\nzero\nlist:/dev: <nil>\n") {
		t.Error(out)
	}
	if again := noise(); again != out {
		t.Errorf("%s\nand with the same seed %s", out, again)
	}
}
