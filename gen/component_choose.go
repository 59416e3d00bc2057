package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// receive is a method that waits for one peer.
func (s *component) receive(i int) (string, error) {
	state := &s.m.States[i]
	name := s.names[i]
	first := &state.Edges[0].Action
	method := "Receive" + s.slotName(first.Slot)
	var bits []string
	bodies := map[int]string{}
	var labels []int
	sum := s.newSum(name, state)
	for k := range state.Edges {
		e := &state.Edges[k]
		label, peer := s.incoming(&e.Action)
		_ = peer
		bits = append(bits, fmt.Sprintf("1<<%d", label))
		body, err := s.option(i, e, sum, s.index(e.Action.Slot, ""))
		if err != nil {
			return "", err
		}
		labels = append(labels, label)
		bodies[label] = body
	}
	_, peer := s.incoming(first)
	op := s.op(name, method, state.Edges[0].At, fmt.Sprintf("Slot: %s, Peer: %d, Labels: %s, Point: channel.AnyPoint", s.slot(first.Slot), peer, strings.Join(bits, " | ")))
	var b strings.Builder
	result, what := s.sumResult(sum)
	b.WriteString(s.head("waits for "+what, name, method, "", result, "nil"))
	call := fmt.Sprintf("e.Receive(s.step, &%s, %s)", op, s.index(first.Slot, ""))
	if len(labels) == 1 {
		fmt.Fprintf(&b, "if _, err := %s; err != nil {\nreturn nil, err\n}\n%s}\n", call, bodies[labels[0]])
		return b.String(), nil
	}
	fmt.Fprintf(&b, "label, err := %s\nif err != nil {\nreturn nil, err\n}\nswitch label {\n", call)
	for _, l := range labels {
		fmt.Fprintf(&b, "case %d:\n%s", l, bodies[l])
	}
	fmt.Fprintf(&b, "}\npanic(%q)\n}\n", "channel: "+name+" received a label that it does not list")
	return b.String(), nil
}

// incoming is the number of a label that is received, and who sends it.
func (s *component) incoming(a *session.Action) (label, peer int) {
	switch a.Kind {
	case session.ChildEnded:
		return 0, 0
	case session.ChildCrashed:
		return 1, 0
	}
	t := s.field(a.Slot)
	return s.label(t.Protocol, a.Label, a.Peer, t.Role), a.Peer
}

// optionSum is the sum type that a wait returns.
type optionSum struct {
	name, marker string
	of           []string
}

func (s *component) newSum(name string, state *session.State) *optionSum {
	if len(state.Edges) == 1 {
		return &optionSum{}
	}
	return &optionSum{name: name + "Option", marker: unexported(name) + "Option"}
}

// sumResult is the result of the method, and in words; the sum is declared.
func (s *component) sumResult(sum *optionSum) (result, what string) {
	if sum.name == "" {
		return "*" + sum.of[0], "*" + sum.of[0]
	}
	what = "*" + joinOr(sum.of, "*")
	s.Sums = append(s.Sums, sumType{Go: sum.name, Doc: what, Marker: sum.marker})
	return sum.name, what
}

// optionName tells the options of a state apart.
func (s *component) optionName(i int, e *session.Edge) string {
	state := &s.m.States[i]
	base := func(e *session.Edge) string {
		if e.Action.Kind == session.SendMsg {
			return "Sent" + s.edgeName(e)
		}
		return s.edgeName(e)
	}
	name := base(e)
	same := 0
	for k := range state.Edges {
		if base(&state.Edges[k]) == name {
			same++
		}
	}
	if same > 1 && (e.Action.Kind <= session.GonePeer || e.Action.Kind >= session.ChildEnded) {
		name += s.slotName(e.Action.Slot)
	}
	full := s.names[i] + name
	for n := 2; s.messages[full] || slices.Contains(s.names, full); n++ {
		full = fmt.Sprint(s.names[i], name, n)
	}
	s.messages[full] = true
	return full
}

