package channel

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
)

// body is the part of an endpoint that makes it a component.
type body struct {
	run    func(context.Context) error
	ctx    context.Context
	unhook func() bool
	cancel context.CancelCauseFunc // of ctx, for a component outside
	cause  atomic.Pointer[error]   // with flagAbort
	thread *thread
	lent   *thread // of a component outside that lends its goroutine
	fresh  []End   // to be bound by its core
	report End     // its end of the handle
	live   bool
	err    error
	asked  func() // what its core is asked to do, instead of a component
	asleep string // the state in which it waits for many
}

// handles is the protocol of supervision: how a component tells whoever
// started it that it has ended or crashed.
var handles = Protocol{
	Name: "Handle", Roles: []string{"child", "parent"}, Capacity: 1,
	Labels: []Label{{Name: "Ended", From: 0, To: 1}, {Name: "Crashed", From: 0, To: 1}},
}

// HandleSlot is the slot that holds a handle; its labels are Ended and
// Crashed, received from Child.
func HandleSlot(name string) Slot { return Slot{Name: name, Protocol: &handles, Role: 1} }

// HandleSlots is a set of n handles.
func HandleSlots(name string, n int) Slot {
	s := HandleSlot(name)
	s.Set = n
	return s
}

// The labels and the role of a handle.
const (
	Ended   = 0
	Crashed = 1
	Child   = 0
)

// Options say how one component is started.
type Options struct {
	Name      string          // of the instance
	Context   context.Context // done: the component's ends are abandoned
	Placement Placement
	Core      int     // with Pinned
	Limits    *Limits // of the system; nil: those of whoever starts it
	// Outside is for a component that waits for the world too: it runs on a
	// goroutine of its own, where the runtime has any (Config.Outside), so
	// that no core waits with it. Its context ends when it is cancelled.
	Outside bool
	// Lends is for a component outside: where it sends to a core that has nothing to do, its goroutine runs that core until there is nothing to do
	// again, or there is news for itself, so that a request and its answer need no goroutine woken. It must hold no lock then that a component takes.
	Lends bool
}

// Start starts a component with its ends, in the order of its slots and,
// within a set, of its members (the zero End leaves a place empty). It returns the parent's end of its handle.
// It may be called from anywhere but a component; that uses Spawn.
func (rt *Runtime) Start(e *Endpoint, t *Component, o Options, ends []End, run func(context.Context) error) End {
	return rt.start(e, t, o, ends, run, nil)
}

// Spawn is Start by the component that runs on parent.
func (parent *Endpoint) Spawn(e *Endpoint, t *Component, o Options, ends []End, run func(context.Context) error) End {
	return parent.rt.start(e, t, o, ends, run, parent)
}

func (rt *Runtime) start(e *Endpoint, t *Component, o Options, ends []End, run func(context.Context) error, parent *Endpoint) End {
	if o.Name == "" {
		o.Name = t.Name
	}
	e.init(rt, t, o.Name)
	if len(ends) > t.slots {
		panic(fmt.Sprintf("channel: %s has room for %d ends, not %d", t.Name, t.slots, len(ends)))
	}
	e.run, e.ctx, e.live = run, o.Context, true
	if e.ctx == nil {
		e.ctx = context.Background()
	}
	outside := o.Outside && !rt.single
	if !outside {
		e.core = rt.place(o, ends)
	}
	s := rt.session(&handles, outside || parent == nil || parent.core != e.core)
	s.place = parent.heldPlace()
	if o.Limits == nil && parent != nil && parent.bounds != nil {
		o.Limits = parent.bounds.limits
	}
	if o.Limits != nil && t.makes {
		e.bounds = &bounds{limits: o.Limits}
	}
	e.report = End{s, 0}
	e.fresh = append([]End{}, ends...)
	rt.enlist(e)
	rt.emit(Event{Kind: StartEvent, Component: e.number, Session: s.id, Protocol: &handles, Name: e.name, Table: t, Ends: ends, Parent: parent.id()})
	if outside {
		rt.startOutside(e, o, ends)
		return End{s, 1}
	}
	if e.ctx.Done() != nil {
		e.unhook = context.AfterFunc(e.ctx, func() { e.Abort(context.Cause(e.ctx)) })
	}
	switch {
	case parent != nil && parent.core == e.core || !rt.running.Load():
		e.settleIn()
	default:
		if parent != nil {
			for _, d := range ends {
				if d.sess != nil {
					d.leave()
				}
			}
		}
		e.queued.Store(1)
		e.core.post(e)
		e.core.wake()
	}
	return End{s, 1}
}

