package checker

import "context"

// quotient is the state graph when a state stands for all its permutations: beside where a step leads it keeps how the instances are permuted on the
// way (the annotated quotient structure of Emerson and Sistla, "Symmetry and model checking", 1996), because what an instance can do afterwards has to
// be found under its new name. It finds the futures that graph finds, by going backwards until nothing new is found.
type quotient struct {
	s       *search
	r       *run
	fuser   *fuser // with an ample set
	does    future // by the step at hand
	v       *view
	width   int // words of a future
	off     []uint64
	to      []uint32
	perm    []uint32
	timeout []bool   // per edge: it is a timeout that rescues nobody
	marks   []uint64 // per edge, width words: what the step itself does
	ends    []uint64 // per state, width words: a stuck state, a failing step
	back    []uint64 // per state, in from
	from    []uint32 // edges
	source  []uint32 // per edge
}

func (s *search) newQuotient(ctx context.Context) *quotient {
	q := &quotient{s: s, v: s.st.view(), width: len(s.m.newFuture())}
	q.fuser = s.newFuser(func(t *step, dropped []*queue) { q.does.step(s.m, t, dropped) })
	q.ends = make([]uint64, s.st.size()*q.width)
	q.back = make([]uint64, s.st.size()+1)
	at := 0
	q.r = s.m.newRun(func(r *run) { q.step(r, at) })
	for at = range s.st.size() {
		if at&1023 == 0 && ctx.Err() != nil {
			return nil
		}
		q.off = append(q.off, uint64(len(q.to)))
		w := q.v.at(at)
		q.fuser.at(at)
		s.expandAgain(q.r, w, at)
		if q.r.steps == 0 && q.r.rescues == 0 && len(q.r.waiting(w)) > 0 {
			q.state(q.ends, at).mark(s.m.stuckBit())
		}
	}
	q.off = append(q.off, uint64(len(q.to)))
	for _, n := range q.to {
		q.back[n+1]++
	}
	for n := range s.st.size() {
		q.back[n+1] += q.back[n]
	}
	next := append([]uint64(nil), q.back...)
	q.from = make([]uint32, len(q.to))
	for e, n := range q.to {
		q.from[next[n]] = uint32(e)
		next[n]++
	}
	return q
}

// state is what all has for a state.
func (q *quotient) state(all []uint64, n int) future { return all[n*q.width : (n+1)*q.width] }

// step notes one step.
func (q *quotient) step(r *run, at int) {
	t := r.step
	if t.kind == byFault || t.optional() {
		return
	}
	does := q.s.m.newFuture()
	q.does = does
	does.step(q.s.m, t, r.dropped)
	if t.failure != none {
		q.state(q.ends, at).join(does)
		return
	}
	n, perm := q.s.lookup(q.v, q.fuser.after(r.next))
	q.to, q.perm, q.source = append(q.to, uint32(n)), append(q.perm, perm), append(q.source, uint32(at))
	q.timeout = append(q.timeout, t.untimely())
	q.marks = append(q.marks, does...)
}

// walk finds what can happen after each state.
func (q *quotient) walk(ctx context.Context, timeouts bool, leave func(n int, f future)) bool {
	n, w := q.s.st.size(), q.width
	all := append([]uint64(nil), q.ends...)
	for e := range q.to {
		if !q.timeout[e] || timeouts {
			for k := range w {
				all[int(q.source[e])*w+k] |= q.marks[e*w+k]
			}
		}
	}
	queued := make([]bool, n)
	todo := make([]uint32, 0, n)
	for k := n - 1; k >= 0; k-- {
		todo, queued[k] = append(todo, uint32(k)), true
	}
	scratch := make([]uint64, w)
	for turns := 0; len(todo) > 0; turns++ {
		if turns&4095 == 0 && ctx.Err() != nil {
			return false
		}
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		queued[t] = false
		for _, e := range q.from[q.back[t]:q.back[t+1]] {
			if q.timeout[e] && !timeouts {
				continue
			}
			f := all[int(t)*w : (int(t)+1)*w]
			if q.perm[e] != 0 {
				f = q.rename(f, q.perm[e], scratch)
			}
			s := q.source[e]
			grew := false
			for k, x := range f {
				if y := all[int(s)*w+k]; x&^y != 0 {
					all[int(s)*w+k], grew = x|y, true
				}
			}
			if grew && !queued[s] {
				todo, queued[s] = append(todo, s), true
			}
		}
	}
	for k := range n {
		leave(k, all[k*w:(k+1)*w])
	}
	return true
}

// rename turns what follows a state that a permutation leads to into what follows the one that it comes from.
func (q *quotient) rename(f future, perm uint32, into future) future {
	clear(into)
	p := &q.s.sym.perms[perm]
	for from, to := range p.inst {
		if f.has(to) {
			into.mark(from)
		}
	}
	n := len(p.inst)
	for from, to := range p.queue {
		if f.has(n + to) {
			into.mark(n + from)
		}
	}
	for _, bit := range []int{q.s.m.stuckBit(), q.s.m.failsBit()} {
		if f.has(bit) {
			into.mark(bit)
		}
	}
	return into
}
