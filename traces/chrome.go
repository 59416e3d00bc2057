package traces

import (
	"encoding/json"
	"io"
)

// chromeEvent is an event of the Trace Event Format, which chrome://tracing and ui.perfetto.dev read.
type chromeEvent struct {
	Name string            `json:"name"`
	Cat  string            `json:"cat,omitempty"`
	Ph   string            `json:"ph"`
	Ts   int               `json:"ts"`
	Dur  int               `json:"dur,omitempty"`
	Pid  int               `json:"pid"`
	Tid  int               `json:"tid"`
	ID   int               `json:"id,omitempty"`
	Bp   string            `json:"bp,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// WriteChrome writes a trace as JSON of the Trace Event Format: a thread for each instance, a slice for each step, an arrow for each message
// from where it is sent to where it is received. A trace knows an order and no time: step n stands at n microseconds.
func WriteChrome(w io.Writer, t *Trace) error {
	c := &chrome{threads: map[string]int{}, flows: map[string][]int{}}
	c.emit(chromeEvent{Name: "process_name", Ph: "M", Args: map[string]string{"name": t.System}})
	for _, name := range t.Instances {
		c.thread(name)
	}
	for k := range t.Events {
		c.step(&t.Events[k])
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	return out.Encode(map[string]any{"displayTimeUnit": "ns", "traceEvents": c.all})
}

type chrome struct {
	all     []chromeEvent
	threads map[string]int
	flows   map[string][]int // messages on their way, by direction
	next    int
}

func (c *chrome) emit(e chromeEvent) {
	e.Pid = 1
	c.all = append(c.all, e)
}

func (c *chrome) thread(name string) int {
	if c.threads[name] == 0 {
		c.threads[name] = len(c.threads) + 1
		c.emit(chromeEvent{Name: "thread_name", Ph: "M", Tid: c.threads[name], Args: map[string]string{"name": name}})
	}
	return c.threads[name]
}

func (c *chrome) step(e *Event) {
	args := map[string]string{}
	for key, value := range map[string]string{"channel": e.Channel, "protocol": e.Protocol, "role": e.Role, "at": e.At} {
		if value != "" {
			args[key] = value
		}
	}
	name := string(e.Kind)
	for _, x := range []string{e.Case, e.Label} {
		if x != "" {
			name += " " + x
		}
	}
	slice := chromeEvent{Name: name, Cat: string(e.Kind), Ph: "X", Ts: e.Step, Dur: 1, Tid: c.thread(e.Instance), Args: args}
	if len(e.Args) > 0 {
		args["message"] = e.Message()
	}
	c.emit(slice)
	arrow := chromeEvent{Name: e.Label, Cat: "message", Ts: e.Step, Tid: slice.Tid}
	switch e.Kind {
	case Send:
		c.next++
		arrow.Ph, arrow.ID = "s", c.next
		d := direction(e.Channel, e.Role, e.PeerRole)
		c.flows[d] = append(c.flows[d], c.next)
		c.emit(arrow)
	case Receive:
		d := direction(e.Channel, e.PeerRole, e.Role)
		if len(c.flows[d]) == 0 {
			return
		}
		arrow.Ph, arrow.Bp, arrow.ID = "f", "e", c.flows[d][0]
		c.flows[d] = c.flows[d][1:]
		c.emit(arrow)
	case Exchange:
		c.next++
		got := slice
		got.Name, got.Cat, got.Tid = "receive "+e.Label, string(Receive), c.thread(e.Peer)
		c.emit(got)
		arrow.Ph, arrow.ID = "s", c.next
		c.emit(arrow)
		arrow.Ph, arrow.Bp, arrow.Tid = "f", "e", got.Tid
		c.emit(arrow)
	}
}
