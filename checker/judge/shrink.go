package judge

import (
	"errors"
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Shrink makes a recorded run that leaves the model shorter, as long as it leaves it in the same way: at the same step of the same component,
// for the same reasons. It takes away whole instances first, then sessions, then fewer and fewer steps (delta debugging, Zeller and
// Hildebrandt 2002). The error says that the run leaves no model.
func Shrink(sys *session.System, t *traces.Trace) (*traces.Trace, error) {
	d, err := deviates(sys, t)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, errors.New("the run is one of the model: nothing to be made shorter")
	}
	s := &shrinker{sys: sys, want: d, trace: *t}
	s.keep(t.Events[:d.Step])
	s.without(func(e *traces.Event) string { return e.Instance })
	s.without(func(e *traces.Event) string { return e.Channel })
	for size := len(s.trace.Events) / 2; size > 0; {
		if !s.chunks(size) {
			size /= 2
		}
	}
	return &s.trace, nil
}

type shrinker struct {
	sys   *session.System
	want  *Deviation
	trace traces.Trace
}

// deviates judges a trace; nil without an error: it is a run of the model.
func deviates(sys *session.System, t *traces.Trace) (*Deviation, error) {
	err := Run(sys, t)
	if d := (*Deviation)(nil); errors.As(err, &d) {
		return d, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the run cannot be judged: %w", err)
	}
	return nil, nil
}

// keep numbers events and makes them the trace.
func (s *shrinker) keep(events []traces.Event) {
	s.trace.Events = slices.Clone(events)
	for k := range s.trace.Events {
		s.trace.Events[k].Step = k + 1
	}
	s.trace.Final, s.trace.Cycle = nil, 0
}

// try keeps events if they deviate as the whole run does, with their last one.
func (s *shrinker) try(events []traces.Event) bool {
	candidate := s.trace
	candidate.Events = slices.Clone(events)
	for k := range candidate.Events {
		candidate.Events[k].Step = k + 1
	}
	if candidate.Validate() != nil {
		return false
	}
	d, err := deviates(s.sys, &candidate)
	if err != nil || d == nil || d.Step != len(events) || !d.Event.Same(&s.want.Event) || !slices.Equal(d.Why, s.want.Why) {
		return false
	}
	s.keep(events)
	return true
}

// without drops, for each value of a key, all events that have it.
func (s *shrinker) without(key func(*traces.Event) string) {
	var all []string
	for k := range s.trace.Events {
		if x := key(&s.trace.Events[k]); x != "" && !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	for _, x := range all {
		s.try(slices.DeleteFunc(slices.Clone(s.trace.Events), func(e traces.Event) bool { return key(&e) == x }))
	}
}

// chunks drops runs of so many steps, and reports whether any could go.
func (s *shrinker) chunks(size int) bool {
	gone := false
	for at := 0; at+size < len(s.trace.Events); {
		if s.try(slices.Delete(slices.Clone(s.trace.Events), at, at+size)) {
			gone = true
		} else {
			at += size
		}
	}
	return gone
}
