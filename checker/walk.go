package checker

import (
	"encoding/binary"
	"fmt"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Walk is a system to be walked by hand, through the same successor function that checks it. It belongs to one goroutine.
type Walk struct {
	m *model
	r *run
}

// Point is a state of a walk. Points are equal if the states are.
type Point struct{ words string }

// Choice is a step that may be taken from a point. Its event's Option says which it is.
type Choice struct {
	Event traces.Event
	To    Point
	Fails string // why the step leads nowhere: "assertion fails", "value out of range"; "" it leads to To
}

// Standing says where an instance stands.
type Standing struct {
	Instance string
	Machine  *session.Machine
	State    int // of the machine; -1: it has ended, crashed, or is not started
	Vars     []Value
}

// Value is a followed variable of an instance.
type Value struct {
	Var   *session.Var
	Index int // of an array
	Value int64
}

// NewWalk compiles a system. With exact, variables keep their values where nothing reads them any more; without, states that differ only in such are
// one, as in a check. Steps have the same numbers either way. The error says what about it is too large to be explored, or that it fails before its first step.
func NewWalk(sys *session.System, exact bool) (*Walk, Point, error) {
	m, err := compile(sys)
	if err != nil {
		return nil, Point{}, err
	}
	if exact {
		m.remember()
	}
	w := &Walk{m: m, r: m.newRun(nil)}
	w.r.initial()
	if w.r.step.failure != none {
		return nil, Point{}, fmt.Errorf("%s fails before its first step", systemName(sys))
	}
	return w, pack(w.r.next), nil
}

// Choices returns the steps that may be taken from a point, numbered as in traces. The events carry the step number given.
func (w *Walk) Choices(p Point, step int) []Choice {
	var all []Choice
	w.r.yield = func(r *run) {
		c := Choice{Event: w.m.happening(r, step).Event, To: pack(r.next)}
		switch r.step.failure {
		case assertion:
			c.Fails = "assertion fails"
		case outOfRange:
			c.Fails = "value out of range"
		}
		all = append(all, c)
	}
	w.r.expand(p.unpack())
	w.r.yield = nil
	return all
}

// Describe puts a point into words.
func (w *Walk) Describe(p Point) *traces.State { return w.r.describe(p.unpack()) }

// Standings returns where each instance stands, in the system's order; started ones are left out where they are not there.
func (w *Walk) Standings(p Point) []Standing {
	words := p.unpack()
	var all []Standing
	for _, i := range w.m.instances {
		s := Standing{Instance: i.name, Machine: i.machine, State: -1}
		if i.liveIn(words) {
			s.State = i.standing(words).id
			s.Vars = i.values(words)
		} else if i.given == nil && i.control.get(words) == 0 {
			continue
		}
		all = append(all, s)
	}
	return all
}

// values returns the followed variables of an instance.
func (i *instance) values(words []uint64) []Value {
	var all []Value
	for k := range i.machine.Vars {
		v := &i.machine.Vars[k]
		for n := range v.Len {
			if f := i.regs[v.Base+n]; f.mask != 0 {
				all = append(all, Value{v, n, int64(f.get(words)) + int64(i.lo[v.Base+n])})
			}
		}
	}
	return all
}

func pack(words []uint64) Point {
	b := make([]byte, 0, 8*len(words))
	for _, w := range words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return Point{string(b)}
}

func (p Point) unpack() []uint64 {
	words := make([]uint64, len(p.words)/8)
	for i := range words {
		words[i] = binary.LittleEndian.Uint64([]byte(p.words[8*i:]))
	}
	return words
}
