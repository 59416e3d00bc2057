package explore

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

const greeting = `package greeting
protocol Hello(asker, teller) { asker -> teller: Hi()  teller -> asker: Ho() }
component Asker(x Hello.asker) { x <- Hi()  at asked: Ho() <- x }
component Teller(x Hello.teller) { Hi() <- x  x <- Ho() }
system Pair { a Asker  t Teller  idle Teller  b Asker  connect Hello(asker = a.x, teller = t.x)  connect Hello(asker = b.x, teller = idle.x) }
`

// greeted is a run of greeting as a kernel records it; in it b and idle only start.
func greeted() *traces.Trace {
	message := func(kind traces.Kind, who, role, peer, peerRole, label string, queue int) traces.Event {
		return traces.Event{Kind: kind, Instance: who, Peer: peer, Channel: "Hello#1", Protocol: "Hello", Role: role, PeerRole: peerRole, Label: label, Queue: queue, Option: -1}
	}
	t := &traces.Trace{Version: 1, System: "greeting.Pair", Recorded: true, Events: []traces.Event{
		{Kind: traces.Start, Instance: "a", Args: []string{"x=Hello#1.asker"}, Option: -1}, {Kind: traces.Start, Instance: "t", Args: []string{"x=Hello#1.teller"}, Option: -1},
		{Kind: traces.Start, Instance: "idle", Args: []string{"x=Hello#2.teller"}, Option: -1},
		message(traces.Send, "a", "asker", "t", "teller", "Hi", 1), message(traces.Receive, "t", "teller", "a", "asker", "Hi", 0),
		message(traces.Send, "t", "teller", "a", "asker", "Ho", 1), message(traces.Receive, "a", "asker", "t", "teller", "Ho", 0)}}
	for i := range t.Events {
		t.Events[i].Step = i + 1
	}
	return t
}

