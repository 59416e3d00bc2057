package session

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/google/go-cmp/cmp"
	"github.com/protoc-os/protoc-os/dsl"
)

var update = flag.Bool("update", false, "rewrite the expected text of case files")

// TestMachines runs the case files: each is a sentence, sources, and what comes of them ("want"): diagnostics of loading, of the components and
// of the systems, then the machines (with size 2) and the elaborated systems. A file whose name ends in "-errors" shows only diagnostics.
func TestMachines(t *testing.T) {
	files, err := filepath.Glob("testdata/machines/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no case files", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := machinesOf(archive, strings.Contains(name, "-errors"))
			for i := range archive.Files {
				if f := &archive.Files[i]; f.Name == "want" {
					if *update {
						f.Data = []byte(got)
						if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
							t.Fatal(err)
						}
					} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
						t.Errorf("run with -update and read the diff:\n%s", diff)
					}
					return
				}
			}
			t.Fatal("the case has no file want")
		})
	}
}

func machinesOf(archive *txtar.Archive, errorsOnly bool) string {
	sources := map[string]string{}
	for _, f := range archive.Files {
		if f.Name != "want" {
			sources[f.Name] = string(f.Data)
		}
	}
	var b bytes.Buffer
	prog, problems := LoadText(sources)
	writeDiagnostics(&b, problems)
	if prog == nil || failed(problems) {
		return b.String()
	}
	problems = CheckComponents(prog)
	writeDiagnostics(&b, problems)
	for _, p := range prog.Asked {
		for _, c := range p.Components {
			sizes := Env{}
			for _, n := range newBench(nil).sizeNames(c) {
				sizes[n] = 2
			}
			m, found := MachineOf(c, sizes)
			if !failed(found) && !errorsOnly {
				b.WriteString(m.String())
			}
		}
		for _, s := range p.Systems {
			sys, found := Elaborate(s, ElaborateOptions{})
			if failed(found) || errorsOnly {
				writeDiagnostics(&b, found)
				continue
			}
			writeDiagnostics(&b, found)
			b.WriteString(sys.String())
			for _, m := range sys.Machines {
				if m.Component == nil {
					b.WriteString(m.String())
				}
			}
		}
	}
	return b.String()
}

func writeDiagnostics(b *bytes.Buffer, list []*dsl.Diagnostic) {
	for _, d := range list {
		fmt.Fprintf(b, "%s\n", d.Error())
		for _, r := range d.Related {
			fmt.Fprintf(b, "    %s: %s\n", r.At, r.Message)
		}
		for _, n := range d.Notes {
			fmt.Fprintf(b, "    = %s\n", n)
		}
	}
}
