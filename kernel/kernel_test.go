package kernel_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/host/wasi"
	"github.com/protoc-os/protoc-os/traces"
)

// build builds a Go program for WASI.
func build(t testing.TB, folder string) string {
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
	config, record := configured(t, strings.NewReader(in), &stdout)
	config.Stderr, config.Engine.Errors = &stderr, &stderr
	codes, err := kernel.Run(context.Background(), config, c...)
	if err != nil {
		t.Errorf("the kernel says %v", err)
	}
	judged(t, record.Trace())
	return codes, stdout.String(), stderr.String()
}

// configured is a kernel that is recorded.
func configured(t testing.TB, in io.Reader, out io.Writer) (kernel.Config, *channel.Trace) {
	t.Helper()
	lock, err := os.ReadFile("../protoc-os.lock")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := wasi.NewEngine(filepath.Join(os.TempDir(), "protoc-os-test-modules"), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	record := kernel.NewRecord()
	return kernel.Config{Lock: lock, Stdin: in, Stdout: out, Stderr: os.Stderr, Engine: engine, Recorder: record}, record
}

// judged holds a recorded run against the model that was verified: no event is outside of it.
func judged(t *testing.T, run *traces.Trace) {
	t.Helper()
	sys, err := judge.System("protocols/boot", run)
	if err != nil {
		t.Fatal(err)
	}
	j, err := judge.New(sys, run)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.All(run.Events); err != nil {
		t.Errorf("of %d events: %v", len(run.Events), err)
	}
	t.Logf("%d events judged", len(run.Events))
}

// A program sees its arguments, its environment, the time and noise, and its exit code is its own.
func TestHello(t *testing.T) {
	module := build(t, "testdata/hello")
	codes, out, errs := run(t, "", kernel.Command{Module: module, Args: []string{"hello", "a", "b c"}, Env: []string{"NAME=wasi"}})
	if codes[0] != 3 || out != "hello [a b c] wasi\n" || errs != "noise true, slept true\n" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], out, errs)
	}
}

// Programs run at once, each with its own exit code; one that reads gets what is typed.
func TestSeveral(t *testing.T) {
	module := build(t, "testdata/hello")
	var commands []kernel.Command
	for range 8 {
		commands = append(commands, kernel.Command{Module: module, Args: []string{"hello"}})
	}
	codes, out, _ := run(t, "", commands...)
	for i, code := range codes {
		if code != 3 {
			t.Errorf("program %d: exit code %d", i, code)
		}
	}
	if strings.Count(out, "hello []") != 8 {
		t.Errorf("out %q", out)
	}
}

// A program that never stops is stopped with the kernel.
func TestEndless(t *testing.T) {
	module := build(t, "testdata/endless")
	engine, err := wasi.NewEngine("", os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	lock, err := os.ReadFile("../protoc-os.lock")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stop := writer(func(b []byte) (int, error) {
		cancel() // it has begun
		return len(b), nil
	})
	codes, err := kernel.Run(ctx, kernel.Config{Lock: lock, Stdin: strings.NewReader(""), Stdout: stop, Stderr: os.Stderr, Engine: engine},
		kernel.Command{Module: module, Args: []string{"endless"}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("codes %v, error %v", codes, err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// A kernel whose lock does not show the system as verified does not boot.
func TestUnverified(t *testing.T) {
	var unverified *channel.UnverifiedError
	if _, err := kernel.Run(context.Background(), kernel.Config{Lock: []byte("protoc-os lock 1\n")}); !errors.As(err, &unverified) {
		t.Errorf("it says %v", err)
	}
}

// What is typed is read to its end.
func TestStdin(t *testing.T) {
	module := build(t, "testdata/upper")
	in := strings.Repeat("a line of some length\n", 1000)
	codes, out, errs := run(t, in, kernel.Command{Module: module, Args: []string{"upper"}})
	if codes[0] != 0 || out != strings.ToUpper(in) || errs != "" {
		t.Errorf("exit code %d, %d bytes out of %d, errors %q", codes[0], len(out), len(in), errs)
	}
}

// A poll of a time and a file is answered by the first; the other is released, and what it answers meanwhile counts too.
func TestPoll(t *testing.T) {
	module := build(t, "testdata/poller")
	codes, out, errs := run(t, "", kernel.Command{Module: module, Args: []string{"poller"}})
	if codes[0] != 0 || out != "0 1 8\n0 1 7\n0 true\n0 2\n" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], out, errs)
	}
}
