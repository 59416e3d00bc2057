package channel

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// Placement says on which core a component runs.
type Placement uint8

// The placements.
const (
	Together Placement = iota // on the core of most of its peers, else the least loaded
	Pinned                    // on Options.Core
	Spread                    // on the least loaded core
)

// Config is how a runtime is made.
type Config struct {
	Cores    int      // 0: GOMAXPROCS
	Outside  bool     // ordinary goroutines hold ends too; implied by two cores or more
	Recorder Recorder // nil: off
	Poison   bool     // overwrite messages after the receiver's next step
	Spin     int      // looks before an idle core parks; 0: 5,000, or none with one processor; -1: none

	// Place decides where a component runs whose Options leave it Together, and whether one outside lends its goroutine: it returns the Options as they are, or with another
	// placement or with Lends. It is called by one at a time. nil: as they are.
	Place func(Options) Options
}

// A Runtime owns cores, and the sessions and components on them.
type Runtime struct {
	cores   []*core
	single  bool
	poison  bool
	spins   int
	rec     *recording
	control *control
	policy  func(Options) Options

	sessions atomic.Uint64
	ends     atomic.Int64
	running  atomic.Bool
	lent     atomic.Bool // goroutines are lent to cores
	done     atomic.Bool
	meeting  meeting
	dropping sync.Mutex

	mu    sync.Mutex
	names []string
	live  map[uint32]*Endpoint
	// Components on goroutines of their own, until the cores run.
	outside []*Endpoint
	errs    []error
}

// New makes a runtime; Run runs it.
func New(c Config) *Runtime {
	if c.Cores <= 0 {
		c.Cores = runtime.GOMAXPROCS(0)
	}
	rt := &Runtime{single: c.Cores == 1 && !c.Outside, poison: c.Poison, spins: c.Spin, policy: c.Place, live: map[uint32]*Endpoint{}}
	switch {
	case c.Spin < 0 || c.Spin == 0 && (runtime.GOMAXPROCS(0) == 1 || rt.single):
		rt.spins = 0
	case c.Spin == 0:
		rt.spins = 5000
	}
	rt.meeting.single = rt.single
	if c.Recorder != nil {
		rt.rec = &recording{single: rt.single, to: c.Recorder}
	}
	for i := range c.Cores {
		rt.cores = append(rt.cores, &core{rt: rt, number: i, sema: make(chan struct{}, 1)})
	}
	return rt
}

// Run runs the cores until every component has ended; a done context
// cancels them all. It returns what the components that failed returned,
// joined. A runtime runs once.
func (rt *Runtime) Run(ctx context.Context) error {
	rt.mu.Lock()
	rt.running.Store(true)
	if len(rt.live) == 0 {
		rt.done.Store(true)
	}
	for _, e := range rt.outside {
		go e.main()
	}
	rt.outside = nil
	rt.mu.Unlock()
	defer context.AfterFunc(ctx, func() { rt.Stop(context.Cause(ctx)) })()
	var wait sync.WaitGroup
	for _, c := range rt.cores {
		wait.Go(func() {
			c.work()
			c.stop()
		})
	}
	wait.Wait()
	return errors.Join(rt.errs...)
}

// Stop cancels every component.
func (rt *Runtime) Stop(cause error) {
	if rt.rec != nil {
		rt.rec.stopped.Store(true)
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	for _, e := range rt.live {
		e.Abort(cause)
	}
}

// place chooses the core of a component that is about to start.
func (rt *Runtime) place(o Options, ends []End) *core {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.policy != nil && o.Placement == Together {
		o = rt.policy(o)
	}
	best := rt.cores[0]
	if o.Placement == Pinned {
		best = rt.cores[o.Core%len(rt.cores)]
		best.load++
		return best
	}
	for _, c := range rt.cores {
		if c.load < best.load {
			best = c
		}
	}
	if o.Placement == Together {
		peers := make([]int, len(rt.cores))
		most := 0
		for _, d := range ends {
			if d.sess == nil {
				continue
			}
			for i := range d.sess.queues {
				q := &d.sess.queues[i]
				if q.to != d.role {
					continue
				}
				if a := q.sendAt.Load(); a != nil && a.e.core != nil {
					n := a.e.core.number
					if peers[n]++; peers[n] > most {
						most, best = peers[n], a.e.core
					}
				}
			}
		}
	}
	best.load++
	return best
}

func (rt *Runtime) enlist(e *Endpoint) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.names = append(rt.names, e.name)
	e.number = uint32(len(rt.names))
	rt.live[e.number] = e
}

