package checker

import (
	"context"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"testing"

	"github.com/protoc-os/protoc-os/checker/fair"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// TestLivenessTwin compares, on random systems, what each obligation needs with what the naive twin finds: it has states, steps and names of its own, and
// shares with the engine only package fair, which has a twin itself.
func TestLivenessTwin(t *testing.T) {
	compared, found := 0, map[string]int{}
	for k := range *random / 5 {
		seed := *seed + int64(k)
		sys := randomSystem(seed)
		r := rand.New(rand.NewSource(seed))
		for _, m := range sys.Machines {
			if m.Component = nil; r.Intn(5) > 0 {
				m.Component = &session.Component{}
			}
			for s := range m.States {
				m.States[s].Fair = m.States[s].Kind == session.Deciding && r.Intn(2) == 0
			}
		}
		m, err := compile(sys)
		if err != nil {
			t.Fatal(err)
		}
		m.remember()
		s := newSearch(m, Options{States: 60, Workers: 1}, everything)
		s.explore(context.Background())
		if s.cut != "" || len(m.sys.Crash) > 0 {
			continue
		}
		s.continuations(context.Background())
		if s.stuck() != "" {
			continue
		}
		s.wanted = map[session.Property]bool{session.Progress: true, session.Starvation: true}
		duties, g, _ := s.liveness(context.Background())
		got := map[string]string{}
		for _, d := range duties {
			if d.Raised {
				name := d.Text
				if d.choice >= 0 {
					c := g.choices[d.choice]
					name = fmt.Sprintf("option %d, member %d of site %d of %s", c.index, c.member, c.site, d.inst.name)
				}
				got[name] = d.Weakest.String()
				found[d.Weakest.String()]++
			}
		}
		want := newTwin(sys).liveness()
		if !maps.Equal(got, want) {
			for _, x := range slices.Sorted(maps.Keys(want)) {
				if got[x] != want[x] {
					t.Errorf("seed %d: %s: engine %q, twin %q", seed, x, got[x], want[x])
				}
			}
			for _, x := range slices.Sorted(maps.Keys(got)) {
				if _, ok := want[x]; !ok {
					t.Errorf("seed %d: %s: engine %q, and the twin does not know it", seed, x, got[x])
				}
			}
			t.FailNow()
		}
		compared++
	}
	t.Logf("%d systems from seed %d, %d compared: %v", *random/5, *seed, compared, found)
	if *random >= 10000 && (compared < 100 || found["declared"] == 0 || found["weak"] == 0 || found["strong"] == 0) {
		t.Error("the systems try too little")
	}
}

// liveGraph explores and makes the graph of all steps.
func (t *twin) liveGraph() (g *fair.Graph, states []*twinState, steps []twinStep, source []int, number map[string]int32) {
	g, number = &fair.Graph{Movers: len(t.comps)}, map[string]int32{}
	first, _ := t.initial()
	ids := map[string]uint32{first.key(): 0}
	states = []*twinState{first}
	for n := 0; n < len(states); n++ {
		s := states[n]
		g.Off = append(g.Off, uint64(len(g.To)))
		all, _ := t.steps(s)
		var enabled, queued uint64
		for _, x := range all {
			l := fair.Label{Movers: [2]int32{-1, -1}, Options: [2]int32{-1, -1}, Renews: int32(x.begins) - 1, Fault: x.fault}
			for side, i := range x.movers {
				l.Movers[side] = int32(i)
				if !x.fault && !x.optional {
					enabled |= 1 << i
				}
				if x.edges == nil {
					continue
				}
				m := t.comps[i].machine
				st := &m.States[s.pc[i]]
				kind := st.Edges[x.edges[side]].Action.Kind
				if kind == session.NewSession || kind == session.StartChild {
					queued |= 1 << i
				}
				if kind == session.TimeoutOption || kind == session.ElseOption || kind == session.AbandonEnd {
					continue
				}
				l.Options[side] = t.choice(number, s, i, x.edges[side], x.members[side])
				fairly := st.Kind == session.Waiting && !st.Priority || st.Kind == session.Deciding && st.Fair
				l.Visits[side] = fairly && m.Component != nil
				l.Promised[side] = l.Visits[side]
				if len(x.movers) == 2 {
					sender := &t.comps[x.movers[0]].machine.States[s.pc[x.movers[0]]]
					l.Promised[side] = l.Visits[side] && side == 1 && len(sender.Edges) == 1
				}
			}
			to := fair.Nowhere
			if x.to != nil {
				id, ok := ids[x.to.key()]
				if !ok {
					id = uint32(len(states))
					ids[x.to.key()] = id
					states = append(states, x.to)
				}
				to = id
			}
			g.To, g.Label = append(g.To, to), append(g.Label, uint32(len(g.Labels)))
			g.Labels = append(g.Labels, l)
			steps, source = append(steps, x), append(source, n)
		}
		for i := range t.comps { // what priority passes over
			if s.status[i] != "live" || !t.comps[i].machine.States[s.pc[i]].Priority {
				continue
			}
			st := &t.comps[i].machine.States[s.pc[i]]
			if st.Kind != session.Waiting {
				continue
			}
			first := t.first(s, i, map[string]bool{})
			for n := range st.Edges {
				e := &st.Edges[n]
				if k := e.Action.Kind; k == session.ElseOption || k == session.TimeoutOption || !t.on(s, i, e, map[string]bool{}) {
					continue
				}
				for _, k := range t.members(s, i, e, map[string]bool{}) {
					if first.before(n, k) && t.ready(s, i, e, k, map[string]bool{}) {
						g.To, g.Label = append(g.To, uint32(len(g.Off)-1)), append(g.Label, uint32(len(g.Labels)))
						g.Labels = append(g.Labels, fair.Label{Movers: [2]int32{int32(i), -1}, Options: [2]int32{t.choice(number, s, i, n, k), -1}, Renews: -1, Passed: true})
						steps, source = append(steps, twinStep{}), append(source, len(g.Off)-1)
					}
				}
			}
		}
		g.Enabled, g.Queues = append(g.Enabled, enabled), append(g.Queues, queued)
	}
	g.Off = append(g.Off, uint64(len(g.To)))
	g.Choices = len(number)
	return g, states, steps, source, number
}

// choice numbers an option of a choice that has others.
func (t *twin) choice(number map[string]int32, s *twinState, i, edge, member int) int32 {
	st := &t.comps[i].machine.States[s.pc[i]]
	a := &st.Edges[edge].Action
	if len(st.Edges) == 1 && !a.Slot.Any && a.Kind != session.PickMember || st.Kind == session.Deciding && !st.Fair {
		return -1
	}
	if !a.Slot.Any && a.Kind != session.PickMember {
		member = 0
	}
	key := fmt.Sprintf("%d %d %d %d", i, st.Site, edge, member)
	if _, ok := number[key]; !ok {
		number[key] = int32(len(number))
	}
	return number[key]
}

// liveness returns what each obligation that is raised needs.
func (t *twin) liveness() map[string]string {
	g, states, steps, source, number := t.liveGraph()
	search := fair.NewSearch(g)
	all := map[string]string{}
	judge := func(name string, pending, within func(s *twinState) bool, serves func(k int) bool) {
		o := &fair.Obligation{Within: fair.NewSet(len(states)), Pending: fair.NewSet(len(states)), Serves: make([]bool, len(g.Labels))}
		raised := false
		for n, s := range states {
			if within == nil || within(s) {
				o.Within.Add(n)
			}
			if pending(s) {
				raised = true
				o.Pending.Add(n)
			}
		}
		for k := range o.Serves {
			o.Serves[k] = serves(k)
		}
		if raised {
			all[name] = search.Weakest(o).String()
		}
	}
	names := t.names()
	for i := range t.comps {
		waits := func(s *twinState) bool { return s.status[i] == "live" && !t.idle(s, i) }
		judge(names[i]+" moves on", waits, waits, func(k int) bool { return slices.Contains(steps[k].movers, i) })
	}
	for x, s := range t.sess {
		for from := range s.proto.Roles {
			for to := range s.proto.Roles {
				if s.proto.Capacity[from][to] == 0 {
					continue
				}
				queued := func(st *twinState) bool { return len(st.queues[x][way(from, to)]) > 0 }
				leaves := fmt.Sprint(x, " ", way(from, to))
				judge(fmt.Sprintf("what %s carries from %s to %s is received", t.session(x), s.proto.Roles[from], s.proto.Roles[to]), queued, queued,
					func(k int) bool { return slices.Contains(steps[k].leaves, leaves) })
			}
			owes := func(st *twinState) bool {
				at := st.roles[x][from]
				if at < 0 || s.proto.Locals[from].States[at].Rest {
					return false
				}
				edges := s.proto.Locals[from].States[at].Edges
				return len(edges) > 0 && !slices.ContainsFunc(edges, func(e session.LocalEdge) bool { return e.Send })
			}
			hears := func(st *twinState) bool { return owes(st) && t.hears(st, x, from) }
			judge(fmt.Sprintf("what %s.%s waits for comes", t.session(x), s.proto.Roles[from]), hears, owes, func(k int) bool { return t.moves(states[source[k]], steps[k], x, from) })
		}
	}
	for key, n := range number {
		var i, site, edge, member int
		fmt.Sscanf(key, "%d %d %d %d", &i, &site, &edge, &member)
		m := t.comps[i].machine
		k := slices.IndexFunc(m.States, func(st session.State) bool { return st.Site == site })
		if m.Component == nil || m.States[k].Kind != session.Waiting {
			continue
		}
		ready := func(k int) bool { return g.Labels[k].Options[0] == n || g.Labels[k].Options[1] == n }
		pending := map[*twinState]bool{}
		for k := range g.Labels {
			if ready(k) {
				pending[states[source[k]]] = true
			}
		}
		within := func(s *twinState) bool { return t.comps[i].given != nil || s.status[i] == "live" }
		a := &m.States[k].Edges[edge].Action
		judge(fmt.Sprintf("option %d, member %d of site %d of %s", edge, member, site, names[i]), func(s *twinState) bool { return pending[s] }, within, func(k int) bool {
			return ready(k) && !g.Labels[k].Passed || t.withdraws(states[source[k]], steps[k], i, site, a, member)
		})
	}
	return all
}

// withdraws reports whether a step finds out that the peer of an option has gone.
func (t *twin) withdraws(s *twinState, x twinStep, i, site int, a *session.Action, member int) bool {
	for side, j := range x.movers {
		if j != i || x.edges == nil {
			continue
		}
		st := &t.comps[i].machine.States[s.pc[i]]
		b := &st.Edges[x.edges[side]].Action
		if st.Site != site || len(st.Edges) == 1 && !b.Slot.Any || b.Kind != session.GonePeer || b.Peer != a.Peer {
			continue
		}
		same := a.Kind == session.SendMsg || a.Kind == session.ReceiveMsg || a.Kind == session.GonePeer || a.Kind == session.ChildEnded || a.Kind == session.ChildCrashed
		if same && a.Slot.Group == b.Slot.Group && a.Slot.Field == b.Slot.Field && (x.members[side] == member || !a.Slot.Any || !b.Slot.Any) {
			return true
		}
	}
	return false
}

// moves reports whether a step takes an end of a session along its protocol.
func (t *twin) moves(s *twinState, x twinStep, which, role int) bool {
	for side, i := range x.movers {
		if x.edges == nil {
			continue
		}
		a := &t.comps[i].machine.States[s.pc[i]].Edges[x.edges[side]].Action
		if a.Kind != session.SendMsg && a.Kind != session.ReceiveMsg {
			continue
		}
		if e, ok := t.end(s, i, a.Slot, x.members[side]); ok && e.s == which && e.r == role {
			return true
		}
	}
	return false
}

// hears reports whether whoever holds an end waits for a message on it.
func (t *twin) hears(s *twinState, which, role int) bool {
	for i := range t.comps {
		if s.status[i] != "live" {
			continue
		}
		st := &t.comps[i].machine.States[s.pc[i]]
		if st.Kind != session.Waiting {
			continue
		}
		for n := range st.Edges {
			e := &st.Edges[n]
			if e.Action.Kind != session.ReceiveMsg || !t.on(s, i, e, map[string]bool{}) {
				continue
			}
			for _, k := range t.members(s, i, e, map[string]bool{}) {
				if x, ok := t.end(s, i, e.Action.Slot, k); ok && x.s == which && x.r == role && t.edge(s, x, false, e.Action.Peer, e.Action.Label) != nil {
					return true
				}
			}
		}
	}
	return false
}

// names are those of the components, and session that of a session, as the engine gives them.
func (t *twin) names() (all []string) {
	count := map[int]int{}
	for _, c := range t.comps {
		if c.given != nil {
			all = append(all, c.given.Name)
			continue
		}
		count[c.index]++
		all = append(all, fmt.Sprintf("%s#%d", c.machine.Name, count[c.index]))
	}
	return all
}

func (t *twin) session(x int) string {
	if x < len(t.sys.Sessions) {
		return t.sys.Sessions[x].Name
	}
	n := 1
	for y := len(t.sys.Sessions); y < x; y++ {
		if t.sess[y].proto == t.sess[x].proto {
			n++
		}
	}
	return fmt.Sprintf("%s#%d", t.sess[x].proto.Name, n)
}
