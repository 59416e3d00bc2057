package session

import (
	"fmt"
	"strings"
)

// String writes the machine for people and for golden tests: what it holds, then its states in order, each with its edges.
//
//	machine fs.Vnode
//	  end file: fs.File.server at start
//	  var dirty bool = false
//	  0 `serving` wait
//	      Read(off, n) <- file -> 1
//	      when dirty == 1: file <- Data(_) -> 0
func (m *Machine) String() string {
	d := &dump{m: m}
	d.line("machine %s", m.Name)
	for i := range m.Groups {
		d.group(&m.Groups[i])
	}
	for _, v := range m.Vars {
		length := ""
		if v.Len > 1 {
			length = fmt.Sprintf("[%d]", v.Len)
		}
		d.line("  var %s %s%s = %s", v.Name, length, v.Type.Name, valueText(v.Type, v.Init))
	}
	for i := range m.States {
		d.state(i)
	}
	return d.b.String()
}

type dump struct {
	m *Machine
	b strings.Builder
}

func (d *dump) line(format string, args ...any) {
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

func (d *dump) group(g *Group) {
	kind := [...]string{Single: "end", ArrayEnds: "ends", SetEnds: "set"}[g.Kind]
	length := ""
	if g.Kind != Single {
		length = fmt.Sprintf("[%d]", g.Len)
	}
	var fields []string
	for _, f := range g.Fields {
		text := "handle"
		if !f.Handle {
			text = endText(f.End)
			if f.End.States != nil {
				text += " at " + strings.ReplaceAll(localStatesText(f.End.Protocol.Locals[f.End.Role], f.End.States), "`", "")
			}
		}
		fields = append(fields, strings.TrimSpace(f.Name+" "+text))
	}
	text := strings.Join(fields, ", ")
	if len(g.Fields) > 1 {
		text = "{" + text + "}"
	}
	d.line("  %s %s%s: %s", kind, g.Name, length, text)
}

func (d *dump) state(i int) {
	s := &d.m.States[i]
	words := []string{fmt.Sprint(i)}
	for _, n := range s.Names {
		words = append(words, "`"+n+"`")
	}
	words = append(words, [...]string{LocalStep: "local", Waiting: "wait", Deciding: "decide", Ended: "end"}[s.Kind])
	if s.Kind == Waiting || s.Kind == Deciding {
		words = append(words, fmt.Sprintf("#%d", s.Site))
	}
	if s.Priority {
		words = append(words, "priority")
	}
	if s.Fair {
		words = append(words, "fair")
		if s.Bound > 0 {
			words = append(words, fmt.Sprintf("(%d)", s.Bound))
		}
	}
	if s.Call >= 0 {
		words = append(words, fmt.Sprintf("in %s#%d", d.m.Calls[s.Call].Sub.Name.Name, s.Call))
	}
	d.line("  %s", strings.Join(words, " "))
	for j := range s.Edges {
		e := &s.Edges[j]
		guard := ""
		if e.Guard != nil {
			guard = "when " + d.m.ExprText(e.Guard) + ": "
		}
		d.line("      %s%s -> %d", guard, d.m.ActionText(&e.Action), e.Next)
	}
}

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

// String writes the system for people and for golden tests: parameters, instances with what they hold, sessions, bounds and properties.
func (s *System) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("system %s", s.Decl.QName())
	for _, p := range s.Params {
		line("  param %s check %d run %d", p.Name, p.Check, p.Run)
	}
	for _, i := range s.Instances {
		m := s.Machines[i.Machine]
		text := fmt.Sprintf("  %s = %s", i.Name, m.Name)
		for _, p := range m.Params {
			if p.Var >= 0 {
				text += fmt.Sprintf(" %s=%s", p.Name, valueText(m.Vars[p.Var].Type, i.Values[p.Var]))
			}
		}
		line("%s", text)
		for _, h := range i.Ends {
			line("    slot %d: %s of %s", h.Slot, s.Protocols[s.Sessions[h.Session].Protocol].Roles[h.Role], s.Sessions[h.Session].Name)
		}
	}
	for _, x := range s.Sessions {
		line("  session %s: %s %v", x.Name, s.Protocols[x.Protocol].QName(), s.Capacity[x.Protocol])
	}
	for p, n := range s.NewLimit {
		if n > 0 {
			line("  limit %s %d", s.Protocols[p].QName(), n)
		}
	}
	for m, n := range s.StartLimit {
		if n > 0 {
			line("  limit %s %d", s.Machines[m].Name, n)
		}
	}
	for _, i := range s.Crash {
		line("  crash %s, at most %d", s.Instances[i].Name, s.CrashMost)
	}
	line("  check %v", s.Checks)
	for _, x := range s.Always {
		line("  always %s: %s", x.Text, s.exprText(x.Expr))
	}
	for _, x := range s.Eventually {
		line("  eventually %s: %s => %s", x.Text, s.exprText(x.When), s.exprText(x.Then))
	}
	if s.Expect != "" {
		line("  expect %s", s.Expect)
	}
	for _, x := range s.Assumptions {
		line("  assuming %s", x)
	}
	return b.String()
}

// exprText writes an expression of a property with the numbers of what it refers to.
func (s *System) exprText(e *Expr) string {
	inst := func() string {
		if e.I < 0 {
			return "each"
		}
		return s.Instances[e.I].Name
	}
	switch e.Op {
	case OpConst:
		return fmt.Sprint(e.N)
	case OpNot, OpNeg:
		return map[Op]string{OpNot: "!", OpNeg: "-"}[e.Op] + s.exprText(e.X)
	case OpInstVar:
		if e.X != nil {
			return fmt.Sprintf("%s.var%d[%s]", inst(), e.N, s.exprText(e.X))
		}
		return fmt.Sprintf("%s.var%d", inst(), e.N)
	case OpInstAt:
		return fmt.Sprintf("%s at %v", inst(), e.States)
	case OpInstCount:
		return fmt.Sprintf("count(%s.group%d at %v)", inst(), e.N, e.States)
	case OpEachLive:
		return fmt.Sprintf("every live %s: %s", s.Machines[e.N].Name, s.exprText(e.X))
	}
	return "(" + s.exprText(e.X) + " " + opText[e.Op] + " " + s.exprText(e.Y) + ")"
}
