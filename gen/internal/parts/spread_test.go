package parts_test

import (
	"context"
	"flag"
	"testing"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

var spreadRuns = flag.Int("spread", 100, "runs of a school on two cores that are judged")

// Whatever order two cores take effect in, what is recorded is a run of the model: sessions and components are made and given back under the
// system's limits, by components that stand on different cores.
func TestSpreadSchoolIsJudged(t *testing.T) {
	var sys *session.System
	crossed := 0
	for n := range *spreadRuns {
		run := channel.NewTrace("parts.School", parts.SchoolDigest)
		rt := channel.New(channel.Config{Cores: 2, Recorder: run, Poison: n%2 == 1})
		from, to := parts.NewSignal(rt)
		limits := channel.NewLimits(
			channel.Limit{Of: "gen/internal/parts.Signal", Most: 2},
			channel.Limit{Of: "gen/internal/parts.Pupil", Most: 1},
		)
		var none int
		spread := channel.Options{Limits: limits, Placement: channel.Spread}
		breeder, stopper := spread, spread
		breeder.Name, stopper.Name = "breeder", "master"
		if n%4 > 1 {
			breeder.Placement, stopper.Placement, stopper.Core = channel.Pinned, channel.Pinned, 1
		}
		parts.StartBreeder(rt, breeder, parts.BreederGiven{Stop: to}, breedOn(channel.Spread, &none)).Discard()
		parts.StartMaster(rt, stopper, parts.MasterGiven{Stop: from}, master(5+n%40)).Discard()
		if err := rt.Run(context.Background()); err != nil {
			t.Fatalf("run %d: %v", n, err)
		}
		if s := rt.Stats(); s != (channel.Stats{}) {
			t.Fatalf("run %d leaves %+v", n, s)
		}
		trace := run.Trace()
		if sys == nil {
			var err error
			if sys, err = judge.System("gen/internal/parts", trace); err != nil {
				t.Fatal(err)
			}
		}
		if err := judge.Run(sys, trace); err != nil {
			t.Fatalf("run %d: %v", n, err)
		}
		crossed += alternations(trace)
	}
	if crossed < 10**spreadRuns {
		t.Errorf("breeder and master take turns %d times in %d runs: too little for a test", crossed, *spreadRuns)
	}
	t.Logf("%d turns in %d runs", crossed, *spreadRuns)
}

// alternations counts how often another component takes the next step.
func alternations(t *traces.Trace) (n int) {
	for k := 1; k < len(t.Events); k++ {
		if t.Events[k].Instance != t.Events[k-1].Instance {
			n++
		}
	}
	return n
}
