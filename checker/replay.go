package checker

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Replay follows a counterexample through the successor function, from the first state of sys on. It returns the state that the trace leads to
// and the number of steps that could be followed; the error says where the trace leaves the model. A last step that fails an assertion or
// leaves a range counts as followed: the state is then the one before it. The cycle of a lasso must lead back to the state that it starts at.
func Replay(sys *session.System, t *traces.Trace) (final *traces.State, step int, err error) {
	m, err := compile(sys)
	if err != nil {
		return nil, 0, err
	}
	r := m.newRun(nil)
	r.initial()
	if r.step.failure != none {
		if len(t.Events) > 0 {
			return nil, 0, fmt.Errorf("step 1: the system fails before its first step")
		}
		return nil, 0, nil
	}
	at := append([]uint64(nil), r.next...)
	var cycle []uint64 // the state at which it starts
	for k, e := range t.Events {
		if k+1 == t.Cycle {
			cycle = at
		}
		if e.Option < 0 {
			return r.describe(at), k, fmt.Errorf("step %d: the trace does not say which successor was taken", k+1)
		}
		var next []uint64
		var mismatch error
		failed := false
		found := r.replay(at, e.Option, func(r *run) {
			got := m.happening(r, k+1).Event
			if got.Kind != e.Kind || got.Instance != e.Instance || got.Label != e.Label || got.Channel != e.Channel || got.Case != e.Case {
				mismatch = fmt.Errorf("step %d: the trace has %s, the model %s", k+1, brief(&e), brief(&got))
			}
			failed = r.step.failure != none
			next = append([]uint64(nil), r.next...)
		})
		switch {
		case !found:
			return r.describe(at), k, fmt.Errorf("step %d: the model has no successor number %d there", k+1, e.Option)
		case mismatch != nil:
			return r.describe(at), k, mismatch
		case failed && k+1 < len(t.Events):
			return r.describe(at), k + 1, fmt.Errorf("step %d: the run fails here, and the trace goes on", k+1)
		case failed:
			return r.describe(at), k + 1, nil
		}
		at = next
	}
	if cycle != nil && !slices.Equal(cycle, at) {
		return r.describe(at), len(t.Events), fmt.Errorf("the cycle does not close: the state before step %d is not the state at the end", t.Cycle)
	}
	return r.describe(at), len(t.Events), nil
}

// brief names an event in an error.
func brief(e *traces.Event) string {
	text := fmt.Sprintf("%s of %s", e.Kind, e.Instance)
	for _, x := range []string{e.Label, e.Case, e.Channel} {
		if x != "" {
			text += " " + x
		}
	}
	return text
}
