package channel

import "fmt"

// Turn is a step that needs no channel: a decision, a new session, a start.
func (e *Endpoint) Turn(step uint32, op *Op) error {
	if err := e.enter(step, op.State, op.Method); err != nil {
		return err
	}
	if e.core != nil {
		if err := e.core.spend(e, op.State); err != nil {
			return err
		}
	}
	if op.Takes != "" {
		if err := e.takePlace(op); err != nil {
			return err
		}
	}
	e.took(op, nil, 0)
	e.step++
	return nil
}

// Assert panics when what the declaration asserts does not hold.
func (e *Endpoint) Assert(holds bool, what, at string) {
	if !holds {
		panic(&AssertionError{e.name, "assert " + what + " does not hold", at})
	}
}

// InRange is v, which the declaration keeps in lo..hi.
func (e *Endpoint) InRange(v, lo, hi int, what, at string) int {
	if v < lo || v > hi {
		panic(&AssertionError{e.name, fmt.Sprintf("%s = %d is not in %d..%d", what, v, lo, hi), at})
	}
	return v
}

// Point is where a member stands, as Move has said last.
func (e *Endpoint) Point(slot int32, i int) uint8 {
	return e.slots[int(e.table.first[slot])+i].point
}

// HasAt reports whether a member is there and stands at one of the points,
// a set of bits.
func (e *Endpoint) HasAt(slot int32, i int, points uint64) bool {
	return e.Has(slot, i) && points>>e.Point(slot, i)&1 != 0
}

// CountAt is the number of members that stand at one of the points.
func (e *Endpoint) CountAt(slot int32, points uint64) int {
	at := e.table.at[slot]
	if at < 0 { // a single end
		if e.HasAt(slot, 0, points) {
			return 1
		}
		return 0
	}
	n := int32(0)
	for p := range e.table.Slots[slot].Points {
		if points>>p&1 != 0 {
			n += e.count[len(e.table.Slots)+int(at)+p]
		}
	}
	return int(n)
}

// Free is the lowest member that is in none of the n slots from slot on,
// which are the fields of one set; -1: the set is full.
func (e *Endpoint) Free(slot int32, n int) int {
next:
	for i := range max(e.table.Slots[slot].Set, 1) {
		for f := range int32(n) {
			if e.Has(slot+f, i) {
				continue next
			}
		}
		return i
	}
	return -1
}

// Shift moves an end to another slot of the same protocol and role. It
// stands there where it stood.
func (e *Endpoint) Shift(from int32, i int, to int32, j int) {
	p := e.Point(from, i)
	e.PutAt(e.Lift(from, i), to, j, p)
}

// Lift takes an end out of its slot, to be given to a component that is
// started, or put elsewhere.
func (e *Endpoint) Lift(slot int32, i int) End {
	if !e.Has(slot, i) {
		e.misuse(slot, "", "Lift", "no end in this slot")
	}
	return e.unbind(e.table.first[slot] + int32(i))
}

// PutAt moves an end into a slot, as member i of a set.
func (e *Endpoint) PutAt(d End, slot int32, i int, point uint8) {
	s := &e.table.Slots[slot]
	if d.sess == nil || d.sess.proto != s.Protocol || d.role != s.Role {
		e.misuse(slot, "", "Put", "not an end of this slot's protocol and role")
	}
	if i < 0 || i >= max(s.Set, 1) || e.Has(slot, i) {
		e.misuse(slot, "", "Put", "the slot is taken")
	}
	at := e.table.first[slot] + int32(i)
	e.bind(at, d)
	e.stand(at, int(point))
}

// Drop abandons an end where the declaration says so. One that has reached
// the end of its protocol is there no more, and nothing happens.
func (e *Endpoint) Drop(slot int32, i int) {
	if e.Has(slot, i) {
		d := e.unbind(e.table.first[slot] + int32(i))
		d.sess.abandon(d.role, AbandonEvent, e)
	}
}

// HasAny is Has for a member of several ends: it is there while one of them is.
func (e *Endpoint) HasAny(slot int32, i, n int) bool {
	for f := range int32(n) {
		if e.Has(slot+f, i) {
			return true
		}
	}
	return false
}

// CountAny is Count for members of several ends.
func (e *Endpoint) CountAny(slot int32, n int) int {
	k := e.table.tuple[slot]
	if k < 0 || e.table.Tuples[k] != (Tuple{slot, int32(n)}) {
		panic(fmt.Sprintf("channel: %s has no tuple of %d ends at slot %d", e.table.Name, n, slot))
	}
	return int(e.count[len(e.table.Slots)+e.table.sets+int(k)])
}

// Full reports whether a set, whose fields are n slots, has a member in every place.
func (e *Endpoint) Full(slot int32, n int) bool {
	if n == 1 {
		return e.Count(slot) == e.Len(slot)
	}
	return e.CountAny(slot, n) == e.Len(slot)
}

// Len is the number of members that a slot has room for.
func (e *Endpoint) Len(slot int32) int { return max(e.table.Slots[slot].Set, 1) }

// Members appends the ends of an array of n.
func Members(ends, array []End, n int) []End {
	if len(array) != n {
		panic(fmt.Sprintf("channel: an array of %d ends was given %d", n, len(array)))
	}
	return append(ends, array...)
}
