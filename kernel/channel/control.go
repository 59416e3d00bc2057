package channel

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
)

// A Decision is one question of the controlled scheduler: which of N.
type Decision struct {
	Kind      DecisionKind
	N         int
	Component uint32 // who chooses among options
	Of        []uint32
}

// DecisionKind says what is decided.
type DecisionKind uint8

// The kinds of decisions.
const (
	WhichComponent DecisionKind = iota // Of: the enabled components
	WhichOption                        // 0 is the one that the promise asks for
	WhichTimeout                       // Of: whose time-out fires
	WhichFault                         // 0: none; k: crash Of[k-1]
)

// A Decider answers decisions with an index below N.
type Decider interface{ Decide(Decision) int }

// DeciderFunc is a function as a Decider.
type DeciderFunc func(Decision) int

// Decide calls the function.
func (f DeciderFunc) Decide(d Decision) int { return f(d) }

// Seed decides at random, the same for the same seed.
func Seed(seed uint64) Decider {
	r := rand.New(rand.NewPCG(seed, 0x9E3779B97F4A7C15))
	return DeciderFunc(func(d Decision) int { return r.IntN(d.N) })
}

// Script decides as a Report's Decisions did, and 0 where they end.
func Script(decisions []int) Decider {
	return DeciderFunc(func(d Decision) int {
		if len(decisions) == 0 {
			return 0
		}
		k := decisions[0]
		decisions = decisions[1:]
		return min(k, d.N-1)
	})
}

// Control configures the controlled scheduler.
type Control struct {
	Decider       Decider
	Crashes       int  // faults that may be injected
	EarlyTimeouts bool // a time-out may fire while something else could move
	Steps         int  // limit of one Run; 0: none

	Took func(Step) // what each component does, as it does it; nil: nobody asks
}

// A Step is what a component has done: an Op, or the option of a Choice.
type Step struct {
	Component uint32
	Table     *Component
	Op        *Op
	Choice    *Choice
	Option    int
}

// took tells of a step under control.
func (e *Endpoint) took(op *Op, c *Choice, option int) {
	if e.core != nil && e.core.control != nil && e.core.control.Took != nil {
		e.core.control.Took(Step{e.number, e.table, op, c, option})
	}
}

// Controlled runs the components of a runtime one at a time; every
// decision is the Decider's, so a run repeats bit for bit.
type Controlled struct {
	rt *Runtime
	c  *control
}

type control struct {
	Control
	core    *core
	all     []*Endpoint // live, by number
	enabled []*Endpoint
	of      []uint32
	taken   []int
	steps   int
	now     time.Duration
	firing  *Endpoint
	ready   []found
}

// Control puts a runtime, before anything was started, under control.
func (rt *Runtime) Control(c Control) *Controlled {
	if !rt.single {
		panic("channel: control needs Config{Cores: 1} and nothing outside")
	}
	k := &control{Control: c, core: rt.cores[0]}
	rt.control, rt.cores[0].control = k, k
	rt.running.Store(true)
	return &Controlled{rt, k}
}

// A Report says where a controlled run stands.
type Report struct {
	Ended     bool // every component has ended
	Limit     bool // the limit of steps was reached
	Waits     []Wait
	Decisions []int // all so far, for Script
	Steps     int
	Now       time.Duration // virtual
	Errors    []error       // of components that failed
}

// A Wait is who waits for what.
type Wait struct {
	Component string
	State     string
	For       []string
}

func (w Wait) String() string {
	return fmt.Sprintf("%s in %s waits for %s", w.Component, w.State, strings.Join(w.For, " or "))
}

// Run runs until nothing can move. It may be called again after a probe
// has sent or received something.
func (c *Controlled) Run() Report {
	k := c.c
	limit := c.Settle(k.Steps)
	r := Report{Limit: limit, Decisions: append([]int{}, k.taken...), Steps: k.steps, Now: k.now, Errors: append([]error{}, c.rt.errs...)}
	r.Waits = c.Waits()
	r.Ended = len(r.Waits) == 0
	return r
}

