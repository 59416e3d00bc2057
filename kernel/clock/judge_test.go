package clock_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/kernel/channel"
	server "github.com/protoc-os/protoc-os/kernel/clock"
	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/traces"
)

// sleep records a run of the Sleepers.
func sleep(t *testing.T, d channel.Decider) *traces.Trace {
	t.Helper()
	w := new(world)
	run := channel.NewTrace("clock.Sleepers", clock.SleepersDigest)
	rt := channel.New(channel.Config{Cores: 1, Recorder: run})
	c := rt.Control(channel.Control{Decider: d})
	source := server.Source{Now: func(clock.Which) uint64 { return w.now }, Resolution: 1}
	lock := []byte("protoc-os lock 1\n\nsystem protocols/clock.Sleepers\n\tdigest " + clock.SleepersDigest + "\n")
	if err := clock.BootSleepers(rt, lock, clock.SleepersParts{Opener: w.open, Clock: server.Server(source), Timer: w.timer}); err != nil {
		t.Fatal(err)
	}
	c.Run()
	c.Close()
	return run.Trace()
}

// A recorded run in which one thing is wrong is none of the model's, and the judge says so where it happens or after.
func TestMutantsAreRefused(t *testing.T) {
	const seed = 7
	run := sleep(t, channel.Seed(seed))
	sys, err := judge.System("protocols/clock", run)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 0))
	kinds := map[string]int{}
	for range 60 {
		k := 70 + r.IntN(len(run.Events)-70) // after the start, in which all are alike
		e := run.Events[k]
		mutant := *run
		mutant.Events = slices.Clone(run.Events)
		var what string
		switch r.IntN(4) {
		case 0:
			if e.Kind == traces.End || e.Kind == traces.Ended {
				continue // a run may stop anywhere
			}
			what = "dropped " + string(e.Kind)
			mutant.Events = slices.Delete(mutant.Events, k, k+1)
			if !slices.ContainsFunc(run.Events[k+1:], func(f traces.Event) bool { return f.Instance == e.Instance }) {
				continue
			}
		case 1:
			what = "twice " + string(e.Kind)
			mutant.Events = slices.Insert(mutant.Events, k, e)
		case 2:
			if e.Label == "" {
				continue
			}
			what, mutant.Events[k].Label = "label", map[bool]string{true: "Detach", false: "Now"}[e.Label == "Now"]
		case 3:
			what, mutant.Events[k].Instance = "instance", map[bool]string{true: "timer", false: "clock"}[e.Instance == "clock"]
		}
		kinds[what]++
		err := judge.Run(sys, &mutant)
		d, ok := err.(*judge.Deviation)
		if !ok || d.Step < k+1 {
			t.Errorf("seed %d, %s at step %d (%s): %v", seed, what, k+1, fmt.Sprint(e), err)
		}
	}
	t.Log(kinds)
}

// The judge takes time in proportion to the run; this is how much.
func BenchmarkJudge(b *testing.B) {
	run := sleep(new(testing.T), channel.Seed(1))
	sys, err := judge.System("protocols/clock", run)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := judge.Run(sys, run); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(run.Events)), "ns/event")
}
