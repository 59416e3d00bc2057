package channeltest

import (
	"fmt"
	"reflect"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// A World is one run: a runtime with the component, and the peers around
// it. It is made anew for each run; a test fills it in its start function.
type World struct {
	Runtime *channel.Runtime

	control  *channel.Controlled
	sessions []*Session
	byNumber map[uint64]*Session
	byName   map[string]*Session

	on         map[reflect.Type][]func(Seen, any) error
	onLabel    map[labelOf][]func(Seen) error
	invariants []func() error
	judges     []func() error // of the whole run, at its end
	models     []modelled
	calls      []*call
	time       int64
	fuzzers    []any
	weights    map[labelOf]int
	patient    map[*channel.Protocol]bool
	leaves     map[*channel.Protocol]bool
	survives   map[*channel.Protocol]bool
	born       map[*channel.Protocol][]func(*Session)
	payloads   *payloads

	*player
}

type labelOf struct {
	protocol *channel.Protocol
	label    string
}

// End makes a session of a protocol and returns the end of one role, which
// a component under test is to be given; the test plays the other roles.
func (w *World) End(p *channel.Protocol, role string) channel.End { return w.Ends(p, role)[0] }

// Ends is End where components under test hold several roles of a session.
func (w *World) Ends(p *channel.Protocol, roles ...string) []channel.End {
	s := w.session(p, nil)
	ends := w.Runtime.NewSession(p)
	w.number(s, ends[0])
	given := make([]channel.End, len(roles))
	for r, name := range p.Roles {
		mine := true
		for i, role := range roles {
			if role == name {
				given[i], mine = ends[r], false
			}
		}
		if mine {
			w.play(s, ends[r], 0)
		}
	}
	for i, d := range given {
		if d == (channel.End{}) {
			panic(fmt.Sprintf("channeltest: protocol %s has no role %s", p.Name, roles[i]))
		}
	}
	return given
}

// Fuzz fills values of the functions' types in place of gofuzz's own choice:
// func(v *T, c fuzz.Continue), for a payload or for the type of a field.
func (w *World) Fuzz(functions ...any) { w.fuzzers = append(w.fuzzers, functions...) }

// Weigh says how likely peers send a label: 8 is usual. Rare should be what
// ends a run before much has happened in it.
func (w *World) Weigh(p *channel.Protocol, label string, weight int) {
	w.weights[labelOf{p, label}] = weight
}

// Always is judged whenever everything is quiet.
func (w *World) Always(holds func() error) { w.invariants = append(w.invariants, holds) }

// AtEnd is judged once, after the calm phase.
func (w *World) AtEnd(holds func() error) { w.judges = append(w.judges, holds) }

// Patient says that an answer on these protocols may wait until a peer that
// is at rest does something: what is owed is judged in the calm phase only.
func (w *World) Patient(protocols ...*channel.Protocol) {
	for _, p := range protocols {
		w.patient[p] = true
	}
}

// Survives says that the component must bear the loss of a peer on these
// protocols. Without it, a component may fail with a GoneError when a fault
// has taken a peer away, and the run ends there.
func (w *World) Survives(protocols ...*channel.Protocol) {
	for _, p := range protocols {
		w.survives[p] = true
	}
}

// MayLeave says that the component may abandon sessions of these protocols,
// even while it owes a message.
func (w *World) MayLeave(protocols ...*channel.Protocol) {
	for _, p := range protocols {
		w.leaves[p] = true
	}
}

// Seen is a message on its way: sent by a peer, or received by one.
type Seen struct {
	*Session
	Label    string
	From, To string // roles
}

// OnBorn is called with each session that comes by a message.
func (w *World) OnBorn(p *channel.Protocol, f func(*Session)) { w.born[p] = append(w.born[p], f) }

// On is called with each message that carries values of type T. An error
// fails the run.
func On[T any](w *World, f func(s Seen, m *T) error) {
	t := reflect.TypeFor[T]()
	w.on[t] = append(w.on[t], func(s Seen, v any) error { return f(s, v.(*T)) })
}

// OnLabel is On for a message by its name: those without values have no type.
func (w *World) OnLabel(p *channel.Protocol, label string, f func(s Seen) error) {
	k := labelOf{p, label}
	w.onLabel[k] = append(w.onLabel[k], f)
}

// bring tells of a session that has come by a message.
func (w *World) bring(s *Session) {
	for _, f := range w.born[s.Protocol] {
		f(s)
	}
}

// seen tells the handlers of a message.
func (w *World) seen(s *Session, label uint16, values any) {
	l := &s.Protocol.Labels[label]
	x := Seen{s, l.Name, s.Protocol.Roles[l.From], s.Protocol.Roles[l.To]}
	report := func(err error) {
		if err != nil {
			w.fail(ModelViolated, "%s, %s: %v", s.Name, l.Name, err)
		}
	}
	if values != nil {
		for _, f := range w.on[reflect.TypeOf(values).Elem()] {
			report(f(x, values))
		}
	}
	for _, f := range w.onLabel[labelOf{s.Protocol, l.Name}] {
		report(f(x))
	}
}
