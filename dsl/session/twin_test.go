package session

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// This file is the dumb twin of projection: global types run straight from the tree, and each role is a set of spots in it. Implementability is tried
// out by running the roles over unbounded queues up to a number of events.

// spot is what is left to do of a global type.
type spot struct {
	steps []dsl.Step
	loop  *dsl.Repeat // whose body steps is the rest of; nil
	up    *spot       // what follows; nil: the end
	par   []*spot     // running side by side, when steps is of no meaning; a nil one has ended
	of    *dsl.Par
}

// event is one interaction.
type event struct{ from, to, label string }

type move struct {
	event
	next   *spot
	within *dsl.Steps // the innermost branch of a par; nil
}

// key identifies a spot.
func (p *spot) key() string {
	if p == nil {
		return "."
	}
	var b strings.Builder
	if p.par != nil {
		for _, q := range p.par {
			fmt.Fprintf(&b, "(%s)", q.key())
		}
		return b.String()
	}
	if len(p.steps) > 0 {
		fmt.Fprintf(&b, "%p", p.steps[0])
	}
	return fmt.Sprintf("%s^%p/%s", b.String(), p.loop, p.up.key())
}

// moves lists the interactions that may come next.
func (p *spot) moves() []move {
	if p == nil {
		return nil
	}
	if p.par != nil {
		var all []move
		for i, q := range p.par {
			for _, m := range q.moves() {
				next := slices.Clone(p.par)
				next[i] = m.next
				if m.within == nil {
					m.within = p.of.Branches[i]
				}
				all = append(all, move{m.event, &spot{par: next, of: p.of}, m.within})
			}
		}
		return all
	}
	if len(p.steps) == 0 {
		if p.loop != nil {
			return (&spot{p.loop.Body.List, p.loop, p.up, nil, nil}).moves()
		}
		return p.up.moves()
	}
	rest := &spot{p.steps[1:], p.loop, p.up, nil, nil}
	switch s := p.steps[0].(type) {
	case *dsl.Interaction:
		return []move{{event{s.From.Name, s.To.Name, s.Label.Name}, rest, nil}}
	case *dsl.Branch:
		var all []move
		for _, o := range s.Options {
			all = append(all, move{event{o.First.From.Name, o.First.To.Name, o.First.Label.Name}, &spot{o.Rest.List, nil, rest, nil, nil}, nil})
		}
		return all
	case *dsl.Repeat:
		return (&spot{s.Body.List, s, rest, nil, nil}).moves()
	case *dsl.Par:
		var branches []*spot
		for _, b := range s.Branches {
			branches = append(branches, &spot{b.List, nil, nil, nil, nil})
		}
		return (&spot{par: branches, of: s}).moves()
	case *dsl.Jump:
		if s.Word == "end" {
			return nil
		}
		for q := p; q != nil; q = q.up {
			if q.loop != nil {
				if s.Word == "break" {
					return q.up.moves()
				}
				return (&spot{q.loop.Body.List, q.loop, q.up, nil, nil}).moves()
			}
		}
	}
	panic(fmt.Sprintf("twin: %T", p.steps[0]))
}

// tryout runs the roles.
type tryout struct {
	roles  []string
	start  *spot
	events int // most events of a run
	most   int // most histories to visit
	cut    bool

	succ   [][]step // per spot
	labels []event  // by number
	views  map[[2]string]*seen
}

// step is a move by numbers. channels are those of its branch of a par, as a set of from*4+to: the steps of other branches are in no order with it.
type step struct {
	event, from, to, next int
	channels              int
}

// history is what each role has done so far: the numbers of the events, as bytes.
type history [4]string

// seen is what a role knows after a history of its own: the spots where the global type may stand, and the events it may take part in next.
type seen struct {
	spots   []int
	actions []step
}

// number numbers the spots and events.
func (t *tryout) number() {
	index := map[string]int{}
	var spots []*spot
	id := func(p *spot) int {
		k := p.key()
		n, ok := index[k]
		if !ok {
			n = len(spots)
			index[k] = n
			spots = append(spots, p)
		}
		return n
	}
	id(t.start)
	for i := 0; i < len(spots); i++ {
		var out []step
		for _, m := range spots[i].moves() {
			e := slices.Index(t.labels, m.event)
			if e < 0 {
				e = len(t.labels)
				t.labels = append(t.labels, m.event)
			}
			channels := -1
			if m.within != nil {
				channels = t.channels(m.within)
			}
			out = append(out, step{e, slices.Index(t.roles, m.from), slices.Index(t.roles, m.to), id(m.next), channels})
		}
		t.succ = append(t.succ, out)
	}
}

