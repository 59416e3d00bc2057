package session

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Part is another system that a system uses.
type Part struct {
	Name   string
	Decl   *SystemDecl
	Params map[string]int64 // what the user gives
	opts   ElaborateOptions
}

// Elaborate is the part alone, with environments in the places of all others. They may give up an end if somebody in the whole system may.
func (p *Part) Elaborate() (*System, ElaborateOptions) {
	sys, _ := Elaborate(p.Decl, p.opts)
	return sys, p.opts
}

// Apart splits a system into what can be checked on its own. Own is the system with an environment in the place of each part that it can be told apart
// from; Parts are those, each to be checked against the most general environment of its exports. The whole holds if all of them do: nobody in a part
// waits for another part that waits for it, at any distance (Words says who waits for whom), and no session leads out of a part and back in. Parts
// that do wait for each other stay in Own. It is nil where nothing can be told apart, and Words then says why.
func Apart(s *SystemDecl, whole *System, opts ElaborateOptions) (own *System, parts []Part, words []string) {
	if len(whole.Parts) == 0 {
		return nil, nil, nil
	}
	apart := map[string]bool{}
	for _, p := range whole.Parts {
		apart[p.Name] = true
	}
	opts.leaving, opts.patient = whole.Abandoned(), patient(whole)
	opts.lent = lend(whole)
	for {
		if len(apart) == 0 {
			return nil, nil, words
		}
		o := opts
		o.apart = apart
		found, problems := Elaborate(s, o)
		if found == nil {
			return nil, nil, append(words, "the parts are checked together, because the whole looks into them: "+problems[0].Message)
		}
		w := &waiting{}
		w.add("", found)
		pieces := []*System{found}
		for _, p := range whole.Parts {
			if !apart[p.Name] {
				continue
			}
			p.opts = ElaborateOptions{Params: p.Params, Capacity: opts.Capacity, leaving: opts.leaving, patient: opts.patient, lent: opts.lent}
			alone, _ := p.Elaborate()
			if alone == nil {
				return nil, nil, append(words, p.Name+" cannot be checked alone")
			}
			w.add(p.Name, alone)
			pieces = append(pieces, alone)
		}
		if name := crowded(pieces); name != "" {
			return nil, nil, append(words, "the parts are checked together: two of them wait for a place below the limit of "+name)
		}
		back := w.returning()
		cycle := w.cycle()
		for _, name := range append(back, cycle...) {
			if name != "" && apart[name] {
				delete(apart, name)
			}
		}
		switch {
		case len(back) > 0:
			if back[0] == "" || !slices.ContainsFunc(back, func(n string) bool { return n != "" }) {
				return nil, nil, append(words, "the parts are checked together: a session may lead out of the system's own instances and back in")
			}
			words = append(words, fmt.Sprintf("%s is checked together with the whole: a session may lead out of it and back in", strings.Join(back, ", ")))
			continue
		case len(cycle) > 0:
			words = append(words, "checked together, because they wait for each other: "+w.path(cycle))
			if !slices.ContainsFunc(cycle, func(n string) bool { return n != "" }) {
				return nil, nil, words
			}
			continue
		}
		for _, p := range whole.Parts {
			if apart[p.Name] {
				p.opts = ElaborateOptions{Params: p.Params, Capacity: opts.Capacity, leaving: opts.leaving, patient: opts.patient, lent: opts.lent}
				parts = append(parts, p)
			}
		}
		return found, parts, append(words, w.order()...)
	}
}

// lent are the limits of a whole system. They bound what all parts make together.
type lent struct {
	sessions  map[*Protocol]int
	instances map[*Component]int
}

func lend(whole *System) *lent {
	l := &lent{map[*Protocol]int{}, map[*Component]int{}}
	for i, p := range whole.Protocols {
		l.sessions[p] = whole.NewLimit[i]
	}
	for i, m := range whole.Machines {
		if m.Component != nil {
			l.instances[m.Component] = whole.StartLimit[i]
		}
	}
	return l
}

// patient is what somebody in a system waits for a place to make.
func patient(sys *System) map[*Protocol]bool {
	all := map[*Protocol]bool{}
	for _, m := range sys.Machines {
		if m.Component == nil {
			continue
		}
		for _, st := range m.States {
			if otherwise(&st) {
				continue
			}
			for _, e := range st.Edges {
				if e.Action.Kind == NewSession {
					all[e.Action.Protocol] = true
				}
			}
		}
	}
	return all
}

// otherwise reports whether somebody who finds no place to make something does something else.
func otherwise(st *State) bool {
	return slices.ContainsFunc(st.Edges, func(e Edge) bool { return e.Action.Kind == ElseOption && e.Guard == nil })
}

