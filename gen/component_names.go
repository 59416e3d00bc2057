package gen

import (
	"fmt"
	"go/token"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// words makes one Go name of a name of the source that may have dots and spaces in it.
func words(name string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '·' || r == '.' }) {
		b.WriteString(exported(part))
	}
	return b.String()
}

func unused(name string, used map[string]bool) string {
	for base, n := name, 2; used[name]; n++ {
		name = fmt.Sprint(base, n)
	}
	used[name] = true
	return name
}

// fieldName is a name that a field of the endpoint may have.
func fieldName(name string) string {
	if token.IsKeyword(name) {
		return name + "_"
	}
	return name
}

func (s *component) nameSlots() {
	used := map[string]bool{}
	for _, g := range s.m.Groups {
		var fields []string
		for _, f := range g.Fields {
			name := words(g.Name + "." + f.Name)
			fields = append(fields, unused(unexported(s.Go)+name, used))
		}
		s.slots = append(s.slots, fields)
	}
}

func (s *component) nameVars() {
	used := map[string]bool{}
	for _, v := range s.m.Vars {
		s.vars = append(s.vars, unused(fieldName(unexported(words(v.Name))), used))
	}
}

// nameStates names the states after the point or loop that stands there, else after what led there.
func (s *component) nameStates() {
	s.names = make([]string, len(s.m.States))
	used := map[string]bool{"View": true, "Func": true, "Given": true, "Component": true}
	claim := func(i int, name string) bool {
		if s.names[i] != "" || used[name] {
			return false
		}
		used[name] = true
		s.names[i] = s.Go + name
		return true
	}
	ended := s.ended()
	for i := range s.m.States {
		if s.m.States[i].Kind == session.Ended {
			s.names[i] = s.Go + "End"
			used["End"] = true
		}
	}
	for i := range s.m.States {
		if s.passes(i) || i == ended {
			continue
		}
		for _, n := range s.m.States[i].Names {
			if claim(i, exported(n)) {
				break
			}
		}
	}
	if t := s.targets(0); len(t) == 1 {
		claim(t[0], "Start")
	}
	for round := 1; round < 3; round++ {
		for i := range s.m.States {
			if s.passes(i) {
				continue
			}
			for k := range s.m.States[i].Edges {
				e := &s.m.States[i].Edges[k]
				for _, t := range s.targets(e.Next) {
					if round == 1 {
						claim(t, "After"+s.edgeName(e))
					}
					for n := 2; round == 2 && s.names[t] == ""; n++ {
						claim(t, fmt.Sprint("After", s.edgeName(e), n))
					}
				}
			}
		}
	}
	for i := range s.m.States {
		for n := 2; s.names[i] == "" && !s.passes(i); n++ {
			claim(i, fmt.Sprint("State", n))
		}
	}
}

// edgeName is what an edge does, as a part of a Go name.
func (s *component) edgeName(e *session.Edge) string {
	a := &e.Action
	switch a.Kind {
	case session.SendMsg, session.ReceiveMsg:
		return exported(s.field(a.Slot).Protocol.Labels[a.Label].Name)
	case session.GonePeer:
		return "Gone"
	case session.TimeoutOption:
		return "Timeout"
	case session.ElseOption:
		return "Else"
	case session.NewSession:
		return "New" + exported(a.Protocol.Name)
	case session.StartChild:
		return "Start" + exported(a.Child.Component.Name)
	case session.AddMember:
		return "Add" + words(s.m.Groups[a.Group].Name)
	case session.ChildEnded:
		return "Ended"
	case session.ChildCrashed:
		return "Crashed"
	case session.TakeCase:
		return exported(a.Name)
	case session.PickMember:
		return "Pick" + words(s.m.Groups[a.Group].Name)
	}
	panic("gen: a local step has no name")
}

// slotName is a slot as a part of a Go name.
func (s *component) slotName(r session.SlotRef) string {
	g := &s.m.Groups[r.Group]
	return words(g.Name + "." + g.Fields[r.Field].Name)
}
