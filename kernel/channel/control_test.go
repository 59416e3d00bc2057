package channel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

type log struct {
	rt     *Runtime
	events []string
}

func (l *log) Record(ev *Event) {
	l.events = append(l.events, fmt.Sprint(ev.Kind, ev.Component, ev.Session, ev.From, ev.To, ev.Label, ev.Occupancy, ev.Payload))
}

// crowd runs n clients against one server that chooses, under control.
func crowd(capacity, n int, c Control) (Report, []string) {
	l := &log{}
	rt := New(Config{Cores: 1, Recorder: l, Poison: true})
	k := rt.Control(c)
	p := echoProtocol(capacity)
	t := &Component{Name: "server", Choices: 1}
	choice := &Choice{State: "Serving", Method: "Next"}
	var ends []End
	for i := range n {
		d := rt.NewSession(p)
		ends = append(ends, d[1])
		t.Slots = append(t.Slots, Slot{Name: fmt.Sprint("c", i), Protocol: p, Role: 1})
		choice.Options = append(choice.Options, Option{Kind: Recv, Slot: int32(i), Label: 0}, Option{Kind: Gone, Slot: int32(i)})
		e := new(Endpoint)
		rt.Start(e, oneSlot(fmt.Sprint("client", i), p, 0), Options{}, d[:1], func(context.Context) error {
			for j := range uint64(3) {
				if y, err := askOnce(e, j); err != nil || y != j+1 {
					return fmt.Errorf("%d, %w", y, err)
				}
			}
			return nil
		}).Discard()
	}
	e := new(Endpoint)
	rt.Start(e, t, Options{}, ends, func(context.Context) error {
		for left := n; left > 0; {
			taken, err := e.Choose(e.step, choice, 0, 0)
			if err != nil {
				return err
			}
			i := int32(taken.Option / 2)
			if taken.Option%2 == 1 {
				e.Close(i, 0)
				left--
				continue
			}
			x := *In[pair16](e)
			op := Op{State: "Owed", Method: "Answer", Slot: i, Label: 1, Gone: true}
			if err := e.Begin(e.step, &op, 0); err == ErrGone {
				continue
			} else if err != nil {
				return err
			}
			*Out[pair16](e) = pair16{x.A + 1, x.B}
			e.Commit()
		}
		return nil
	}).Discard()
	r := k.Run()
	k.Close()
	if s := rt.Stats(); s.Components != 0 || s.Threads != 0 || s.Ends != 0 {
		panic(fmt.Sprintf("left alive: %+v", s))
	}
	return r, l.events
}

// TestControlRepeats: the same seed, and the script of a run, give the same
// events; all runs end, with and without crashes.
func TestControlRepeats(t *testing.T) {
	different := map[string]bool{}
	for seed := range uint64(200) {
		for _, capacity := range []int{0, 1, 2} {
			c := Control{Crashes: int(seed % 3)}
			c.Decider = Seed(seed)
			r, events := crowd(capacity, 3, c)
			if !r.Ended {
				t.Fatalf("seed %d, capacity %d: %v", seed, capacity, r.Waits)
			}
			if c.Crashes == 0 && len(r.Errors) > 0 {
				t.Fatal(seed, r.Errors)
			}
			different[fmt.Sprint(events)] = true
			c.Decider = Seed(seed)
			if _, again := crowd(capacity, 3, c); !slices.Equal(events, again) {
				t.Fatalf("seed %d, capacity %d does not repeat", seed, capacity)
			}
			c.Decider = Script(r.Decisions)
			if _, again := crowd(capacity, 3, c); !slices.Equal(events, again) {
				t.Fatalf("seed %d, capacity %d: the script does not repeat the run", seed, capacity)
			}
		}
	}
	if len(different) < 300 {
		t.Fatal("only", len(different), "different runs: the scheduler decides nothing")
	}
}

