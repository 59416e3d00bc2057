// Package explore runs a system of real components in every interleaving, up to a bound. What goes in is a function that boots the system
// afresh; what comes out is the recorded run of each schedule, and whether there are any more.
//
// It is a stateless search (Godefroid's VeriSoft 1997; CHESS, Musuvathi and Qadeer 2007): each run repeats the decisions of the run before up
// to the last that can be taken otherwise. The bound is on how often a schedule deviates from the default one (delay bounding, Emmi, Qadeer
// and Rakamarić 2011), which lets each component go on until it waits: with few deviations there are few schedules, and most defects. Without
// a bound the search is over all interleavings; it ends if all runs do.
package explore

import (
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// Options bound a search.
type Options struct {
	System, Digest string   // of the recordings
	Params         []string // "users=2"
	Deviations     int      // most decisions of a schedule that are not the default; -1: no bound
	Runs           int      // most runs; 0: no bound
	Steps          int      // most steps of a run; 0: 10,000
	Crashes        int      // most faults of a run
	EarlyTimeouts  bool     // a time-out may fire while something else could move
}

// Stats say what was explored.
type Stats struct {
	Runs     int
	Events   int  // of all runs
	Complete bool // every schedule within the deviations was run, none cut short
}

// All boots the system once for each schedule, runs it until nothing can move, and hands over what was recorded and where it stands. An error
// of boot or visit ends the search.
func All(o Options, boot func(*channel.Runtime) error, visit func(*traces.Trace, channel.Report) error) (Stats, error) {
	if o.Steps == 0 {
		o.Steps = 10_000
	}
	stats := Stats{Complete: true}
	s := &schedule{most: o.Deviations}
	for more := true; more; more = s.next() {
		if o.Runs > 0 && stats.Runs == o.Runs {
			stats.Complete = false
			break
		}
		s.at = 0
		record := channel.NewTrace(o.System, o.Digest, o.Params...)
		rt := channel.New(channel.Config{Cores: 1, Recorder: record, Poison: true})
		c := rt.Control(channel.Control{Decider: s, Steps: o.Steps, Crashes: o.Crashes, EarlyTimeouts: o.EarlyTimeouts})
		if err := boot(rt); err != nil {
			return stats, err
		}
		report := c.Run()
		run := record.Trace()
		s.over = true
		c.Close()
		s.over = false
		stats.Runs++
		stats.Events += len(run.Events)
		stats.Complete = stats.Complete && !report.Limit
		if err := visit(run, report); err != nil {
			return stats, err
		}
	}
	return stats, nil
}

// schedule is the decisions of a run, and how many answers each has. The default answer is 0.
type schedule struct {
	taken, of []int
	at        int
	most      int
	over      bool // what is decided now is no part of the run
}

// Decide repeats what is to be repeated, and takes the default after that.
func (s *schedule) Decide(d channel.Decision) int {
	if s.over {
		return 0
	}
	if s.at == len(s.taken) {
		s.taken, s.of = append(s.taken, 0), append(s.of, d.N)
	}
	if s.of[s.at] != d.N {
		panic("explore: a run does not repeat: its components depend on more than the schedule")
	}
	s.at++
	return s.taken[s.at-1]
}

// next goes on to the next schedule within the bound; false: there is none.
func (s *schedule) next() bool {
	deviations := 0
	for _, k := range s.taken {
		if k != 0 {
			deviations++
		}
	}
	for n := len(s.taken) - 1; n >= 0; n-- {
		was := s.taken[n] != 0
		if s.taken[n]+1 < s.of[n] && (was || s.most < 0 || deviations < s.most) {
			s.taken[n]++
			s.taken, s.of = s.taken[:n+1], s.of[:n+1]
			return true
		}
		if was {
			deviations--
		}
	}
	return false
}
