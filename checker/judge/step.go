package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// other judges the steps that change nothing but the component that takes them.
func (j *Judge) other(i *instance, e *traces.Event) []string {
	switch e.Kind {
	case traces.Timeout, traces.Else:
		return j.step1(i, j.options(i, session.Waiting, func(s *step, st *session.State, t try) (try, bool) { return t, s.passes(st, t.edge, e.Kind) }), nil)
	case traces.Gone:
		return j.gone(i, e)
	case traces.New:
		return j.create(i, e)
	case traces.Add:
		return j.step1(i, j.options(i, session.Waiting, func(s *step, st *session.State, t try) (try, bool) {
			a := &t.edge.Action
			if a.Kind != session.AddMember {
				return t, false
			}
			n := s.freeMember(a.Group)
			return t, n >= 0 && len(e.Args) == 1 && e.Args[0] == fmt.Sprintf("%s[%d]", i.machine.Groups[a.Group].Name, n) && s.turn(st, t.index, 0, j.before(i, 0))
		}), func(s *step, t try) { s.add(t.edge) })
	case traces.Ended, traces.Crashed:
		return j.collect(i, e)
	case traces.Decide:
		return j.decide(i, e)
	}
	return []string{fmt.Sprintf("no component takes a step %q", e.Kind)}
}

// step1 takes ways that need no more than an action.
func (j *Judge) step1(i *instance, ways []try, apply func(s *step, t try)) []string {
	if len(ways) == 0 {
		return j.could(i)
	}
	if apply == nil {
		apply = func(*step, try) {}
	}
	next, why := j.take(i, ways, apply)
	return j.finish(i, next, why)
}

// passes reports whether an else or timeout may be taken: nothing else was surely ready.
func (s *step) passes(st *session.State, e *session.Edge, kind traces.Kind) bool {
	want := session.ElseOption
	if kind == traces.Timeout {
		want = session.TimeoutOption
	}
	if e.Action.Kind != want {
		return false
	}
	before := s.j.before(s.i, 0)
	if k, _ := s.first(st, before); k >= 0 || s.lost(st, before) {
		return false
	}
	if want == session.TimeoutOption {
		for k := range st.Edges {
			if st.Edges[k].Action.Kind == session.ElseOption && s.holds(&st.Edges[k]) {
				return false
			}
		}
	}
	return true
}

// add moves the ends of an `add` into the lowest free member of the set.
func (s *step) add(e *session.Edge) {
	a := &e.Action
	n := s.freeMember(a.Group)
	g := &s.i.machine.Groups[a.Group]
	for f := range a.Ends {
		if k := s.slot(&a.Ends[f]); k >= 0 {
			h := s.l.slots[k]
			s.l.slots[k] = held{}
			s.l.slots[g.Base+n*len(g.Fields)+f] = h
		}
	}
	s.assign(a.Index, int64(n))
}

func (j *Judge) gone(i *instance, e *traces.Event) []string {
	x, peer, why := j.endOf(i, e)
	if why != nil {
		return why
	}
	if peer < 0 || x.s.ends[peer].at != gone {
		return []string{e.PeerRole + " has not abandoned " + e.Channel}
	}
	if q := x.s.queue(peer, x.role); q != nil && len(q.messages) > 0 {
		return []string{"there is still a message from " + e.PeerRole}
	}
	return j.step1(i, j.options(i, session.Waiting, func(s *step, st *session.State, t try) (try, bool) {
		return s.matches(t, session.GonePeer, x, peer, 0, func(n int) bool { return s.turn(st, t.index, n, j.before(i, x.s.ends[peer].since)) })
	}), func(s *step, t try) {
		if t.edge.Action.Slot.Any {
			s.assign(t.edge.Action.Slot.Bind, int64(t.member))
		}
	})
}

