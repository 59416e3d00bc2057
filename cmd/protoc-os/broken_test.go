package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// expectation is a line that announces a failure.
var expectation = regexp.MustCompile(`(?m)^\s*expect .*$`)

// TestBroken: without the lines that announce it, each package of protocols/broken fails, and each counterexample replays through the
// successor function to the state that it claims.
func TestBroken(t *testing.T) {
	root := copySources(t)
	t.Chdir(root)
	packages, err := filepath.Glob("protocols/broken/*")
	if err != nil {
		t.Fatal(err)
	}
	tried, replayed := 0, 0
	for _, folder := range packages {
		sources, err := filepath.Glob(filepath.Join(folder, "*.chan"))
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range sources {
			text, err := os.ReadFile(source)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(source, expectation.ReplaceAll(text, nil), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if len(sources) == 0 {
			continue
		}
		tried++
		t.Run(filepath.Base(folder), func(t *testing.T) { replayed += breaks(t, "./"+filepath.ToSlash(folder)) })
	}
	if tried < 24 || replayed < 20 {
		t.Errorf("%d packages, %d counterexamples replayed", tried, replayed)
	}
}

// breaks checks a package and replays its counterexamples.
func breaks(t *testing.T, folder string) (replayed int) {
	var out, notes bytes.Buffer
	exit := run([]string{"check", "--timeout", "30s", "--format", "json", "--trace-dir", "traces", folder}, strings.NewReader(""), &out, &notes)
	var doc jsonDocument
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatalf("exit status %d, %v\n%s%s", exit, err, out.Bytes(), notes.Bytes())
	}
	if exit != 1 && exit != 3 {
		t.Errorf("exit status %d, want 1 or 3", exit)
	}
	for _, s := range doc.Systems {
		for _, v := range s.Violations {
			if v.File == "" {
				continue
			}
			out.Reset()
			if exit := run([]string{"trace", "replay", v.File, folder}, strings.NewReader(""), &out, &notes); exit != 0 {
				t.Errorf("%s of %s: exit status %d\n%s%s", v.Code, s.Name, exit, out.Bytes(), notes.Bytes())
			}
			replayed++
		}
	}
	return replayed
}
