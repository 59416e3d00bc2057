package viz_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/protoc-os/protoc-os/traces"
	"github.com/protoc-os/protoc-os/viz"
)

var updateCharts = flag.Bool("update-charts", false, "rewrite the expected charts in testdata/chart")

// TestChart draws each trace in testdata/chart with the options in the name of each of its "chart …" parts.
func TestChart(t *testing.T) {
	files, err := filepath.Glob("testdata/chart/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no charts", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			trace, err := traces.Read(strings.NewReader(string(archive.Files[0].Data)))
			if err != nil {
				t.Fatal(err)
			}
			for i, part := range archive.Files[1:] {
				got := viz.Chart(trace, chartOptions(t, part.Name))
				if *updateCharts {
					archive.Files[i+1].Data = []byte(got)
				} else if got != string(part.Data) {
					t.Errorf("%s: got\n%swant\n%s", part.Name, got, part.Data)
				}
			}
			if *updateCharts {
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// chartOptions reads "chart ascii width=40 most=3".
func chartOptions(t *testing.T, name string) viz.ChartOptions {
	var o viz.ChartOptions
	words := strings.Fields(name)
	if len(words) == 0 || words[0] != "chart" {
		t.Fatalf("part %q is no chart", name)
	}
	for _, w := range words[1:] {
		if w == "ascii" {
			o.ASCII = true
			continue
		}
		key, value, _ := strings.Cut(w, "=")
		at := map[string]*int{"width": &o.Width, "most": &o.Most}[key]
		if at == nil {
			t.Fatalf("unknown option %q", w)
		}
		if _, err := fmt.Sscan(value, at); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// TestChartShows: whatever the trace and the width, every step that is not folded is there, and ASCII is ASCII.
func TestChartShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}[:rapid.IntRange(1, 8).Draw(t, "instances")]
		trace := &traces.Trace{Version: traces.Version, System: "s.S", Instances: names}
		kinds := []traces.Kind{traces.Send, traces.Receive, traces.Exchange, traces.Gone, traces.Timeout, traces.Else, traces.New, traces.Start, traces.Add,
			traces.Ended, traces.Crashed, traces.Decide, traces.Crash, traces.End, traces.Abandon}
		n := rapid.IntRange(1, 30).Draw(t, "steps")
		for i := range n {
			e := traces.Event{Step: i + 1, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Instance: rapid.SampledFrom(names).Draw(t, "instance"),
				Peer: rapid.SampledFrom(append(names, "")).Draw(t, "peer"), Label: fmt.Sprintf("L%d", i+1), Queue: 2, At: fmt.Sprintf("x/f.chan:%d:1", i+1)}
			if e.Kind == traces.Exchange && (e.Peer == "" || e.Peer == e.Instance) {
				e.Kind = traces.Send
			}
			trace.Events = append(trace.Events, e)
		}
		trace.Cycle = rapid.IntRange(0, n).Draw(t, "cycle")
		if err := trace.Validate(); err != nil {
			t.Fatal(err)
		}
		chart := viz.Chart(trace, viz.ChartOptions{Width: rapid.IntRange(20, 200).Draw(t, "width"), ASCII: true})
		for _, r := range chart {
			if r >= utf8.RuneSelf {
				t.Fatalf("%q in\n%s", r, chart)
			}
		}
		for i, e := range trace.Events {
			if e.Kind == traces.Start && e.Peer == "" { // that it is there from the start is no step to look at
				continue
			}
			if !strings.Contains(chart, fmt.Sprintf(":%d\n", i+1)) {
				t.Fatalf("step %d is not in\n%s", i+1, chart)
			}
			switch e.Kind {
			case traces.Send, traces.Receive, traces.Exchange:
				if !strings.Contains(chart, e.Label) {
					t.Fatalf("label %s is not in\n%s", e.Label, chart)
				}
			}
		}
	})
}
