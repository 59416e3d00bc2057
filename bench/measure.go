package main

import (
	"fmt"
	"math"
	"sort"
)

// The flags of our checker. The search alone answers what pan answers; asked for nothing, the checker also looks for partial deadlocks and
// orphans, which takes a second pass.
var (
	everything = []string{}
	unreduced  = []string{"--no-reduce", "--forget", "--workers", "1", "--property", "reception"}
	twoCores   = []string{"--no-reduce", "--forget", "--workers", "2", "--property", "reception"}
)

// agree compares the verdicts with and without reductions, and the states without.
func (b *runner) agree(s subject, n int) error {
	whole, err := b.check(s, n)
	if err != nil {
		return err
	}
	ours, err := b.check(s, n, "--no-reduce", "--forget", "--workers", "1")
	if err != nil {
		return err
	}
	if whole.verdict != ours.verdict {
		return fmt.Errorf("%s.%s, n = %d: %s with reductions, %s without", s.name, s.system, n, whole.verdict, ours.verdict)
	}
	for _, v := range []variant{plain, reduced} {
		theirs, err := b.pan(s, n, v, depthFor(ours.states))
		if err != nil {
			return err
		}
		if err := compare(s, n, ours, theirs, v); err != nil {
			return err
		}
		fmt.Printf("%-13s %-12s n=%-2d  %-8s  ours %9.0f states  pan %9.0f  (%s)\n", s.name, s.system, n, ours.verdict, ours.states, theirs.states, v.name)
	}
	return nil
}

func compare(s subject, n int, ours, theirs figures, v variant) error {
	if ours.verdict != theirs.verdict {
		return fmt.Errorf("%s.%s, n = %d: we say %s, pan (%s) says %s", s.name, s.system, n, ours.verdict, v.name, theirs.verdict)
	}
	unreduced := v.name == plain.name || v.name == collapse.name
	if unreduced && ours.verdict == "holds" && theirs.states != ours.states+float64(s.extra) {
		return fmt.Errorf("%s.%s, n = %d: %.0f states, and pan has %.0f where %d more are explained", s.name, s.system, n, ours.states, theirs.states, s.extra)
	}
	return nil
}

// depthFor is a stack for pan that is deep enough: a depth-first path has at most each state once.
func depthFor(states float64) int { return int(states) + 100000 }

// small measures from the command to the verdict.
func (b *runner) small(s subject, n int, t *table) error {
	if err := b.agree(s, n); err != nil {
		return err
	}
	var ours, theirs []float64
	for range b.runs {
		o, err := b.check(s, n)
		if err != nil {
			return err
		}
		p, err := b.pan(s, n, reduced, 100000)
		if err != nil {
			return err
		}
		ours, theirs = append(ours, o.total.Seconds()), append(theirs, p.total.Seconds())
	}
	t.add("command to verdict, small systems", s, n, "s", median(ours), median(theirs), median(theirs)/median(ours))
	return nil
}

// large measures everything else.
func (b *runner) large(s subject, n int, t *table) error {
	ours, err := b.check(s, n, unreduced...)
	if err != nil {
		return err
	}
	two, err := b.check(s, n, twoCores...)
	if err != nil {
		return err
	}
	whole, err := b.check(s, n, everything...)
	if err != nil {
		return err
	}
	theirs := map[string]figures{}
	best := math.Inf(1)
	for _, v := range []variant{plain, collapse, reduced, breadth} {
		p, err := b.pan(s, n, v, depthFor(ours.states))
		if err == nil {
			err = compare(s, n, ours, p, v)
		}
		if err != nil {
			return err
		}
		theirs[v.name] = p
		best = min(best, p.total.Seconds())
		fmt.Printf("%-13s %-12s n=%-2d  %-8s  pan %-18s %11.0f states  %7.2fs  %7.1f bytes each\n", s.name, s.system, n, p.verdict, v.name, p.states, p.total.Seconds(), p.each())
	}
	for _, x := range []struct {
		name string
		figures
	}{{"one core, unreduced", ours}, {"two cores", two}, {"everything on", whole}} {
		fmt.Printf("%-13s %-12s n=%-2d  %-8s  ours %-17s %11.0f states  %7.2fs  %7.1f bytes each\n", s.name, s.system, n, x.verdict, x.name, x.states, x.total.Seconds(), x.each())
	}
	p, c, r := theirs[plain.name], theirs[collapse.name], theirs[reduced.name]
	t.add("states a second, no reduction, one core", s, n, "1/s", ours.rate(), p.rate(), ours.rate()/p.rate())
	t.add("the same, two cores against our one", s, n, "1/s", two.rate(), ours.rate(), two.rate()/ours.rate())
	t.add("bytes a state, exact, against COLLAPSE", s, n, "B", ours.each(), c.each(), ours.each()/c.each())
	t.add("states stored, reductions on", s, n, "", whole.states, r.states, whole.states/r.states)
	t.add("command to verdict, everything on", s, n, "s", whole.total.Seconds(), best, best/whole.total.Seconds())
	return nil
}

// fair measures what has to happen in the end: all duties of the system on our side, one claim on SPIN's.
func (b *runner) fair(s subject, n int, t *table) error {
	ours, err := b.check(s, n, "--property", "progress,starvation")
	if err != nil {
		return err
	}
	theirs, err := b.pan(s, n, fairly, 10*depthFor(ours.states))
	if err != nil {
		return err
	}
	if ours.verdict != theirs.verdict {
		return fmt.Errorf("%s.%s, n = %d: progress: we say %s, pan -a -f says %s", s.name, s.system, n, ours.verdict, theirs.verdict)
	}
	fmt.Printf("%-13s %-12s n=%-2d  %-8s  fairness: ours %.2fs, pan -a -f %.2fs\n", s.name, s.system, n, ours.verdict, ours.total.Seconds(), theirs.total.Seconds())
	t.add("fairness of choice, against pan -a -f", s, n, "s", ours.total.Seconds(), theirs.total.Seconds(), theirs.total.Seconds()/ours.total.Seconds())
	return nil
}

func median(x []float64) float64 {
	x = append([]float64(nil), x...)
	sort.Float64s(x)
	if len(x)%2 == 1 {
		return x[len(x)/2]
	}
	return (x[len(x)/2-1] + x[len(x)/2]) / 2
}
