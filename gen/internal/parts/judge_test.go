package parts_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/explore"
	"github.com/protoc-os/protoc-os/traces"
)

// named starts the town under the names that the system gives.
func named(rt *channel.Runtime, users int, opener parts.OpenerFunc) {
	door, served := parts.NewDoor(rt)
	parts.StartServer(rt, channel.Options{Name: "server"}, parts.ServerGiven{Users: users, Door: served}, serve).Discard()
	parts.StartOpener(rt, channel.Options{Name: "opener"}, parts.OpenerGiven{Users: users, Door: door}, opener).Discard()
}

// What runs on several cores is recorded in an order in which it may have happened.
func TestTownIsJudged(t *testing.T) {
	const users = 20
	var sys *session.System
	for _, cores := range []int{1, 2, 4} {
		for range 10 {
			run := channel.NewTrace("parts.Town", parts.TownDigest, fmt.Sprintf("users=%d", users))
			rt := channel.New(channel.Config{Cores: cores, Recorder: run})
			var wrong, ended, crashed int
			named(rt, users, open(&wrong, &ended, &crashed, func(int) parts.ClientFunc { return client(&wrong) }))
			if err := rt.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if sys == nil {
				var err error
				if sys, err = judge.System("gen/internal/parts", run.Trace()); err != nil {
					t.Fatal(err)
				}
			}
			if err := judge.Run(sys, run.Trace()); err != nil {
				t.Fatalf("%d cores: %v", cores, err)
			}
		}
	}
}

// In whatever order the town runs, its run is one of the model's; what the model may do and this code never does is listed.
func TestTownExplored(t *testing.T) {
	o := explore.Options{System: "parts.Town", Digest: parts.TownDigest, Params: []string{"users=2"}, Deviations: 2}
	var wrong, ended, crashed int
	boot := func(rt *channel.Runtime) error {
		wrong, ended, crashed = 0, 0, 0
		named(rt, 2, open(&wrong, &ended, &crashed, func(int) parts.ClientFunc { return client(&wrong) }))
		return nil
	}
	var sys *session.System
	var taken *judge.Taken
	stats, err := explore.All(o, boot, func(run *traces.Trace, r channel.Report) (err error) {
		if sys == nil {
			if sys, err = judge.System("gen/internal/parts", run); err != nil {
				return err
			}
			taken = judge.NewTaken(sys)
		}
		j, err := judge.New(sys, run)
		if err != nil {
			return err
		}
		if err := j.All(run.Events); err != nil {
			return err
		}
		taken.Add(j)
		if !r.Ended || ended != 2 || wrong != 0 || crashed != 0 {
			return fmt.Errorf("%d ended, %d wrong, %d crashed, %v", ended, wrong, crashed, r)
		}
		return nil
	})
	if err != nil || !stats.Complete || stats.Runs < 100 {
		t.Fatalf("%+v, %v", stats, err)
	}
	v := checker.Check(t.Context(), sys, checker.Options{})
	if v.Outcome != checker.Holds {
		t.Fatal(v.Reason)
	}
	never := taken.Never(v.IsDead)
	t.Logf("%+v", stats)
	if len(never) > 0 {
		t.Errorf("the model may, and the code never does:\n%s", strings.Join(never, "\n"))
	}
}

// A crash is a step of the model where the system declares it, and takes with it who waits for the crashed; elsewhere it is where the run
// leaves the model.
func TestCrashesAreJudged(t *testing.T) {
	var plain, faulty *session.System
	accepted, refused := 0, 0
	for seed := range uint64(300) {
		run := channel.NewTrace("parts.Town", parts.TownDigest, "users=3")
		rt := channel.New(channel.Config{Cores: 1, Recorder: run})
		random, late := channel.Seed(seed), seed%60
		c := rt.Control(channel.Control{Crashes: 1, Steps: 10000, Decider: channel.DeciderFunc(func(d channel.Decision) int {
			if d.Kind == channel.WhichFault && late > 0 {
				late--
				return 0
			}
			return random.Decide(d)
		})})
		var wrong, ended, crashed int
		named(rt, 3, open(&wrong, &ended, &crashed, func(int) parts.ClientFunc { return client(&wrong) }))
		c.Run()
		c.Close()
		trace := run.Trace()
		if plain == nil {
			var err error
			if plain, err = judge.System("gen/internal/parts", trace); err != nil {
				t.Fatal(err)
			}
			copied := *plain
			faulty = &copied
			faulty.Crash, faulty.CrashMost = []int{0, 1}, 1
		}
		var fault *traces.Event
		for k := range trace.Events {
			if trace.Events[k].Kind == traces.Crash {
				fault = &trace.Events[k]
				break
			}
		}
		switch err := judge.Run(faulty, trace); {
		case fault == nil || fault.Instance == "opener" || fault.Instance == "server":
			accepted++
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		default: // a client: only instances that are there from the start are declared to crash
			refused++
			if d, ok := err.(*judge.Deviation); !ok || d.Step != fault.Step {
				t.Fatalf("seed %d: %v, want the crash at step %d", seed, err, fault.Step)
			}
		}
		if fault == nil {
			continue
		}
		// The server may be lost without a fault, too: when the opener has left the door, and there is room for clients who cannot come.
		left := slices.ContainsFunc(trace.Events[:fault.Step], func(e traces.Event) bool { return e.Kind == traces.Abandon && e.Protocol == "Door" })
		if d, ok := judge.Run(plain, trace).(*judge.Deviation); (!ok || d.Step != fault.Step) && !(fault.Instance == "server" && left) {
			t.Fatalf("seed %d: without faults: %v, want the crash at step %d", seed, d, fault.Step)
		}
	}
	if accepted == 0 || refused == 0 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
}
