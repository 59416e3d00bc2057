package kernel_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/host/door"
)

// When a component is made to crash, programs go on until they need it, a process when it gives back what it has from it; if the kernel itself cannot go on it says so.
func TestCrashedComponent(t *testing.T) {
	module := build(t, "testdata/files")
	for _, c := range []struct {
		component string
		code      uint32
		err, out  string
	}{
		{"renamer", 134, "", "write:b:2: <nil>\n\"1\"\nread:a: <nil>\n"},
		{"memory", 134, "", "write:b:2: <nil>\n\"1\"\nread:a: <nil>\n"},
		{"tree", 134, "stopped before all programs had ended", ""},
		{"process-0", 134, "", ""},
	} {
		folder := filepath.Join(t.TempDir(), "kernels")
		var out bytes.Buffer
		crashed := meanwhile(func() {
			if err := door.Crash(folder, os.Getpid(), c.component); err != nil {
				t.Error(err)
			}
		})
		config, _ := configured(t, crashed, &out)
		config.Stderr = io.Discard
		var err error
		if config.Door, err = door.Open(folder); err != nil {
			t.Fatal(err)
		}
		codes, err := kernel.Run(context.Background(), config, files(module, "write:a:1", "wait", "write:b:2", "read:a"))
		if codes[0] != c.code || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || !strings.HasSuffix(out.String(), c.out) {
			t.Errorf("%s: exit code %d, %v\n%s", c.component, codes[0], err, out.String())
		}
	}
}
