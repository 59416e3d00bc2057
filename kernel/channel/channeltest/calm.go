package channeltest

import (
	"sync"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// mostCalm bounds the calm phase: more messages than that, and the peers are
// led in a circle.
const mostCalm = 4000

// finish is the calm phase: no faults, everybody receives, and each peer
// walks to the end of its protocol, or to where it may rest where there is
// no end. Then all that holds at the end of a run is judged.
func (w *World) finish() {
	w.calm, w.decided = true, len(w.decisions)
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p != nil && !p.over && p.delay > 0 {
				p.delay = 0
				p.listen()
			}
		}
	}
	w.settle(untilQuiet)
	for n := 0; !w.died; n++ {
		m, ok := w.home()
		if !ok {
			break
		}
		if n == mostCalm {
			w.fail(NeverQuiet, "%d messages after the last fault, and the peers are not at rest", n)
		}
		w.make(m)
		w.settle(untilQuiet)
	}
	if w.died {
		return
	}
	w.walked = true
	w.judge()
	w.judgeEnd()
}

// home is the next step of the first peer that is on its way.
func (w *World) home() (move, bool) {
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p == nil || p.over {
				continue
			}
			far := distances(p.Protocol, p.role)
			best := -1
			for i, e := range p.at().Edges {
				l := p.label(e.Label)
				if l.From == p.role && p.probe.CanSend(l.To) && playable(l) && (best < 0 || far[e.Next] < far[p.at().Edges[best].Next]) {
					best = i
				}
			}
			if best < 0 || p.at().Rest && far[p.at().Edges[best].Next] >= far[p.state] {
				continue
			}
			l := p.label(p.at().Edges[best].Label)
			return move{kind: traces.Send, session: s.Name, role: p.role, edge: best, label: l.Name, values: w.payloads.of(l, nil)}, true
		}
	}
	return move{}, false
}

// judgeEnd: everybody is at the end or at rest, nothing is left in a queue,
// and no end of a session that is over is held.
func (w *World) judgeEnd() {
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p == nil {
				continue
			}
			if len(p.pending) > 0 && (!p.over || p.at().End) {
				w.fail(Unreceived, "%s of %s is never received%s", p.label(p.pending[0]).Name, p.name(), w.standing())
			}
			if p.over {
				continue
			}
			if !p.at().Rest && p.sendsToComponent() && !w.canMove(p) {
				w.fail(Silent, "%s stands in %s at the end, and nobody receives what it must send%s", p.name(), p.at().Name, w.standing())
			}
			for r := range s.Protocol.Roles {
				if uint8(r) == p.role {
					continue
				}
				if label, ok := p.probe.Peek(uint8(r)); ok && !p.comesTo(label) {
					w.fail(ProtocolViolated, "%s in %s is sent %s, which the protocol does not allow there", p.name(), p.at().Name, p.label(label).Name)
				}
			}
		}
		w.judgeLeak(s)
	}
	w.judgeModels()
	for _, holds := range w.judges {
		if err := holds(); err != nil {
			w.fail(ModelViolated, "%v", err)
		}
	}
}

// comesTo: a message is allowed that is not to be received in this state, if
// it is in one that the role comes to before its sender's next message: who
// cannot go on, because another peer is gone, finds it in the queue.
func (p *peer) comesTo(label uint16) bool {
	states := p.Protocol.Locals[p.role].States
	from := p.label(label).From
	seen := map[int]bool{p.state: true}
	for todo := []int{p.state}; len(todo) > 0; todo = todo[1:] {
		for _, e := range states[todo[0]].Edges {
			switch {
			case e.Label == label:
				return true
			case p.label(e.Label).From != from && !seen[e.Next]:
				seen[e.Next] = true
				todo = append(todo, e.Next)
			}
		}
	}
	return false
}

// judgeLeak: when all that the test plays of a session is over, the
// component holds nothing of it.
func (w *World) judgeLeak(s *Session) {
	if s.alive() {
		return
	}
	for _, p := range s.peers {
		if p != nil && !p.at().End && !w.survives[s.Protocol] {
			return // abandoned, and the component need not notice
		}
	}
	for r := range s.Protocol.Roles {
		if s.componentHas(r) && !s.left(r) {
			w.fail(Leaks, "the session %s is over, and its %s is still held%s", s.Name, s.Protocol.Roles[r], w.standing())
		}
	}
}

func (s *Session) left(role int) bool {
	for _, d := range s.given {
		if d != (channel.End{}) {
			return d.Left(uint8(role))
		}
	}
	return true
}

var (
	distanceLock sync.Mutex
	distanceOf   = map[*channel.Local][]int{}
)

// distances is, for each state of a role, how many messages away the end is,
// or where it may rest if there is no end.
func distances(p *channel.Protocol, role uint8) []int {
	distanceLock.Lock()
	defer distanceLock.Unlock()
	l := &p.Locals[role]
	if d := distanceOf[l]; d != nil {
		return d
	}
	const never = 1 << 30
	ends := false
	for _, s := range l.States {
		ends = ends || s.End
	}
	d := make([]int, len(l.States))
	for i, s := range l.States {
		if d[i] = never; s.End || !ends && s.Rest {
			d[i] = 0
		}
	}
	for changed := true; changed; {
		changed = false
		for i, s := range l.States {
			for _, e := range s.Edges {
				if n := d[e.Next] + 1; n < d[i] {
					d[i], changed = n, true
				}
			}
		}
	}
	distanceOf[l] = d
	return d
}
