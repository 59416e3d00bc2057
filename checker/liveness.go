package checker

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/protoc-os/protoc-os/checker/fair"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// Obligation is something that has to happen in every run: of progress, of starvation, or of an `eventually`.
type Obligation struct {
	Property session.Property
	Text     string // "app[0] moves on", "what app[0].sys carries from client to server is received", "option Read(off) <- file of app[0] is taken"
	At       dsl.Position
	Weakest  fair.Assumption // under which no run violates it; the gate is Declared
	Raised   bool            // some run is bound by it
}

// duty is an obligation as the graph sees it.
type duty struct {
	Obligation
	code   dsl.Code
	inst   *instance // whose duty it is to move; of starvation, whose option it is
	queue  *queue
	end    *end
	choice int32 // -1: none
	owe    func(r *run) *fair.Obligation
	start  uint32 // of a violating run: where its cycle begins, and its edges
	cycle  []uint64
	ends   bool // it ends there instead
}

// liveness judges progress, starvation and what is eventually to happen, on the whole graph; false if it was interrupted. It presumes that no run gets
// stuck or fails: if one does, that is what is to be mended first.
func (s *search) liveness(ctx context.Context) ([]*duty, *liveGraph, bool) {
	g := s.liveGraph(func() bool { return ctx.Err() != nil })
	if g == nil {
		return nil, nil, false
	}
	var duties []*duty
	if s.wanted[session.Progress] {
		duties = append(duties, s.progress(g)...)
	}
	if s.wanted[session.Starvation] {
		duties = append(duties, s.starvation(g)...)
	}
	duties = append(duties, s.eventually(g)...)
	var group sync.WaitGroup
	var broken any
	next := make(chan *duty)
	for range cores(s.opts.Workers) {
		group.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					broken = p
					for range next {
					}
				}
			}()
			search, r := fair.NewSearch(&g.Graph), s.m.newRun(nil)
			for d := range next {
				d.judge(search, r)
			}
		})
	}
	for _, d := range duties {
		if ctx.Err() != nil {
			break
		}
		next <- d
	}
	close(next)
	group.Wait()
	if broken != nil {
		panic(broken)
	}
	return duties, g, ctx.Err() == nil
}

// cores is how many goroutines share work; 0 asks for one per core.
func cores(workers int) int {
	if workers > 0 {
		return workers
	}
	return runtime.GOMAXPROCS(0)
}

// judge decides one duty. The sets of its obligation are as large as the graph, and do not outlive it.
func (d *duty) judge(search *fair.Search, r *run) {
	owed := d.owe(r)
	for _, w := range owed.Pending {
		d.Raised = d.Raised || w != 0
	}
	if d.Raised {
		d.Weakest = search.Weakest(owed)
	}
	if d.Weakest > fair.Declared {
		part := search.Violation(owed, fair.Declared)
		d.start, d.cycle = search.Cycle(part)
		d.ends = part.Ends
	}
}

// serves tells the labels that serve an obligation.
func (g *liveGraph) serves(what func(label int) bool) []bool {
	all := make([]bool, len(g.Labels))
	for l := range all {
		all[l] = what(l)
	}
	return all
}

// states returns those that have what is asked for.
func (s *search) states(has func(w []uint64) bool) fair.Set {
	set := fair.NewSet(s.st.size())
	v := s.st.view()
	for n := range s.st.size() {
		if has(v.at(n)) {
			set.Add(n)
		}
	}
	return set
}

// progress: every component that is neither ended nor idle moves again, every queued message is received, and every receive that a component waits
// with for what its peer owes is served.
func (s *search) progress(g *liveGraph) []*duty {
	var all []*duty
	for _, i := range s.m.instances {
		d := &duty{Obligation: Obligation{Property: session.Progress, Text: i.name + " moves on", At: i.machine.States[0].At}, code: dsl.Progress, inst: i, choice: -1}
		if i.given != nil {
			d.At = i.given.At
		}
		d.owe = func(r *run) *fair.Obligation {
			waits := s.states(func(w []uint64) bool { return i.liveIn(w) && !r.idle(i, w) })
			return &fair.Obligation{Within: waits, Pending: waits, Serves: g.serves(func(l int) bool {
				m := g.Labels[l].Movers
				return m[0] == int32(i.id) || m[1] == int32(i.id)
			})}
		}
		all = append(all, d)
	}
	for _, q := range s.m.queues {
		if q.capacity == 0 || len(q.chunks) == 0 {
			continue
		}
		p := q.session.protocol.decl
		d := &duty{Obligation: Obligation{Property: session.Progress, Text: "what " + q.session.name + " carries from " + p.Roles[q.from] + " to " + p.Roles[q.to] + " is received", At: p.At},
			code: dsl.Progress, queue: q, choice: -1}
		d.owe = func(*run) *fair.Obligation {
			queued := s.states(func(w []uint64) bool { return q.head(w) != 0 })
			return &fair.Obligation{Within: queued, Pending: queued, Serves: g.serves(func(l int) bool { return g.steps[l].got == int32(q.id) })}
		}
		all = append(all, d)
	}
	for _, e := range s.m.ends {
		owed := e.kind.owed()
		if owed == nil {
			continue
		}
		d := &duty{Obligation: Obligation{Property: session.Progress, Text: "what " + e.String() + " waits for comes", At: e.session.protocol.decl.At},
			code: dsl.Progress, end: e, choice: -1}
		d.owe = func(r *run) *fair.Obligation {
			return &fair.Obligation{
				Within:  s.states(func(w []uint64) bool { return owed[e.code.get(w)] }),
				Pending: s.states(func(w []uint64) bool { return owed[e.code.get(w)] && r.hears(e, w) }),
				Serves:  g.serves(func(l int) bool { return g.steps[l].ends[0] == int32(e.id) || g.steps[l].ends[1] == int32(e.id) }),
			}
		}
		all = append(all, d)
	}
	return all
}

