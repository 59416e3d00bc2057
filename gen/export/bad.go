package export

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

func (b *builder) bad(kind Failure, says string, when *Expr) {
	if !when.is(0) {
		b.m.Bad = append(b.m.Bad, &Bad{kind, says, when})
	}
}

// addBad makes the states that must not be reached, and says what the model leaves out.
func (b *builder) addBad() {
	some := no
	for _, i := range b.instances {
		some = or(some, and(i.isLive(), not(b.idle(i))))
		for s := range i.machine.States {
			x := &site{b: b, i: i, at: s, st: &i.machine.States[s]}
			if x.st.Kind == session.Waiting || x.st.Kind == session.Deciding {
				x.guards()
			}
			if x.st.Kind == session.Waiting {
				x.surprises()
			}
		}
	}
	b.bad(Deadlock, "nothing can move, and somebody waits", some)
	for _, a := range b.sys.Always {
		v, fails := b.property(a.Expr, nil)
		b.bad(Range, "always "+a.Text+": an index outside, or a division by zero", fails)
		b.bad(Always, "always "+a.Text, and(not(fails), not(v)))
	}
	b.m.Notes = append(b.m.Notes, "Judged: deadlock (nothing can move, and somebody waits), reception, assertions, ranges, always.",
		"Not judged: partial deadlocks, orphans, leaks, progress and starvation; ask `protoc-os check` for these.")
}

// guards are the guards and indices of a state's options whose evaluation fails.
func (x *site) guards() {
	some := no
	for k := range x.st.Edges {
		e := &x.st.Edges[k]
		holds, fails := x.guard(e)
		some = or(some, fails)
		switch a := &e.Action; a.Kind {
		case session.SendMsg, session.ReceiveMsg, session.GonePeer, session.ChildEnded, session.ChildCrashed:
			if a.Slot.Index != nil && !a.Slot.Any {
				v, f := x.b.value(x.i, a.Slot.Index)
				some = or(some, and(holds, or(f, not(inside(v, x.i.machine.Groups[a.Slot.Group].Len)))))
			}
		}
	}
	x.b.bad(Range, fmt.Sprintf("%s: a guard has an index outside, or divides by zero", x.i.name), and(x.i.at(x.at), some))
}

// surprises are messages at the head of a queue that somebody waits on and who can never take them.
func (x *site) surprises() {
	some := no
	all := x.tries()
	for n := range all {
		t := &all[n]
		a := &t.e.Action
		if a.Kind != session.ReceiveMsg || t.place.protocol.sessions == 0 {
			continue
		}
		q, s := t.place.in(a.Peer), t.place.sessionOf()
		if q == nil || q.capacity == 0 {
			continue
		}
		other := no
		for l := range q.labels {
			if l != a.Label {
				other = or(other, and(q.headIs(s, l), in(t.place.protocol.code(t.place.role, s), t.place.protocol.never(t.place.role, a.Peer, l))))
			}
		}
		some = or(some, and(t.guard, t.end(), t.place.canStep(false, a.Peer, a.Label), other))
	}
	x.b.bad(Reception, fmt.Sprintf("%s waits and can never take what has come", x.i.name), and(x.i.at(x.at), some))
}

// idle is whether a live instance may stay as it is for ever.
func (b *builder) idle(i *instance) *Expr {
	some := no
	for s := range i.machine.States {
		st := &i.machine.States[s]
		if st.Kind != session.Waiting {
			continue
		}
		x := &site{b: b, i: i, at: s, st: st}
		waits, only := no, yes
		for k := range st.Edges {
			e := &st.Edges[k]
			holds, _ := x.guard(e)
			switch e.Action.Kind {
			case session.ReceiveMsg, session.GonePeer, session.TimeoutOption, session.ChildEnded, session.ChildCrashed:
				waits = or(waits, holds)
			default:
				only = and(only, not(holds))
			}
		}
		some = or(some, and(i.at(s), waits, only))
	}
	rests := yes
	for _, p := range i.slots {
		if p.handle || p.protocol.sessions == 0 {
			continue
		}
		l := p.protocol.decl.Locals[p.role]
		var codes []int64
		for s := range l.States {
			if l.States[s].Rest && !l.States[s].End {
				codes = append(codes, codeOf(l, s))
			}
		}
		rest := in(p.protocol.code(p.role, p.sessionOf()), codes)
		for peer := range p.protocol.decl.Roles {
			rest = and(rest, p.in(peer).empty(p.sessionOf()))
		}
		rests = and(rests, or(not(p.holds(nil)), rest))
	}
	return and(some, rests)
}

// identifier turns a name into one that other languages take too.
func identifier(name string) string {
	var out strings.Builder
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' && out.Len() > 0 || r == '_':
			out.WriteRune(r)
		case r == ']' || r == '·' || r == ' ' || r == ')':
		case r < 128:
			out.WriteByte('_')
		default:
			fmt.Fprintf(&out, "u%04x", r)
		}
	}
	return out.String()
}
