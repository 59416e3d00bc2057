package kernel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
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
