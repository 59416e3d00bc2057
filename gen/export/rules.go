package export

import (
	"fmt"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// addRules makes a process with the rules of each instance.
func (b *builder) addRules() {
	for _, i := range b.instances {
		p := &Process{Name: identifier(i.name), Says: i.machine.Name}
		lost := no
		for s := range i.machine.States {
			if st := &i.machine.States[s]; stands(st) {
				x := &site{b: b, i: i, at: s, st: st, p: p}
				switch st.Kind {
				case session.Waiting:
					lost = or(lost, and(i.at(s), x.wait()))
				case session.Deciding:
					x.decide()
				default:
					x.leave()
				}
			}
		}
		if !lost.is(0) {
			c := b.body()
			c.crash(i)
			p.Rules = append(p.Rules, &Rule{Says: i.name + " loses its peer", Guard: lost, Body: c.at})
		}
		b.m.Processes = append(b.m.Processes, p)
	}
	if len(b.sys.Crash) == 0 {
		return
	}
	faults := &Process{Name: "faults", Says: "components that crash"}
	for _, n := range b.sys.Crash {
		i := b.instances[n]
		c := b.body()
		c.set(b.crashes, nil, binary(Add, cell(b.crashes, nil), num(1)))
		c.crash(i)
		faults.Rules = append(faults.Rules, &Rule{Says: i.name + " crashes", Kind: Fault, Body: c.at,
			Guard: and(binary(Lt, cell(b.crashes, nil), num(int64(b.sys.CrashMost))), i.isLive())})
	}
	b.m.Processes = append(b.m.Processes, faults)
}

// site is a state at which an instance stands.
type site struct {
	b  *builder
	i  *instance
	at int
	st *session.State
	p  *Process
}

// rule adds a rule; clear resets what means nothing between steps.
func (x *site) rule(e *session.Edge, what string, guard *Expr, c *body) {
	if guard.is(0) {
		return
	}
	r := &Rule{Says: what, Guard: guard, Body: c.at}
	if e != nil {
		r.Says += " " + says(e)
		if e.Action.Kind == session.TimeoutOption && !e.Action.Rescues {
			r.Kind = Timeout
		}
	}
	clear := map[*Var]bool{}
	scratches(c.at, clear)
	for _, v := range []*Var{x.b.message, x.b.session} {
		if clear[v] {
			c.set(v, nil, num(0))
		}
	}
	x.p.Rules = append(x.p.Rules, r)
}

// scratches collects the scratch variables that a block gives a value.
func scratches(b *Block, into map[*Var]bool) {
	for _, s := range b.Stmts {
		switch s := s.(type) {
		case *Set:
			into[s.Var] = into[s.Var] || s.Var.Scratch
		case *If:
			scratches(s.Then, into)
			scratches(s.Else, into)
		case *While:
			scratches(s.Body, into)
		}
	}
}

// try is an option with one member of its slot.
type try struct {
	k      int // the option
	n      int // the member
	e      *session.Edge
	place  *place // nil if the option has no slot
	guard  *Expr  // of the option, and that its index means this member
	member bool   // the slot stands for any member
}

// tries lists the options with each member, in the order of a choose by priority.
func (x *site) tries() (all []try) {
	for k := range x.st.Edges {
		e := &x.st.Edges[k]
		a := &e.Action
		guard, _ := x.guard(e)
		t := try{k: k, e: e, guard: guard}
		switch a.Kind {
		case session.ElseOption, session.TimeoutOption:
		case session.SendMsg, session.ReceiveMsg, session.GonePeer, session.ChildEnded, session.ChildCrashed:
			g := &x.i.machine.Groups[a.Slot.Group]
			for n := range g.Len {
				t.n, t.place, t.member, t.guard = n, x.i.slots[g.Base+n*len(g.Fields)+a.Slot.Field], a.Slot.Any, guard
				switch {
				case a.Slot.Any:
				case a.Slot.Index != nil:
					v, fails := x.b.value(x.i, a.Slot.Index)
					t.guard = and(guard, not(fails), eq(v, int64(n)))
				case n > 0:
					continue
				}
				all = append(all, t)
			}
		default:
			all = append(all, t)
		}
	}
	return all
}

// guard is whether the guard of an edge holds, and whether evaluating it fails.
func (x *site) guard(e *session.Edge) (holds, fails *Expr) {
	if e.Guard == nil {
		return yes, no
	}
	v, fails := x.b.value(x.i, e.Guard)
	return and(not(fails), v), fails
}

// end is whether the slot of a try holds a live end where the option wants it.
func (t *try) end() *Expr { return t.place.holds(t.e.Action.Slot.States) }

// sure is whether a try is surely ready: what waits for somebody to arrive is not.
func (x *site) sure(t *try) *Expr {
	a := &t.e.Action
	switch a.Kind {
	case session.SendMsg:
		return and(t.guard, x.sends(t))
	case session.ReceiveMsg:
		return and(t.guard, x.receives(t))
	case session.GonePeer, session.AddMember:
		return and(t.guard, x.ready(t))
	}
	return no
}

// sends is whether a send into a queue is ready, apart from its guard.
func (x *site) sends(t *try) *Expr {
	a, s := &t.e.Action, t.place.sessionOf()
	q := t.place.out(a.Peer)
	if q == nil || q.capacity == 0 {
		return no
	}
	return and(t.end(), t.place.canStep(true, a.Peer, a.Label), not(q.full(s)), not(x.b.isAbandoned(t.place.protocol, a.Peer, s)))
}

// receives is the same for a receive from a queue.
func (x *site) receives(t *try) *Expr {
	a, s := &t.e.Action, t.place.sessionOf()
	q := t.place.in(a.Peer)
	if q == nil || q.capacity == 0 {
		return no
	}
	return and(t.end(), q.headIs(s, a.Label), t.place.canStep(false, a.Peer, a.Label))
}

// ready is the same for gone and add.
func (x *site) ready(t *try) *Expr {
	a := &t.e.Action
	if a.Kind == session.AddMember {
		some := no
		g := &x.i.machine.Groups[a.Group]
		for n := range g.Len {
			some = or(some, not(x.i.present(g, n, nil)))
		}
		return some
	}
	s := t.place.sessionOf()
	return and(t.end(), x.b.isAbandoned(t.place.protocol, a.Peer, s), t.place.in(a.Peer).empty(s))
}

// before is whether no try that comes before t in its choose is surely ready; t nil: none at all.
func (x *site) before(all []try, t *try) *Expr {
	out := yes
	for n := range all {
		if t != nil && (all[n].k > t.k || all[n].k == t.k && all[n].n >= t.n) {
			break
		}
		out = and(out, not(x.sure(&all[n])))
	}
	return out
}

// wait makes the rules of a choose, and returns when it loses a peer.
func (x *site) wait() (lost *Expr) {
	all := x.tries()
	here := x.i.at(x.at)
	lost = x.losesPeer(all)
	for k := range x.st.Edges {
		e := &x.st.Edges[k]
		if kind := e.Action.Kind; kind == session.ElseOption || kind == session.TimeoutOption {
			guard, _ := x.guard(e)
			if kind == session.TimeoutOption {
				guard = and(guard, not(x.hasElse()))
			}
			c := x.b.body()
			c.settle(x.i, e.Next)
			x.rule(e, fmt.Sprint(x.i.name, ": ", map[bool]string{true: "else", false: "timeout"}[kind == session.ElseOption]), and(here, guard, x.before(all, nil), not(lost)), c)
		}
	}
	for n := range all {
		t := &all[n]
		turn := yes
		if x.st.Priority {
			turn = x.before(all, t)
		}
		switch a := &t.e.Action; a.Kind {
		case session.SendMsg:
			if q := t.place.out(a.Peer); q != nil && q.capacity == 0 {
				x.exchange(all, t, q)
			} else {
				x.send(t, and(here, t.guard, x.sends(t), turn))
			}
		case session.ReceiveMsg:
			x.receive(t, and(here, t.guard, x.receives(t), turn))
		default:
			x.other(t, and(here, t.guard, turn))
		}
	}
	return lost
}

func (x *site) hasElse() *Expr {
	some := no
	for k := range x.st.Edges {
		if e := &x.st.Edges[k]; e.Action.Kind == session.ElseOption {
			guard, _ := x.guard(e)
			some = or(some, guard)
		}
	}
	return some
}

// losesPeer is whether the instance sends to or receives from an abandoned role and has no gone option for it.
func (x *site) losesPeer(all []try) *Expr {
	lost := no
	if !x.b.abandons {
		return lost
	}
	for n := range all {
		t := &all[n]
		a := &t.e.Action
		if a.Kind != session.SendMsg && a.Kind != session.ReceiveMsg || t.place.protocol.sessions == 0 {
			continue
		}
		s := t.place.sessionOf()
		it := and(t.guard, t.end(), x.b.isAbandoned(t.place.protocol, a.Peer, s), t.place.canStep(a.Kind == session.SendMsg, a.Peer, a.Label))
		if a.Kind == session.ReceiveMsg {
			it = and(it, t.place.in(a.Peer).empty(s))
		}
		for k := range all {
			if g := &all[k]; g.e.Action.Kind == session.GonePeer && g.e.Action.Peer == a.Peer && g.place == t.place {
				it = and(it, not(and(g.guard, g.end())))
			}
		}
		lost = or(lost, it)
	}
	return lost
}

// decide makes the rules of a decide.
func (x *site) decide() {
	for k := range x.st.Edges {
		e := &x.st.Edges[k]
		a := &e.Action
		guard, _ := x.guard(e)
		if a.Kind != session.PickMember {
			c := x.b.body()
			c.settle(x.i, e.Next)
			x.rule(e, fmt.Sprintf("%s: case %s", x.i.name, a.Name), and(x.i.at(x.at), guard), c)
			continue
		}
		g := &x.i.machine.Groups[a.Group]
		for n := range g.Len {
			c := x.b.body()
			c.assign(x.i, a.Index, num(int64(n)), int64(n), int64(n), says(e))
			c.settle(x.i, e.Next)
			x.rule(e, fmt.Sprintf("%s picks %s[%d]", x.i.name, g.Name, n), and(x.i.at(x.at), guard, x.i.present(g, n, a.States)), c)
		}
	}
}

// leave makes the rule of a state that abandons an end.
func (x *site) leave() {
	c := x.b.body()
	c.localEdge(x.i, x.st, func(c *body, e *session.Edge) {
		if e.Action.Kind != session.AbandonEnd {
			c.localAction(x.i, e)
			c.settle(x.i, e.Next)
			return
		}
		c.slot(x.i, e.Action.Slot, says(e), func(c *body, p *place) {
			c.when(p.holds(nil), func(c *body) {
				s := c.sessionIn(p)
				if c.abandon(p) {
					c.reclaimAll()
				} else {
					c.reclaim(p.protocol, s)
				}
			})
			c.lose(p)
			c.settle(x.i, e.Next)
		})
	})
	x.rule(nil, x.i.name+" abandons an end", x.i.at(x.at), c)
}
