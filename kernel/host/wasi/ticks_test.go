package wasi

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// whole is a module with one of everything, and a body for its only function.
func whole(body string) []byte {
	return moduleOf(typed, declared, "\x04\x01\x70\x00\x01", "\x05\x01\x00\x01", "\x06\x01\x7f\x01\x41\x00\x0b", exported, "\x09\x01\x00\x41\x00\x0b\x01\x00", "\x0c\x01",
		bodies("\x01\x01\x7f"+body), "\x0b\x01\x00\x41\x00\x0b\x01a")
}

// bodies is a section of code.
func bodies(of ...string) string {
	out := "\x0a" + string(rune(len(of)))
	for _, b := range of {
		out += string(rune(len(b)+1)) + b + "\x0b"
	}
	return out
}

// What belongs to an instruction is what the compiler takes for it: after an instruction that is never left any other may stand, and the least number of zeros
// after it with which the module is valid, before a number, is what it reads.
func TestInstructions(t *testing.T) {
	ctx := context.Background()
	engine := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer engine.Close(ctx)
	// Zeros are no blocks, no types and no branch tables.
	special := map[string]string{"\x02": "\x40\x0b", "\x03": "\x40\x0b", "\x04": "\x40\x0b", "\x05": "", "\x0b": "", "\x0e": "\x02\x00\x00\x00", "\x1c": "\x01\x7f", "\xd0": "\x70",
		"\xfd\x0c": strings.Repeat("\x00", 16)} // of which fewer would do, with the number
	var all []string
	for op := range 256 {
		switch {
		case op == 0xfc || op == 0xfd:
			for second := range 256 {
				if second < 128 {
					all = append(all, string([]byte{byte(op), byte(second)}))
				} else {
					all = append(all, string([]byte{byte(op), byte(second), 1}))
				}
			}
		default:
			all = append(all, string([]byte{byte(op)}))
		}
	}
	const number = "\x44\xff\xff\xff\xff\xff\xff\xff\xff\x1a\x0f" // which is dropped, and a return
	known := 0
	for _, op := range all {
		rest, ok := special[op]
		for n := 0; !ok && n <= 18; n++ {
			rest = strings.Repeat("\x00", n)
			m, err := engine.CompileModule(ctx, whole("\x00"+op+rest+number))
			if ok = err == nil; ok {
				m.Close(ctx)
			}
		}
		if !ok {
			continue
		}
		known++
		r := reader(op + rest + "\x01\x01")
		if _, err := r.instruction(); err != nil || len(r) != 2+len(rest[len(strings.TrimSuffix(rest, "\x0b")):]) {
			t.Errorf("% x: %d bytes are left of % x and two more: %v", op, len(r), rest, err)
		}
		if op[0] == 0x05 || op[0] == 0x0b {
			continue
		}
		text, err := bounded(whole("\x00" + op + rest + number))
		if err == nil {
			err = compiles(text)
		}
		if err != nil {
			t.Errorf("% x % x, with ticks: %v", op, rest, err)
		}
	}
	if known < 430 {
		t.Errorf("%d instructions", known)
	}
}

// Whatever a program does without end, it can be stopped, and the collector does not wait for it.
func TestStoppable(t *testing.T) {
	const less = "\x20\x00\x41\x01\x6b\x21\x00" // one less in the variable
	for name, text := range map[string][]byte{
		"a loop":                  whole("\x03\x40\x0c\x00\x0b"),
		"a loop in a block":       whole("\x02\x40\x03\x40\x0c\x00\x0b\x0b"),
		"a loop after a branch":   whole("\x02\x40\x20\x00\x0d\x00\x0b\x03\x40\x0c\x00\x0b"),
		"a loop with a condition": whole("\x03\x40\x41\x01\x0d\x00\x0b"),
		"a branch table":          whole("\x03\x40\x20\x00\x0e\x01\x00\x00\x0b"),
		"a loop that is entered seldom": whole("\x20\x00\x04\x40\x03\x40\x0b\x0b" + // not at all, and
			"\x03\x40\x0c\x00\x0b"),
		"calls that double": moduleOf("\x01\x02\x60\x00\x00\x60\x01\x7f\x00", "\x03\x02\x00\x01", exported,
			bodies("\x00\x41\x3c\x10\x01", "\x00\x20\x00\x04\x40"+less+"\x20\x00\x10\x01\x20\x00\x10\x01\x0b")),
		"without a memory":      moduleOf(typed, declared, exported, bodies("\x00\x03\x40\x0c\x00\x0b")),
		"before it has started": moduleOf(typed, "\x03\x02\x00\x00", exported, "\x08\x01", bodies("\x00", "\x00\x03\x40\x0c\x00\x0b")),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			var errs strings.Builder
			e, err := NewEngine("", &errs)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			e.Provide(name, text)
			ended := make(chan string)
			go func() {
				defer func() {
					if v := recover(); v != nil {
						ended <- fmt.Sprint(v)
					}
				}()
				c, err := e.load(ctx, name)
				if err == nil {
					err = e.start(ctx, c)
				}
				ended <- fmt.Sprint(err)
			}()
			for range 5 {
				time.Sleep(2 * time.Millisecond)
				runtime.GC()
			}
			select {
			case how := <-ended:
				t.Fatal("it has ended: ", how)
			default:
			}
			cancel()
			if how := <-ended; !strings.Contains(how, "unreachable") {
				t.Error(how)
			}
		})
	}
}

// A module with ticks does what it does without.
func TestTicksUnseen(t *testing.T) {
	// The sum of f(i) for i below n, where f(i) is i for an even i and f(i-1)+1 otherwise.
	text := moduleOf("\x01\x02\x60\x00\x00\x60\x01\x7f\x01\x7f", "\x03\x03\x00\x01\x01", "\x07\x02\x06_start\x00\x00\x03sum\x00\x01",
		bodies("\x00",
			"\x01\x02\x7f\x02\x40\x03\x40\x20\x01\x20\x00\x4f\x0d\x01\x20\x02\x20\x01\x10\x02\x6a\x21\x02\x20\x01\x41\x01\x6a\x21\x01\x0c\x00\x0b\x0b\x20\x02",
			"\x00\x20\x00\x41\x01\x71\x04\x7f\x20\x00\x41\x01\x6b\x10\x02\x41\x01\x6a\x05\x20\x00\x0b"))
	ctx := context.Background()
	engine := wazero.NewRuntime(ctx)
	defer engine.Close(ctx)
	sum := func(text []byte, n uint64) uint64 {
		m, err := engine.InstantiateWithConfig(ctx, text, wazero.NewModuleConfig().WithName("").WithStartFunctions())
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close(ctx)
		got, err := m.ExportedFunction("sum").Call(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		if g := m.ExportedGlobal(stopName); g != nil && g.(api.MutableGlobal).Get() != 0 {
			t.Error("it is to stop")
		}
		return got[0]
	}
	with, err := bounded(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []uint64{0, 1, 2, ticks - 1, ticks, ticks + 1, 60000} {
		if a, b := sum(text, n), sum(with, n); a != b || b != n*(n-1)/2 {
			t.Errorf("the sum to %d is %d with ticks and %d without", n, b, a)
		}
	}
}
