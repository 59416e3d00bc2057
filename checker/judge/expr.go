package judge

import (
	"slices"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// value evaluates an expression over the registers and slots of the successor under construction.
func (s *step) value(e *session.Expr) int64 {
	switch e.Op {
	case session.OpConst:
		return int64(e.N)
	case session.OpVar:
		return s.register(int(e.N), e.X)
	case session.OpCount:
		n := int64(0)
		for k := range s.i.machine.Groups[e.N].Len {
			n += truth(s.l.present(&s.i.machine.Groups[e.N], k, e.States))
		}
		return n
	case session.OpPresent:
		g, k := &s.i.machine.Groups[e.N], s.value(e.X)
		if k < 0 || k >= int64(g.Len) {
			s.fail("a member outside " + g.Name)
			return 0
		}
		return truth(s.l.present(g, int(k), e.States))
	case session.OpNot:
		return 1 - s.value(e.X)
	case session.OpNeg:
		return -s.value(e.X)
	case session.OpAnd:
		if s.value(e.X) == 0 {
			return 0
		}
		return s.value(e.Y)
	case session.OpOr:
		if s.value(e.X) != 0 {
			return 1
		}
		return s.value(e.Y)
	}
	x, y := s.value(e.X), s.value(e.Y)
	switch e.Op {
	case session.OpEq:
		return truth(x == y)
	case session.OpNe:
		return truth(x != y)
	case session.OpLt:
		return truth(x < y)
	case session.OpLe:
		return truth(x <= y)
	case session.OpAdd:
		return x + y
	case session.OpSub:
		return x - y
	case session.OpMul:
		return x * y
	case session.OpMod:
		if y == 0 {
			s.fail("a division by zero")
			return 0
		}
		return x % y
	}
	panic("judge: a machine has an operator that belongs to properties")
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (s *step) register(v int, index *session.Expr) int64 {
	x, k := &s.i.machine.Vars[v], int64(0)
	if index != nil {
		if k = s.value(index); k < 0 || k >= int64(x.Len) {
			s.fail("an index outside " + x.Name)
			return int64(x.Lo)
		}
	}
	r := x.Base + int(k)
	if s.l.regs[r] == unknown {
		panic(needs{v, r})
	}
	return s.l.regs[r]
}

// present reports whether member k of a group is there; with states, whether the end of its first field stands at one of them.
func (l *local) present(g *session.Group, k int, states []int) bool {
	base := g.Base + k*len(g.Fields)
	if states != nil && !g.Fields[0].Handle {
		e := l.liveEnd(base)
		return e != nil && slices.Contains(states, e.at)
	}
	for f := range g.Fields {
		if l.liveEnd(base+f) != nil || l.slots[base+f].child != nil {
			return true
		}
	}
	return false
}

// holds evaluates the guard of an option; one that cannot be evaluated does not hold.
func (s *step) holds(e *session.Edge) bool {
	if e.Guard == nil {
		return true
	}
	v := s.value(e.Guard)
	bad := s.why != ""
	s.why = ""
	return v != 0 && !bad
}

// members returns the range of members that an option's slot stands for.
func (s *step) members(r *session.SlotRef) (lo, hi int) {
	g := &s.i.machine.Groups[r.Group]
	if r.Any {
		return 0, g.Len
	}
	if r.Index == nil {
		return 0, 1
	}
	k := s.value(r.Index)
	bad := s.why != "" || k < 0 || k >= int64(g.Len)
	s.why = ""
	if bad {
		return 0, 0
	}
	return int(k), int(k) + 1
}

// endAt is the live end that member n of a slot holds, nil if there is none or it stands elsewhere.
func (s *step) endAt(r *session.SlotRef, n int) *end {
	e := s.l.liveEnd(s.slotOf(r, n))
	if e == nil || r.States != nil && !slices.Contains(r.States, e.at) {
		return nil
	}
	return e
}

func (s *step) slotOf(r *session.SlotRef, n int) int {
	g := &s.i.machine.Groups[r.Group]
	return g.Base + n*len(g.Fields) + r.Field
}

// memberOf returns which member of a ref a slot is, -1 if it is none that the ref may stand for.
func (s *step) memberOf(r *session.SlotRef, slot int) int {
	g := &s.i.machine.Groups[r.Group]
	k := slot - g.Base - r.Field
	if k < 0 || k%len(g.Fields) != 0 || k/len(g.Fields) >= g.Len {
		return -1
	}
	n := k / len(g.Fields)
	if lo, hi := s.members(r); n < lo || n >= hi {
		return -1
	}
	return n
}