// create judges `new`.
func (j *Judge) create(i *instance, e *traces.Event) []string {
	ways := j.options(i, session.Waiting, func(s *step, st *session.State, t try) (try, bool) {
		p := t.edge.Action.Protocol
		return t, t.edge.Action.Kind == session.NewSession && (qname(p) == e.Protocol || j.recorded && p.Name == e.Protocol) && s.turn(st, t.index, 0, j.before(i, 0))
	})
	if len(ways) == 0 {
		return j.could(i)
	}
	p := ways[0].edge.Action.Protocol
	for _, t := range ways {
		if t.edge.Action.Protocol != p {
			return []string{"it is not told which " + e.Protocol + " is made"}
		}
	}
	limit := 0
	for k, q := range j.sys.Protocols {
		if q == p {
			limit = j.sys.NewLimit[k]
		}
	}
	if old := j.sessions[j.key(e.Channel, p)]; old != nil && (j.recorded || old.made) {
		return []string{"the session " + e.Channel + " is there already"}
	}
	if !j.recorded && !lowest(e.Channel, func(name string) bool { s := j.sessions[j.key(name, p)]; return s != nil && s.made }) {
		return []string{e.Channel + " is not the next session"}
	}
	if j.made[p] >= limit {
		return []string{fmt.Sprintf("%s of %s made by `new` live already, and the system's limit is %d", strconv.Itoa(j.made[p]), qname(p), limit)}
	}
	s := j.newSession(e.Channel, p)
	s.made = true
	j.made[p]++
	for _, x := range s.ends {
		if x.live() {
			x.holder = i
		}
	}
	why := j.step1(i, ways, func(st *step, t try) {
		for r, x := range s.ends {
			if k := st.slot(&t.edge.Action.Into[r]); k >= 0 && x.live() {
				st.l.slots[k] = held{end: x}
			}
		}
	})
	j.touched = append(j.touched, s)
	return why
}

// collect judges how a supervisor sees its child end or crash.
func (j *Judge) collect(i *instance, e *traces.Event) []string {
	c, want := j.names[e.Peer], session.ChildEnded
	if e.Kind == traces.Crashed {
		want = session.ChildCrashed
	}
	switch {
	case c == nil:
		return []string{e.Peer + " has not been started"}
	case e.Kind == traces.Ended && (j.recorded && c.status != ended || c.status == crashed || !c.over()),
		e.Kind == traces.Crashed && c.status != crashed:
		return []string{e.Peer + " has not " + string(e.Kind)}
	}
	return j.step1(i, j.options(i, session.Waiting, func(s *step, st *session.State, t try) (try, bool) {
		a := &t.edge.Action
		if a.Kind != want {
			return t, false
		}
		slot := slices.IndexFunc(t.l.slots, func(h held) bool { return h.child == c })
		if slot < 0 {
			return t, false
		}
		t.slot, t.member = slot, s.memberOf(&a.Slot, slot)
		return t, t.member >= 0 && s.turn(st, t.index, t.member, j.before(i, 0))
	}), func(s *step, t try) {
		if t.edge.Action.Slot.Any {
			s.assign(t.edge.Action.Slot.Bind, int64(t.member))
		}
		s.l.slots[t.slot] = held{}
	})
}

// decide judges a decision: of the checker by its name, of a recording by its number.
func (j *Judge) decide(i *instance, e *traces.Event) []string {
	var found []try
	var from []try
	for _, l := range j.ways(i) {
		if kind := i.machine.States[l.state].Kind; kind == session.Deciding || kind == session.Waiting {
			from = append(from, try{l: l})
		}
	}
	j.forked(i, from, func(t try) {
		s := &step{j: j, i: i, l: t.l}
		st := &i.machine.States[t.l.state]
		var here []try
		for k := range st.Edges {
			t.edge = &st.Edges[k]
			a := &t.edge.Action
			if !s.holds(t.edge) {
				continue
			}
			if a.Kind != session.TakeCase && a.Kind != session.PickMember {
				continue
			}
			if a.Kind == session.TakeCase {
				if e.Case == a.Name && !j.recorded || j.recorded && e.Case == strconv.Itoa(k) {
					here = append(here, t)
				}
				continue
			}
			g := &i.machine.Groups[a.Group]
			for n := range g.Len {
				if s.l.present(g, n, a.States) && (e.Case == fmt.Sprintf("%s[%d]", g.Name, n) || j.recorded && e.Case == strconv.Itoa(n)) {
					t.member = n
					here = append(here, t)
				}
			}
		}
		found = append(found, here...)
	})
	return j.step1(i, found, func(s *step, t try) {
		if t.edge.Action.Kind == session.PickMember {
			s.assign(t.edge.Action.Index, int64(t.member))
		}
	})
}

