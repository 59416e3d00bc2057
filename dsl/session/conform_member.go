package session

import (
	"slices"
)

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
