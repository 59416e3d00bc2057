package parts_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/kernel/channel"
)

// census counts, from the events, what components have made and is not over: by name of the protocol or, with its handle, of the component.
type census struct {
	open map[uint64]string
	left map[uint64]int // roles
	live map[string]int
	most map[string]int
	made map[string]int
}

func newCensus() *census {
	return &census{map[uint64]string{}, map[uint64]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
}

func (c *census) Record(ev *channel.Event) {
	name := ""
	switch {
	case ev.Kind == channel.NewEvent:
		name = ev.Protocol.Name
	case ev.Kind == channel.StartEvent && ev.Parent != 0:
		name = ev.Table.Name
	case ev.Kind == channel.CloseEvent || ev.Kind == channel.AbandonEvent:
		if c.left[ev.Session]--; c.left[ev.Session] == 0 && c.open[ev.Session] != "" {
			c.live[c.open[ev.Session]]--
		}
		return
	default:
		return
	}
	c.open[ev.Session], c.left[ev.Session] = name, 2
	c.live[name]++
	c.made[name]++
	c.most[name] = max(c.most[name], c.live[name])
}

// breed makes pupils until it is told to stop.
func breed(none *int) parts.BreederFunc { return breedOn(channel.Together, none) }

func breedOn(placement channel.Placement, none *int) parts.BreederFunc {
	return func(_ context.Context, s parts.BreederBreeding) (parts.BreederEnd, error) {
		var zero parts.BreederEnd
		for {
			o, err := s.Choose()
			if err != nil {
				return zero, err
			}
			switch o := o.(type) {
			case *parts.BreederBreedingNewSignal:
				if s, err = place(o.Next, placement); err != nil {
					return zero, err
				}
			case *parts.BreederBreedingAgainHeard:
				s = o.Next
			case *parts.BreederBreedingStopHeard:
				s = o.Next
			case *parts.BreederBreedingEnded:
				s = o.Next
			case *parts.BreederBreedingAgainStop:
				s = o.Next
			case *parts.BreederBreedingStopStop:
				*none = s.View().None()
				for next := o.Next; ; {
					switch s := next.(type) {
					case *parts.BreederEnd:
						return *s, nil
					case *parts.BreederAfterStop:
						o, err := s.Choose()
						if err != nil {
							return zero, err
						}
						switch o := o.(type) {
						case *parts.BreederAfterStopAgain:
							next = o.Next
						case *parts.BreederAfterStopStop:
							next = o.Next
						}
					}
				}
			}
		}
	}
}

func place(s parts.BreederPlacing, placement channel.Placement) (parts.BreederBreeding, error) {
	for {
		o, err := s.Choose()
		if err != nil {
			return parts.BreederBreeding{}, err
		}
		switch o := o.(type) {
		case *parts.BreederPlacingStartPupil:
			return o.Next.StartPupil(channel.Options{Name: "pupil", Placement: placement}, func(_ context.Context, s parts.PupilStart) (parts.PupilEnd, error) { return s.SendOutStop() })
		case *parts.BreederPlacingEnded:
			s = o.Next
		case *parts.BreederPlacingElse:
			s = o.Next
		}
	}
}

func master(times int) parts.MasterFunc {
	return func(_ context.Context, s parts.MasterStart) (parts.MasterEnd, error) {
		for range times {
			again, err := s.Again()
			if err == nil {
				s, err = again.SendStopAgain()
			}
			if err != nil {
				return parts.MasterEnd{}, err
			}
		}
		stop, err := s.Stop()
		if err != nil {
			return parts.MasterEnd{}, err
		}
		return stop.SendStopStop()
	}
}

// What the system limits never lives in greater number, waits while there is no place, and goes on when there is one.
func TestLimits(t *testing.T) {
	lock, err := os.ReadFile("../../../protoc-os.lock")
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	run := func(how string, rt *channel.Runtime, c *census, go_ func() error) {
		var none int
		if err := parts.BootSchool(rt, lock, parts.SchoolParts{Breeder: breed(&none), Master: master(200)}); err != nil {
			t.Fatal(err)
		}
		if err := go_(); err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		refused += none
		if c.most["Signal"] > 2 || c.most["Pupil"] > 1 || c.made["Signal"] != c.made["Pupil"] {
			t.Errorf("%s: lived at once %v, of %v", how, c.most, c.made)
		}
		if c.made["Pupil"] == 0 || c.live["Signal"] != 0 {
			t.Errorf("%s: made %v, left %v", how, c.made, c.live)
		}
	}
	for _, cores := range []int{1, 2, 2, 2} {
		c := newCensus()
		rt := channel.New(channel.Config{Cores: cores, Recorder: c})
		run(fmt.Sprint(cores, " cores"), rt, c, func() error { return rt.Run(context.Background()) })
	}
	made := 0
	for seed := range uint64(200) {
		c := newCensus()
		rt := channel.New(channel.Config{Cores: 1, Recorder: c, Poison: true})
		k := rt.Control(channel.Control{Decider: channel.Seed(seed), Steps: 100000})
		run(fmt.Sprint("seed ", seed), rt, c, func() error {
			if r := k.Run(); !r.Ended || len(r.Errors) > 0 {
				return fmt.Errorf("%+v", r)
			}
			return nil
		})
		made += c.made["Pupil"]
		k.Close()
	}
	if refused == 0 || made < 2000 {
		t.Errorf("a pupil found no place %d times, %d were made: too little for a test", refused, made)
	}
}

// A guarded else is taken while its guard holds, a guarded time-out never without it.
func TestGuardedElseAndTimeout(t *testing.T) {
	for _, patient := range []bool{false, true} {
		rt := channel.New(channel.Config{Cores: 1})
		k := rt.Control(channel.Control{Decider: channel.Script(nil)})
		from, to := parts.NewSignal(rt)
		timeouts, elses := 0, 0
		parts.StartPoller(rt, channel.Options{Name: "poller"}, parts.PollerGiven{In: to, Patient: patient}, func(_ context.Context, s parts.PollerPolling) (parts.PollerEnd, error) {
			for {
				o, err := s.Choose()
				if err != nil {
					return parts.PollerEnd{}, err
				}
				switch o := o.(type) {
				case *parts.PollerPollingAgain:
					s = o.Next
				case *parts.PollerPollingStop:
					return o.Next, nil
				case *parts.PollerPollingElse:
					elses++
					o2, err := o.Next.Choose(time.Second)
					if err != nil {
						return parts.PollerEnd{}, err
					}
					switch o := o2.(type) {
					case *parts.PollerAfterElseAgain:
						s = o.Next
					case *parts.PollerAfterElseStop:
						return o.Next, nil
					case *parts.PollerAfterElseTimeout:
						timeouts++
						s = o.Next
					}
				}
			}
		}).Discard()
		probe := rt.Hold(from, "probe")
		r := k.Run()
		want := "poller in PollerPolling waits for Again on in (Signal.from) or Stop on in (Signal.from)"
		looks := 3
		if patient {
			want = "poller in PollerAfterElse waits for Again on in (Signal.from) or Stop on in (Signal.from)"
			looks = 1
		}
		if len(r.Waits) != 1 || r.Waits[0].String() != want || elses != looks {
			t.Errorf("patient %v: after %d looks %v", patient, elses, r.Waits)
		}
		if !patient && (timeouts != 3 || r.Now != time.Second*3) || patient && timeouts != 0 {
			t.Errorf("patient %v: %d time-outs by %v", patient, timeouts, r.Now)
		}
		probe.Send(1, nil)
		probe.Close()
		if r = k.Run(); !r.Ended || len(r.Errors) > 0 {
			t.Errorf("patient %v: %+v", patient, r)
		}
		k.Close()
	}
}