// channels returns the channels that steps use.
func (t *tryout) channels(s *dsl.Steps) int {
	set := 0
	one := func(i *dsl.Interaction) {
		set |= 1 << (slices.Index(t.roles, i.From.Name)*4 + slices.Index(t.roles, i.To.Name))
	}
	for _, step := range s.List {
		switch step := step.(type) {
		case *dsl.Interaction:
			one(step)
		case *dsl.Repeat:
			set |= t.channels(step.Body)
		case *dsl.Branch:
			for _, o := range step.Options {
				one(o.First)
				set |= t.channels(o.Rest)
			}
		case *dsl.Par:
			for _, b := range step.Branches {
				set |= t.channels(b)
			}
		}
	}
	return set
}

// violation returns what goes wrong when each role knows only what it sees, "" if nothing does within the bounds.
func (t *tryout) violation() string {
	t.number()
	t.views = map[[2]string]*seen{}
	visited := map[history]bool{{}: true}
	queue := []history{{}}
	for len(queue) > 0 {
		h := queue[0]
		queue = queue[1:]
		if len(visited) > t.most {
			t.cut = true
			return ""
		}
		some, more := t.consistent(h)
		if !some {
			return "no run of the global type has the history " + t.text(h)
		}
		next, total := t.successors(h)
		over := true
		for r, role := range t.roles {
			if len(t.view(r, h[r]).actions) == 0 {
				continue
			}
			over = false
			if more>>r&1 == 0 {
				return role + " never moves again after " + t.text(h)
			}
		}
		if len(next) == 0 && !over {
			return "stuck after " + t.text(h)
		}
		if len(next) == 0 && t.queued(h) {
			return "orphan after " + t.text(h)
		}
		if total >= t.events {
			continue
		}
		for _, n := range next {
			if !visited[n] {
				visited[n] = true
				queue = append(queue, n)
			}
		}
	}
	return ""
}

// text writes out a history.
func (t *tryout) text(h history) string {
	var b strings.Builder
	for r, role := range t.roles {
		fmt.Fprintf(&b, "%s:", role)
		for _, e := range []byte(h[r]) {
			fmt.Fprintf(&b, " %s->%s %s", t.labels[e].from, t.labels[e].to, t.labels[e].label)
		}
		b.WriteString("; ")
	}
	return b.String()
}

// view returns what a role knows after its history.
func (t *tryout) view(r int, own string) *seen {
	key := [2]string{t.roles[r], own}
	if v := t.views[key]; v != nil {
		return v
	}
	from := []int{0}
	if own != "" {
		from = nil
		last := int(own[len(own)-1])
		for _, s := range t.view(r, own[:len(own)-1]).spots {
			for _, m := range t.succ[s] {
				if m.event == last {
					from = append(from, m.next)
				}
			}
		}
	}
	v := &seen{}
	for len(from) > 0 {
		s := from[0]
		from = from[1:]
		if slices.Contains(v.spots, s) {
			continue
		}
		v.spots = append(v.spots, s)
		for _, m := range t.succ[s] {
			if m.from != r && m.to != r {
				from = append(from, m.next)
			} else if !slices.ContainsFunc(v.actions, func(a step) bool { return a.event == m.event }) {
				v.actions = append(v.actions, m)
			}
		}
	}
	t.views[key] = v
	return v
}

// head returns the event at the head of a queue, -1 if it is empty.
func (t *tryout) head(h history, from, to int) int {
	received := 0
	for _, e := range []byte(h[to]) {
		if t.labels[e].from == t.roles[from] && t.labels[e].to == t.roles[to] {
			received++
		}
	}
	for _, e := range []byte(h[from]) {
		if t.labels[e].from == t.roles[from] && t.labels[e].to == t.roles[to] {
			if received == 0 {
				return int(e)
			}
			received--
		}
	}
	return -1
}

func (t *tryout) queued(h history) bool {
	for from := range t.roles {
		for to := range t.roles {
			if t.head(h, from, to) >= 0 {
				return true
			}
		}
	}
	return false
}

