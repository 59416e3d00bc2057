package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/protoc-os/protoc-os/dsl"
)

// write puts files below a fresh folder.
func write(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func paths(packages []*Package) []string {
	var list []string
	for _, p := range packages {
		list = append(list, p.Path)
	}
	return list
}

var module = map[string]string{
	"go.mod":                  "module x\n",
	"a/a.chan":                "package a\nimport \"lib/z\"\nconst n = z.n\n",
	"a/deep/deep.chan":        "package deep\n",
	"a/deep/more.chan":        "package deep\nconst m = 1\n",
	"a/testdata/t.chan":       "package t\n",
	"a/vendor/v/v.chan":       "package v\n",
	"a/.hidden/h.chan":        "package h\n",
	"a/_old/o.chan":           "package o\n",
	"a/other/go.mod":          "module y\n",
	"a/other/o.chan":          "package o\n",
	"lib/z/z.chan":            "package z\nconst n = 2\n",
	"lib/README":              "no source",
	"lib/z/.backup.chan":      "broken (",
	"elsewhere/elsewhere.txt": "",
}

func TestLoadFindsPackages(t *testing.T) {
	dir := write(t, module)
	for _, c := range []struct {
		in       string
		patterns []string
		asked    []string
		all      []string
	}{
		{".", []string{"./..."}, []string{"a", "a/deep", "lib/z"}, []string{"lib/z", "a", "a/deep"}},
		{".", []string{"a"}, []string{"a"}, []string{"lib/z", "a"}},
		{".", []string{"a/..."}, []string{"a", "a/deep"}, []string{"lib/z", "a", "a/deep"}},
		{"a/deep", nil, []string{"a/deep"}, []string{"a/deep"}},
		{"a", []string{"../lib/...", "./deep"}, []string{"a/deep", "lib/z"}, []string{"a/deep", "lib/z"}},
		{".", []string{"a/testdata"}, []string{"a/testdata"}, []string{"a/testdata"}},
		{".", []string{"a/deep/more.chan"}, []string{"a/deep"}, []string{"a/deep"}},
		{".", []string{"lib/z/z.chan", "a"}, []string{"a", "lib/z"}, []string{"lib/z", "a"}},
	} {
		prog, diags, err := Load(Config{Dir: filepath.Join(dir, c.in)}, c.patterns)
		if err != nil || len(diags) > 0 {
			t.Errorf("%v: %v %v", c.patterns, diags, err)
			continue
		}
		if d := cmp.Diff(c.asked, paths(prog.Asked)); d != "" {
			t.Errorf("%v in %s: asked\n%s", c.patterns, c.in, d)
		}
		if d := cmp.Diff(c.all, paths(prog.Packages)); d != "" {
			t.Errorf("%v in %s: packages\n%s", c.patterns, c.in, d)
		}
		if prog.Root != dir {
			t.Errorf("%v: root %s, want %s", c.patterns, prog.Root, dir)
		}
	}
}

func TestLoadOfAFileLeavesOutItsNeighbours(t *testing.T) {
	dir := write(t, module)
	prog, _, err := Load(Config{Dir: dir}, []string{"a/deep/deep.chan"})
	if err != nil {
		t.Fatal(err)
	}
	if p := prog.Asked[0]; len(p.Files) != 1 || p.Consts["m"] != 0 {
		t.Errorf("%d files, consts %v", len(p.Files), p.Consts)
	}
}

func TestAnImportedPackageIsLoadedWhole(t *testing.T) {
	dir := write(t, map[string]string{
		"go.mod":   "module x\n",
		"a/a.chan": "package a\n",
		"a/b.chan": "package a\nconst n = 1\n",
		"b/b.chan": "package b\nimport \"a\"\nconst m = a.n\n",
	})
	prog, diags, err := Load(Config{Dir: dir}, []string{"a/a.chan", "b"})
	if err != nil || len(diags) > 0 {
		t.Fatal(diags, err)
	}
	if d := cmp.Diff([]string{"a", "b"}, paths(prog.Asked)); d != "" {
		t.Error(d)
	}
}

func TestLoadOfNothingIsAnError(t *testing.T) {
	dir := write(t, module)
	for pattern, want := range map[string]string{
		"nowhere":        "no folder nowhere",
		"elsewhere":      "no .chan files in elsewhere",
		"elsewhere/...":  "no .chan files in elsewhere/...",
		"a/missing.chan": "read a/missing.chan: no such file",
		"lib/README":     "no folder lib/README",
	} {
		_, _, err := Load(Config{Dir: dir}, []string{pattern})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", pattern, err, want)
		}
	}
	if _, _, err := Load(Config{Dir: dir}, []string{"a", "a/other"}); err == nil || !strings.Contains(err.Error(), "different modules") {
		t.Errorf("two modules: %v", err)
	}
}

func TestLoadReadsTheOverlayFirst(t *testing.T) {
	dir := write(t, module)
	prog, diags, err := Load(Config{Dir: dir, Overlay: map[string][]byte{
		"lib/z/z.chan":                        []byte("package z\nconst n = 7\n"),
		filepath.Join(dir, "fresh", "f.chan"): []byte("package fresh\n"),
	}}, []string{"..."})
	if err != nil || len(diags) > 0 {
		t.Fatal(diags, err)
	}
	if d := cmp.Diff([]string{"a", "a/deep", "fresh", "lib/z"}, paths(prog.Asked)); d != "" {
		t.Error(d)
	}
	if n := prog.Asked[0].Consts["n"]; n != 7 {
		t.Errorf("n is %d", n)
	}
}

func TestSyntaxErrorsHaveNoConsequences(t *testing.T) {
	_, diags := LoadText(map[string]string{
		"a/a.chan": "package a\nenum E { x y ( }\nprotocol P(p, q) { p -> q M() }\nconst = 3\n",
		"b/b.chan": "package b\nimport \"a\"\nstruct S { e a.E g a.Gone }\nconst k = a.k\ntype R range 0..k\nprotocol Q(p, q) { p -> q: M(c a.P.p) }\n",
	})
	if len(diags) == 0 {
		t.Error("no diagnostics")
	}
	for _, d := range diags {
		if !strings.HasPrefix(string(d.Code), "PO00") {
			t.Error(d)
		}
	}
}

func TestInvalidUTF8IsADiagnostic(t *testing.T) {
	_, diags := LoadText(map[string]string{"a/a.chan": "package a\nconst \xff = 3\n"})
	if !slices.ContainsFunc(diags, func(d *dsl.Diagnostic) bool { return d.Severity == dsl.Error }) {
		t.Error("no diagnostic")
	}
}

func TestWrongDeclarationsAreReportedOnce(t *testing.T) {
	_, diags := LoadText(map[string]string{
		"a/a.chan": "package a\nconst n = 1 % 0\nenum E { }\nprotocol P(p, q) { p -> p: M() }\nprotocol Q(p, q) { p -> q: M(c P.p) }\nprotocol R(p, q) { do Q(p, q) }\n",
		"b/b.chan": "package b\nimport \"a\"\ntype R range 0..a.n\nstruct S { e a.E }\nprotocol Q(p, q) { p -> q: M(c a.P.p, d a.Q.p) }\n",
	})
	var codes []dsl.Code
	for _, d := range diags {
		codes = append(codes, d.Code)
	}
	if d := cmp.Diff([]dsl.Code{dsl.ConstDivision, dsl.EnumEmpty, dsl.RoleToItself}, codes); d != "" {
		t.Errorf("%v\n%s", diags, d)
	}
}
