package channeltest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// player is how one run goes: what was done so far, and what was seen.
type player struct {
	cover    *counts
	moves    []move
	events   []traces.Event
	lost     map[*channel.Protocol]bool // protocols of which a fault has ended a session
	died     bool                       // a component has failed, and a fault explains it
	calm     bool
	walked   bool   // the calm phase is over: nobody has anything more to do
	scripted int    // moves before the calm phase
	steps    int    // of components, since the last move
	starved  string // who was passed over
	closing  bool
	scheduler
}

// A Verdict is what is wrong with a run.
type Verdict string

// The verdicts.
const (
	ProtocolViolated Verdict = "protocol"   // a message that the protocol does not allow, or a value that is not declared
	Silent           Verdict = "silence"    // quiet where the protocol owes a message
	ComponentFailed  Verdict = "failure"    // the component has returned an error, or crashed
	NeverQuiet       Verdict = "livelock"   // it steps for ever
	Starves          Verdict = "starvation" // a choose passes somebody over
	Unreceived       Verdict = "orphan"     // a message that is never received
	Leaks            Verdict = "leak"       // an end that is held when its session is over, or a thread
	ModelViolated    Verdict = "model"      // a handler, an invariant or the reference model says so
)

// Failure is why a run is wrong.
type Failure struct {
	Verdict   Verdict
	Message   string
	Trace     *traces.Trace
	Steps     int // sends and faults of the script
	Run       int // from 1 on; 0: a saved trace
	moves     []move
	decisions []int
	promised  bool
}

// stop is what fail panics with.
type stop struct{ *Failure }

// fail ends the run. It is the only place where a verdict is raised.
func (w *World) fail(v Verdict, format string, args ...any) {
	panic(stop{&Failure{Verdict: v, Message: fmt.Sprintf(format, args...)}})
}

// errNeverQuiet is what a component is stopped with that steps for ever.
var errNeverQuiet = fmt.Errorf("%d steps and not at rest", mostSteps)

// took sees every step of a component.
func (w *World) took(s channel.Step) {
	if w.closing {
		return
	}
	w.cover.step(s)
	if w.steps++; w.steps > mostSteps {
		panic(errNeverQuiet)
	}
}

// made notes a move, and lets time pass for who is delayed.
func (w *World) made(m move) {
	w.moves = append(w.moves, m)
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p != nil && p.delay > 0 && !p.over {
				if p.delay--; p.delay == 0 {
					p.listen()
				}
			}
		}
	}
	w.moveEvent(m)
}

// settle lets the component run as the last move says, and receives what it
// sends. It reports whether all is quiet now.
func (w *World) settle(pace int) bool {
	w.steps = 0
	for pace != notAtAll {
		limit := w.control.Settle(max(pace, 0))
		if v := w.drawn; v != nil {
			panic(v)
		}
		w.errors()
		if w.starved != "" {
			w.fail(Starves, "%s", w.starved)
		}
		if w.died {
			return true
		}
		if got := w.drain(); pace != untilQuiet {
			return false
		} else if !got && !limit {
			break
		}
	}
	if pace == notAtAll {
		return false
	}
	w.judge()
	return true
}

// errors judges the components that have failed. When a fault explains the
// end of one, it also explains that others have lost that one.
func (w *World) errors() {
	list := w.control.Errors()
	var gone *channel.GoneError
	for _, err := range list {
		w.died = w.died || errors.As(err, &gone) && w.explained(gone.Protocol)
	}
	for _, err := range list {
		var crash *channel.CrashError
		switch {
		case errors.As(err, &crash) && crash.Value == error(errNeverQuiet):
			w.fail(NeverQuiet, "%s takes %v", crash.Component, errNeverQuiet)
		case !w.died || !errors.As(err, &gone):
			w.fail(ComponentFailed, "%v", err)
		}
	}
}

// explained reports whether a fault explains the loss of a peer, and the
// component need not survive it: a session of the protocol was lost, or one
// whose messages carry its ends, which are lost with it.
func (w *World) explained(protocol string) bool {
	for p := range w.lost {
		if found := carried(p, protocol, map[*channel.Protocol]bool{}); found != nil && !w.survives[found] {
			return true
		}
	}
	return false
}

// carried finds a protocol by name among p and those whose ends it carries.
func carried(p *channel.Protocol, name string, seen map[*channel.Protocol]bool) *channel.Protocol {
	if p.Name == name {
		return p
	}
	if seen[p] {
		return nil
	}
	seen[p] = true
	for i := range p.Labels {
		for _, c := range p.Labels[i].Carries {
			if found := carried(c.Protocol, name, seen); found != nil {
				return found
			}
		}
	}
	return nil
}

