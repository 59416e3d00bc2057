// Package follow takes the steps of a counterexample with real components. What goes in is a trace of the checker and a function that boots
// the system; what comes out is how far the code follows, and where the two part: what the model does there, and what the code does instead.
//
// The controlled scheduler lets that component move whose step is next. Which of several ready options a choose takes is not in the
// component's hands either: all are tried, depth first. What a component decides by itself is its own: if the code never decides so, that
// is where they part. Steps are compared component by component, so independent ones may stand in another order. Names of sessions and of
// started components are the code's own; they are matched as they come up. The values in messages are compared where both tell numbers.
package follow

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// Result is how far the code follows a trace.
type Result struct {
	Steps  int            // of the trace that the code has taken
	Parted *Part          // nil: all of them, and no more
	Run    *traces.Trace  // what the code did
	Report channel.Report // where it stood in the end
	Tried  int            // runs
}

// Part is where code and model part.
type Part struct {
	Step int           // of the trace; 0: the trace is over, and the code goes on
	Want *traces.Event // what the model does
	Did  *traces.Event // what the code does instead; nil: the component cannot move
}

func (p *Part) String() string {
	switch {
	case p.Want == nil:
		return fmt.Sprintf("after the trace the code goes on: %s", spell(p.Did))
	case p.Did == nil:
		return fmt.Sprintf("step %d: the model has %s, and the code cannot move there", p.Step, spell(p.Want))
	}
	return fmt.Sprintf("step %d: the model has %s, the code %s", p.Step, spell(p.Want), spell(p.Did))
}

func spell(e *traces.Event) string {
	text := string(e.Kind) + " of " + e.Instance
	for _, x := range []string{e.Case, e.Label, e.Channel} {
		if x != "" {
			text += " " + x
		}
	}
	return text
}

// mostRuns bounds the ways that are tried through the options of chooses.
const mostRuns = 1000

// Trace boots the system and follows a trace. The error is that of boot.
func Trace(t *traces.Trace, boot func(*channel.Runtime) error) (*Result, error) {
	var best *Result
	var script []int
	for tried := 1; ; tried++ {
		f := newFollower(t, script)
		r, err := f.run(boot)
		if err != nil {
			return nil, err
		}
		if best == nil || r.Parted == nil || r.Steps > best.Steps && best.Parted != nil {
			best = r
		}
		best.Tried = tried
		if best.Parted == nil || tried == mostRuns || !f.nextScript() {
			return best, nil
		}
		script = f.script
	}
}

// follower is one run.
type follower struct {
	trace    *traces.Trace
	wanted   []bool           // per event: not taken yet
	pending  map[string][]int // per instance of the trace, its events that are not taken yet
	script   []int            // which option each choose takes
	of       []int            // out of how many
	asked    int
	rt       *channel.Runtime
	record   *channel.Trace
	seen     int             // events of the recording that were compared
	begun    map[uint32]bool // components that have had their first turn
	sessions map[string]string
	children map[string]string // of the code, by name; what the trace calls them
	taken    int
	parted   *Part
}

func newFollower(t *traces.Trace, script []int) *follower {
	f := &follower{trace: t, script: script, wanted: make([]bool, len(t.Events)), pending: map[string][]int{}, begun: map[uint32]bool{},
		sessions: map[string]string{}, children: map[string]string{}}
	for k := range t.Events {
		e := &t.Events[k]
		if e.Kind == traces.Add { // it stays within the component, and is not recorded
			f.taken++
			continue
		}
		f.wanted[k] = true
		f.pending[e.Instance] = append(f.pending[e.Instance], k)
		if e.Kind == traces.Exchange {
			f.pending[e.Peer] = append(f.pending[e.Peer], k)
		}
	}
	return f
}

func (f *follower) run(boot func(*channel.Runtime) error) (*Result, error) {
	f.record = channel.NewTrace(f.trace.System, f.trace.Digest, f.trace.Params...)
	f.rt = channel.New(channel.Config{Cores: 1, Recorder: f})
	crashes := 0
	for k := range f.trace.Events {
		if f.trace.Events[k].Kind == traces.Crash {
			crashes++
		}
	}
	c := f.rt.Control(channel.Control{Decider: f, Crashes: crashes, Steps: 1000 + 10*len(f.trace.Events)})
	if err := boot(f.rt); err != nil {
		return nil, err
	}
	r := &Result{Report: c.Run()}
	if k := f.next(); f.parted == nil && k >= 0 {
		f.parted = &Part{Step: k + 1, Want: &f.trace.Events[k]}
	}
	r.Run, r.Parted, r.Steps = f.record.Trace(), f.parted, f.taken
	c.Close()
	return r, nil
}

