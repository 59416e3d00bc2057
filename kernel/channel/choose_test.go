package channel

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// star is a component with n receiving slots, probed, and a probe at the
// other end of each.
func star(rt *Runtime, n, capacity int, kind Kind) (*Endpoint, []*Endpoint, *Choice) {
	p := &Protocol{Name: "Feed", Roles: []string{"a", "b"}, Capacity: capacity, Labels: []Label{{Name: "M", From: 0, To: 1, Payload: PayloadOf[pair16]()}}}
	role := uint8(1)
	if kind == Send {
		role = 0
	}
	t := &Component{Name: "hub", Choices: 1}
	c := &Choice{State: "Hub", Method: "Choose"}
	var ends []End
	var feeders []*Endpoint
	for i := range n {
		d := rt.NewSession(p)
		t.Slots = append(t.Slots, Slot{Name: fmt.Sprint("s", i), Protocol: p, Role: role})
		c.Options = append(c.Options, Option{Kind: kind, Slot: int32(i), Peer: 1 - role})
		ends = append(ends, d[role])
		f := &Endpoint{}
		rt.Probe(f, oneSlot("peer", p, 1-role), "peer", d[1-role])
		feeders = append(feeders, f)
	}
	e := &Endpoint{}
	rt.Probe(e, t, "hub", ends...)
	return e, feeders, c
}

var feed = Op{State: "Feed", Method: "M", Peer: 1}

func send(e *Endpoint) error {
	if err := e.Begin(e.step, &feed, 0); err != nil {
		return err
	}
	e.Commit()
	return nil
}

// broken returns the option that a policy passes over n times in a row of
// visits that found it ready, or -1. The adversary sees every choice.
type promise struct{ passed []int }

func (p *promise) visit(ready []bool, taken int) (starved int) {
	starved = -1
	for i, r := range ready {
		if i == taken {
			p.passed[i] = 0
		} else if r {
			if p.passed[i]++; p.passed[i] >= len(ready) {
				starved = i
			}
		}
	}
	return starved
}

// TestPromise: an adversary decides before each visit which other options
// are ready, knowing what was taken, and always keeps a victim ready.
func TestPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "options")
		e, feeders, c := star(New(Config{Cores: 1}), n, 1, Recv)
		full := make([]bool, n)
		p := promise{make([]int, n)}
		victim := rapid.IntRange(0, n-1).Draw(t, "victim")
		for range rapid.IntRange(1, 4*n).Draw(t, "visits") {
			some := rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 4).Draw(t, "ready")
			for _, i := range append(some, victim) {
				if !full[i] {
					full[i] = true
					if err := send(feeders[i]); err != nil {
						t.Fatal(err)
					}
				}
			}
			taken, err := e.Choose(e.step, c, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !full[taken.Option] {
				t.Fatalf("took option %d, which was not ready", taken.Option)
			}
			if s := p.visit(full, taken.Option); s >= 0 {
				t.Fatalf("option %d was ready at %d visits and not taken", s, n)
			}
			full[taken.Option] = false
		}
	})
}

// TestRotationBreaksThePromise shows that the test above can fail: against a
// start point that moves on by one at each visit, readiness can be timed so
// that the victim never comes first.
func TestRotationBreaksThePromise(t *testing.T) {
	const n, victim = 4, 0
	p := promise{make([]int, n)}
	for visit := range 1000 {
		start := visit % n
		ready := make([]bool, n)
		ready[victim] = true
		if start == victim {
			ready[victim] = false // found ready is what counts: it comes late
		} else {
			ready[start] = true
		}
		taken := -1
		for k := range n {
			if i := (start + k) % n; ready[i] {
				taken = i
				break
			}
		}
		if taken == victim {
			t.Fatal("the adversary is too weak")
		}
		if p.visit(ready, taken) == victim {
			return
		}
	}
	t.Fatal("a rotating start point kept the promise")
}

