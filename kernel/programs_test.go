package kernel_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
)

// tool builds a program of a public module, unmodified. testdata/programs/go.mod says which version; it is a module of its own, so that this one
// does not depend on them.
func tool(t *testing.T, path string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and compiles a large program")
	}
	out := filepath.Join(t.TempDir(), "tool.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-o", out, path)
	cmd.Dir = "testdata/programs"
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=-mod=readonly")
	if text, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(string(text), "dial tcp") || strings.Contains(string(text), "no such host") || strings.Contains(string(text), "disabled by GOPROXY") {
			t.Skipf("the modules of testdata/programs cannot be had here: %s", text)
		}
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

// gojq is a JSON processor.
func TestGojq(t *testing.T) {
	module := tool(t, "github.com/itchyny/gojq/cmd/gojq")
	codes, out, errs := run(t, `{"parts":[{"name":"disk","size":4},{"name":"clock","size":1}]}`,
		kernel.Command{Module: module, Args: []string{"gojq", "-c", `.parts | map(.size) | add, (max | tostring)`}})
	if codes[0] != 0 || out != "5\n\"4\"\n" || errs != "" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], out, errs)
	}
	codes, _, errs = run(t, `{"parts":`, kernel.Command{Module: module, Args: []string{"gojq", "."}})
	if codes[0] != 5 || !strings.Contains(errs, "unexpected EOF") {
		t.Errorf("exit code %d, errors %q", codes[0], errs)
	}
}

// go-md2man renders Markdown.
func TestMarkdown(t *testing.T) {
	module := tool(t, "github.com/cpuguy83/go-md2man/v2")
	codes, out, errs := run(t, "# protoc-os\n\nA *kernel* of `components`.\n", kernel.Command{Module: module, Args: []string{"go-md2man"}})
	if codes[0] != 0 || !strings.Contains(out, `A \fIkernel\fP of \fBcomponents\fR\&.`) || errs != "" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], out, errs)
	}
}

// csvq is an SQL engine. Go tells nobody on WASI that a file is a pipe, so csvq reads none: its table is in its statement. What it answers goes through a pipe to gojq.
func TestSQL(t *testing.T) {
	sql, jq := tool(t, "github.com/mithrandie/csvq"), tool(t, "github.com/itchyny/gojq/cmd/gojq")
	codes, out, errs := run(t, "",
		kernel.Command{Module: sql, Args: []string{"csvq", "-f", "JSON", "SELECT name, size * 10 AS grown FROM CSV_INLINE(',', 'name,size\ndisk,4\nclock,1\nram,2') WHERE size > 1 ORDER BY size"}, Piped: true},
		kernel.Command{Module: jq, Args: []string{"gojq", "-c", ".[]"}})
	if codes[0] != 0 || codes[1] != 0 || out != `{"grown":20,"name":"ram"}`+"\n"+`{"grown":40,"name":"disk"}`+"\n" || errs != "" {
		t.Errorf("exit codes %v, out %q, errors %q", codes, out, errs)
	}
}

// A C program runs as one in Go does.
func TestC(t *testing.T) {
	for _, tool := range []string{"clang", "wasm-ld"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed (Debian: clang lld wasi-libc libclang-rt-dev-wasm32)", tool)
		}
	}
	out := filepath.Join(t.TempDir(), "count.wasm")
	if text, err := exec.Command("clang", "--target=wasm32-wasi", "-O2", "-o", out, "testdata/count.c").CombinedOutput(); err != nil {
		t.Skipf("clang has no WASI here: %s", text)
	}
	codes, text, errs := run(t, "a line\nand another\n", kernel.Command{Module: out, Args: []string{"count", "here"}, Env: []string{"WHO=me"}})
	if codes[0] != 7 || text != "here: 2 lines, 19 bytes, me\n" || errs != "missing: No such file or directory\n" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], text, errs)
	}
}
