package channel

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Status is one component as a census finds it, between two of its steps.
type Status struct {
	Name      string // of the instance
	Component string
	Core      int    // -1: on a goroutine of its own, which is not looked into
	State     string // where it is and what it waits for
	Steps     uint32 // that it has taken, modulo 2³²
	Ends      int    // that it holds
	Queued    int    // messages that were sent to it and not yet received
}

// Census asks every core how its components are, in the order in which they were started. A core answers when the component that it runs has taken
// its step; one that never does is why a census may take until ctx is done.
func (rt *Runtime) Census(ctx context.Context) ([]Status, error) {
	var mu sync.Mutex
	all := map[uint32]*Status{}
	toOutside := map[uint32]int{}
	rt.mu.Lock()
	for n, e := range rt.live {
		s := &Status{Name: e.name, Component: e.table.Name, Core: -1, State: "outside"}
		if e.core != nil {
			s.Core, s.State = e.core.number, "starting"
		}
		all[n] = s
	}
	live := make([]*Endpoint, 0, len(rt.live))
	for _, e := range rt.live {
		live = append(live, e)
	}
	rt.mu.Unlock()

	answered := make(chan struct{}, len(rt.cores))
	for _, c := range rt.cores {
		ask := &Endpoint{}
		ask.asked = func() {
			mu.Lock()
			for _, e := range live {
				if e.core == c && e.live && e.fresh == nil {
					e.describe(all[e.number], toOutside)
				}
			}
			mu.Unlock()
			answered <- struct{}{}
		}
		c.post(ask)
		c.wake()
	}
	for range rt.cores {
		select {
		case <-answered:
		case <-ctx.Done():
			return nil, fmt.Errorf("a core does not answer: %w", context.Cause(ctx))
		}
	}
	mu.Lock()
	defer mu.Unlock()
	numbers := make([]uint32, 0, len(all))
	for n, s := range all {
		numbers = append(numbers, n)
		s.Queued += toOutside[n]
	}
	slices.SortFunc(numbers, cmp.Compare)
	list := make([]Status, len(numbers))
	for i, n := range numbers {
		list[i] = *all[n]
	}
	return list, nil
}

// describe says how a component is; on its core, while it waits. What it has sent to those outside is counted for them.
func (e *Endpoint) describe(s *Status, toOutside map[uint32]int) {
	s.Steps = e.step
	for i := range e.slots {
		if e.slots[i].end.sess != nil {
			s.Ends++
		}
	}
	for i := range e.arms {
		a := &e.arms[i]
		if a.in != nil {
			s.Queued += a.in.waiting()
		}
		if a.out == nil {
			continue
		}
		if r := a.out.recvAt.Load(); r != nil && r.e.core == nil {
			toOutside[r.e.number] += a.out.waiting()
		}
	}
	switch {
	case !e.parked:
		s.State = "ready"
	case e.want == wantMany && e.asleep == "":
		s.State = "starting"
	case e.want == wantMany:
		s.State = "chooses in " + e.stateName()
	case e.want == wantPlace:
		s.State = "waits for a place below a limit in " + e.stateName()
	default:
		a := &e.arms[e.want>>1]
		p := e.table.Slots[a.group].Protocol
		verb := "receives from "
		if e.want&1 != 0 {
			verb = "waits for room to "
		}
		s.State = fmt.Sprintf("%s%s of %s", verb, p.Roles[a.peer], p.Name)
	}
}

// stateName is the state in which a component sleeps, without the component's own name.
func (e *Endpoint) stateName() string { return strings.TrimPrefix(e.asleep, e.table.Name) }

// Crash makes a component crash at its next step, or at once where it waits, as a fault that the test of a system injects. It reports whether there is
// one of that name.
func (rt *Runtime) Crash(name string) bool {
	rt.mu.Lock()
	var found *Endpoint
	for _, e := range rt.live {
		if e.name == name {
			found = e
		}
	}
	rt.mu.Unlock()
	if found == nil {
		return false
	}
	found.Abort(ErrCrashed)
	return true
}

// waiting is how many messages are queued, for who may look while both ends go on.
func (q *queue) waiting() int { return max(0, int(int32(q.occupancy()))) }
