package kernel_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
)

// TestStandardLibrary runs Go's own tests of packages of its standard library, as the Go that is installed has them and as its all.bash runs them. docs/programs.md says which
// of them skip themselves, and why.
func TestStandardLibrary(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and compiles large programs")
	}
	for _, p := range []struct {
		path string
		also []string // what its tests look for in Go's own folder
		slow string   // which of its tests only a long run runs; ".": all
	}{
		{path: "os", also: []string{"go.env", "LICENSE", "CONTRIBUTING.md"}, slow: "^TestRoot"},
		{path: "io/fs", slow: "."},
		{path: "path/filepath", also: []string{"src/unicode"}, slow: "."},
		{path: "time", also: []string{"lib/time"}, slow: "."},
		{path: "io", slow: "."},
		{path: "bufio", slow: "."},
		{path: "strings", slow: "."},
	} {
		t.Run(p.path, func(t *testing.T) {
			args := []string{"-test.v", "-test.short"}
			switch {
			case *long:
			case p.slow == ".":
				t.Skip("takes a while; -long")
			case p.slow != "":
				args = append(args, "-test.skip="+p.slow)
			}
			ended := tests(t, p.path, args, append(p.also, "src/"+p.path)...)
			count := map[string]int{}
			for _, name := range slices.Sorted(maps.Keys(ended)) {
				if count[ended[name]]++; ended[name] == "FAIL" {
					t.Error(name)
				}
			}
			t.Logf("%d tests have passed, %d have failed, %d have skipped themselves", count["PASS"], count["FAIL"], count["SKIP"])
			if count["PASS"] == 0 {
				t.Error("no test has passed")
			}
		})
	}
}

// verdict is the line with which a Go test ends.
var verdict = regexp.MustCompile(`(?m)^ *--- (PASS|FAIL|SKIP): (\S+) \(`)

// tests runs the tests of a package of Go's standard library in the folder of its source, with copies of what they look for, and returns how each ended.
func tests(t *testing.T, pkg string, args []string, copies ...string) map[string]string {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSpace(string(goroot))
	if sources, err := filepath.Glob(filepath.Join(root, "src", pkg, "*_test.go")); err != nil || len(sources) == 0 {
		t.Skipf("the Go that is installed in %s has no tests of %s", root, pkg)
	}
	module := filepath.Join(t.TempDir(), path.Base(pkg)+".wasm")
	cmd := exec.Command("go", "test", "-c", "-trimpath", "-o", module, pkg)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	granted := t.TempDir()
	for _, name := range copies {
		if err := copied(filepath.Join(root, name), filepath.Join(granted, "go", name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(granted, "tmp"), 0o777); err != nil {
		t.Fatal(err)
	}
	codes, text := worked(t, &kernel.Grant{Host: granted, Guest: "/", Copy: true}, kernel.Command{
		Module: module,
		Args:   append([]string{path.Base(pkg) + ".test"}, args...),
		// Tests that fail for a fault of another engine ask which one this is.
		Env: []string{"GOROOT=/go", "PWD=/go/src/" + pkg, "TMPDIR=/tmp", "HOME=/", "GOWASIRUNTIME=protoc-os"},
	})
	if last := map[string]string{"[0]": "PASS\n", "[1]": "FAIL\n"}[fmt.Sprint(codes)]; last == "" || !strings.HasSuffix(text, last) {
		t.Errorf("the tests have not come to their end: exit code %d\n%s", codes[0], text[max(0, len(text)-5000):])
	}
	ended := map[string]string{}
	for _, m := range verdict.FindAllStringSubmatch(text, -1) {
		if ended[m[2]] = m[1]; m[1] == "FAIL" {
			t.Logf("%.1000s", text[max(0, strings.Index(text, "=== RUN   "+m[2]+"\n")):])
		}
	}
	return ended
}