// option declares what one option returns, and writes what is done when it was taken.
func (s *component) option(i int, e *session.Edge, sum *optionSum, taken string) (string, error) {
	a := &e.Action
	name := s.optionName(i, e)
	msg := componentMessage{Go: name, Field: unexported(name), Doc: s.said(e)}
	if sum.marker != "" {
		msg.Sums = []string{sum.marker}
	}
	sum.of = append(sum.of, name)
	var b strings.Builder
	var binds, values []string
	if a.Slot.Any && s.hasSlot(a) {
		values = append(values, "Member: taken.Member")
		msg.Fields = append(msg.Fields, structField{Name: "Member", API: "int"})
		if a.Slot.Bind.Var >= 0 {
			binds = append(binds, s.register(a.Slot.Bind.Var, a.Slot.Bind.Index)+" = taken.Member")
		}
	}
	chosen := ""
	switch a.Kind {
	case session.ReceiveMsg:
		p := s.field(a.Slot).Protocol
		ends, payload := 0, false
		for k, field := range p.Labels[a.Label].Fields {
			if field.Type.Kind == session.End {
				into := a.Binds[k]
				if into.Kind != session.Delegated {
					return "", fmt.Errorf("%s: the end %s is not taken", p.Labels[a.Label].Name, field.Name)
				}
				at := 0
				if states := field.Type.End.States; len(states) == 1 {
					at = states[0]
				} else if len(states) > 1 && s.tracked(field.Type.End) {
					return "", fmt.Errorf("%s: the end %s may stand at %d points, and what may be done with it depends on where: send it at one of them",
						p.Labels[a.Label].Name, field.Name, len(states))
				}
				binds = append(binds, fmt.Sprintf("e.PutAt(e.TakeEnd(%d), %s, %s, %d)", ends, s.slot(into.Slot), s.index(into.Slot, taken), at))
				ends++
				continue
			}
			sh, err := s.shapeOf(field.Type)
			if err != nil {
				return "", fmt.Errorf("%s: field %s: %w", p.Labels[a.Label].Name, field.Name, err)
			}
			payload = true
			goName := exported(field.Name)
			if goName == "Next" || goName == "Member" {
				goName += "Field"
			}
			msg.Fields = append(msg.Fields, structField{Name: goName, API: sh.API})
			values = append(values, goName+": "+fmt.Sprintf(sh.Get, "p."+exported(field.Name)))
			if to := a.Binds[k]; to.Kind == session.Value && to.To.Var >= 0 {
				binds = append(binds, s.bind(to.To, field, "p."+exported(field.Name), lineAt(e.At)))
			}
		}
		if payload {
			fmt.Fprintf(&b, "p := channel.In[%s](&e.Endpoint)\n", s.payload(p, a.Label))
		}
		binds = append(binds, s.advance(a, s.index(a.Slot, taken))...)
	case session.ChildEnded, session.ChildCrashed:
		binds = append(binds, fmt.Sprintf("e.Close(%s, %s)", s.slot(a.Slot), s.index(a.Slot, taken)))
	case session.SendMsg:
		if a.Slot.Any {
			binds = append(binds, "e.member = taken.Member")
			taken = "e.member"
		}
		state := name + "Next"
		method := "Send" + s.slotName(a.Slot) + s.edgeName(e)
		w, err := s.sending(e, state, method, s.zero(e.Next))
		if err != nil {
			return "", err
		}
		index := s.index(a.Slot, taken)
		if len(w.params) > 0 {
			chosen = state
			op := s.sendOp(state, method, e, ", Chosen: true")
			var m strings.Builder
			m.WriteString(s.head("does "+s.said(e)+", for which there is room", state, method, strings.Join(w.params, ", "), s.next(e.Next), s.zero(e.Next)))
			put(&m, w.before)
			fmt.Fprintf(&m, "if err := e.Begin(s.step, &%s, %s); err != nil {\nreturn %s, err\n}\n", op, index, s.zero(e.Next))
			put(&m, w.after)
			put(&m, s.advance(a, index))
			s.leave(&m, e.Next)
			s.States = append(s.States, componentState{Go: state, Doc: []string{fmt.Sprintf("is the option %s taken.", s.said(e)), "Next: that send."}, Methods: []string{m.String()}})
			break
		}
		op := s.sendOp(s.names[i], "Choose"+s.edgeName(e), e, ", Chosen: true")
		binds = append(binds, fmt.Sprintf("if err := e.Begin(e.Step(), &%s, %s); err != nil {\nreturn nil, err\n}", op, index))
		binds = append(binds, w.after...)
		binds = append(binds, s.advance(a, index)...)
	case session.StartChild:
		chosen = name + "Next"
		method, err := s.make(chosen, e, ", Chosen: true")
		if err != nil {
			return "", err
		}
		s.States = append(s.States, componentState{Go: chosen, Doc: []string{fmt.Sprintf("is the option %s taken.", s.said(e)), "Next: that start."}, Methods: []string{method}})
	case session.NewSession:
		list, _, err := s.made(e)
		if err != nil {
			return "", err
		}
		binds = append(binds, list...)
	case session.AddMember:
		binds = append(binds, s.local(e)...)
	}
	fmt.Fprintf(&b, "m := &e.m.%s\n", msg.Field)
	if len(values) > 0 {
		fmt.Fprintf(&b, "*m = %s{%s}\n", name, strings.Join(values, ", "))
	}
	put(&b, binds)
	if chosen != "" {
		msg.Next = chosen
		fmt.Fprintf(&b, "m.Next = %s{e, e.Step()}\n", chosen)
	} else {
		list, result := s.settle(e.Next)
		put(&b, list)
		msg.Next = s.next(e.Next)
		fmt.Fprintf(&b, "m.Next = %s\n", result)
	}
	b.WriteString("return m, nil\n")
	s.Messages = append(s.Messages, msg)
	return b.String(), nil
}

