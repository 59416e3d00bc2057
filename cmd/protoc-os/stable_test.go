package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestSamePictures draws every protocol and system of the kernel, and every component's machine, in two processes, and expects the same bytes: maps have
// another order in each.
func TestSamePictures(t *testing.T) {
	if folder := os.Getenv("PROTOC_OS_PICTURES"); folder != "" {
		t.Chdir(moduleRoot)
		for view, to := range map[string]string{"protocol": "svg", "system": "svg", "component": "dot"} {
			var out, complaints bytes.Buffer
			if exit := run([]string{"graph", "--view", view, "--to", to, "-o", folder + "/" + view + "/", "./protocols/..."}, os.Stdin, &out, &complaints); exit != 0 {
				t.Fatalf("exit status %d: %s", exit, complaints.String())
			}
		}
		return
	}
	folders := []string{t.TempDir(), t.TempDir()}
	for _, folder := range folders {
		c := exec.Command(os.Args[0], "-test.run=^TestSamePictures$")
		c.Env = append(os.Environ(), "PROTOC_OS_PICTURES="+folder)
		if text, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	files, err := filepath.Glob(folders[0] + "/*/*")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name, err := filepath.Rel(folders[0], file)
		if err != nil {
			t.Fatal(err)
		}
		one, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		other, err := os.ReadFile(filepath.Join(folders[1], name))
		if err != nil || !bytes.Equal(one, other) {
			t.Errorf("%s differs between two processes (%v)", name, err)
		}
	}
}
