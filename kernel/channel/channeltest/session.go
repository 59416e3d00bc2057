package channeltest

import (
	"fmt"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// A Session is one run of a protocol in which the test plays a role.
type Session struct {
	Name     string // after the session and message that it came by: "Port.Attach 2"
	Protocol *channel.Protocol
	By       Message  // the one that it came by; none for the first sessions
	Over     *Session // the session over which that came

	owner *Session // who crashes with it; itself for a client
	depth int
	born  map[string]int // ends by message, for names
	peers []*peer        // by role; nil: a component's
	given []channel.End  // an end of each role that was seen, for Left
	kept  int            // the role whose end the test has sent to itself, and may lose on the way; -1
	calls []*call        // not yet answered
}

// peer is a role that the test plays.
type peer struct {
	*Session
	role    uint8
	probe   *channel.Probe
	local   *channel.Local
	state   int
	delay   int           // sends and faults until it receives again
	over    bool          // it has let go of its end
	pending []uint16      // labels sent to a component and not received yet
	passed  map[*peer]int // messages like the first of them that were received since, by who sent them
}

// name is the lifeline of a peer in a trace.
func (p *peer) name() string { return p.Name + "." + p.Protocol.Roles[p.role] }

func (p *peer) at() *channel.LocalState { return &p.local.States[p.state] }

func (p *peer) label(l uint16) *channel.Label { return &p.Protocol.Labels[l] }

// session makes a session that came by a message of from, or of the start.
func (w *World) session(p *channel.Protocol, from *Session) *Session {
	if len(p.Locals) == 0 {
		panic(fmt.Sprintf("channeltest: the stubs of protocol %s embed no machines: generate them anew", p.Name))
	}
	s := &Session{Protocol: p, peers: make([]*peer, len(p.Roles)), given: make([]channel.End, len(p.Roles)), kept: -1}
	s.owner, s.Over = s, from
	if from != nil {
		if s.depth = from.depth + 1; s.depth > 1 {
			s.owner = from.owner
		}
	}
	w.sessions = append(w.sessions, s)
	return s
}

// number names a session, and finds it again by any of its ends.
func (w *World) number(s *Session, d channel.End) {
	if s.Name == "" {
		s.Name = w.unused(s.Protocol.Name)
	}
	w.byNumber[d.Session()] = s
	w.byName[s.Name] = s
}

// unused is a name, with a number where it is taken.
func (w *World) unused(name string) string {
	if w.byName[name] == nil {
		return name
	}
	for n := 2; ; n++ {
		if numbered := fmt.Sprint(name, " ", n); w.byName[numbered] == nil {
			return numbered
		}
	}
}

// play makes the test the holder of an end that stands at a state.
func (w *World) play(s *Session, d channel.End, state int) *peer {
	p := &peer{Session: s, role: d.Role(), local: &s.Protocol.Locals[d.Role()], state: state}
	p.probe = w.Runtime.Hold(d, "")
	s.peers[p.role] = p
	s.given[p.role] = d
	w.cover.state(p)
	p.listen()
	return p
}

// listen opens a peer to the messages at capacity 0 that its state receives.
func (p *peer) listen() {
	var roles uint64
	if p.delay == 0 {
		for _, e := range p.at().Edges {
			if l := p.label(e.Label); l.To == p.role {
				roles |= 1 << l.From
			}
		}
	}
	p.probe.Listen(roles)
}

// Listens reports whether the test still holds a role of the session, and
// receives.
func (s *Session) Listens() bool {
	for _, p := range s.peers {
		if p != nil && !p.over && p.delay == 0 {
			return true
		}
	}
	return false
}

// Ended reports whether the test holds no role of the session any more.
func (s *Session) Ended() bool { return !s.alive() }

// Held reports whether components hold a role of the session.
func (s *Session) Held() bool {
	for r := range s.Protocol.Roles {
		if s.componentHas(r) && !s.left(r) {
			return true
		}
	}
	return false
}

// Received reports whether all that the test has sent over the session was
// received.
func (s *Session) Received() bool {
	for _, p := range s.peers {
		if p != nil && len(p.pending) > 0 {
			return false
		}
	}
	return true
}

// sends reports whether the peer's state has a message to send.
func (p *peer) sends() bool {
	for _, e := range p.at().Edges {
		if p.label(e.Label).From == p.role {
			return true
		}
	}
	return false
}

// sendsToComponent reports whether the peer's state has a message to send to a component.
func (p *peer) sendsToComponent() bool {
	for _, e := range p.at().Edges {
		if l := p.label(e.Label); l.From == p.role && p.componentHas(int(l.To)) {
			return true
		}
	}
	return false
}

// owed lists the messages, and the roles that owe them, of a peer that can
// only wait.
func (p *peer) owed() (labels []string, roles uint64) {
	s := p.at()
	if p.over || s.End || s.Rest || p.sends() {
		return nil, 0
	}
	for _, e := range s.Edges {
		l := p.label(e.Label)
		labels = append(labels, l.Name)
		roles |= 1 << l.From
	}
	return labels, roles
}

// move takes an edge; at the end of its protocol the peer lets go.
func (w *World) move(p *peer, edge int) {
	w.cover.edge(p, edge)
	p.state = p.at().Edges[edge].Next
	w.cover.state(p)
	if p.at().End {
		p.over = true
		p.probe.Close()
		return
	}
	p.listen()
}

// drop makes a peer abandon its end where it stands.
func (w *World) drop(p *peer) {
	if !p.over {
		p.over = true
		p.probe.Abandon()
		for _, c := range p.calls {
			c.lost = true
		}
		p.calls = nil
	}
}

// componentHas reports whether a role is a component's.
func (s *Session) componentHas(role int) bool { return s.peers[role] == nil && s.kept != role }
