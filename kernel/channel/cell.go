package channel

import "fmt"

// A Cell parks one state between two callbacks, where it cannot stay in a variable: in a field of what handles the events of a host
// program. It is known to the analyzer (gen/analyzer), which refuses a state in any other field. Taking moves the state out. The zero
// Cell is empty. A Cell is not for two goroutines at once, and is not copied.
type Cell[S any] struct {
	_    noCopy
	s    S
	full bool
}

// Put parks a state. A Cell that holds one already panics: one of the two would be lost.
func (c *Cell[S]) Put(s S) {
	if c.full {
		panic(&MisuseError{Where{Component: fmt.Sprintf("channel.Cell of %T", c.s)}, "Put", "the cell holds a state already"})
	}
	c.s, c.full = s, true
}

// Take moves the state out. An empty Cell panics.
func (c *Cell[S]) Take() S {
	if !c.full {
		panic(&MisuseError{Where{Component: fmt.Sprintf("channel.Cell of %T", c.s)}, "Take", "the cell is empty"})
	}
	s := c.s
	var none S
	c.s, c.full = none, false
	return s
}

// Full reports whether a state is parked.
func (c *Cell[S]) Full() bool { return c.full }

// noCopy makes go vet report a copy.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