// drain lets every peer receive what it can. It reports whether any did.
func (w *World) drain() (got bool) {
	for i := 0; i < len(w.sessions); i++ { // receiving may make sessions
		for _, p := range w.sessions[i].peers {
			for p != nil && p.delay == 0 && w.receive(p) {
				got = true
			}
		}
	}
	return got
}

// receive takes one message, judging that the protocol allows it.
func (w *World) receive(p *peer) bool {
	for r := range p.Protocol.Roles {
		from := uint8(r)
		if p.over || from == p.role {
			continue
		}
		label, ok := p.probe.Peek(from)
		if !ok {
			continue
		}
		l := p.label(label)
		edge, open := -1, false
		var allowed []string
		for i, e := range p.at().Edges {
			other := p.label(e.Label)
			if other.To == p.role {
				allowed = append(allowed, other.Name)
				open = open || other.From == from
			}
			if e.Label == label {
				edge = i
			}
		}
		if edge < 0 && !open && len(p.Protocol.Roles) > 2 {
			continue // others may have to move first
		}
		if edge < 0 {
			w.fail(ProtocolViolated, "%s in %s is sent %s, where the protocol allows %s", p.name(), p.at().Name, l.Name, orNothing(allowed))
		}
		values, ends := p.probe.Receive(from)
		if wrong := undeclared(values, l.Fields); wrong != "" {
			w.fail(ProtocolViolated, "%s in %s is sent %s with %s", p.name(), p.at().Name, l.Name, wrong)
		}
		born := w.adopt(p, l, values, ends)
		w.receiveEvent(p, from, l, values, born)
		w.answered(p, l, values)
		w.move(p, edge)
		w.seen(p.Session, label, values)
		return true
	}
	return false
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, " or ")
}

// adopt makes the test the holder of ends that a peer has received.
func (w *World) adopt(p *peer, l *channel.Label, values any, ends []channel.End) (names []string) {
	for k, d := range ends {
		s := w.byNumber[d.Session()]
		if s == nil {
			s = w.session(d.Protocol(), p.Session)
			s.Name = w.unused(fmt.Sprintf("%s.%s", p.Name, l.Name))
			s.By = Message{l.Name, values}
			w.number(s, d)
			defer w.bring(s)
		}
		w.play(s, d, l.Carries[k].State)
		names = append(names, s.Name)
	}
	return names
}

// judge is what holds whenever nothing can move.
func (w *World) judge() {
	for _, s := range w.sessions {
		w.judgeSession(s)
	}
	for _, holds := range w.invariants {
		if err := holds(); err != nil {
			w.fail(ModelViolated, "%v", err)
		}
	}
	if w.waitsForPeers() {
		return
	}
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p == nil {
				continue
			}
			labels, roles := p.owed()
			for r := range s.Protocol.Roles {
				if roles>>r&1 != 0 && s.componentHas(r) && (w.walked || !w.patient[s.Protocol]) {
					w.fail(Silent, "quiescent in %s: owes %s to %s%s", p.at().Name, strings.Join(labels, " or "), p.name(), w.standing())
				}
			}
		}
	}
}

// judgeSession: nobody leaves a session while it owes a message.
func (w *World) judgeSession(s *Session) {
	for _, p := range s.peers {
		if p == nil || p.over || p.delay > 0 {
			continue
		}
		for r := range s.Protocol.Roles {
			if uint8(r) == p.role || !s.componentHas(r) || !p.probe.Gone(uint8(r)) {
				continue
			}
			if labels, roles := p.owed(); roles>>r&1 != 0 && !w.leaves[s.Protocol] && len(w.lost) == 0 {
				w.fail(Silent, "%s has left %s in %s, and owes %s", s.Protocol.Roles[r], s.Name, p.at().Name, strings.Join(labels, " or "))
			}
			if p.at().Rest || w.leaves[s.Protocol] || len(w.lost) > 0 || len(s.Protocol.Roles) == 2 {
				w.drop(p)
				break
			}
		}
	}
}

// waitsForPeers reports whether some peer must send, or receive, before the
// component can be said to owe anything.
func (w *World) waitsForPeers() bool {
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p != nil && !p.over && (p.delay > 0 || p.sends() && !p.at().Rest && w.canMove(p)) {
				return true
			}
		}
	}
	return false
}

// canMove reports whether a peer could send now.
func (w *World) canMove(p *peer) bool {
	for _, e := range p.at().Edges {
		if l := p.label(e.Label); l.From == p.role && p.probe.CanSend(l.To) {
			return true
		}
	}
	return false
}

// standing says where the components wait.
func (w *World) standing() string {
	text := ""
	for _, wait := range w.control.Waits() {
		text += "; " + wait.Component + " waits in " + wait.State
	}
	return text
}
