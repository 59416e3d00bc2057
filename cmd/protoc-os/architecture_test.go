package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	modulePath = "github.com/protoc-os/protoc-os"
	moduleRoot = "../.."
)

// layer is a set of folders that may import the same.
type layer struct {
	name    string
	has     func(folder string) bool
	may     []string // layers; "*" any
	only    bool     // nothing from outside but the standard library
	forbids []string // packages of the standard library
	plain   bool     // no go statements and no channels of Go
}

// layers is ARCHITECTURE.md as a table; a folder belongs to the first that has it. What speaks the types of dsl/session speaks those of dsl.
var layers = []layer{
	{name: "cmd", has: under("cmd"), may: []string{"*"}},
	{name: "bench", has: under("bench"), only: true},
	{name: "dsl/session", has: exactly("dsl/session"), may: []string{"dsl"}},
	{name: "dsl/automata", has: exactly("dsl/automata"), may: []string{"dsl"}},
	{name: "dsl", has: exactly("dsl")},
	{name: "gen/analyzer", has: under("gen/analyzer")},
	{name: "protocols", has: under("gen/internal"), may: []string{"kernel/channel"}, only: true},
	{name: "gen", has: under("gen"), may: []string{"dsl", "dsl/session"}},
	{name: "checker", has: under("checker"), may: []string{"dsl", "dsl/session", "traces"}},
	{name: "viz", has: under("viz"), may: []string{"dsl", "dsl/session", "traces"}},
	{name: "traces", has: under("traces")},
	{name: "channeltest", has: under("kernel/channel/channeltest"), may: []string{"kernel/channel", "traces"}},
	{name: "kernel/channel", has: under("kernel/channel"), may: []string{"traces"}, only: true},
	{name: "kernel/host", has: under("kernel/host"), may: []string{"protocols", "kernel/channel"}},
	{name: "kernel", has: exactly("kernel"), may: []string{"protocols", "component", "kernel/disk", "kernel/host", "kernel/channel", "traces"}},
	{name: "kernel/disk", has: exactly("kernel/disk"), may: []string{"protocols"}, only: true, plain: true, forbids: []string{"sync", "unsafe", "net", "os", "time"}},
	{name: "component", has: under("kernel"), may: []string{"protocols", "kernel/disk", "kernel/channel"}, only: true, plain: true,
		forbids: []string{"sync", "unsafe", "net", "os", "time"}},
	{name: "protocols", has: under("protocols"), may: []string{"protocols", "kernel/channel"}, only: true},
	{name: "lock", has: exactly("."), only: true},
	{name: "examples", has: under("examples"), may: []string{"protocols", "examples", "kernel/channel", "channeltest"}},
}

func under(top string) func(string) bool {
	return func(folder string) bool { return folder == top || strings.HasPrefix(folder, top+"/") }
}

func exactly(top string) func(string) bool { return func(folder string) bool { return folder == top } }

func layerOf(folder string) *layer {
	for i := range layers {
		if layers[i].has(folder) {
			return &layers[i]
		}
	}
	return nil
}

// TestArchitecture reads the import lines of all sources and fails on an arrow that layers does not allow. Tests may look at more.
func TestArchitecture(t *testing.T) {
	read := 0
	err := filepath.WalkDir(moduleRoot, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != moduleRoot && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(moduleRoot, path)
		if err != nil {
			return err
		}
		read++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, complaint := range arrows(filepath.ToSlash(rel), text) {
			t.Error(complaint)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 50 {
		t.Errorf("only %d sources found", read)
	}
}

// arrows returns what is not allowed in one source file.
func arrows(path string, text []byte) (complaints []string) {
	folder := filepath.ToSlash(filepath.Dir(path))
	from := layerOf(folder)
	if from == nil {
		return []string{path + ": its folder belongs to no layer"}
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return []string{err.Error()}
		}
		if complaint := from.judge(folder, imported); complaint != "" {
			complaints = append(complaints, path+": "+complaint)
		}
	}
	if from.plain {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.GoStmt:
				complaints = append(complaints, path+": a go statement in a component")
			case *ast.ChanType, *ast.SelectStmt:
				complaints = append(complaints, path+": a channel of Go in a component")
			}
			return true
		})
	}
	return complaints
}

func (l *layer) judge(folder, imported string) string {
	inside, ok := strings.CutPrefix(imported, modulePath+"/")
	if !ok {
		first, _, _ := strings.Cut(imported, "/")
		if l.only && strings.Contains(first, ".") {
			return l.name + " imports " + imported + ", which is neither of this module nor of the standard library"
		}
		for _, f := range l.forbids {
			if imported == f || strings.HasPrefix(imported, f+"/") {
				return l.name + " imports " + imported
			}
		}
		return ""
	}
	to := layerOf(inside)
	if to == nil {
		return "imports " + imported + ", which belongs to no layer"
	}
	if to == l && l.name != "component" && l.name != "kernel/host" || inside == folder {
		return ""
	}
	for _, may := range l.may {
		if may == "*" || may == to.name {
			return ""
		}
	}
	return l.name + " must not import " + to.name + " (" + imported + ")"
}

// TestArrows: the arrows that matter most are refused, and the usual ones are not.
func TestArrows(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{"dsl/a.go", `import "` + modulePath + `/dsl/session"`, "dsl must not import dsl/session"},
		{"dsl/session/a.go", `import "` + modulePath + `/dsl"`, ""},
		{"checker/a.go", `import "` + modulePath + `/viz"`, "checker must not import viz"},
		{"traces/a.go", `import "` + modulePath + `/checker"`, "traces must not import checker"},
		{"gen/a.go", `import "` + modulePath + `/checker"`, "gen must not import checker"},
		{"gen/analyzer/a.go", `import "` + modulePath + `/dsl/session"`, "gen/analyzer must not import dsl/session"},
		{"kernel/vnode/a.go", `import "sync/atomic"`, "component imports sync/atomic"},
		{"kernel/vnode/a.go", `import "` + modulePath + `/kernel/table"`, "component must not import component"},
		{"kernel/vnode/a.go", `import "` + modulePath + `/kernel/disk"`, ""},
		{"kernel/disk/a.go", `import "` + modulePath + `/kernel/vnode"`, "kernel/disk must not import component"},
		{"kernel/vnode/a.go", `import "` + modulePath + `/protocols/block"`, ""},
		{"kernel/vnode/a.go", `import "golang.org/x/sys/unix"`, "neither of this module nor"},
		{"kernel/vnode/a.go", `func f() { go f() }`, "a go statement"},
		{"kernel/vnode/a.go", `var c chan int`, "a channel of Go"},
		{"kernel/host/fuse/a.go", `import "os"`, ""},
		{"kernel/host/fuse/a.go", `import "` + modulePath + `/kernel/vnode"`, "kernel/host must not import component"},
		{"kernel/channel/a.go", `import "` + modulePath + `/dsl"`, "kernel/channel must not import dsl"},
		{"protocols/block/a.gen.go", `import "` + modulePath + `/kernel/channel"`, ""},
		{"protocols/block/a.gen.go", `import "` + modulePath + `/kernel/vnode"`, "protocols must not import component"},
		{"misc/a.go", ``, "belongs to no layer"},
	} {
		got := strings.Join(arrows(c.path, []byte("package p\n"+c.text)), "\n")
		if c.want == "" && got != "" || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s with %s: %q, want %q", c.path, c.text, got, c.want)
		}
	}
}
