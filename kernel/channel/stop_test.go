package channel

import (
	"context"
	"errors"
	"slices"
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

// TestStopRecorded: a recorded run of one core is stopped from outside, and
// the recorder hears of it once, before what the stop brings about.
func TestStopRecorded(t *testing.T) {
	var k kinds
	rt := New(Config{Cores: 1, Recorder: &k})
	ctx, cancel := context.WithCancel(context.Background())
	p := echoProtocol(1)
	ends := rt.NewSession(p)
	var c, s Endpoint
	rt.Start(&c, oneSlot("client", p, 0), Options{}, ends[:1], func(context.Context) error {
		for x := uint64(0); ; x++ {
			if x == 1000 {
				go cancel()
			}
			if _, err := askOnce(&c, x); err != nil {
				return err
			}
		}
	}).Discard()
	rt.Start(&s, oneSlot("server", p, 1), Options{}, ends[1:], func(context.Context) error {
		for {
			if err := serveOnce(&s); err != nil {
				return err
			}
		}
	}).Discard()
	if err := rt.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	stop, crash := slices.Index(k.all, StopEvent), slices.Index(k.all, CrashEvent)
	if stop < 2000 || crash < stop || slices.Contains(k.all[stop+1:], StopEvent) {
		t.Fatalf("stop is event %d of %d, the first crash %d", stop, len(k.all), crash)
	}
}
