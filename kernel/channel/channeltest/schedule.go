package channeltest

import "github.com/protoc-os/protoc-os/kernel/channel"

// A Schedule says how the interleavings of a run are decided.
type Schedule string

// The schedules. Mixed draws one of the first three for each run.
const (
	Mixed      Schedule = "mixed"
	Promised   Schedule = "promised"   // chooses keep to the promise of kernel/channel; components at random
	Random     Schedule = "random"     // every decision at random
	PCT        Schedule = "pct"        // random priorities that change at few points: Burckhardt et al., ASPLOS 2010
	Exhaustive Schedule = "exhaustive" // all decisions of each script, up to MostInterleavings
)

// changePoints is how often priorities change in a run under PCT.
const changePoints = 3

// scheduler decides for the controlled scheduler of a run.
type scheduler struct {
	draw       func(n int) int // nil: decide as script says
	script     []int
	decisions  []int
	decided    int   // of them, before the calm phase
	widths     []int // how many there were to decide among
	promised   bool
	priorities map[uint32]int // with PCT
	changes    int            // still to come
	drawn      any            // what a draw has panicked with
	rush       int            // which label of each protocol peers hurry to send; 0: none
}

// choose sets the schedule of a run.
func (s *scheduler) choose(kind Schedule, draw func(n int) int) {
	if kind == Mixed || kind == "" {
		kind = []Schedule{Promised, Random, PCT, Promised}[draw(4)]
	}
	s.draw = draw
	switch kind {
	case Promised:
		if s.promised = true; draw(2) == 1 {
			s.rush = 1 + draw(1<<10)
		}
	case PCT:
		s.priorities, s.changes = map[uint32]int{}, changePoints
	case Exhaustive:
		s.draw = nil
	}
}

// Decide answers the controlled scheduler, which asks where there is more
// than one answer.
func (s *scheduler) Decide(d channel.Decision) int {
	k := s.safely(d)
	s.decisions = append(s.decisions, k)
	s.widths = append(s.widths, d.N)
	return k
}

// safely keeps what a draw panics with, as it does when rapid has shrunk a
// run so far that nothing is left to draw from: it is asked on the stack of a
// component, which must not be taken to have crashed.
func (s *scheduler) safely(d channel.Decision) (k int) {
	defer func() {
		if v := recover(); v != nil {
			k, s.drawn = 0, v
		}
	}()
	return s.answer(d)
}

func (s *scheduler) answer(d channel.Decision) int {
	switch {
	case s.draw == nil:
		k := 0
		if len(s.script) > 0 {
			k, s.script = min(s.script[0], d.N-1), s.script[1:]
		}
		if d.Kind == channel.WhichOption && s.promised {
			return 0 // a script that was made shorter may mean another decision
		}
		return k
	case d.Kind == channel.WhichOption && s.promised:
		return 0
	case d.Kind == channel.WhichComponent && s.priorities != nil:
		return s.first(d.Of)
	}
	return s.draw(d.N)
}

// first is the component of the highest priority. At a change point it
// falls below all others.
func (s *scheduler) first(of []uint32) int {
	best := 0
	for i, c := range of {
		if _, known := s.priorities[c]; !known {
			s.priorities[c] = 1 + s.draw(1<<16)
		}
		if s.priorities[c] > s.priorities[of[best]] {
			best = i
		}
	}
	if s.changes > 0 && s.draw(8) == 7 {
		s.changes--
		s.priorities[of[best]] = -len(s.decisions)
	}
	return best
}