// Settle is Run with a limit of its own (0: none) and without a report. It
// says whether the limit was reached.
func (c *Controlled) Settle(steps int) (limit bool) {
	k := c.c
	defer func(usual int) { k.Steps = usual }(k.Steps)
	k.steps, k.Steps = 0, steps
	k.core.work()
	return steps > 0 && k.steps >= steps
}

// Errors are those of components that have failed so far.
func (c *Controlled) Errors() []error { return c.rt.errs }

// Waits is who waits for what.
func (c *Controlled) Waits() []Wait {
	var list []Wait
	for _, e := range c.c.all {
		if e.live {
			list = append(list, e.waits())
		}
	}
	return list
}

// Close cancels what is still alive and gives back every stack.
func (c *Controlled) Close() {
	c.rt.Stop(fmt.Errorf("the run was closed"))
	c.c.Steps = 0
	c.c.Crashes = 0
	c.Run()
	c.c.core.stop()
}

type pendKind uint8

const (
	pendNone pendKind = iota
	pendStart
	pendSend
	pendReceive
	pendChoose
	pendPlace
)

// pending is the step that a component is about to take.
type pending struct {
	kind  pendKind
	arm   *arm
	op    *Op
	st    *choiceState
	timed bool
}

func (k *control) decide(kind DecisionKind, n int, who uint32, of []uint32) int {
	if n == 1 {
		return 0
	}
	i := k.Decider.Decide(Decision{kind, n, who, of})
	if i < 0 || i >= n {
		panic(fmt.Sprintf("channel: the decider answered %d of %d", i, n))
	}
	k.taken = append(k.taken, i)
	return i
}

// next decides who runs: the components whose next step is possible now.
func (k *control) next() *Endpoint {
	if k.core.inbox.Load() != nil {
		k.core.drain()
	}
	if e := k.core.pop(); e != nil { // woken within a step: the second half of a rendezvous
		return e
	}
	if k.Steps > 0 && k.steps >= k.Steps {
		return nil
	}
	k.steps++
	k.fault()
	k.enabled, k.of = k.enabled[:0], k.of[:0]
	var timed []*Endpoint
	live := k.all[:0]
	for _, e := range k.all {
		if !e.live {
			continue
		}
		live = append(live, e)
		if e.pending.kind != pendNone && e.possible() {
			k.enabled, k.of = append(k.enabled, e), append(k.of, e.number)
		} else if e.pending.timed {
			timed = append(timed, e)
		}
	}
	clear(k.all[len(live):])
	k.all = live
	n := len(k.enabled)
	if n == 0 || k.EarlyTimeouts {
		for _, e := range timed {
			k.enabled, k.of = append(k.enabled, e), append(k.of, e.number)
		}
	}
	if len(k.enabled) == 0 {
		return nil
	}
	kind := WhichComponent
	if n == 0 {
		kind = WhichTimeout
	}
	i := k.decide(kind, len(k.enabled), 0, k.of)
	e := k.enabled[i]
	if i >= n {
		k.firing = e
		k.now = max(k.now, e.deadline)
	}
	e.pending.kind, e.pending.timed = pendNone, false
	return e
}

func (k *control) fault() {
	if k.Crashes == 0 {
		return
	}
	k.of = k.of[:0]
	for _, e := range k.all {
		if e.live {
			k.of = append(k.of, e.number)
		}
	}
	if i := k.decide(WhichFault, 1+len(k.of), 0, k.of); i > 0 {
		k.Crashes--
		for _, e := range k.all {
			if e.live && e.number == k.of[i-1] {
				e.Abort(ErrCrashed)
			}
		}
		k.core.drain()
	}
}

// pause lets the scheduler decide when the step that is pending is taken.
func (k *control) pause(e *Endpoint, state string) error {
	k.core.leave(e)
	return e.aborted(state)
}

