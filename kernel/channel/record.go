package channel

import (
	"sync"
	"sync/atomic"
)

// EventKind says what took effect.
type EventKind uint8

// The kinds of events.
const (
	SendEvent EventKind = iota
	ReceiveEvent
	GoneEvent
	AbandonEvent
	CloseEvent // an end reached the end of its protocol
	StartEvent
	EndEvent
	CrashEvent
	DecideEvent
	TimeoutEvent
	ElseEvent
	NewEvent  // a component makes a session
	StopEvent // the runtime is told to stop: what follows is no part of the run
)

var kindNames = [...]string{"send", "receive", "gone", "abandon", "close", "start", "end", "crash", "decide", "timeout", "else", "new", "stop"}

func (k EventKind) String() string { return kindNames[k] }

// An Event is one effect. Events reach the recorder in the order in which
// they took effect, so occupancies of a queue are never impossible ones.
type Event struct {
	Kind      EventKind
	From, To  uint8 // roles; of abandon and close: From
	Label     uint16
	Occupancy uint32 // of the queue, after the effect
	Component uint32 // who did it, as in Runtime.Name
	Session   uint64
	Case      int    // of a decide: which case, or which member
	Payload   []byte // valid during the call only
	Protocol  *Protocol
	Ends      []End      // that a message carries; of a start, by slot and member. Valid during the call only
	Name      string     // of a start
	Table     *Component // of a start
	Parent    uint32     // of a start: the component that did it, 0 none
}

// A Recorder receives the events of a runtime, one at a time; an event is
// valid during the call only. It must not call back into the runtime.
type Recorder interface{ Record(*Event) }

// recording makes an effect and its event one step. A nil recording is off.
type recording struct {
	mu      sync.Mutex
	single  bool // one core and nothing beside it: no lock needed
	to      Recorder
	event   Event       // the one being recorded
	stopped atomic.Bool // the runtime is told to stop, from anywhere
	told    bool        // and the recorder knows
}

func (r *recording) lock() {
	if r != nil && !r.single {
		r.mu.Lock()
	}
}

func (r *recording) unlock() {
	if r != nil && !r.single {
		r.mu.Unlock()
	}
}

// emit records an event, under lock.
func (r *recording) emit(ev Event) {
	if r != nil {
		r.event = ev
		r.record()
	}
}

// record records the event that was filled in.
func (r *recording) record() {
	if r.stopped.Load() && !r.told {
		r.told = true
		r.to.Record(&Event{Kind: StopEvent})
	}
	r.to.Record(&r.event)
}

// message records that one was sent or received.
func (r *recording) message(kind EventKind, e *Endpoint, q *queue, label uint16, occupancy uint32, payload []byte, ends []End) {
	v := &r.event
	v.Kind, v.From, v.To, v.Label, v.Occupancy, v.Component = kind, q.from, q.to, label, occupancy, e.number
	v.Session, v.Case, v.Payload, v.Protocol, v.Ends = q.sess.id, 0, payload, q.sess.proto, ends
	if v.Table != nil || v.Name != "" {
		v.Name, v.Table, v.Parent = "", nil, 0
	}
	r.record()
}
