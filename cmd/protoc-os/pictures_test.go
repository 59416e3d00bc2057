package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPictures redraws each picture in the folders of the protocols, protocols/<package>/<Name>.svg, and says which are stale. A new picture only has
// to be put there.
func TestPictures(t *testing.T) {
	t.Chdir(moduleRoot)
	files, err := filepath.Glob("protocols/*/*.svg")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pictures in protocols: %v", err)
	}
	for _, file := range files {
		folder, name := "./"+filepath.ToSlash(filepath.Dir(file)), strings.TrimSuffix(filepath.Base(file), ".svg")
		var out, complaints bytes.Buffer
		exit := run([]string{"graph", "--name", name, "-o", file, "--check", folder}, os.Stdin, &out, &complaints)
		if exit != 0 {
			t.Errorf("%s%sexit status %d; this draws it: go run ./cmd/protoc-os graph --name %s -o %s %s", out.String(), complaints.String(), exit, name, filepath.ToSlash(file), folder)
		}
	}
}
