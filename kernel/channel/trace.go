package channel

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"unsafe"

	"github.com/protoc-os/protoc-os/traces"
)

// A Trace is a Recorder that makes a trace of a run, to be kept, drawn and judged against the system that it is a run of. A run that is
// stopped is recorded up to there. Finite values in messages are recorded always, others where Payloads says so.
type Trace struct {
	Payloads bool // record values that the model does not follow, too

	head     traces.Trace
	to       func(traces.Event) error
	err      error
	stopped  bool
	names    map[uint32]string   // of live components
	taken    map[string]bool     // names
	children map[uint64]*started // by session of the handle
	held     map[uint64]*holders // by session
}

// holders are the components that hold the ends of a session, by role. One that has let go of its end is still told to whoever receives what
// it has sent.
type holders struct {
	names []string
	open  int
}

// started is a component until both it is over and nobody watches it.
type started struct {
	name            string
	number          uint32
	over, unwatched bool
}

// NewTrace makes a recorder that keeps the trace in memory. system is "clock.Sleepers", digest that of its assembly, params the values that it
// runs with ("users=64"); none: its run values.
func NewTrace(system, digest string, params ...string) *Trace {
	t := &Trace{head: traces.Trace{Version: traces.Version, System: system, Digest: digest, Params: params, Recorded: true, Instances: []string{}},
		names: map[uint32]string{}, taken: map[string]bool{}, children: map[uint64]*started{}, held: map[uint64]*holders{}}
	t.to = func(e traces.Event) error {
		e.Step = len(t.head.Events) + 1
		t.head.Events = append(t.head.Events, e)
		return nil
	}
	return t
}

// StreamTrace makes a recorder that writes the trace as a file, event by event. close writes what is left, and returns what went wrong meanwhile.
func StreamTrace(w io.Writer, system, digest string, params ...string) (t *Trace, close func() error, err error) {
	t = NewTrace(system, digest, params...)
	out, err := traces.NewWriter(w, t.head)
	if err != nil {
		return nil, nil, err
	}
	t.to = out.Write
	return t, func() error { return out.Close(nil) }, nil
}

// FollowTrace makes a recorder that keeps nothing: it hands each event on while the run goes on, and none after one that is answered with an error.
func FollowTrace(each func(traces.Event) error, system, digest string, params ...string) *Trace {
	t := NewTrace(system, digest, params...)
	t.to = each
	return t
}

// Trace returns what NewTrace's recorder has recorded so far. Not while the runtime runs on other goroutines.
func (t *Trace) Trace() *traces.Trace {
	trace := t.head
	trace.Events = trace.Events[:len(trace.Events):len(trace.Events)]
	return &trace
}

// Record turns an event of the runtime into one of the trace.
func (t *Trace) Record(ev *Event) {
	if t.stopped || t.err != nil {
		return
	}
	e := traces.Event{Option: -1}
	switch ev.Kind {
	case StopEvent:
		t.stopped = true
		return
	case StartEvent:
		t.start(ev)
		return
	case CloseEvent: // no step: the message before it was the last
		if ev.Protocol != &handles {
			t.letGo(ev.Session)
			return
		}
	case EndEvent:
		e.Kind = traces.End
	case CrashEvent:
		e.Kind = traces.Crash
	case DecideEvent:
		e.Kind, e.Case = traces.Decide, strconv.Itoa(ev.Case)
	case TimeoutEvent:
		e.Kind = traces.Timeout
	case ElseEvent:
		e.Kind = traces.Else
	case NewEvent:
		e.Kind = traces.New
	case GoneEvent:
		e.Kind = traces.Gone
	case AbandonEvent:
		e.Kind = traces.Abandon
	case SendEvent:
		e.Kind = traces.Send
	case ReceiveEvent:
		e.Kind = traces.Receive
	}
	e.Instance = t.names[ev.Component]
	if ev.Protocol == &handles {
		t.handle(e, ev)
		return
	}
	if ev.Protocol != nil {
		t.inSession(&e, ev)
	}
	if ev.Kind == AbandonEvent {
		t.letGo(ev.Session)
	}
	if e.Instance == "" { // an end in a message that was dropped: nobody gave it up
		return
	}
	t.emit(e)
}

// handle is what happens on the session between a component and whoever started it.
func (t *Trace) handle(e traces.Event, ev *Event) {
	c := t.children[ev.Session]
	switch {
	case c == nil:
		return
	case ev.Kind == ReceiveEvent:
		e.Kind, e.Peer = traces.Ended, c.name
		if ev.Label == Crashed {
			e.Kind = traces.Crashed
		}
		t.emit(e)
		c.unwatched = true
	case ev.From == Child:
		c.over = true
	default:
		c.unwatched = true
	}
	if c.over && c.unwatched {
		delete(t.children, ev.Session)
		delete(t.taken, c.name)
		delete(t.names, c.number)
	}
}

func (t *Trace) emit(e traces.Event) {
	if err := t.to(e); err != nil {
		t.err = err
	}
}

