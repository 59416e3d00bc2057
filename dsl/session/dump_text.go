package session

import (
	"fmt"
	"strings"
)

// valueText writes a value of a finite type.
func valueText(t *Type, v int32) string {
	switch {
	case t.Kind == Bool && v == 0:
		return "false"
	case t.Kind == Bool && v == 1:
		return "true"
	case t.Kind == Enum && int(v) < len(t.Cases) && v >= 0:
		return t.Cases[v]
	}
	return fmt.Sprint(v)
}

// ActionText writes what an edge does, close to the source.
func (m *Machine) ActionText(a *Action) string {
	switch a.Kind {
	case Skip:
		if a.Name != "" {
			return a.Name
		}
		return "skip"
	case Assign:
		return m.refText(a.To) + " = " + m.valueOf(a.To, a.Value)
	case Assert:
		return "assert " + m.ExprText(a.Value)
	case AbandonEnd:
		return "abandon " + m.SlotText(a.Slot)
	case MoveEnd:
		return m.SlotText(a.Into[0]) + " = " + m.SlotText(a.Slot)
	case SendMsg:
		return fmt.Sprintf("%s <- %s(%s)", m.peerText(a), m.label(a).Name, strings.Join(m.args(a.Args, labelTypes(m.label(a))), ", "))
	case ReceiveMsg:
		return fmt.Sprintf("%s(%s) <- %s", m.label(a).Name, strings.Join(m.binds(a.Binds), ", "), m.peerText(a))
	case GonePeer:
		return "gone <- " + m.peerText(a)
	case TimeoutOption:
		if a.Rescues {
			return "timeout rescues"
		}
		return "timeout"
	case ElseOption:
		return "else"
	case NewSession:
		return fmt.Sprintf("new %s as %s", a.Protocol.QName(), m.Groups[a.Into[0].Group].Name)
	case StartChild:
		text := fmt.Sprintf("start %s(%s)", a.Child.Name, strings.Join(m.args(a.Args, paramTypes(a.Child)), ", "))
		if len(a.Into) > 0 {
			text += " as " + m.SlotText(a.Into[0])
		}
		return text
	case AddMember:
		var ends []string
		for _, e := range a.Ends {
			ends = append(ends, m.SlotText(e))
		}
		text := fmt.Sprintf("%s add %s", m.Groups[a.Group].Name, strings.Join(ends, ", "))
		if a.Index.Var >= 0 {
			text += " as " + m.refText(a.Index)
		}
		return text
	case ChildEnded:
		return "Ended() <- " + m.SlotText(a.Slot)
	case ChildCrashed:
		return "Crashed() <- " + m.SlotText(a.Slot)
	case TakeCase:
		return "case " + a.Name
	case PickMember:
		g := &m.Groups[a.Group]
		text := fmt.Sprintf("pick %s in %s", m.refText(a.Index), g.Name)
		if a.States != nil {
			text += " at " + m.statesText(g, 0, a.States)
		}
		return text
	}
	panic("session: an action of no kind")
}

func (m *Machine) label(a *Action) *Label {
	return m.Groups[a.Slot.Group].Fields[a.Slot.Field].End.Protocol.Labels[a.Label]
}

// peerText writes the end, with the role at the other side where there are several.
func (m *Machine) peerText(a *Action) string {
	p := m.Groups[a.Slot.Group].Fields[a.Slot.Field].End.Protocol
	if len(p.Roles) > 2 {
		return m.SlotText(a.Slot) + "." + p.Roles[a.Peer]
	}
	return m.SlotText(a.Slot)
}

func labelTypes(l *Label) []*Type {
	var types []*Type
	for _, f := range l.Fields {
		types = append(types, f.Type)
	}
	return types
}

func paramTypes(m *Machine) []*Type {
	types := make([]*Type, len(m.Params))
	for i, p := range m.Params {
		if p.Var >= 0 {
			types[i] = m.Vars[p.Var].Type
		}
	}
	return types
}

