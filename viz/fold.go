package viz

import (
	"maps"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// outcome is a way through local steps to a point where the machine waits, decides or has ended.
type outcome struct {
	tests   []string // that held on the way, in words
	effects []string
	state   int
}

// Bounds on what is folded into one action: if it leads to more points than that through local steps, the tests on the way are nodes of their own.
const (
	mostWays  = 2
	mostWalks = 300
)

// outcomes follows local steps from a state. Constants assigned on the way decide later tests, so that a sub's result, inlined, leads only where it
// leads; known is what is certain at the start. Where the ways are too many, the one outcome is the first test that is not decided.
func (d *machineDrawing) outcomes(state int, known map[register]int32) []outcome {
	f := &folder{drawing: d}
	f.walk(state, known, outcome{})
	if found := merge(f.found); f.walks <= mostWalks && len(found) <= mostWays {
		return found
	}
	f = &folder{drawing: d, stop: true}
	f.walk(state, known, outcome{})
	return f.found
}

// branches follows local steps from a test that is a node of its own, each branch for itself.
func (d *machineDrawing) branches(state int) []outcome {
	f := &folder{drawing: d}
	var all []outcome
	f.branch(state, nil, outcome{}, func(next int, known map[register]int32, so outcome) {
		for _, o := range d.outcomes(next, known) {
			o.tests, o.effects = append(slices.Clone(so.tests), o.tests...), append(slices.Clone(so.effects), o.effects...)
			all = append(all, o)
		}
	})
	return merge(all)
}

// register is a variable's register with a constant index.
type register struct{ variable, index int }

// folder walks local steps; known registers are those whose value is certain at the point reached.
type folder struct {
	drawing *machineDrawing
	stop    bool // at the first test that is not decided
	found   []outcome
	walks   int
}

func (f *folder) walk(state int, known map[register]int32, so outcome) {
	if f.walks++; f.walks > mostWalks {
		return
	}
	if f.drawing.machine.States[state].Kind != session.LocalStep || f.stop && f.undecided(state, known) {
		so.state = state
		f.found = append(f.found, so)
		return
	}
	f.branch(state, known, so, f.walk)
}

// undecided reports whether more than one edge of a local state may be taken.
func (f *folder) undecided(state int, known map[register]int32) bool {
	for _, e := range f.drawing.machine.States[state].Edges {
		if e.Guard == nil {
			return false
		}
		if holds, certain := value(e.Guard, known); !certain {
			return true
		} else if holds != 0 {
			return false
		}
	}
	return false
}

// branch calls next for each edge of a local state that may be taken, with what is known after it and the test that led there.
func (f *folder) branch(state int, known map[register]int32, so outcome, next func(int, map[register]int32, outcome)) {
	m := f.drawing.machine
	var failed []*session.Expr
	for _, e := range m.States[state].Edges {
		now := outcome{tests: slices.Clone(so.tests), effects: slices.Clone(so.effects)}
		holds, certain := int32(1), true
		if e.Guard != nil {
			holds, certain = value(e.Guard, known)
		}
		switch {
		case certain && holds == 0:
			continue
		case !certain:
			now.tests = appendShown(now.tests, m.ExprText(e.Guard))
		case len(failed) == 1:
			now.tests = appendShown(now.tests, negated(m, failed[0]))
		case len(failed) > 1:
			now.tests = appendShown(now.tests, "else")
		}
		next(e.Next, f.after(e, known, &now), now)
		if certain {
			return
		}
		failed = append(failed, e.Guard)
	}
}

// negated writes the opposite of a test.
func negated(m *session.Machine, e *session.Expr) string {
	switch opposite := *e; e.Op {
	case session.OpNot:
		return m.ExprText(e.X)
	case session.OpEq:
		opposite.Op = session.OpNe
		return m.ExprText(&opposite)
	case session.OpNe:
		opposite.Op = session.OpEq
		return m.ExprText(&opposite)
	}
	return m.ExprText(&session.Expr{Op: session.OpNot, X: e})
}

func appendShown(list []string, text string) []string {
	if strings.Contains(text, hidden) {
		return list
	}
	return append(list, text)
}

// after applies a local step to what is known and notes what a reader should see of it.
func (f *folder) after(e session.Edge, known map[register]int32, so *outcome) map[register]int32 {
	a := &e.Action
	switch a.Kind {
	case session.Assign, session.Assert, session.AbandonEnd:
		so.effects = appendShown(so.effects, f.drawing.machine.ActionText(a))
	}
	switch a.Kind {
	case session.Assign:
		next := maps.Clone(known)
		if next == nil {
			next = map[register]int32{}
		}
		at, certain := int32(0), true
		if a.To.Index != nil {
			at, certain = value(a.To.Index, known)
		}
		if !certain {
			maps.DeleteFunc(next, func(r register, _ int32) bool { return r.variable == a.To.Var })
			return next
		}
		r := register{a.To.Var, int(at)}
		delete(next, r)
		if v, ok := value(a.Value, known); ok {
			next[r] = v
		}
		return next
	}
	return known
}

// merge keeps one outcome per point and effects: where both results of a test lead to the same, the test does not matter.
func merge(all []outcome) []outcome {
	var out []outcome
	for _, o := range all {
		i := slices.IndexFunc(out, func(p outcome) bool { return p.state == o.state && slices.Equal(p.effects, o.effects) })
		if i < 0 {
			out = append(out, o)
			continue
		}
		out[i].tests = common(out[i].tests, o.tests)
	}
	return out
}

// common returns the tests at the start that two ways share.
func common(a, b []string) []string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// value evaluates an expression as far as known registers determine it.
func value(e *session.Expr, known map[register]int32) (int32, bool) {
	truth := func(b bool) (int32, bool) {
		if b {
			return 1, true
		}
		return 0, true
	}
	switch e.Op {
	case session.OpConst:
		return e.N, true
	case session.OpVar:
		at := int32(0)
		if e.X != nil {
			var ok bool
			if at, ok = value(e.X, known); !ok {
				return 0, false
			}
		}
		v, ok := known[register{int(e.N), int(at)}]
		return v, ok
	case session.OpNot:
		x, ok := value(e.X, known)
		return 1 - x, ok
	case session.OpNeg:
		x, ok := value(e.X, known)
		return -x, ok
	case session.OpCount, session.OpPresent, session.OpInstVar, session.OpInstAt, session.OpInstCount, session.OpEachLive:
		return 0, false
	}
	x, okX := value(e.X, known)
	y, okY := value(e.Y, known)
	switch {
	case e.Op == session.OpAnd && (okX && x == 0 || okY && y == 0):
		return 0, true
	case e.Op == session.OpOr && (okX && x != 0 || okY && y != 0):
		return 1, true
	case !okX || !okY:
		return 0, false
	}
	switch e.Op {
	case session.OpAnd, session.OpOr:
		return y & 1, true
	case session.OpEq:
		return truth(x == y)
	case session.OpNe:
		return truth(x != y)
	case session.OpLt:
		return truth(x < y)
	case session.OpLe:
		return truth(x <= y)
	case session.OpAdd:
		return x + y, true
	case session.OpSub:
		return x - y, true
	case session.OpMul:
		return x * y, true
	case session.OpMod:
		if y != 0 {
			return x % y, true
		}
	}
	return 0, false
}
