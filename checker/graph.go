package checker

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// graph judges what no single state shows: who never moves again, and what is never received, in any continuation. It walks the state graph
// with Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972), making successors anew: what can happen after a state is what
// can happen in its strongly connected component and in those that it leads to, and these are known when it is left.
//
// Most states lead to everything that happens at all, and such a state is known by its first such successor: the rest of its steps, and of those on
// the path to it, need not be made. So instances are asked one by one.
type graph struct {
	s        *search
	r        *run
	fuser    *fuser // with an ample set
	v        *view
	timeouts bool   // timeouts that rescue nobody are steps too
	most     future // what happens at all
	futures  []future
	ids      map[string]uint32
	places   []uint32 // per state: 0, or its order of entry while it is open, or the number of its future with the high bit
	order    uint32
	cheap    []*instance // all of them, those first whose steps are found quickly
	succ     []key       // of successors of the states on the path, looked up when their turn comes
	path     []visit
	open     []uint32 // Tarjan's stack
	acc      []uint64 // the futures collected so far along path
	leave    func(n int, f future)
}

// visit is a state on the path.
type visit struct {
	state, low uint32
	next, base int  // in succ
	asked      int  // so many instances were asked for their steps
	moves      bool // a step that counts for deadlock was among them
}

const graphLeft = 1 << 31 // in places; keyLimit leaves room for it

func (s *search) newGraph(timeouts bool, leave func(int, future)) *graph {
	g := &graph{s: s, v: s.st.view(), timeouts: timeouts, most: s.all, ids: map[string]uint32{}, places: make([]uint32, s.st.size()), leave: leave}
	if !timeouts {
		g.most = s.timely
	}
	g.r = s.m.newRun(g.successor)
	g.fuser = s.newFuser(func(t *step, dropped []*queue) { g.top().step(s.m, t, dropped) })
	g.cheap = slices.Clone(s.m.instances)
	slices.SortStableFunc(g.cheap, func(a, b *instance) int { return cmp.Compare(s.m.widest(a), s.m.widest(b)) })
	return g
}

// widest is the number of words in the widest footprint of an instance.
func (m *model) widest(i *instance) int {
	most := 0
	for _, st := range i.stand {
		if f := m.footprints[st.number]; f == nil {
			return m.words + 1
		} else {
			most = max(most, len(f))
		}
	}
	return most
}

// top is the future collected for the last state on the path.
func (g *graph) top() future { return g.acc[len(g.acc)-len(g.most):] }

// successor notes what a step does and where it leads.
func (g *graph) successor(r *run) {
	t := r.step
	if t.kind == byFault || t.optional() || t.untimely() && !g.timeouts || g.saturated() {
		return
	}
	g.top().step(g.s.m, t, r.dropped)
	if t.failure != none {
		return
	}
	k, known := g.v.key(g.fuser.after(r.next))
	if !known {
		panic("checker: a successor of an explored state was not explored")
	}
	g.succ = append(g.succ, k)
}

// saturated reports whether the last state on the path leads to everything.
func (g *graph) saturated() bool { return slices.Equal(g.top(), g.most) }

func (g *graph) enter(n uint32) {
	g.order++
	g.places[n] = g.order
	g.open = append(g.open, n)
	for range g.most {
		g.acc = append(g.acc, 0)
	}
	g.path = append(g.path, visit{state: n, low: g.order, next: len(g.succ), base: len(g.succ)})
}

// more makes further successors of the last state on the path; false if there are none.
func (g *graph) more(v *visit) bool {
	g.succ = g.succ[:v.base]
	v.next = v.base
	all, w := g.cheap, g.v.at(int(v.state))
	g.r.from(w)
	g.fuser.at(int(v.state))
	if g.s.ample != nil && g.s.choice[v.state] != 0 && v.asked == 0 {
		g.r.instance(g.s.m.instances[g.s.choice[v.state]-1])
		v.asked, v.moves = len(all)+1, true
		return true
	}
	for v.asked < len(all) && len(g.succ) == v.base && !g.saturated() {
		g.r.instance(all[v.asked])
		v.asked++
		v.moves = v.moves || g.r.steps > 0 || g.r.rescues > 0
	}
	if v.asked == len(all) && len(g.succ) == v.base {
		v.asked++
		if !v.moves && len(g.r.waiting(w)) > 0 {
			g.top().mark(g.s.m.stuckBit())
		}
	}
	return v.asked <= len(all)
}

// bytes is the memory that the graph holds.
func (g *graph) bytes() int64 {
	return int64(len(g.places))*4 + int64(cap(g.succ))*16 + int64(cap(g.path))*24 + int64(cap(g.open))*4 + int64(cap(g.acc))*8
}

