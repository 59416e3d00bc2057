package gen

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// settle returns what the stub does by itself once control goes on at a state: statements, and the expression of the state that is then returned.
func (s *component) settle(at int) (statements []string, result string) {
	targets := s.targets(at)
	single := ""
	if len(targets) == 1 {
		single = s.names[targets[0]] + "{e, e.Step()}"
		if list, straight := s.straight(at); straight {
			return list, single
		}
	}
	name, ok := s.settles[at]
	if !ok {
		name = fmt.Sprint("settle", len(s.settles)+1)
		s.settles[at] = name
		s.Settles = append(s.Settles, s.settleFunc(name, at, single == ""))
	}
	call := "e." + name + "()"
	if single != "" {
		return []string{call}, single
	}
	return nil, call
}

// straight is what is done from a state on if nothing branches and nothing repeats.
func (s *component) straight(at int) (list []string, ok bool) {
	for seen := map[int]bool{}; s.m.States[at].Kind != session.Ended && s.passes(at); {
		edges := s.m.States[at].Edges
		if seen[at] || len(edges) != 1 || edges[0].Guard != nil {
			return nil, false
		}
		seen[at] = true
		list = append(list, s.local(&edges[0])...)
		at = edges[0].Next
	}
	return list, true
}

// settleFunc writes the local steps from a state on as a function: ifs, and a goto where paths meet or repeat.
func (s *component) settleFunc(name string, at int, result bool) string {
	preds := map[int]int{at: 1}
	var count func(i int)
	seen := map[int]bool{}
	count = func(i int) {
		seen[i] = true
		for _, e := range s.m.States[i].Edges {
			if s.m.States[e.Next].Kind != session.Ended && s.passes(e.Next) {
				preds[e.Next]++
				if !seen[e.Next] {
					count(e.Next)
				}
			}
		}
	}
	count(at)
	var order []int // those that need a label, in the order in which they are reached
	jumps, placed := map[int]int{}, map[int]bool{}
	blocks := map[int]string{}
	var block func(b *strings.Builder, i int)
	goOn := func(b *strings.Builder, i int) {
		switch {
		case s.m.States[i].Kind == session.Ended || !s.passes(i):
			if s.m.States[i].Kind == session.Ended {
				i = s.ended()
			}
			if result {
				fmt.Fprintf(b, "e.at.%[1]s = %[2]s{e, e.Step()}\nreturn &e.at.%[1]s\n", unexported(s.names[i]), s.names[i])
			} else {
				b.WriteString("return\n")
			}
		case preds[i] > 1:
			if !placed[i] {
				placed[i] = true
				order = append(order, i)
			}
			jumps[i]++
			fmt.Fprintf(b, "goto l%d\n", i)
		default:
			block(b, i)
		}
	}
	block = func(b *strings.Builder, i int) {
		edges := s.m.States[i].Edges
		for k := range edges {
			e := &edges[k]
			guard := ""
			if e.Guard != nil {
				guard = s.expr(e.Guard, boolean, 0)
			}
			if e.Action.Kind == session.AddMember && len(edges) > 1 {
				guard = "!" + s.full(e.Action.Group)
			}
			if guard != "" {
				fmt.Fprintf(b, "if %s {\n", guard)
			}
			for _, line := range s.local(e) {
				b.WriteString(line + "\n")
			}
			goOn(b, e.Next)
			if guard == "" {
				return
			}
			b.WriteString("}\n")
		}
		fmt.Fprintf(b, "panic(%q)\n", "channel: "+s.c.QName()+" is stuck at "+lineAt(s.m.States[i].At))
	}
	var entry strings.Builder
	if preds[at] > 1 {
		order, placed[at] = []int{at}, true
	} else {
		block(&entry, at)
	}
	for k := 0; k < len(order); k++ {
		var b strings.Builder
		block(&b, order[k])
		blocks[order[k]] = b.String()
	}
	var out strings.Builder
	of := ""
	if result {
		of = s.next(at) + " "
	}
	fmt.Fprintf(&out, "// %s is what the component does by itself from %s on.\nfunc (e *%s) %s() %s{\n", name, lineAt(s.m.States[at].At), s.holder, name, of)
	text := entry.String()
	for _, i := range order {
		jump := fmt.Sprintf("goto l%d\n", i)
		if strings.HasSuffix(text, "\n"+jump) || text == jump {
			text = strings.TrimSuffix(text, jump) // it falls through
			jumps[i]--
		}
		if jumps[i] > 0 {
			text += fmt.Sprintf("l%d:\n", i)
		}
		text += blocks[i]
	}
	if !result && strings.HasSuffix(text, "\nreturn\n") && !strings.HasSuffix(text, ":\nreturn\n") {
		text = strings.TrimSuffix(text, "return\n")
	}
	out.WriteString(text + "}\n")
	return out.String()
}

// local is one action that the stub runs by itself.
func (s *component) local(e *session.Edge) []string {
	a := &e.Action
	at := lineAt(e.At)
	switch a.Kind {
	case session.Skip, session.ElseOption:
		return nil
	case session.Assign:
		return []string{s.assign(a.To, a.Value, at)}
	case session.Assert:
		return []string{fmt.Sprintf("e.Assert(%s, %q, %q)", s.expr(a.Value, boolean, 0), strings.ReplaceAll(s.m.ExprText(a.Value), "·", ""), at)}
	case session.AbandonEnd:
		return []string{fmt.Sprintf("e.Drop(%s, %s)", s.slot(a.Slot), s.index(a.Slot, ""))}
	case session.MoveEnd:
		return []string{fmt.Sprintf("e.Shift(%s, %s, %s, %s)", s.slot(a.Slot), s.index(a.Slot, ""), s.slot(a.Into[0]), s.index(a.Into[0], ""))}
	case session.AddMember:
		free := fmt.Sprintf("e.Free(%s, %d)", s.slots[a.Group][0], len(a.Ends))
		list := []string{"e.added = " + free}
		if a.Index.Var >= 0 {
			list = append(list, s.register(a.Index.Var, a.Index.Index)+" = e.added")
		}
		free = "e.added"
		for f, r := range a.Ends {
			list = append(list, fmt.Sprintf("e.Shift(%s, %s, %s, %s)", s.slot(r), s.index(r, ""), s.slots[a.Group][f], free))
		}
		return list
	}
	panic("gen: no local step: " + s.m.ActionText(a))
}

func (s *component) slot(r session.SlotRef) string { return s.slots[r.Group][r.Field] }
