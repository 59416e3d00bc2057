package session

import (
	"slices"
)

// taking is an edge being taken: the configuration after it, as far as it is known.
type taking struct {
	*conformance
	from int
	edge *Edge
	w    world
	x    configuration // after; its state is the edge's Next
}

// take adds the configurations after an edge.
func (c *conformance) take(i int, e *Edge, w world) {
	x := c.configs[i]
	t := &taking{conformance: c, from: i, edge: e, w: w, x: x}
	t.x.state, t.x.from, t.x.edge = e.Next, i, e
	t.x.regs = slices.Clone(x.regs)
	t.x.facts = c.after(&x, e, w)
	a := &e.Action
	switch a.Kind {
	case Assign:
		t.assign()
	case SendMsg, ReceiveMsg, GonePeer, ChildEnded, ChildCrashed:
		t.channel()
	case AbandonEnd:
		if t.is(a.Slot) {
			if t.x.status < 0 {
				c.refuseEmpty(i, e)
				return
			}
			t.x.status = abandoned
		} else if t.beside(a.Slot) {
			t.change(a.Slot.Field, abandoned)
		}
		t.done()
	case MoveEnd:
		t.moveTo(a.Slot, a.Into[0])
	case NewSession, StartChild:
		t.made()
	case AddMember:
		t.added()
	case PickMember:
		t.picked()
	default:
		t.done()
	}
}

func (t *taking) done() { t.add(t.x) }

// is reports whether a slot of the edge is the followed place. The index of a member that the step has taken is known.
func (t *taking) is(s SlotRef) bool {
	if s.Any {
		return t.names(&t.configs[t.from], s, t.w)
	}
	return t.names(&t.x, s, t.w)
}

// store writes a kept register.
func (t *taking) store(r VarRef, v int32) bool {
	if r.Var < 0 || !t.keep[r.Var] {
		return true
	}
	i := 0
	if r.Index != nil {
		i = int(t.eval(&t.configs[t.from], r.Index, t.w))
	}
	info := &t.m.Vars[r.Var]
	if i < 0 || i >= info.Len || v < info.Lo || v > info.Hi {
		return false // a violation of assert, which the checker reports
	}
	t.x.regs[t.base[r.Var]+i] = v
	return true
}

func (t *taking) assign() {
	a := &t.edge.Action
	if !t.keep[a.To.Var] || t.store(a.To, t.eval(&t.configs[t.from], a.Value, t.w)) {
		t.done()
	}
}

// indexes calls f once per value of an index that the step binds; once at all where nobody reads it.
func (t *taking) indexes(r VarRef, length int, allowed func(k int) bool, f func(k int)) {
	bound := r.Var >= 0 && t.keep[r.Var] && t.live[t.edge.Next][r.Var] || t.needsIndex(r)
	regs := slices.Clone(t.x.regs)
	before := t.x
	for k := range length {
		if !allowed(k) {
			continue
		}
		t.x = before
		t.x.regs = slices.Clone(regs)
		t.store(r, int32(k))
		f(k)
		if !bound {
			return
		}
	}
}

// needsIndex reports whether the edge itself uses the index that it binds.
func (t *taking) needsIndex(r VarRef) bool {
	return r.Var >= 0 && t.keep[r.Var] && len(t.edge.Action.Args) > 0
}

// channel takes an operation on a channel: of the followed end, of another field of its member, or of any other end.
func (t *taking) channel() {
	a := &t.edge.Action
	x := t.configs[t.from]
	s := a.Slot
	if !s.Any {
		if t.is(s) && !t.operate() || t.beside(s) && !t.operateBeside(s.Field) {
			return
		}
		t.payload()
		return
	}
	g := &t.m.Groups[s.Group]
	followed := x.slot >= 0 && t.slots[x.slot].group == s.Group
	if followed {
		if may, known := t.matches(&x, s.Field, s.States); may || !known {
			before := t.x
			t.x.regs = slices.Clone(before.regs)
			t.store(s.Bind, int32(t.slots[x.slot].member))
			if t.slots[x.slot].field == s.Field && t.operate() || t.slots[x.slot].field != s.Field && t.operateBeside(s.Field) {
				t.payload()
			}
			t.x = before
		}
	}
	t.indexes(s.Bind, g.Len, func(k int) bool { return !followed || k != t.slots[x.slot].member }, func(int) { t.payload() })
}

// beside reports whether a slot is another field of the followed member, and something is known of it.
func (t *taking) beside(s SlotRef) bool {
	if t.x.others == nil || s.Any {
		return false
	}
	p := t.slots[t.x.slot]
	return s.Group == p.group && s.Field != p.field && t.memberOf(&t.x, s, t.w) == p.member
}

// change sets the status of another field of the followed member.
func (t *taking) change(field, status int) {
	if t.x.others != nil {
		t.x.others = slices.Clone(t.x.others)
		t.x.others[field] = status
	}
}