// possible reports whether the pending step can be taken now.
func (e *Endpoint) possible() bool {
	p := &e.pending
	if atomic.LoadUint32(&e.flags)&flagAbort != 0 || p.kind == pendStart {
		return true
	}
	if e.claimed >= 0 {
		q := e.arms[e.claimed].in
		return !q.empty() || atomic.LoadUint32(&q.senderGone) != 0
	}
	switch p.kind {
	case pendPlace:
		return e.limitOf(p.op.Takes).open(e)
	case pendSend:
		q := p.arm.out
		return atomic.LoadUint32(&q.recvGone) != 0 || q.capacity == 0 && q.canMeet() || q.capacity != 0 && !q.full()
	case pendReceive:
		return !p.arm.in.empty() || p.arm.in.lost()
	}
	f, lost := e.scan(p.st, nil)
	return f.opt >= 0 || f.refuse || lost != nil || p.st.otherwise >= 0
}

// chooseControlled is Choose under control.
func (e *Endpoint) chooseControlled(st *choiceState, d time.Duration) (Taken, error) {
	t, err := e.decideOption(st, d)
	for _, l := range st.places {
		if l != nil {
			l.leave(e)
		}
	}
	if err == nil {
		e.took(nil, st.choice, t.Option)
	}
	return t, err
}

func (e *Endpoint) decideOption(st *choiceState, d time.Duration) (Taken, error) {
	k := e.core.control
	for {
		e.scan(st, nil) // what it opens to rendezvous
		e.pending = pending{kind: pendChoose, st: st, timed: st.timeout >= 0}
		e.deadline = k.now + d
		e.opening(-1, st.opens)
		err := k.pause(e, st.choice.State)
		claimed := e.closing()
		if err != nil {
			return Taken{}, err
		}
		if k.firing == e {
			k.firing = nil
			return e.takeTimeout(st), nil
		}
		if claimed >= 0 {
			if t, ok, err := e.takeClaimed(st, claimed); ok || err != nil {
				return t, err
			}
			continue
		}
		k.ready = k.ready[:0]
		f, lost := e.scan(st, &k.ready)
		if n := len(k.ready); n > 1 && !st.choice.Priority {
			for i := range k.ready { // the one that the promise asks for comes first
				if k.ready[i].stamp == f.stamp {
					k.ready[0], k.ready[i] = k.ready[i], k.ready[0]
				}
			}
			f = k.ready[k.decide(WhichOption, n, e.number, nil)]
		}
		if t, ok, err := e.takeOption(st, f, lost); ok || err != nil {
			return t, err
		}
		if st.otherwise >= 0 {
			return e.takeElse(st), nil
		}
	}
}

// waits says what a component that cannot move waits for.
func (e *Endpoint) waits() Wait {
	w := Wait{Component: e.name}
	end := func(g int32, peer uint8) string {
		s := &e.table.Slots[g]
		return s.Name + " (" + s.Protocol.Name + "." + s.Protocol.Roles[peer] + ")"
	}
	switch p := &e.pending; p.kind {
	case pendPlace:
		w.State = p.op.State
		w.For = append(w.For, "a place for "+p.op.Takes)
	case pendSend:
		w.State = p.op.State
		w.For = append(w.For, "room for "+e.table.Slots[p.op.Slot].Protocol.label(p.op.Label)+" on "+end(p.op.Slot, p.op.Peer))
	case pendReceive:
		w.State = p.op.State
		w.For = append(w.For, "a message on "+end(p.op.Slot, p.op.Peer))
	case pendChoose:
		w.State = p.st.choice.State
		for i := range p.st.choice.Options {
			o := &p.st.choice.Options[i]
			l := func() string { return e.table.Slots[o.Slot].Protocol.label(o.Label) }
			switch {
			case !o.enabled(p.st.guards):
			case o.Kind == Recv:
				w.For = append(w.For, l()+" on "+end(o.Slot, o.Peer))
			case o.Kind == Send:
				w.For = append(w.For, "room for "+l()+" on "+end(o.Slot, o.Peer))
			case o.Kind == Now && o.Takes != "":
				w.For = append(w.For, "a place for "+o.Takes)
			}
		}
	}
	return w
}