func (rt *Runtime) retire(e *Endpoint) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	delete(rt.live, e.number)
	if e.core != nil {
		e.core.load--
	}
	if e.err != nil {
		rt.errs = append(rt.errs, e.err)
	}
	if len(rt.live) == 0 && rt.running.Load() && rt.control == nil {
		rt.done.Store(true)
		for _, c := range rt.cores {
			c.wake()
		}
	}
}

// Name is that of the component with a number, as events carry it.
func (rt *Runtime) Name(number uint32) string {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if number == 0 || int(number) > len(rt.names) {
		return ""
	}
	return rt.names[number-1]
}

// Stats is what is alive.
type Stats struct {
	Components int
	Ends       int // neither closed nor abandoned
	Threads    int // stacks; right only while no core runs
}

// Stats counts what is alive.
func (rt *Runtime) Stats() Stats {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	s := Stats{Components: len(rt.live), Ends: int(rt.ends.Load())}
	for _, c := range rt.cores {
		s.Threads += c.threads
	}
	return s
}

func (rt *Runtime) emit(ev Event) {
	if rt.rec != nil {
		rt.rec.lock()
		rt.rec.emit(ev)
		rt.rec.unlock()
	}
}

// Discard abandons an end that nobody holds in a slot, as the handle of a
// component whose end is of no interest.
func (d End) Discard() { d.sess.abandon(d.role, AbandonEvent, nil) }

// Plain makes e the holder of one role for an ordinary goroutine: its
// operations block as those of Go channels do. A done context aborts it.
func (rt *Runtime) Plain(ctx context.Context, e *Endpoint, t *Component, name string, d End) {
	if rt.single {
		panic("channel: a runtime with ordinary goroutines needs Config.Outside")
	}
	e.init(rt, t, name)
	e.sema = make(chan struct{}, 1)
	e.ctx = ctx
	e.hold(d)
	if ctx.Done() != nil {
		e.unhook = context.AfterFunc(ctx, func() { e.Abort(context.Cause(ctx)) })
	}
}

// Probe makes e a holder that never waits: where it would, its operations
// return ErrNotReady and may be tried again. For test drivers, between the
// runs of a controlled scheduler.
func (rt *Runtime) Probe(e *Endpoint, t *Component, name string, ends ...End) {
	e.init(rt, t, name)
	e.hold(ends...)
}

func (e *Endpoint) hold(ends ...End) {
	e.rt.mu.Lock()
	e.rt.names = append(e.rt.names, e.name)
	e.number = uint32(len(e.rt.names))
	e.rt.mu.Unlock()
	atomic.OrUint32(&e.flags, flagSlow)
	e.rt.emit(Event{Kind: StartEvent, Component: e.number, Name: e.name, Table: e.table, Ends: ends})
	for g, d := range ends {
		if d.sess != nil {
			e.bind(e.table.first[g], d)
		}
	}
}

// Leave abandons what an ordinary goroutine still holds; a deferred call
// of it makes sure that no peer waits for ever.
func (e *Endpoint) Leave() {
	if e.unhook != nil {
		e.unhook()
	}
	if e.dead == nil {
		e.fail(&MisuseError{Where{Component: e.name}, "", "the holder has left"})
	}
}
