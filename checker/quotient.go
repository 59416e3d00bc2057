package checker

import (
	"context"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// quotient is the state graph when a state stands for all its permutations: beside where a step leads it keeps how the instances are permuted on the
// way (the annotated quotient structure of Emerson and Sistla, "Symmetry and model checking", 1996), because what an instance can do afterwards has to
// be found under its new name. It finds the futures that graph finds, by going backwards until nothing new is found.
type quotient struct {
	s       *search
	r       *run
	stuck   int
	fails   int
	width   int
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
	q := &quotient{s: s}
	q.stuck = len(s.m.instances) + len(s.m.queues)
	q.fails = q.stuck + 1
	q.width = q.fails/64 + 1
	q.ends = make([]uint64, s.st.n*q.width)
	q.back = make([]uint64, s.st.n+1)
	at := 0
	q.r = s.m.newRun(func(r *run) { q.step(r, at) })
	for at = range s.st.n {
		if at&1023 == 0 && ctx.Err() != nil {
			return nil
		}
		q.off = append(q.off, uint64(len(q.to)))
		s.expandAgain(q.r, at)
		if q.r.steps == 0 && q.r.rescues == 0 && len(q.r.waiting(s.st.at(at))) > 0 {
			q.ends[at*q.width+q.stuck/64] |= 1 << (q.stuck % 64)
		}
	}
	q.off = append(q.off, uint64(len(q.to)))
	for _, n := range q.to {
		q.back[n+1]++
	}
	for n := range s.st.n {
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

// step notes one step.
func (q *quotient) step(r *run, at int) {
	t := r.step
	if t.kind == byFault {
		return
	}
	marks := make([]uint64, q.width)
	mark := func(bit int) { marks[bit/64] |= 1 << (bit % 64) }
	mark(t.inst.id)
	if t.peer != nil {
		mark(t.peer.id)
	}
	if t.queue != nil && t.got {
		mark(len(q.s.m.instances) + t.queue.id)
	}
	for _, x := range r.dropped {
		mark(len(q.s.m.instances) + x.id)
	}
	if t.failure != none {
		mark(q.fails)
		for k, x := range marks {
			q.ends[at*q.width+k] |= x
		}
		return
	}
	n, perm := q.s.lookup(r.next)
	q.to, q.perm, q.source = append(q.to, uint32(n)), append(q.perm, perm), append(q.source, uint32(at))
	q.timeout = append(q.timeout, t.opt != nil && t.opt.kind == session.TimeoutOption && !t.opt.edge.Action.Rescues)
	q.marks = append(q.marks, marks...)
}

// walk finds what can happen after each state.
func (q *quotient) walk(ctx context.Context, timeouts bool, leave func(n int, f []uint64)) bool {
	n, w := q.s.st.n, q.width
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
func (q *quotient) rename(f []uint64, perm uint32, into []uint64) []uint64 {
	clear(into)
	has := func(bit int) bool { return f[bit/64]>>(bit%64)&1 != 0 }
	mark := func(bit int) { into[bit/64] |= 1 << (bit % 64) }
	p := &q.s.sym.perms[perm]
	for from, to := range p.inst {
		if has(to) {
			mark(from)
		}
	}
	n := len(p.inst)
	for from, to := range p.queue {
		if has(n + to) {
			mark(n + from)
		}
	}
	for _, bit := range []int{q.stuck, q.fails} {
		if has(bit) {
			mark(bit)
		}
	}
	return into
}
