package channeltest

// MostInterleavings bounds the schedule Exhaustive: how many interleavings
// of each script are tried.
const MostInterleavings = 200

// exhaust makes the run of a script again under every other sequence of
// decisions, in order, up to the bound. It returns the first that fails.
func exhaust(w *World, start func(*World)) (*World, *Failure) {
	moves := w.moves[:w.scripted]
	for range MostInterleavings {
		next := w.nextDecisions()
		if next == nil {
			break
		}
		var f *Failure
		if w, f = replayed(&script{moves: moves, decisions: next}, start); f != nil {
			return w, f
		}
	}
	return w, nil
}

// nextDecisions is the sequence that comes after that of a run: the last
// decision of its script that has another answer gets it, and what follows
// is open. nil: there is none.
func (w *World) nextDecisions() []int {
	for i := w.decided - 1; i >= 0; i-- {
		if w.decisions[i]+1 < w.widths[i] {
			return append(append([]int{}, w.decisions[:i]...), w.decisions[i]+1)
		}
	}
	return nil
}
