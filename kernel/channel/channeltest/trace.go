package channeltest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// component is the lifeline of all that is under test.
const component = "component"

// moveEvent and receiveEvent write down what peers do.
func (w *World) moveEvent(m move) {
	s := w.byName[m.session]
	e := traces.Event{Step: len(w.events) + 1, Kind: m.kind, Channel: m.session, Protocol: s.Protocol.QName(), Option: -1}
	switch m.kind {
	case traces.Crash:
		e.Instance = s.lifeline()
	case traces.Send:
		p := s.peers[m.role]
		l := p.label(p.at().Edges[m.edge].Label)
		e.Instance, e.Peer = p.name(), s.holder(l.To)
		e.Role, e.PeerRole, e.Label = s.Protocol.Roles[p.role], s.Protocol.Roles[l.To], l.Name
		e.Args = append(format(l, m.values), m.ends...)
		e.At = p.at().Edges[m.edge].At
	default:
		p := s.peers[m.role]
		e.Instance, e.Role = p.name(), s.Protocol.Roles[p.role]
		if m.kind == traces.Delay {
			e.Args = []string{strconv.Itoa(m.delay)}
		}
	}
	w.events = append(w.events, e)
}

func (w *World) receiveEvent(p *peer, from uint8, l *channel.Label, values any, ends []string) {
	e := traces.Event{Step: len(w.events) + 1, Kind: traces.Receive, Channel: p.Name, Protocol: p.Protocol.QName(), Option: -1}
	e.Instance, e.Peer = p.name(), p.holder(from)
	e.Role, e.PeerRole, e.Label = p.Protocol.Roles[p.role], p.Protocol.Roles[from], l.Name
	e.Args = append(format(l, values), ends...)
	w.events = append(w.events, e)
}

// holder is the lifeline of a role.
func (s *Session) holder(role uint8) string {
	if p := s.peers[role]; p != nil {
		return p.name()
	}
	return component
}

// lifeline is that of the first role that the test plays.
func (s *Session) lifeline() string {
	for _, p := range s.peers {
		if p != nil {
			return p.name()
		}
	}
	return component
}

// trace is what was done and seen, from which the same run can be made again:
// the moves by their events, how the component ran after each (pace), and
// what the scheduler decided.
func (w *World) trace(name string, f *Failure) *traces.Trace {
	t := &traces.Trace{Version: traces.Version, System: name, Instances: []string{component}, Events: w.events}
	if f != nil {
		t.Property, t.Message = string(f.Verdict), f.Message
	}
	for _, s := range w.sessions {
		for _, p := range s.peers {
			if p != nil {
				t.Instances = append(t.Instances, p.name())
			}
		}
	}
	t.Digest = digest(w.events, w.protocols())
	var paces []string
	for i, m := range w.moves {
		if i < w.scripted && m.pace != untilQuiet {
			paces = append(paces, fmt.Sprintf("%d:%d", i+1, m.pace))
		}
	}
	var decided []string
	for _, d := range trimmed(w.decisions) {
		decided = append(decided, strconv.Itoa(d))
	}
	t.Params = []string{fmt.Sprintf("moves=%d", w.scripted), "pace=" + strings.Join(paces, " "), "schedule=" + strings.Join(decided, " ")}
	if w.promised {
		t.Params = append(t.Params, "promised=true")
	}
	return t
}

// trimmed leaves out the zeros at the end: a script that has ended decides so.
func trimmed(decisions []int) []int {
	n := len(decisions)
	for n > 0 && decisions[n-1] == 0 {
		n--
	}
	return decisions[:n]
}

// script is a trace read back.
type script struct {
	moves     []move
	args      [][]string // of sends, to be read when their label is known
	decisions []int
	promised  bool
}

// readScript reads the moves of a trace.
func readScript(t *traces.Trace) (*script, error) {
	s := &script{}
	most := -1
	pace := map[int]int{}
	for _, p := range t.Params {
		key, value, _ := strings.Cut(p, "=")
		for _, word := range strings.Fields(value) {
			var a, b int
			var err error
			switch key {
			case "moves":
				most, err = strconv.Atoi(word)
			case "pace":
				_, err = fmt.Sscanf(word, "%d:%d", &a, &b)
				pace[a] = b
			case "schedule":
				a, err = strconv.Atoi(word)
				s.decisions = append(s.decisions, a)
			case "promised":
				s.promised = true
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p, err)
			}
		}
	}
	for _, e := range t.Events {
		if e.Kind == traces.Receive {
			continue
		}
		if len(s.moves) == most {
			break
		}
		m := move{kind: e.Kind, session: e.Channel, label: e.Label, pace: pace[len(s.moves)+1], roleName: e.Role}
		if e.Kind == traces.Delay {
			var err error
			if len(e.Args) != 1 {
				return nil, fmt.Errorf("step %d: how long is the delay?", e.Step)
			}
			if m.delay, err = strconv.Atoi(e.Args[0]); err != nil {
				return nil, fmt.Errorf("step %d: %w", e.Step, err)
			}
		}
		s.moves = append(s.moves, m)
		s.args = append(s.args, e.Args)
	}
	return s, nil
}

// spellEvent is a line for people.
func spellEvent(e *traces.Event) string {
	args := briefly(e.Args)
	switch e.Kind {
	case traces.Send:
		return e.Instance + " → " + e.Label + args
	case traces.Receive:
		return e.Instance + " ← " + e.Label + args
	case traces.Delay:
		return e.Instance + " receives nothing for " + e.Args[0] + " steps"
	case traces.Abandon:
		return e.Instance + " closes"
	}
	return e.Instance + " crashes"
}
