package clock_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/explore"
	server "github.com/protoc-os/protoc-os/kernel/clock"
	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/traces"
)

var deviations = flag.Int("deviations", 0, "so many more decisions of an explored schedule than usual may be other than the default")

// A world of one or two sleepers is small enough to run in every order, up to so many deviations from the default one: whatever the order, the
// run is one of the model's, nobody is woken early, and everybody comes to his end. What the model may do and this code never does is listed.
func TestExplore(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		// A tick that crosses a new time finds nobody due, so nothing of the model is left out.
		exploreSleepers(t, 1, 2+*deviations, []string{})
	})
	t.Run("two", func(t *testing.T) {
		if *deviations == 0 {
			exploreSleepers(t, 2, 1, nil) // too few schedules to have seen all
			return
		}
		exploreSleepers(t, 2, 1+*deviations, []string{})
	})
}

func exploreSleepers(t *testing.T, users, deviations int, never []string) {
	o := explore.Options{System: "clock.Sleepers", Digest: clock.SleepersDigest, Params: []string{fmt.Sprintf("users=%d", users)}, Deviations: deviations, EarlyTimeouts: true}
	var w *world
	boot := func(rt *channel.Runtime) error {
		w = new(world)
		portOpener, portClock := clock.NewPort(rt)
		alarmClock, alarmTimer := clock.NewAlarm(rt)
		source := server.Source{Now: func(clock.Which) uint64 { return w.now }, Resolution: 1}
		clock.StartOpener(rt, channel.Options{Name: "opener"}, clock.OpenerGiven{Users: users, Port: portOpener}, w.open).Discard()
		clock.StartClockServer(rt, channel.Options{Name: "clock"}, clock.ClockServerGiven{Users: users, Port: portClock, Alarm: alarmClock}, server.Server(source)).Discard()
		clock.StartTimer(rt, channel.Options{Name: "timer"}, clock.TimerGiven{Alarm: alarmTimer}, w.timer).Discard()
		return nil
	}
	var sys *session.System
	var taken *judge.Taken
	stats, err := explore.All(o, boot, func(run *traces.Trace, r channel.Report) (err error) {
		if sys == nil {
			if sys, err = judge.System("protocols/clock", run); err != nil {
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
		if w.ended != users || w.early > 0 || len(r.Errors) > 0 {
			return fmt.Errorf("%+v, %v", *w, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !stats.Complete || stats.Runs < 100 {
		t.Errorf("%+v", stats)
	}
	v := checker.Check(t.Context(), sys, checker.Options{})
	if v.Outcome != checker.Holds {
		t.Fatalf("the model of %d does not hold: %v", users, v.Reason)
	}
	got := taken.Never(v.IsDead)
	t.Logf("%d runs, %d steps; the model may, and the code never does:\n%s", stats.Runs, stats.Events, strings.Join(got, "\n"))
	ok := len(got) == len(never)
	for k := range got {
		ok = ok && k < len(never) && strings.HasSuffix(got[k], ": "+never[k])
	}
	if !ok && never != nil {
		t.Errorf("want %q", never)
	}
}
