package channel

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

// lends is a policy under which every goroutine outside is lent.
func lends(o Options) Options {
	o.Lends = o.Outside
	return o
}

// relay is a component between two others: it asks one what the other asks it.
func relay(name string, p *Protocol) *Component {
	return &Component{Name: name, Slots: []Slot{{Name: "asked", Protocol: p, Role: 1}, {Name: "asks", Protocol: p, Role: 0}}}
}

// TestLend: goroutines outside ask through a chain of components, whose cores they run meanwhile. Some of them are cancelled amid it.
func TestLend(t *testing.T) {
	for _, capacity := range []int{0, 1} {
		for _, cores := range []int{1, 2, 3} {
			for _, recorder := range []Recorder{nil, new(kinds)} {
				t.Run(fmt.Sprint(capacity, cores, recorder != nil), func(t *testing.T) { lend(t, echoProtocol(capacity), cores, recorder) })
			}
		}
	}
}

func lend(t *testing.T, p *Protocol, cores int, recorder Recorder) {
	const clients, links, asks = 5, 3, 1000
	rt := New(Config{Cores: cores, Outside: true, Recorder: recorder, Place: lends, Spin: -1})
	getOn, putOn := getAnswer, ask
	getOn.Slot, putOn.Slot = 1, 1
	var answered atomic.Int64
	for i := range clients {
		ends := rt.NewSession(p)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		c := new(Endpoint)
		rt.Start(c, oneSlot("client", p, 0), Options{Outside: true, Context: ctx}, ends[:1], func(context.Context) error {
			for x := range uint64(asks) {
				if i == 0 && x == asks/2 {
					go cancel()
				}
				switch y, err := askOnce(c, x); {
				case err != nil:
					return err
				case y != x+links:
					t.Errorf("client %d: %d for %d", i, y, x)
				}
				answered.Add(1)
			}
			c.Close(0, 0)
			return nil
		}).Discard()
		for link := range links - 1 {
			next := rt.NewSession(p)
			r := new(Endpoint)
			rt.Start(r, relay("relay", p), Options{Placement: Pinned, Core: i + link}, []End{ends[1], next[0]}, func(context.Context) error {
				for {
					if _, err := r.Receive(r.step, &getAsk, 0); err != nil {
						return nil
					}
					x := In[pair16](r).A
					if err := r.Begin(r.step, &putOn, 0); err != nil {
						return err
					}
					Out[pair16](r).A = x
					if _, err := r.Receive(r.Commit(), &getOn, 0); err != nil {
						return err
					}
					x = In[pair16](r).A
					if err := r.Begin(r.step, &answer, 0); err != nil {
						return nil
					}
					Out[pair16](r).A = x + 1
					r.Commit()
				}
			}).Discard()
			ends = next
		}
		s := new(Endpoint)
		rt.Start(s, oneSlot("server", p, 1), Options{Placement: Pinned, Core: i + links}, ends[1:], func(context.Context) error {
			for serveOnce(s) == nil {
			}
			return nil
		}).Discard()
	}
	rt.Run(context.Background()) // the cancelled client has failed
	if n := answered.Load(); n < (clients-1)*asks {
		t.Errorf("%d answers", n)
	}
	if s := rt.Stats(); s != (Stats{}) {
		t.Errorf("left alive: %+v", s)
	}
}

// TestLendNotForEver: a core that is never at rest lets its guest go, and goes on without it.
func TestLendNotForEver(t *testing.T) {
	rt := New(Config{Cores: 1, Outside: true, Place: lends})
	p := echoProtocol(1)
	begin, busy := rt.NewSession(&note), rt.NewSession(p)
	var from, c, s Endpoint
	var over atomic.Bool
	put, get := Op{Method: "M", Peer: 1}, Op{Method: "M", Peer: 0, Labels: 1}
	asks, answers := ask, getAnswer
	asks.Slot, answers.Slot = 1, 1
	rt.Start(&from, oneSlot("from", &note, 0), Options{Outside: true}, begin[:1], func(context.Context) error {
		time.Sleep(10 * time.Millisecond) // until the core idles
		if err := from.Begin(from.step, &put, 0); err != nil {
			return err
		}
		from.Commit()
		over.Store(true)
		from.Close(0, 0)
		return nil
	}).Discard()
	rt.Start(&c, &Component{Name: "client", Slots: []Slot{{Name: "begin", Protocol: &note, Role: 1}, {Name: "c", Protocol: p, Role: 0}}}, Options{}, []End{begin[1], busy[0]},
		func(context.Context) error {
			if _, err := c.Receive(c.step, &get, 0); err != nil {
				return err
			}
			c.Close(0, 0)
			for !over.Load() {
				if err := c.Begin(c.step, &asks, 0); err != nil {
					return err
				}
				if _, err := c.Receive(c.Commit(), &answers, 0); err != nil {
					return err
				}
			}
			c.Close(1, 0)
			return nil
		}).Discard()
	rt.Start(&s, oneSlot("server", p, 1), Options{}, busy[1:], func(context.Context) error {
		for serveOnce(&s) == nil {
		}
		return nil
	}).Discard()
	if err := rt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}
