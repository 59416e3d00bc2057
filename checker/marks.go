package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// marks is what a search notes of all steps together: which options are taken, how far queues are filled, and what anybody does at all.
type marks struct {
	m       *model
	taken   []bool // per edge of the model
	highest []int  // per queue
	all     future // every step but faults and optional ones
	timely  future // of these, without timeouts that rescue nobody
}

// future is a bit set of what happens: the instances that move, then the queues that something leaves, then whether a stuck state or a failing
// step is reached.
type future []uint64

func (m *model) newFuture() future { return make(future, (m.failsBit()+64)/64) }
func (m *model) stuckBit() int     { return len(m.instances) + len(m.queues) }
func (m *model) failsBit() int     { return m.stuckBit() + 1 }

func (f future) mark(bit int)     { f[bit/64] |= 1 << (bit % 64) }
func (f future) has(bit int) bool { return f[bit/64]>>(bit%64)&1 != 0 }

func (f future) join(g future) {
	for k, x := range g {
		f[k] |= x
	}
}

// step notes what a step does. Faults are nobody's future.
func (f future) step(m *model, t *step, dropped []*queue) {
	f.mark(t.inst.id)
	if t.peer != nil {
		f.mark(t.peer.id)
	}
	if t.queue != nil && t.got {
		f.mark(len(m.instances) + t.queue.id)
	}
	for _, q := range dropped {
		f.mark(len(m.instances) + q.id)
	}
	if t.failure != none {
		f.mark(m.failsBit())
	}
}

// untimely reports whether a step is a timeout that rescues nobody.
func (t *step) untimely() bool {
	return t.opt != nil && t.opt.kind == session.TimeoutOption && !t.opt.edge.Action.Rescues
}

// optional reports whether a step is one that an environment need not take: then nobody's future depends on it.
func (t *step) optional() bool { return t.opt != nil && t.opt.edge.Optional }

func (m *model) newMarks() *marks {
	return &marks{m, make([]bool, len(m.edges)), make([]int, len(m.queues)), m.newFuture(), m.newFuture()}
}

// mark notes a step.
func (x *marks) mark(t *step, dropped []*queue) {
	if t.kind != byFault && !t.optional() {
		x.all.step(x.m, t, dropped)
		if !t.untimely() {
			x.timely.step(x.m, t, dropped)
		}
	}
	o := t.opt
	if o == nil {
		return
	}
	x.taken[o.number] = true
	if p := t.with; p != nil {
		x.taken[p.number] = true
	} else if q := t.queue; q != nil && !t.got && t.failure == none {
		x.highest[q.id] = max(x.highest[q.id], t.length)
	}
}

// stuck notes a state in which nothing happens any more.
func (x *marks) stuck() {
	x.all.mark(x.m.stuckBit())
	x.timely.mark(x.m.stuckBit())
}

// join adds what others have noted.
func (x *marks) join(y *marks) {
	for n, taken := range y.taken {
		x.taken[n] = x.taken[n] || taken
	}
	for n, h := range y.highest {
		x.highest[n] = max(x.highest[n], h)
	}
	x.all.join(y.all)
	x.timely.join(y.timely)
}
