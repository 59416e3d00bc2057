package checker

import (
	"fmt"
	"sort"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// outcome is what the engine and its twin have to agree on.
type outcome struct {
	States, Transitions, Depth int
	Codes                      map[string]int // depth of the nearest violation of each kind
	Highest                    []int
	Cut                        bool
}

func (o outcome) String() string {
	var codes []string
	for c, d := range o.Codes {
		codes = append(codes, fmt.Sprintf("%s@%d", c, d))
	}
	sort.Strings(codes)
	return fmt.Sprintf("%d states, %d transitions, depth %d, highest %v, %s", o.States, o.Transitions, o.Depth, o.Highest, strings.Join(codes, " "))
}

// explore visits at most `most` states.
func (t *twin) explore(most int) outcome {
	o := outcome{Codes: map[string]int{}}
	report := func(code string, depth int) {
		if d, ok := o.Codes[code]; !ok || depth < d {
			o.Codes[code] = depth
		}
	}
	first, code := t.initial()
	if first == nil {
		report(code, 0)
		o.Highest = t.highest(nil)
		return o
	}
	ids := map[string]int{first.key(): 0}
	states, depth := []*twinState{first}, []int{0}
	var steps [][]twinStep
	var next [][]int
	high := map[string]int{}
	for n := 0; n < len(states); n++ {
		if len(states) > most {
			o.Cut = true
			return o
		}
		s := states[n]
		o.Depth = depth[n]
		for k, inv := range t.sys.Always {
			if code := try(func() {
				if t.prop(s, inv.Expr, -1) == 0 {
					report(fmt.Sprint("PO2009 ", k), depth[n])
				}
			}); code != "" {
				report(code, depth[n])
			}
		}
		if t.leaks(s) {
			report("PO2006", depth[n])
		}
		all, codes := t.steps(s)
		for c := range codes {
			report(c, depth[n])
		}
		var to []int
		moves, timeouts, rescues := 0, 0, 0
		for _, x := range all {
			o.Transitions++
			switch {
			case x.fault || x.optional:
			case !x.timeout:
				moves++
			case x.rescues:
				rescues++
			default:
				timeouts++
			}
			if x.to == nil {
				report(x.code, depth[n]+1)
				to = append(to, -1)
				continue
			}
			high[x.highQueue] = max(high[x.highQueue], x.highLen)
			id, ok := ids[x.to.key()]
			if !ok {
				id = len(states)
				ids[x.to.key()] = id
				states = append(states, x.to)
				depth = append(depth, depth[n]+1)
			}
			to = append(to, id)
		}
		steps, next = append(steps, all), append(next, to)
		if moves+rescues == 0 && len(t.waiting(s)) > 0 {
			if timeouts > 0 {
				report("PO2003", depth[n])
			} else {
				report("PO2001", depth[n])
			}
		}
	}
	o.States = len(states)
	o.Highest = t.highest(high)
	t.futures(states, depth, steps, next, report)
	return o
}

func (t *twin) highest(high map[string]int) (all []int) {
	for x := range t.sess {
		for from := range t.sess[x].proto.Roles {
			for to := range t.sess[x].proto.Roles {
				all = append(all, high[fmt.Sprint(x, " ", way(from, to))])
			}
		}
	}
	return all
}

// waiting lists the components that are live and not idle.
func (t *twin) waiting(s *twinState) (all []int) {
	for i := range t.comps {
		if s.status[i] == "live" && !t.idle(s, i) {
			all = append(all, i)
		}
	}
	return all
}

func (t *twin) idle(s *twinState, i int) bool {
	st := t.comps[i].machine.States[s.pc[i]]
	if st.Kind != session.Waiting {
		return false
	}
	enabled := 0
	for n := range st.Edges {
		if !t.on(s, i, &st.Edges[n], map[string]bool{}) {
			continue
		}
		enabled++
		if st.Edges[n].Optional {
			continue
		}
		switch st.Edges[n].Action.Kind {
		case session.SendMsg, session.ElseOption, session.NewSession, session.StartChild, session.AddMember:
			return false
		}
	}
	for _, x := range s.slots[i] {
		if x.what != "end" || s.roles[x.s][x.r] < 0 {
			continue
		}
		if !t.sess[x.s].proto.Locals[x.r].States[s.roles[x.s][x.r]].Rest {
			return false
		}
		for from := range s.roles[x.s] {
			if len(s.queues[x.s][way(from, x.r)]) > 0 {
				return false
			}
		}
	}
	return enabled > 0
}

// leaks reports whether a live end is out of everybody's reach.
func (t *twin) leaks(s *twinState) bool {
	reach := map[twinRef]bool{}
	var visit func(x twinRef)
	visit = func(x twinRef) {
		if x.what != "end" || s.roles[x.s][x.r] < 0 || reach[x] {
			return
		}
		reach[x] = true
		for from := range s.roles[x.s] {
			for _, msg := range s.queues[x.s][way(from, x.r)] {
				for _, y := range msg.ends {
					visit(y)
				}
			}
		}
	}
	for i := range t.comps {
		if s.status[i] == "live" {
			for _, x := range s.slots[i] {
				visit(x)
			}
		}
	}
	for x := range s.roles {
		for r, at := range s.roles[x] {
			if at >= 0 && !reach[twinRef{"end", x, r}] {
				return true
			}
		}
	}
	return false
}

// futures judges each state by all that it can reach.
func (t *twin) futures(states []*twinState, depth []int, steps [][]twinStep, next [][]int, report func(string, int)) {
	stuck := make([]bool, len(states))
	for n, s := range states {
		some := false
		for _, x := range steps[n] {
			some = some || !x.fault && !x.optional && (!x.timeout || x.rescues)
		}
		stuck[n] = !some && len(t.waiting(s)) > 0
	}
	reach := func(n int, timeouts bool) (moves map[int]bool, leaves map[string]bool, ends bool) {
		moves, leaves = map[int]bool{}, map[string]bool{}
		seen := map[int]bool{n: true}
		for todo := []int{n}; len(todo) > 0; todo = todo[1:] {
			ends = ends || stuck[todo[0]]
			for k, x := range steps[todo[0]] {
				if x.fault || x.optional || x.timeout && !x.rescues && !timeouts {
					continue
				}
				for _, m := range x.movers {
					moves[m] = true
				}
				for _, q := range x.leaves {
					leaves[q] = true
				}
				ends = ends || next[todo[0]][k] < 0
				if to := next[todo[0]][k]; to >= 0 && !seen[to] {
					seen[to] = true
					todo = append(todo, to)
				}
			}
		}
		return moves, leaves, ends
	}
	partial, timeout := -1, -1
	for n, s := range states {
		moves, leaves, ends := reach(n, true)
		if !ends && partial < 0 {
			for _, i := range t.waiting(s) {
				if !moves[i] {
					partial = n
				}
			}
		}
		for x := range s.queues {
			for name, q := range s.queues[x] {
				if len(q) > 0 && !ends && !leaves[fmt.Sprint(x, " ", name)] {
					report("PO2005", depth[n])
				}
			}
		}
		if moves, _, ends := reach(n, false); !ends && timeout < 0 {
			for _, i := range t.waiting(s) {
				if !moves[i] {
					timeout = n
				}
			}
		}
	}
	if partial >= 0 {
		report("PO2002", depth[partial])
	}
	if timeout >= 0 && (partial < 0 || timeout < partial) {
		report("PO2003", depth[timeout])
	}
}

// twinOutcome is outcome of the engine.
func engineOutcome(s *search) outcome {
	o := outcome{States: s.st.size(), Transitions: s.trans, Depth: s.depth(), Codes: map[string]int{}}
	at := func(n int) int {
		d := 0
		for d+1 < len(s.levels) && s.levels[d+1] <= n {
			d++
		}
		return d
	}
	for _, f := range s.found {
		code, d := string(f.key.code), 0
		if f.key.code == dsl.AlwaysFails {
			code = fmt.Sprint(code, " ", f.key.index)
		}
		if f.state >= 0 {
			d = at(f.state)
			if f.option >= 0 {
				d++
			}
		}
		if old, ok := o.Codes[code]; !ok || d < old {
			o.Codes[code] = d
		}
	}
	high := map[*sess][]int{}
	for _, x := range s.m.sessions {
		high[x] = make([]int, len(x.protocol.roles)*len(x.protocol.roles))
	}
	for _, q := range s.m.queues {
		high[q.session][q.from*len(q.session.protocol.roles)+q.to] = s.highest[q.id]
	}
	for _, x := range s.m.sessions {
		o.Highest = append(o.Highest, high[x]...)
	}
	return o
}
