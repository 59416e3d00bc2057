package channeltest

import (
	"fmt"
	"slices"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// Record sees every effect of a run. It watches the promise of choose: an
// option that is ready loses to each other one at most once. So while a
// peer's message waits, no other peer has a message like it received more
// often by the same component than there are options that receive it. A scheduler that decides among
// options breaks the promise itself: only runs in which it keeps to the
// promise are judged.
func (w *World) Record(ev *channel.Event) {
	if ev.Kind != channel.SendEvent && ev.Kind != channel.ReceiveEvent {
		return
	}
	s := w.byNumber[ev.Session]
	if s == nil || s.peers[ev.From] == nil {
		return
	}
	p := s.peers[ev.From]
	if ev.Kind == channel.SendEvent {
		if s.componentHas(int(ev.To)) {
			p.pending = append(p.pending, ev.Label)
		}
		return
	}
	if k := slices.Index(p.pending, ev.Label); k >= 0 {
		p.pending = slices.Delete(p.pending, k, k+1)
	}
	if !s.componentHas(int(ev.To)) {
		return // the test has it, and may have got the end after this was sent
	}
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
		if holder, held := q.probe.Holder(ev.To); !held || holder != ev.Component {
			continue
		}
		if q.passed == nil {
			q.passed = map[*peer]int{}
		}
		if q.passed[p]++; q.passed[p] > w.cover.receivers(s.Protocol, ev.Label) && w.starved == "" {
			w.starved = fmt.Sprintf("%s of %s waits while %d of %s are received", s.Protocol.Labels[ev.Label].Name, q.name(), q.passed[p], p.name())
		}
	}
}

// receivers is how many options of the components receive a label; 1 if it
// is received without a choose.
func (c *counts) receivers(p *channel.Protocol, label uint16) int {
	n := 0
	for _, t := range c.tables {
		for _, choice := range t.table.Chooses {
			for i := range choice.Options {
				o := &choice.Options[i]
				if o.Kind == channel.Recv && o.Label == label && t.table.Slots[o.Slot].Protocol == p {
					n++
				}
			}
		}
	}
	return max(n, 1)
}
