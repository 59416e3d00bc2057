package kernel

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// Placement is a policy: which component runs on which core. It changes how fast the kernel is, and nothing else.
type Placement uint8

// The placements.
const (
	Together Placement = iota // each with those that it talks to most
	Spread                    // each on the core with the fewest
	Divided                   // the processes on the first core, the services on the others
)

var placements = [...]string{"together", "spread", "divided"}

func (p Placement) String() string { return placements[p] }

// ParsePlacement reads the name of a placement.
func ParsePlacement(s string) (Placement, error) {
	for i, name := range placements {
		if s == name {
			return Placement(i), nil
		}
	}
	return 0, fmt.Errorf("%s: want one of %s", s, strings.Join(placements[:], ", "))
}

// policy is the placement as the runtime asks for it. Programs lend their goroutines to the cores: their system calls are function calls.
func (p Placement) policy(cores int) func(channel.Options) channel.Options {
	place := p.cores(cores)
	return func(o channel.Options) channel.Options {
		if o.Outside {
			o.Lends = strings.HasPrefix(o.Name, "program[")
			return o
		}
		return place(o)
	}
}

// cores is the placement of those that have a core.
func (p Placement) cores(cores int) func(channel.Options) channel.Options {
	switch p {
	case Together:
		return func(o channel.Options) channel.Options { return o }
	case Spread:
		return func(o channel.Options) channel.Options {
			o.Placement = channel.Spread
			return o
		}
	case Divided:
		services := 0
		return func(o channel.Options) channel.Options {
			o.Placement = channel.Pinned
			if cores > 1 && !strings.HasPrefix(o.Name, "process-") {
				o.Core = 1 + services%(cores-1)
				services++
			}
			return o
		}
	}
	panic(fmt.Sprintf("kernel: no placement %d", p))
}