func (s *component) hasSlot(a *session.Action) bool {
	switch a.Kind {
	case session.SendMsg, session.ReceiveMsg, session.GonePeer, session.ChildEnded, session.ChildCrashed:
		return true
	}
	return false
}

// bind writes a received value into a register.
func (s *component) bind(to session.VarRef, field session.Field, value, at string) string {
	v := s.m.Vars[to.Var]
	if v.Type.Kind == session.Range {
		lo, hi := field.Type.Bounds()
		inside := true
		for _, m := range s.z.machines {
			inside = inside && lo >= int64(m.Vars[to.Var].Lo) && hi <= int64(m.Vars[to.Var].Hi)
		}
		if !inside {
			value = fmt.Sprintf("e.InRange(%s, %s, %s, %q, %q)", value, s.number(func(m *session.Machine) int { return int(m.Vars[to.Var].Lo) }),
				s.number(func(m *session.Machine) int { return int(m.Vars[to.Var].Hi) }), field.Name, at)
		}
	}
	return s.register(to.Var, to.Index) + " = " + value
}

// choose is a method that waits for several options.
func (s *component) choose(i int) (string, error) {
	state := &s.m.States[i]
	name := s.names[i]
	table := unexported(name) + "Choice"
	sum := s.newSum(name, state)
	var options, guards, aims, cases []string
	params, d := "", "0"
	for k := range state.Edges {
		e := &state.Edges[k]
		a := &e.Action
		guard := ""
		if e.Guard != nil {
			guard = s.expr(e.Guard, boolean, 0)
		}
		if a.Kind == session.AddMember {
			room := "!" + s.full(a.Group)
			if guard != "" {
				room = "(" + guard + ") && " + room
			}
			guard = room
		}
		more := ""
		if guard != "" {
			bit := slices.Index(guards, guard)
			if bit < 0 {
				bit = len(guards)
				guards = append(guards, guard)
			}
			more = fmt.Sprintf(", Guard: %d", bit+1)
		}
		at := len(options)
		more += fmt.Sprintf(", At: %q", statement(s.c.Package, e.At))
		switch a.Kind {
		case session.TimeoutOption:
			params, d = "d time.Duration", "d"
			s.imports["time"] = "time"
			options = append(options, "{Kind: channel.Timeout"+more+"}")
		case session.ElseOption:
			options = append(options, "{Kind: channel.Else"+more+"}")
		case session.NewSession, session.StartChild, session.AddMember:
			options = append(options, "{Kind: channel.Now"+takes(a)+more+"}")
		default:
			kind, label, peer := "Recv", 0, a.Peer
			switch a.Kind {
			case session.SendMsg:
				t := s.field(a.Slot)
				kind, label = "Send", s.label(t.Protocol, a.Label, t.Role, a.Peer)
			case session.GonePeer:
				kind = "Gone"
			default:
				label, peer = s.incoming(a)
			}
			if s.m.Groups[a.Slot.Group].Kind != session.Single && !a.Slot.Any {
				aims = append(aims, fmt.Sprintf("e.Aim(&%s, %d, %s)", table, len(options), s.index(a.Slot, "")))
				more += ", Aimed: true"
			}
			for _, point := range s.optionPoints(a) {
				options = append(options, fmt.Sprintf("{Kind: channel.%s, Slot: %s, Peer: %d, Point: %s, Label: %d%s}", kind, s.slot(a.Slot), peer, point, label, more))
			}
		}
		body, err := s.option(i, e, sum, "taken.Member")
		if err != nil {
			return "", err
		}
		var numbers []string
		for n := at; n < len(options); n++ {
			numbers = append(numbers, fmt.Sprint(n))
		}
		cases = append(cases, fmt.Sprintf("case %s:\n%s", strings.Join(numbers, ", "), body))
	}
	if len(guards) > 64 {
		return "", fmt.Errorf("%d different guards in a choose, and there may be 64", len(guards))
	}
	priority := ""
	if state.Priority {
		priority = ", Priority: true"
	}
	s.ChoiceNames = append(s.ChoiceNames, table)
	s.Choices = append(s.Choices, fmt.Sprintf("%s = channel.Choice{ID: %d, State: %q, Method: \"Choose\"%s, Options: []channel.Option{\n%s,\n}}",
		table, len(s.Choices), name, priority, strings.Join(options, ",\n")))
	result, what := s.sumResult(sum)
	var b strings.Builder
	b.WriteString(s.head("waits for "+what, name, "Choose", params, result, "nil"))
	mask := "0"
	if len(guards) > 0 {
		mask = "guards"
		b.WriteString("var guards uint64\n")
		for k, g := range guards {
			fmt.Fprintf(&b, "if %s {\nguards |= 1 << %d\n}\n", g, k)
		}
	}
	put(&b, aims)
	fmt.Fprintf(&b, "taken, err := e.Choose(s.step, &%s, %s, %s)\nif err != nil {\nreturn nil, err\n}\nswitch taken.Option {\n", table, mask, d)
	put(&b, cases)
	fmt.Fprintf(&b, "}\npanic(%q)\n}\n", "channel: "+name+" took an option that it does not list")
	return b.String(), nil
}

// optionPoints are the points at which an option takes members.
func (s *component) optionPoints(a *session.Action) []string {
	t := s.field(a.Slot)
	if !a.Slot.Any || a.Slot.States == nil || t == nil || s.everywhere(t, a.Slot.States) {
		return []string{"channel.AnyPoint"}
	}
	var list []string
	for _, p := range a.Slot.States {
		list = append(list, fmt.Sprint(p))
	}
	return list
}

// everywhere reports whether an end stands at one of the states as long as it lives.
func (s *component) everywhere(t *session.EndType, states []int) bool {
	for i, state := range t.Protocol.Locals[t.Role].States {
		if !state.End && !contains(states, i) {
			return false
		}
	}
	return true
}
