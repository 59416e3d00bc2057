package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
	"github.com/protoc-os/protoc-os/viz"
)

// gallery finds what can be drawn in the packages asked for.
type gallery struct {
	app     *app
	ctx     context.Context
	flags   *graphFlags
	sources *sources
	trace   *traces.Trace
	load    *traces.Trace // a run to count on the wiring
}

// subject is something that can be drawn.
type subject struct {
	name string // "block.Block", "block.Block.client", "vnode.Vnode"
	draw func() (*viz.Graph, error)
}

// choose returns what the view and name ask for. Without a view it is the first that has the name, in the order protocol, role, component, system;
// without a name either, systems, or protocols where there are none.
func (g *gallery) choose() ([]subject, error) {
	f := g.flags
	views := []string{f.view}
	switch {
	case f.view == "" && f.name != "":
		views = []string{"protocol", "role", "component", "system"}
	case f.view == "":
		views = []string{"system", "protocol", "component"}
	}
	for _, view := range views {
		var found []subject
		for _, s := range g.subjects(view) {
			if _, short, _ := strings.Cut(s.name, "."); f.name == "" || f.name == s.name || f.name == short {
				found = append(found, s)
			}
		}
		if len(found) > 0 {
			f.view = view
			return found, nil
		}
	}
	if g.app.status != 0 {
		return nil, statusError{status: g.app.status}
	}
	what := f.view
	if what == "" {
		what = "protocol, component or system"
	}
	if f.name != "" {
		what += " " + f.name
	}
	return nil, fmt.Errorf("no %s in the packages named", what)
}

// subjects lists what a view can draw.
func (g *gallery) subjects(view string) []subject {
	var all []subject
	add := func(name string, draw func() (*viz.Graph, error)) { all = append(all, subject{name, draw}) }
	switch view {
	case "system":
		for _, e := range g.sources.systems {
			add(e.decl.QName(), func() (*viz.Graph, error) { return g.wiring(e) })
		}
	case "states":
		for _, e := range g.sources.systems {
			add(e.decl.QName(), func() (*viz.Graph, error) { return g.states(e) })
		}
	}
	for _, p := range g.sources.prog.Asked {
		switch view {
		case "protocol":
			for _, q := range p.Protocols {
				add(q.QName(), func() (*viz.Graph, error) { return viz.ProtocolGraph(q), nil })
			}
		case "role":
			for _, q := range p.Protocols {
				for _, l := range q.Locals {
					add(q.QName()+"."+q.Roles[l.Role], func() (*viz.Graph, error) { return viz.RoleGraph(l), nil })
				}
			}
		case "component":
			for _, c := range p.Components {
				add(c.QName(), func() (*viz.Graph, error) { return g.component(c) })
			}
		}
	}
	return all
}

// component draws a component's machine, with the sizes that the first system here gives it, else with all sizes 2.
func (g *gallery) component(c *session.Component) (*viz.Graph, error) {
	for _, e := range g.sources.systems {
		for _, m := range e.sys.Machines {
			if m.Component == c {
				return viz.MachineGraph(m), nil
			}
		}
	}
	sizes := session.Env{}
	for _, p := range c.Decl.Params {
		if t, ok := p.Type.(*dsl.NamedType); ok && t.Name.Package == nil && t.Name.Name.Name == "size" {
			sizes[p.Name.Name] = 2
		}
	}
	m, diags := session.MachineOf(c, sizes)
	if m == nil {
		return nil, fmt.Errorf("%s has no machine: %s", c.QName(), diags[0].Message)
	}
	return viz.MachineGraph(m), nil
}

// wiring draws a system, after exploring it if occupancies are asked for.
func (g *gallery) wiring(e *elaboration) (*viz.Graph, error) {
	o := viz.SystemOptions{Unfold: g.flags.unfold || g.trace != nil, Load: g.load}
	if g.load != nil {
		sys, err := judge.Elaborate(e.decl, g.load)
		if err != nil {
			return nil, err
		}
		return viz.SystemGraph(sys, o), nil
	}
	if g.flags.occupancy {
		v := checker.Check(g.ctx, e.sys, checker.Options{})
		if v.Outcome == checker.Inconclusive {
			g.app.status |= undecided
			g.app.note("%s: the search was cut short (%s): occupancies are only what was seen", e.decl.QName(), v.Reason)
		}
		for _, b := range v.Bounds {
			o.Occupancy = append(o.Occupancy, viz.Occupancy{Channel: b.Channel, From: b.From, To: b.To, Highest: b.Highest})
		}
	}
	return viz.SystemGraph(e.sys, o), nil
}

