package explore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Recording answers the page's questions about a run that real components have left: there is one step from each point, the next that was recorded.
// The judge follows it, so where components stand is what the model says, and a run that leaves the model ends there.
type Recording struct {
	album
	trace *traces.Trace
	acted map[string]bool // instances that did more than start
	last  int             // the last step that is of the model
	why   error           // why no further; nil: the run is over there

	mutex sync.Mutex // over all below
	judge *judge.Judge
	done  int // steps that the judge has followed
}

// NewRecording prepares a recorded run of a system that was put together for it, by judge.Elaborate. The error says why it cannot be followed.
func NewRecording(sys *session.System, t *traces.Trace) (*Recording, error) {
	r := &Recording{album: album{system: sys, drawn: map[*session.Machine]*machine{}}, trace: t, acted: map[string]bool{}}
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind != traces.Start || e.Peer != "" {
			r.acted[e.Instance] = true
			r.acted[e.Peer] = true
		}
	}
	j, err := judge.New(sys, t)
	if err != nil {
		return nil, err
	}
	for r.last < len(t.Events) && r.why == nil {
		if r.why = j.Step(&t.Events[r.last]); r.why == nil {
			r.last++
		}
	}
	return r, r.rewind()
}

// Handler serves the page.
func (r *Recording) Handler() http.Handler { return serve(r) }

func (r *Recording) rewind() (err error) {
	r.judge, err = judge.New(r.system, r.trace)
	r.done = 0
	return err
}

// runs are the end of the run, or the point where it leaves the model.
func (r *Recording) runs(context.Context) ([]Run, error) {
	name := fmt.Sprintf("recorded run of %d steps", len(r.trace.Events))
	if r.why != nil {
		name = fmt.Sprintf("%s: step %d is none of the model", name, r.last+1)
	}
	return []Run{{name, strings.TrimSuffix(strings.Repeat("0.", r.last), ".")}}, nil
}

// follow takes the judge to where a path leads: "0.0.0" is three steps.
func (r *Recording) follow(path string) error {
	var steps []string
	if path != "" {
		steps = strings.Split(path, ".")
	}
	for k, s := range steps {
		if s != "0" || k >= r.last {
			return fmt.Errorf("step %d: there is no step number %q that leads on", k+1, s)
		}
	}
	if len(steps) < r.done {
		if err := r.rewind(); err != nil {
			return err
		}
	}
	for ; r.done < len(steps); r.done++ {
		if err := r.judge.Step(&r.trace.Events[r.done]); err != nil {
			panic("explore: a run that was followed once is not followed again: " + err.Error())
		}
	}
	return nil
}

// view describes the point that a path leads to.
func (r *Recording) view(path string) (any, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err := r.follow(path); err != nil {
		return nil, err
	}
	state := r.judge.State()
	v := &view{System: r.trace.System, Path: path, Queues: state.Queues, Steps: []choice{}, Components: []component{}}
	if r.done > 0 {
		e := &r.trace.Events[r.done-1]
		v.Last = e.Instance + " " + words(e)
	}
	switch {
	case r.done < r.last:
		e := &r.trace.Events[r.done]
		v.Steps = append(v.Steps, choice{0, e.Instance, words(e), string(e.Kind), e.At, ""})
	case r.why != nil:
		e := &r.trace.Events[r.done]
		v.Steps = append(v.Steps, choice{0, e.Instance, words(e), string(e.Kind), e.At, "not of the model"})
		v.Verdict, v.Stuck = "The run leaves the model: "+because(r.why), true
	default:
		v.Verdict = "The recording ends here."
	}
	shown := &traces.State{Queues: state.Queues}
	for _, s := range r.judge.Standings() {
		if !r.acted[s.Instance] {
			continue
		}
		k := slices.IndexFunc(state.Components, func(c traces.ComponentState) bool { return c.Instance == s.Instance })
		shown.Components = append(shown.Components, state.Components[k])
		c, err := r.component(s, &state.Components[k])
		if err != nil {
			return nil, err
		}
		v.Components = append(v.Components, c)
	}
	svg, err := chart(r.trace.System, r.acting(r.done), shown)
	v.Chart = string(svg)
	return v, err
}

// acting are the first n events without the starts of those who did nothing else.
func (r *Recording) acting(n int) (events []traces.Event) {
	for _, e := range r.trace.Events[:n] {
		if r.acted[e.Instance] {
			events = append(events, e)
		}
	}
	return events
}

func (r *Recording) component(s judge.Standing, at *traces.ComponentState) (component, error) {
	c := component{Instance: s.Instance, Machine: -1, Name: "of the world outside", Nodes: []string{}, Status: at.Status, At: at.At, Waits: slices.Concat([]string{}, at.Waits), Vars: []string{}}
	if s.Machine == nil {
		return c, nil
	}
	c.Name, c.Machine = s.Machine.Name, slices.Index(r.system.Machines, s.Machine)
	m, err := r.machineOf(s.Machine)
	if err != nil {
		return c, err
	}
	for _, state := range s.States {
		for _, id := range m.nodes[state] {
			if !slices.Contains(c.Nodes, id) {
				c.Nodes = append(c.Nodes, id)
			}
		}
	}
	return c, nil
}

// because is what a judge has against a step, in a few words.
func because(err error) string {
	var d *judge.Deviation
	if errors.As(err, &d) {
		return d.Did() + ": " + strings.Join(d.Why, "; ") + "."
	}
	return err.Error() + "."
}