// inSession names the session, the roles and what a message carries.
func (t *Trace) inSession(e *traces.Event, ev *Event) {
	p := ev.Protocol
	e.Channel, e.Protocol = sessionName(p, ev.Session), p.Name
	switch ev.Kind {
	case NewEvent:
		for r := range p.Roles {
			t.hold(e.Instance, End{&session{id: ev.Session, proto: p}, uint8(r)})
		}
		return
	case AbandonEvent:
		e.Role = p.Roles[ev.From]
		return
	case SendEvent:
		e.Role, e.PeerRole = p.Roles[ev.From], p.Roles[ev.To]
	case ReceiveEvent, GoneEvent:
		e.Role, e.PeerRole = p.Roles[ev.To], p.Roles[ev.From]
		if ev.Kind == GoneEvent {
			return
		}
	}
	l := &p.Labels[ev.Label]
	if h := t.held[ev.Session]; h != nil {
		e.Peer = h.names[ev.To]
		if ev.Kind == ReceiveEvent {
			e.Peer = h.names[ev.From]
		}
	}
	e.Label, e.Queue = l.Name, int(ev.Occupancy)
	e.Args = t.values(l, ev.Payload)
	for _, d := range ev.Ends {
		e.Args = append(e.Args, d.String())
		if ev.Kind == ReceiveEvent {
			t.hold(e.Instance, d)
		} else {
			t.hold("", d)
		}
	}
}

// hold notes who holds an end; "": it travels.
func (t *Trace) hold(name string, d End) {
	if d.sess == nil || d.sess.proto == &handles {
		return
	}
	h := t.held[d.sess.id]
	if h == nil {
		h = &holders{names: make([]string, len(d.sess.proto.Roles)), open: len(d.sess.proto.Roles)}
		t.held[d.sess.id] = h
	}
	h.names[d.role] = name
}

// letGo notes that an end is over or abandoned.
func (t *Trace) letGo(session uint64) {
	if h := t.held[session]; h != nil {
		if h.open--; h.open == 0 {
			delete(t.held, session)
		}
	}
}

func sessionName(p *Protocol, id uint64) string { return p.Name + "#" + strconv.FormatUint(id, 10) }

// String names an end: "Port#3.clock".
func (d End) String() string {
	if d.sess == nil {
		return "_"
	}
	return sessionName(d.sess.proto, d.sess.id) + "." + d.sess.proto.Roles[d.role]
}

// values spells the fields of a payload.
func (t *Trace) values(l *Label, payload []byte) []string {
	of := l.Payload.typ
	if of == nil {
		return nil
	}
	if len(payload) == 0 {
		payload = make([]byte, 1)
	}
	v := reflect.NewAt(of, unsafe.Pointer(unsafe.SliceData(payload))).Elem()
	if of.Kind() != reflect.Struct {
		return []string{t.spell(v)}
	}
	all := make([]string, of.NumField())
	for i := range all {
		all[i] = t.spell(v.Field(i))
	}
	return all
}

func (t *Trace) spell(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case v.Kind() == reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint() && (t.Payloads || v.Type().PkgPath() != ""): // an enum is a type of its own
		return strconv.FormatUint(v.Uint(), 10)
	case !t.Payloads:
		return "_"
	case v.Kind() == reflect.Struct && v.NumField() == 2 && v.Type().Field(0).Name == "Len" && v.Field(1).Kind() == reflect.Array:
		return t.bytes(v.Field(1), int(min(v.Field(0).Uint(), uint64(v.Field(1).Len()))))
	}
	return fmt.Sprint(v)
}

// longestPayload bounds what is recorded of bytes.
const longestPayload = 64

func (t *Trace) bytes(array reflect.Value, n int) string {
	if array.Type().Elem().Kind() != reflect.Uint8 {
		return fmt.Sprint(array.Slice(0, n))
	}
	all := make([]byte, min(n, longestPayload))
	for i := range all {
		all[i] = byte(array.Index(i).Uint())
	}
	text := strconv.Quote(string(all))
	if n > longestPayload {
		text += fmt.Sprintf("… (%d bytes)", n)
	}
	return text
}

// start enters a component. Its name is made its own while it lives.
func (t *Trace) start(ev *Event) {
	name := ev.Name
	if t.taken[name] || name == "" {
		name = fmt.Sprintf("%s#%d", ev.Name, ev.Component)
	}
	t.names[ev.Component], t.taken[name] = name, true
	for _, d := range ev.Ends {
		t.hold(name, d)
	}
	e := traces.Event{Kind: traces.Start, Instance: name, Option: -1}
	if ev.Protocol == &handles {
		t.children[ev.Session] = &started{name: name, number: ev.Component}
	}
	if parent := t.names[ev.Parent]; parent != "" {
		e.Instance, e.Peer = parent, name
	}
	at := 0
	for g := range ev.Table.Slots {
		s := &ev.Table.Slots[g]
		for m := range max(s.Set, 1) {
			if at < len(ev.Ends) && ev.Ends[at].sess != nil && s.Protocol != &handles {
				slot := s.Name
				if s.Set > 0 {
					slot = Indexed(s.Name, m)
				}
				e.Args = append(e.Args, slot+"="+ev.Ends[at].String())
			}
			at++
		}
	}
	t.emit(e)
}