// states draws the states of a system: all if they are few, else the first, or with a trace those within a step of it.
func (g *gallery) states(e *elaboration) (*viz.Graph, error) {
	w, first, err := checker.NewWalk(e.sys, false)
	if err != nil {
		return nil, err
	}
	s := &spaceDrawing{walk: w, index: map[checker.Point]int{}, space: viz.Space{Title: e.decl.QName()}}
	s.visit(first)
	if g.trace != nil {
		if err := s.follow(g.trace); err != nil {
			return nil, err
		}
		onTrace := len(s.points)
		for n := range onTrace {
			s.expand(n, g.flags.states)
		}
	} else {
		for n := 0; n < len(s.points); n++ {
			s.expand(n, g.flags.states)
		}
	}
	if s.cut {
		g.app.note("%s has more states: drawn are %d (--states)", e.decl.QName(), len(s.points))
	}
	return viz.SpaceGraph(s.space), nil
}

// spaceDrawing collects states and steps of a walk.
type spaceDrawing struct {
	walk   *checker.Walk
	index  map[checker.Point]int
	points []checker.Point
	passed map[[2]int]map[string]viz.Mark // steps of the trace
	space  viz.Space
	cut    bool
}

func (s *spaceDrawing) visit(p checker.Point) int {
	if n, ok := s.index[p]; ok {
		return n
	}
	n := len(s.points)
	s.index[p] = n
	s.points = append(s.points, p)
	s.space.States = append(s.space.States, s.words(p))
	return n
}

// words describes a state shortly: who stands at a named point or has something queued, and that nothing goes on.
func (s *spaceDrawing) words(p checker.Point) viz.SpaceState {
	state := viz.SpaceState{Final: true}
	for _, st := range s.walk.Standings(p) {
		if st.State >= 0 && len(st.Machine.States[st.State].Names) > 0 {
			state.Lines = append(state.Lines, st.Instance+" "+strings.Join(st.Machine.States[st.State].Names, " "))
		}
	}
	d := s.walk.Describe(p)
	for _, q := range d.Queues {
		state.Lines = append(state.Lines, q.From+" → "+q.To+": "+strings.Join(q.Messages, " "))
	}
	stuck := len(s.walk.Choices(p, 1)) == 0
	for _, c := range d.Components {
		if c.Status != "idle" && c.Status != "ended" && c.Status != "crashed" {
			state.Final = false
			if stuck {
				state.Mark = viz.Wrong
			}
		}
	}
	return state
}

// follow visits the states of a trace and lights them.
func (s *spaceDrawing) follow(t *traces.Trace) error {
	s.passed = map[[2]int]map[string]viz.Mark{}
	at := s.points[0]
	for _, e := range t.Events {
		mark := viz.Passed
		if t.Cycle > 0 && e.Step >= t.Cycle {
			mark = viz.Cycled
		}
		choices := s.walk.Choices(at, e.Step)
		if e.Option < 0 || e.Option >= len(choices) {
			return fmt.Errorf("step %d of the trace cannot be taken: it is not a run of this system as it is now", e.Step)
		}
		c := choices[e.Option]
		if c.Fails != "" {
			break
		}
		from := s.visit(at)
		to := s.visit(c.To)
		s.space.States[from].Mark = max(s.space.States[from].Mark, mark)
		s.space.States[to].Mark = max(s.space.States[to].Mark, mark)
		pair := [2]int{from, to}
		if s.passed[pair] == nil {
			s.passed[pair] = map[string]viz.Mark{}
		}
		s.passed[pair][stepText(&c.Event)] = mark
		at = c.To
	}
	return nil
}

// expand adds the steps from a state, and the states that they lead to while there is room.
func (s *spaceDrawing) expand(n, most int) {
	for _, c := range s.walk.Choices(s.points[n], 1) {
		if c.Fails != "" {
			continue
		}
		if _, known := s.index[c.To]; !known && len(s.points) >= most {
			s.cut = true
			continue
		}
		to := s.visit(c.To)
		text := stepText(&c.Event)
		s.space.Steps = append(s.space.Steps, viz.SpaceStep{From: n, To: to, Text: text, Kind: stepKinds[c.Event.Kind], Mark: s.passed[[2]int{n, to}][text]})
	}
}

// stepText is a step in a few words: "fs ! Data to app", "app ? Data", "disk: nospace".
func stepText(e *traces.Event) string {
	switch e.Kind {
	case traces.Send:
		return e.Instance + " ! " + e.Label
	case traces.Receive:
		return e.Instance + " ? " + e.Label
	case traces.Exchange:
		return e.Instance + " → " + e.Peer + " " + e.Label
	case traces.Decide:
		return e.Instance + ": " + e.Case
	}
	return e.Instance + " " + string(e.Kind)
}

var stepKinds = map[traces.Kind]viz.EdgeKind{traces.Send: viz.Sending, traces.Exchange: viz.Sending, traces.Receive: viz.Receiving, traces.Ended: viz.Receiving,
	traces.Decide: viz.Choosing, traces.New: viz.Making, traces.Start: viz.Making, traces.Add: viz.Making, traces.Gone: viz.Failing, traces.Crash: viz.Failing,
	traces.Crashed: viz.Failing, traces.Timeout: viz.Timing, traces.Else: viz.Timing}
