package traces

import (
	"errors"
	"fmt"
	"slices"
)

// Validate reports the first thing that makes t no trace: an unknown kind, a step out of order, an instance that has no lifeline,
// a cycle outside the events. It does not know the system: whether the run is possible is for package checker to say.
func (t *Trace) Validate() error {
	switch {
	case t.Version != Version:
		return fmt.Errorf("version %d of the trace format, want %d", t.Version, Version)
	case t.System == "":
		return errors.New("the trace names no system")
	case t.Cycle < 0 || t.Cycle > len(t.Events):
		return fmt.Errorf("the cycle starts at step %d of %d", t.Cycle, len(t.Events))
	}
	lifelines := make(map[string]bool, len(t.Instances))
	for _, name := range t.Instances {
		if name == "" || lifelines[name] {
			return fmt.Errorf("instance %q is empty or listed twice", name)
		}
		lifelines[name] = true
	}
	for i := range t.Events {
		e := &t.Events[i]
		if e.Step != i+1 {
			return fmt.Errorf("event %d has step %d", i+1, e.Step)
		}
		if err := e.validate(lifelines); err != nil {
			return fmt.Errorf("step %d: %w", e.Step, err)
		}
	}
	if t.Final != nil {
		return t.Final.validate(lifelines)
	}
	return nil
}

// kinds are all kinds, in the order of their declaration.
var kinds = []Kind{Send, Receive, Exchange, Gone, Timeout, Else, New, Start, Add, Ended, Crashed, Decide, Crash, End, Abandon, Delay}

// Started is the instance that a start event brings: a child, or one that is there from the start.
func (e *Event) Started() string {
	switch {
	case e.Kind != Start:
		return ""
	case e.Peer == "":
		return e.Instance
	}
	return e.Peer
}

func (e *Event) validate(lifelines map[string]bool) error {
	if !slices.Contains(kinds, e.Kind) {
		return fmt.Errorf("unknown kind %q", e.Kind)
	}
	if name := e.Started(); name != "" && (e.Peer == "" || lifelines[e.Instance]) {
		lifelines[name] = true
	}
	if !lifelines[e.Instance] {
		return fmt.Errorf("instance %q has no lifeline", e.Instance)
	}
	if e.Peer != "" && !lifelines[e.Peer] {
		return fmt.Errorf("peer %q has no lifeline", e.Peer)
	}
	switch e.Kind {
	case Send, Receive, Exchange:
		if e.Label == "" {
			return fmt.Errorf("%s of %s has no label", e.Kind, e.Instance)
		}
	}
	switch {
	case e.Instance == "":
		return fmt.Errorf("%s of nobody", e.Kind)
	case e.Kind == Exchange && (e.Peer == "" || e.Peer == e.Instance):
		return fmt.Errorf("exchange of %s without another that receives", e.Instance)
	case e.Queue < 0:
		return fmt.Errorf("%d messages in the queue", e.Queue)
	case e.Option < -1:
		return fmt.Errorf("option %d", e.Option)
	}
	return nil
}

func (s *State) validate(lifelines map[string]bool) error {
	for _, c := range s.Components {
		if !lifelines[c.Instance] {
			return fmt.Errorf("final state: instance %q has no lifeline", c.Instance)
		}
	}
	for _, q := range s.Queues {
		if q.Capacity < 0 {
			return fmt.Errorf("final state: queue %s has capacity %d", q.Channel, q.Capacity)
		}
	}
	return nil
}
