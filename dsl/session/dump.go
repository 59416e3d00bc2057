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
		if e.Optional {
			guard += "perhaps "
		}
		d.line("      %s%s -> %d", guard, d.m.ActionText(&e.Action), e.Next)
	}
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
