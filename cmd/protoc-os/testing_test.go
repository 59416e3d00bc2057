package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTestingDocument does what docs/testing.md tells a reader to do for a first test: its commands, its files, its fault.
func TestTestingDocument(t *testing.T) {
	root, err := filepath.Abs(moduleRoot)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "testing.md"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := goCache()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", cache)
	t.Chdir(userModule(t, root))
	ran := 0
	for _, block := range strings.Split(string(text), "\n```")[1:] {
		kind, block, _ := strings.Cut(block, "\n")
		switch first, rest, _ := strings.Cut(block, "\n"); {
		case kind == "go" && strings.HasPrefix(first, "// counter/"):
			if err := os.WriteFile(strings.TrimPrefix(first, "// "), []byte(rest+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
		case kind == "sh":
			for _, command := range strings.Split(block, "\n") {
				if exit, out := perform(command); exit != 0 {
					t.Fatalf("%s: exit status %d\n%s", command, exit, out)
				}
				ran++
			}
		}
	}
	if ran < 6 {
		t.Errorf("%d commands found", ran)
	}
	_, out := perform("go tool protoc-os test --runs 500 ./...")
	if !strings.Contains(string(text), "```\n"+out+"```") {
		t.Errorf("docs/testing.md does not show\n%s", out)
	}
	server, err := os.ReadFile("counter/server.go")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("counter/server.go", bytes.Replace(server, []byte("*sum += n"), []byte("*sum += min(n, 8)"), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	exit, out := perform("go tool protoc-os test ./...")
	for _, line := range []string{
		"seed 1, run 4: model: no order of these calls is one of the model:",
		"Counter 2: Add(9) = Total(8)", "1 steps:", "1. Counter 2.client → Add(9)", "saved as testdata/traces/TestServer/model-e7bf6abe.jsonl",
	} {
		if exit != 1 || !strings.Contains(out, line) || !strings.Contains(string(text), line) {
			t.Errorf("exit status %d, and this is not in it, or not in docs/testing.md: %s\n%s", exit, line, out)
		}
	}
}

// perform runs a command of a document.
func perform(command string) (exit int, out string) {
	var b bytes.Buffer
	if words, ok := strings.CutPrefix(command, "go tool protoc-os "); ok {
		exit = run(strings.Fields(words), strings.NewReader(""), &b, &b)
		return exit, b.String()
	}
	words := strings.Fields(command)
	c := exec.Command(words[0], words[1:]...)
	c.Stdout, c.Stderr = &b, &b
	if err := c.Run(); err != nil {
		return 1, b.String() + err.Error()
	}
	return 0, b.String()
}

// userModule is a module of a user, which requires this one and what it requires.
func userModule(t *testing.T, root string) string {
	dir := t.TempDir()
	mod, err := os.ReadFile(filepath.Join(root, "examples", "wordcount", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "examples", "wordcount", "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": strings.Replace(string(mod), "=> ../..", "=> "+root, 1), "go.sum": string(sum)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
