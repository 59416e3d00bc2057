package channel

import (
	"context"
	"testing"
)

// TestManyCancelled: a cancellation is not lost on who is in the run queue.
func TestManyCancelled(t *testing.T) {
	for _, n := range []int{1, 2, 3, 100} {
		rt := New(Config{Cores: 1})
		for range n {
			p := echoProtocol(1)
			e := new(Endpoint)
			rt.Start(e, oneSlot("idle", p, 1), Options{}, rt.NewSession(p)[1:], func(context.Context) error { serveOnce(e); return nil }).Discard()
		}
		rt.Start(new(Endpoint), &Component{Name: "stopper"}, Options{}, nil, func(context.Context) error {
			rt.Stop(context.Canceled)
			return nil
		}).Discard()
		rt.Run(context.Background())
		if s := rt.Stats(); s.Components != 0 || s.Threads != 0 {
			t.Fatalf("left alive: %+v", s)
		}
	}
}
