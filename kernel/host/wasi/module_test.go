package wasi

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
)

// moduleOf is a module of sections, each a number and its content.
func moduleOf(sections ...string) []byte {
	out := []byte(magic)
	for _, s := range sections {
		out = append(out, s[0], byte(len(s)-1))
		out = append(out, s[1:]...)
	}
	return out
}

// The sections of a command that does nothing.
const (
	typed    = "\x01\x01\x60\x00\x00"
	declared = "\x03\x01\x00"
	exported = "\x07\x01\x06_start\x00\x00"
	body     = "\x0a\x01\x02\x00\x0b"
)

// What cannot run says why, and what to do.
func TestUnfit(t *testing.T) {
	engine := wazero.NewRuntime(context.Background())
	defer engine.Close(context.Background())
	for _, c := range []struct {
		name string
		text []byte
		want string // empty: it runs
	}{
		{"a command", moduleOf(typed, declared, exported, body), ""},
		{"nothing", nil, "copy or build it again"},
		{"a script", []byte("#!/bin/sh\n"), "give a .wasm file"},
		{"words", []byte("(module)"), "wat2wasm"},
		{"a component", []byte(component + "\x00"), "component (WASI preview 2)"},
		{"no command", moduleOf(typed, declared, body), "exports no function _start"},
		{"a function of another host", moduleOf(typed, "\x02\x01\x03env\x01f\x00\x00", declared, "\x07\x01\x06_start\x00\x01", body), "function f of env"},
		{"a function that WASI has not", moduleOf(typed, "\x02\x01\x16wasi_snapshot_preview1\x04fork\x00\x00", declared, "\x07\x01\x06_start\x00\x01", body), "function fork of wasi_snapshot_preview1"},
		{"parameters", moduleOf("\x01\x01\x60\x01\x7f\x00", declared, exported, body), "parameters or results"},
		{"many functions in few bytes", moduleOf(typed, "\x03\xff\xff\xff\xff\x0f"), "ends in the middle"},
		{"many elements in few bytes", moduleOf(typed, declared, "\x04\x01\x70\x00\x07", exported, "\x09\x01\x00\x41\x00\x0b\xff\xff\xff\xff\x0f", body), "ends in the middle"},
		{"many parameters in few bytes", moduleOf("\x01\x01\x60\xff\xff\xff\xff\x0f\x00"), "ends in the middle"},
		{"much data in few bytes", moduleOf(typed, declared, "\x05\x01\x00\x01", exported, body, "\x0b\x01\x00\x41\x00\x0b\xff\xff\xff\xff\x0f"), "ends in the middle"},
		{"many names in few bytes", moduleOf(typed, declared, exported, body, "\x00\x04name\x01\x05\xff\xff\xff\xff\x0f"), ""},
		{"names of variables", moduleOf(typed, declared, exported, body, "\x00\x04name\x01\x04\x01\x00\x01f\x02\x05\xff\xff\xff\xff\x0f"), ""},
		{"elements of every form", moduleOf(typed, declared, "\x04\x01\x70\x00\x07", exported, "\x09\x08\x00\x41\x00\x0b\x01\x00\x01\x00\x01\x00\x02\x00\x41\x00\x0b\x00\x01\x00\x03\x00\x01\x00"+
			"\x04\x41\x00\x0b\x01\xd2\x00\x0b\x05\x70\x01\xd0\x70\x0b\x06\x00\x41\x00\x0b\x70\x01\xd2\x00\x0b\x07\x70\x01\xd2\x00\x0b", body), ""},
		{"data of every form", moduleOf(typed, declared, "\x05\x01\x00\x01", exported, "\x0c\x03", body, "\x0b\x03\x00\x41\x00\x0b\x01a\x01\x01b\x02\x00\x41\x00\x0b\x01c"), ""},
		{"many variables", moduleOf(typed, declared, exported, "\x0a\x01\x08\x01\xff\xff\xff\xff\x0f\x7f\x0b"), "more than 50000 variables"},
		{"a large table", moduleOf(typed, declared, "\x04\x01\x70\x00\xff\xff\xff\x0f", exported, body), "more than 1048576 entries"},
		{"two large tables", moduleOf(typed, declared, "\x04\x02\x70\x00\xff\xff\x3f\x70\x00\xff\xff\x3f", exported, body), "more than 1048576 entries"},
		{"a table of something else", moduleOf(typed, declared, "\x04\x01\x64\x00\x00", exported, body), "a table that the kernel does not know"},
	} {
		text, err := bounded(c.text)
		if err == nil {
			var m wazero.CompiledModule
			if m, err = engine.CompileModule(context.Background(), text); err == nil {
				err = runnable(m)
			}
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A module that is cut anywhere is refused.
func TestCut(t *testing.T) {
	whole := moduleOf(typed, declared, "\x04\x01\x70\x00\x07", exported, body)
	for n := range whole {
		text, err := bounded(whole[:n])
		if err == nil {
			err = compiles(text)
		}
		if err == nil {
			t.Errorf("cut to %d of %d bytes it is taken", n, len(whole))
		}
	}
}

// Whatever bytes are wrong, nothing panics.
func TestDamaged(t *testing.T) {
	whole := moduleOf(typed, declared, "\x04\x02\x70\x00\x07\x70\x01\x07\x09", exported, "\x09\x02\x00\x41\x00\x0b\x01\x00\x05\x70\x01\xd0\x70\x0b", body,
		"\x00\x04name\x01\x04\x01\x00\x01f")
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 0))
		text := bytes.Clone(whole)
		for range 1 + r.IntN(3) {
			text[8+r.IntN(len(text)-8)] = byte(r.Uint32())
		}
		func() {
			defer func() {
				if v := recover(); v != nil {
					t.Errorf("seed %d, %x: %v", seed, text, v)
				}
			}()
			if text, err := bounded(text); err == nil {
				compiles(text)
			}
		}()
	}
}

func compiles(text []byte) error {
	r := wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigInterpreter())
	defer r.Close(context.Background())
	m, err := r.CompileModule(context.Background(), text)
	if err == nil {
		err = runnable(m)
	}
	return err
}
