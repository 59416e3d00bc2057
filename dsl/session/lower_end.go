package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// memberRef is an end as the source names it: a member of a group, one of its fields, and the role at the other side where that is said.
type memberRef struct {
	group  int
	field  int   // -1: a member of several fields, none of them selected
	index  *Expr // nil: member 0
	any    bool  // any member, at states
	states []int
	bind   VarRef // with any
	peer   int    // -1: not said
	guard  *Expr  // the named member stands at the points that the source claims
}

func (r memberRef) slot() SlotRef {
	return SlotRef{Group: r.group, Field: r.field, Index: r.index, Any: r.any, States: r.states, Bind: r.bind}
}

// end resolves "name[index at points].field.role" down to one end. With mayAny a fresh index name stands for any member, and is bound to the one taken.
func (l *lowerer) end(e dsl.Expr, mayAny bool) (memberRef, bool) {
	r, ok := l.member(e, mayAny)
	if ok && r.field < 0 {
		g := l.m.Groups[r.group]
		l.errorf(e, dsl.EndMisplaced, "%s has several ends: say which, as in `%s.%s`", exprText(e), exprText(e), g.Fields[0].Name)
		return r, false
	}
	return r, ok
}

// member resolves an end, or a member all of whose ends are meant.
func (l *lowerer) member(e dsl.Expr, mayAny bool) (memberRef, bool) {
	if s, ok := e.(*dsl.Select); ok {
		r, ok := l.member(s.X, mayAny)
		return l.selected(r, s, ok)
	}
	base, index := e, (*dsl.Index)(nil)
	if i, ok := e.(*dsl.Index); ok {
		base, index = i.X, i
	}
	none := memberRef{field: -1, bind: VarRef{Var: -1}, peer: -1}
	name, ok := base.(*dsl.Name)
	if !ok {
		l.errorf(e, dsl.EndMisplaced, "an end is expected here")
		return none, false
	}
	sym := l.find(name.Name)
	if sym == nil {
		l.undeclared(name, name.Name)
		return none, false
	}
	switch sym.kind {
	case symMember:
		if index != nil {
			l.errorf(index, dsl.EndMisplaced, "%s is one end here and has no members", name.Name)
			return none, false
		}
		return sym.member, true
	case symGroup:
	default:
		l.errorf(name, dsl.EndMisplaced, "%s is no end", name.Name)
		return none, false
	}
	r := none
	r.group = sym.group
	g := l.m.Groups[sym.group]
	if len(g.Fields) == 1 {
		r.field = 0
	}
	if (g.Kind == Single) != (index == nil) {
		if index == nil {
			l.errorf(e, dsl.EndMisplaced, "%s has several members: say which, as in `%s[i]`", name.Name, name.Name)
		} else {
			l.errorf(index, dsl.EndMisplaced, "%s is one end and has no members", name.Name)
		}
		return none, false
	}
	if index == nil {
		return r, true
	}
	return l.indexed(r, index, mayAny)
}

// indexed resolves the index: a fresh name (or _) for any member, or an expression.
func (l *lowerer) indexed(r memberRef, e *dsl.Index, mayAny bool) (memberRef, bool) {
	g := l.m.Groups[r.group]
	states, ok := l.points(g.Fields[max(r.field, 0)].End, e.At)
	if !ok {
		return r, false
	}
	name, isName := e.I.(*dsl.Name)
	_, wild := e.I.(*dsl.Wild)
	if wild || isName && l.find(name.Name) == nil {
		if !mayAny {
			l.undeclared(e.I, exprText(e.I)).
				note("a fresh index means any member; only what waits may say that: a receive, a send, `gone`")
			return r, false
		}
		r.any, r.states = true, states
		text, at := "any", dsl.Node(e.I)
		if isName {
			text = name.Name
		}
		v := l.hide(text, &Type{Kind: Range, Name: "an index", Hi: int64(g.Len - 1)}, 0, int64(g.Len-1), 1, at)
		r.bind = VarRef{Var: v}
		if isName {
			l.scope.symbols[text] = &symbol{kind: symVariable, variable: v, typ: l.m.Vars[v].Type, at: l.at(at)}
		}
		return r, true
	}
	i, _ := l.expr(e.I, numberType)
	if i == nil || !l.inside(e.I, i, g.Len, g.Name) {
		return r, false
	}
	r.index = i
	if states != nil {
		r.guard = &Expr{Op: OpPresent, N: int32(r.group), X: i, States: states}
	}
	return r, true
}

