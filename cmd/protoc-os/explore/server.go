package explore

import (
	"context"
	"embed"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/traces"
)

//go:embed page
var page embed.FS

// view is what the page shows of one point.
type view struct {
	System     string              `json:"system"`
	Path       string              `json:"path"`
	Steps      []choice            `json:"steps"`
	Components []component         `json:"components"`
	Queues     []traces.QueueState `json:"queues"`
	Wait       []string            `json:"wait"` // who waits for whom, a cycle
	Last       string              `json:"last"` // the step that led here, in words
	Verdict    string              `json:"verdict"`
	Stuck      bool                `json:"stuck"`
	Chart      string              `json:"chart"` // SVG
}

// choice is a step that may be taken.
type choice struct {
	Option   int    `json:"option"`
	Instance string `json:"instance"`
	Text     string `json:"text"`
	Kind     string `json:"kind"`
	At       string `json:"at"`
	Fails    string `json:"fails"`
}

// component is where an instance stands.
type component struct {
	Instance string   `json:"instance"`
	Machine  int      `json:"machine"` // number of its picture; -1: it has ended, crashed, or is not there
	Name     string   `json:"name"`
	Nodes    []string `json:"nodes"` // ids in the picture
	Status   string   `json:"status"`
	At       string   `json:"at"`
	Waits    []string `json:"waits"`
	Vars     []string `json:"vars"`
}

// subject is what a page shows: a system that is walked, or a run that was recorded.
type subject interface {
	view(path string) (any, error)
	runs(context.Context) ([]Run, error)
	picture(number string) (any, error)
}

// Handler serves the page.
func (x *Explorer) Handler() http.Handler { return serve(x) }

// serve serves the page, its parts, and the answers to its questions. It answers only to names of this machine, so that no page from elsewhere can
// read a system by way of the reader's browser.
func serve(s subject) http.Handler {
	mux := http.NewServeMux()
	for path, file := range map[string][2]string{"/": {"page/index.html", "text/html; charset=utf-8"}, "/explore.js": {"page/explore.js", "text/javascript; charset=utf-8"},
		"/explore.css": {"page/explore.css", "text/css; charset=utf-8"}} {
		text, err := page.ReadFile(file[0])
		if err != nil {
			panic("explore: a part of the page is not embedded: " + err.Error())
		}
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", file[1])
			_, _ = w.Write(text) // the reader has gone
		})
	}
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, r *http.Request) {
		answer(w, func() (any, error) { return s.view(r.URL.Query().Get("path")) })
	})
	mux.HandleFunc("GET /runs", func(w http.ResponseWriter, r *http.Request) {
		answer(w, func() (any, error) { return s.runs(r.Context()) })
	})
	mux.HandleFunc("GET /machine", func(w http.ResponseWriter, r *http.Request) {
		answer(w, func() (any, error) { return s.picture(r.URL.Query().Get("number")) })
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && ip == nil {
			http.Error(w, "unknown host", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	})
}

// answer writes what a question gives, or its error as text.
func answer(w http.ResponseWriter, question func() (any, error)) {
	value, err := question()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // the reader has gone
}

// view describes the point that a path leads to.
func (x *Explorer) view(path string) (any, error) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	point, events, err := x.at(path)
	if err != nil {
		return nil, err
	}
	state := x.walk.Describe(point)
	v := &view{System: x.name, Path: path, Queues: state.Queues, Wait: state.Cycle, Steps: []choice{}, Components: []component{}}
	if len(events) > 0 {
		e := &events[len(events)-1]
		v.Last = e.Instance + " " + words(e)
	}
	for i, c := range x.walk.Choices(point, len(events)+1) {
		e := &c.Event
		v.Steps = append(v.Steps, choice{i, e.Instance, words(e), string(e.Kind), e.At, c.Fails})
	}
	if v.Components, err = x.components(point, state); err != nil {
		return nil, err
	}
	v.Verdict, v.Stuck = verdict(state, len(v.Steps))
	svg, err := chart(x.name, events, state)
	v.Chart = string(svg)
	return v, err
}

// verdict says how things stand where no step may be taken.
func verdict(state *traces.State, steps int) (string, bool) {
	if steps > 0 {
		return "", false
	}
	var waiting []string
	for _, c := range state.Components {
		if c.Status == "waiting" || c.Status == "deciding" {
			waiting = append(waiting, c.Instance)
		}
	}
	if len(waiting) == 0 {
		return "The run is over: every component has ended or is idle.", false
	}
	return "Deadlock: nothing can move, and " + strings.Join(waiting, ", ") + " still wait.", true
}

func (x *Explorer) components(point checker.Point, state *traces.State) ([]component, error) {
	all := []component{}
	for _, s := range x.walk.Standings(point) {
		c := component{Instance: s.Instance, Machine: -1, Name: s.Machine.Name, Nodes: []string{}, Waits: []string{}, Vars: []string{}}
		for _, d := range state.Components {
			if d.Instance == s.Instance {
				c.Status, c.At = d.Status, d.At
				c.Waits = append(c.Waits, d.Waits...)
			}
		}
		for n, m := range x.system.Machines {
			if m == s.Machine {
				c.Machine = n
			}
		}
		if s.State >= 0 {
			m, err := x.machineOf(s.Machine)
			if err != nil {
				return nil, err
			}
			c.Nodes = append(c.Nodes, m.nodes[s.State]...)
		}
		for _, v := range s.Vars {
			if !strings.HasPrefix(v.Var.Name, "·") {
				c.Vars = append(c.Vars, variable(v))
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// variable writes a variable with its value, as the source would.
func variable(v checker.Value) string {
	name := v.Var.Name
	if v.Var.Len > 1 {
		name += "[" + strconv.Itoa(v.Index) + "]"
	}
	return name + " = " + v.Var.Type.Spell(v.Value)
}

// words tells an event in a sentence without its instance: "sends Read(_, 3) to disk".
func words(e *traces.Event) string {
	message := e.Label
	if len(e.Args) > 0 {
		message += "(" + strings.Join(e.Args, ", ") + ")"
	}
	peer := e.Peer
	if peer == "" {
		peer = e.Channel
	}
	switch e.Kind {
	case traces.Send:
		return "sends " + message + " to " + peer
	case traces.Exchange:
		return "hands " + message + " to " + peer
	case traces.Receive:
		return "receives " + message + " from " + peer
	case traces.Decide:
		return "decides: " + e.Case
	case traces.Gone:
		return "finds " + peer + " gone"
	case traces.New:
		return strings.TrimSpace("makes a session of " + e.Protocol + " " + e.Channel)
	case traces.Start:
		return "starts " + e.Peer
	case traces.Add:
		return strings.TrimSpace("adds " + strings.Join(e.Args, ", ") + " " + e.Channel)
	case traces.Ended:
		return "sees " + e.Peer + " end"
	case traces.Crashed:
		return "sees " + e.Peer + " crash"
	case traces.Crash:
		return "crashes"
	case traces.End:
		return "ends"
	case traces.Timeout:
		return "times out"
	}
	return "takes " + string(e.Kind)
}