// leave judges a step that abandons an end.
func (j *Judge) leave(i *instance, e *traces.Event) []string {
	s := j.sessionOf(e)
	if s == nil || s.proto.RoleNamed(e.Role) < 0 {
		return []string{"there is no session " + e.Channel}
	}
	x := s.ends[s.proto.RoleNamed(e.Role)]
	if !x.live() {
		return []string{j.protocolSays(x)}
	}
	var found []try
	var from []try
	for _, l := range j.ways(i) {
		if kind := i.machine.States[l.state].Kind; kind == session.LocalStep || kind == session.Waiting {
			from = append(from, try{l: l})
		}
	}
	j.forked(i, from, func(t try) {
		st := &step{j: j, i: i, l: t.l}
		var here []try
		for _, edge := range st.leaving(&i.machine.States[t.l.state]) {
			if k := st.slot(&edge.Action.Slot); k >= 0 && t.l.slots[k].end == x {
				t.edge, t.slot = edge, k
				here = append(here, t)
			}
		}
		found = append(found, here...)
	})
	if len(found) == 0 {
		return j.could(i)
	}
	at := *x
	queues := make([]queue, len(s.queues))
	for k, q := range s.queues {
		queues[k] = *q
	}
	j.abandon(x)
	why := j.step1(i, found, func(st *step, t try) { st.l.slots[t.slot] = held{} })
	if why != nil {
		*x = at
		for k := range queues {
			*s.queues[k] = queues[k]
		}
	}
	return why
}

// leaving lists the edges that may abandon an end in a state: the one of a local state, or those of an environment that waits.
func (s *step) leaving(st *session.State) (all []*session.Edge) {
	if st.Kind == session.LocalStep {
		if e := s.localEdge(st); e != nil && e.Action.Kind == session.AbandonEnd {
			all = append(all, e)
		}
		return all
	}
	for k := range st.Edges {
		if st.Edges[k].Action.Kind == session.AbandonEnd && s.holds(&st.Edges[k]) {
			all = append(all, &st.Edges[k])
		}
	}
	return all
}

// crash judges a crash: a fault that the system allows, or the loss of a peer that no option takes.
func (j *Judge) crash(i *instance) []string {
	allowed := false
	for _, l := range j.ways(i) {
		st := &i.machine.States[l.state]
		j.forked(i, []try{{l: l}}, func(t try) {
			allowed = allowed || st.Kind == session.Waiting && (&step{j: j, i: i, l: t.l}).lost(st, now)
		})
	}
	if !allowed && slices.ContainsFunc(i.locals, func(l *local) bool { return i.machine.States[l.state].Kind != session.Ended }) {
		for _, k := range j.sys.Crash {
			if i.given == &j.sys.Instances[k] && j.faults < j.sys.CrashMost {
				j.faults++
				allowed = true
				break
			}
		}
	}
	if !allowed {
		return append([]string{"it has lost no peer that it waits for, and the system declares no such fault"}, j.could(i)...)
	}
	for _, l := range i.locals {
		for k := range l.slots {
			if x := l.liveEnd(k); x != nil {
				j.abandon(x)
			}
		}
	}
	i.status, i.locals, i.owed = crashed, nil, nil
	return nil
}

// end judges the end of a component, which the model counts to the step before.
func (j *Judge) end(i *instance) []string {
	var at []*local
	for _, l := range j.ways(i) {
		if i.machine.States[l.state].Kind == session.Ended {
			at = append(at, l)
		}
	}
	if len(at) == 0 {
		return j.could(i)
	}
	i.locals, i.status = at, ended
	return nil
}

