package session

import (
	"fmt"
	"slices"
)

// world gives values to what a configuration does not know: how many members a set has, who else is present, forgotten variables.
type world map[string]int32

// unknown is something that a state's expressions read and the configuration does not know.
type unknown struct {
	key    string
	lo, hi int32
}

// mostWorlds bounds the combinations of unknown values at one state.
const mostWorlds = 4096

// worlds calls f for every combination of values of what state s reads and x does not know.
func (c *conformance) worlds(x *configuration, f func(w world)) {
	var found []unknown
	c.eachRead(x.state, func(e *Expr) { c.unknown(x, e, &found) })
	if len(found) == 0 {
		f(nil)
		return
	}
	total := 1
	for _, u := range found {
		total *= int(u.hi-u.lo) + 1
		if total > mostWorlds {
			c.tooLarge = true
			return
		}
	}
	w := world{}
	var each func(k int)
	each = func(k int) {
		if k == len(found) {
			f(w)
			return
		}
		for v := found[k].lo; v <= found[k].hi; v++ {
			w[found[k].key] = v
			each(k + 1)
		}
	}
	each(0)
}

// unknown adds an expression that the configuration does not know the value of.
func (c *conformance) unknown(x *configuration, e *Expr, found *[]unknown) {
	u := unknown{hi: 1}
	switch e.Op {
	case OpVar:
		if c.keep[e.N] {
			return
		}
		v := &c.m.Vars[e.N]
		u.lo, u.hi = v.Lo, v.Hi
	case OpCount:
		u.lo, u.hi = c.countBounds(x, e)
	case OpPresent:
		if _, known := c.present(x, e, nil); known {
			return
		}
	default:
		return
	}
	u.key = unknownKey(e)
	if v, known := c.knows(x, u.key); known && v >= u.lo && v <= u.hi {
		u.lo, u.hi = v, v
	}
	for _, have := range *found {
		if have.key == u.key {
			return
		}
	}
	*found = append(*found, u)
}

// unknownKey is the same for expressions that read the same. Index expressions are part of it by their form.
func unknownKey(e *Expr) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("(%d %d %v %s %s)", e.Op, e.N, e.States, unknownKey(e.X), unknownKey(e.Y))
}

// countBounds narrows the number of members by what is known of the followed place.
func (c *conformance) countBounds(x *configuration, e *Expr) (lo, hi int32) {
	hi = int32(c.m.Groups[e.N].Len)
	if x.slot < 0 || c.slots[x.slot].group != int(e.N) {
		return 0, hi
	}
	is, known := c.counted(x, e.States)
	switch {
	case known && is:
		lo = 1
	case known:
		hi--
	}
	return lo, hi
}

// counted reports whether the followed member is present, at states (of its first end).
func (c *conformance) counted(x *configuration, states []int) (is, known bool) {
	if states == nil {
		return c.here(x)
	}
	return c.matches(x, 0, states)
}

// present evaluates a presence test where the followed place decides it. With a nil world only indexes that need none are evaluated.
func (c *conformance) present(x *configuration, e *Expr, w world) (v int32, known bool) {
	if x.slot < 0 || c.slots[x.slot].group != int(e.N) || int(c.eval(x, e.X, w)) != c.slots[x.slot].member {
		return 0, false
	}
	is, known := c.counted(x, e.States)
	if is && known {
		return 1, true
	}
	return 0, known
}

// eval evaluates an expression in a configuration and a world.
func (c *conformance) eval(x *configuration, e *Expr, w world) int32 {
	switch e.Op {
	case OpConst:
		return e.N
	case OpVar:
		if !c.keep[e.N] {
			return w[unknownKey(e)]
		}
		i := 0
		if e.X != nil {
			i = int(c.eval(x, e.X, w))
		}
		if i < 0 || i >= c.m.Vars[e.N].Len { // a violation of assert, which the checker reports
			return 0
		}
		return x.regs[c.base[e.N]+i]
	case OpCount:
		return w[unknownKey(e)]
	case OpPresent:
		if v, known := c.present(x, e, w); known {
			return v
		}
		return w[unknownKey(e)]
	case OpAnd:
		if c.eval(x, e.X, w) == 0 {
			return 0
		}
		return c.eval(x, e.Y, w)
	case OpOr:
		if c.eval(x, e.X, w) != 0 {
			return 1
		}
		return c.eval(x, e.Y, w)
	case OpNot, OpNeg:
		return apply(e.Op, c.eval(x, e.X, w), 0)
	}
	return apply(e.Op, c.eval(x, e.X, w), c.eval(x, e.Y, w))
}

// expand looks at one configuration and adds what may follow.
func (c *conformance) expand(i int) {
	x := c.configs[i]
	s := &c.m.States[x.state]
	if s.Kind == Ended {
		if c.holds(&x) && c.slots[x.slot].end != nil {
			c.refuseEnded(i)
		}
		return
	}
	c.worlds(&x, func(w world) {
		var enabled []*Edge
		for j := range s.Edges {
			if e := &s.Edges[j]; e.Guard == nil || c.eval(&x, e.Guard, w) != 0 {
				enabled = append(enabled, e)
				if s.Kind == LocalStep {
					break
				}
			}
		}
		if s.Kind == Deciding && len(enabled) == 0 {
			c.refuseUndecided(i)
		}
		if s.Kind == Waiting && c.holds(&x) {
			c.offers(i, enabled, w)
		}
		for _, e := range enabled {
			c.take(i, e, w)
		}
	})
}

