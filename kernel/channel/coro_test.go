package channel

import (
	"fmt"
	"iter"
	"testing"
)

// TestHandOver pins what coro.go stands on: whoever calls next or yield, in
// turn, changes places with whoever sits in the coroutine.
func TestHandOver(t *testing.T) {
	var trace string
	var nextA, nextB func() (struct{}, bool)
	var yieldA, yieldB func(struct{}) bool
	nextA, _ = iter.Pull(func(y func(struct{}) bool) {
		yieldA = y
		trace += "a"
		nextB() // A sits in B's coroutine
		trace += "c"
		yieldA(struct{}{}) // takes back the test, which sat in A's own
		trace += "e"
	})
	nextB, _ = iter.Pull(func(y func(struct{}) bool) {
		yieldB = y
		trace += "b"
		yieldB(struct{}{}) // back to A, in one switch
		trace += "never"
	})
	nextA()
	trace += "d"
	nextA()
	if trace != "abcde" {
		t.Fatal(trace)
	}

	// Three threads in a ring, none of them a resumer of the next.
	c := &core{}
	c.loop = &thread{core: c}
	c.running = c.loop
	trace = ""
	var ring [3]*thread
	for i := range ring {
		s := &seat{}
		th := &thread{core: c, at: s, home: s}
		s.who = th
		ring[i] = th
		s.next, _ = iter.Pull(func(y func(struct{}) bool) {
			s.yield = y
			for range 3 {
				trace += string(rune('0' + i))
				if i == 2 && len(trace) == 9 {
					c.handOver(c.loop)
				}
				c.handOver(ring[(i+1)%3])
			}
		})
	}
	c.handOver(ring[0])
	if trace != "012012012" {
		t.Fatal(trace)
	}
}

func BenchmarkPull(b *testing.B) {
	next, stop := iter.Pull(func(y func(struct{}) bool) {
		for y(struct{}{}) {
		}
	})
	for range b.N {
		next()
	}
	stop()
}

// BenchmarkFrames: what a switch costs more with each frame between it and
// the loop, on one of the two sides.
func BenchmarkFrames(b *testing.B) {
	for frames, between := range []func(func() (struct{}, bool)) int{frame1, frame2, frame3} {
		b.Run(fmt.Sprint(frames+1), func(b *testing.B) {
			next, stop := iter.Pull(func(y func(struct{}) bool) {
				for y(struct{}{}) {
				}
			})
			for range b.N {
				between(next)
			}
			stop()
		})
	}
}

//go:noinline
func frame1(next func() (struct{}, bool)) int { next(); return 1 }

//go:noinline
func frame2(next func() (struct{}, bool)) int { return frame1(next) + 1 }

//go:noinline
func frame3(next func() (struct{}, bool)) int { return frame2(next) + 1 }

func BenchmarkHandOverPair(b *testing.B) {
	c := &core{}
	c.loop = &thread{core: c}
	c.running = c.loop
	s := &seat{}
	th := &thread{core: c, at: s, home: s}
	s.who = th
	s.next, _ = iter.Pull(func(y func(struct{}) bool) {
		s.yield = y
		for range b.N {
			c.handOver(c.loop)
		}
	})
	for range b.N {
		c.handOver(th)
	}
}