// startOutside gives a component a goroutine, from when the cores run on.
func (rt *Runtime) startOutside(e *Endpoint, o Options, ends []End) {
	e.sema = make(chan struct{}, 1)
	ctx, cancel := context.WithCancelCause(e.ctx)
	e.ctx, e.cancel = ctx, cancel
	e.unhook = context.AfterFunc(ctx, func() { e.Abort(context.Cause(ctx)) })
	e.fresh = nil
	for i, d := range ends {
		if d.sess != nil {
			d.leave()
			e.bind(int32(i), d)
			e.stand(int32(i), 0)
		}
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.policy != nil {
		o = rt.policy(o)
	}
	if o.Lends {
		e.lent = &thread{}
		rt.lent.Store(true)
	}
	if !rt.running.Load() {
		rt.outside = append(rt.outside, e)
		return
	}
	go e.main()
}

// settleIn binds the ends, on the component's own core. A passive one is
// then as if parked in its first receive.
func (e *Endpoint) settleIn() {
	fresh := e.fresh
	e.fresh = nil
	for i, d := range fresh {
		if d.sess != nil {
			e.bind(int32(i), d)
			e.stand(int32(i), 0)
		}
	}
	if e.core.control != nil {
		e.pending = pending{kind: pendStart}
		e.core.control.all = append(e.core.control.all, e)
		return
	}
	if e.table.Passive && !e.hasNews() && atomic.LoadUint32(&e.flags)&flagAbort == 0 {
		e.parked, e.want = true, wantMany
		return
	}
	e.core.push(e)
}

func (e *Endpoint) hasNews() bool {
	for i := range e.arms {
		if q := e.arms[i].in; q != nil && (!q.empty() || q.capacity == 0 || atomic.LoadUint32(&q.senderGone) != 0) {
			return true
		}
	}
	return false
}

// Abort cancels a component, from anywhere: at its next step, or at once
// where it waits, its ends are abandoned.
func (e *Endpoint) Abort(cause error) {
	if e.cause.CompareAndSwap(nil, &cause) {
		atomic.OrUint32(&e.flags, flagAbort)
		e.wakeRemote()
		if e.cancel != nil {
			e.cancel(cause)
		}
	}
}

// main runs the component on a thread until it ends or crashes.
func (e *Endpoint) main() {
	done := false
	defer func() {
		if done {
			return
		}
		v := recover()
		if v == nil {
			// runtime.Goexit cannot be stopped, but it runs this: the thread
			// lives on in here.
			e.finish(&CrashError{e.name, "runtime.Goexit", nil})
			t := e.thread
			if t == nil {
				return
			}
			e.thread, t.body = nil, nil
			t.core.free = append(t.core.free, t)
			t.core.leave(nil)
			t.run()
			return
		}
		e.finish(&CrashError{e.name, v, debug.Stack()})
	}()
	err := e.run(e.ctx)
	done = true
	e.finish(err)
}

// finish abandons what is left and reports.
func (e *Endpoint) finish(err error) {
	if e.unhook != nil {
		e.unhook()
	}
	if e.cancel != nil {
		e.cancel(nil)
	}
	if e.timer != nil {
		e.timer.Stop()
	}
	if e.fresh != nil {
		e.settleIn()
	}
	e.err = err
	if e.dead == nil {
		e.dead = &MisuseError{Where{Component: e.name}, "", "the component has ended"}
	}
	atomic.OrUint32(&e.flags, flagDead)
	e.step++
	kind, label := EndEvent, uint16(Ended)
	if err != nil {
		kind, label = CrashEvent, Crashed
	}
	e.leaveAll(kind)
	e.leaveLimits()
	q := e.report.sess.queue(0, 1)
	*(*uint16)(q.tailSlot()) = label
	q.push().wakeUp()
	e.report.sess.abandon(0, CloseEvent, e)
	e.live = false
	e.rt.retire(e)
}

// End settles a component's return: own says whether the End that it
// returned is of its endpoint. A generated stub calls it with what the
// component's function returned.
func (e *Endpoint) End(own bool, step uint32, err error) error {
	if err != nil {
		return err
	}
	if e.dead != nil {
		return e.dead
	}
	if !own || step != e.step {
		return &MisuseError{Where{Component: e.name}, "return", "the End is not one that the protocol has reached"}
	}
	for g := range e.table.Slots {
		if e.count[g] > 0 && e.table.Slots[g].Protocol != &handles {
			return &MisuseError{e.where(int32(g), "", ""), "return", "an end is still held"}
		}
	}
	return nil
}