// crowded names something that two parts make, and that one of them waits for: each has all the places of the whole when it is alone, and in the whole
// it may wait for the other. Who does something else where there is no place does not wait.
func crowded(pieces []*System) string {
	makers, waits := map[string]int{}, map[string]bool{}
	for _, sys := range pieces {
		mine := map[string]bool{}
		for _, m := range sys.Machines {
			if m.Component == nil {
				continue
			}
			for _, st := range m.States {
				other := otherwise(&st)
				for _, e := range st.Edges {
					name := ""
					switch a := &e.Action; {
					case a.Kind == NewSession:
						name = a.Protocol.QName()
					case a.Kind == StartChild && a.Child.Component != nil:
						name = a.Child.Name
					default:
						continue
					}
					mine[name] = true
					waits[name] = waits[name] || !other
				}
			}
		}
		for name := range mine {
			makers[name]++
		}
	}
	var all []string
	for name, n := range makers {
		if n > 1 && waits[name] {
			all = append(all, name)
		}
	}
	sort.Strings(all)
	return strings.Join(all, ", ")
}

// waiting finds out which parts may wait for which. A part may hold the ends that its components have slots for.
type waiting struct {
	names []string
	parts []*holding
}

// holding is what a part can hold, and what can come in and go out.
type holding struct {
	sys     *System
	holds   map[endKey]bool
	far     map[endKey]bool // held elsewhere, in sessions of which this part holds an end
	in, out map[endKey]bool
	makes   map[*Protocol]bool
}

type endKey struct {
	protocol *Protocol
	role     int
}

func (w *waiting) add(name string, sys *System) {
	h := &holding{sys: sys, holds: map[endKey]bool{}, far: map[endKey]bool{}, in: map[endKey]bool{}, out: map[endKey]bool{}, makes: map[*Protocol]bool{}}
	for _, m := range sys.Machines {
		if m.Component == nil {
			continue
		}
		for _, g := range m.Groups {
			for _, f := range g.Fields {
				if f.End != nil {
					h.holds[endKey{f.End.Protocol, f.End.Role}] = true
				}
			}
		}
		for _, s := range m.States {
			for _, e := range s.Edges {
				if e.Action.Kind == NewSession {
					h.makes[e.Action.Protocol] = true
				}
			}
		}
	}
	var todo []endKey
	away := func(key endKey) {
		if !h.far[key] {
			h.far[key] = true
			todo = append(todo, key)
		}
	}
	here := make([]int, len(sys.Sessions))
	for _, i := range sys.Instances {
		for _, e := range i.Ends {
			if !i.Environment {
				here[e.Session]++
			}
		}
	}
	for _, i := range sys.Instances {
		for _, e := range i.Ends {
			p := sys.Protocols[sys.Sessions[e.Session].Protocol]
			if i.Environment && here[e.Session] > 0 {
				away(endKey{p, e.Role})
			} else if !i.Environment && here[e.Session] == len(p.Roles) {
				h.makes[p] = true
			}
		}
	}
	for ; len(todo) > 0; todo = todo[1:] {
		p := todo[0].protocol
		for from := range p.Locals {
			for _, st := range p.Locals[from].States {
				for _, e := range st.Edges {
					if e.Send && (from == todo[0].role) != (e.Peer == todo[0].role) {
						h.carried(p.Labels[e.Label], endKey{p, from}, endKey{p, e.Peer}, todo[0], away)
					}
				}
			}
		}
	}
	w.names = append(w.names, name)
	w.parts = append(w.parts, h)
}

// carried notes the ends that a label brings in or takes out, when one of those who speak is elsewhere.
func (h *holding) carried(l *Label, from, to, far endKey, away func(endKey)) {
	for _, f := range l.Fields {
		if f.Type.Kind != End {
			continue
		}
		key := endKey{f.Type.End.Protocol, f.Type.End.Role}
		if from == far && h.holds[to] {
			h.in[key] = true
			for role := range key.protocol.Roles {
				if role != key.role {
					away(endKey{key.protocol, role})
				}
			}
		}
		if to == far && h.holds[from] {
			h.out[key] = true
			away(key)
		}
	}
}

// returning names a part into which both ends of one session may come from outside, or one that it has made itself and given away: against an
// environment that is never seen.
func (w *waiting) returning() []string {
	var all []string
	for k, h := range w.parts {
		bad := false
		for key := range h.in {
			for other := range h.in {
				bad = bad || other.protocol == key.protocol && other.role != key.role
			}
			bad = bad || h.makes[key.protocol] && h.out[key]
		}
		if bad {
			all = append(all, w.names[k])
		}
	}
	return all
}

