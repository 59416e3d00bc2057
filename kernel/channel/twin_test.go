package channel

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// twin is the dumb queue: a slice under a lock.
type twin struct {
	mu       sync.Mutex
	capacity int
	messages []uint64
	sender   bool // gone
	receiver bool
}

func (q *twin) send(x uint64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.receiver:
		return ErrGone
	case len(q.messages) >= q.capacity:
		return ErrNotReady
	}
	q.messages = append(q.messages, x)
	return nil
}

func (q *twin) receive() (uint64, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(q.messages) > 0:
		x := q.messages[0]
		q.messages = q.messages[1:]
		return x, nil
	case q.sender:
		return 0, ErrGone
	}
	return 0, ErrNotReady
}

// TestTwin holds the queue against its twin on random sequences of sends,
// receives, moves of the receiving end and losses.
func TestTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(1, 5).Draw(t, "capacity")
		rt := New(Config{Cores: rapid.IntRange(1, 2).Draw(t, "cores"), Poison: rapid.Bool().Draw(t, "poison")})
		p := echoProtocol(capacity)
		ends := rt.NewSession(p)
		a, b := new(Endpoint), new(Endpoint)
		rt.Probe(a, oneSlot("a", p, 0), "a", ends[0])
		rt.Probe(b, oneSlot("b", p, 1), "b", ends[1])
		put := Op{State: "A", Method: "Ask", Peer: 1, Label: 0, Gone: true}
		get := Op{State: "B", Method: "Ask", Peer: 0, Labels: 1, Gone: true}
		q := twin{capacity: capacity}
		next := uint64(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch op := rapid.IntRange(0, 40).Draw(t, "op"); {
			case op < 20 && !q.sender:
				next++
				err := a.Begin(a.step, &put, 0)
				if err == nil {
					Out[pair16](a).A = next
					a.Commit()
				}
				if want := q.send(next); !errors.Is(err, want) {
					t.Fatalf("send: %v, the twin says %v", err, want)
				}
			case op < 38 && op >= 20 && !q.receiver:
				l, err := b.Receive(b.step, &get, 0)
				if err == nil && l == LabelGone {
					err = ErrGone
				}
				x, want := q.receive()
				if !errors.Is(err, want) {
					t.Fatalf("receive: %v, the twin says %v", err, want)
				}
				if err == nil && In[pair16](b).A != x {
					t.Fatalf("received %d, the twin %d", In[pair16](b).A, x)
				}
			case op == 38 && !q.receiver: // the end moves to another holder
				d := b.unbind(0)
				b = new(Endpoint)
				rt.Probe(b, oneSlot("b", p, 1), "b", d)
			case op == 39:
				if !q.sender {
					a.Close(0, 0)
				}
				q.sender = true
			case op == 40:
				if !q.receiver {
					b.Close(0, 0)
				}
				q.receiver, q.messages = true, nil
			}
		}
	})
}

// TestOrderBetweenGoroutines: what ordinary goroutines exchange arrives
// whole, once and in order, at every capacity.
func TestOrderBetweenGoroutines(t *testing.T) {
	for _, capacity := range []int{0, 1, 2, 64} {
		rt := New(Config{Cores: 1, Outside: true})
		p := echoProtocol(capacity)
		ends := rt.NewSession(p)
		const n = 5000
		var wait sync.WaitGroup
		wait.Go(func() {
			var e Endpoint
			rt.Plain(context.Background(), &e, oneSlot("a", p, 0), "a", ends[0])
			defer e.Leave()
			for i := range uint64(n) {
				if err := e.Begin(e.step, &ask, 0); err != nil {
					t.Error(err)
					return
				}
				Out[pair16](&e).A = i
				e.Commit()
			}
		})
		wait.Go(func() {
			var e Endpoint
			rt.Plain(context.Background(), &e, oneSlot("b", p, 1), "b", ends[1])
			defer e.Leave()
			for i := range uint64(n) {
				if _, err := e.Receive(e.step, &getAsk, 0); err != nil || In[pair16](&e).A != i {
					t.Errorf("capacity %d: message %d: %v", capacity, i, err)
					return
				}
			}
			var gone *GoneError
			if _, err := e.Receive(e.step, &getAsk, 0); !errors.As(err, &gone) || gone.Peer != "client" {
				t.Error("after the sender has left:", err)
			}
		})
		wait.Wait()
		if s := rt.Stats(); s.Ends != 0 {
			t.Errorf("capacity %d: %d ends leak", capacity, s.Ends)
		}
	}
}
