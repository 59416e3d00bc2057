package channel

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

var (
	makeEcho   = Op{State: "Making", Method: "NewEcho", Takes: "Echo"}
	startChild = Op{State: "Making", Method: "StartChild", Takes: "child"}
)

// makerTable is a component that makes sessions of echo and keeps both ends.
func makerTable(echo *Protocol) *Component {
	return &Component{Name: "maker", Choices: 1, Ops: []*Op{&makeEcho, &startChild}, Slots: []Slot{
		{Name: "client", Protocol: echo, Role: 0}, {Name: "server", Protocol: echo, Role: 1}, HandleSlot("kid")}}
}

func makeOne(e *Endpoint, echo *Protocol) error {
	if err := e.Turn(e.step, &makeEcho); err != nil {
		return err
	}
	ends := e.New(echo)
	e.PutAt(ends[0], 0, 0, 0)
	e.PutAt(ends[1], 1, 0, 0)
	return nil
}

// who makes sessions, in order.
type makers struct{ by []uint32 }

func (m *makers) Record(ev *Event) {
	if ev.Kind == NewEvent {
		m.by = append(m.by, ev.Component)
	}
}

// TestPlacesAreGivenInTurn: whoever waits for a place is not passed over.
func TestPlacesAreGivenInTurn(t *testing.T) {
	const n, rounds = 4, 50
	m := &makers{}
	rt := New(Config{Cores: 1, Recorder: m})
	echo := echoProtocol(1)
	limits := NewLimits(Limit{"Echo", 1})
	for range n {
		e := new(Endpoint)
		rt.Start(e, makerTable(echo), Options{Limits: limits}, nil, func(context.Context) error {
			for range rounds {
				if err := makeOne(e, echo); err != nil {
					return err
				}
				e.core.push(e) // the others run, and ask
				e.core.leave(e)
				e.Close(0, 0)
				e.Close(1, 0)
			}
			return nil
		}).Discard()
	}
	if err := rt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(m.by) != n*rounds {
		t.Fatalf("%d sessions were made", len(m.by))
	}
	if wrong := outOfTurn(m.by); wrong != "" {
		t.Error(wrong)
	}
	if outOfTurn([]uint32{1, 2, 1, 2, 3}) == "" {
		t.Error("the judge does not see who was passed over")
	}
}

// outOfTurn says where somebody makes a second one before the others, who still have some to make, have had their turn.
func outOfTurn(by []uint32) string {
	left := map[uint32]int{}
	for _, c := range by {
		left[c]++
	}
	last := map[uint32]int{}
	for i, c := range by {
		if at, ok := last[c]; ok {
			for other, n := range left {
				if other != c && n > 0 && !slices.Contains(by[at+1:i], other) {
					return fmt.Sprintf("%d: %d came twice before %d: %v", i, c, other, by)
				}
			}
		}
		last[c] = i
		left[c]--
	}
	return ""
}

// TestPlaceOfAnInstance: an instance that is over holds its place until its handle was received or dropped.
func TestPlaceOfAnInstance(t *testing.T) {
	for _, how := range []string{"receive", "drop", "keep"} {
		rt := New(Config{Cores: 1})
		k := rt.Control(Control{Decider: Script(nil)})
		e := new(Endpoint)
		started := 0
		child := &Component{Name: "child"}
		spawn := func() error {
			if err := e.Turn(e.step, &startChild); err != nil {
				return err
			}
			started++
			e.PutAt(e.Spawn(new(Endpoint), child, Options{}, nil, func(context.Context) error { return nil }), 2, 0, 0)
			return nil
		}
		rt.Start(e, makerTable(echoProtocol(1)), Options{Limits: NewLimits(Limit{"child", 1})}, nil, func(context.Context) error {
			if err := spawn(); err != nil {
				return err
			}
			switch how {
			case "receive":
				if _, err := e.Receive(e.step, &Op{State: "Watching", Method: "Receive", Slot: 2, Peer: Child, Labels: 1 << Ended}, 0); err != nil {
					return err
				}
				e.Close(2, 0)
			case "drop":
				e.Lift(2, 0).Discard()
			}
			return spawn()
		}).Discard()
		r := k.Run()
		switch {
		case how != "keep" && (!r.Ended || started != 2 || len(r.Errors) > 0):
			t.Errorf("%s: started %d, %+v", how, started, r)
		case how == "keep" && (started != 1 || len(r.Waits) != 1 || r.Waits[0].String() != "maker in Making waits for a place for child"):
			t.Errorf("%s: started %d, %+v", how, started, r)
		}
		k.Close()
		if s := rt.Stats(); s != (Stats{}) {
			t.Errorf("%s: left alive: %+v", how, s)
		}
	}
}

// TestPlacesComeBack: who fails with a place, or with what it has made, gives it back; a session with one end left keeps its place.
func TestPlacesComeBack(t *testing.T) {
	rt := New(Config{Cores: 1})
	k := rt.Control(Control{Decider: Script(nil)})
	echo := echoProtocol(1)
	limits := NewLimits(Limit{"Echo", 3})
	var kept End
	for i, f := range []func(*Endpoint) error{
		func(e *Endpoint) error { return makeOne(e, echo) }, // ends with its session: a crash
		func(e *Endpoint) error { e.Turn(e.step, &makeEcho); panic("before New") },
		func(e *Endpoint) error {
			if err := makeOne(e, echo); err != nil {
				return err
			}
			kept = e.Lift(0, 0)
			e.Close(1, 0)
			return nil
		},
	} {
		e := new(Endpoint)
		rt.Start(e, makerTable(echo), Options{Limits: limits, Name: fmt.Sprint(i)}, nil, func(context.Context) error {
			err := f(e)
			if err == nil {
				err = e.End(true, e.step, nil)
			}
			return err
		}).Discard()
	}
	if r := k.Run(); !r.Ended || len(r.Errors) != 2 {
		t.Fatalf("%+v", r)
	}
	if free := limits.all[0].free; free != 2 {
		t.Errorf("%d places are free, and one session has an end left", free)
	}
	kept.Discard()
	if free := limits.all[0].free; free != 3 {
		t.Errorf("%d places are free, and nothing is left", free)
	}
}

// TestLimitsAcrossCores: makers on two cores wait for each other's sessions, and some are cancelled while they wait.
func TestLimitsAcrossCores(t *testing.T) {
	for round := range 20 {
		rt := New(Config{Cores: 2})
		echo := echoProtocol(1)
		limits := NewLimits(Limit{"Echo", 2})
		ctx, cancel := context.WithCancel(context.Background())
		made := 0
		for i := range 6 {
			e := new(Endpoint)
			o := Options{Limits: limits, Placement: Pinned, Core: i}
			if i >= 4 {
				o.Context = ctx
			}
			rt.Start(e, makerTable(echo), o, nil, func(context.Context) error {
				for n := range 200 {
					if err := makeOne(e, echo); err != nil {
						return err
					}
					if i == 0 {
						made++
						if n == round {
							cancel()
						}
					}
					e.Close(0, 0)
					e.Close(1, 0)
				}
				return nil
			}).Discard()
		}
		_ = rt.Run(context.Background()) // the cancelled ones
		cancel()
		if s := rt.Stats(); made != 200 || s != (Stats{}) || limits.all[0].free != 2 || len(limits.all[0].waiting) > 0 || len(limits.all[0].since) > 0 {
			t.Fatalf("made %d, left %+v, %+v", made, s, limits.all[0])
		}
	}
}
