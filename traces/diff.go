package traces

import "slices"

// Difference is where two traces part: the first step of an instance that is another one in the other trace. A step of 0 means that the
// trace has no further step of that instance.
type Difference struct {
	Instance string
	A, B     int
}

// Diff compares what each instance does. Two traces in which everybody does the same are the same run, even if independent steps stand in
// another order: nil.
func Diff(a, b *Trace) *Difference {
	inA, inB := steps(a), steps(b)
	names := slices.Clone(a.Instances)
	for _, t := range []*Trace{a, b} {
		for k := range t.Events {
			names = append(names, t.Events[k].Instance)
		}
	}
	var first *Difference
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			continue
		}
		seen[name] = true
		d := part(name, a, b, inA[name], inB[name])
		if d != nil && (first == nil || d.at(a, b) < first.at(a, b)) {
			first = d
		}
	}
	return first
}

// at is where a difference stands in the trace that comes to it first.
func (d *Difference) at(a, b *Trace) int {
	x, y := d.A, d.B
	if x == 0 {
		x = len(a.Events) + 1
	}
	if y == 0 {
		y = len(b.Events) + 1
	}
	return min(x, y)
}

// steps are the indexes of the events of each instance; an exchange is one of both.
func steps(t *Trace) map[string][]int {
	all := map[string][]int{}
	for k := range t.Events {
		e := &t.Events[k]
		all[e.Instance] = append(all[e.Instance], k)
		if e.Kind == Exchange {
			all[e.Peer] = append(all[e.Peer], k)
		}
	}
	return all
}

func part(name string, a, b *Trace, inA, inB []int) *Difference {
	for k := range max(len(inA), len(inB)) {
		switch {
		case k >= len(inA):
			return &Difference{Instance: name, B: inB[k] + 1}
		case k >= len(inB):
			return &Difference{Instance: name, A: inA[k] + 1}
		case !a.Events[inA[k]].Same(&b.Events[inB[k]]):
			return &Difference{name, inA[k] + 1, inB[k] + 1}
		}
	}
	return nil
}

// Same reports whether two events are the same step, wherever they stand and however full the queue is then.
func (e *Event) Same(f *Event) bool {
	return e.Kind == f.Kind && e.Instance == f.Instance && (e.Peer == f.Peer || e.Kind == Send || e.Kind == Receive) && e.Channel == f.Channel &&
		e.Role == f.Role && e.Label == f.Label && e.Case == f.Case && slices.Equal(e.Args, f.Args)
}