// owed tells the codes at which the role can do nothing but receive, and its peers may not stay silent; nil if there are none.
func (r *role) owed() []bool {
	all := make([]bool, len(r.rest))
	some := false
	for c, s := range r.state {
		if s < 0 || r.rest[c] {
			continue
		}
		edges := r.local.States[s].Edges
		receives := len(edges) > 0
		for _, e := range edges {
			receives = receives && !e.Send
		}
		all[c] = receives
		some = some || receives
	}
	if !some {
		return nil
	}
	return all
}

// hears reports whether whoever holds an end waits for a message on it.
func (r *run) hears(e *end, w []uint64) bool {
	i, slot := r.m.holder(e, w)
	if i == nil {
		return false
	}
	st := i.standing(w)
	if st.kind != session.Waiting {
		return false
	}
	old, oldW := r.s, r.w
	r.s, r.w = w, w
	defer func() { r.s, r.w = old, oldW }()
	for k := range st.options {
		o := &st.options[k]
		if o.kind != session.ReceiveMsg || !r.holds(i, o) {
			continue
		}
		lo, hi := r.members(i, o)
		for n := lo; n < hi; n++ {
			if o.ref.base+n*o.ref.stride == slot && r.endAt(i, &o.ref, n) != nil && r.canStep(e, false, o.peer, o.label) {
				return true
			}
		}
	}
	return false
}

// starvation: every option of a choose that is ready again and again is taken.
func (s *search) starvation(g *liveGraph) []*duty {
	var all []*duty
	for k, c := range g.choices {
		i := s.m.instances[c.inst]
		if c.state.kind != session.Waiting || i.machine.Component == nil {
			continue
		}
		text := "option " + memberText(i, c.option, c.member) + " of " + i.name + " is taken"
		d := &duty{Obligation: Obligation{Property: session.Starvation, Text: text, At: positionOf(c.option.edge.At, c.state.decl.At)}, code: dsl.Starvation,
			inst: i, choice: int32(k)}
		d.owe = func(*run) *fair.Obligation {
			o := &fair.Obligation{Pending: fair.NewSet(s.st.size())}
			if i.given == nil { // one that is started anew is another
				o.Within = s.states(i.liveIn)
			}
			ready := g.serves(func(l int) bool { return g.Labels[l].Options[0] == d.choice || g.Labels[l].Options[1] == d.choice })
			gone := g.withdraws(c)
			o.Serves = g.serves(func(l int) bool { return ready[l] && !g.Labels[l].Passed || gone(g.Labels[l].Options) })
			for n := range s.st.size() {
				for e := g.Off[n]; e < g.Off[n+1]; e++ {
					if ready[g.Label[e]] {
						o.Pending.Add(n)
					}
				}
			}
			return o
		}
		all = append(all, d)
	}
	return all
}

// withdraws tells the options that take a choice back: its peer is gone, and what was ready with it does not count any more.
func (g *liveGraph) withdraws(c choice) func(options [2]int32) bool {
	return func(options [2]int32) bool {
		for _, k := range options {
			if k < 0 {
				continue
			}
			x := &g.choices[k]
			if x.inst != c.inst || x.site != c.site || x.option.kind != session.GonePeer || x.option.peer != c.option.peer || x.option.ref.stride == 0 {
				continue
			}
			same := x.option.ref.base == c.option.ref.base && x.option.ref.stride == c.option.ref.stride
			if same && (x.member == c.member || !x.option.ref.any || !c.option.ref.any) {
				return true
			}
		}
		return false
	}
}

// memberText spells an option, with the member of its set or array that is meant.
func memberText(i *instance, o *option, member int) string {
	text := optionText(i.machine, o.edge)
	if !o.ref.any {
		return text
	}
	return strings.Replace(text, "[…]", fmt.Sprintf("[%d]", member), 1)
}

// eventually: from every state in which When holds, one is reached in which Then does.
func (s *search) eventually(g *liveGraph) []*duty {
	var all []*duty
	for k := range s.m.sys.Eventually {
		x, holds := &s.m.sys.Eventually[k], &s.m.responses[k]
		d := &duty{Obligation: Obligation{Property: session.EventuallyProperty, Text: x.Text, At: x.At}, code: dsl.EventuallyFails, choice: -1}
		d.owe = func(r *run) *fair.Obligation {
			met := s.states(func(w []uint64) bool { return r.says(holds.then, w) })
			waits := s.states(func(w []uint64) bool { return r.says(holds.when, w) })
			var todo []uint32
			for n := range s.st.size() {
				if waits.Has(n) {
					d.Raised = true
					if met.Has(n) {
						waits.Remove(n)
					} else {
						todo = append(todo, uint32(n))
					}
				}
			}
			for len(todo) > 0 {
				n := todo[len(todo)-1]
				todo = todo[:len(todo)-1]
				for e := g.Off[n]; e < g.Off[n+1]; e++ {
					if to := g.To[e]; to != fair.Nowhere && !met.Has(int(to)) && !waits.Has(int(to)) {
						waits.Add(int(to))
						todo = append(todo, to)
					}
				}
			}
			return &fair.Obligation{Within: waits, Pending: waits, Serves: make([]bool, len(g.Labels))}
		}
		all = append(all, d)
	}
	return all
}

// says evaluates a property in a state.
func (r *run) says(x expr, w []uint64) bool {
	old := r.w
	r.w = w
	v := x(r)
	r.w, r.bad = old, false
	return v != 0
}
