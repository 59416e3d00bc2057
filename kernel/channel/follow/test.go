package follow

import (
	"fmt"
	"os"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// The environment by which protoc-os trace replay --code speaks to the tests that it runs.
const (
	EnvTrace = "PROTOC_OS_REPLAY"  // the trace to follow
	EnvSaid  = "PROTOC_OS_REPLIED" // the file into which the test writes what came of it
)

// TB is what Test needs of a test.
type TB interface {
	Helper()
	Skip(args ...any)
	Fatal(args ...any)
}

// Test follows the trace that protoc-os trace replay --code asks for, if it is one of the system that boot starts. The test fails where code and
// model part.
func Test(t TB, system string, boot func(*channel.Runtime) error) {
	t.Helper()
	path := os.Getenv(EnvTrace)
	if path == "" {
		t.Skip("protoc-os trace replay --code runs this test")
	}
	tr, err := traces.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if tr.System != system {
		t.Skip("the trace is one of " + tr.System)
	}
	r, err := Trace(tr, boot)
	if err != nil {
		t.Fatal(err)
	}
	said := r.String()
	if err := os.WriteFile(os.Getenv(EnvSaid), []byte(said), 0o666); err != nil {
		t.Fatal(err)
	}
	if r.Parted != nil {
		t.Fatal(said)
	}
}

// String says how far the code follows, and where everybody stands then.
func (r *Result) String() string {
	text := fmt.Sprintf("the code takes all %d steps", r.Steps)
	if r.Parted != nil {
		text = fmt.Sprintf("the code takes %d steps, and parts from the model at %v", r.Steps, r.Parted)
	}
	for _, w := range r.Report.Waits {
		text += "\n  " + w.String()
	}
	return text + "\n"
}
