package channel

import (
	"slices"
	"sync"
)

// A Limit says how many sessions of a protocol that components make, or how
// many instances of a component that they start, live at once.
type Limit struct {
	Of   string // QName of the protocol or the component
	Most int
}

// Limits are those of one booted system. Options give them to components,
// which hand them on to those that they start. A step that makes something
// (Op.Takes, Option.Takes) is ready below its limit and waits at it. A place
// is free again when all roles of the session have left it; an instance
// holds its place by its handle, whose roles are itself and its parent.
type Limits struct {
	of  map[string]*limit
	all []*limit
}

// NewLimits makes the limits of one boot.
func NewLimits(list ...Limit) *Limits {
	ls := &Limits{of: map[string]*limit{}}
	for _, x := range list {
		l := &limit{free: x.Most, since: map[*Endpoint]uint64{}}
		ls.of[x.Of], ls.all = l, append(ls.all, l)
	}
	return ls
}

// limit hands out places. Who was refused has a turn, which it keeps until
// it is served: among those that wait, the oldest turn comes first. So
// nobody who asks again and again is passed over for ever, and nobody waits
// for someone who has gone to do something else.
type limit struct {
	mu      sync.Mutex
	free    int
	turns   uint64
	since   map[*Endpoint]uint64
	waiting []*Endpoint
}

// open reports whether e may take a place now. If not, e waits from here on,
// and is woken when that changes.
func (l *limit) open(e *Endpoint) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.admits(e)
}

// take is open, and takes the place.
func (l *limit) take(e *Endpoint) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.admits(e) {
		return false
	}
	l.free--
	delete(l.since, e)
	l.drop(e)
	e.bounds.held = l
	return true
}

func (l *limit) admits(e *Endpoint) bool {
	mine, refused := l.since[e]
	before := 0
	for _, w := range l.waiting {
		if w != e && (!refused || l.since[w] < mine) {
			before++
		}
	}
	controlled := e.core != nil && e.core.control != nil // turns are the decider's
	if l.free > before || controlled && l.free > 0 {
		return true
	}
	if !refused {
		l.turns++
		l.since[e] = l.turns
	}
	if !slices.Contains(l.waiting, e) {
		l.waiting = append(l.waiting, e)
	}
	return false
}

func (l *limit) drop(e *Endpoint) {
	if i := slices.Index(l.waiting, e); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
}

// leave is for who waits no more; whoever came after may be next now.
func (l *limit) leave(e *Endpoint) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(e)
	if l.free > 0 {
		l.wake()
	}
}

// give returns a place.
func (l *limit) give() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free++
	l.wake()
}

func (l *limit) wake() {
	for _, e := range l.waiting {
		e.wakeRemote()
	}
}

// bounds is what a component that makes sessions or starts others knows of limits.
type bounds struct {
	limits *Limits
	held   *limit // the place for what is made next
}

// limitOf is the limit of what a step makes; nil: none.
func (e *Endpoint) limitOf(name string) *limit {
	if e.bounds == nil || name == "" {
		return nil
	}
	return e.bounds.limits.of[name]
}

// takePlace waits for a place.
func (e *Endpoint) takePlace(op *Op) error {
	l := e.limitOf(op.Takes)
	if l == nil || op.Chosen {
		return nil
	}
	if e.core != nil && e.core.control != nil {
		e.pending = pending{kind: pendPlace, op: op}
		if err := e.core.control.pause(e, op.State); err != nil {
			return err
		}
	}
	for !l.take(e) {
		if err := e.sleepOn(wantPlace, op.State); err != nil {
			l.leave(e)
			return err
		}
	}
	return nil
}

// heldPlace is what takePlace or a choose has taken, for the session that is made now.
func (e *Endpoint) heldPlace() *limit {
	if e == nil || e.bounds == nil {
		return nil
	}
	l := e.bounds.held
	e.bounds.held = nil
	return l
}

// leaveLimits is for a component that is over: it waits nowhere, and gives
// back a place that it has not used.
func (e *Endpoint) leaveLimits() {
	if e.bounds == nil {
		return
	}
	if l := e.heldPlace(); l != nil {
		l.give()
	}
	for _, l := range e.bounds.limits.all {
		l.mu.Lock()
		delete(l.since, e)
		l.mu.Unlock()
		l.leave(e)
	}
}