// offers asks that, per sender, all that may come on the followed end is offered, or nothing.
func (c *conformance) offers(i int, enabled []*Edge, w world) {
	x := c.configs[i]
	p := c.slots[x.slot]
	if p.end == nil {
		return
	}
	local := p.end.Protocol.Locals[p.end.Role]
	for peer := range p.end.Protocol.Roles {
		var missing []int
		var offered *Edge
		for _, r := range local.States[x.status].Edges {
			if r.Send || r.Peer != peer {
				continue
			}
			found := false
			for _, e := range enabled {
				if e.Action.Kind == ReceiveMsg && e.Action.Peer == peer && e.Action.Label == r.Label && c.names(&x, e.Action.Slot, w) {
					found, offered = true, e
				}
			}
			if !found {
				missing = append(missing, r.Label)
			}
		}
		if offered != nil && len(missing) > 0 {
			c.refuseOffer(i, offered, missing)
		}
	}
}

// names reports whether a slot reference names the followed place, or may take it.
func (c *conformance) names(x *configuration, s SlotRef, w world) bool {
	if x.slot < 0 {
		return false
	}
	p := c.slots[x.slot]
	if s.Group != p.group || s.Field != p.field {
		return false
	}
	if s.Any {
		return c.holds(x) && (s.States == nil || slices.Contains(s.States, x.status))
	}
	return c.memberOf(x, s, w) == p.member
}

func (c *conformance) memberOf(x *configuration, s SlotRef, w world) int {
	if s.Index == nil {
		return 0
	}
	return int(c.eval(x, s.Index, w))
}

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

// moveTo takes a move: the followed end goes on in its new place, and the old place is empty.
func (t *taking) moveTo(from, to SlotRef) {
	x := t.configs[t.from]
	switch {
	case t.is(from):
		if t.x.status < 0 {
			t.refuseEmpty(t.from, t.edge)
			return
		}
		g := &t.m.Groups[to.Group]
		if end := g.Fields[to.Field].End; end != nil && end.States != nil && !slices.Contains(end.States, x.status) {
			t.refuseState(t.from, t.edge, end)
			return
		}
		if k := t.memberOf(&x, to, t.w); k >= 0 && k < g.Len {
			moved := t.x
			moved.slot = g.Base + k*len(g.Fields) + to.Field
			moved.others = nil
			t.add(moved)
		}
		t.x.status = movedAway
		t.done()
	case t.is(to):
		t.fillable() // the end that comes is followed from where it was
	case t.beside(from):
		t.change(from.Field, movedAway)
		t.done()
	case t.beside(to):
		t.x.others = nil
		t.done()
	default:
		t.done()
	}
}

// added takes add: the member's index is any that may be free.
func (t *taking) added() {
	a := &t.edge.Action
	x := t.configs[t.from]
	g := &t.m.Groups[a.Group]
	field := -1
	for f, s := range a.Ends {
		if t.is(s) {
			field = f
		}
	}
	if field >= 0 {
		if t.x.status < 0 {
			t.refuseEmpty(t.from, t.edge)
			return
		}
		if end := g.Fields[field].End; end != nil && end.States != nil && !slices.Contains(end.States, x.status) {
			t.refuseState(t.from, t.edge, end)
			return
		}
		key := arrival{t.edge, field}
		if !slices.Contains(t.arrived[key], x.status) {
			t.arrived[key] = append(t.arrived[key], x.status)
		}
		before := t.x
		for k := range g.Len {
			t.x = before
			t.x.regs = slices.Clone(before.regs)
			t.x.slot = g.Base + k*len(g.Fields) + field
			t.store(a.Index, int32(k))
			t.joined(field, 0, t.emptyTuple(t.slots[t.x.slot]))
		}
		t.x = before
		t.x.status = movedAway
	}
	t.indexes(a.Index, g.Len, func(k int) bool {
		// Where the followed place is filled, the end that fills it is followed from where it was.
		return t.x.slot < 0 || t.slots[t.x.slot].group != a.Group || t.slots[t.x.slot].member != k
	}, func(int) { t.done() })
}

// joined adds the member that the followed end is a field of, with every combination of how the other fields arrive.
func (t *taking) joined(field, f int, others []int) {
	if others == nil || f == len(others) {
		t.x.others = others
		t.done()
		return
	}
	if f == field {
		t.joined(field, f+1, others)
		return
	}
	for _, status := range t.arrivals[arrival{t.edge, f}] {
		with := slices.Clone(others)
		with[f] = status
		t.joined(field, f+1, with)
	}
}

// picked takes a decision for a member.
func (t *taking) picked() {
	a := &t.edge.Action
	x := t.configs[t.from]
	t.indexes(a.Index, t.m.Groups[a.Group].Len, func(k int) bool {
		if x.slot < 0 || t.slots[x.slot].group != a.Group || t.slots[x.slot].member != k {
			return true
		}
		is, known := t.counted(&x, a.States)
		return is || !known
	}, func(int) { t.done() })
}
