package kernel_test

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
)

// A hundred programs run at once, and when the kernel has stopped nothing of them is left: no goroutine, and no channel, which the recorded run says.
func TestHundred(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	module := build(t, "testdata/hello")
	var out bytes.Buffer
	config, record := configured(t, strings.NewReader(""), &out)
	config.Stderr = &bytes.Buffer{}
	before := runtime.NumGoroutine()
	var commands []kernel.Command
	for range 100 {
		commands = append(commands, kernel.Command{Module: module, Args: []string{"hello"}})
	}
	codes, err := kernel.Run(context.Background(), config, commands...)
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range codes {
		if code != 3 {
			t.Errorf("program %d: exit code %d", i, code)
		}
	}
	if n := strings.Count(out.String(), "hello []"); n != 100 {
		t.Errorf("%d programs have said something", n)
	}
	// What ends by itself takes as long as it takes: go test ends a test that waits for ever.
	for runtime.NumGoroutine() > before {
		runtime.Gosched()
	}
	judged(t, record.Trace())
}

// nothing is a module whose start function returns at once: (module (func (export "_start"))).
const nothing = "\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x07\x0a\x01\x06_start\x00\x00\x0a\x04\x01\x02\x00\x0b"

// BenchmarkBoot is a kernel from nothing to its end, with a program that does nothing.
func BenchmarkBoot(b *testing.B) {
	config, _ := configured(b, strings.NewReader(""), &bytes.Buffer{})
	config.Recorder = nil
	config.Engine.Provide("nothing", []byte(nothing))
	for b.Loop() {
		if codes, err := kernel.Run(context.Background(), config, kernel.Command{Module: "nothing", Args: []string{"nothing"}}); err != nil || codes[0] != 0 {
			b.Fatal(codes, err)
		}
	}
}
