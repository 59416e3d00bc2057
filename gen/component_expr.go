package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

var boolean = &session.Type{Kind: session.Bool, Name: "bool"}

// size is how generated code calls a size beside the registers.
func (s *component) size(name string) string { return "e.sizes." + local(name) }

// number writes an int that may depend on sizes.
func (s *component) number(of func(*session.Machine) int) string {
	return s.z.text(s.z.solve(of), s.size)
}

// typeOf is the type of an expression, nil for a number.
func (s *component) typeOf(x *session.Expr) *session.Type {
	switch x.Op {
	case session.OpVar:
		return s.m.Vars[x.N].Type
	case session.OpNot, session.OpAnd, session.OpOr, session.OpEq, session.OpNe, session.OpLt, session.OpLe, session.OpPresent:
		return boolean
	}
	return nil
}

// registerType is the Go type of a register.
func (s *component) registerType(t *session.Type) string {
	switch {
	case t.Kind == session.Bool:
		return "bool"
	case t.Kind == session.Enum && t.Decl != "":
		return s.typeName(t)
	}
	return "int"
}

var operators = map[session.Op]struct {
	text string
	prec int
}{
	session.OpOr: {"||", 1}, session.OpAnd: {"&&", 2}, session.OpEq: {"==", 3}, session.OpNe: {"!=", 3}, session.OpLt: {"<", 3}, session.OpLe: {"<=", 3},
	session.OpAdd: {"+", 4}, session.OpSub: {"-", 4}, session.OpMul: {"*", 5}, session.OpMod: {"%", 5},
}

// expr writes an expression; want is the type that a constant in it has, prec the operator around it.
func (s *component) expr(x *session.Expr, want *session.Type, prec int) string {
	switch x.Op {
	case session.OpConst:
		if a, ok := s.z.exprs[x]; ok {
			text := s.z.text(a, s.size)
			if prec > 4 && strings.Contains(text, " ") {
				return "(" + text + ")"
			}
			return text
		}
		switch {
		case want != nil && want.Kind == session.Bool:
			return fmt.Sprint(x.N != 0)
		case want != nil && want.Kind == session.Enum && want.Decl != "" && int(x.N) < len(want.Cases):
			return s.typeName(want) + exported(want.Cases[x.N])
		}
		return fmt.Sprint(x.N)
	case session.OpVar:
		return s.register(int(x.N), x.X)
	case session.OpNot:
		if not := map[session.Op]session.Op{session.OpEq: session.OpNe, session.OpNe: session.OpEq}[x.X.Op]; not != 0 {
			return s.expr(&session.Expr{Op: not, X: x.X.X, Y: x.X.Y}, boolean, prec)
		}
		return "!" + s.expr(x.X, boolean, 6)
	case session.OpNeg:
		return "-" + s.expr(x.X, nil, 6)
	case session.OpCount:
		return s.members("Count", int(x.N), "", x.States)
	case session.OpPresent:
		return s.members("Has", int(x.N), s.expr(x.X, nil, 0), x.States)
	}
	op := operators[x.Op]
	text := ""
	switch x.Op {
	case session.OpAnd, session.OpOr:
		var parts []string
		var flat func(y *session.Expr)
		flat = func(y *session.Expr) {
			if y.Op == x.Op {
				flat(y.X)
				flat(y.Y)
			} else if t := s.expr(y, boolean, op.prec); !slices.Contains(parts, t) {
				parts = append(parts, t)
			}
		}
		flat(x)
		if len(parts) == 1 {
			return parts[0]
		}
		text = strings.Join(parts, " "+op.text+" ")
	case session.OpEq, session.OpNe:
		of := s.typeOf(x.X)
		if of == nil {
			of = s.typeOf(x.Y)
		}
		text = s.expr(x.X, of, op.prec+1) + " " + op.text + " " + s.expr(x.Y, of, op.prec+1)
	case session.OpLt, session.OpLe:
		text = s.ordinal(x.X, op.prec+1) + " " + op.text + " " + s.ordinal(x.Y, op.prec+1)
	default:
		text = s.ordinal(x.X, op.prec) + " " + op.text + " " + s.ordinal(x.Y, op.prec+1)
	}
	if op.prec < prec {
		return "(" + text + ")"
	}
	return text
}

