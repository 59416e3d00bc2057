package gen_test

import (
	"context"
	"flag"
	"testing"

	"github.com/protoc-os/protoc-os/checker"
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
		assemblies, refused, err := gen.Assemblies(pkg, "github.com/protoc-os/protoc-os", verified(t, pkg), none)
		if err != nil || len(refused) > 0 {
			t.Fatal(err, refused)
		}
		changes, err := gen.Changes(pkg.Dir, append(files, assemblies...), false)
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

// verified checks the systems of a package, as protoc-os check does.
func verified(t *testing.T, pkg *session.Package) *session.Lock {
	lock := new(session.Lock)
	for _, decl := range pkg.Systems {
		sys, problems := session.Elaborate(decl, session.ElaborateOptions{})
		if sys == nil {
			t.Fatal(problems)
		}
		if v := checker.Check(context.Background(), sys, checker.Options{}); v.Outcome != checker.Holds {
			t.Fatalf("%s does not hold: %+v", decl.QName(), v)
		}
		lock = lock.With(session.LockEntry{System: decl.LockName(), Digest: decl.Digest(), Checker: checker.Version})
	}
	return lock
}

// What is not verified, or was verified as something else, is not assembled.
func TestOnlyTheVerifiedIsAssembled(t *testing.T) {
	prog, _, err := session.Load(session.Config{Dir: "internal/parts"}, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	pkg := prog.Asked[0]
	other := new(session.Lock).With(session.LockEntry{System: pkg.Systems[0].LockName(), Digest: "another", Checker: checker.Version})
	for _, lock := range []*session.Lock{new(session.Lock), other} {
		files, refused, err := gen.Assemblies(pkg, "github.com/protoc-os/protoc-os", lock, none)
		if err != nil || len(files) != 0 || len(refused) != len(pkg.Systems) {
			t.Errorf("%v %v %v", files, refused, err)
		}
	}
}

// none of the systems that are not verified is assembled.
func none(string) bool { return false }
