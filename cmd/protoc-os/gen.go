package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/gen"
)

// genFlags are the flags of gen.
type genFlags struct{ check, diff, unverified bool }

func (a *app) genVerb() *cobra.Command {
	f := new(genFlags)
	c := &cobra.Command{
		Use:   "gen [./... | folders | files]",
		Short: "write Go stubs beside the declarations",
		Long: `gen writes, for each role of each protocol and for each component, a Go type per state whose methods are exactly what may be done next; and for
each system that protoc-os.lock shows as verified, the function that boots it. A package's
stubs stand in its own folder, as a Go package of its name; unchanged files are left untouched, files that no source makes any more are removed.

A system that does not hold is not assembled. With --unverified it is, in a file for tests (…_system.gen_test.go), to follow a counterexample with its
components: nothing but a controlled scheduler boots it.`,
		Example: "  protoc-os gen ./...\n  protoc-os gen --check ./...",
		RunE: func(_ *cobra.Command, patterns []string) error {
			if len(patterns) == 0 {
				patterns = []string{"./..."}
			}
			return a.gen(f, patterns)
		},
	}
	c.Flags().BoolVar(&f.check, "check", false, "write nothing; fail if a stub is stale")
	c.Flags().BoolVar(&f.unverified, "unverified", false, "assemble systems that do not hold too, in files for tests; what is there is kept fresh without")
	c.Flags().BoolVar(&f.diff, "diff", false, "write nothing; show what would change")
	return c
}

// gen is the verb: load, generate each package, compare, write.
func (a *app) gen(f *genFlags, patterns []string) error {
	prog, diags, err := session.Load(session.Config{}, patterns)
	if err != nil {
		return err
	}
	all := newDiagnostics(prog, diags)
	module, err := moduleOf(prog.Root)
	if err != nil {
		return err
	}
	lock, err := session.ReadLock(prog.Root)
	if err != nil {
		return err
	}
	var changes []gen.Change
	for _, p := range prog.Asked {
		if len(p.Expect) > 0 || all.brokenBelow(p) {
			continue // it says that it fails, or it is reported below
		}
		files, err := gen.Package(p, module)
		var assemblies []gen.File
		var refused []string
		if err == nil {
			assemblies, refused, err = gen.Assemblies(p, module, lock, f.unverifiedToo)
		}
		if err != nil { // the other packages do not suffer for it
			a.status |= a.fail(statusError{sourceWrong, err.Error()})
			continue
		}
		for _, why := range refused {
			if _, err := fmt.Fprintln(a.out, why); err != nil {
				return err
			}
		}
		found, err := gen.Changes(p.Dir, append(files, assemblies...), len(refused) > 0)
		if err != nil {
			return err
		}
		changes = append(changes, found...)
	}
	a.showBroken(prog, all)
	for _, c := range changes {
		if err := a.change(f, c); err != nil {
			return err
		}
	}
	return nil
}

// unverifiedToo says whether an assembly for tests is asked for, now or when it was written.
func (f *genFlags) unverifiedToo(path string) bool {
	_, err := os.Lstat(path)
	return f.unverified || err == nil
}

// showBroken prints the errors of the packages that have no stubs because of them.
func (a *app) showBroken(prog *session.Program, all *diagnostics) {
	show := append([]*dsl.Diagnostic{}, all.of[nil]...)
	for _, p := range prog.Packages {
		if len(p.Expect) == 0 {
			show = append(show, all.of[p]...)
		}
	}
	for _, d := range show {
		if d.Severity != dsl.Error {
			continue
		}
		a.status |= sourceWrong
		a.render(a.out, d)
	}
}

// change writes one file, or says how it is stale.
func (a *app) change(f *genFlags, c gen.Change) error {
	path := c.Path
	if here, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(here, path); err == nil {
			path = filepath.ToSlash(rel)
		}
	}
	if f.check {
		a.status |= violationFound
	}
	switch {
	case f.diff:
		_, err := a.out.Write(diff.Diff(path, c.Old, path+" (generated)", c.New))
		return err
	case f.check:
		what := "is stale: run protoc-os gen"
		switch {
		case c.Old == nil:
			what = "is missing: run protoc-os gen"
		case c.Unverified:
			what = "assembles a system that is not verified: run protoc-os check, and protoc-os gen"
		case c.New == nil:
			what = "has no source any more: run protoc-os gen"
		}
		_, err := fmt.Fprintf(a.out, "%s %s\n", path, what)
		return err
	}
	if !a.quiet {
		if c.New == nil {
			path += " is removed"
		}
		if _, err := fmt.Fprintln(a.out, path); err != nil {
			return err
		}
	}
	return c.Apply()
}

// moduleOf returns the import path of a module's root.
func moduleOf(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("no go.mod in %s or above: generated stubs are Go packages of a module; run go mod init", root)
	}
	if err != nil {
		return "", err
	}
	module := modfile.ModulePath(text)
	if module == "" {
		return "", fmt.Errorf("%s names no module", filepath.Join(root, "go.mod"))
	}
	return module, nil
}
