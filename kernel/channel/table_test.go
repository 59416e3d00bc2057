//go:build unix

package channel_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

var (
	table  = flag.Bool("table", false, "measure everything side by side and print the table (bench.sh)")
	rounds = flag.Int("rounds", 9, "rounds of the table; medians are printed; 0: memory only")
	idle   = flag.Int("idle", 100000, "idle components of the memory rows")
)

// TestTable prints the figures of README.md. The two sides of a row are
// measured in turn, so that a noisy neighbour meets both. On one processor
// what counts is the time that the process had it, not what passed on the
// wall while others did: a core that has work never sleeps.
func TestTable(t *testing.T) {
	if !*table {
		t.Skip("run bench.sh")
	}
	type row struct {
		name         string
		procs, n     int
		ours, theirs func(int)
		want         string
	}
	erl := erlang(t)
	rows := []row{
		{"two bare switches of iter.Pull | request/reply, two unbuffered Go channels", 1, 100000, switches, callGo, "the floor"},
		{"request/reply, stubs, one core | two unbuffered Go channels", 1, 100000, callStub(1, channel.Together, nil), callGo, "≥ 4"},
		{"the same, two cores, default placement | GOMAXPROCS=2", 2, 100000, callStub(2, channel.Together, nil), callGo, "≥ 2"},
		{"the same, one component pinned to each core | GOMAXPROCS=2", 2, 20000, callStub(2, channel.Pinned, nil), callGo, ""},
		{"stream of 64, one core | Go channel of 64", 1, 300000, stream(1, channel.Together), streamGo, "≥ 3"},
		{"stream of 64, two cores, default placement | GOMAXPROCS=2", 2, 300000, stream(2, channel.Together), streamGo, "≥ 3"},
		{"stream of 64, pinned to two cores | GOMAXPROCS=2", 2, 200000, stream(2, channel.Pinned), streamGo, ""},
		{"send + choose over 64, one ready | send + select over 64", 1, 20000, chooser(64), selectGo, "≥ 15"},
		{"choose over 2 | choose over 64", 1, 100000, chooser(2), chooser(64), "≤ 1.5"},
		{"bare queue | typed stub", 1, 100000, callBare, callStub(1, channel.Together, nil), "≤ 1.25"},
		{"recording off | on", 1, 100000, callStub(1, channel.Together, nil), callStub(1, channel.Together, &discard{}), "≤ 2"},
	}
	if erl != nil {
		rows = append(rows, row{"request/reply, stubs, one core | Erlang, one scheduler", 1, 100000, callStub(1, channel.Together, nil), nil, "≥ 4"})
	}
	fmt.Println("| measured | against | ns | ns | ratio | wanted |\n|---|---|---|---|---|---|")
	for _, r := range rows {
		if *rounds == 0 {
			break
		}
		old := runtime.GOMAXPROCS(r.procs)
		var ours, theirs, ratios []float64
		for range *rounds {
			a := clock(r.n, r.procs, r.ours)
			var b float64
			if r.theirs == nil {
				b = erl(r.n)
			} else {
				b = clock(r.n, r.procs, r.theirs)
			}
			ours, theirs, ratios = append(ours, a), append(theirs, b), append(ratios, b/a)
		}
		runtime.GOMAXPROCS(old)
		left, right, _ := strings.Cut(r.name, " | ")
		fmt.Printf("| %s | %s | %.0f | %.0f | %.1f | %s |\n", left, right, median(ours), median(theirs), median(ratios), judged(r.want, median(ratios)))
	}
	fmt.Printf("\nAllocations per request and reply %.3f, of them recorded %.3f, per message of a stream %.3f, per choose over 64 %.3f.\n",
		allocations(callStub(1, channel.Together, nil)), allocations(callStub(1, channel.Together, &discard{})), allocations(stream(1, channel.Together)), allocations(chooser(64)))
	ours, ran, theirs := idleBytes()
	fmt.Printf("\nBytes of an idle component with two channels, of %d: %.0f before its first message, %.0f after it; goroutine with two Go channels %.0f.\n", *idle, ours, ran, theirs)
}

// judged adds to a wanted ratio that it is missed.
func judged(want string, ratio float64) string {
	sign, number, _ := strings.Cut(want, " ")
	bound, err := strconv.ParseFloat(number, 64)
	if err == nil && (sign == "≥" && ratio < bound || sign == "≤" && ratio > bound) {
		return want + ": **not reached**"
	}
	return want
}

