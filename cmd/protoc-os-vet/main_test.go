package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// go vet with this tool finds what is planted, and nothing in the project's own code.
func TestVet(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "protoc-os-vet")
	if out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	vet := func(dir string, patterns ...string) (string, error) {
		c := exec.Command("go", append([]string{"vet", "-vettool=" + tool}, patterns...)...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		return string(out), err
	}
	out, err := vet("../..", "./kernel/...", "./gen/internal/...", "./protocols/...")
	if err != nil {
		t.Errorf("the project's own code: %v\n%s", err, out)
	}
	if out, err := vet("../../examples/wordcount", "./..."); err != nil {
		t.Errorf("the example: %v\n%s", err, out)
	}
	const testdata = "./gen/analyzer/testdata/"
	out, err = vet("../..", testdata+"linear", testdata+"cases", testdata+"confined")
	if err == nil {
		t.Error("what is planted was not found")
	}
	for _, want := range []string{
		"linear.go:41:17: this sample.LineCallerStart is used twice",
		"cases.go:10:2: this switch over sample.ShopServerRestMessage misses",
		"a goroutine in a component",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("not found: %s\n%s", want, out)
		}
	}
}
