package traces

import (
	"encoding/json"
	"io"
	"strconv"
)

// WriteITF writes a trace in the Informal Trace Format of Apalache (ADR 015), which TLA+ tools and ITF viewers read: a state before the first
// event and one after each, of the variables `action`, the event; `queues`, what is queued in each direction of each session, as far as the
// events tell; and `status` of each instance. A lasso has its loop.
func WriteITF(w io.Writer, t *Trace) error {
	type meta map[string]any
	s := newContents(t)
	state := func(k int, e *Event) meta {
		return meta{"#meta": meta{"index": k}, "action": itfAction(e), "queues": s.itfQueues(), "status": s.itfStatus()}
	}
	states := []meta{state(0, nil)}
	for k := range t.Events {
		s.apply(&t.Events[k])
		states = append(states, state(k+1, &t.Events[k]))
	}
	about := meta{"format": "ITF", "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html", "source": t.System, "description": t.Message}
	all := meta{"#meta": about, "params": []string{}, "vars": []string{"action", "queues", "status"}, "states": states}
	if t.Cycle > 0 {
		all["loop"] = t.Cycle - 1
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(all)
}

func itfAction(e *Event) map[string]any {
	if e == nil {
		e = &Event{Kind: "init"}
	}
	args := append([]string{}, e.Args...)
	return map[string]any{"step": map[string]string{"#bigint": strconv.Itoa(e.Step)}, "kind": e.Kind, "instance": e.Instance, "peer": e.Peer,
		"channel": e.Channel, "label": e.Label, "args": args, "case": e.Case}
}

func (s *contents) itfQueues() map[string]any {
	pairs := [][]any{}
	for _, q := range s.order {
		pairs = append(pairs, []any{q, append([]string{}, s.queues[q]...)})
	}
	return map[string]any{"#map": pairs}
}

func (s *contents) itfStatus() map[string]any {
	pairs := [][]any{}
	for _, name := range s.instances {
		pairs = append(pairs, []any{name, s.status[name]})
	}
	return map[string]any{"#map": pairs}
}

// contents is what a trace tells of the state, without the system.
type contents struct {
	queues    map[string][]string // by direction, head first
	order     []string            // of directions, as they come up
	instances []string
	status    map[string]string
}

func newContents(t *Trace) *contents {
	s := &contents{queues: map[string][]string{}, status: map[string]string{}}
	for _, name := range t.Instances {
		s.enter(name)
	}
	return s
}

func (s *contents) enter(name string) {
	if s.status[name] == "" {
		s.instances = append(s.instances, name)
	}
	s.status[name] = "running"
}

// direction names a queue: "app.sys client to server".
func direction(channel, from, to string) string { return channel + " " + from + " to " + to }

func (s *contents) apply(e *Event) {
	switch e.Kind {
	case Send:
		q := direction(e.Channel, e.Role, e.PeerRole)
		if _, known := s.queues[q]; !known {
			s.order = append(s.order, q)
		}
		s.queues[q] = append(s.queues[q], e.Message())
	case Receive:
		q := direction(e.Channel, e.PeerRole, e.Role)
		if len(s.queues[q]) > 0 {
			s.queues[q] = s.queues[q][1:]
		}
	case Abandon: // with two roles the one direction toward it is dropped
		if e.PeerRole != "" {
			delete(s.queues, direction(e.Channel, e.PeerRole, e.Role))
		}
	case Start:
		s.enter(e.Started())
	case End:
		s.status[e.Instance] = "ended"
	case Crash:
		s.status[e.Instance] = "crashed"
	}
}

// Message spells what travels: "Read(_, 3)".
func (e *Event) Message() string {
	text := e.Label + "("
	for i, a := range e.Args {
		if i > 0 {
			text += ", "
		}
		text += a
	}
	return text + ")"
}
