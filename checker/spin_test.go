package checker

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/gen/export"
)

var (
	spinRandom = flag.Int("spin", 3, "how many random systems to give to SPIN")
	spinSize   = flag.Int("spin-size", 6_000, "longest Promela to give to SPIN, in bytes; compiling takes far longer than searching")
)

// TestSpinAgrees exports the systems of this module to Promela and holds SPIN's verdicts and numbers of states against ours.
func TestSpinAgrees(t *testing.T) {
	needSpin(t)
	for _, folder := range []string{"protocols", "examples/idioms", "examples/pager"} {
		prog, diags, err := session.Load(session.Config{}, []string{"../" + folder + "/..."})
		if err != nil {
			t.Fatal(err)
		}
		broken := map[*dsl.Source]bool{}
		for _, d := range append(diags, session.CheckComponents(prog)...) {
			broken[d.At.Source] = broken[d.At.Source] || d.Severity == dsl.Error
		}
		for _, p := range prog.Asked {
			for _, d := range p.Systems {
				sys, wrong := session.Elaborate(d, session.ElaborateOptions{})
				if broken[d.File.Source] || sys == nil || hasErrors(wrong) {
					continue
				}
				t.Run(d.QName(), func(t *testing.T) { spinAgrees(t, sys) })
			}
		}
	}
}

// TestSpinAgreesOnRandomSystems is the same for random systems.
func TestSpinAgreesOnRandomSystems(t *testing.T) {
	needSpin(t)
	for n := *seed; n < *seed+int64(*spinRandom); n++ {
		t.Run(fmt.Sprintf("seed %d", n), func(t *testing.T) { spinAgrees(t, randomSystem(n).Explicit()) })
	}
}

func needSpin(t *testing.T) {
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: nothing to compare with", tool)
		}
	}
	if testing.Short() {
		t.Skip("compiles C")
	}
}

func hasErrors(all []*dsl.Diagnostic) bool {
	for _, d := range all {
		if d.Severity == dsl.Error {
			return true
		}
	}
	return false
}

var (
	spinFails  = regexp.MustCompile(`assertion violated no_(\w+)`)
	spinErrors = regexp.MustCompile(`errors: (\d+)`)
	spinStates = regexp.MustCompile(`(?m)^\s*([0-9.e+]+) states, stored`)
)

func spinAgrees(t *testing.T, sys *session.System) {
	m, err := compile(sys)
	if err != nil {
		t.Skip(err)
	}
	s := newSearch(m, Options{States: 100_000}, everything)
	if s.explore(context.Background()); s.cut != "" {
		t.Skip(s.cut)
	}
	text, err := export.Promela(sys)
	if err != nil {
		t.Skip(err)
	}
	if len(text) > *spinSize {
		t.Skipf("%d bytes of Promela: see -spin-size", len(text))
	}
	out := pan(t, text)
	codes := map[dsl.Code]bool{}
	for _, f := range s.found {
		codes[f.key.code] = true
	}
	fails := spinFails.FindSubmatch(out)
	if fails == nil {
		if e := spinErrors.FindSubmatch(out); e == nil || string(e[1]) != "0" {
			t.Fatalf("pan:\n%s", out)
		}
		for kind, code := range exported {
			if codes[code] {
				t.Errorf("we find %s, SPIN finds no %s", code, kind)
			}
		}
		n, _ := strconv.ParseFloat(string(spinStates.FindSubmatch(out)[1]), 64)
		if int(n) != s.st.size() {
			t.Errorf("%d states, %g in SPIN", s.st.size(), n)
		}
		return
	}
	code := exported[string(fails[1])]
	if !codes[code] && !(code == dsl.Deadlock && codes[dsl.OnlyTimeout]) {
		t.Errorf("SPIN finds %s; we find %v", fails[1], codes)
	}
}

// pan compiles a model without reductions and runs it.
func pan(t *testing.T, text []byte) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "model.pml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, line := range []string{"spin -a model.pml", "gcc -w -O0 -DSAFETY -DNOREDUCE -o pan pan.c", "./pan -m1000000 -w20"} {
		words := strings.Fields(line)
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		cmd.Dir = dir
		var err error
		if out, err = cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	return out
}
