package kernel_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
)

func bad(module string, words ...string) kernel.Command {
	return kernel.Command{Module: module, Args: append([]string{"bad"}, words...)}
}

// Whatever a bad program does, the witness beside it is served; and when the bad one is no more, the kernel is as if it had never been.
func TestRobust(t *testing.T) {
	module := build(t, "testdata/bad")
	as := untouched(t)
	for _, c := range []struct {
		name  string
		words []string
		says  string
		code  uint32 // 137: it is made to crash when it has said that
		state string // and its process is there
	}{
		{"never stops", []string{"spin"}, "bad spin\n", 137, "chooses in Running"},
		{"waits for what is typed", []string{"read"}, "bad read\n", 137, waiting},
		{"sleeps", []string{"sleep"}, "bad sleep\n", 137, waiting},
		{"writes without end", []string{"flood"}, "flood\nflood\n", 137, ""},
		{"is stopped in some call", []string{"stir:top"}, "bad stir:top\n", 137, ""},
		{"allocates without end", []string{"allocate"}, "out of memory", 2, ""},
		{"panics", []string{"panic"}, "I panic", 2, ""},
		{"opens files without end", []string{"open:f", "remove:."}, "bad open:f: Too many open files\n", 0, ""},
		{"is stopped with many files open", []string{"open:f", "remove:.", "spin"}, "bad spin\n", 137, ""},
		{"fills the disk", []string{"fill:f", "remove:."}, "bad fill:f: No space left on device\n", 0, ""},
		{"is stopped with a full disk in its hands", []string{"fill:f", "remove:.", "spin"}, "bad spin\n", 137, ""},
		{"gives a file names without end", []string{"links:f", "remove:."}, "bad links:f: No space left on device\n", 0, ""},
		{"makes folders without end", []string{"folders:f", "remove:."}, "bad folders:f: No space left on device\n", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t, bad(module, c.words...))
			if c.code == 137 {
				w.said.await(c.says, "bad has done all\n")
				w.kill(0, c.state)
			}
			w.served()
			w.same(as)
			if w.codes[0] != c.code || !strings.Contains(w.said.String(), c.says) {
				t.Errorf("exit code %d: %.1000s", w.codes[0], w.said)
			}
		})
	}
}

// What programs have held is there for those that come after them: one after the other they hold more memory than there is for all.
func TestRobustMemory(t *testing.T) {
	module := build(t, "testdata/bad")
	as := untouched(t)
	commands := []kernel.Command{bad(module, "hold:700", "write:1")}
	for i := 1; i < 12; i++ {
		commands = append(commands, bad(module, fmt.Sprintf("await:%d", i), "hold:700", fmt.Sprintf("write:%d", i+1)))
	}
	w := begin(t, commands...)
	w.served()
	w.same(as)
	if slices.Max(w.codes) != 0 {
		t.Errorf("exit codes %v: %.1000s", w.codes, w.said)
	}
}

// piped is a command whose output the next one reads.
func piped(c kernel.Command) kernel.Command {
	c.Piped = true
	return c
}

// Of a pipeline, one is made to crash in a call: the other hears that it is gone, and ends too.
func TestRobustPipe(t *testing.T) {
	module := build(t, "testdata/bad")
	as := untouched(t)
	for _, c := range []struct {
		name     string
		commands []kernel.Command
		killed   int
		state    string
		codes    string
	}{
		{"the writer, while its reader waits", []kernel.Command{piped(bad(module, "sleep")), bad(module, "read")}, 0, waiting, "[137 0 0]"},
		{"the reader, while its writer waits", []kernel.Command{piped(bad(module, "flood")), bad(module, "sleep")}, 1, waiting, "[0 137 0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t, c.commands...)
			w.kill(c.killed, c.state)
			w.served()
			w.same(as)
			if got := fmt.Sprint(w.codes); got != c.codes {
				t.Errorf("exit codes %s: %.1000s", got, w.said)
			}
		})
	}
}

// code is a module whose start function is a body, with further sections before it.
func code(body string, sections ...string) []byte {
	all := slices.Concat([]string{"\x01\x01\x60\x00\x00", "\x03\x01\x00"}, sections,
		[]string{"\x07\x01\x06_start\x00\x00", "\x0a\x01" + string(rune(len(body)+1)) + "\x00" + body})
	out := []byte("\x00asm\x01\x00\x00\x00")
	for _, s := range all {
		out = append(append(out, s[0], byte(len(s)-1)), s[1:]...)
	}
	return out
}

// Modules that no compiler makes ask their host for more than there is, all at once: each is refused or ends, and the witness is served.
func TestRobustModules(t *testing.T) {
	const grow = "\x41\x80\x08\x40\x00" // i32.const 1024; memory.grow
	modules := []struct {
		name string
		text []byte
		code uint32
		says string
	}{
		{"recurses", code("\x10\x00\x0b"), 134, "stack overflow"},
		{"traps", code("\x00\x0b"), 134, "wasm error: unreachable"},
		{"wants memory", code("\x0b", "\x05\x01\x00\x80\x80\x02"), 126, "it wants 2048 MiB of memory to begin with, and the kernel grants it 1024"},
		{"grows its memory until it hears no", code("\x03\x40"+grow+"\x41\x7f\x47\x0d\x00\x0b\x0b", "\x05\x01\x00\x00"), 0, ""},
		{"grows its table until it hears no", code("\x03\x40\xd0\x70\x41\x80\x80\xc0\x00\xfc\x0f\x00\x41\x7f\x47\x0d\x00\x0b\x0b", "\x04\x01\x70\x00\x00"), 0, ""},
	}
	as := untouched(t)
	engine, commands := map[string][]byte{}, []kernel.Command(nil)
	for _, m := range modules {
		engine[m.name] = m.text
		commands = append(commands, kernel.Command{Module: m.name, Args: []string{m.name}})
	}
	w := beginWith(t, engine, commands...)
	w.served()
	w.same(as)
	for i, m := range modules {
		if w.codes[i] != m.code || m.says != "" && !strings.Contains(w.said.String(), m.name+": "+m.says) {
			t.Errorf("%s: exit code %d: %.2000s", m.name, w.codes[i], w.said)
		}
	}
}