func recording(t *testing.T, run *traces.Trace) *Recording {
	t.Helper()
	prog, diags := session.LoadText(map[string]string{"greeting/greeting.chan": greeting}, "./greeting")
	if len(diags) > 0 {
		t.Fatal(diags[0])
	}
	sys, err := judge.Elaborate(prog.Asked[0].Systems[0], run)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRecording(sys, run)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pathOf is the path of the point after so many steps.
func pathOf(steps int) string { return strings.TrimSuffix(strings.Repeat("0.", steps), ".") }

func TestRecording(t *testing.T) {
	server := httptest.NewServer(recording(t, greeted()).Handler())
	defer server.Close()
	for _, steps := range []int{7, 4, 0, 5} { // forth and back: every point is the same whichever way one comes
		var v view
		if status := get(t, server.URL+"/state?path="+pathOf(steps), &v); status != 200 {
			t.Fatalf("after %d steps: status %d", steps, status)
		}
		for _, c := range v.Components {
			if c.Instance == "idle" || c.Instance == "b" {
				t.Errorf("after %d steps %s is shown, which did nothing", steps, c.Instance)
			}
		}
		switch steps {
		case 0:
			if len(v.Components) != 0 || len(v.Steps) != 1 || v.Steps[0].Instance != "a" {
				t.Errorf("before the run: %+v", v)
			}
		case 4:
			if len(v.Queues) != 1 || v.Queues[0].Messages[0] != "Hi" || len(v.Components) != 2 || len(v.Components[0].Nodes) == 0 || v.Last != "a sends Hi to t" {
				t.Errorf("after the first message: %+v", v)
			}
		case 7:
			if len(v.Steps) != 0 || v.Stuck || v.Verdict != "The recording ends here." {
				t.Errorf("at the end: %+v", v)
			}
		}
	}
	for _, path := range []string{"1", "0.1", pathOf(8), "x"} {
		if status := get(t, server.URL+"/state?path="+path, nil); status != 400 {
			t.Errorf("path %s: status %d", path, status)
		}
	}
}

// TestRecordingLeavesTheModel: a run that the model does not have is shown up to the step that is not of it.
func TestRecordingLeavesTheModel(t *testing.T) {
	run := greeted()
	run.Events[5].Label, run.Events[6].Label = "Hi", "Hi"
	server := httptest.NewServer(recording(t, run).Handler())
	defer server.Close()
	var v view
	get(t, server.URL+"/state?path="+pathOf(5), &v)
	if !v.Stuck || !strings.Contains(v.Verdict, "leaves the model") || len(v.Steps) != 1 || v.Steps[0].Fails == "" {
		t.Errorf("where the run leaves the model: %+v", v)
	}
	var runs []Run
	get(t, server.URL+"/runs", &runs)
	if len(runs) != 1 || runs[0].Path != pathOf(5) || !strings.Contains(runs[0].Name, "step 6") {
		t.Errorf("the runs are %+v", runs)
	}
	if status := get(t, server.URL+"/state?path="+pathOf(6), nil); status != 400 {
		t.Errorf("beyond it: status %d", status)
	}
}

func TestRecordingInBrowser(t *testing.T) {
	ctx, complaints := browser(t)
	server := httptest.NewServer(recording(t, greeted()).Handler())
	defer server.Close()
	do := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v\n%s", what, err, complaints)
		}
	}
	do("open", chromedp.Navigate(server.URL+"/"), at(""), chromedp.WaitReady(chromedp.CSS(`body[data-runs="1"]`)))
	for k := 1; k <= 4; k++ {
		do("a step by key", chromedp.KeyEvent("1"), at(pathOf(k)))
	}
	do("the lit state", chromedp.WaitReady(chromedp.CSS(".card:nth-child(1) .here")), chromedp.WaitReady(chromedp.CSS(".card:nth-child(2) .here")))
	do("the end by key", chromedp.KeyEvent("d"), at(pathOf(7)))
	do("reload from the link", chromedp.Reload(), at(pathOf(7)), chromedp.WaitReady(chromedp.CSS("#chart .step")))
	do("back by key", chromedp.KeyEvent(kb.ArrowLeft), at(pathOf(6)))
	do("forth by key", chromedp.KeyEvent(kb.ArrowRight), at(pathOf(7)))
	if said := complaints.String(); said != "" {
		t.Errorf("the console is not empty:\n%s", said)
	}
}

// hostile is a payload that would run, load or show something if a page took it for markup.
const hostile = `"'><script>window.hit=1</script><img src=x onerror="window.hit=1"></text></svg><a href="javascript:window.hit=1">]]>&amp;${x}` + "\u202e日本\x00\x1b[31m"

// TestHostileRecordingInBrowser: a recording's payloads and positions are shown as text, never taken for markup.
func TestHostileRecordingInBrowser(t *testing.T) {
	ctx, complaints := browser(t)
	run := greeted()
	for i := range run.Events {
		run.Events[i].At = hostile
	}
	run.Events[5].Args = []string{hostile, ""} // here it leaves the model, which the page says
	server := httptest.NewServer(recording(t, run).Handler())
	defer server.Close()
	for k := range 6 {
		err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/#"+pathOf(k)), at(pathOf(k)), chromedp.WaitReady(chromedp.CSS(`body[data-runs="1"]`)), chromedp.WaitReady(chromedp.CSS("#chart svg")))
		if err != nil {
			t.Fatalf("after %d steps: %v\n%s", k, err, complaints)
		}
		found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String(window.hit) + " " + document.querySelectorAll("script, img, a, parsererror").length + " " +
			document.body.textContent.includes("window.hit=1")`))
		if err != nil {
			t.Fatal(err)
		}
		if want := "undefined 1 true"; found != want {
			t.Errorf("after %d steps, whether it ran, how many elements of its kind there are and whether it is shown: %s, not %s", k, found, want)
		}
	}
	if said := complaints.String(); said != "" {
		t.Errorf("the console is not empty:\n%s", said)
	}
}