// TestPromiseAgainstTheRotationAdversary is the starvation that a rotation allows, on the
// real choose: the same adversary, which fails here.
func TestPromiseAgainstTheRotationAdversary(t *testing.T) {
	const n, victim = 4, 0
	e, feeders, c := star(New(Config{Cores: 1}), n, 1, Recv)
	served := 0
	full := make([]bool, n)
	for visit := range 1000 {
		for _, i := range []int{victim, 1 + visit%(n-1)} {
			if !full[i] {
				full[i] = true
				if err := send(feeders[i]); err != nil {
					t.Fatal(err)
				}
			}
		}
		taken, err := e.Choose(e.step, c, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		full[taken.Option] = false
		if taken.Option == victim {
			served++
		}
	}
	if served < 1000/n {
		t.Fatalf("served %d times of 1000", served)
	}
}

func TestChooseSendsPriorityElse(t *testing.T) {
	rt := New(Config{Cores: 1})
	e, peers, c := star(rt, 3, 1, Send)
	for i := range 3 { // each has room once
		taken, err := e.Choose(e.step, c, 0, 0)
		if err != nil || taken.Option != i {
			t.Fatal(taken, err)
		}
		op := Op{Slot: int32(i), Peer: 1}
		if err := e.Begin(e.step, &op, 0); err != nil {
			t.Fatal(err)
		}
		e.Commit()
	}
	if _, err := e.Choose(e.step, c, 0, 0); !errors.Is(err, ErrNotReady) {
		t.Fatal("all queues are full:", err)
	}
	get := Op{Peer: 0, Labels: 1}
	if _, err := peers[1].Receive(peers[1].step, &get, 0); err != nil {
		t.Fatal(err)
	}
	if taken, err := e.Choose(e.step, c, 0, 0); err != nil || taken.Option != 1 {
		t.Fatal(taken, err)
	}

	e, feeders, c := star(rt, 3, 2, Recv)
	c.Priority = true
	c.Options = append(c.Options, Option{Kind: Else})
	if taken, err := e.Choose(e.step, c, 0, 0); err != nil || taken.Option != 3 {
		t.Fatal(taken, err)
	}
	for range 2 {
		if send(feeders[2]) != nil || send(feeders[1]) != nil {
			t.Fatal("send")
		}
	}
	for _, want := range []int{1, 1, 2, 2, 3} {
		if taken, err := e.Choose(e.step, c, 0, 0); err != nil || taken.Option != want {
			t.Fatal(taken, err, want)
		}
	}
}

func TestGuards(t *testing.T) {
	e, feeders, c := star(New(Config{Cores: 1}), 2, 1, Recv)
	c.Options[0].Guard, c.Options[1].Guard = 1, 2
	if send(feeders[0]) != nil {
		t.Fatal("send")
	}
	if _, err := e.Choose(e.step, c, 0b10, 0); !errors.Is(err, ErrNotReady) {
		t.Fatal(err)
	}
	if taken, err := e.Choose(e.step, c, 0b01, 0); err != nil || taken.Option != 0 {
		t.Fatal(taken, err)
	}
}

// TestSets: members at different points offer different options.
func TestSets(t *testing.T) {
	rt := New(Config{Cores: 1})
	p := echoProtocol(1)
	const rest, owed = 0, 1
	e := &Endpoint{}
	rt.Probe(e, &Component{Name: "driver", Choices: 1, Slots: []Slot{{Name: "files", Protocol: p, Role: 1, Set: 100, Points: 2}}}, "driver")
	c := &Choice{State: "S", Method: "Choose", Options: []Option{
		{Kind: Recv, Peer: 0, Point: rest, Label: 0},
		{Kind: Send, Peer: 0, Point: owed, Label: 1},
	}}
	var clients [100]Endpoint
	for i := range clients {
		ends := rt.NewSession(p)
		rt.Probe(&clients[i], oneSlot("client", p, 0), "client", ends[0])
		if m := e.Put(ends[1], 0, rest); m != i {
			t.Fatal(m)
		}
	}
	if e.Count(0) != 100 {
		t.Fatal("count")
	}
	for _, i := range []int{99, 7, 64} {
		if err := clients[i].Begin(clients[i].step, &ask, 0); err != nil {
			t.Fatal(err)
		}
		clients[i].Commit()
		taken, err := e.Choose(e.step, c, 0, 0)
		if err != nil || taken != (Taken{0, i}) {
			t.Fatal(taken, err)
		}
		e.Move(0, i, owed)
		if taken, err = e.Choose(e.step, c, 0, 0); err != nil || taken != (Taken{1, i}) {
			t.Fatal(taken, err)
		}
		op := Op{Peer: 0, Label: 1, Point: owed}
		if err := e.Begin(e.step, &op, i); err != nil {
			t.Fatal(err)
		}
		e.Commit()
		e.Move(0, i, rest)
		if _, err := e.Choose(e.step, c, 0, 0); !errors.Is(err, ErrNotReady) {
			t.Fatal(err)
		}
	}
	wrong := Op{State: "S", Method: "Data", Peer: 0, Label: 1, Point: owed}
	mustPanic(t, "driver as Echo.server in S: Data: no end in this slot at this point", func() { e.Begin(e.step, &wrong, 3) })
}

func mustPanic(t *testing.T, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if v := recover(); fmt.Sprint(v) != text {
			t.Errorf("panic %v\nwant  %s", v, text)
		}
	}()
	f()
}
