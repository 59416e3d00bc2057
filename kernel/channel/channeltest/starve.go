package channeltest

import (
	"fmt"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// Record sees every effect of a run. It watches the promise of choose: an
// option that is ready loses to each other one at most once. So while a
// peer's message waits, no more messages like it are received than there are
// peers like it, twice over, since a component may receive them at two
// chooses. A scheduler that decides among options breaks the promise itself:
// only runs in which it keeps to the promise are judged.
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
	p.pending, p.waits = p.pending[1:], 0
	if !w.promised {
		return
	}
	alike := 0
	for _, other := range w.sessions {
		if other.Protocol == s.Protocol && other.peers[ev.From] != nil {
			alike++
		}
	}
	for _, other := range w.sessions {
		if other == s || other.Protocol != s.Protocol || other.peers[ev.From] == nil {
			continue
		}
		q := other.peers[ev.From]
		if q.over || len(q.pending) == 0 || q.pending[0] != ev.Label {
			continue
		}
		if q.waits++; q.waits > 2*(alike-1)+1 && w.starved == "" {
			w.starved = fmt.Sprintf("%s of %s waits while %d of others, of whom there are %d, were received", s.Protocol.Labels[ev.Label].Name, q.name(), q.waits, alike-1)
		}
	}
}
