package clock_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/kernel/channel"
	server "github.com/protoc-os/protoc-os/kernel/clock"
	"github.com/protoc-os/protoc-os/protocols/clock"
)

// world is a machine whose time jumps to where the timer is set.
type world struct {
	now                    uint64
	woken, released, ended int
	early                  int // of those woken
}

func (w *world) timer(_ context.Context, s clock.TimerStart) error {
	for {
		m, err := s.ReceiveAlarm()
		if err != nil {
			return err
		}
		at, waiting := m.At, m.Next
		for rung := false; !rung; {
			o, err := waiting.Choose(1)
			if err != nil {
				return err
			}
			switch o := o.(type) {
			case *clock.TimerWaitingSet:
				at, waiting = o.At, o.Next
			case *clock.TimerWaitingTimeout:
				ringing, err := o.Next.Choose()
				if err != nil {
					return err
				}
				switch o := ringing.(type) {
				case *clock.TimerAfterTimeoutSentTick:
					w.now = max(w.now, at)
					if s, err = o.Next.SendAlarmTick(w.now); err != nil {
						return err
					}
					rung = true
				case *clock.TimerAfterTimeoutSet:
					at, waiting = o.At, o.Next
				}
			}
		}
	}
}

// sleeper sleeps a few times, and counts when it was woken too early.
func (w *world) sleeper(u int) clock.SleeperFunc {
	return func(_ context.Context, s clock.SleeperLiving) (clock.SleeperEnd, error) {
		var none clock.SleeperEnd
		for round := 1; ; round++ {
			made, err := s.NewWake()
			if err != nil {
				return none, err
			}
			until := w.now + uint64(10*u+round)
			slept, err := made.SendClockSleep(clock.WhichMonotonic, until)
			if err != nil {
				return none, err
			}
			over, err := w.wait(slept, until)
			if err != nil {
				return none, err
			}
			if round == 3 {
				leave, err := over.Leave()
				if err != nil {
					return none, err
				}
				w.ended++
				return leave.SendClockDetach()
			}
			look, err := over.Look()
			if err != nil {
				return none, err
			}
			asked, err := look.SendClockNow(clock.WhichMonotonic)
			if err != nil {
				return none, err
			}
			m, err := asked.ReceiveClock()
			if err != nil {
				return none, err
			}
			s = m.Next
		}
	}
}

func (w *world) wake(until uint64) {
	if w.woken++; w.now < until {
		w.early++
	}
}

func (w *world) wait(s clock.SleeperAfterSleep, until uint64) (clock.SleeperAfterRelease2, error) {
	var none clock.SleeperAfterRelease2
	o, err := s.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *clock.SleeperAfterSleepReady:
		w.wake(until)
		return o.Next.SendWSleeperRelease()
	case *clock.SleeperAfterSleepCancelled:
		return none, fmt.Errorf("cancelled and not released")
	case *clock.SleeperAfterSleepSentRelease:
		w.released++
		answer, err := o.Next.ReceiveWSleeper()
		if err != nil {
			return none, err
		}
		switch answer := answer.(type) {
		case *clock.SleeperAfterReleaseReady: // the two have crossed
			w.wake(until)
			return answer.Next, nil
		case *clock.SleeperAfterReleaseCancelled:
			return answer.Next, nil
		}
	}
	panic("an option that is not declared")
}

func (w *world) open(_ context.Context, s clock.OpenerStart) error {
	var watching *clock.OpenerWatching
	for u := 0; watching == nil; u++ {
		made, err := s.NewClock()
		if err != nil {
			return err
		}
		attached, err := made.SendPortAttach()
		if err != nil {
			return err
		}
		next, err := attached.StartSleeper(channel.Options{Name: fmt.Sprint("sleeper", u)}, w.sleeper(u))
		if err != nil {
			return err
		}
		switch next := next.(type) {
		case *clock.OpenerStart:
			s = *next
		case *clock.OpenerWatching:
			watching = next
		}
	}
	for s := *watching; ; {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *clock.OpenerWatchingEnded:
			s = o.Next
		case *clock.OpenerWatchingCrashed:
			return fmt.Errorf("a sleeper crashed")
		}
	}
}

// The verified system boots, and in whatever order its components run: nobody is woken early, everybody is answered, and the run is one of
// the model's.
func TestSleepers(t *testing.T) {
	lock := []byte("protoc-os lock 1\n\nsystem protocols/clock.Sleepers\n\tdigest " + clock.SleepersDigest + "\n")
	woken := 0
	for seed := range uint64(20) {
		w := new(world)
		run := channel.NewTrace("clock.Sleepers", clock.SleepersDigest)
		rt := channel.New(channel.Config{Cores: 1, Poison: true, Recorder: run})
		c := rt.Control(channel.Control{Decider: channel.Seed(seed), EarlyTimeouts: true})
		source := server.Source{Now: func(clock.Which) uint64 { return w.now }, Resolution: 1}
		if err := clock.BootSleepers(rt, lock, clock.SleepersParts{Opener: w.open, Clock: server.Server(source), Timer: w.timer}); err != nil {
			t.Fatal(err)
		}
		r := c.Run()
		if w.ended != 64 || w.early > 0 || len(r.Errors) > 0 {
			t.Errorf("seed %d: %+v, %v", seed, *w, r)
		}
		woken += w.woken
		c.Close()
		if err := judge.File("protocols/clock", run.Trace()); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	if woken == 0 {
		t.Error("nobody was ever woken")
	}
}
