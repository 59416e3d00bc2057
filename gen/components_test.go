package gen_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/gen"
)

// What is generated for the whole kernel compiles, beside what is there already.
func TestTheKernelsStubsCompile(t *testing.T) {
	prog, _, err := session.Load(session.Config{Dir: "../protocols"}, []string{"./..."})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json")}
	for _, p := range prog.Asked {
		if strings.HasPrefix(p.Path, "protocols/broken/") {
			continue
		}
		files, err := gen.Package(p, "github.com/protoc-os/protoc-os")
		if err != nil {
			t.Fatal(err)
		}
		lock := new(session.Lock) // as if all of them were verified
		for _, s := range p.Systems {
			lock = lock.With(session.LockEntry{System: s.LockName(), Digest: s.Digest()})
		}
		systems, refused, err := gen.Assemblies(p, "github.com/protoc-os/protoc-os", lock, none)
		if err != nil || len(refused) > 0 {
			t.Fatal(err, refused)
		}
		for _, f := range append(files, systems...) {
			at := filepath.Join(dir, p.Name+"_"+filepath.Base(f.Path))
			if err := os.WriteFile(at, f.Text, 0o600); err != nil {
				t.Fatal(err)
			}
			replace[f.Path] = at
		}
		args = append(args, p.Dir)
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = prog.Root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
