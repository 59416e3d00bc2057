package checker

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReplay replays the counterexamples of random systems to the states that they claim.
func TestReplay(t *testing.T) {
	replayed := 0
	for n := *seed; n < *seed+int64(*random)/10; n++ {
		sys := randomSystem(n)
		v := Check(context.Background(), sys, Options{States: 250})
		for _, x := range v.Violations {
			if x.Trace == nil {
				t.Fatalf("seed %d: %s has no trace", n, x.Code)
			}
			if err := x.Trace.Validate(); err != nil {
				t.Errorf("seed %d: %s: %v", n, x.Code, err)
			}
			final, steps, err := Replay(sys, x.Trace)
			if err != nil || steps != len(x.Trace.Events) {
				t.Errorf("seed %d: %s leaves the model after %d of %d steps: %v", n, x.Code, steps, len(x.Trace.Events), err)
			}
			if d := cmp.Diff(x.Trace.Final, final); d != "" {
				t.Errorf("seed %d: %s ends elsewhere:\n%s", n, x.Code, d)
			}
			replayed++
			if len(x.Trace.Events) == 0 {
				continue
			}
			x.Trace.Events[0].Label += "?"
			if _, _, err := Replay(sys, x.Trace); err == nil {
				t.Errorf("seed %d: %s replays with another first step", n, x.Code)
			}
		}
	}
	t.Logf("%d counterexamples replayed", replayed)
}
