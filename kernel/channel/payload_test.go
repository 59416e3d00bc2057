package channel

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

type blob struct {
	N int32
	B [100]byte
}

// TestCopied: whatever the sender writes after a send, the receiver holds
// what was sent, until its next step; with Poison, not beyond that.
func TestCopied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		poison := rapid.Bool().Draw(t, "poison")
		rt := New(Config{Cores: 1, Poison: poison})
		p := &Protocol{Name: "Blob", Roles: []string{"a", "b"}, Capacity: rapid.IntRange(1, 3).Draw(t, "capacity"),
			Labels: []Label{{Name: "M", From: 0, To: 1, Payload: PayloadOf[blob]()}}}
		ends := rt.NewSession(p)
		var a, b Endpoint
		rt.Probe(&a, oneSlot("a", p, 0), "a", ends[0])
		rt.Probe(&b, oneSlot("b", p, 1), "b", ends[1])
		get := Op{Peer: 0, Labels: 1}
		var sent [][]byte
		var held, want []byte
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "send") {
				m := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "bytes")
				if err := a.Begin(a.step, &feed, 0); errors.Is(err, ErrNotReady) {
					continue
				}
				o := Out[blob](&a)
				o.N = int32(copy(o.B[:], m))
				a.Commit()
				sent = append(sent, bytes.Clone(m))
				for i := range m {
					m[i] ^= 0xff // the sender goes on using its own bytes
				}
			} else {
				_, err := b.Receive(b.step, &get, 0)
				if poison && held != nil && !allPoison(held) {
					t.Fatal("a message outlives the next step unseen")
				}
				held = nil
				if errors.Is(err, ErrNotReady) {
					continue
				}
				in := In[blob](&b)
				held, want = in.B[:in.N], sent[0]
				sent = sent[1:]
			}
			if held != nil && !bytes.Equal(held, want) {
				t.Fatal("the sender reaches what the receiver holds")
			}
		}
	})
}

func allPoison(b []byte) bool {
	for _, x := range b {
		if x != 0xDB {
			return false
		}
	}
	return true
}

func TestPayloadWithPointers(t *testing.T) {
	mustPanic(t, "channel: payload struct { S string } holds pointers", func() { PayloadOf[struct{ S string }]() })
}

// TestBuf: a moved or released handle is dead, the pool is bounded.
func TestBuf(t *testing.T) {
	p := NewPool(2, 16)
	a, ok := p.Get()
	b, ok2 := p.Get()
	if _, ok3 := p.Get(); !ok || !ok2 || ok3 {
		t.Fatal("the pool holds two")
	}
	p.Use(a, func(x []byte) { copy(x, "hello") })
	p.Cut(a, 5)
	m := p.Move(a)
	dead := ": the buffer was moved or released before"
	mustPanic(t, "channel.Buf: Use"+dead, func() { p.Use(a, nil) })
	mustPanic(t, "channel.Buf: Move"+dead, func() { p.Move(a) })
	p.Use(m, func(x []byte) {
		if string(x) != "hello" {
			t.Fatal(x)
		}
	})
	p.Release(m)
	p.Release(b)
	mustPanic(t, "channel.Buf: Release"+dead, func() { p.Release(b) })
	mustPanic(t, "channel.Buf: Use"+dead, func() { p.Use(Buf{}, nil) })
	if p.Free() != 2 {
		t.Fatal("leak")
	}
}

// TestFair: whoever obeys Due never passes a case over more than b times,
// and whoever does not is stopped.
func TestFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "cases")
		b := rapid.IntRange(n-1, n+4).Draw(t, "bound")
		f := NewFair(n, b)
		e := &Endpoint{name: "c", table: &Component{}}
		passed := make([]int, n)
		for range 100 {
			k := rapid.IntRange(0, n-1).Draw(t, "case")
			if d := f.Due(); d >= 0 {
				if d != k {
					func() {
						defer func() {
							if recover() == nil {
								t.Fatal("a case that is due was passed over")
							}
						}()
						f.Take(e, "S", k)
					}()
				}
				k = d
			}
			f.Take(e, "S", k)
			for i := range passed {
				passed[i]++
				if i == k {
					passed[i] = 0
				}
				if passed[i] > b {
					t.Fatalf("case %d was passed over %d times, the bound is %d", i, passed[i], b)
				}
			}
		}
	})
}

func TestCounter(t *testing.T) {
	c := NewCounter(2)
	if !c.Next() || !c.Next() || c.Next() {
		t.Fatal("upto 2")
	}
}
