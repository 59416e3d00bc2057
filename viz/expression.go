package viz

import (
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// hidden starts the names of variables that lowering made.
const hidden = "·"

// expression writes expressions of one machine as the source would.
type expression struct{ machine *session.Machine }

var operators = map[session.Op]string{session.OpAnd: "&&", session.OpOr: "||", session.OpEq: "==", session.OpNe: "!=", session.OpLt: "<",
	session.OpLe: "<=", session.OpAdd: "+", session.OpSub: "-", session.OpMul: "*", session.OpMod: "%"}

func (p expression) text(e *session.Expr) string { return p.of(e, nil, 0) }

// of writes e where a value of type t is expected; weak operators get parentheses inside stronger ones.
func (p expression) of(e *session.Expr, t *session.Type, strength int) string {
	switch e.Op {
	case session.OpConst:
		return constant(e.N, t)
	case session.OpVar:
		s := p.machine.Vars[e.N].Name
		if e.X != nil {
			s += "[" + p.of(e.X, nil, 0) + "]"
		}
		return s
	case session.OpNot:
		return "!" + p.of(e.X, nil, 9)
	case session.OpNeg:
		return "-" + p.of(e.X, nil, 9)
	case session.OpCount:
		return "count(" + p.machine.Groups[e.N].Name + ")"
	case session.OpPresent:
		return p.of(e.X, nil, 9) + " in " + p.machine.Groups[e.N].Name
	}
	word, ok := operators[e.Op]
	if !ok {
		return "…"
	}
	mine := map[string]int{"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, "+": 4, "-": 4, "*": 5, "%": 5}[word]
	t = p.typeOf(e.X)
	if t == nil {
		t = p.typeOf(e.Y)
	}
	s := p.of(e.X, t, mine) + " " + word + " " + p.of(e.Y, t, mine+1)
	if mine < strength {
		return "(" + s + ")"
	}
	return s
}

// typeOf returns the type of a variable, nil for anything else.
func (p expression) typeOf(e *session.Expr) *session.Type {
	if e == nil || e.Op != session.OpVar {
		return nil
	}
	return p.machine.Vars[e.N].Type
}

func constant(n int32, t *session.Type) string {
	switch {
	case t != nil && t.Kind == session.Bool:
		return strconv.FormatBool(n != 0)
	case t != nil && t.Kind == session.Enum && n >= 0 && int(n) < len(t.Cases):
		return t.Cases[n]
	}
	return strconv.Itoa(int(n))
}

// ref writes a variable that is assigned.
func (p expression) ref(r session.VarRef) string {
	if r.Var < 0 {
		return "_"
	}
	s := p.machine.Vars[r.Var].Name
	if r.Index != nil {
		s += "[" + p.text(r.Index) + "]"
	}
	return s
}

// slot writes the name of an end as the source would.
func (p expression) slot(r session.SlotRef) string {
	g := p.machine.Groups[r.Group]
	s := strings.TrimPrefix(g.Name, hidden)
	switch {
	case r.Any && r.Bind.Var >= 0 && !strings.HasPrefix(p.machine.Vars[r.Bind.Var].Name, hidden):
		s += "[" + p.machine.Vars[r.Bind.Var].Name + "]"
	case r.Any:
		s += "[any]"
	case g.Kind != session.Single && r.Index != nil:
		if index := p.text(r.Index); !strings.Contains(index, hidden) {
			s += "[" + index + "]"
		} else {
			s += "[i]"
		}
	}
	if f := g.Fields[r.Field]; f.Name != "" {
		s += "." + f.Name
	}
	return s
}

// field returns what the slot is declared to hold.
func (p expression) field(r session.SlotRef) session.SlotField {
	return p.machine.Groups[r.Group].Fields[r.Field]
}