func (m *Machine) args(list []Arg, types []*Type) []string {
	var out []string
	for i, x := range list {
		switch {
		case x.Kind == Delegated:
			out = append(out, m.SlotText(x.Slot))
		case x.Kind == Value && x.Value.Op == OpConst:
			out = append(out, valueText(types[i], x.Value.N))
		case x.Kind == Value:
			out = append(out, m.ExprText(x.Value))
		default:
			out = append(out, "_")
		}
	}
	return out
}

func (m *Machine) binds(list []Arg) []string {
	var out []string
	for _, x := range list {
		switch {
		case x.Kind == Delegated:
			out = append(out, m.SlotText(x.Slot))
		case x.Kind == Value:
			out = append(out, m.refText(x.To))
		default:
			out = append(out, "_")
		}
	}
	return out
}

// SlotText writes a slot as the source names it: "files[i at rest].cmd".
func (m *Machine) SlotText(s SlotRef) string {
	g := &m.Groups[s.Group]
	text := g.Name
	switch {
	case s.Any:
		index := "_"
		if s.Bind.Var >= 0 {
			index = m.refText(s.Bind)
		}
		if s.States != nil {
			index += " at " + m.statesText(g, s.Field, s.States)
		}
		text += "[" + index + "]"
	case s.Index != nil:
		text += "[" + m.ExprText(s.Index) + "]"
	case g.Kind != Single:
		text += "[0]"
	}
	if len(g.Fields) > 1 {
		text += "." + g.Fields[s.Field].Name
	}
	return text
}

func (m *Machine) statesText(g *Group, field int, states []int) string {
	end := g.Fields[field].End
	var names []string
	for _, s := range states {
		name := fmt.Sprint(s)
		if n := end.Protocol.Locals[end.Role].States[s].Names; len(n) > 0 {
			name = n[0]
		}
		if !contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return "{" + strings.Join(names, ", ") + "}"
}

func (m *Machine) refText(v VarRef) string {
	text := m.Vars[v.Var].Name
	if v.Index != nil {
		text += "[" + m.ExprText(v.Index) + "]"
	}
	return text
}

func (m *Machine) valueOf(to VarRef, x *Expr) string {
	if x.Op == OpConst {
		return valueText(m.Vars[to.Var].Type, x.N)
	}
	return m.ExprText(x)
}

var opText = map[Op]string{
	OpAnd: "&&", OpOr: "||", OpEq: "==", OpNe: "!=", OpLt: "<", OpLe: "<=", OpAdd: "+", OpSub: "-", OpMul: "*", OpMod: "%",
}

// ExprText writes an expression, close to the source.
func (m *Machine) ExprText(e *Expr) string {
	switch e.Op {
	case OpConst:
		return fmt.Sprint(e.N)
	case OpVar:
		return m.refText(VarRef{Var: int(e.N), Index: e.X})
	case OpNot:
		return "!" + m.operand(e.X)
	case OpNeg:
		return "-" + m.operand(e.X)
	case OpCount:
		g := &m.Groups[e.N]
		if e.States != nil {
			return "count(" + g.Name + " at " + m.statesText(g, 0, e.States) + ")"
		}
		return "count(" + g.Name + ")"
	case OpPresent:
		g := &m.Groups[e.N]
		text := g.Name + "[" + m.ExprText(e.X)
		if e.States != nil {
			text += " at " + m.statesText(g, 0, e.States)
		}
		return "present(" + text + "])"
	}
	if e.Op == OpEq || e.Op == OpNe {
		if t := m.typeOfExpr(e.X); t != nil && e.Y.Op == OpConst {
			return m.operand(e.X) + " " + opText[e.Op] + " " + valueText(t, e.Y.N)
		}
	}
	return m.operand(e.X) + " " + opText[e.Op] + " " + m.operand(e.Y)
}

func (m *Machine) typeOfExpr(e *Expr) *Type {
	if e.Op == OpVar {
		return m.Vars[e.N].Type
	}
	return nil
}

func (m *Machine) operand(e *Expr) string {
	if _, binary := opText[e.Op]; binary {
		return "(" + m.ExprText(e) + ")"
	}
	return m.ExprText(e)
}
