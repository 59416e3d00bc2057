package judge

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// local is one state that a component may be in, as far as the trace tells. It does not change once it is made.
type local struct {
	state int
	regs  []int64 // unknown: the trace does not say, and nothing has depended on it yet
	slots []held
}

// held is what a slot holds: an end, a child's handle, or nothing.
type held struct {
	end   *end
	child *instance
}

const unknown = math.MinInt64

// instance is a component of the run.
type instance struct {
	name    string
	machine *session.Machine // nil: it is of the world outside, and only its ends are judged
	given   *session.Instance
	locals  []*local
	status  status
	last    int       // the step of its last event
	watcher *instance // who has started it
	owed    *message  // of a rendezvous that has taken place: to be received next
	owedBy  *end
}

type status uint8

const (
	running status = iota
	ended
	crashed
)

func (l *local) copy() *local {
	return &local{l.state, slices.Clone(l.regs), slices.Clone(l.slots)}
}

// key tells local states apart.
func (l *local) key() string {
	b := strconv.AppendInt(nil, int64(l.state), 10)
	for _, v := range l.regs {
		b = strconv.AppendInt(append(b, ','), v, 10)
	}
	for _, h := range l.slots {
		b = append(b, ';')
		if h.end != nil {
			b = append(b, h.end.String()...)
		}
		if h.child != nil {
			b = append(append(b, '@'), h.child.name...)
		}
	}
	return string(b)
}

// distinct drops what is there twice.
func distinct(all []*local) []*local {
	if len(all) < 2 {
		return all
	}
	seen := make(map[string]bool, len(all))
	kept := all[:0]
	for _, l := range all {
		if k := l.key(); !seen[k] {
			seen[k] = true
			kept = append(kept, l)
		}
	}
	return kept
}

// try is one way on for a component: a local state, with the edge that is taken and the slot and member that it is taken with.
type try struct {
	l      *local
	edge   *session.Edge
	index  int // of edge in its state
	slot   int
	member int
	heard  map[int]int64 // registers that the action itself leaves unknown, with the value that is tried
}

// step is a successor under construction. why is set when it leads nowhere.
type step struct {
	j   *Judge
	i   *instance
	l   *local
	why string

	heard map[int]int64
}

func (s *step) fail(why string) {
	if s.why == "" {
		s.why = why
	}
}

// needs is thrown when a register must be known and is not: the caller tries every value of it.
type needs struct{ v, register int }

// forked calls f for each way, and again for each value of a register that turns out to matter and is unknown.
func (j *Judge) forked(i *instance, ways []try, f func(try)) {
	todo := slices.Clone(ways)
	for n := 0; len(todo) > 0; n++ {
		if n > mostStates {
			panic(tooMany{i.name})
		}
		t := todo[0]
		todo = todo[1:]
		if need, ok := attempt(t, f); !ok {
			v := &i.machine.Vars[need.v]
			for value := int64(v.Lo); value <= int64(v.Hi); value++ {
				c := t
				if t.l.regs[need.register] == unknown {
					c.l = t.l.copy()
					c.l.regs[need.register] = value
				} else {
					c.heard = maps.Clone(t.heard)
					if c.heard == nil {
						c.heard = map[int]int64{}
					}
					c.heard[need.register] = value
				}
				todo = append(todo, c)
			}
		}
	}
}

// mostStates bounds the local states that a component may be in at once.
const mostStates = 1 << 16

// tooMany is thrown when the trace tells too little.
type tooMany struct{ name string }

func attempt(t try, f func(try)) (need needs, ok bool) {
	defer func() {
		if !ok {
			v := recover()
			if n, is := v.(needs); is {
				need = n
			} else {
				panic(v)
			}
		}
	}()
	f(t)
	return need, true
}

// settle runs the local steps that follow an action, up to where the component waits, decides, has a live end to abandon, or ends.
func (s *step) settle(at int) {
	for range localLimit {
		if s.why != "" {
			return
		}
		s.l.state = at
		st := &s.i.machine.States[at]
		switch st.Kind {
		case session.Waiting, session.Deciding:
			return
		case session.Ended:
			clear(s.l.slots)
			return
		}
		e := s.localEdge(st)
		if e == nil {
			return
		}
		if e.Action.Kind == session.AbandonEnd {
			if k := s.slot(&e.Action.Slot); k >= 0 && s.l.liveEnd(k) != nil {
				return
			}
		}
		s.local(e)
		at = e.Next
	}
	panic("judge: a component of machine " + s.i.machine.Name + " takes local steps for ever")
}

const localLimit = 1 << 20

// localEdge is the first edge of a local state whose guard holds.
func (s *step) localEdge(st *session.State) *session.Edge {
	for k := range st.Edges {
		e := &st.Edges[k]
		if e.Guard == nil || s.value(e.Guard) != 0 && s.why == "" {
			return e
		}
		if s.why != "" {
			return nil
		}
	}
	panic("judge: no guard holds in a local state of machine " + s.i.machine.Name)
}

func (s *step) local(e *session.Edge) {
	switch a := &e.Action; a.Kind {
	case session.Skip:
	case session.Assign:
		s.assign(a.To, s.value(a.Value))
	case session.Assert:
		if s.value(a.Value) == 0 {
			s.fail("the assertion at " + e.At.String() + " fails")
		}
	case session.AbandonEnd:
		if k := s.slot(&a.Slot); k >= 0 {
			s.l.slots[k] = held{}
		}
	case session.MoveEnd:
		from, to := s.slot(&a.Slot), s.slot(&a.Into[0])
		if from >= 0 && to >= 0 && from != to {
			s.l.slots[to], s.l.slots[from] = s.l.slots[from], held{}
		}
	default:
		panic("judge: a local state has an edge of another kind")
	}
}

// slot resolves a slot, -1 if it is nowhere.
func (s *step) slot(r *session.SlotRef) int {
	if r.Group < 0 {
		return -1
	}
	g := &s.i.machine.Groups[r.Group]
	k := int64(0)
	if r.Index != nil {
		if k = s.value(r.Index); k < 0 || k >= int64(g.Len) {
			s.fail("a member outside " + g.Name)
			return -1
		}
	}
	return g.Base + int(k)*len(g.Fields) + r.Field
}

// assign writes a register.
func (s *step) assign(to session.VarRef, value int64) {
	if to.Var < 0 || to.Var >= len(s.i.machine.Vars) {
		return
	}
	v, k := &s.i.machine.Vars[to.Var], int64(0)
	if to.Index != nil {
		if k = s.value(to.Index); k < 0 || k >= int64(v.Len) {
			s.fail("an index outside " + v.Name)
			return
		}
	}
	if tried, ok := s.heard[v.Base+int(k)]; ok && value == unknown {
		value = tried
	}
	if value != unknown && (value < int64(v.Lo) || value > int64(v.Hi)) {
		s.fail(v.Name + " would be " + strconv.FormatInt(value, 10) + ", out of its range")
		return
	}
	s.l.regs[v.Base+int(k)] = value
}

// liveEnd is the live end in a slot, nil if there is none.
func (l *local) liveEnd(slot int) *end {
	if e := l.slots[slot].end; e != nil && e.live() {
		return e
	}
	return nil
}
