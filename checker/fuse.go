package checker

// fuser follows the steps that have to happen anyway: where an ample set is a single step, the state before it need not be kept, and the step
// becomes part of the one that led there (path compression: Yorav and Grumberg, "Static analysis for state-space reductions preserving temporal
// logics", 2004). Where it stops depends on the state alone, and on how full the queues have been before,
// so that whoever makes the same step again comes to the same state. A chain that
// does not end is left after fuseMost steps; what is kept is expanded as ever, so nothing is ignored for ever.
type fuser struct {
	s    *search
	a    *ample
	r    *run
	note func(t *step, dropped []*queue)
	left func(w []uint64) // called for each state that is not kept; may be nil

	// What the asked instance does.
	steps   int
	refused bool // a step fails, or something is to be reported: that is for the state itself
	next    []uint64
	step    step
	dropped []*queue
	moved   bool
	w       []uint64 // of after
}

const fuseMost = 64

// newFuser makes a fuser that tells note each step that it follows; nil without an ample set.
func (s *search) newFuser(note func(t *step, dropped []*queue)) *fuser {
	if s.ample == nil {
		return nil
	}
	own := *s.ample
	f := &fuser{s: s, a: &own, note: note, next: make([]uint64, s.m.words)}
	f.r = s.m.newRun(f.take)
	f.r.unspecified = func(*run, *instance, *option, *end, int) { f.refused = true }
	f.r.guardFailed = func(*run, *instance, *option) { f.refused = true }
	return f
}

// at says which state's steps are made: what is known of the queues then counts.
func (f *fuser) at(n int) {
	if f != nil {
		f.a.full = f.s.fullAt(n)
	}
}

func (f *fuser) take(r *run) {
	f.steps++
	if f.refused = f.refused || f.steps > 1 || r.step.failure != none; f.refused {
		return
	}
	copy(f.next, r.next)
	f.step, f.dropped, f.moved = *r.step, append(f.dropped[:0], r.dropped...), len(r.moved) > 0
}

// follow takes w to where such steps lead; it reports whether an end changed hands on the way.
func (f *fuser) follow(w []uint64) (moved bool) {
	for range fuseMost {
		i := f.r.ample(f.a, w)
		if i == nil {
			return moved
		}
		f.steps, f.refused = 0, false
		f.r.from(w)
		if f.r.instance(i); f.refused || f.steps != 1 {
			return moved
		}
		if f.left != nil {
			f.left(w)
		}
		copy(w, f.next)
		f.note(&f.step, f.dropped)
		moved = moved || f.moved
	}
	return moved
}

// ignore is for those who come after the search.
func ignore(*step, []*queue) {}

// after returns what the search keeps instead of w, valid until the next call.
func (f *fuser) after(w []uint64) []uint64 {
	if f == nil {
		return w
	}
	f.w = append(f.w[:0], w...)
	f.follow(f.w)
	return f.w
}
