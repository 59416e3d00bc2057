package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/protoc-os/protoc-os/dsl"
)

// TestExamples runs check on the example of every code, as whoever reads the explanation will, and expects the code.
func TestExamples(t *testing.T) {
	for _, e := range dsl.Explanations() {
		t.Run(string(e.Code), func(t *testing.T) {
			dir := t.TempDir()
			archive := &txtar.Archive{Files: []txtar.File{{Name: "p/p.chan", Data: []byte(e.Example)}}}
			if strings.HasPrefix(e.Example, "-- ") {
				archive = txtar.Parse([]byte(e.Example))
			}
			if err := txtar.Write(archive, dir); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			var out, notes bytes.Buffer
			run([]string{"check", "--format", "json", "./..."}, strings.NewReader(""), &out, &notes)
			var doc jsonDocument
			if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
				t.Fatalf("%v\n%s%s", err, out.Bytes(), notes.Bytes())
			}
			if got := codesOf(&doc); !slices.Contains(got, e.Code) {
				t.Errorf("yields %v, not %s:\n%s", got, e.Code, e.Example)
			}
		})
	}
}

// codesOf returns all codes in a report.
func codesOf(doc *jsonDocument) (codes []dsl.Code) {
	for _, d := range doc.Diagnostics {
		codes = append(codes, d.Code)
	}
	for _, s := range doc.Systems {
		if s.Missed != nil {
			codes = append(codes, s.Missed.Code)
		}
		for _, v := range s.Violations {
			codes = append(codes, v.Code)
		}
	}
	return codes
}
