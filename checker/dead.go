package checker

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// dead lists the options and cases of the source that no run takes, in the order of machines and states. What is written once counts once: the
// instances of a component, and the inlined calls of a sub, take it for each other.
func (s *search) dead() []DeadOption {
	type place struct {
		component *session.Component
		at        dsl.Position
		unplaced  int
	}
	where := func(number int) place {
		e := s.m.edges[number]
		at := e.machine.States[e.state].Edges[e.edge].At
		if at.Source == nil {
			return place{unplaced: number + 1}
		}
		return place{component: e.machine.Component, at: at}
	}
	alive, lives := map[place]bool{}, map[*session.Machine]bool{}
	for n, taken := range s.taken {
		if taken {
			alive[where(n)] = true
			lives[s.m.edges[n].machine] = true
		}
	}
	environment := map[*session.Machine]bool{}
	for k := range s.m.sys.Instances {
		if x := &s.m.sys.Instances[k]; x.Environment {
			environment[s.m.sys.Machines[x.Machine]] = true
		} else {
			lives[s.m.sys.Machines[x.Machine]] = true
		}
	}
	var all []DeadOption
	listed := map[place]bool{}
	for n, e := range s.m.edges {
		st := &e.machine.States[e.state]
		if st.Kind != session.Waiting && st.Kind != session.Deciding || environment[e.machine] || !lives[e.machine] {
			continue
		}
		edge, at := &st.Edges[e.edge], where(n)
		if alive[at] || listed[at] {
			continue
		}
		listed[at] = true
		text := optionText(e.machine, edge)
		if st.Kind == session.Waiting && len(st.Edges) > 1 {
			text = "option " + text
		}
		all = append(all, DeadOption{Machine: e.machine, At: positionOf(edge.At, st.At), Text: text})
	}
	return all
}

// deadViolation makes the dead options of a system that asks for none a violation.
func (s *search) deadViolation(dead []DeadOption) *Violation {
	v := &Violation{Property: session.Dead, Code: dsl.DeadOption, At: dead[0].At, Message: fmt.Sprintf("no run takes %s of %s", dead[0].Text, dead[0].Machine.Name)}
	if len(dead) > 1 {
		v.Message += fmt.Sprintf(", nor %d more", len(dead)-1)
	}
	for _, d := range dead[1:] {
		v.Related = append(v.Related, dsl.Related{At: d.At, Message: fmt.Sprintf("no run takes %s of %s", d.Text, d.Machine.Name)})
	}
	return v
}

// optionText spells an option or case as the source does.
func optionText(m *session.Machine, e *session.Edge) string {
	a := &e.Action
	slot := func(r session.SlotRef) string {
		g := &m.Groups[r.Group]
		text := g.Name
		if g.Kind != session.Single {
			text += "[…]"
		}
		if f := g.Fields[r.Field].Name; f != "" {
			text += "." + f
		}
		return text
	}
	fields := func(args []session.Arg) string {
		var all []string
		for _, x := range args {
			switch {
			case x.Kind == session.Delegated:
				all = append(all, slot(x.Slot))
			case x.Name != "":
				all = append(all, x.Name)
			case x.Kind == session.Value && x.To.Var >= 0 && a.Kind == session.ReceiveMsg:
				all = append(all, m.Vars[x.To.Var].Name)
			default:
				all = append(all, "_")
			}
		}
		return "(" + strings.Join(all, ", ") + ")"
	}
	switch a.Kind {
	case session.SendMsg:
		return fmt.Sprintf("%s <- %s%s", slot(a.Slot), m.LabelOf(a).Name, fields(a.Args))
	case session.ReceiveMsg:
		return fmt.Sprintf("%s%s <- %s", m.LabelOf(a).Name, fields(a.Binds), slot(a.Slot))
	case session.GonePeer:
		return "gone <- " + slot(a.Slot)
	case session.TimeoutOption:
		return "timeout"
	case session.ElseOption:
		return "else"
	case session.NewSession:
		return "new " + a.Protocol.Name
	case session.StartChild:
		return "start " + a.Child.Name
	case session.AddMember:
		return fmt.Sprintf("%s add", m.Groups[a.Group].Name)
	case session.ChildEnded:
		return "Ended() <- " + slot(a.Slot)
	case session.ChildCrashed:
		return "Crashed() <- " + slot(a.Slot)
	case session.PickMember:
		return "decide … in " + m.Groups[a.Group].Name
	}
	return "case " + a.Name
}
