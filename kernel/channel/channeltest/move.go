package channeltest

import (
	"fmt"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// A move is one step of a script: a message of a peer, or a fault.
type move struct {
	kind     traces.Kind // Send, Abandon, Crash, Delay
	session  string
	role     uint8
	roleName string   // as a file names it
	args     []string // of a send, as a file spells them
	edge     int      // of the peer's state, while the script is drawn
	label    string   // of a send
	values   any      // pointer to the payload, nil if the label has none
	least    bool     // its values are the least that may be drawn
	ends     []string // names of the sessions that the ends make
	pace     int      // how the component runs then: one of the paces, or at most so many steps
	delay    int
}

// The paces: how long the component runs after a move.
const (
	untilQuiet = 0
	notAtAll   = -1 // the next move is made together with this one
)

// most is how many sessions live at once at most, and how often a component may
// step before it is said not to come to rest.
const (
	mostSessions = 24
	mostSteps    = 20000
)

// enabled lists what a peer may do now, sends first, and how likely each is.
func (w *World) enabled() (moves []move, weights []int) {
	live := 0
	for _, s := range w.sessions {
		if s.alive() {
			live++
		}
	}
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p == nil || p.over {
				continue
			}
			for i, e := range p.at().Edges {
				l := p.label(e.Label)
				if l.From != p.role || !p.probe.CanSend(l.To) || l.Ends > 0 && live+l.Ends > mostSessions || !playable(l) {
					continue
				}
				moves = append(moves, move{kind: traces.Send, session: s.Name, role: p.role, edge: i, label: l.Name})
				weights = append(weights, w.weight(p, i))
			}
		}
	}
	return moves, weights
}

// weight prefers transitions that were not covered before this run, and
// avoids the end.
func (w *World) weight(p *peer, edge int) int {
	weight := 8
	if n, ok := w.weights[labelOf{p.Protocol, p.label(p.at().Edges[edge].Label).Name}]; ok {
		weight = n
	} else if !w.cover.before(p, edge) {
		weight = 40
	}
	if n := w.rush - 1; n >= 0 && n%len(p.Protocol.Labels) == int(p.at().Edges[edge].Label) {
		weight *= 12
	}
	if p.local.States[p.at().Edges[edge].Next].End {
		weight /= 4
	}
	return max(weight, 1) // it may be all there is
}

// faults lists the faults that may be injected now. Those that the component
// must survive are listed more often, because any other may end the run, and
// most often those at a moment at which it has something to answer.
func (w *World) faults() (moves []move) {
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p == nil || p.over {
				continue
			}
			often := 1
			if w.survives[s.Protocol] {
				often = 3
				if _, roles := p.owed(); roles != 0 {
					often = 9
				}
			}
			for range often {
				moves = append(moves, move{kind: traces.Abandon, session: s.Name, role: p.role})
			}
			if p.delay == 0 {
				moves = append(moves, move{kind: traces.Delay, session: s.Name, role: p.role, delay: 3})
			}
		}
		if s.owner == s && s.depth > 0 && s.alive() {
			moves = append(moves, move{kind: traces.Crash, session: s.Name})
		}
	}
	return moves
}

func (s *Session) alive() bool {
	for _, p := range s.peers {
		if p != nil && !p.over {
			return true
		}
	}
	return false
}

// make makes a move, if it is possible: a replayed script may ask for more
// than there is. The component has not run since.
func (w *World) make(m move) bool {
	s := w.byName[m.session]
	if s == nil {
		return false
	}
	if m.kind == traces.Crash {
		if s.owner != s || !s.alive() {
			return false
		}
		w.made(m)
		w.cover.fault(s.Protocol.QName(), "crash")
		for _, other := range w.sessions {
			for _, p := range other.peers {
				if p != nil && other.owner == s {
					w.lose(p)
				}
			}
		}
		return true
	}
	p := s.peers[m.role]
	if p == nil || p.over {
		return false
	}
	switch m.kind {
	case traces.Send:
		return w.send(p, m)
	case traces.Abandon:
		w.made(m)
		w.cover.fault(s.Protocol.QName(), "close in "+p.at().Name)
		w.lose(p)
	case traces.Delay:
		w.made(m)
		w.cover.fault(s.Protocol.QName(), "delay in "+p.at().Name)
		p.delay = m.delay
		p.listen()
	}
	return true
}

// lose abandons a peer's end, as a fault.
func (w *World) lose(p *peer) {
	if !p.over {
		w.lost[p.Protocol] = true
		w.drop(p)
	}
}

// send makes a peer send.
func (w *World) send(p *peer, m move) bool {
	edge := -1
	for i, e := range p.at().Edges {
		if l := p.label(e.Label); l.From == p.role && l.Name == m.label {
			edge = i
		}
	}
	if edge < 0 {
		return false
	}
	at := p.at().Edges[edge].Label
	l := p.label(at)
	if !p.probe.CanSend(l.To) {
		return false
	}
	m.role, m.edge = p.role, edge
	if m.least {
		m.values, m.least = w.payloads.of(l, nil), false
	}
	var ends []channel.End
	var born []*Session
	for k, c := range l.Carries {
		d, s := w.fresh(p.Session, c)
		if !p.componentHas(int(l.To)) {
			s.kept = int(c.Role)
		}
		if k < len(m.ends) && w.byName[m.ends[k]] == nil {
			s.Name = m.ends[k]
		} else {
			s.Name = w.unused(fmt.Sprintf("%s.%s", p.Name, l.Name))
		}
		s.By = Message{l.Name, m.values}
		w.number(s, d)
		ends, born = append(ends, d), append(born, s)
	}
	m.ends = m.ends[:0:0]
	for _, s := range born {
		m.ends = append(m.ends, s.Name)
	}
	w.made(m)
	w.sent(p, l, m.values, born)
	p.probe.Send(at, m.values, ends...)
	w.move(p, edge)
	w.seen(p.Session, at, m.values)
	for _, s := range born {
		w.bring(s)
	}
	return true
}

// fresh makes a session one end of which is to travel; the test plays the
// other roles.
func (w *World) fresh(from *Session, c channel.Carried) (channel.End, *Session) {
	s := w.session(c.Protocol, from)
	ends := w.Runtime.NewSession(c.Protocol)
	for r, d := range ends {
		if s.given[r] = d; uint8(r) != c.Role {
			w.play(s, d, 0)
		}
	}
	return ends[c.Role], s
}

// playable reports whether the test can make the ends that a label carries:
// those that stand at the start of their protocol.
func playable(l *channel.Label) bool {
	for _, c := range l.Carries {
		if c.State != 0 {
			return false
		}
	}
	return true
}