// waits reports whether part x may wait for part y off a rest point.
func (w *waiting) waits(x, y int) bool {
	a, b := w.parts[x], w.parts[y]
	for key := range a.holds {
		for role := range key.protocol.Roles {
			other := endKey{key.protocol, role}
			if role != key.role && a.far[other] && b.holds[other] && b.far[key] && mayWait(a.sys, key.protocol, key.role, role) {
				return true
			}
		}
	}
	return false
}

// mayWait reports whether one role may have to wait for another: for a message that it is owed, or for room.
func mayWait(sys *System, p *Protocol, role, peer int) bool {
	for _, s := range p.Locals[role].States {
		for _, e := range s.Edges {
			if !e.Send && e.Peer == peer && !s.Rest {
				return true
			}
		}
	}
	n, back := 0, 0
	for k, q := range sys.Protocols {
		if q == p {
			n, back = sys.Capacity[k][role][peer], sys.Capacity[k][peer][role]
		}
	}
	sends := false
	for _, s := range p.Locals[role].States {
		for _, e := range s.Edges {
			sends = sends || e.Send && e.Peer == peer
		}
	}
	return sends && (n == 0 || len(p.Roles) > 2 || fills(p, role, peer, n, max(back, 1)))
}

// fills reports whether a role of a protocol of two may want to send when so many messages are queued, by going through all that the two can do.
func fills(p *Protocol, role, peer, n, back int) bool {
	type state struct{ mine, theirs int }
	type config struct {
		state
		out, in string // labels in flight
	}
	start := config{}
	seen := map[config]bool{start: true}
	todo := []config{start}
	limit := 1 << 16
	for len(todo) > 0 {
		c := todo[0]
		todo = todo[1:]
		if len(seen) > limit {
			return true
		}
		next := func(d config) {
			if !seen[d] {
				seen[d] = true
				todo = append(todo, d)
			}
		}
		for _, e := range p.Locals[role].States[c.mine].Edges {
			switch {
			case e.Send && len(c.out) >= n:
				return true
			case e.Send:
				next(config{state{e.Next, c.theirs}, c.out + string(rune(e.Label)), c.in})
			case len(c.in) > 0 && []rune(c.in)[0] == rune(e.Label):
				next(config{state{e.Next, c.theirs}, c.out, string([]rune(c.in)[1:])})
			}
		}
		for _, e := range p.Locals[peer].States[c.theirs].Edges {
			switch {
			case e.Send && len([]rune(c.in)) < back:
				next(config{state{c.mine, e.Next}, c.out, c.in + string(rune(e.Label))})
			case !e.Send && c.out != "" && []rune(c.out)[0] == rune(e.Label):
				next(config{state{c.mine, e.Next}, string([]rune(c.out)[1:]), c.in})
			}
		}
	}
	return false
}

// edges lists for each part those that it may wait for.
func (w *waiting) edges() [][]int {
	all := make([][]int, len(w.parts))
	for x := range w.parts {
		for y := range w.parts {
			if x != y && w.waits(x, y) {
				all[x] = append(all[x], y)
			}
		}
	}
	return all
}

// cycle names parts that wait for each other in a circle, nil if there are none.
func (w *waiting) cycle() []string {
	edges := w.edges()
	for x := range edges {
		from := map[int]int{}
		for todo := []int{x}; len(todo) > 0; todo = todo[1:] {
			for _, y := range edges[todo[0]] {
				if y == x {
					names := []string{w.names[todo[0]]}
					for k := todo[0]; k != x; k = from[k] {
						names = append([]string{w.names[from[k]]}, names...)
					}
					return names
				}
				if _, ok := from[y]; !ok {
					from[y] = todo[0]
					todo = append(todo, y)
				}
			}
		}
	}
	return nil
}

// path spells a circle.
func (w *waiting) path(names []string) string {
	var all []string
	for _, n := range append(names, names[0]) {
		all = append(all, partName(n))
	}
	return strings.Join(all, " → ")
}

func partName(n string) string {
	if n == "" {
		return "the system's own instances"
	}
	return n
}

// order says who may wait for whom.
func (w *waiting) order() []string {
	var all []string
	for x, list := range w.edges() {
		var names []string
		for _, y := range list {
			names = append(names, partName(w.names[y]))
		}
		sort.Strings(names)
		if len(names) > 0 {
			all = append(all, fmt.Sprintf("%s may wait for %s, and never the other way round", partName(w.names[x]), strings.Join(names, ", ")))
		}
	}
	return all
}
