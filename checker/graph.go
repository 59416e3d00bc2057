package checker

import (
	"context"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// graph judges what no single state shows: who never moves again, and what is never received, in any continuation. It walks the state graph
// with Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972), making successors anew: what can happen after a state is what
// can happen in its strongly connected component and in those that it leads to, and these are known when it is left.
type graph struct {
	s        *search
	r        *run
	timeouts bool // timeouts that rescue nobody are steps too
	// A future is a bit set: the instances that move, then the queues that something leaves, then whether a stuck state or a failing step can
	// be reached.
	width   int
	stuck   int // the bits of the last two
	fails   int
	futures [][]uint64
	ids     map[string]uint32
	order   []uint32 // per state, when it was entered, from 1 on
	future  []uint32 // per state, once its component is left: its future's number + 1
	succ    []uint32 // the successors of the states on the path
	path    []visit
	open    []uint32 // Tarjan's stack
	acc     []uint64 // the futures collected so far along path
	leave   func(n int, future []uint64)
}

// visit is a state on the path.
type visit struct {
	state, low uint32
	next, base int // in succ
}

func (s *search) newGraph(timeouts bool, leave func(int, []uint64)) *graph {
	g := &graph{s: s, timeouts: timeouts, ids: map[string]uint32{}, order: make([]uint32, s.st.n), future: make([]uint32, s.st.n), leave: leave}
	g.stuck = len(s.m.instances) + len(s.m.queues)
	g.fails = g.stuck + 1
	g.width = g.fails/64 + 1
	g.r = s.m.newRun(g.successor)
	return g
}

func (g *graph) mark(bit int) {
	g.acc[len(g.acc)-g.width+bit/64] |= 1 << (bit % 64)
}

// successor notes what a step does and where it leads.
func (g *graph) successor(r *run) {
	t := r.step
	if t.kind == byFault || t.opt != nil && t.opt.kind == session.TimeoutOption && !t.opt.edge.Action.Rescues && !g.timeouts {
		return
	}
	g.mark(t.inst.id)
	if t.peer != nil {
		g.mark(t.peer.id)
	}
	if t.queue != nil && t.got {
		g.mark(len(g.s.m.instances) + t.queue.id)
	}
	for _, q := range r.dropped {
		g.mark(len(g.s.m.instances) + q.id)
	}
	if t.failure != none {
		g.mark(g.fails)
		return
	}
	n := g.s.st.find(r.next, tag(r.next))
	if n < 0 {
		panic("checker: a successor of an explored state was not explored")
	}
	g.succ = append(g.succ, uint32(n))
}

func (g *graph) enter(n, order uint32) {
	g.order[n] = order
	g.open = append(g.open, n)
	for range g.width {
		g.acc = append(g.acc, 0)
	}
	v := visit{state: n, low: order, next: len(g.succ), base: len(g.succ)}
	g.s.expandAgain(g.r, int(n))
	if g.r.steps == 0 && g.r.rescues == 0 && len(g.r.waiting(g.s.st.at(int(n)))) > 0 {
		g.mark(g.stuck)
	}
	g.path = append(g.path, v)
}

// walk visits every state that some path reaches; false if it was interrupted.
func (g *graph) walk(ctx context.Context) bool {
	order := uint32(0)
	for root := range g.order { // a graph without timeouts may fall apart
		if g.order[root] != 0 {
			continue
		}
		order++
		g.enter(uint32(root), order)
		for len(g.path) > 0 {
			v := &g.path[len(g.path)-1]
			if v.next < len(g.succ) {
				n := g.succ[v.next]
				v.next++
				switch {
				case g.order[n] == 0:
					if order++; order&1023 == 0 && ctx.Err() != nil {
						return false
					}
					g.enter(n, order)
				case g.future[n] != 0:
					g.join(g.futures[g.future[n]-1])
				default:
					v.low = min(v.low, g.order[n])
				}
				continue
			}
			g.exit()
		}
	}
	return true
}

// join adds a future to that of the last state on the path.
func (g *graph) join(f []uint64) {
	acc := g.acc[len(g.acc)-g.width:]
	for k, x := range f {
		acc[k] |= x
	}
}

// exit leaves the last state on the path, and its component if it was entered through it.
func (g *graph) exit() {
	v := g.path[len(g.path)-1]
	g.path = g.path[:len(g.path)-1]
	g.succ = g.succ[:v.base]
	mine := g.acc[len(g.acc)-g.width:]
	g.acc = g.acc[:len(g.acc)-g.width]
	if v.low == g.order[v.state] {
		id := g.intern(mine)
		f := g.futures[id]
		for {
			n := g.open[len(g.open)-1]
			g.open = g.open[:len(g.open)-1]
			g.future[n] = id + 1
			g.leave(int(n), f)
			if n == v.state {
				break
			}
		}
	}
	if len(g.path) > 0 {
		g.join(mine) // mine lies just above what is joined
		u := &g.path[len(g.path)-1]
		if v.low != g.order[v.state] {
			u.low = min(u.low, v.low)
		}
	}
}

func (g *graph) intern(f []uint64) uint32 {
	key := make([]byte, 0, 8*len(f))
	for _, x := range f {
		for k := range 8 {
			key = append(key, byte(x>>(8*k)))
		}
	}
	id, ok := g.ids[string(key)]
	if !ok {
		id = uint32(len(g.futures))
		g.ids[string(key)] = id
		g.futures = append(g.futures, append([]uint64(nil), f...))
	}
	return id
}

// continuations finds partial deadlocks and orphans, each in a state of least depth. States from which a deadlock or a failing step can
// be reached are left to it: what waits or lies there for ever would be reported twice, or only because the run ends at the failure.
func (s *search) continuations(ctx context.Context) bool {
	orphan := &finding{key: findingKey{property: session.Orphan, code: dsl.Orphan}, state: -1, option: -1}
	partial := &finding{key: findingKey{property: session.Deadlock, code: dsl.PartialDeadlock}, state: -1, option: -1}
	timeout := &finding{key: findingKey{property: session.Timeout, code: dsl.OnlyTimeout}, state: -1, option: -1}
	strict := s.m.timesOut() && s.wanted[session.Deadlock] // two graphs are needed
	moves := func(f []uint64, bit int) bool { return f[bit/64]>>(bit%64)&1 != 0 }
	var after futures
	stops := func(n int, f []uint64, into *finding) {
		if moves(f, after.stuck) || moves(f, after.fails) || into.state >= 0 && n > into.state || !s.wanted[session.Deadlock] {
			return
		}
		w := s.st.at(n)
		var stuck []*instance
		for _, i := range s.m.instances {
			if !moves(f, i.id) && i.liveIn(w) && !s.r.idle(i, w) {
				stuck = append(stuck, i)
			}
		}
		if len(stuck) > 0 {
			into.state, into.stuck, into.inst = n, stuck, stuck[0]
		}
	}
	var ok bool
	after, ok = s.newFutures(ctx)
	if !ok || !after.walk(true, func(n int, f []uint64) {
		stops(n, f, partial)
		if !s.wanted[session.Orphan] || orphan.state >= 0 && n > orphan.state {
			return
		}
		if moves(f, after.fails) || moves(f, after.stuck) && s.wanted[session.Deadlock] {
			return // what may follow is to blame
		}
		w := s.st.at(n)
		for _, q := range s.m.queues {
			if !moves(f, len(s.m.instances)+q.id) && q.head(w) != 0 {
				orphan.state, orphan.queue = n, q
				break
			}
		}
	}) {
		return false
	}
	if strict && !after.walk(false, func(n int, f []uint64) { stops(n, f, timeout) }) {
		return false
	}
	for _, f := range []*finding{partial, timeout, orphan} {
		if f.state >= 0 && !(f == timeout && partial.state >= 0 && partial.state <= timeout.state) {
			s.nearer(f)
		}
	}
	return true
}

// futures tell what can happen after each state: in a set of bits as graph describes them.
type futures struct {
	stuck, fails int // bits
	walk         func(timeouts bool, leave func(n int, f []uint64)) bool
}

func (s *search) newFutures(ctx context.Context) (futures, bool) {
	if s.sym != nil {
		q := s.newQuotient(ctx)
		if q == nil {
			return futures{}, false
		}
		return futures{q.stuck, q.fails, func(timeouts bool, leave func(int, []uint64)) bool { return q.walk(ctx, timeouts, leave) }}, true
	}
	g := s.newGraph(true, nil)
	return futures{g.stuck, g.fails, func(timeouts bool, leave func(int, []uint64)) bool { return s.newGraph(timeouts, leave).walk(ctx) }}, true
}

// nearer reports a violation found out of order: it takes the place of one of its kind that is farther.
func (s *search) nearer(f *finding) {
	for k, old := range s.found {
		if old.key == f.key {
			if f.state < old.state {
				s.found[k] = f
			}
			return
		}
	}
	s.report(f)
}

// timesOut reports whether some timeout rescues nobody.
func (m *model) timesOut() bool {
	for _, e := range m.edges {
		if a := &e.machine.States[e.state].Edges[e.edge].Action; a.Kind == session.TimeoutOption && !a.Rescues {
			return true
		}
	}
	return false
}
