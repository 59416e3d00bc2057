package kernel_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
)

// A hundred programs run at once, good ones and bad ones, and the witness is served among them.
func TestHundred(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	module, hello := build(t, "testdata/bad"), build(t, "testdata/hello")
	as := untouched(t)
	var commands []kernel.Command
	var codes []uint32
	for i := range 25 {
		commands = append(commands, kernel.Command{Module: hello, Args: []string{"hello"}}, bad(module, fmt.Sprintf("once:%d", i)),
			kernel.Command{Module: "trap", Args: []string{"trap"}}, kernel.Command{Module: "large", Args: []string{"large"}})
		codes = append(codes, 3, 0, 134, 126)
	}
	w := beginWith(t, map[string][]byte{"trap": code("\x00\x0b"), "large": code("\x0b", "\x05\x01\x00\x80\x80\x02")}, commands...)
	for range 3 {
		w.served()
	}
	w.same(as)
	for i, code := range codes {
		if w.codes[i] != code {
			t.Errorf("program %d: exit code %d, not %d", i, w.codes[i], code)
		}
	}
	if n := strings.Count(w.said.String(), "hello []"); n != 25 {
		t.Errorf("%d programs have said hello", n)
	}
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
