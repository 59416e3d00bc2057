package viz

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/protoc-os/protoc-os/traces"
)

// TestLoad lays a recorded run over a wiring: over the arrows that are there, and over one of its own for a session that the run made.
func TestLoad(t *testing.T) {
	s := systemNamed(t, loaded(t), "Market")
	send := func(from, to, channel, protocol, role, peer string, queue int) traces.Event {
		return traces.Event{Kind: traces.Send, Instance: from, Peer: to, Channel: channel, Protocol: protocol, Role: role, PeerRole: peer, Queue: queue}
	}
	run := &traces.Trace{Recorded: true, Events: []traces.Event{
		send("buyer[0]", "seller", "Order#1", "Order", "buyer", "seller", 1), send("buyer[0]", "seller", "Order#1", "Order", "buyer", "seller", 2),
		send("seller", "buyer[0]", "Order#1", "Order", "seller", "buyer", 1), {Kind: traces.Receive, Instance: "buyer[0]", Peer: "seller"},
		send("buyer[1]", "seller", "Order#2", "Order", "buyer", "seller", 1),
		send("buyer[1]", "buyer[0]", "Order#3", "Order", "seller", "buyer", 1), send("stranger", "seller", "Order#4", "Order", "buyer", "seller", 1)}}
	g := SystemGraph(s, SystemOptions{Load: run})
	want := [][]string{{"w.Order ×2", "→ 3 messages, queue 2/2", "← 1 message, queue 1/1"}, {"w.Order", "← 1 message, queue 1/1"}}
	var got [][]string
	for _, e := range g.Edges {
		got = append(got, e.Lines)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := outlineOf(t, g); !strings.Contains(text, "80 % of messages") || g.Nodes[1].fill() != "heat5" {
		t.Errorf("the share of the seller shows as %s in\n%s", g.Nodes[1].fill(), text)
	}
	if strings.Contains(outlineOf(t, SystemGraph(s, SystemOptions{})), "message") {
		t.Error("a wiring without a run tells of messages")
	}
}
