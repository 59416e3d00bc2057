package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplayCode has the components of examples/pager follow the checker's counterexample, as docs/testing.md shows it; components that part from it
// say where.
func TestReplayCode(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(moduleRoot, "docs", "testing.md"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := goCache()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", cache)
	traces := t.TempDir()
	t.Chdir(moduleRoot)
	var out, notes bytes.Buffer
	if exit := run([]string{"check", "--trace-dir", traces, "./examples/pager"}, strings.NewReader(""), &out, &notes); exit != 0 {
		t.Fatalf("exit status %d\n%s%s", exit, out.Bytes(), notes.Bytes())
	}
	file := filepath.Join(traces, "pager.Writing.PO2001.jsonl")
	out.Reset()
	if exit := run([]string{"trace", "replay", "--code", "./examples/pager", file, "./examples/pager"}, strings.NewReader(""), &out, &notes); exit != 0 {
		t.Errorf("exit status %d\n%s%s", exit, out.Bytes(), notes.Bytes())
	}
	if out.Len() == 0 || !bytes.Contains(text, out.Bytes()) {
		t.Errorf("docs/testing.md does not show\n%s", out.Bytes())
	}
	if exit := run([]string{"trace", "replay", "--code", "./kernel/cg", file, "./examples/pager"}, strings.NewReader(""), &out, &notes); exit == 0 ||
		!strings.Contains(notes.String(), "no test of ./kernel/cg follows this trace") {
		t.Errorf("exit status %d\n%s", exit, notes.Bytes())
	}
}
