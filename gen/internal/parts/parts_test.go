package parts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/kernel/channel"
)

// serve answers with the text that was sent.
func serve(_ context.Context, s parts.ServerServing) (parts.ServerEnd, error) {
	for {
		o, err := s.Choose()
		if err != nil {
			return parts.ServerEnd{}, err
		}
		switch o := o.(type) {
		case *parts.ServerServingEnter:
			s = o.Next
		case *parts.ServerServingWork:
			if s, err = o.Next.SendClientsResult(o.Text + "!"); err != nil {
				return parts.ServerEnd{}, err
			}
		case *parts.ServerServingBye:
			s = o.Next
		case *parts.ServerServingGoneDoor:
			return o.Next, nil
		case *parts.ServerServingGoneClients:
			s = o.Next
		}
	}
}

// client works, and prefers the case that is not due.
func client(wrong *int) parts.ClientFunc {
	return func(_ context.Context, start parts.ClientWorkingOrAfterMore) (parts.ClientEnd, error) {
		for {
			switch s := start.(type) {
			case *parts.ClientAfterMore:
				return s.SendJobBye()
			case *parts.ClientWorking:
				asked, err := s.SendJobWork("hello")
				if err != nil {
					return parts.ClientEnd{}, err
				}
				m, err := asked.ReceiveJob()
				if err != nil {
					return parts.ClientEnd{}, err
				}
				if m.Text != "hello!" {
					*wrong++
				}
				if m.N < 9 && m.Next.Due() != 1 {
					start, err = m.Next.More()
				} else {
					start, err = m.Next.Less()
				}
				if err != nil {
					return parts.ClientEnd{}, err
				}
			}
		}
	}
}

func open(wrong, ended, crashed *int, run func(u int) parts.ClientFunc) parts.OpenerFunc {
	return func(_ context.Context, s parts.OpenerStart) (parts.OpenerEnd, error) {
		var none parts.OpenerEnd
		var watching parts.OpenerWatching
		for u := 0; ; u++ {
			made, err := s.NewJob()
			if err != nil {
				return none, err
			}
			entered, err := made.SendDoorEnter()
			if err != nil {
				return none, err
			}
			next, err := entered.StartClient(channel.Options{Name: fmt.Sprint("client", u)}, run(u))
			if err != nil {
				return none, err
			}
			if n, ok := next.(*parts.OpenerStart); ok {
				s = *n
				continue
			}
			watching = *next.(*parts.OpenerWatching)
			break
		}
		for {
			o, err := watching.Choose()
			if err != nil {
				return none, err
			}
			var next parts.OpenerWatchingOrEnd
			switch o := o.(type) {
			case *parts.OpenerWatchingEnded:
				*ended++
				next = o.Next
			case *parts.OpenerWatchingCrashed:
				*crashed++
				next = o.Next
			}
			switch next := next.(type) {
			case *parts.OpenerWatching:
				watching = *next
			case *parts.OpenerEnd:
				return *next, nil
			}
		}
	}
}

func town(rt *channel.Runtime, users int, opener parts.OpenerFunc) {
	door, served := parts.NewDoor(rt)
	parts.StartServer(rt, channel.Options{}, parts.ServerGiven{Users: users, Door: served}, serve).Discard()
	parts.StartOpener(rt, channel.Options{}, parts.OpenerGiven{Users: users, Door: door}, opener).Discard()
}

func TestTown(t *testing.T) {
	for _, cores := range []int{1, 2} {
		rt := channel.New(channel.Config{Cores: cores, Poison: true})
		var wrong, ended, crashed int
		town(rt, 20, open(&wrong, &ended, &crashed, func(int) parts.ClientFunc { return client(&wrong) }))
		if err := rt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if wrong != 0 || ended != 20 || crashed != 0 {
			t.Errorf("%d cores: %d wrong, %d ended, %d crashed", cores, wrong, ended, crashed)
		}
		if s := rt.Stats(); s.Ends != 0 {
			t.Errorf("%d cores: %d ends are left", cores, s.Ends)
		}
	}
}

