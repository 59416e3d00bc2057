package kernel_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/host/wasi"
)

// build builds a Go program for WASI.
func build(t *testing.T, folder string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), filepath.Base(folder)+".wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-o", out, ".")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

// run runs a program on a kernel of its own.
func run(t *testing.T, in string, c ...kernel.Command) (codes []uint32, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	lock, err := os.ReadFile("../protoc-os.lock")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := wasi.NewEngine(filepath.Join(os.TempDir(), "protoc-os-test-modules"), &stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	codes, err = kernel.Run(context.Background(), kernel.Config{Lock: lock, Stdin: strings.NewReader(in), Stdout: &stdout, Stderr: &stderr, Engine: engine}, c...)
	if err != nil {
		t.Errorf("the kernel says %v", err)
	}
	return codes, stdout.String(), stderr.String()
}

// A program sees its arguments, its environment, the time and noise, and its exit code is its own.
func TestHello(t *testing.T) {
	module := build(t, "testdata/hello")
	codes, out, errs := run(t, "", kernel.Command{Module: module, Args: []string{"hello", "a", "b c"}, Env: []string{"NAME=wasi"}})
	if codes[0] != 3 || out != "hello [a b c] wasi\n" || errs != "noise true, slept true\n" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], out, errs)
	}
}
