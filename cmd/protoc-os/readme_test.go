package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// documents are those whose commands run here.
var documents = []string{"README.md", "ARCHITECTURE.md", "docs/language.md", "docs/graphs.md"}

// ourselves are commands that cannot run within themselves: they run this test.
var ourselves = map[string]bool{"go test ./...": true}

// TestCommands runs every command in the shell blocks of the documents, in a copy of the sources, and expects each to succeed. How long a
// search takes is not for a test to judge: a check gets ten seconds per system here, and may be inconclusive. .ci/run gives it its time.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("explores every system of the repository")
	}
	root := copySources(t)
	t.Chdir(root)
	cache, err := goCache()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", cache) // for a program that is built to be run
	ran := 0
	for _, doc := range documents {
		for _, command := range commandsIn(t, filepath.Join(root, doc)) {
			args, ok := strings.CutPrefix(command, "go run ./cmd/protoc-os ")
			if ourselves[command] {
				continue
			}
			if !ok {
				t.Errorf("%s: no test knows how to run %q", doc, command)
				continue
			}
			words, inconclusive := shellWords(args), 0
			if words[0] == "check" {
				words, inconclusive = append(words, "--timeout", "10s"), 4
			}
			var out, notes bytes.Buffer
			if exit := run(words, strings.NewReader(""), &out, &notes); exit != 0 && exit != inconclusive {
				t.Errorf("%s: %s: exit status %d\n%s%s", doc, command, exit, out.Bytes(), notes.Bytes())
			}
			ran++
		}
	}
	if ran == 0 {
		t.Error("no commands found")
	}
}

// shellWords splits a command line as a shell does: what stands in double quotes is one word.
func shellWords(line string) (words []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

// TestPicture: the picture in README is what the command prints.
func TestPicture(t *testing.T) {
	root := copySources(t)
	t.Chdir(root)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, picture, found := strings.Cut(string(text), "\n```\n")
	picture, _, end := strings.Cut(picture, "```")
	if !found || !end {
		t.Fatal("README.md has no picture")
	}
	var out, notes bytes.Buffer
	run([]string{"check", "-v", "./examples/pager"}, strings.NewReader(""), &out, &notes)
	if !strings.Contains(out.String(), picture) {
		t.Errorf("README.md shows\n%s\nbut check -v ./examples/pager prints\n%s%s", picture, out.Bytes(), notes.Bytes())
	}
}

// commandsIn returns the lines of a document's shell blocks without their comments.
func commandsIn(t *testing.T, doc string) (commands []string) {
	text, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	shell := false
	for _, line := range strings.Split(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			shell = line == "```sh" || line == "```bash"
		case shell && strings.TrimSpace(line) != "":
			line, _, _ = strings.Cut(line, "   #")
			commands = append(commands, strings.TrimPrefix(strings.TrimSpace(line), "$ "))
		}
	}
	return commands
}

// copySources copies the .chan files and the documents of the module to a folder of its own: check writes there.
func copySources(t *testing.T) string {
	to := t.TempDir()
	err := filepath.WalkDir(moduleRoot, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(moduleRoot, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(path) {
		case ".chan", ".md", ".mod", ".lock":
		case ".go":
			if rel := filepath.ToSlash(rel); rel != "examples/hello/main.go" && rel != "examples/shell/main.go" { // which are built and run
				return nil
			}
		default:
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o777); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