// selected resolves ".name": a field of a member, else the role at the other side.
func (l *lowerer) selected(r memberRef, s *dsl.Select, ok bool) (memberRef, bool) {
	if !ok {
		return r, false
	}
	g := l.m.Groups[r.group]
	if r.field < 0 {
		for i, f := range g.Fields {
			if f.Name == s.Name.Name {
				r.field = i
				return r, true
			}
		}
		l.errorf(s.Name, dsl.ComponentName, "%s has no end %s", g.Name, s.Name.Name).relatedAt(g.At, "declared here")
		return r, false
	}
	field := g.Fields[r.field]
	if field.Handle {
		l.errorf(s.Name, dsl.MessageUnknown, "a handle has no roles")
		return r, false
	}
	peer := field.End.Protocol.RoleNamed(s.Name.Name)
	if peer < 0 || peer == field.End.Role || r.peer >= 0 {
		l.errorf(s.Name, dsl.MessageUnknown, "%s has no other role %s beside %s", field.End.Protocol.QName(), s.Name.Name, field.End.Protocol.Roles[field.End.Role]).
			relatedAt(field.End.Protocol.At, "the protocol")
		return r, false
	}
	r.peer = peer
	return r, true
}

// field is the declared field that a reference names.
func (l *lowerer) field(r memberRef) SlotField { return l.m.Groups[r.group].Fields[r.field] }

// message resolves the label of a send or a receive at an end and the role at the other side, from what the role of that end may do anywhere.
func (l *lowerer) message(r *memberRef, label *dsl.Ident, send bool) *Label {
	end := l.field(*r).End
	p := end.Protocol
	verb, dir := "receives", "from"
	if send {
		verb, dir = "sends", "to"
	}
	found := p.LabelNamed(label.Name)
	if found == nil {
		wrong := l.errorf(label, dsl.MessageUnknown, "%s has no message %s", p.QName(), label.Name).relatedAt(p.At, "the protocol")
		labels := make([]string, len(p.Labels))
		for i := range p.Labels {
			labels[i] = p.Labels[i].Name
		}
		suggest(wrong.d, label.Name, labels)
		return nil
	}
	peers := map[int]bool{}
	peer := -1
	for s := range p.Locals[end.Role].States {
		for _, e := range p.Locals[end.Role].States[s].Edges {
			if e.Send == send && e.Label == found.Index && (r.peer < 0 || e.Peer == r.peer) {
				peers[e.Peer] = true
				peer = e.Peer
			}
		}
	}
	switch len(peers) {
	case 0:
		if r.peer >= 0 {
			l.errorf(label, dsl.MessageUnknown, "%s never %s %s %s %s", p.Roles[end.Role], verb, label.Name, dir, p.Roles[r.peer]).relatedAt(found.At, "the message")
		} else {
			l.errorf(label, dsl.MessageUnknown, "%s never %s %s", p.Roles[end.Role], verb, label.Name).relatedAt(found.At, "the message")
		}
		return nil
	case 1:
		r.peer = peer
	default:
		l.errorf(label, dsl.OptionWrong, "%s %s %s %s several roles: say which, as in `end.%s`", p.Roles[end.Role], verb, label.Name, dir, p.Roles[peer]).relatedAt(p.At, "the protocol")
		return nil
	}
	if r.any && r.states == nil {
		r.states = l.where(end, send, r.peer, found.Index)
	}
	return found
}

// where returns the local states that have the edge: an operation on any member means any member that may do it.
func (l *lowerer) where(end *EndType, send bool, peer, label int) []int {
	local := end.Protocol.Locals[end.Role]
	var states []int
	for s := range local.States {
		if local.Edge(s, send, peer, label) != nil {
			states = append(states, s)
		}
	}
	return states
}

// delegated resolves an end that leaves its slot: its protocol and role must be those of the field that takes it.
func (l *lowerer) delegated(e dsl.Expr, want *EndType) (SlotRef, bool) {
	r, ok := l.end(e, false)
	if !ok {
		return SlotRef{}, false
	}
	return r.slot(), l.endFits(e, l.field(r), want)
}

// endFits compares protocol and role. Where the end stands is asked by Conform.
func (l *lowerer) endFits(n dsl.Node, have SlotField, want *EndType) bool {
	if have.Handle {
		l.errorf(n, dsl.EndWrong, "%s is expected here, and this is a handle", endText(want))
		return false
	}
	if have.End.Protocol != want.Protocol || have.End.Role != want.Role {
		l.errorf(n, dsl.EndWrong, "%s is expected here, and this is %s", endText(want), endText(have.End))
		return false
	}
	return true
}

// endText writes an end's type: "File.client".
func endText(e *EndType) string { return e.Protocol.QName() + "." + e.Protocol.Roles[e.Role] }