// switches goes to a coroutine and back n times: what is beneath a request and its reply on one core.
func switches(n int) {
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
		}
	})
	defer stop()
	for range n {
		next()
	}
}

func clock(n, procs int, f func(int)) float64 {
	runtime.GC()
	start, used := time.Now(), processor(syscall.RUSAGE_SELF)
	f(n)
	took := time.Since(start)
	if procs == 1 {
		took = processor(syscall.RUSAGE_SELF) - used
	}
	return float64(took.Nanoseconds()) / float64(n)
}

// processor is the time that this process, or its children, had a processor.
func processor(who int) time.Duration {
	var r syscall.Rusage
	must(syscall.Getrusage(who, &r))
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

var echo2 = channel.Component{Name: "idle", Passive: true, Choices: 1, Slots: []channel.Slot{
	{Name: "a", Protocol: &double, Role: 1}, {Name: "b", Protocol: &double, Role: 1}}}

var either = channel.Choice{State: "Idle", Method: "Next", Options: []channel.Option{
	{Kind: channel.Recv, Slot: 0, Peer: 0, Label: 0}, {Kind: channel.Recv, Slot: 1, Peer: 0, Label: 0}}}

// idleBytes is the memory of one of many components that wait on two
// channels: before they ever ran, after one message each; and the same of
// goroutines. The ends at the other side are held by nobody.
func idleBytes() (fresh, ran, goroutine float64) {
	n := *idle
	use := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapInuse + m.StackInuse)
	}
	measure := func(passive bool) float64 {
		echo := channel.Component{Name: "idle", Passive: passive, Choices: 1, Slots: echo2.Slots}
		before := use()
		rt := channel.New(channel.Config{Cores: 1})
		for range n {
			a, b := rt.NewSession(&double), rt.NewSession(&double)
			e := new(channel.Endpoint)
			rt.Start(e, &echo, channel.Options{}, []channel.End{a[1], b[1]}, func(context.Context) error {
				for {
					if _, err := e.Choose(e.Step(), &either, 0, 0); err != nil {
						return nil
					}
				}
			}).Discard()
		}
		var after float64
		component(rt, &channel.Component{Name: "meter"}, channel.Options{}, func(*channel.Endpoint) error {
			after = use() // runs last: all others wait by now
			rt.Stop(context.Canceled)
			return nil
		})
		rt.Run(context.Background())
		return (after - before) / float64(n)
	}
	fresh, ran = measure(true), measure(false)
	before := use()
	stop := make(chan struct{})
	for range n {
		a, b := make(chan askPayload, 1), make(chan askPayload, 1)
		go func() {
			for {
				select {
				case <-a:
				case <-b:
				case <-stop:
					return
				}
			}
		}()
	}
	for range 100 {
		runtime.Gosched()
	}
	goroutine = (use() - before) / float64(n)
	close(stop)
	return fresh, ran, goroutine
}

const erlangSource = `
-module(pingpong).
-export([main/1]).
loop() -> receive {P, X, Y} -> P ! {X, Y}, loop(); stop -> ok end.
ask(_, 0) -> ok;
ask(S, N) -> S ! {self(), N, 0}, receive {_, _} -> ask(S, N - 1) end.
main([A]) -> N = list_to_integer(atom_to_list(A)), S = spawn(fun loop/0), ask(S, 1000),
  {T0, _} = statistics(runtime), ask(S, N), {T1, _} = statistics(runtime),
  io:format("~p~n", [(T1 - T0) * 1000000 / N]), halt().
`

// erlang returns a measurement of the same in Erlang, nil where it is
// missing: processor time, as of the others on one processor. Its clock ticks
// in milliseconds, so it does ten times as many.
func erlang(t *testing.T) func(int) float64 {
	if _, err := exec.LookPath("erlc"); err != nil {
		return nil
	}
	dir := t.TempDir()
	must(os.WriteFile(dir+"/pingpong.erl", []byte(erlangSource), 0o644))
	c := exec.Command("erlc", "pingpong.erl")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("erlc: %v\n%s", err, out)
	}
	return func(n int) float64 {
		c := exec.Command("erl", "+S", "1", "-noshell", "-s", "pingpong", "main", strconv.Itoa(10*n))
		c.Dir = dir
		out, err := c.Output()
		must(err)
		ns, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		must(err)
		return ns
	}
}
