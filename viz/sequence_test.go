package viz

import (
	"bytes"
	"fmt"
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
	for _, want := range []string{"1 b sends Ask(3) to server, 1 in the queue now", `>Ask<tspan class="more">(3)</tspan></text>`, "server: fast", "3 a sends Ask(1) to server, which receives it", "waits: Answer from server", "steps 3 to 6 repeat for ever", "the cycle"} {
		if !strings.Contains(all, want) {
			t.Errorf("the chart does not say %q", want)
		}
	}
	only := svgOf(t, Only(lassoSample(), "b"), SequenceOptions{})
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

// TestChartOfMany: a chart of more instances than a terminal has room for says the same in words, and those that only start are counted.
func TestChartOfMany(t *testing.T) {
	many := &traces.Trace{System: "many", Cycle: 1}
	for i := range 60 {
		many.Instances = append(many.Instances, fmt.Sprintf("instance[%d]", i))
		many.Events = append(many.Events, traces.Event{Step: i + 1, Kind: traces.Start, Instance: many.Instances[i]})
	}
	message := func(kind traces.Kind, from, to int) {
		many.Events = append(many.Events, traces.Event{Step: len(many.Events) + 1, Kind: kind, Instance: many.Instances[from], Peer: many.Instances[to], Label: fmt.Sprintf("M%d", from), At: "m.chan:7:1", Queue: 2})
	}
	for i := range 40 {
		message(traces.Send, i, i+1)
		message(traces.Receive, i+1, i)
	}
	many.Cycle = 139
	text := Chart(many, ChartOptions{Width: 80})
	for i := range 40 {
		for _, want := range []string{fmt.Sprintf(" %-6dinstance[%d]", 61+2*i, i), fmt.Sprintf("M%d ─▶ instance[%d]", i, i+1), fmt.Sprintf("M%d ◀┄ instance[%d]", i+1, i)} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q", want)
			}
		}
	}
	for _, want := range []string{"19 instances more do nothing", "steps 139 to 140 repeat for ever", "┌", "└"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if w := chartWidth.StringWidth(line); w > 80 {
			t.Errorf("%d columns: %s", w, line)
		}
	}
	if t.Failed() {
		t.Log("\n" + text)
	}
	if few := Chart(Only(many, "instance[3]"), ChartOptions{Width: 80}); strings.Contains(few, "M5") || !strings.Contains(few, "M3") || !strings.Contains(few, "67") {
		t.Errorf("the part of instance[3] is\n%s", few)
	}
}
