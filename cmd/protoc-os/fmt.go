package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/dsl"
)

// fmtFlags are the flags of fmt.
type fmtFlags struct{ write, diff, check bool }

func (a *app) fmtVerb() *cobra.Command {
	f := new(fmtFlags)
	c := &cobra.Command{
		Use:   "fmt [- | ./... | folders | files]",
		Short: "format .chan files",
		Long: `fmt prints the files named (all below this folder by default, or stdin with -) in the one true layout. A file that does not parse is
reported and left as it is.`,
		Example: "  protoc-os fmt -w ./...\n  protoc-os fmt --check ./...\n  protoc-os fmt - <draft.chan",
		RunE: func(_ *cobra.Command, patterns []string) error {
			return a.formatFiles(f, patterns)
		},
	}
	c.Flags().BoolVarP(&f.write, "write", "w", false, "write the files instead of printing them; those that are right are not touched")
	c.Flags().BoolVarP(&f.diff, "diff", "d", false, "print what would change")
	c.Flags().BoolVar(&f.check, "check", false, "list the files that would change, and exit with 1 if there are any")
	return c
}

// formatFiles is the verb.
func (a *app) formatFiles(f *fmtFlags, patterns []string) error {
	if len(patterns) == 1 && patterns[0] == "-" {
		if f.write {
			return fmt.Errorf("fmt -w - : stdin cannot be written to")
		}
		text, err := io.ReadAll(a.in)
		if err != nil {
			return err
		}
		return a.formatText(f, "<stdin>", text)
	}
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	files, err := chanFiles(patterns)
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := a.formatText(f, filepath.ToSlash(file), text); err != nil {
			return err
		}
	}
	return nil
}

// formatText formats one file and does with it what the flags say.
func (a *app) formatText(f *fmtFlags, path string, text []byte) error {
	_, diags := dsl.Parse(path, text) // Format does not know the path
	if slices.ContainsFunc(diags, func(d *dsl.Diagnostic) bool { return d.Severity == dsl.Error }) {
		for _, d := range diags {
			a.render(a.err, d)
		}
		a.status |= sourceWrong
		return nil
	}
	formatted, _ := dsl.Format(text)
	changed := !bytes.Equal(text, formatted)
	if changed && f.check {
		a.status |= violationFound
	}
	var err error
	switch {
	case f.diff:
		_, err = a.out.Write(diff.Diff(path, text, path+" (formatted)", formatted))
	case f.write && changed:
		err = rewrite(path, formatted)
		a.note("%s", path)
	case f.check && changed:
		_, err = fmt.Fprintln(a.out, path)
	case !f.write && !f.check:
		_, err = a.out.Write(formatted)
	}
	return err
}

// rewrite replaces the content of a file by way of a new one, so that a failure leaves the old.
func rewrite(path string, text []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".fmt-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // without effect once it has its name
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Chmod(info.Mode().Perm())
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// chanFiles finds the files that patterns name, each once, sorted. Folders that start with . or _ or are named testdata or vendor are passed
// over below a pattern, as check does.
func chanFiles(patterns []string) ([]string, error) {
	found := map[string]bool{}
	for _, pattern := range patterns {
		base, below := strings.CutSuffix(filepath.ToSlash(pattern), "...")
		base = filepath.Clean(filepath.FromSlash(firstOf(base, ".")))
		info, err := os.Stat(base)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			found[base] = true
			continue
		}
		some := false
		err = filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
			name := d.Name()
			switch {
			case err != nil:
				return err
			case d.IsDir() && path != base && (!below || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "vendor"):
				return filepath.SkipDir
			case !d.IsDir() && strings.HasSuffix(name, ".chan"):
				found[path], some = true, true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if !some {
			return nil, fmt.Errorf("no .chan files in %s", pattern)
		}
	}
	files := make([]string, 0, len(found))
	for f := range found {
		files = append(files, f)
	}
	sort.Strings(files)
	return files, nil
}
