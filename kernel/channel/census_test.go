package channel

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A census finds everybody, on two cores while they talk, and one who waits for ever; crashing him is a fault that the run reports.
func TestCensus(t *testing.T) {
	p := echoProtocol(1)
	rt := New(Config{Cores: 2})
	ctx, cancel := context.WithCancel(context.Background())
	talk := rt.NewSession(p)
	client, server := new(Endpoint), new(Endpoint)
	rt.Start(client, oneSlot("Client", p, 0), Options{Name: "client", Placement: Pinned}, talk[:1], func(context.Context) error {
		for {
			if _, err := askOnce(client, 1); err != nil {
				return err
			}
		}
	}).Discard()
	rt.Start(server, oneSlot("Server", p, 1), Options{Name: "server", Placement: Pinned, Core: 1}, talk[1:], func(context.Context) error {
		for {
			if err := serveOnce(server); err != nil {
				return err
			}
		}
	}).Discard()
	silent := rt.NewSession(p)
	waiting := new(Endpoint)
	rt.Start(waiting, oneSlot("Server", p, 1), Options{Name: "waiting", Placement: Pinned}, silent[1:], func(context.Context) error { return serveOnce(waiting) }).Discard()
	done := make(chan error)
	go func() { done <- rt.Run(ctx) }()

	var first, last []Status
	limit, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	for len(last) == 0 || last[0].Steps == first[0].Steps || last[2].State != "receives from client of Echo" {
		list, err := rt.Census(limit)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = list
		}
		last = list
	}
	if len(last) != 3 || last[0].Name != "client" || last[1].Component != "Server" || last[1].Core != 1 || last[2].Name != "waiting" || last[2].Ends != 1 || last[2].Queued != 0 {
		t.Errorf("%+v", last)
	}
	if rt.Crash("nobody") || !rt.Crash("waiting") {
		t.Error("the wrong one is found")
	}
	for len(last) == 3 {
		last, _ = rt.Census(limit)
	}
	cancel()
	var crash *CrashError
	if err := <-done; !errors.As(err, &crash) || crash.Component != "waiting" || crash.Value != ErrCrashed {
		t.Errorf("the run says %v", err)
	}
	silent[0].Discard()
}

// What sits on a core that never answers is said in the end.
func TestCensusOfEndless(t *testing.T) {
	rt := New(Config{Cores: 1})
	began, end := make(chan bool), make(chan bool)
	rt.Start(new(Endpoint), &Component{Name: "endless"}, Options{}, nil, func(context.Context) error {
		close(began)
		<-end
		return nil
	}).Discard()
	done := make(chan error)
	go func() { done <- rt.Run(context.Background()) }()
	<-began
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := rt.Census(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
	close(end)
	<-done
}
