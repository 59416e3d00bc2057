package sample_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/gen/internal/sample"
	"github.com/protoc-os/protoc-os/kernel/channel"
)

func newRuntime() *channel.Runtime {
	return channel.New(channel.Config{Cores: 1, Outside: true, Poison: true})
}

var ada = sample.Person{Name: "Ada", At: sample.Point{X: -3, Y: 4}, Tags: [3]sample.Colour{sample.ColourRed, sample.ColourGreen, sample.ColourDarkBlue}}

// serve is a shop: it keeps what is put, and gives out lines that it answers itself.
func serve(s sample.ShopServerRest) (sample.ShopServerEnd, error) {
	for {
		m, err := s.Receive()
		if err != nil {
			return sample.ShopServerEnd{}, err
		}
		switch m := m.(type) {
		case *sample.ShopServerPut:
			if m.N == 8 {
				s, err = m.Next.Refused("too many")
				break
			}
			s, err = m.Next.Kept(m.Who, m.Raw, m.More, m.Wait)
		case *sample.ShopServerOpen:
			return sample.ShopServerEnd{}, errors.New("not in this test")
		case *sample.ShopServerBye:
			return m.Next, nil
		}
		if err != nil {
			return sample.ShopServerEnd{}, err
		}
	}
}

func TestFieldsArriveAsSent(t *testing.T) {
	rt := newRuntime()
	clientEnd, serverEnd := sample.NewShop(rt)
	sample.StartShopServer(rt, channel.Options{}, serverEnd, func(_ context.Context, s sample.ShopServerRest) (sample.ShopServerEnd, error) {
		return serve(s)
	}).Discard()
	run := make(chan error, 1)
	c := sample.OpenShopClient(context.Background(), rt, clientEnd)
	defer c.Leave()
	go func() { run <- rt.Run(context.Background()) }()

	asked, err := c.Put(ada, 7, sample.ColourGreen, []byte("raw"), []uint16{1, 2, 3, 4}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := asked.Receive()
	if err != nil {
		t.Fatal(err)
	}
	kept, ok := reply.(*sample.ShopClientKept)
	if !ok {
		t.Fatalf("got %T", reply)
	}
	if kept.Who != ada || string(kept.Raw) != "raw" || !reflect.DeepEqual(kept.More, []uint16{1, 2, 3, 4}) || kept.Wait != time.Minute {
		t.Errorf("got %+v", *kept)
	}
	rest := kept.Next
	asked, err = rest.Put(ada, 8, sample.ColourRed, nil, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if reply, err = asked.Receive(); err != nil {
		t.Fatal(err)
	}
	refused := reply.(*sample.ShopClientRefused)
	if refused.Why != "too many" {
		t.Errorf("why: %q", refused.Why)
	}
	if _, err := refused.Next.Bye(); err != nil {
		t.Fatal(err)
	}
	if err := <-run; err != nil {
		t.Error(err)
	}
}

// What a declaration does not allow is refused before anything is sent, and the state still lives.
//
//protocos:unchecked the analyzer takes a state for dead after any error
func TestArgumentsAreHeldToTheirTypes(t *testing.T) {
	rt := newRuntime()
	clientEnd, _ := sample.NewShop(rt)
	c := sample.OpenShopClient(context.Background(), rt, clientEnd)
	defer c.Leave()
	long := ada
	long.Name = "much too long a name"
	for i, try := range []func() error{
		func() error { _, err := c.Put(long, 1, 0, nil, nil, 0); return err },
		func() error { _, err := c.Put(ada, 0, 0, nil, nil, 0); return err },
		func() error { _, err := c.Put(ada, 9, 0, nil, nil, 0); return err },
		func() error { _, err := c.Put(ada, 1, 3, nil, nil, 0); return err },
		func() error { _, err := c.Put(ada, 1, 0, make([]byte, 17), nil, 0); return err },
		func() error { _, err := c.Put(ada, 1, 0, nil, make([]uint16, 5), 0); return err },
	} {
		var misuse *channel.MisuseError
		if err := try(); !errors.As(err, &misuse) {
			t.Errorf("%d: got %v", i, err)
		}
	}
	if _, err := c.Put(ada, 1, 0, nil, nil, 0); err != nil {
		t.Error(err)
	}
}

// A line travels to the client, which then talks over it; its capacity is 0.
func TestAnEndTravels(t *testing.T) {
	rt := newRuntime()
	clientEnd, serverEnd := sample.NewShop(rt)
	callerEnd, calledEnd := sample.NewLine(rt)
	ctx := context.Background()
	done := make(chan error, 1)
	s := sample.OpenShopServer(ctx, rt, serverEnd)
	caller := sample.OpenLineCaller(ctx, rt, callerEnd)
	called := sample.OpenLineCalled(ctx, rt, calledEnd)
	go func() {
		done <- func() error {
			m, err := s.Receive()
			if err != nil {
				return err
			}
			open, ok := m.(*sample.ShopServerOpen)
			if !ok {
				return fmt.Errorf("got %T", m)
			}
			rest, err := open.Next.Opened(caller)
			if err != nil {
				return err
			}
			defer rest.Leave()
			if _, err := caller.Ask(1); err == nil { //protocos:unchecked to see what the runtime says
				return errors.New("the server used the end that it gave away")
			}
			ask, err := called.Receive()
			if err != nil {
				return err
			}
			_, err = ask.Next.Answer(2 * ask.X)
			return err
		}()
	}()
	c := sample.OpenShopClient(ctx, rt, clientEnd)
	defer c.Leave()
	opening, err := c.Open()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := opening.Receive()
	if err != nil {
		t.Fatal(err)
	}
	asked, err := opened.Line.Ask(21)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := asked.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if answer.X != 42 {
		t.Errorf("got %d", answer.X)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// The collector takes the two votes in whatever order they come.
//
//protocos:unchecked which of the literals is called, and that none is called twice, depends on strings
func TestTwoSendersAtOnce(t *testing.T) {
	for _, first := range []string{"left", "right"} {
		rt := newRuntime()
		leftEnd, rightEnd, collectorEnd := sample.NewVote(rt)
		ctx := context.Background()
		left, right := sample.OpenVoteLeft(ctx, rt, leftEnd), sample.OpenVoteRight(ctx, rt, rightEnd)
		vote := map[string]func() error{
			"left":  func() error { _, err := left.Yes(9); return err },
			"right": func() error { _, err := right.No(); return err },
		}
		if err := vote[first](); err != nil {
			t.Fatal(err)
		}
		c := sample.OpenVoteCollector(ctx, rt, collectorEnd)
		m, err := c.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *sample.VoteCollectorStartYes:
			if first != "left" || m.Weight != 9 {
				t.Errorf("%s first, got %+v", first, *m)
			}
			if err := vote["right"](); err != nil {
				t.Fatal(err)
			}
			if _, err := m.Next.Receive(); err != nil {
				t.Fatal(err)
			}
		case *sample.VoteCollectorStartNo:
			if first != "right" {
				t.Errorf("%s first, got No", first)
			}
			if err := vote["left"](); err != nil {
				t.Fatal(err)
			}
			if _, err := m.Next.Receive(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Misuse: the zero state returns an error, a state used twice panics, a lost peer is a GoneError.
//
//protocos:unchecked to see what the runtime says
func TestMisuse(t *testing.T) {
	var misuse *channel.MisuseError
	if _, err := (sample.LineCallerStart{}).Ask(1); !errors.As(err, &misuse) {
		t.Errorf("zero state: %v", err)
	}
	rt := newRuntime()
	callerEnd, calledEnd := sample.NewShop(rt)
	c := sample.OpenShopClient(context.Background(), rt, callerEnd)
	s := sample.OpenShopServer(context.Background(), rt, calledEnd)
	asked, err := c.Put(ada, 1, 0, nil, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if _, ok := recover().(*channel.MisuseError); !ok {
				t.Error("a state was used twice without a panic")
			}
		}()
		c.Put(ada, 1, 0, nil, nil, 0)
	}()
	s.Leave()
	var gone *channel.GoneError
	if _, err := asked.Receive(); !errors.As(err, &gone) || gone.Peer != "server" {
		t.Errorf("lost peer: %v", err)
	}
}

// A done context abandons the end: whoever waits learns of it.
func TestContext(t *testing.T) {
	rt := newRuntime()
	callerEnd, calledEnd := sample.NewLine(rt)
	ctx, cancel := context.WithCancel(context.Background())
	called := sample.OpenLineCalled(ctx, rt, calledEnd)
	caller := sample.OpenLineCaller(context.Background(), rt, callerEnd)
	cancel()
	var aborted *channel.AbortedError
	if _, err := called.Receive(); !errors.As(err, &aborted) {
		t.Fatalf("cancelled: %v", err)
	}
	var gone *channel.GoneError
	if _, err := caller.Ask(1); !errors.As(err, &gone) {
		t.Fatalf("its peer: %v", err)
	}
}

// A request and its reply over generated stubs allocate nothing.
func BenchmarkRequestReply(b *testing.B) {
	rt := channel.New(channel.Config{Cores: 1})
	clientEnd, serverEnd := sample.NewShop(rt)
	sample.StartShopServer(rt, channel.Options{}, serverEnd, func(_ context.Context, s sample.ShopServerRest) (sample.ShopServerEnd, error) {
		for {
			m, err := s.Receive()
			if err != nil {
				return sample.ShopServerEnd{}, err
			}
			switch m := m.(type) {
			case *sample.ShopServerPut:
				if s, err = m.Next.Kept(sample.Person{}, m.Raw, m.More, m.Wait); err != nil {
					return sample.ShopServerEnd{}, err
				}
			case *sample.ShopServerOpen:
				return sample.ShopServerEnd{}, errors.New("not in this benchmark")
			case *sample.ShopServerBye:
				return m.Next, nil
			}
		}
	}).Discard()
	b.ReportAllocs()
	sample.StartShopClient(rt, channel.Options{}, clientEnd, func(_ context.Context, s sample.ShopClientRest) (sample.ShopClientEnd, error) {
		raw, more := []byte("raw"), []uint16{1}
		for range b.N {
			asked, err := s.Put(sample.Person{}, 7, 0, raw, more, 0)
			if err != nil {
				return sample.ShopClientEnd{}, err
			}
			reply, err := asked.Receive()
			if err != nil {
				return sample.ShopClientEnd{}, err
			}
			s = reply.(*sample.ShopClientKept).Next
		}
		return s.Bye()
	}).Discard()
	if err := rt.Run(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// A label may be called like what every state has: its method then says that it sends.
func TestOddLabels(t *testing.T) {
	rt := newRuntime()
	one, two := sample.NewOdd(rt)
	sample.StartOddTwo(rt, channel.Options{}, two, func(_ context.Context, s sample.OddTwoRest) (sample.OddTwoEnd, error) {
		for {
			m, err := s.Receive()
			if err != nil {
				return sample.OddTwoEnd{}, err
			}
			switch m := m.(type) {
			case *sample.OddTwoLeave:
				s = m.Next
			case *sample.OddTwoReceive:
				s = m.Next
			case *sample.OddTwoDelegate:
				return m.Next, nil
			}
		}
	}).Discard()
	run := make(chan error, 1)
	s := sample.OpenOddOne(context.Background(), rt, one)
	defer s.Leave()
	go func() { run <- rt.Run(context.Background()) }()
	s, err := s.SendLeave()
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.SendReceive(); err != nil {
		t.Fatal(err)
	}
	if _, err = s.SendDelegate(); err != nil {
		t.Fatal(err)
	}
	if err := <-run; err != nil {
		t.Error(err)
	}
}
