package viz

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/traces"
)

// Keys tie nodes and edges to what a trace names: a statement, a session, an instance, a message of a protocol.

func keyAt(position string) string   { return "at " + position }
func keySession(name string) string  { return "session " + name }
func keyInstance(name string) string { return "instance " + name }
func keyMessage(protocol, from, to, label string) string {
	return "message " + protocol + " " + from + " " + to + " " + label
}

// HighlightOptions choose the part of a trace that lights a graph.
type HighlightOptions struct {
	Instance string // only what this instance did; "": all
	Channel  string // only what went over this session; "": all
}

// Highlight lights what a trace went through: edges and the nodes at their ends, those in the cycle of a lasso differently. Where the trace knows
// its last state, that is lit too: who waits in a cycle is at fault, else where each stands is current.
func (g *Graph) Highlight(t *traces.Trace, o HighlightOptions) *Graph {
	marks := map[string]Mark{}
	for _, e := range t.Events {
		mark := Passed
		if t.Cycle > 0 && e.Step >= t.Cycle {
			mark = Cycled
		}
		if o.Channel != "" && e.Channel != o.Channel {
			continue
		}
		for _, key := range eventKeys(e, o.Instance) {
			marks[key] = max(marks[key], mark)
		}
	}
	out := g.copy()
	for i := range out.Edges {
		e := &out.Edges[i]
		e.Mark = max(e.Mark, strongest(marks, e.Keys))
		if e.Mark == Passed || e.Mark == Cycled {
			for _, end := range []int{e.From, e.To} {
				n := &out.Nodes[end]
				n.Mark = max(n.Mark, e.Mark)
			}
		}
	}
	for i := range out.Nodes {
		n := &out.Nodes[i]
		if instances := slices.ContainsFunc(n.Keys, func(k string) bool { return len(k) > 9 && k[:9] == "instance " }); instances {
			n.Mark = max(n.Mark, strongest(marks, n.Keys))
		}
	}
	if t.Final != nil {
		out.stand(t, o)
	}
	return out
}

// eventKeys returns what an event lights; with an instance only if that takes part, and only its side.
func eventKeys(e traces.Event, instance string) []string {
	from, to := e.Role, e.PeerRole
	if e.Kind == traces.Receive {
		from, to = to, from
	}
	message := keyMessage(e.Protocol, from, to, e.Label)
	mine := []string{keyAt(e.At), keyInstance(e.Instance), keySession(e.Channel), message}
	theirs := []string{keyAt(e.PeerAt), keyInstance(e.Peer), keySession(e.Channel), message}
	switch {
	case instance == e.Instance:
		return mine
	case instance == "" && e.Kind == traces.Exchange:
		return append(mine, theirs...)
	case instance == "":
		return mine
	case instance == e.Peer && e.Kind == traces.Exchange:
		return theirs
	}
	return nil
}

func strongest(marks map[string]Mark, keys []string) Mark {
	best := Unmarked
	for _, k := range keys {
		best = max(best, marks[k])
	}
	return best
}

// stand lights the last state of a trace.
func (g *Graph) stand(t *traces.Trace, o HighlightOptions) {
	marks := map[string]Mark{}
	for _, c := range t.Final.Components {
		if o.Instance != "" && c.Instance != o.Instance || c.Status == "ended" || c.Status == "idle" {
			continue
		}
		mark := Current
		if slices.Contains(t.Final.Cycle, c.Instance) || c.Status == "crashed" {
			mark = Wrong
		}
		marks[keyInstance(c.Instance)] = max(marks[keyInstance(c.Instance)], mark)
		marks[keyAt(c.At)] = max(marks[keyAt(c.At)], mark)
	}
	for i := range g.Nodes {
		g.Nodes[i].Mark = max(g.Nodes[i].Mark, strongest(marks, g.Nodes[i].Keys))
	}
}

// At returns the graph with the nodes that have one of these keys lit as current.
func (g *Graph) At(keys ...string) *Graph {
	out := g.copy()
	for i := range out.Nodes {
		if slices.ContainsFunc(out.Nodes[i].Keys, func(k string) bool { return slices.Contains(keys, k) }) {
			out.Nodes[i].Mark = Current
		}
	}
	return out
}

// Cover writes onto each edge how often tests or runs took it; edges that none took fade. The counts are per statement, "path:line:column", zero for
// those never taken; an edge of a statement that was not counted stays as it is.
func (g *Graph) Cover(counts map[string]int) *Graph {
	out := g.copy()
	for i := range out.Edges {
		e := &out.Edges[i]
		total, counted := 0, false
		for _, k := range e.Keys {
			if len(k) > 3 && k[:3] == "at " {
				n, ok := counts[k[3:]]
				total, counted = total+n, counted || ok
			}
		}
		if !counted {
			continue
		}
		if total == 0 {
			e.Mark = Faded
		}
		e.Lines = append(slices.Clone(e.Lines), fmt.Sprintf("×%d", total))
	}
	return out
}
