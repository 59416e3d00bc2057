package gen_test

import (
	"flag"
	"testing"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/gen"
)

var update = flag.Bool("update", false, "rewrite the generated files")

// The stubs of the sample packages are what gen makes of them now; their own tests run them.
func TestSamplesAreFresh(t *testing.T) {
	for _, dir := range []string{"internal/sample", "internal/parts"} {
		prog, diags, err := session.Load(session.Config{Dir: dir}, []string{"."})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range diags {
			t.Error(d)
		}
		pkg := prog.Asked[0]
		files, err := gen.Package(pkg, "github.com/protoc-os/protoc-os")
		if err != nil {
			t.Fatal(err)
		}
		changes, err := gen.Changes(pkg.Dir, files)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if *update {
				if err := c.Apply(); err != nil {
					t.Fatal(err)
				}
				continue
			}
			t.Errorf("%s is stale: go test ./gen -update", c.Path)
		}
	}
}