// walk visits every state that some path reaches; false if it was interrupted.
func (g *graph) walk(ctx context.Context) bool {
	if g.timeouts && len(g.s.m.sys.Crash) == 0 && !g.s.m.optional { // the first state leads to all others
		g.places[0] = graphLeft | g.intern(g.most)
		g.leave(0, g.most)
	}
	for root := range g.places { // without timeouts or faults the graph may fall apart
		if g.places[root] == 0 {
			g.enter(uint32(root))
		}
		for len(g.path) > 0 {
			v := &g.path[len(g.path)-1]
			switch {
			case g.saturated():
				g.settle()
			case v.next == len(g.succ):
				if v.asked > len(g.s.m.instances) || !g.more(v) {
					g.exit()
				}
			default:
				n := g.s.st.root.find(g.succ[v.next], g.succ[v.next].tag())
				v.next++
				if n < 0 {
					panic("checker: a successor of an explored state was not explored")
				}
				switch p := g.places[n]; {
				case p == 0:
					if g.order&1023 == 0 && (ctx.Err() != nil || !g.s.room(g.bytes(), " to judge continuations")) {
						return false
					}
					g.enter(uint32(n))
				case p&graphLeft != 0:
					g.top().join(g.futures[p&^graphLeft])
				default:
					v.low = min(v.low, p)
				}
			}
		}
	}
	return true
}

// settle leaves every open state: each leads to the last one on the path, and that leads to everything.
func (g *graph) settle() {
	id := g.intern(g.most)
	for _, n := range g.open {
		g.places[n] = graphLeft | id
		g.leave(int(n), g.most)
	}
	g.open, g.path, g.succ, g.acc = g.open[:0], g.path[:0], g.succ[:0], g.acc[:0]
}

// exit leaves the last state on the path, and its component if it was entered through it.
func (g *graph) exit() {
	v := g.path[len(g.path)-1]
	g.path = g.path[:len(g.path)-1]
	g.succ = g.succ[:v.base]
	mine := g.top()
	g.acc = g.acc[:len(g.acc)-len(mine)]
	last := v.low == g.places[v.state]
	if last {
		id := g.intern(mine)
		for done := false; !done; {
			n := g.open[len(g.open)-1]
			g.open = g.open[:len(g.open)-1]
			g.places[n] = graphLeft | id
			g.leave(int(n), g.futures[id])
			done = n == v.state
		}
	}
	if len(g.path) > 0 {
		g.top().join(mine) // which lies just above it
		if u := &g.path[len(g.path)-1]; !last {
			u.low = min(u.low, v.low)
		}
	}
}

func (g *graph) intern(f future) uint32 {
	key := make([]byte, 0, 64)
	for _, x := range f {
		key = binary.LittleEndian.AppendUint64(key, x)
	}
	id, ok := g.ids[string(key)]
	if !ok {
		id = uint32(len(g.futures))
		g.ids[string(key)] = id
		g.futures = append(g.futures, slices.Clone(f))
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
	stuckBit, failsBit := s.m.stuckBit(), s.m.failsBit()
	everybody := true
	for bit := range stuckBit {
		everybody = everybody && s.all.has(bit)
	}
	v := s.st.view()
	stops := func(n int, f future, into *finding) {
		if f.has(stuckBit) || f.has(failsBit) || into.state >= 0 && n > into.state || !s.wanted[session.Deadlock] {
			return
		}
		w := v.at(n)
		var stuck []*instance
		for _, i := range s.m.instances {
			if !f.has(i.id) && i.liveIn(w) && !s.r.idle(i, w) {
				stuck = append(stuck, i)
			}
		}
		if len(stuck) > 0 {
			into.state, into.stuck, into.inst = n, stuck, stuck[0]
		}
	}
	walk := s.newWalk(ctx)
	if walk == nil || !walk(true, func(n int, f future) {
		if everybody && &f[0] == &s.all[0] {
			return // nobody stops
		}
		stops(n, f, partial)
		if !s.wanted[session.Orphan] || orphan.state >= 0 && n > orphan.state {
			return
		}
		if f.has(failsBit) || f.has(stuckBit) && s.wanted[session.Deadlock] {
			return // what may follow is to blame
		}
		w := v.at(n)
		for _, q := range s.m.queues {
			if !f.has(len(s.m.instances)+q.id) && q.head(w) != 0 {
				orphan.state, orphan.queue = n, q
				break
			}
		}
	}) {
		return false
	}
	if strict && !walk(false, func(n int, f future) { stops(n, f, timeout) }) {
		return false
	}
	for _, f := range []*finding{partial, timeout, orphan} {
		if f.state >= 0 && !(f == timeout && partial.state >= 0 && partial.state <= timeout.state) {
			s.report(f)
		}
	}
	return true
}

// walk tells what can happen after each state, with timeouts that rescue nobody or without; false if it was interrupted.
type walk func(timeouts bool, leave func(n int, f future)) bool

// newWalk returns nil if it was interrupted.
func (s *search) newWalk(ctx context.Context) walk {
	if s.sym == nil {
		if !s.room(int64(s.st.size())*4, " to judge continuations") {
			return nil
		}
		return func(timeouts bool, leave func(int, future)) bool { return s.newGraph(timeouts, leave).walk(ctx) }
	}
	width := int64(len(s.m.newFuture())) * 8
	if !s.room(int64(s.st.size())*(2*width+32)+int64(s.trans)*(width+32), " to judge continuations") {
		return nil
	}
	q := s.newQuotient(ctx)
	if q == nil {
		return nil
	}
	return func(timeouts bool, leave func(int, future)) bool { return q.walk(ctx, timeouts, leave) }
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