// TestDeadlock: two components that wait for each other are reported.
func TestDeadlock(t *testing.T) {
	rt := New(Config{Cores: 1})
	k := rt.Control(Control{Decider: Seed(1)})
	p := echoProtocol(1)
	ends := rt.NewSession(p)
	var a, b Endpoint
	rt.Start(&a, oneSlot("a", p, 0), Options{}, ends[:1], func(context.Context) error {
		_, err := a.Receive(a.step, &getAnswer, 0)
		return err
	})
	rt.Start(&b, oneSlot("b", p, 1), Options{}, ends[1:], func(context.Context) error { return serveOnce(&b) })
	r := k.Run()
	want := "[a in Asked waits for a message on c (Echo.server) b in Idle waits for a message on c (Echo.client)]"
	if r.Ended || fmt.Sprint(r.Waits) != want {
		t.Fatal(r.Waits)
	}
	k.Close()
}

// TestVirtualTimeout: a time-out fires when nothing else can move, at its
// virtual time, at once.
func TestVirtualTimeout(t *testing.T) {
	rt := New(Config{Cores: 1})
	k := rt.Control(Control{Decider: Seed(1)})
	p := echoProtocol(1)
	ends := rt.NewSession(p)
	var e, probe Endpoint
	rt.Probe(&probe, oneSlot("outside", p, 0), "outside", ends[0])
	table := oneSlot("e", p, 1)
	table.Choices = 1
	c := &Choice{State: "S", Method: "Choose", Options: []Option{{Kind: Recv, Peer: 0, Label: 0}, {Kind: Timeout}}}
	var got []int
	rt.Start(&e, table, Options{}, ends[1:], func(context.Context) error {
		for range 2 {
			taken, err := e.Choose(e.step, c, 0, time.Hour)
			if err != nil {
				return err
			}
			got = append(got, taken.Option)
		}
		return nil
	})
	if err := probe.Begin(probe.step, &ask, 0); err != nil {
		t.Fatal(err)
	}
	probe.Commit()
	if r := k.Run(); !r.Ended || r.Now != time.Hour || !slices.Equal(got, []int{0, 1}) {
		t.Fatal(r, got)
	}
	k.Close()
}

// TestTimeout is the same in real time: it must fire, whenever.
func TestTimeout(t *testing.T) {
	rt := New(Config{Cores: 2})
	p := echoProtocol(1)
	ends := rt.NewSession(p)
	var e Endpoint
	table := oneSlot("e", p, 1)
	table.Choices = 1
	c := &Choice{State: "S", Method: "Choose", Options: []Option{{Kind: Recv, Peer: 0, Label: 0}, {Kind: Timeout}}}
	rt.Start(&e, table, Options{}, ends[1:], func(context.Context) error {
		for range 3 {
			if taken, err := e.Choose(e.step, c, 0, time.Microsecond); err != nil || taken.Option != 1 {
				return fmt.Errorf("%v, %w", taken, err)
			}
		}
		return nil
	})
	if err := rt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestSupervision: a parent starts a child, sees it crash, starts another
// and sees it end.
func TestSupervision(t *testing.T) {
	for _, cores := range []int{1, 2} {
		rt := New(Config{Cores: cores})
		var parent Endpoint
		var seen []uint16
		report := Op{State: "Watching", Method: "Report", Labels: 1<<Ended | 1<<Crashed}
		table := &Component{Name: "parent", Slots: []Slot{HandleSlot("h")}}
		rt.Start(&parent, table, Options{}, nil, func(context.Context) error {
			for i := range 2 {
				h := parent.Spawn(new(Endpoint), &Component{Name: "child"}, Options{Placement: Spread}, nil, func(context.Context) error {
					if i == 0 {
						panic("first")
					}
					return nil
				})
				parent.Put(h, 0, 0)
				l, err := parent.Receive(parent.step, &report, 0)
				if err != nil {
					return err
				}
				seen = append(seen, l)
				parent.Close(0, 0)
			}
			return nil
		}).Discard()
		var crash *CrashError
		if err := rt.Run(context.Background()); !errors.As(err, &crash) || !slices.Equal(seen, []uint16{Crashed, Ended}) {
			t.Fatal(cores, err, seen)
		}
		if s := rt.Stats(); s != (Stats{}) {
			t.Fatalf("left alive: %+v", s)
		}
	}
}
