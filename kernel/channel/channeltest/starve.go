package channeltest

import (
	"fmt"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// Record sees every effect of a run. It watches the promise of choose: an
// option that is ready loses to each other one at most once. So while a
// peer's message waits, no other peer has a message like it received more
// than twice, once for each of two chooses. A scheduler that decides among
// options breaks the promise itself: only runs in which it keeps to the
// promise are judged.
func (w *World) Record(ev channel.Event) {
	if ev.Kind != channel.SendEvent && ev.Kind != channel.ReceiveEvent {
		return
	}
	s := w.byNumber[ev.Session]
	if s == nil || s.peers[ev.From] == nil || !s.componentHas(int(ev.To)) {
		return
	}
	p := s.peers[ev.From]
	if ev.Kind == channel.SendEvent {
		p.pending = append(p.pending, ev.Label)
		return
	}
	p.pending = p.pending[1:]
	clear(p.passed)
	if !w.promised {
		return
	}
	for _, other := range w.sessions {
		if other == s || other.Protocol != s.Protocol || other.peers[ev.From] == nil {
			continue
		}
		q := other.peers[ev.From]
		if q.over || len(q.pending) == 0 || q.pending[0] != ev.Label {
			continue
		}
		if q.passed == nil {
			q.passed = map[*peer]int{}
		}
		if q.passed[p]++; q.passed[p] > mostPassed && w.starved == "" {
			w.starved = fmt.Sprintf("%s of %s waits while %d of %s are received", s.Protocol.Labels[ev.Label].Name, q.name(), q.passed[p], p.name())
		}
	}
}

// mostPassed is how often one peer may go before another that waits as well.
const mostPassed = 2
