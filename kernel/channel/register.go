package channel

import "fmt"

// Fair enforces `decide fair(b)`: no case is passed over more than b times
// in a row. It is a field of a generated endpoint.
type Fair struct {
	bound  int
	passed []int
}

// NewFair is a decide of n cases with bound b, at least n-1: with less, no
// order of the cases could keep the promise.
func NewFair(n, b int) Fair {
	if b < n-1 {
		panic(fmt.Sprintf("channel: decide fair(%d) of %d cases", b, n))
	}
	return Fair{b, make([]int, n)}
}

// Due is the case that must be taken now, or -1. Sorted by how often they
// were passed over, the k-th case has at most bound-k; where that is an
// equality, only the oldest case keeps it true.
func (f *Fair) Due() int {
	due, oldest := -1, -1
	for i, n := range f.passed {
		older := 0
		for j, m := range f.passed {
			if m > n || m == n && j < i {
				older++
			}
		}
		if older == 0 {
			oldest = i
		}
		if n+older >= f.bound && n > 0 {
			due = i
		}
	}
	if due < 0 {
		return -1
	}
	return oldest
}

// Take records a decision; it panics when another case was due.
func (f *Fair) Take(e *Endpoint, state string, k int) {
	if d := f.Due(); d >= 0 && d != k {
		e.misuse(-1, state, "decide", fmt.Sprintf("case %d is due, it was passed over %d times", d, f.passed[d]))
	}
	for i := range f.passed {
		f.passed[i]++
	}
	f.passed[k] = 0
	e.Decided(k)
}

// Decided records a decide that promises nothing.
func (e *Endpoint) Decided(k int) {
	if e.rec != nil {
		e.rt.emit(Event{Kind: DecideEvent, Component: e.number, Case: k})
	}
}

// Counter enforces `loop upto k`.
type Counter struct{ n, max int }

// NewCounter is a loop of at most k turns.
func NewCounter(k int) Counter { return Counter{max: k} }

// Next starts a turn; false: none is left, and the loop must be left.
func (c *Counter) Next() bool {
	if c.n == c.max {
		return false
	}
	c.n++
	return true
}

// Reset starts the loop anew.
func (c *Counter) Reset() { c.n = 0 }
