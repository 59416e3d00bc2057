package explore

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// crossed is two components that each ask first and answer later: a deadlock after two steps.
const crossed = `package crossed
protocol Hello(a, b) { a -> b: Hi(loud bool)  b -> a: Ho() }
component Asker(x Hello.a, y Hello.b) {
    var n range 0..3 = 1
    loop {
        decide { case shout: x <- Hi(true)  case whisper: x <- Hi(false) }
        if n == 1 { n = 2 }
        at waiting:
        Ho() <- x
        Hi(_) <- y
        y <- Ho()
        end
    }
}
system Crossed {
    p Asker  q Asker
    connect Hello(a = p.x, b = q.y)
    connect Hello(a = q.x, b = p.y)
}
`

func explorer(t *testing.T) *Explorer {
	t.Helper()
	prog, diags := session.LoadText(map[string]string{"crossed/crossed.chan": crossed}, "./crossed")
	if len(diags) > 0 {
		t.Fatal(diags[0])
	}
	decl := prog.Asked[0].Systems[0]
	sys, diags := session.Elaborate(decl, session.ElaborateOptions{})
	if sys == nil {
		t.Fatal(diags[0])
	}
	x, err := New(decl.QName(), sys, checker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func get(t *testing.T, url string, into any) int {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatalf("%s: %v in %s", url, err, text)
		}
	}
	return r.StatusCode
}

func TestAnswers(t *testing.T) {
	server := httptest.NewServer(explorer(t).Handler())
	defer server.Close()
	var v view
	get(t, server.URL+"/state?path=", &v)
	if len(v.Steps) != 4 || v.Components[0].Status != "deciding" {
		t.Fatalf("at the start: %+v", v)
	}
	var runs []Run
	get(t, server.URL+"/runs", &runs)
	if len(runs) != 1 || !strings.HasPrefix(runs[0].Name, "PO2001") {
		t.Fatalf("the runs are %+v", runs)
	}
	get(t, server.URL+"/state?path="+runs[0].Path, &v)
	if !v.Stuck || len(v.Steps) > 0 || !strings.Contains(v.Verdict, "p, q") || len(v.Queues) != 2 || len(v.Components[0].Nodes) == 0 {
		t.Errorf("the counterexample ends in %+v", v)
	}
	if vars := v.Components[0].Vars; len(vars) != 1 || vars[0] != "n = 2" {
		t.Errorf("the variables of p are %q", vars)
	}
	var svg string
	get(t, server.URL+"/machine?number=0", &svg)
	for _, c := range v.Components {
		if !strings.Contains(svg, `id="`+c.Nodes[0]+`"`) {
			t.Errorf("%s stands at %s, which is not in the picture", c.Instance, c.Nodes[0])
		}
	}
	for _, bad := range []string{"/state?path=99", "/state?path=x", "/state?path=0..1", "/machine?number=7", "/machine?number=-1"} {
		if code := get(t, server.URL+bad, nil); code != http.StatusBadRequest {
			t.Errorf("%s answers %d", bad, code)
		}
	}
	if code := get(t, server.URL+"/other", nil); code != http.StatusNotFound {
		t.Errorf("an unknown address answers %d", code)
	}
}

func TestRefusesForeignHosts(t *testing.T) {
	r := httptest.NewRequest("GET", "/state?path=", nil)
	r.Host = "evil.example:80"
	w := httptest.NewRecorder()
	explorer(t).Handler().ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("a page from elsewhere gets %d", w.Code)
	}
}

// TestOpensRecordedRun opens a run that does not say which options were taken.
func TestOpensRecordedRun(t *testing.T) {
	x := explorer(t)
	at := x.first
	recorded := &traces.Trace{System: x.name}
	for k := range 3 {
		c := x.walk.Choices(at, k+1)
		event := c[len(c)-1].Event
		event.Option = -1
		recorded.Events = append(recorded.Events, event)
		at = c[len(c)-1].To
	}
	path, err := x.Open(recorded)
	if err != nil || strings.Count(path, ".") != 2 {
		t.Errorf("the recorded run is at %q, %v", path, err)
	}
	recorded.Events[1].Label, recorded.Events[1].Case = "Nonsense", "nonsense"
	if _, err := x.Open(recorded); err == nil || !strings.HasPrefix(err.Error(), "step 2 ") {
		t.Errorf("a run with a step that cannot be taken gives %v", err)
	}
}
