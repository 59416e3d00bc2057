package session

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var updateProtocols = flag.Bool("update-protocols", false, "rewrite testdata/protocols")

// TestProtocols compares the local types and diagnostics of each case with the text after "-- want --".
func TestProtocols(t *testing.T) {
	files, err := filepath.Glob("testdata/protocols/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts, want := map[string]string{}, ""
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
				} else {
					texts[f.Name] = string(f.Data)
				}
			}
			got := protocolsText(texts)
			if *updateProtocols {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// protocolsText writes out the protocols and diagnostics of sources.
func protocolsText(texts map[string]string) string {
	prog, diags := LoadText(texts)
	var b strings.Builder
	for _, p := range prog.Packages {
		for _, pr := range p.Protocols {
			fmt.Fprintf(&b, "%s capacity %v\n", pr.QName(), pr.Capacity)
			for _, l := range pr.Labels {
				for _, f := range l.Fields {
					fmt.Fprintf(&b, "  %s: %s %s", l.Name, f.Name, f.Type.Name)
					if f.Type.Kind == End {
						fmt.Fprintf(&b, " in states %v", f.Type.End.States)
					}
					b.WriteString("\n")
				}
			}
			for _, l := range pr.Locals {
				fmt.Fprintf(&b, "  %s\n    %s\n", pr.Roles[l.Role], strings.ReplaceAll(strings.TrimSpace(l.String()), "\n", "\n    "))
			}
		}
	}
	for _, d := range diags {
		fmt.Fprintln(&b, d.Error())
		for _, r := range d.Related {
			fmt.Fprintf(&b, "    %s: %s\n", r.At, r.Message)
		}
		for _, n := range d.Notes {
			fmt.Fprintf(&b, "    note: %s\n", n)
		}
	}
	return b.String()
}
