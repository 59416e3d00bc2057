package channeltest_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest/internal/depot"
	"github.com/protoc-os/protoc-os/traces"
)

// startForgetful fails: it says that nobody ever gets the last block.
func startForgetful(w *channeltest.World) {
	depot.Start(w)
	channeltest.On(w, func(_ channeltest.Seen, m *depot.StoreBlockPayload) error {
		if m.N == depot.Blocks-1 {
			return fmt.Errorf("the last block")
		}
		return nil
	})
}

// The same seed gives the same trace, byte by byte, on one processor and on two.
func TestSameTrace(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for seed := uint64(1); seed <= 3; seed++ {
		var first []byte
		for _, processors := range []int{1, 2, 1} {
			runtime.GOMAXPROCS(processors)
			r := channeltest.Config{Seed: seed}.Run("forgetful", startForgetful)
			if r.Failure == nil {
				t.Fatalf("seed %d: the fault is not found", seed)
			}
			var b bytes.Buffer
			if err := traces.Write(&b, r.Failure.Trace); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = b.Bytes()
			} else if !bytes.Equal(first, b.Bytes()) {
				t.Errorf("seed %d, %d processors:\n%s\nbefore:\n%s", seed, processors, b.Bytes(), first)
			}
		}
	}
}

// recorder is a test that says how it ends.
type recorder struct{ logged, failed string }

func (r *recorder) Helper()                       {}
func (r *recorder) Name() string                  { return "Recorder" }
func (r *recorder) Logf(form string, args ...any) { r.logged += fmt.Sprintf(form, args...) + "\n" }
func (r *recorder) Fatalf(form string, args ...any) {
	r.failed = fmt.Sprintf(form, args...)
	panic(r)
}

func check(c channeltest.Config, start func(*channeltest.World)) (r *recorder) {
	r = new(recorder)
	defer func() {
		if v := recover(); v != nil && v != any(r) {
			panic(v)
		}
	}()
	c.Check(r, start)
	return r
}

// A saved trace fails as long as the fault is there, in code that was written
// anew as well; it passes without the fault, and is stale when a protocol in
// it was declared anew.
func TestSavedTrace(t *testing.T) {
	c := channeltest.Config{Traces: t.TempDir()}
	if r := check(c, startForgetful); !bytes.Contains([]byte(r.failed), []byte("saved as")) {
		t.Fatalf("nothing is saved: %s", r.failed)
	}
	c.Runs = 1
	if r := check(c, startForgetful); !bytes.Contains([]byte(r.failed), []byte("fails: model")) {
		t.Errorf("the saved trace does not fail: %s%s", r.logged, r.failed)
	}
	refactored := func(w *channeltest.World) { // other sizes, another name, other decisions
		given := depot.DepotGiven{Users: 5, Log: w.End(&depot.Log, "store"), Port: w.End(&depot.Port, "store")}
		depot.StartDepot(w.Runtime, channel.Options{Name: "another"}, given, depot.Server).Discard()
		w.Patient(&depot.Store)
		channeltest.On(w, func(_ channeltest.Seen, m *depot.StoreBlockPayload) error {
			if m.N == depot.Blocks-1 {
				return fmt.Errorf("the last block")
			}
			return nil
		})
	}
	if r := check(c, refactored); !bytes.Contains([]byte(r.failed), []byte("fails: model")) {
		t.Errorf("it does not survive a refactoring: %s%s", r.logged, r.failed)
	}
	if r := check(c, depot.Start); r.failed != "" || !bytes.Contains([]byte(r.logged), []byte("passes")) {
		t.Errorf("it does not pass without the fault: %s%s", r.logged, r.failed)
	}
	defer func(old string) { depot.Store.Digest = old }(depot.Store.Digest)
	depot.Store.Digest = "declared anew"
	if r := check(c, startForgetful); r.failed != "" && bytes.Contains([]byte(r.failed), []byte("fails: model")) || !bytes.Contains([]byte(r.logged), []byte("stale")) {
		t.Errorf("it is not stale after a change of the protocol: %s%s", r.logged, r.failed)
	}
}

// Coverage counts what the runs took, and lists what they did not.
func TestMinCover(t *testing.T) {
	if r := check(channeltest.Config{Traces: "-", Faults: "off", MinCover: 100}, depot.Start); r.failed == "" {
		t.Error("without faults, the loss of a client cannot be covered")
	}
	if r := check(channeltest.Config{Traces: "-", MinCover: 100}, depot.Start); r.failed != "" {
		t.Errorf("with faults, everything is covered: %s", r.failed)
	}
}
