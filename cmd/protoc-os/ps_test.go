package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// The table shows rates between two looks, and members of an array of which there is nothing to tell as one line.
func TestComponents(t *testing.T) {
	at := func(steps uint32) []channel.Status {
		return []channel.Status{
			{Name: "init", Component: "Init", State: "chooses in Serving", Steps: 7, Ends: 72},
			{Name: "program[0]", Component: "Program", Core: -1, State: "outside", Queued: 1},
			{Name: "program[1]", Component: "Program", Core: -1, State: "outside"},
			{Name: "program[2]", Component: "Program", Core: -1, State: "outside"},
			{Name: "process-0", Component: "Process", State: "ready", Steps: steps, Ends: 10, Queued: 2},
		}
	}
	var out bytes.Buffer
	writeComponents(&out, at(1000), at(3000), 2*time.Second)
	want := `
  NAME              COMPONENT  CORE  STEPS/S  QUEUED  ENDS  STATE
  init              Init       0     0        0       72    chooses in Serving
  program[0]        Program    -     -        1       -     outside
  program[1] … [2]  Program    -     -        0       -     outside
  process-0         Process    0     1000     2       10    ready
`
	if out.String() != want[1:] {
		t.Errorf("%s", out.String())
	}
}

// Without a kernel, ps says what to do.
func TestNoKernel(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	var out, notes bytes.Buffer
	if exit := run([]string{"ps"}, strings.NewReader(""), &out, &notes); exit != usageWrong.exit() || !strings.Contains(notes.String(), "protoc-os run") {
		t.Errorf("exit %d, %s%s", exit, out.Bytes(), notes.Bytes())
	}
}
