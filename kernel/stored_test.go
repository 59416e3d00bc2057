package kernel_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/kernel/host/image"
)

// devices is what a listing of the root has in any case.
const devices = "dev\ndev/null\ndev/random\ndev/urandom\ndev/zero\n"

// mkfs makes a disk of so many blocks in a file.
func mkfs(t *testing.T, blocks uint64) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "disk.img")
	d, err := image.Create(name, blocks)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = kernel.Format(d); err == nil {
		err = d.Flush()
	}
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	return name
}

// fsck is what is wrong with the disk in a file.
func fsck(t *testing.T, name string) string {
	t.Helper()
	d, err := image.Open(name, false)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	return strings.Join(disk.Check(d), "\n")
}

// onDisk runs a program of testdata/files with the files of a disk, and with folders of the host.
func onDisk(t *testing.T, module, name string, grants []*kernel.Grant, words ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	config, record := configured(t, strings.NewReader(""), &out)
	config.Disk, config.Grants = name, grants
	_, err := kernel.Run(context.Background(), config, files(module, words...))
	judged(t, record.Trace())
	return out.String(), err
}

// What one kernel leaves on a disk the next one finds: names, content, links, times. The disk is in order in between.
func TestDisk(t *testing.T) {
	module, name := build(t, "testdata/files"), mkfs(t, 2000)
	long := strings.Repeat("long ", 10000)
	first, err := onDisk(t, module, name, nil, "write:a:what is written", "mkdir:d/e", "write:d/e/f:"+long, "link:a:d/a", "symlink:a:s", "times:a", "times:d", "list:/")
	if err != nil {
		t.Fatal(err)
	}
	if findings := fsck(t, name); findings != "" {
		t.Error(findings)
	}
	again, err := onDisk(t, module, name, nil, "times:a", "times:d", "list:/", "read:s", "read:d/e/f", "write:d/a:changed", "read:a", "remove:d/e")
	if err != nil {
		t.Fatal(err)
	}
	had := first[strings.Index(first, "times:a"):]
	if !strings.Contains(first, had) || !strings.HasPrefix(again[strings.Index(again, "times:a"):], had) {
		t.Errorf("%s\nand was\n%s", again, had)
	}
	for _, want := range []string{"\"what is written\"\nread:s: <nil>", "\"" + long + "\"\n", "\"changed\"\nread:a: <nil>"} {
		if !strings.Contains(again, want) {
			t.Errorf("%.40q is missing in %.1000s", want, again)
		}
	}
	before, _ := os.ReadFile(name)
	if last, err := onDisk(t, module, name, nil, "read:d/a", "list:/"); err != nil || !strings.Contains(last, "\"changed\"") || strings.Contains(last, "d/e") {
		t.Error(last, err)
	}
	if after, _ := os.ReadFile(name); !bytes.Equal(before, after) {
		t.Error("a run that changes nothing writes the disk")
	}
	if findings := fsck(t, name); findings != "" {
		t.Error(findings)
	}
}

// A folder of the host has a place on the disk, and nothing of it stays there.
func TestDiskGrant(t *testing.T) {
	module, name, dir := build(t, "testdata/files"), mkfs(t, 1000), t.TempDir()
	place(t, dir, "a=1")
	grants := func() []*kernel.Grant { return []*kernel.Grant{{Host: dir, Guest: "/in"}} }
	if out, err := onDisk(t, module, name, grants(), "write:b:2", "write:in/c:3", "rename:in/a:a"); err != nil {
		t.Error(out, err)
	}
	if out, err := onDisk(t, module, name, nil, "list:/"); err != nil || out != ".\na\nb\n"+devices+"in\nlist:/: <nil>\n" {
		t.Error(out, err)
	}
	if got := lies(t, dir); got != "c=3" {
		t.Error(got)
	}
	if _, err := onDisk(t, module, name, nil, "write:in/x:disk"); err != nil {
		t.Error(err)
	}
	for _, at := range []string{"/in", "/"} {
		if _, err := onDisk(t, module, name, []*kernel.Grant{{Host: dir, Guest: at}}, "list:/"); err == nil || !strings.Contains(err.Error(), "another place") {
			t.Error(at, err)
		}
	}
}

// A program that fills the disk hears so, and what has a place stays; what does not fit in the end is kept on a larger disk.
func TestDiskFull(t *testing.T) {
	module, name := build(t, "testdata/files"), mkfs(t, 300)
	if out, err := onDisk(t, module, name, nil, "fill:a", "remove:a", "write:b:1"); err != nil || !strings.Contains(out, "No space left") {
		t.Error(out, err)
	}
	if out, err := onDisk(t, module, name, nil, "list:/"); err != nil || out != ".\nb\n"+devices+"list:/: <nil>\n" {
		t.Error(out, err)
	}
	if out, err := onDisk(t, module, name, nil, "many:f:200"); err == nil || !strings.Contains(err.Error(), name+".kept") {
		t.Error(out, err)
	}
	if findings := fsck(t, name) + fsck(t, name+".kept"); findings != "" {
		t.Error(findings)
	}
	if out, err := onDisk(t, module, name+".kept", nil, "list:/"); err != nil || strings.Count(out, "\n") != 203+strings.Count(devices, "\n") {
		t.Error(out, err)
	}
}

// What is no disk, or is damaged, or is in use, is not run on.
func TestDiskRefused(t *testing.T) {
	module, name := build(t, "testdata/files"), mkfs(t, 300)
	spoilt := filepath.Join(t.TempDir(), "spoilt.img")
	text, _ := os.ReadFile(name)
	text[disk.BlockSize+8] ^= 1
	os.WriteFile(spoilt, text, 0o666)
	held, err := image.Open(name, true)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	for at, want := range map[string]string{"nowhere.img": "mkfs", "stored_test.go": "mkfs makes one", spoilt: "fsck", name: "used by another"} {
		if out, err := onDisk(t, module, at, nil, "list:/"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v %s", at, err, out)
		}
	}
}

// Wherever components run, programs see the same.
func TestPlacements(t *testing.T) {
	module := build(t, "testdata/files")
	for _, name := range []string{"together", "spread", "divided"} {
		p, err := kernel.ParsePlacement(name)
		if err != nil || p.String() != name {
			t.Fatal(p, err)
		}
		for _, cores := range []int{1, 2, 3} {
			var out bytes.Buffer
			config, record := configured(t, strings.NewReader(""), &out)
			config.Place, config.Cores = p, cores
			_, err := kernel.Run(context.Background(), config, files(module, "write:a:1", "read:a"), files(module, "write:b:2", "rename:b:c", "read:c"))
			lines := strings.Split(out.String(), "\n") // of the two programs, in any order
			slices.Sort(lines)
			if got := strings.Join(lines, " "); err != nil || got != ` "1" "2" read:a: <nil> read:c: <nil> rename:b:c: <nil> write:a:1: <nil> write:b:2: <nil>` {
				t.Errorf("%s on %d: %v %s", name, cores, err, out.String())
			}
			judged(t, record.Trace())
		}
	}
	if _, err := kernel.ParsePlacement("apart"); err == nil || !strings.Contains(err.Error(), "together, spread, divided") {
		t.Error(err)
	}
}