// nextScript goes on to the next way through the options; false: there is none.
func (f *follower) nextScript() bool {
	f.script = f.script[:min(len(f.script), f.asked)]
	for n := len(f.script) - 1; n >= 0; n-- {
		if f.script[n]++; f.script[n] < f.of[n] {
			f.script = f.script[:n+1]
			return true
		}
	}
	return false
}

// next is the first event that is still wanted, -1 if there is none.
func (f *follower) next() int { return slices.Index(f.wanted, true) }

// Decide answers the scheduler.
func (f *follower) Decide(d channel.Decision) int {
	switch d.Kind {
	case channel.WhichOption:
		return f.option(d.N)
	case channel.WhichFault:
		if k := f.next(); k >= 0 && f.parted == nil && f.trace.Events[k].Kind == traces.Crash {
			return 1 + slices.IndexFunc(d.Of, func(n uint32) bool { return f.nameOf(n) == f.trace.Events[k].Instance })
		}
		return 0
	}
	for i, n := range d.Of { // everybody begins, up to the first wait
		if !f.begun[n] {
			f.begun[n] = true
			return i
		}
	}
	for k := range f.wanted {
		if !f.wanted[k] {
			continue
		}
		e := &f.trace.Events[k]
		for _, who := range []string{e.Instance, e.Peer} {
			if i := slices.IndexFunc(d.Of, func(n uint32) bool { return f.nameOf(n) == who }); i >= 0 && (who == e.Instance || e.Kind == traces.Exchange) {
				return i
			}
		}
	}
	return 0
}

// option takes the option that the script says, and the first where it ends.
func (f *follower) option(n int) int {
	if f.parted != nil {
		return 0
	}
	f.asked++
	if f.asked > len(f.script) {
		f.script = append(f.script, 0)
	}
	f.of = append(f.of[:min(len(f.of), f.asked-1)], n)
	return min(f.script[f.asked-1], n-1)
}

// nameOf is what the trace calls a component.
func (f *follower) nameOf(n uint32) string {
	name := f.rt.Name(n)
	if c, ok := f.children[name]; ok {
		return c
	}
	return name
}

// Record compares what the code does with what it should.
func (f *follower) Record(ev *channel.Event) {
	f.record.Record(ev)
	all := f.record.Trace().Events
	for ; f.seen < len(all); f.seen++ {
		if f.parted == nil {
			f.compare(&all[f.seen])
		}
	}
}

func (f *follower) compare(got *traces.Event) {
	if got.Kind == traces.End || got.Kind == traces.Start && got.Peer == "" {
		return
	}
	who := got.Instance
	if c, ok := f.children[who]; ok {
		who = c
	}
	todo := f.pending[who]
	if len(todo) == 0 {
		if got.Label != "" {
			f.parted = &Part{Did: got}
		}
		return
	}
	want := &f.trace.Events[todo[0]]
	if !f.same(got, want, who) {
		f.parted = &Part{Step: todo[0] + 1, Want: want, Did: got}
		return
	}
	f.pending[who] = todo[1:]
	if want.Kind != traces.Exchange || got.Kind == traces.Receive {
		f.wanted[todo[0]] = false
		f.taken++
	}
}

// same reports whether a step of the code is the one of the trace, and learns the code's names from it.
func (f *follower) same(got, want *traces.Event, who string) bool {
	kind, role, peer := want.Kind, want.Role, want.PeerRole
	if kind == traces.Exchange {
		kind = traces.Send
		if who != want.Instance {
			kind, role, peer = traces.Receive, peer, role
		}
	}
	if got.Kind != kind || got.Label != want.Label {
		return false
	}
	switch kind {
	case traces.Send, traces.Receive, traces.Gone:
		if got.Role != role || got.PeerRole != peer {
			return false
		}
	case traces.Abandon:
		if got.Role != role {
			return false
		}
	case traces.Start:
		f.children[got.Peer] = want.Peer
	}
	if got.Channel != "" {
		if known, ok := f.sessions[got.Channel]; ok && known != want.Channel && kind != traces.New {
			return false
		}
		f.sessions[got.Channel] = want.Channel
	}
	if len(got.Args) == len(want.Args) {
		for k := range got.Args {
			x, err1 := strconv.ParseInt(got.Args[k], 10, 64)
			y, err2 := strconv.ParseInt(want.Args[k], 10, 64)
			if err1 == nil && err2 == nil && x != y {
				return false
			}
		}
	}
	return true
}
