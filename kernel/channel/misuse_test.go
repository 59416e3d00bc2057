//protocos:unchecked these tests misuse states, to see what the runtime says
package channel_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

func panicOf(f func()) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprint(v)
		}
	}()
	f()
	return ""
}

func plain(ctx context.Context) (*channel.Runtime, Idle, channel.End) {
	rt := channel.New(channel.Config{Cores: 1, Outside: true})
	ends := rt.NewSession(&double)
	return rt, OpenClient(ctx, rt, ends[0]), ends[1]
}

func TestStateUsedTwice(t *testing.T) {
	_, s, _ := plain(context.Background())
	if _, err := s.Ask(1, 2); err != nil {
		t.Fatal(err)
	}
	if got := panicOf(func() { s.Ask(1, 2) }); got != "client in Idle: Ask: the state was used before" {
		t.Fatal(got)
	}
}

func TestZeroState(t *testing.T) {
	var misuse *channel.MisuseError
	if _, err := (Idle{}).Ask(1, 2); !errors.As(err, &misuse) || misuse.State != "Idle" || misuse.Method != "Ask" {
		t.Fatal(err)
	}
	if _, err := (Asked{}).Reply(); !errors.As(err, &misuse) {
		t.Fatal(err)
	}
}

func TestPeerGone(t *testing.T) {
	_, s, server := plain(context.Background())
	server.Discard()
	var gone *channel.GoneError
	if _, err := s.Ask(1, 2); !errors.As(err, &gone) || gone.Peer != "server" || gone.Protocol != "Double" || gone.Role != "client" || gone.State != "Idle" {
		t.Fatal(err)
	}
	if _, err := s.Ask(1, 2); !errors.As(err, &gone) {
		t.Fatal("the state after an error is dead:", err)
	}
}

func TestContextDone(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	rt, s, server := plain(ctx)
	asked, err := s.Ask(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("enough")
	cancel(why)
	var aborted *channel.AbortedError
	if _, err := asked.Reply(); !errors.As(err, &aborted) || !errors.Is(err, why) || aborted.State != "Asked" {
		t.Fatal(err)
	}
	server.Discard()
	if n := rt.Stats().Ends; n != 0 {
		t.Fatal("a cancelled client holds ends:", n)
	}
}

func TestMessageOfAWrongPeer(t *testing.T) {
	rt, s, server := plain(context.Background())
	var e channel.Endpoint
	rt.Probe(&e, &serverTable, "impostor", server)
	asked, err := s.Ask(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Receive(e.Step(), &opNext, 0); err != nil {
		t.Fatal(err)
	}
	wrong := channel.Op{State: "Owing", Method: "Bye", Peer: 0, Label: 3}
	if err := e.Begin(e.Step(), &wrong, 0); err != nil {
		t.Fatal(err)
	}
	e.Commit()
	var broke *channel.ProtocolError
	if _, err := asked.Reply(); !errors.As(err, &broke) || broke.Peer != "server" || broke.Label != "Bye" {
		t.Fatal(err)
	}
	if got := panicOf(func() { e.Commit() }); !strings.Contains(got, "Commit: no Begin before it") {
		t.Fatal(got)
	}
}

// runServer runs one server against a client that says bye.
func runServer(t *testing.T, run func(context.Context, Serving) (ServerEnd, error)) error {
	t.Helper()
	rt := channel.New(channel.Config{Cores: 1})
	ends := rt.NewSession(&double)
	StartServer(rt, channel.Options{}, ends[1], run).Discard()
	ends[0].Discard()
	err := rt.Run(context.Background())
	if s := rt.Stats(); s != (channel.Stats{}) {
		t.Errorf("left alive: %+v", s)
	}
	return err
}

func TestForgedEnd(t *testing.T) {
	var misuse *channel.MisuseError
	if err := runServer(t, func(context.Context, Serving) (ServerEnd, error) { return ServerEnd{}, nil }); !errors.As(err, &misuse) || misuse.Method != "return" {
		t.Fatal(err)
	}
	if err := runServer(t, func(_ context.Context, s Serving) (ServerEnd, error) { return ServerEnd(s), nil }); !errors.As(err, &misuse) || !strings.Contains(err.Error(), "an end is still held") {
		t.Fatal(err)
	}
	if err := runServer(t, serve); err != nil {
		t.Fatal(err)
	}
}

func TestCrash(t *testing.T) {
	var crash *channel.CrashError
	if err := runServer(t, func(context.Context, Serving) (ServerEnd, error) { panic("ouch") }); !errors.As(err, &crash) || crash.Value != "ouch" || crash.Component != "Server" {
		t.Fatal(err)
	}
	if err := runServer(t, func(_ context.Context, s Serving) (ServerEnd, error) {
		s.Next()
		s.Next()
		return ServerEnd{}, nil
	}); !errors.As(err, &crash) || !strings.Contains(err.Error(), "Server in Serving: Next: the state was used before") {
		t.Fatal(err)
	}
}

func TestRunCancelled(t *testing.T) {
	rt := channel.New(channel.Config{Cores: 2})
	ends := rt.NewSession(&double)
	StartServer(rt, channel.Options{}, ends[1], serve).Discard()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var aborted *channel.AbortedError
	if err := rt.Run(ctx); !errors.As(err, &aborted) || !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	ends[0].Discard()
	if s := rt.Stats(); s != (channel.Stats{}) {
		t.Errorf("left alive: %+v", s)
	}
}
