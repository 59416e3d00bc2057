package gen

import (
	"fmt"
	"reflect"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// layout fills the tables that a component starts with: what it is given, its registers and slots.
func (s *component) layout() error {
	for _, p := range s.m.Params {
		field := structField{Name: exported(p.Name)}
		if p.Group >= 0 {
			field.API = "channel.End"
			if s.m.Groups[p.Group].Kind == session.ArrayEnds {
				field.API = "[]channel.End"
			}
		} else {
			v := s.m.Vars[p.Var]
			field.API = s.registerType(v.Type)
			if s.array(p.Var) {
				field.API = "[]" + field.API
			}
			field.Put = "copy(e.v." + s.vars[p.Var] + "[:], g." + field.Name + ")"
			if !s.array(p.Var) {
				field.Put = "e.v." + s.vars[p.Var] + " = g." + field.Name
			}
		}
		s.Given = append(s.Given, field)
	}
	for i, v := range s.m.Vars {
		of := s.registerType(v.Type)
		reg := structField{Name: s.vars[i], API: of}
		init := s.number(func(m *session.Machine) int { return int(m.Vars[i].Init) })
		switch {
		case v.Type.Kind == session.Bool:
			init = fmt.Sprint(v.Init != 0)
		case of != "int" && int(v.Init) < len(v.Type.Cases):
			init = of + exported(v.Type.Cases[v.Init])
		}
		plain := v.Init == 0 && init != "true" && s.z.solve(func(m *session.Machine) int { return int(m.Vars[i].Init) }).constant()
		if s.array(i) {
			n := s.z.solve(func(m *session.Machine) int { return m.Vars[i].Len })
			reg.API = fmt.Sprintf("[%d]%s", n.fixed, of)
			if !n.constant() {
				reg.API = "[]" + of
				reg.Put = fmt.Sprintf("e.v.%s = make([]%s, %s)\n", reg.Name, of, s.z.text(n, s.size))
			}
			if !plain {
				reg.Put += fmt.Sprintf("for i := range e.v.%s {\ne.v.%s[i] = %s\n}\n", reg.Name, reg.Name, init)
			}
		} else if !plain {
			reg.Put = fmt.Sprintf("e.v.%s = %s", reg.Name, init)
		}
		s.Registers = append(s.Registers, reg)
	}
	for g, group := range s.m.Groups {
		n := s.z.solve(func(m *session.Machine) int { return m.Groups[g].Len })
		for f, field := range group.Fields {
			s.Constants = append(s.Constants, s.slots[g][f])
			name := group.Name
			if field.Name != "" {
				name += "." + field.Name
			}
			set := ""
			if group.Kind != session.Single {
				set = ", Set: " + s.z.text(n, func(size string) string { return "g." + exported(size) })
			}
			if field.Handle {
				if set == "" {
					s.Layout = append(s.Layout, fmt.Sprintf("channel.HandleSlot(%q)", name))
				} else {
					s.Layout = append(s.Layout, fmt.Sprintf("channel.HandleSlots(%q, %s)", name, set[len(", Set: "):]))
				}
				continue
			}
			p := field.End.Protocol
			if group.Kind != session.Single && s.tracked(field.End) {
				set += fmt.Sprintf(", Points: %d", len(p.Locals[field.End.Role].States))
			}
			if len(p.Locals[field.End.Role].States) > 64 {
				return fmt.Errorf("protocol %s has more than 64 states for %s", p.QName(), p.Roles[field.End.Role])
			}
			s.Layout = append(s.Layout, fmt.Sprintf("{Name: %q, Protocol: &%s, Role: %d%s}", name, s.qualified(p.Package, exported(p.Name)), field.End.Role, set))
		}
	}
	return nil
}

// tracked reports whether the stub must know where the ends of a role stand: something asks for it, or what a message leads to depends on it.
func (s *component) tracked(t *session.EndType) bool {
	key := fmt.Sprintf("%s %d", t.Protocol.QName(), t.Role)
	if s.tracks == nil {
		s.tracks = map[string]bool{}
		s.findTracked(reflect.ValueOf(s.m.States))
	}
	return s.tracks[key]
}

func (s *component) track(g, f int) {
	if t := s.m.Groups[g].Fields[f].End; t != nil {
		s.tracks[fmt.Sprintf("%s %d", t.Protocol.QName(), t.Role)] = true
	}
}

func (s *component) findTracked(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if x, ok := v.Interface().(*session.Expr); ok && x != nil {
			if x.States != nil {
				s.track(int(x.N), 0)
			}
			s.findTracked(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			s.findTracked(v.Index(i))
		}
	case reflect.Struct:
		switch x := v.Interface().(type) {
		case session.SlotRef:
			if x.Any && x.States != nil && s.m.Groups[x.Group].Fields[x.Field].End != nil && !s.everywhere(s.m.Groups[x.Group].Fields[x.Field].End, x.States) {
				s.track(x.Group, x.Field)
			}
		case session.Action:
			if x.Kind == session.PickMember && x.States != nil {
				s.track(x.Group, 0)
			}
			if x.Kind == session.SendMsg || x.Kind == session.ReceiveMsg {
				if len(s.follow(&x)) > 1 {
					s.track(x.Slot.Group, x.Slot.Field)
				}
			}
		case session.State, session.Edge, session.Arg, session.VarRef, session.Expr:
		default:
			return
		}
		for i := range v.NumField() {
			s.findTracked(v.Field(i))
		}
	}
}

// follow returns where an end may stand after a message, by where it stood.
func (s *component) follow(a *session.Action) map[int][]int {
	t := s.field(a.Slot)
	next := map[int][]int{}
	for i, state := range t.Protocol.Locals[t.Role].States {
		if a.Slot.Any && a.Slot.States != nil && !contains(a.Slot.States, i) {
			continue
		}
		for _, e := range state.Edges {
			if e.Send == (a.Kind == session.SendMsg) && e.Peer == a.Peer && e.Label == a.Label {
				next[e.Next] = append(next[e.Next], i)
			}
		}
	}
	return next
}

func contains(list []int, x int) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// advance moves an end on after a message: to where it stands now, or out of its slot at the end of its protocol.
func (s *component) advance(a *session.Action, index string) []string {
	t := s.field(a.Slot)
	slot := s.slot(a.Slot)
	states := t.Protocol.Locals[t.Role].States
	to := func(n int) string {
		if states[n].End {
			return fmt.Sprintf("e.Close(%s, %s)", slot, index)
		}
		return fmt.Sprintf("e.Move(%s, %s, %d)", slot, index, n)
	}
	next := s.follow(a)
	if len(next) <= 1 {
		for n := range next {
			if states[n].End || s.tracked(t) {
				return []string{to(n)}
			}
		}
		return nil
	}
	list := []string{fmt.Sprintf("switch e.Point(%s, %s) {", slot, index)}
	for n := range states {
		if from := next[n]; len(from) > 0 {
			text := "case "
			for k, i := range from {
				if k > 0 {
					text += ", "
				}
				text += fmt.Sprint(i)
			}
			list = append(list, text+":", to(n))
		}
	}
	return append(list, "}")
}