// start judges the start of a child.
func (j *Judge) start(i *instance, e *traces.Event) []string {
	ways := j.options(i, session.Waiting, func(s *step, st *session.State, t try) (try, bool) {
		return t, t.edge.Action.Kind == session.StartChild && (j.recorded || strings.HasPrefix(e.Peer, t.edge.Action.Child.Name+"#")) && s.turn(st, t.index, 0, j.before(i, 0))
	})
	if len(ways) == 0 {
		return j.could(i)
	}
	m := ways[0].edge.Action.Child
	for _, t := range ways {
		if t.edge.Action.Child != m {
			return []string{"it is not told what is started"}
		}
	}
	if why := j.startLimit(m); why != nil {
		return why
	}
	if old := j.names[e.Peer]; old != nil && (j.recorded && old.status == running || !j.recorded && j.counts(old)) {
		return []string{e.Peer + " is there already"}
	}
	if !j.recorded && !lowest(e.Peer, func(name string) bool { return j.names[name] != nil }) {
		return []string{e.Peer + " is not the next instance"}
	}
	c, child := j.instance(e.Peer, m, nil)
	c.watcher = i
	given := j.given(m, e)
	var children []*local
	var ends []*end
	why := j.step1(i, ways, func(s *step, t try) {
		cs := &step{j: j, i: c, l: child.l.copy()}
		a := &t.edge.Action
		var here []*end
		for p, param := range m.Params {
			x := a.Args[p]
			switch {
			case param.Group >= 0 && x.Kind == session.Delegated:
				k := s.slot(&x.Slot)
				if k < 0 {
					continue
				}
				h := s.l.slots[k]
				if want := given[param.Name]; j.recorded && want != name(h.end) && !(want == "" && (h.end == nil || !h.end.live())) {
					s.fail(fmt.Sprintf("the model starts it with %s as %s, not %s", name(h.end), param.Name, want))
				}
				s.l.slots[k] = held{}
				cs.l.slots[m.Groups[param.Group].Base] = h
				if h.end != nil {
					here = append(here, h.end)
				}
			case param.Var >= 0:
				v := int64(unknown)
				if x.Kind == session.Value {
					v = s.value(x.Value)
				}
				for n := range m.Vars[param.Var].Len {
					cs.assign(session.VarRef{Var: param.Var, Index: &session.Expr{Op: session.OpConst, N: int32(n)}}, v)
				}
			}
		}
		if len(a.Into) > 0 {
			if k := s.slot(&a.Into[0]); k >= 0 {
				s.l.slots[k] = held{child: c}
			}
		}
		if s.fail(cs.why); s.why == "" {
			children, ends = append(children, cs.l), here
		}
	})
	if why != nil {
		return why
	}
	var first []try
	for _, l := range children {
		first = append(first, try{l: l, edge: &session.Edge{}})
	}
	c.locals, why = j.take(c, first, func(*step, try) {})
	if why := j.finish(c, c.locals, why); why != nil {
		return why
	}
	for _, x := range ends {
		x.holder = c
	}
	return nil
}

// given is what a start says of the ends that it gives, by parameter.
func (j *Judge) given(m *session.Machine, e *traces.Event) map[string]string {
	all := map[string]string{}
	for _, a := range e.Args {
		place, name, _ := strings.Cut(a, "=")
		all[place] = name
	}
	return all
}

// startLimit says why no more instances of a machine can be started.
func (j *Judge) startLimit(m *session.Machine) []string {
	n, limit := 0, 0
	for k, x := range j.sys.Machines {
		if x == m {
			limit = j.sys.StartLimit[k]
		}
	}
	kept := j.all[:0]
	for _, c := range j.all {
		if c.given != nil || c.machine == nil || j.counts(c) {
			kept = append(kept, c)
			n += int(truth(c.machine == m && c.given == nil))
		} else if j.names[c.name] == c {
			delete(j.names, c.name)
		}
	}
	clear(j.all[len(kept):])
	j.all = kept
	if n >= limit {
		return []string{fmt.Sprintf("%d of %s are there already, and the system's limit is %d", n, m.Name, limit)}
	}
	return nil
}

// counts reports whether a started component still takes a place: it lives, or somebody may still ask how it ended.
func (j *Judge) counts(c *instance) bool {
	if c.status == running && !c.over() {
		return true
	}
	if j.recorded && c.status == running {
		return true
	}
	return c.watcher != nil && slices.ContainsFunc(c.watcher.locals, func(l *local) bool {
		return slices.ContainsFunc(l.slots, func(h held) bool { return h.child == c })
	})
}

// lowest reports whether a name like "Wake#3" is the first that is not taken: so the checker numbers what is made.
func lowest(name string, taken func(string) bool) bool {
	at := strings.LastIndexByte(name, '#')
	n, err := strconv.Atoi(name[at+1:])
	if at < 0 || err != nil {
		return false
	}
	for k := 1; k < n; k++ {
		if !taken(name[:at+1] + strconv.Itoa(k)) {
			return false
		}
	}
	return true
}

// outside judges what a component of the world outside does: its ends follow their protocols.
func (j *Judge) outside(i *instance, e *traces.Event) []string {
	switch e.Kind {
	case traces.Send, traces.Exchange, traces.Receive:
		if s := j.sessionOf(e); s != nil {
			if r := s.proto.RoleNamed(e.Role); r >= 0 && s.ends[r].holder == nil && s.ends[r].live() {
				s.ends[r].holder = i // it was made outside
			}
		}
		if e.Kind == traces.Receive {
			return j.receive(i, e)
		}
		return j.send(i, e)
	case traces.Abandon:
		if x := j.endNamed(e); x != nil && x.holder == i {
			j.abandon(x)
		}
	case traces.Crash, traces.End:
		for _, s := range j.sessions {
			for _, x := range s.ends {
				if x.holder == i {
					j.abandon(x)
				}
			}
		}
	}
	return nil
}
