package checker

import (
	"fmt"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// on reports whether an option's guard holds; a guard that fails is off, and noted.
func (t *twin) on(s *twinState, i int, e *session.Edge, codes map[string]bool) bool {
	on := e.Guard == nil
	if !on {
		if code := try(func() { on = t.eval(s, i, e.Guard) != 0 }); code != "" {
			codes[code] = true
			return false
		}
	}
	return on
}

// spots lists the members that an option's slot stands for, none if its index is outside.
func (t *twin) spots(s *twinState, i int, r session.SlotRef, codes map[string]bool) (all []int) {
	if code := try(func() { all = t.where(s, i, r) }); code != "" {
		codes[code] = true
	}
	return all
}

type twinOption struct{ edge, member int }

// before reports whether o is an option that comes before another.
func (o twinOption) before(edge, member int) bool {
	return o.edge >= 0 && (o.edge < edge || o.edge == edge && o.member < member)
}

// facing lists the options of that kind that are enabled at the other side of x's channel to peer.
func (t *twin) facing(s *twinState, i int, x twinRef, peer int, kind session.ActionKind, codes map[string]bool) (who int, all []twinOption) {
	for j := range t.comps {
		if j == i || s.status[j] != "live" {
			continue
		}
		st := t.comps[j].machine.States[s.pc[j]]
		if st.Kind != session.Waiting {
			continue
		}
		for n := range st.Edges {
			e := &st.Edges[n]
			if e.Action.Kind != kind || e.Action.Peer != x.r || !t.on(s, j, e, codes) {
				continue
			}
			for _, k := range t.spots(s, j, e.Action.Slot, codes) {
				y, ok := t.end(s, j, e.Action.Slot, k)
				if ok && y.s == x.s && y.r == peer && t.edge(s, y, kind == session.SendMsg, x.r, e.Action.Label) != nil {
					who, all = j, append(all, twinOption{n, k})
				}
			}
		}
	}
	return who, all
}

// ready reports whether an enabled option is ready with a member.
func (t *twin) ready(s *twinState, i int, e *session.Edge, k int, codes map[string]bool) bool {
	a := e.Action
	switch a.Kind {
	case session.SendMsg:
		x, ok := t.end(s, i, a.Slot, k)
		if !ok || t.edge(s, x, true, a.Peer, a.Label) == nil || s.roles[x.s][a.Peer] == roleAbandoned {
			return false
		}
		return len(s.queues[x.s][way(x.r, a.Peer)]) < t.sess[x.s].proto.Capacity[x.r][a.Peer]
	case session.ReceiveMsg:
		x, ok := t.end(s, i, a.Slot, k)
		if !ok || t.edge(s, x, false, a.Peer, a.Label) == nil {
			return false
		}
		q := s.queues[x.s][way(a.Peer, x.r)]
		return len(q) > 0 && q[0].label == a.Label
	case session.GonePeer:
		x, ok := t.end(s, i, a.Slot, k)
		return ok && s.roles[x.s][a.Peer] == roleAbandoned && len(s.queues[x.s][way(a.Peer, x.r)]) == 0
	case session.NewSession:
		return t.freeSession(s, a.Protocol) >= 0
	case session.StartChild:
		return t.freeComp(s, a.Child) >= 0
	case session.AddMember:
		return t.freeMember(s, i, a.Group) >= 0
	case session.TakeCase, session.AbandonEnd:
		return true
	case session.ChildEnded, session.ChildCrashed:
		h := s.slots[i][t.slot(i, a.Slot, k)]
		return h.what == "handle" && (a.Kind == session.ChildEnded && s.status[h.s] == "ended" || a.Kind == session.ChildCrashed && s.status[h.s] == "crashed")
	}
	return false
}

func (t *twin) freeSession(s *twinState, p *session.Protocol) int {
	for x := range t.sess {
		if t.sess[x].fresh && t.sess[x].proto == p && t.deserted(s, x) {
			return x
		}
	}
	return -1
}

func (t *twin) freeComp(s *twinState, m *session.Machine) int {
	for c := range t.comps {
		if t.comps[c].given == nil && t.comps[c].machine == m && s.status[c] == "absent" {
			return c
		}
	}
	return -1
}

func (t *twin) freeMember(s *twinState, i, group int) int {
	for k := range t.comps[i].machine.Groups[group].Len {
		if !t.there(s, i, group, k, nil) {
			return k
		}
	}
	return -1
}

// lost reports whether a waiting component has lost a peer and does not expect it.
func (t *twin) lost(s *twinState, i int, st session.State, codes map[string]bool) bool {
	for n := range st.Edges {
		e := &st.Edges[n]
		a := e.Action
		if a.Kind != session.SendMsg && a.Kind != session.ReceiveMsg || !t.on(s, i, e, codes) {
			continue
		}
		for _, k := range t.spots(s, i, a.Slot, codes) {
			x, ok := t.end(s, i, a.Slot, k)
			if !ok || s.roles[x.s][a.Peer] != roleAbandoned || t.edge(s, x, a.Kind == session.SendMsg, a.Peer, a.Label) == nil {
				continue
			}
			if a.Kind == session.ReceiveMsg && len(s.queues[x.s][way(a.Peer, x.r)]) > 0 {
				continue
			}
			handled := false
			for h := range st.Edges {
				g := &st.Edges[h]
				if g.Action.Kind == session.GonePeer && g.Action.Peer == a.Peer && t.on(s, i, g, codes) {
					for _, l := range t.spots(s, i, g.Action.Slot, codes) {
						if y, ok := t.end(s, i, g.Action.Slot, l); ok && y == x {
							handled = true
						}
					}
				}
			}
			if !handled {
				return true
			}
		}
	}
	return false
}

// wilds lists all combinations of values for arguments that are not followed to their source.
func wilds(n []int64) [][]int64 {
	all := [][]int64{nil}
	for _, m := range n {
		var more [][]int64
		for _, x := range all {
			for v := int64(0); v < m; v++ {
				more = append(more, append(append([]int64{}, x...), v))
			}
		}
		all = more
	}
	return all
}

// steps returns the successors of a state, and the codes of what is wrong with the state itself.
func (t *twin) steps(s *twinState) (all []twinStep, codes map[string]bool) {
	codes = map[string]bool{}
	for i := range t.comps {
		if s.status[i] != "live" {
			continue
		}
		st := t.comps[i].machine.States[s.pc[i]]
		// one runs a step: change makes it, then local steps of whoever is named.
		one := func(shape twinStep, change func(n *twinState, st *twinStep), who []int, to []int) {
			n := s.clone()
			shape.code = try(func() { change(n, &shape) })
			for k := range who {
				if shape.code == "" {
					shape.code = t.settleInto(n, who[k], to[k], &shape.leaves, st.Kind == session.LocalStep)
				}
			}
			if shape.code == "" {
				t.tidy(n)
				shape.to = n
			}
			all = append(all, shape)
		}
		if st.Kind == session.LocalStep { // it is about to abandon an end
			one(twinStep{movers: []int{i}}, func(*twinState, *twinStep) {}, []int{i}, []int{s.pc[i]})
			continue
		}
		if st.Kind == session.Deciding {
			for n := range st.Edges {
				e := &st.Edges[n]
				if !t.on(s, i, e, codes) {
					continue
				}
				if e.Action.Kind == session.TakeCase {
					one(twinStep{movers: []int{i}, edges: []int{n}, members: []int{0}}, func(*twinState, *twinStep) {}, []int{i}, []int{e.Next})
					continue
				}
				for k := range t.comps[i].machine.Groups[e.Action.Group].Len {
					if t.there(s, i, e.Action.Group, k, e.Action.States) {
						one(twinStep{movers: []int{i}, edges: []int{n}, members: []int{k}}, func(n *twinState, _ *twinStep) { t.assign(n, i, e.Action.Index, int64(k)) }, []int{i}, []int{e.Next})
					}
				}
			}
			continue
		}
		lost := t.lost(s, i, st, codes)
		first := t.first(s, i, codes)
		hasElse := false
		for n := range st.Edges {
			hasElse = hasElse || st.Edges[n].Action.Kind == session.ElseOption && t.on(s, i, &st.Edges[n], codes)
		}
		for n := range st.Edges {
			e := &st.Edges[n]
			a := e.Action
			if !t.on(s, i, e, codes) {
				continue
			}
			switch a.Kind {
			case session.ElseOption, session.TimeoutOption:
				if first.edge < 0 && !lost && (a.Kind == session.ElseOption || !hasElse) {
					one(twinStep{movers: []int{i}, edges: []int{n}, members: []int{0}, timeout: a.Kind == session.TimeoutOption, rescues: a.Rescues}, func(*twinState, *twinStep) {}, []int{i}, []int{e.Next})
				}
				continue
			}
			for _, k := range t.members(s, i, e, codes) {
				t.option(s, i, st, n, k, first, codes, one)
			}
		}
		if lost {
			one(twinStep{movers: []int{i}}, func(n *twinState, x *twinStep) { t.crash(n, i, &x.leaves) }, nil, nil)
		}
	}
	if s.crashes < t.sys.CrashMost {
		for _, c := range t.sys.Crash {
			if s.status[c] == "live" {
				n := s.clone()
				n.crashes++
				var leaves []string
				t.crash(n, c, &leaves)
				t.tidy(n)
				all = append(all, twinStep{to: n, fault: true})
			}
		}
	}
	return all, codes
}

func (t *twin) members(s *twinState, i int, e *session.Edge, codes map[string]bool) []int {
	switch e.Action.Kind {
	case session.NewSession, session.StartChild, session.AddMember, session.TakeCase, session.AbandonEnd:
		return []int{0}
	}
	return t.spots(s, i, e.Action.Slot, codes)
}

func (t *twin) first(s *twinState, i int, codes map[string]bool) twinOption {
	st := t.comps[i].machine.States[s.pc[i]]
	for n := range st.Edges {
		switch st.Edges[n].Action.Kind {
		case session.ElseOption, session.TimeoutOption, session.NewSession, session.StartChild, session.ChildEnded, session.ChildCrashed:
			continue // others may or may not have come so far
		}
		if !t.on(s, i, &st.Edges[n], codes) {
			continue
		}
		for _, k := range t.members(s, i, &st.Edges[n], codes) {
			if t.ready(s, i, &st.Edges[n], k, codes) {
				return twinOption{n, k}
			}
		}
	}
	return twinOption{-1, 0}
}

type runOne func(shape twinStep, change func(*twinState, *twinStep), who []int, to []int)

// option adds the steps of one option with one member.
func (t *twin) option(s *twinState, i int, st session.State, n, k int, first twinOption, codes map[string]bool, one runOne) {
	e := &st.Edges[n]
	a := e.Action
	turn := !st.Priority || !first.before(n, k)
	base := one
	one = func(shape twinStep, change func(*twinState, *twinStep), who, to []int) {
		if shape.edges == nil {
			shape.edges, shape.members = []int{n}, []int{k}
		}
		shape.optional = e.Optional
		if a.Kind == session.StartChild {
			shape.begins = 1 + who[0]
		}
		base(shape, change, who, to)
	}
	if a.Kind == session.ReceiveMsg || a.Kind == session.SendMsg {
		x, ok := t.end(s, i, a.Slot, k)
		if !ok || t.edge(s, x, a.Kind == session.SendMsg, a.Peer, a.Label) == nil {
			return
		}
		p := t.sess[x.s].proto
		if a.Kind == session.ReceiveMsg {
			q := s.queues[x.s][way(a.Peer, x.r)]
			if p.Capacity[a.Peer][x.r] == 0 || len(q) == 0 {
				return
			}
			if !t.everAccepts(p.Locals[x.r], s.roles[x.s][x.r], a.Peer, q[0].label) {
				codes["PO2004"] = true
			}
			if q[0].label == a.Label && turn {
				one(twinStep{movers: []int{i}, leaves: []string{fmt.Sprint(x.s, " ", way(a.Peer, x.r))}}, func(c *twinState, _ *twinStep) {
					c.queues[x.s][way(a.Peer, x.r)] = c.queues[x.s][way(a.Peer, x.r)][1:]
					t.accept(c, i, e, k, x, q[0])
				}, []int{i}, []int{e.Next})
			}
			return
		}
		if s.roles[x.s][a.Peer] == roleAbandoned {
			return
		}
		if p.Capacity[x.r][a.Peer] > 0 {
			if len(s.queues[x.s][way(x.r, a.Peer)]) < p.Capacity[x.r][a.Peer] && turn {
				for _, w := range wilds(t.wildArgs(i, e)) {
					one(twinStep{movers: []int{i}}, func(c *twinState, shape *twinStep) {
						msg := t.message(c, i, e, k, w)
						name := way(x.r, a.Peer)
						c.queues[x.s][name] = append(c.queues[x.s][name], msg)
						shape.highQueue, shape.highLen = fmt.Sprint(x.s, " ", name), len(c.queues[x.s][name])
						t.advance(c, x, true, a.Peer, a.Label)
					}, []int{i}, []int{e.Next})
				}
			}
			return
		}
		j, all := t.facing(s, i, x, a.Peer, session.ReceiveMsg, codes)
		fits := false
		for _, o := range all {
			their := t.comps[j].machine.States[s.pc[j]]
			f := &their.Edges[o.edge]
			if f.Action.Label != a.Label {
				continue
			}
			fits = true
			allowed := !st.Priority && !their.Priority
			allowed = allowed || st.Priority && turn
			allowed = allowed || their.Priority && !t.first(s, j, codes).before(o.edge, o.member)
			if !allowed {
				continue
			}
			for _, w := range wilds(t.wildArgs(i, e)) {
				one(twinStep{movers: []int{i, j}, edges: []int{n, o.edge}, members: []int{k, o.member}, leaves: []string{fmt.Sprint(x.s, " ", way(x.r, a.Peer))}}, func(c *twinState, _ *twinStep) {
					msg := t.message(c, i, e, k, w)
					t.advance(c, x, true, a.Peer, a.Label)
					t.accept(c, j, f, o.member, twinRef{"end", x.s, a.Peer}, msg)
				}, []int{i, j}, []int{e.Next, f.Next})
			}
		}
		if len(all) > 0 && !fits {
			codes["PO2004"] = true
		}
		return
	}
	if !turn || !t.ready(s, i, e, k, codes) {
		return
	}
	switch a.Kind {
	case session.TakeCase:
		one(twinStep{movers: []int{i}}, func(*twinState, *twinStep) {}, []int{i}, []int{e.Next})
	case session.AbandonEnd:
		one(twinStep{movers: []int{i}}, func(c *twinState, shape *twinStep) {
			to := t.target(c, i, a.Slot)
			if x := c.slots[i][to]; x.what == "end" && c.roles[x.s][x.r] >= 0 {
				t.abandon(c, x, &shape.leaves)
			}
			t.put(c, i, to, twinRef{})
		}, []int{i}, []int{e.Next})
	case session.GonePeer:
		one(twinStep{movers: []int{i}}, func(c *twinState, _ *twinStep) {
			if a.Slot.Any {
				t.assign(c, i, a.Slot.Bind, int64(k))
			}
		}, []int{i}, []int{e.Next})
	case session.NewSession:
		one(twinStep{movers: []int{i}}, func(c *twinState, _ *twinStep) {
			x := t.freeSession(c, a.Protocol)
			for r := range a.Protocol.Roles {
				c.roles[x][r] = 0
				if a.Protocol.Locals[r].States[0].End {
					c.roles[x][r] = roleOver
				}
				if to := t.target(c, i, a.Into[r]); to >= 0 && c.roles[x][r] == 0 {
					t.put(c, i, to, twinRef{"end", x, r})
				}
			}
		}, []int{i}, []int{e.Next})
	case session.StartChild:
		child := t.freeComp(s, a.Child)
		var sizes []int64
		for p, param := range a.Child.Params {
			if param.Var >= 0 && a.Args[p].Kind == session.Unfollowed && t.follows[varKey(a.Child, param.Var)] {
				v := a.Child.Vars[param.Var]
				sizes = append(sizes, int64(v.Hi)-int64(v.Lo)+1)
			}
		}
		for _, w := range wilds(sizes) {
			one(twinStep{movers: []int{i}}, func(c *twinState, _ *twinStep) {
				t.reset(c, child, true)
				next := 0
				for p, param := range a.Child.Params {
					x := a.Args[p]
					if param.Group >= 0 {
						from := t.target(c, i, x.Slot)
						y := c.slots[i][from]
						c.slots[i][from] = twinRef{}
						t.put(c, child, a.Child.Groups[param.Group].Base, y)
						continue
					}
					v := a.Child.Vars[param.Var]
					val := int64(v.Lo)
					if x.Kind == session.Value {
						val = t.eval(c, i, x.Value)
					} else if t.follows[varKey(a.Child, param.Var)] {
						val = int64(v.Lo) + w[next]
						next++
					}
					if val < int64(v.Lo) || val > int64(v.Hi) {
						panic(failed("PO2008"))
					}
					for r := v.Base; r < v.Base+v.Len; r++ {
						c.regs[child][r] = val
					}
				}
				if len(a.Into) > 0 && a.Into[0].Group >= 0 {
					t.put(c, i, t.target(c, i, a.Into[0]), twinRef{"handle", child, 0})
					c.watched[child] = true
				}
			}, []int{child, i}, []int{0, e.Next})
		}
	case session.AddMember:
		one(twinStep{movers: []int{i}}, func(c *twinState, _ *twinStep) {
			m := t.freeMember(c, i, a.Group)
			g := t.comps[i].machine.Groups[a.Group]
			for f, r := range a.Ends {
				from := t.target(c, i, r)
				x := c.slots[i][from]
				c.slots[i][from] = twinRef{}
				t.put(c, i, g.Base+m*len(g.Fields)+f, x)
			}
			t.assign(c, i, a.Index, int64(m))
		}, []int{i}, []int{e.Next})
	case session.ChildEnded, session.ChildCrashed:
		one(twinStep{movers: []int{i}}, func(c *twinState, _ *twinStep) {
			if a.Slot.Any {
				t.assign(c, i, a.Slot.Bind, int64(k))
			}
			t.put(c, i, t.slot(i, a.Slot, k), twinRef{})
		}, []int{i}, []int{e.Next})
	}
}

// wildArgs returns how many values each unfollowed argument of a send can have.
func (t *twin) wildArgs(i int, e *session.Edge) (n []int64) {
	p := t.comps[i].machine.Groups[e.Action.Slot.Group].Fields[e.Action.Slot.Field].End.Protocol
	for f, x := range e.Action.Args {
		ty := p.Labels[e.Action.Label].Fields[f].Type
		if x.Kind == session.Unfollowed && ty.Finite() && t.follows[fieldKey(p, e.Action.Label, f)] {
			lo, hi := ty.Bounds()
			n = append(n, hi-lo+1)
		}
	}
	return n
}

// message builds what is sent; w are the values tried for unfollowed arguments.
func (t *twin) message(c *twinState, i int, e *session.Edge, k int, w []int64) twinMsg {
	a := e.Action
	if a.Slot.Any {
		t.assign(c, i, a.Slot.Bind, int64(k))
	}
	p := t.comps[i].machine.Groups[a.Slot.Group].Fields[a.Slot.Field].End.Protocol
	msg := twinMsg{label: a.Label, vals: make([]int64, len(a.Args)), ends: make([]twinRef, len(a.Args))}
	next := 0
	for f, x := range a.Args {
		ty := p.Labels[a.Label].Fields[f].Type
		follows := t.follows[fieldKey(p, a.Label, f)]
		lo, hi := ty.Bounds()
		switch {
		case x.Kind == session.Delegated:
			from := t.target(c, i, x.Slot)
			msg.ends[f] = c.slots[i][from]
			c.slots[i][from] = twinRef{}
		case !ty.Finite():
		case x.Kind == session.Value:
			v := t.eval(c, i, x.Value)
			if v < lo || v > hi {
				panic(failed("PO2008"))
			}
			if follows {
				msg.vals[f] = v
			}
		case follows:
			msg.vals[f] = lo + w[next]
			next++
		}
	}
	return msg
}

func (t *twin) accept(c *twinState, i int, e *session.Edge, k int, x twinRef, msg twinMsg) {
	a := e.Action
	p := t.sess[x.s].proto
	t.advance(c, x, false, a.Peer, a.Label)
	if a.Slot.Any {
		t.assign(c, i, a.Slot.Bind, int64(k))
	}
	for f, b := range a.Binds {
		switch {
		case b.Kind == session.Delegated:
			t.put(c, i, t.target(c, i, b.Slot), msg.ends[f])
		case b.Kind == session.Value && t.follows[fieldKey(p, a.Label, f)]:
			t.assign(c, i, b.To, msg.vals[f])
		}
	}
}

// everAccepts reports whether a local type has a run without other receives from peer to a state that accepts the label.
func (t *twin) everAccepts(l *session.Local, state, peer, label int) bool {
	seen := map[int]bool{state: true}
	for todo := []int{state}; len(todo) > 0; todo = todo[1:] {
		for _, e := range l.States[todo[0]].Edges {
			if !e.Send && e.Peer == peer {
				if e.Label == label {
					return true
				}
				continue
			}
			if !seen[e.Next] {
				seen[e.Next] = true
				todo = append(todo, e.Next)
			}
		}
	}
	return false
}