// operateBeside does the operation on another field of the followed member. What is wrong with it is reported where that field is followed.
func (t *taking) operateBeside(field int) bool {
	if t.x.others == nil {
		return true
	}
	a := &t.edge.Action
	status := t.x.others[field]
	if status < 0 {
		return false
	}
	switch a.Kind {
	case ChildEnded, ChildCrashed:
		t.change(field, reported)
	case SendMsg, ReceiveMsg:
		end := t.m.Groups[t.slots[t.x.slot].group].Fields[field].End
		next := end.Protocol.Locals[end.Role].Edge(status, a.Kind == SendMsg, a.Peer, a.Label)
		if next == nil {
			return false
		}
		t.change(field, next.Next)
	}
	return true
}

// operate does the operation on the followed end. It returns false if the end does not allow it, which is reported.
func (t *taking) operate() bool {
	a := &t.edge.Action
	if t.x.status < 0 {
		t.refuseEmpty(t.from, t.edge)
		return false
	}
	p := t.slots[t.x.slot]
	switch a.Kind {
	case ChildEnded, ChildCrashed:
		t.x.status = reported
	case SendMsg, ReceiveMsg:
		next := p.end.Protocol.Locals[p.end.Role].Edge(t.x.status, a.Kind == SendMsg, a.Peer, a.Label)
		if next == nil {
			t.refuseMessage(t.from, t.edge)
			return false
		}
		t.x.status = next.Next
	}
	return true
}

// payload takes the fields of a message: values into variables, ends out of and into slots.
func (t *taking) payload() {
	if t.handOver() {
		t.bind(0)
	}
}

// handOver takes the ends that leave as arguments.
func (t *taking) handOver() bool {
	a := &t.edge.Action
	for _, arg := range a.Args {
		if arg.Kind != Delegated {
			continue
		}
		if t.is(arg.Slot) && !t.leaves(t.fieldType(a, arg)) {
			return false
		}
		if t.beside(arg.Slot) {
			t.change(arg.Slot.Field, movedAway)
		}
	}
	return true
}

// fieldType is the type of end that takes what is sent in arg.
func (t *taking) fieldType(a *Action, arg Arg) *EndType {
	for i := range a.Args {
		if a.Args[i].Kind != Delegated || !containsSlot([]SlotRef{arg.Slot}, a.Args[i].Slot) {
			continue
		}
		if a.Kind == StartChild {
			return a.Child.Groups[a.Child.Params[i].Group].Fields[0].End
		}
		return t.m.label(a).Fields[i].Type.End
	}
	panic("session: an argument that is none of its action")
}

// leaves lets the followed end go to where want is expected. It returns false if it must not, which is reported.
func (t *taking) leaves(want *EndType) bool {
	if t.x.status < 0 {
		t.refuseEmpty(t.from, t.edge)
		return false
	}
	if want.States != nil && !slices.Contains(want.States, t.x.status) {
		t.refuseState(t.from, t.edge, want)
		return false
	}
	t.x.status = movedAway
	return true
}

// bind takes the received fields from the k-th on.
func (t *taking) bind(k int) {
	a := &t.edge.Action
	if k == len(a.Binds) {
		t.done()
		return
	}
	b := a.Binds[k]
	switch {
	case b.Kind == Value && b.To.Var >= 0 && t.keep[b.To.Var]:
		before := t.x
		lo, hi := t.m.label(a).Fields[k].Type.Bounds()
		v := &t.m.Vars[b.To.Var]
		if !t.live[t.edge.Next][b.To.Var] {
			lo = max(lo, int64(v.Lo))
			hi = lo
		}
		for value := max(lo, int64(v.Lo)); value <= min(hi, int64(v.Hi)) && !t.tooLarge; value++ {
			t.x = before
			t.x.regs = slices.Clone(before.regs)
			if t.store(b.To, int32(value)) {
				t.bind(k + 1)
			}
		}
		t.x = before
	case b.Kind == Delegated && t.is(b.Slot):
		if !t.fillable() {
			return
		}
		before := t.x
		for _, s := range statesOf(t.m.label(a).Fields[k].Type.End) {
			t.x = before
			t.x.status = s
			t.bind(k + 1)
		}
		t.x = before
	case b.Kind == Delegated && t.beside(b.Slot):
		before := t.x
		for _, s := range statesOf(t.m.label(a).Fields[k].Type.End) {
			t.x = before
			t.change(b.Slot.Field, s)
			t.bind(k + 1)
		}
		t.x = before
	default:
		t.bind(k + 1)
	}
}

// fillable reports whether the followed place may take an end: it is empty or its session is over.
func (t *taking) fillable() bool {
	p := t.slots[t.x.slot]
	if p.end != nil && t.holds(&t.x) {
		t.refuseOverwritten(t.from, t.edge)
		return false
	}
	return true
}

// made takes new and start: fresh ends and handles, and ends handed to the started component.
func (t *taking) made() {
	a := &t.edge.Action
	if !t.handOver() {
		return
	}
	for _, into := range a.Into {
		if t.is(into) {
			if !t.fillable() {
				return
			}
			t.x.status = 0
		} else if t.beside(into) {
			t.change(into.Field, 0)
		}
	}
	t.done()
}