// Under the controlled scheduler any order of steps ends the same way, with and without a crash.
func TestTownUnderSeeds(t *testing.T) {
	for seed := range uint64(300) {
		rt := channel.New(channel.Config{Cores: 1, Poison: true})
		crashes := int(seed % 2)
		c := rt.Control(channel.Control{Decider: channel.Seed(seed), Crashes: crashes, Steps: 10000})
		var wrong, ended, crashed int
		town(rt, 3, open(&wrong, &ended, &crashed, func(int) parts.ClientFunc { return client(&wrong) }))
		r := c.Run()
		if wrong != 0 || crashes == 0 && (!r.Ended || ended != 3 || len(r.Errors) > 0) {
			t.Errorf("seed %d: %d wrong, %d ended, %v", seed, wrong, ended, r)
		}
		for _, err := range r.Errors {
			var gone *channel.GoneError
			var aborted *channel.AbortedError
			var crash *channel.CrashError
			if !errors.As(err, &gone) && !errors.As(err, &aborted) && !(errors.As(err, &crash) && crash.Value == any(channel.ErrCrashed)) {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
		c.Close()
	}
}

// What the declaration asserts is asserted: a client whose answers are wrong crashes, and names the line.
func TestAssertionsPanic(t *testing.T) {
	rt := channel.New(channel.Config{Cores: 1, Outside: true})
	job, served := parts.NewJob(rt)
	handle := parts.StartClient(rt, channel.Options{}, parts.ClientGiven{First: 4, Job: job}, client(new(int)))
	handle.Discard()
	liar := parts.OpenJobServer(context.Background(), rt, served)
	defer liar.Leave()
	done := make(chan error, 1)
	go func() { done <- rt.Run(context.Background()) }()
	m, err := liar.Receive()
	if err != nil {
		t.Fatal(err)
	}
	work := m.(*parts.JobServerWork)
	if work.N != 4 {
		t.Errorf("first asked %d", work.N)
	}
	if _, err := work.Next.Result(5, "hello!"); err != nil {
		t.Fatal(err)
	}
	var crash *channel.CrashError
	var assertion *channel.AssertionError
	if err := <-done; !errors.As(err, &crash) {
		t.Fatalf("got %v", err)
	} else if e, ok := crash.Value.(error); !ok || !errors.As(e, &assertion) || assertion.At != "parts.chan:70" {
		t.Errorf("got %v", crash.Value)
	}
}

// Relay hears all inputs, and gives up when its patience ends.
func TestRelay(t *testing.T) {
	rt := channel.New(channel.Config{Cores: 1, Outside: true})
	ctx := context.Background()
	froms, tos := make([]channel.End, 2), make([]channel.End, 2)
	for i := range froms {
		froms[i], tos[i] = parts.NewSignal(rt)
	}
	out, heard := parts.NewSignal(rt)
	parts.StartRelay(rt, channel.Options{}, parts.RelayGiven{Width: 2, Ins: tos, Out: out}, func(_ context.Context, s parts.RelayRelaying) (parts.RelayEnd, error) {
		for {
			o, err := s.Choose(time.Millisecond)
			if err != nil {
				return parts.RelayEnd{}, err
			}
			switch o := o.(type) {
			case *parts.RelayRelayingAgain:
				if s, err = o.Next.SendOutAgain(); err != nil {
					return parts.RelayEnd{}, err
				}
			case *parts.RelayRelayingStop:
				switch next := o.Next.(type) {
				case *parts.RelayRelaying:
					s = *next
				case *parts.RelayAfterStop:
					return next.SendOutStop()
				}
			case *parts.RelayRelayingTimeout:
				return o.Next.SendOutStop()
			}
		}
	}).Discard()
	in0 := parts.OpenSignalFrom(ctx, rt, froms[0])
	defer in0.Leave()
	in1 := parts.OpenSignalFrom(ctx, rt, froms[1])
	defer in1.Leave()
	if _, err := in0.Again(); err != nil {
		t.Fatal(err)
	}
	if _, err := in1.Stop(); err != nil {
		t.Fatal(err)
	}
	s := parts.OpenSignalTo(ctx, rt, heard)
	defer s.Leave()
	done := make(chan error, 1)
	go func() { done <- rt.Run(ctx) }()
	for stopped := false; !stopped; {
		m, err := s.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *parts.SignalToAgain:
			s = m.Next
		case *parts.SignalToStop:
			stopped = true
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Lines passes on what each pair says, and ends when both have stopped.
func TestLines(t *testing.T) {
	rt := channel.New(channel.Config{Cores: 1, Poison: true})
	var ups, downs [2][2]channel.End
	for i := range ups {
		ups[i][0], ups[i][1] = parts.NewSignal(rt)
		downs[i][0], downs[i][1] = parts.NewSignal(rt)
	}
	passed := 0
	parts.StartLines(rt, channel.Options{}, parts.LinesGiven{Up1: ups[0][1], Down1: downs[0][0], Up2: ups[1][1], Down2: downs[1][0]},
		func(_ context.Context, s parts.LinesPassing) (parts.LinesEnd, error) {
			for {
				o, err := s.Choose()
				if err != nil {
					return parts.LinesEnd{}, err
				}
				switch o := o.(type) {
				case *parts.LinesPassingAgain:
					o2, err := o.Next.Choose()
					if err != nil {
						return parts.LinesEnd{}, err
					}
					switch o := o2.(type) {
					case *parts.LinesAfterAgainSentAgain:
						passed++
						s = o.Next
					case *parts.LinesAfterAgainElse:
						s = o.Next
					}
				case *parts.LinesPassingStop:
					next, err := o.Next.SendLinesDownStop()
					if err != nil {
						return parts.LinesEnd{}, err
					}
					switch next := next.(type) {
					case *parts.LinesPassing:
						s = *next
					case *parts.LinesEnd:
						return *next, nil
					}
				}
			}
		}).Discard()
	heard := 0
	for i := range ups {
		parts.StartChooser(rt, channel.Options{Name: fmt.Sprint("up", i)}, parts.ChooserGiven{Width: 1, Outs: []channel.End{ups[i][0]}}, choose).Discard()
		parts.StartSignalTo(rt, channel.Options{Name: fmt.Sprint("down", i)}, downs[i][1], func(_ context.Context, s parts.SignalToRest) (parts.SignalToEnd, error) {
			for {
				m, err := s.Receive()
				if err != nil {
					return parts.SignalToEnd{}, err
				}
				switch m := m.(type) {
				case *parts.SignalToAgain:
					heard++
					s = m.Next
				case *parts.SignalToStop:
					return m.Next, nil
				}
			}
		}).Discard()
	}
	if err := rt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if heard != passed || heard == 0 {
		t.Errorf("%d passed, %d heard", passed, heard)
	}
}

// choose sends by picking, then as there is room, then stops all.
func choose(_ context.Context, s parts.ChooserStart) (parts.ChooserEnd, error) {
	var none parts.ChooserEnd
	next, err := s.Picked()
	if err != nil {
		return none, err
	}
	pick := *next.(*parts.ChooserAfterPicked)
	if _, err := pick.PickOuts(7); err == nil {
		return none, errors.New("member 7 was picked")
	}
	sending, err := pick.PickOuts(pick.First()) //protocos:unchecked what it refuses leaves the state alive
	if err != nil {
		return none, err
	}
	if s, err = sending.SendOutsAgain(); err != nil {
		return none, err
	}
	ready, err := s.Ready()
	if err != nil {
		return none, err
	}
	sent, err := ready.Choose()
	if err != nil {
		return none, err
	}
	over, err := sent.Next.Over()
	for {
		if err != nil {
			return none, err
		}
		switch o := over.(type) {
		case *parts.ChooserAfterOver:
			over, err = o.SendOutsStop()
		case *parts.ChooserEnd:
			return *o, nil
		}
	}
}

// A step allocates nothing: deciding, picking, sending, choosing, receiving, in three components.
func TestStepsAllocateNothing(t *testing.T) {
	rt := channel.New(channel.Config{Cores: 1})
	from, up := parts.NewSignal(rt)
	down, to := parts.NewSignal(rt)
	var allocs float64
	parts.StartChooser(rt, channel.Options{}, parts.ChooserGiven{Width: 1, Outs: []channel.End{from}}, func(_ context.Context, s parts.ChooserStart) (parts.ChooserEnd, error) {
		var none parts.ChooserEnd
		var err error
		allocs = testing.AllocsPerRun(1000, func() {
			var next parts.ChooserStartOrAfterPicked
			if next, err = s.Picked(); err != nil {
				return
			}
			var sending parts.ChooserAfterPickOuts
			if sending, err = next.(*parts.ChooserAfterPicked).PickOuts(0); err != nil {
				return
			}
			s, err = sending.SendOutsAgain()
		})
		return none, errors.Join(err, errors.New("done"))
	}).Discard()
	parts.StartRelay(rt, channel.Options{}, parts.RelayGiven{Width: 1, Ins: []channel.End{up}, Out: down}, func(_ context.Context, s parts.RelayRelaying) (parts.RelayEnd, error) {
		for {
			o, err := s.Choose(time.Hour)
			if err != nil {
				return parts.RelayEnd{}, err
			}
			again, ok := o.(*parts.RelayRelayingAgain)
			if !ok {
				return parts.RelayEnd{}, errors.New("not again")
			}
			if s, err = again.Next.SendOutAgain(); err != nil {
				return parts.RelayEnd{}, err
			}
		}
	}).Discard()
	heard := 0
	parts.StartSignalTo(rt, channel.Options{}, to, func(_ context.Context, s parts.SignalToRest) (parts.SignalToEnd, error) {
		for {
			m, err := s.Receive()
			if err != nil {
				return parts.SignalToEnd{}, err
			}
			heard++
			s = m.(*parts.SignalToAgain).Next
		}
	}).Discard()
	_ = rt.Run(context.Background())
	if allocs != 0 || heard < 1000 {
		t.Errorf("%v allocations a round, %d heard", allocs, heard)
	}
}

// The assembly boots what was verified as it is, and nothing else.
func TestBoot(t *testing.T) {
	rt := channel.New(channel.Config{Cores: 1})
	var wrong, ended, crashed int
	with := parts.TownParts{Server: serve, Opener: open(&wrong, &ended, &crashed, func(int) parts.ClientFunc { return client(&wrong) })}
	for _, lock := range []string{
		"",
		"protoc-os lock 1\n\nsystem gen/internal/parts.Town\n\tdigest 00\n",
		"protoc-os lock 1\n\nsystem gen/internal/parts.Other\n\tdigest " + parts.TownDigest + "\n",
	} {
		var unverified *channel.UnverifiedError
		if err := parts.BootTown(rt, []byte(lock), with); !errors.As(err, &unverified) || !strings.Contains(err.Error(), "parts/town_system.gen.go") {
			t.Errorf("%q: got %v", lock, err)
		}
	}
	lock := "protoc-os lock 1\n\nsystem gen/internal/parts.Town\n\tdigest " + parts.TownDigest + "\n\tchecker 1\n"
	if err := parts.BootTown(rt, []byte(lock), with); err != nil {
		t.Fatal(err)
	}
	if err := rt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if ended != 20 || wrong != 0 {
		t.Errorf("%d ended, %d wrong", ended, wrong)
	}
}
