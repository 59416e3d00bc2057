package channel

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// Random workers in a ring. Each holds a set of ends of Talk and passes new
// ones to its neighbour, talks, abandons, is cancelled or crashes.
var (
	talk = Protocol{Name: "Talk", Roles: []string{"a", "b"}, Capacity: 2, Labels: []Label{
		{Name: "Ping", From: 0, To: 1, Payload: PayloadOf[pair16]()}, {Name: "Pong", From: 1, To: 0, Payload: PayloadOf[pair16]()}}}
	carry = Protocol{Name: "Carry", Roles: []string{"from", "to"}, Capacity: 3, Labels: []Label{{Name: "Give", From: 0, To: 1, Ends: 1}}}
)

const (
	slotIn = iota
	slotOut
	slotAs
	slotBs
)

func workerTable() *Component {
	return &Component{Name: "worker", Choices: 3, Slots: []Slot{
		{Name: "in", Protocol: &carry, Role: 1}, {Name: "out", Protocol: &carry, Role: 0},
		{Name: "bs", Protocol: &talk, Role: 1, Set: 40}, {Name: "bs2", Protocol: &talk, Role: 0, Set: 40}}}
}

var (
	listen = &Choice{ID: 0, State: "Listening", Method: "Next", Options: []Option{
		{Kind: Recv, Slot: slotIn, Peer: 0}, {Kind: Gone, Slot: slotIn, Peer: 0},
		{Kind: Recv, Slot: 2, Peer: 0, Label: 0}, {Kind: Gone, Slot: 2, Peer: 0},
		{Kind: Recv, Slot: 3, Peer: 1, Label: 1}, {Kind: Gone, Slot: 3, Peer: 1},
		{Kind: Else}}}
	speak = &Choice{ID: 1, State: "Speaking", Method: "Say", Options: []Option{
		{Kind: Send, Slot: 2, Peer: 0, Label: 1}, {Kind: Gone, Slot: 2, Peer: 0},
		{Kind: Send, Slot: 3, Peer: 1, Label: 0}, {Kind: Gone, Slot: 3, Peer: 1},
		{Kind: Else}}}
	pass = &Choice{ID: 2, State: "Passing", Method: "Give", Options: []Option{
		{Kind: Send, Slot: slotOut, Peer: 1}, {Kind: Gone, Slot: slotOut, Peer: 1}, {Kind: Else}}}
)

func work(e *Endpoint, r *rand.Rand, sessions int) error {
	steps := 0
	for made := 0; made < sessions; {
		if steps++; steps > 100*sessions {
			return nil
		}
		t, err := e.Choose(e.step, listen, 0, 0)
		if err != nil {
			return err
		}
		switch t.Option {
		case 0:
			d := e.TakeEnd(0)
			if g := 3 - int32(d.role); e.Count(g) < 40 {
				e.Put(d, g, 0)
			} else {
				d.Discard()
			}
		case 1:
			e.Close(slotIn, 0)
		case 2, 4:
			if in := In[pair16](e); in.A != ^in.B {
				return fmt.Errorf("torn message %x", *in)
			}
		case 3, 5:
			e.Close(int32(t.Option+1)/2, t.Member)
		}
		switch r.IntN(8) {
		case 0, 1:
			t, err := e.Choose(e.step, pass, 0, 0)
			if err != nil {
				return err
			}
			if t.Option == 1 && e.Has(slotOut, 0) {
				e.Close(slotOut, 0)
			}
			made++
			ends := e.New(&talk)
			keep := r.IntN(2)
			if g := 3 - int32(keep); e.Count(g) < 40 {
				e.Put(ends[keep], g, 0)
			} else {
				ends[keep].Discard()
			}
			if t.Option != 0 {
				ends[1-keep].Discard()
				continue
			}
			op := Op{State: "Passing", Method: "Give", Slot: slotOut, Peer: 1, Gone: true}
			if err := e.Begin(e.step, &op, 0); err != nil {
				ends[1-keep].Discard()
				if err == ErrGone {
					continue
				}
				return err
			}
			e.GiveEnd(0, ends[1-keep])
			e.Commit()
		case 2, 3, 4:
			t, err := e.Choose(e.step, speak, 0, 0)
			if err != nil {
				return err
			}
			switch t.Option {
			case 0, 2:
				o := &speak.Options[t.Option]
				op := Op{State: "Speaking", Method: "Say", Slot: o.Slot, Peer: o.Peer, Label: o.Label, Gone: true}
				if err := e.Begin(e.step, &op, t.Member); err == ErrGone {
					continue
				} else if err != nil {
					return err
				}
				x := r.Uint64()
				*Out[pair16](e) = pair16{x, ^x}
				e.Commit()
			case 1, 3:
				e.Close(int32(t.Option+3)/2, t.Member)
			}
		case 5:
			g, m := 2+int32(r.IntN(2)), r.IntN(40)
			if e.Has(g, m) {
				e.Close(g, m)
			}
		case 6:
			if r.IntN(200) == 0 {
				panic("at random")
			}
		}
	}
	return nil
}

// TestNothingLeaks: after 10,000 sessions no end, component, stack or
// goroutine is left, on one core and on two.
func TestNothingLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	total := uint64(0)
	crashes, cancels := 0, 0
	for seed := uint64(0); total < 10000 || seed < 40; seed++ {
		r := rand.New(rand.NewPCG(seed, 1))
		rt := New(Config{Cores: 1 + int(seed%2), Poison: seed%3 == 0})
		const workers = 6
		ctx, cancel := context.WithCancel(context.Background())
		var ring [workers][]End
		for i := range ring {
			ring[i] = rt.NewSession(&carry)
		}
		for i := range workers {
			e, r := new(Endpoint), rand.New(rand.NewPCG(seed, uint64(2+i)))
			o := Options{Placement: Placement(r.IntN(3)), Core: i}
			if i == 0 {
				o.Context = ctx
			}
			rt.Start(e, workerTable(), o, []End{ring[i][1], ring[(i+1)%workers][0]}, func(context.Context) error {
				if i == 1 && r.IntN(3) == 0 {
					cancel()
				}
				return work(e, r, 40)
			}).Discard()
		}
		if r.IntN(4) == 0 {
			cancel()
		}
		err := rt.Run(context.Background())
		cancel()
		var crash *CrashError
		if errors.As(err, &crash) {
			crashes++
			if crash.Value != "at random" {
				t.Fatalf("seed %d: %v\n%s", seed, crash, crash.Stack)
			}
		}
		if errors.Is(err, context.Canceled) {
			cancels++
		} else if err != nil && crash == nil {
			t.Fatal(seed, err)
		}
		if s := rt.Stats(); s != (Stats{}) {
			t.Fatalf("seed %d: left alive: %+v", seed, s)
		}
		total += rt.sessions.Load()
	}
	if crashes == 0 || cancels == 0 {
		t.Fatal("crashes", crashes, "cancels", cancels)
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 1e6 {
			t.Fatal("goroutines", before, runtime.NumGoroutine())
		}
		runtime.Gosched() // context.AfterFunc's own goroutines end by themselves
	}
}
