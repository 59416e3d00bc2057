// Package explore serves a page on which a system is walked by hand. In comes an elaborated system; the page shows the steps that may be taken, every
// component beside its machine with the current state lit, the queues, and the steps so far as a chart. The server keeps nothing about its readers:
// where one stands is a path of option numbers, which is what the page's link carries.
package explore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Explorer answers the page's questions about one system.
type Explorer struct {
	album
	name   string
	bounds checker.Options // of the search for counterexamples

	mutex    sync.Mutex // over all below: a walk belongs to one goroutine
	walk     *checker.Walk
	first    checker.Point
	known    map[string]step // by path
	found    []Run
	searched bool
}

// step is where a path leads, with its last event.
type step struct {
	point checker.Point
	event traces.Event
}

// Run is a run that somebody wants to look at: a counterexample or a recorded run, as a path.
type Run struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

// New prepares a system. The error says why it cannot be explored.
func New(name string, sys *session.System, bounds checker.Options) (*Explorer, error) {
	w, first, err := checker.NewWalk(sys, true)
	if err != nil {
		return nil, err
	}
	return &Explorer{album: album{system: sys, drawn: map[*session.Machine]*machine{}}, name: name, bounds: bounds, walk: w, first: first, known: map[string]step{}}, nil
}

// Open adds a trace to the runs to look at. A step without an option number, as a running kernel records it, is found by what it says. The error
// says which step the system cannot take.
func (x *Explorer) Open(t *traces.Trace) (string, error) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	run, err := x.follow(t)
	if err == nil {
		x.found = append(x.found, run)
	}
	return run.Path, err
}

func (x *Explorer) follow(t *traces.Trace) (Run, error) {
	name := strings.TrimSpace(t.Code + " " + t.Message)
	if name == "" {
		name = fmt.Sprintf("recorded run of %d steps", len(t.Events))
	}
	var path []string
	at := x.first
	for k, e := range t.Events {
		choices := x.walk.Choices(at, k+1)
		option := e.Option
		if option < 0 || option >= len(choices) || !same(&choices[option].Event, &e) {
			option = slices.IndexFunc(choices, func(c checker.Choice) bool { return same(&c.Event, &e) })
		}
		if option < 0 {
			return Run{}, fmt.Errorf("step %d (%s of %s) cannot be taken: this is no run of %s as it is now", k+1, e.Kind, e.Instance, x.name)
		}
		if choices[option].Fails != "" {
			break
		}
		path = append(path, strconv.Itoa(option))
		at = choices[option].To
	}
	return Run{name, strings.Join(path, ".")}, nil
}

func same(a, b *traces.Event) bool {
	return a.Kind == b.Kind && a.Instance == b.Instance && a.Label == b.Label && a.Channel == b.Channel && a.Case == b.Case
}

// runs checks the system, once, and returns all runs to look at.
func (x *Explorer) runs(ctx context.Context) ([]Run, error) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if x.searched {
		return x.found, nil
	}
	v := checker.Check(ctx, x.system, x.bounds)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for _, violation := range v.Violations {
		if violation.Trace == nil {
			continue
		}
		run, err := x.follow(violation.Trace)
		if err != nil {
			panic("explore: a counterexample is no run of its system: " + err.Error())
		}
		x.found = append(x.found, run)
	}
	x.searched = true
	return x.found, nil
}

// at follows a path of option numbers, "0.2.1".
func (x *Explorer) at(path string) (checker.Point, []traces.Event, error) {
	point := x.first
	var events []traces.Event
	if path == "" {
		return point, nil, nil
	}
	numbers := strings.Split(path, ".")
	for k, text := range numbers {
		prefix := strings.Join(numbers[:k+1], ".")
		s, ok := x.known[prefix]
		if !ok {
			n, err := strconv.Atoi(text)
			choices := x.walk.Choices(point, k+1)
			if err != nil || n < 0 || n >= len(choices) || choices[n].Fails != "" {
				return point, nil, fmt.Errorf("step %d: there is no step number %q that leads on", k+1, text)
			}
			s = step{choices[n].To, choices[n].Event}
			x.known[prefix] = s
		}
		point = s.point
		events = append(events, s.event)
	}
	return point, events, nil
}
