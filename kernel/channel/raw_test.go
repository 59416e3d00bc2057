package channel

import (
	"context"
	"testing"
)

// What generated code would hold, for tests beneath the stubs: a protocol
// of a request and a reply, for ever, and components of one slot.

type pair16 struct{ A, B uint64 }

func echoProtocol(capacity int) *Protocol {
	return &Protocol{Name: "Echo", Roles: []string{"client", "server"}, Capacity: capacity, Labels: []Label{
		{Name: "Ask", From: 0, To: 1, Payload: PayloadOf[pair16]()},
		{Name: "Answer", From: 1, To: 0, Payload: PayloadOf[pair16]()},
	}}
}

func oneSlot(name string, p *Protocol, role uint8) *Component {
	return &Component{Name: name, Slots: []Slot{{Name: "c", Protocol: p, Role: role}}}
}

var (
	ask       = Op{State: "Idle", Method: "Ask", Peer: 1, Label: 0}
	getAnswer = Op{State: "Asked", Method: "Answer", Peer: 1, Labels: 1 << 1}
	getAsk    = Op{State: "Idle", Method: "Ask", Peer: 0, Labels: 1 << 0}
	answer    = Op{State: "Owed", Method: "Answer", Peer: 0, Label: 1}
)

func askOnce(e *Endpoint, x uint64) (uint64, error) {
	if err := e.Begin(e.step, &ask, 0); err != nil {
		return 0, err
	}
	p := Out[pair16](e)
	p.A, p.B = x, x
	if _, err := e.Receive(e.Commit(), &getAnswer, 0); err != nil {
		return 0, err
	}
	return In[pair16](e).A, nil
}

func serveOnce(e *Endpoint) error {
	if _, err := e.Receive(e.step, &getAsk, 0); err != nil {
		return err
	}
	x := *In[pair16](e)
	if err := e.Begin(e.step, &answer, 0); err != nil {
		return err
	}
	p := Out[pair16](e)
	p.A, p.B = x.A+1, x.B
	e.Commit()
	return nil
}

func TestEcho(t *testing.T) {
	for _, capacity := range []int{0, 1, 3} {
		for _, cores := range []int{1, 2} {
			rt := New(Config{Cores: cores})
			p := echoProtocol(capacity)
			ends := rt.NewSession(p)
			var c, s Endpoint
			const n = 10000
			rt.Start(&c, oneSlot("client", p, 0), Options{Placement: Pinned, Core: 0}, ends[:1], func(ctx context.Context) error {
				for i := range uint64(n) {
					if y, err := askOnce(&c, i); err != nil || y != i+1 {
						t.Errorf("%d: %d, %v", i, y, err)
						return err
					}
				}
				c.Close(0, 0)
				return c.End(true, c.step, nil)
			}).Discard()
			rt.Start(&s, oneSlot("server", p, 1), Options{Placement: Pinned, Core: 1}, ends[1:], func(ctx context.Context) error {
				for range n {
					if err := serveOnce(&s); err != nil {
						return err
					}
				}
				s.Close(0, 0)
				return nil
			}).Discard()
			if err := rt.Run(context.Background()); err != nil {
				t.Fatal(capacity, cores, err)
			}
			if s := rt.Stats(); s != (Stats{}) {
				t.Fatalf("capacity %d, %d cores: left alive: %+v", capacity, cores, s)
			}
		}
	}
}
