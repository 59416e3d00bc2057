package viz

import (
	"bytes"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/traces"
)

// lassoSample is a run in which b starves: steps 3 to 6 repeat.
func lassoSample() *traces.Trace {
	t := &traces.Trace{System: "broken.Starve", Code: "PO2012", Property: "starvation", Message: "b is never served", Instances: []string{"a", "server", "b"}, Cycle: 3}
	message := func(kind traces.Kind, from, to, label string, args ...string) {
		t.Events = append(t.Events, traces.Event{Step: len(t.Events) + 1, Kind: kind, Instance: from, Peer: to, Label: label, Args: args, Channel: from + ".s", At: "broken/starve.chan:12:9", Queue: 1})
	}
	message(traces.Send, "b", "server", "Ask", "3")
	t.Events = append(t.Events, traces.Event{Step: 2, Kind: traces.Decide, Instance: "server", Case: "fast", At: "broken/starve.chan:7:3"})
	message(traces.Exchange, "a", "server", "Ask", "1")
	message(traces.Send, "server", "a", "Answer")
	message(traces.Receive, "a", "server", "Answer")
	t.Events = append(t.Events, traces.Event{Step: 6, Kind: traces.Timeout, Instance: "a"})
	t.Final = &traces.State{Components: []traces.ComponentState{{Instance: "b", Status: "waiting", At: "broken/starve.chan:30:5", Waits: []string{"Answer from server"}}},
		Queues: []traces.QueueState{{Channel: "b.s", From: "b", To: "server", Capacity: 1, Messages: []string{"Ask(3)"}}}}
	return t
}

func svgOf(t *testing.T, tr *traces.Trace, o SequenceOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := ArrangeSequence(tr, o).WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSequence(t *testing.T) {
	all := svgOf(t, lassoSample(), SequenceOptions{})
	for _, want := range []string{"1 b sends Ask(3) to server", "server: fast", "3 a sends Ask(1) to server, which receives it", "waits: Answer from server", "steps 3 to 6 repeat for ever", "the cycle"} {
		if !strings.Contains(all, want) {
			t.Errorf("the chart does not say %q", want)
		}
	}
	only := svgOf(t, lassoSample(), SequenceOptions{Component: "b"})
	if strings.Contains(only, "Answer(") || !strings.Contains(only, "1 b sends Ask(3)") || strings.Contains(only, `aria-label="a"`) {
		t.Error("the chart of b shows what b takes no part in")
	}
	if bare := svgOf(t, lassoSample(), SequenceOptions{NoPayload: true}); strings.Contains(bare, "Ask(3) to") {
		t.Error("the chart without payload shows some")
	}
}

func TestSequenceFolds(t *testing.T) {
	long := &traces.Trace{System: "long", Instances: []string{"a", "b"}}
	for i := range 300 {
		long.Events = append(long.Events, traces.Event{Step: i + 1, Kind: traces.Exchange, Instance: "a", Peer: "b", Label: "M"})
	}
	s := ArrangeSequence(long, SequenceOptions{Most: 30})
	if got := len(s.chart.rows); got != 31 {
		t.Errorf("300 steps fold to %d rows, not to 30 and the fold", got)
	}
	if !strings.Contains(svgOf(t, long, SequenceOptions{Most: 30}), "(270 steps)") {
		t.Error("the fold does not count what it leaves out")
	}
}