// successors returns the histories after one more step, and how many events there are so far.
func (t *tryout) successors(h history) (all []history, total int) {
	for r := range t.roles {
		total += len(h[r])
		for _, a := range t.view(r, h[r]).actions {
			if a.to == r && t.head(h, a.from, r) != a.event {
				continue
			}
			n := h
			n[r] += string([]byte{byte(a.event)})
			all = append(all, n)
		}
	}
	return all, total
}

// consistent reports whether a run of the global type lets each role start with its history, and the set of roles that then do more in some such run.
// In a history the steps of different branches of a par may stand in any order.
func (t *tryout) consistent(h history) (some bool, more int) {
	type node struct {
		at, more int
		done     [4]uint32 // per role, the set of events of its history
	}
	visited := map[node]bool{{}: true}
	queue := []node{{}}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		complete := true
		for r := range t.roles {
			complete = complete && n.done[r] == 1<<len(h[r])-1
		}
		if complete {
			some = true
			more |= n.more
		}
		for _, m := range t.succ[n.at] {
			next := n
			next.at = m.next
			fits := true
			for _, r := range [2]int{m.from, m.to} {
				switch k := t.first(h[r], n.done[r], m.channels); {
				case k < 0:
					next.more |= 1 << r
				case int(h[r][k]) == m.event:
					next.done[r] |= 1 << k
				default:
					fits = false
				}
			}
			if fits && !visited[next] {
				visited[next] = true
				queue = append(queue, next)
			}
		}
	}
	return some, more
}

// first returns the first event of a role's history on one of the channels that is not done, -1 if there is none.
func (t *tryout) first(own string, done uint32, channels int) int {
	for k := range len(own) {
		e := t.labels[own[k]]
		if done>>k&1 == 0 && channels>>(slices.Index(t.roles, e.from)*4+slices.Index(t.roles, e.to))&1 == 1 {
			return k
		}
	}
	return -1
}

// show writes out steps.
func show(steps []dsl.Step) string {
	var parts []string
	for _, s := range steps {
		switch s := s.(type) {
		case *dsl.Interaction:
			parts = append(parts, fmt.Sprintf("%s->%s: %s()", s.From.Name, s.To.Name, s.Label.Name))
		case *dsl.Branch:
			text := "choose " + s.Role.Name + " {"
			for _, o := range s.Options {
				text += " option " + show(append([]dsl.Step{o.First}, o.Rest.List...))
			}
			parts = append(parts, text+" }")
		case *dsl.Repeat:
			parts = append(parts, "loop { "+show(s.Body.List)+" }")
		case *dsl.Par:
			var branches []string
			for _, b := range s.Branches {
				branches = append(branches, "{ "+show(b.List)+" }")
			}
			parts = append(parts, "par "+strings.Join(branches, " and "))
		case *dsl.Jump:
			parts = append(parts, s.Word)
		}
	}
	return strings.Join(parts, " ")
}

// decide builds and projects a global type and returns the codes of its errors.
func decide(roles []string, steps []dsl.Step) ([]*Local, []dsl.Code) {
	decl := &dsl.Protocol{Name: &dsl.Ident{Name: "P"}, Body: &dsl.Steps{List: steps}}
	pr := &Protocol{Name: "P", Roles: roles, Decl: decl}
	f := &dsl.File{Source: dsl.NewSource("p.chan", nil)}
	index := map[string]int{}
	for i, r := range roles {
		decl.Roles = append(decl.Roles, &dsl.Ident{Name: r})
		index[r] = i
	}
	p := &Package{Name: "p", names: &scope{decls: map[string]*declared{"P": {name: decl.Name, decl: decl, file: f, stage: resolved, object: pr}}}}
	pr.Package = p
	b := &builder{of: pr, pkg: p, role: -1}
	b.frames = []*frame{{protocol: pr, file: f, roles: index, args: identity(len(roles))}}
	var locals []*Local
	if g := b.global(decl.Body); g != nil && !b.bad {
		locals = b.project(g)
	}
	var codes []dsl.Code
	for _, d := range p.names.found {
		if d.Severity == dsl.Error {
			codes = append(codes, d.Code)
		}
	}
	sort.Slice(codes, func(i, j int) bool { return codes[i] < codes[j] })
	return locals, slices.Compact(codes)
}
