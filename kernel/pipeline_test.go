package kernel_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/host/door"
	"github.com/protoc-os/protoc-os/kernel/launch"
)

// text is a command of testdata/text.
func text(module string, piped bool, args ...string) kernel.Command {
	return kernel.Command{Module: module, Args: append([]string{"text"}, args...), Piped: piped}
}

// What one program writes is read by the next, however much it is, and each has an exit code of its own.
func TestPipeline(t *testing.T) {
	module := build(t, "testdata/text")
	codes, out, errs := run(t, "", text(module, true, "lines", "20000"), text(module, true, "copy"), text(module, false, "count"))
	if want := "208890 <nil>\n"; fmt.Sprint(codes) != "[0 0 0]" || out != want || errs != "" {
		t.Errorf("exit codes %v, out %q, errors %q", codes, out, errs)
	}
}

// A reader that stops early lets the writer know: its next write fails.
func TestBrokenPipe(t *testing.T) {
	module := build(t, "testdata/text")
	codes, out, _ := run(t, "", text(module, true, "lines", "1000000"), text(module, false, "first"))
	if codes[0] == 0 || codes[1] != 0 || out != "line 0\n<nil>\n" {
		t.Errorf("exit codes %v, out %q", codes, out)
	}
}

// Two pipelines at once share nothing but the console.
func TestTwoPipelines(t *testing.T) {
	module := build(t, "testdata/text")
	codes, out, errs := run(t, "a line\n",
		text(module, true, "lines", "1000"), text(module, false, "count"),
		text(module, true, "lines", "10"), text(module, false, "count"))
	if fmt.Sprint(codes) != "[0 0 0 0]" || !strings.Contains(out, "8890 <nil>\n") || !strings.Contains(out, "70 <nil>\n") || errs != "" {
		t.Errorf("exit codes %v, out %q, errors %q", codes, out, errs)
	}
}

// A pipeline with more programs than there are places loses its end; what is before writes to nobody, and nobody waits for ever.
func TestTooLongPipeline(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	module := build(t, "testdata/text")
	commands := []kernel.Command{text(module, true, "lines", "2000")}
	for range places {
		commands = append(commands, text(module, true, "copy"))
	}
	commands[places].Piped = false
	codes, out, _ := run(t, "", commands...)
	if codes[places] != launch.NoPlace || out != "" {
		t.Errorf("exit codes %v, out %q", codes, out)
	}
}

// places is how many programs the kernel runs at once.
const places = 128

// A program gets no more memory than its share, and ends; others are not concerned.
func TestGreedy(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	greedy, hello := build(t, "testdata/greedy"), build(t, "testdata/hello")
	codes, out, errs := run(t, "", kernel.Command{Module: greedy, Args: []string{"greedy"}}, kernel.Command{Module: hello, Args: []string{"hello"}})
	if codes[0] != 2 || codes[1] != 3 || !strings.Contains(out, "the first 16 MiB") || !strings.Contains(errs, "out of memory") {
		t.Errorf("exit codes %v, out %q, errors %.300q", codes, out, errs)
	}
}

// A program that never stops, and one that waits for what is never typed, are made to crash in turn: each is reported as killed, and the other program
// never knows.
func TestCrash(t *testing.T) {
	hello := build(t, "testdata/hello")
	for program, state := range map[string]string{"endless": "chooses in Running", "upper": "chooses in AfterWait"} {
		t.Run(program, func(t *testing.T) { crashed(t, build(t, "testdata/"+program), hello, state) })
	}
}

// crashed runs two programs, and makes the first one crash as soon as its process is in a state and the second has ended.
func crashed(t *testing.T, first, second, state string) {
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	listener, err := door.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	silent, typist := io.Pipe()
	defer typist.Close()
	config, record := configured(t, silent, io.Discard)
	config.Door = listener
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			list, err := door.Components(folder, os.Getpid())
			at := slices.IndexFunc(list, func(s channel.Status) bool { return s.Name == "process-0" })
			last := slices.IndexFunc(list, func(s channel.Status) bool { return s.Name == "process-1" })
			if err == nil && at >= 0 && last < 0 && list[at].State == state && list[at].Steps > 20 {
				break
			}
		}
		if err := door.Crash(folder, os.Getpid(), "program[0]"); err != nil {
			t.Error(err)
		}
	}()
	codes, err := kernel.Run(ctx, config, kernel.Command{Module: first, Args: []string{"first"}}, kernel.Command{Module: second, Args: []string{"second"}})
	if err != nil || fmt.Sprint(codes) != "[137 3]" {
		t.Errorf("exit codes %v, error %v", codes, err)
	}
	judged(t, record.Trace())
}