// ordinal is an expression as a number.
func (s *component) ordinal(x *session.Expr, prec int) string {
	text := s.expr(x, nil, prec)
	if t := s.typeOf(x); t != nil && t.Kind == session.Enum {
		return "int(" + text + ")"
	}
	return text
}

// register is a model variable.
func (s *component) register(v int, index *session.Expr) string {
	name := "e.v." + s.vars[v]
	if index != nil {
		return name + "[" + s.ordinal(index, 0) + "]"
	}
	if s.array(v) {
		return name + "[0]"
	}
	return name
}

// array reports whether a variable is declared as an array; one of a size is always one.
func (s *component) array(v int) bool {
	return s.m.Vars[v].Len > 1
}

// members asks about the members of a group: how many, or whether one is there.
func (s *component) members(what string, g int, index string, states []int) string {
	slot := s.slots[g][0]
	args := slot
	if index != "" {
		args += ", " + index
	}
	switch {
	case states != nil:
		return fmt.Sprintf("e.%sAt(%s, %s)", what, args, points(states))
	case len(s.m.Groups[g].Fields) > 1:
		s.counted(g)
		return fmt.Sprintf("e.%sAny(%s, %d)", what, args, len(s.m.Groups[g].Fields))
	}
	return fmt.Sprintf("e.%s(%s)", what, args)
}

// counted asks for the members of several ends to be counted.
func (s *component) counted(g int) {
	tuple := fmt.Sprintf("{Slot: %s, Fields: %d}", s.slots[g][0], len(s.m.Groups[g].Fields))
	if !slices.Contains(s.Tuples, tuple) {
		s.Tuples = append(s.Tuples, tuple)
	}
}

// full is the condition that an add finds no room.
func (s *component) full(g int) string {
	n := len(s.m.Groups[g].Fields)
	if n > 1 {
		s.counted(g)
	}
	return fmt.Sprintf("e.Full(%s, %d)", s.slots[g][0], n)
}

func points(states []int) string {
	var bits []string
	for _, p := range states {
		bits = append(bits, fmt.Sprintf("1<<%d", p))
	}
	return strings.Join(bits, "|")
}

// index is the member that a slot means; taken is the one that an option has bound.
func (s *component) index(r session.SlotRef, taken string) string {
	if r.Any {
		return taken
	}
	if r.Index == nil {
		return "0"
	}
	return s.ordinal(r.Index, 0)
}

// bounded is an expression kept within bounds: checked where that is not plain.
func (s *component) bounded(x *session.Expr, of *session.Type, lo, hi func(*session.Machine) int, what, at string) string {
	if of.Kind != session.Range {
		return s.expr(x, of, 0)
	}
	if x.Op == session.OpConst {
		if _, sized := s.z.exprs[x]; !sized && int(x.N) >= lo(s.m) && int(x.N) <= hi(s.m) {
			return fmt.Sprint(x.N)
		}
	}
	if x.Op == session.OpVar {
		v := int(x.N)
		inside := true
		for _, m := range s.z.machines {
			inside = inside && int(m.Vars[v].Lo) >= lo(m) && int(m.Vars[v].Hi) <= hi(m)
		}
		if inside {
			return s.ordinal(x, 0)
		}
	}
	return fmt.Sprintf("e.InRange(%s, %s, %s, %q, %q)", s.ordinal(x, 0), s.number(lo), s.number(hi), what, at)
}

// assign writes an expression into a register.
func (s *component) assign(to session.VarRef, x *session.Expr, at string) string {
	v := to.Var
	return fmt.Sprintf("%s = %s", s.register(v, to.Index), s.bounded(x, s.m.Vars[v].Type,
		func(m *session.Machine) int { return int(m.Vars[v].Lo) }, func(m *session.Machine) int { return int(m.Vars[v].Hi) },
		strings.TrimPrefix(s.m.Vars[v].Name, "·"), at))
}
