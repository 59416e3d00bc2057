package checker

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// TestBounds: a search that is cut short is inconclusive, whatever cut it.
func TestBounds(t *testing.T) {
	sys := elaborate(t, fileServer, session.ElaborateOptions{})
	done, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		opts Options
		want string
	}{
		{"states", context.Background(), Options{States: 10}, "the bound of 10 states was reached"},
		{"memory", context.Background(), Options{Memory: 1000}, "0 MB of memory do not suffice"},
		{"timeout", context.Background(), Options{Timeout: time.Nanosecond}, "the time ran out"},
		{"interrupt", done, Options{}, "it was interrupted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Check(c.ctx, sys, c.opts)
			if v.Outcome != Inconclusive || v.Reason != c.want {
				t.Errorf("outcome %d, %q; want inconclusive, %q", v.Outcome, v.Reason, c.want)
			}
		})
	}
	v := Check(context.Background(), sys, Options{})
	if v.Outcome != Holds || len(v.Dead) != 0 {
		t.Errorf("without bounds: outcome %d %s, dead %v", v.Outcome, v.Reason, v.Dead)
	}
	if v.Stats.Frontier != 0 || v.Stats.Transitions < v.Stats.States || v.Stats.Depth == 0 {
		t.Errorf("figures: %+v", v.Stats)
	}
	for _, b := range v.Bounds {
		if b.Highest != 1 {
			t.Errorf("queue %s from %s to %s: at most %d of %d, want 1", b.Channel, b.From, b.To, b.Highest, b.Capacity)
		}
	}
}

// TestWords shows a deadlock as people see it.
func TestWords(t *testing.T) {
	sys := elaborate(t, philosophers, session.ElaborateOptions{})
	v := Check(context.Background(), sys, Options{})
	if v.Outcome != Violated {
		t.Fatalf("outcome %d %s", v.Outcome, v.Reason)
	}
	var b strings.Builder
	x := v.Violations[0]
	fmt.Fprintf(&b, "%s: %s: %s\n", x.At, x.Code, x.Message)
	for _, r := range x.Related {
		fmt.Fprintf(&b, "  %s: %s\n", r.At, r.Message)
	}
	for _, e := range x.Trace.Events {
		fmt.Fprintf(&b, "%d %s %s %s(%s) %s, %d queued, option %d\n", e.Step, e.Kind, e.Instance, e.Label, strings.Join(e.Args, ", "), e.Peer, e.Queue, e.Option)
	}
	for _, c := range x.Trace.Final.Components {
		fmt.Fprintf(&b, "%s is %s at %s: %s\n", c.Instance, c.Status, c.At, strings.Join(c.Waits, " or "))
	}
	for _, q := range x.Trace.Final.Queues {
		fmt.Fprintf(&b, "%s from %s to %s, %d: %s\n", q.Channel, q.From, q.To, q.Capacity, strings.Join(q.Messages, " "))
	}
	fmt.Fprintf(&b, "%s\n", strings.Join(x.Trace.Final.Cycle, " → "))
	if got := b.String(); got != wantWords {
		t.Errorf("got\n%s\nwant\n%s", got, wantWords)
	}
}

const wantWords = `x/x.chan:8:9: PO2001: deadlock: no component can move, and 6 of 6 have not ended
  x/x.chan:8:9: phil[0] waits here: for Taken from fork[1]
  x/x.chan:6:9: the last message that phil[0] received (step 6)
  x/x.chan:8:9: phil[1] waits here: for Taken from fork[2]
  x/x.chan:8:9: phil[2] waits here: for Taken from fork[0]
  x/x.chan:16:43: fork[0] waits here: for Drop from phil[0]
  x/x.chan:16:43: fork[1] waits here: for Drop from phil[1]
1 send phil[0] Take() fork[0], 1 queued, option 0
2 send phil[1] Take() fork[1], 1 queued, option 0
3 send phil[2] Take() fork[2], 1 queued, option 0
4 receive fork[0] Take() phil[0], 0 queued, option 0
5 send fork[0] Taken() phil[0], 1 queued, option 0
6 receive phil[0] Taken() fork[0], 0 queued, option 0
7 send phil[0] Take() fork[1], 1 queued, option 0
8 receive fork[1] Take() phil[1], 0 queued, option 0
9 send fork[1] Taken() phil[1], 1 queued, option 0
10 receive phil[1] Taken() fork[1], 0 queued, option 0
11 send phil[1] Take() fork[2], 1 queued, option 0
12 receive fork[2] Take() phil[2], 0 queued, option 0
13 send fork[2] Taken() phil[2], 1 queued, option 0
14 receive phil[2] Taken() fork[2], 0 queued, option 0
15 send phil[2] Take() fork[0], 1 queued, option 0
phil[0] is waiting at x/x.chan:8:9: Taken from fork[1]
phil[1] is waiting at x/x.chan:8:9: Taken from fork[2]
phil[2] is waiting at x/x.chan:8:9: Taken from fork[0]
fork[0] is waiting at x/x.chan:16:43: Drop from phil[0]
fork[1] is waiting at x/x.chan:16:43: Drop from phil[1]
fork[2] is waiting at x/x.chan:16:43: Drop from phil[2]
phil[0].right from phil[0] to fork[1], 1: Take()
phil[1].right from phil[1] to fork[2], 1: Take()
phil[2].right from phil[2] to fork[0], 1: Take()
phil[0] → fork[1] → phil[1] → fork[2] → phil[2] → fork[0] → phil[0]
`
