package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// act lowers what an option or a waiting statement does into one edge, whose Next is left to the caller. Fresh names enter the current scope.
func (l *lowerer) act(s dsl.Stmt) (e Edge, ok bool) {
	e.At = l.at(s)
	none := VarRef{Var: -1}
	e.Action.Index, e.Action.To = none, none
	switch s := s.(type) {
	case *dsl.Send:
		return l.send(e, s)
	case *dsl.Receive:
		return l.receive(e, s)
	case *dsl.Gone:
		return l.gone(e, s)
	case *dsl.New:
		return l.newSession(e, s)
	case *dsl.Start:
		return l.start(e, s)
	case *dsl.Add:
		return l.add(e, s)
	case *dsl.Timeout:
		e.Action.Kind, e.Action.Rescues = TimeoutOption, s.Rescues
		return e, true
	case *dsl.Otherwise:
		e.Action.Kind = ElseOption
		return e, true
	}
	l.errorf(s, dsl.OptionWrong, "an option waits for something: a send, a receive, gone, new, start, add, timeout or else")
	return e, false
}

// send = end "<-" name "(" [ arg { "," arg } ] ")"
func (l *lowerer) send(e Edge, s *dsl.Send) (Edge, bool) {
	r, ok := l.end(s.To, true)
	if !ok {
		return e, false
	}
	if l.field(r).Handle {
		l.errorf(s, dsl.EndMisplaced, "nothing can be sent to a handle")
		return e, false
	}
	label := l.message(&r, s.Label, true)
	if label == nil {
		return e, false
	}
	e.Guard = r.guard
	e.Action.Kind, e.Action.Slot, e.Action.Peer, e.Action.Label = SendMsg, r.slot(), r.peer, label.Index
	if len(s.Args) != len(label.Fields) {
		l.errorf(s, dsl.ArgumentCount, "%s has %s, not %d", label.Name, plural(len(label.Fields), "field"), len(s.Args)).relatedAt(label.At, "the message")
		return e, false
	}
	for i, x := range s.Args {
		arg, fine := l.argument(x, label.Fields[i].Type)
		if fine && arg.Kind == Delegated && arg.Slot.Group == r.group && arg.Slot.Field == r.field && sameExpr(arg.Slot.Index, r.index) {
			l.errorf(x, dsl.EndWrong, "an end cannot be sent over itself")
			fine = false
		}
		ok = ok && fine
		e.Action.Args = append(e.Action.Args, arg)
	}
	return e, ok
}

// argument lowers what is sent in a field, or handed to a started component.
func (l *lowerer) argument(x dsl.Expr, t *Type) (Arg, bool) {
	none := Arg{To: VarRef{Var: -1}}
	if t.Kind == End {
		if _, wild := x.(*dsl.Wild); wild {
			l.errorf(x, dsl.EndWrong, "%s is expected here: `_` cannot stand for an end", endText(t.End))
			return none, false
		}
		slot, ok := l.delegated(x, t.End)
		return Arg{Kind: Delegated, To: none.To, Slot: slot}, ok
	}
	if _, wild := x.(*dsl.Wild); wild {
		return none, true
	}
	if !t.Finite() {
		if name, ok := x.(*dsl.Name); ok {
			if sym := l.find(name.Name); sym != nil && sym.kind == symOpaque {
				none.Name = name.Name
				return none, true
			}
		}
		if _, literal := x.(*dsl.Number); literal {
			return none, true
		}
		if v, _ := l.anyExpr(x, nil); v == nil {
			return none, false
		}
		return none, true
	}
	v, _ := l.expr(x, t)
	if v == nil {
		return none, false
	}
	if lo, hi := t.Bounds(); v.Op == OpConst && (int64(v.N) < lo || int64(v.N) > hi) {
		l.errorf(x, dsl.ValueType, "%d is no value of %s", v.N, t.Name)
		return none, false
	}
	return Arg{Kind: Value, Value: v, To: none.To}, true
}

// recv = name "(" [ bind { "," bind } ] ")" "<-" end
func (l *lowerer) receive(e Edge, s *dsl.Receive) (Edge, bool) {
	r, ok := l.end(s.From, true)
	if !ok {
		return e, false
	}
	e.Guard = r.guard
	if l.field(r).Handle {
		return l.childReport(e, s, r)
	}
	label := l.message(&r, s.Label, false)
	if label == nil {
		return e, false
	}
	e.Action.Kind, e.Action.Slot, e.Action.Peer, e.Action.Label = ReceiveMsg, r.slot(), r.peer, label.Index
	if len(s.Binds) != len(label.Fields) {
		l.errorf(s, dsl.ArgumentCount, "%s has %s, not %d", label.Name, plural(len(label.Fields), "field"), len(s.Binds)).relatedAt(label.At, "the message")
		return e, false
	}
	names := map[string]bool{}
	for i, x := range s.Binds {
		if n, isName := x.(*dsl.Name); isName {
			if names[n.Name] {
				l.errorf(x, dsl.ComponentTwice, "%s is bound twice", n.Name)
				ok = false
				continue
			}
			names[n.Name] = true
		}
		arg, fine := l.bind(x, label.Fields[i].Type)
		ok = ok && fine
		e.Action.Binds = append(e.Action.Binds, arg)
	}
	return e, ok
}

// bind lowers where a received field goes: a declared variable, a slot, a fresh name, or nowhere.
func (l *lowerer) bind(x dsl.Expr, t *Type) (Arg, bool) {
	arg := Arg{To: VarRef{Var: -1}}
	name, isName := x.(*dsl.Name)
	if isName {
		arg.Name = name.Name
	}
	if t.Kind == End {
		arg.Kind = Delegated
		if _, wild := x.(*dsl.Wild); wild {
			l.errorf(x, dsl.EndWrong, "an end comes with this message and must be taken: give it a name").
				note("to get rid of it, `abandon` it")
			return arg, false
		}
		if isName {
			if sym := l.find(name.Name); sym == nil || sym.kind == symGroup && !sym.declared {
				g := l.fresh(&dsl.Ident{Span: name.Span, Name: name.Name}, []SlotField{{End: t.End}})
				arg.Slot = SlotRef{Group: g, Bind: VarRef{Var: -1}}
				return arg, true
			}
		}
		slot, ok := l.delegated(x, t.End)
		arg.Slot = slot
		return arg, ok
	}
	switch x := x.(type) {
	case *dsl.Wild:
		return arg, true
	case *dsl.Name:
		sym := l.find(x.Name)
		switch {
		case sym != nil && sym.kind == symVariable && sym.declared:
			if !sameKind(sym.typ, t) {
				l.errorf(x, dsl.ValueType, "%s is %s, and the field is %s", x.Name, sym.typ.Name, t.Name).relatedAt(sym.at, "declared here")
				return arg, false
			}
			if l.m.Vars[sym.variable].Len > 1 {
				l.errorf(x, dsl.ValueType, "%s is an array: a field goes into one element of it", x.Name)
				return arg, false
			}
			arg.Kind, arg.To = Value, VarRef{Var: sym.variable}
		case sym != nil && (sym.declared || sym.kind == symValue):
			l.errorf(x, dsl.ComponentTwice, "%s already has another meaning here", x.Name).relatedAt(sym.at, "declared here")
			return arg, false
		case t.Finite():
			arg.Kind, arg.To = Value, VarRef{Var: l.bindNew(&dsl.Ident{Span: x.Span, Name: x.Name}, t)}
		default:
			l.scope.symbols[x.Name] = &symbol{kind: symOpaque, at: l.at(x)}
		}
		return arg, true
	case *dsl.Index:
		v, _ := l.indexExpr(x)
		if v == nil {
			return arg, false
		}
		if !sameKind(l.m.Vars[v.N].Type, t) {
			l.errorf(x, dsl.ValueType, "%s is %s, and the field is %s", exprText(x), l.m.Vars[v.N].Type.Name, t.Name)
			return arg, false
		}
		arg.Kind, arg.To = Value, VarRef{Var: int(v.N), Index: v.X}
		return arg, true
	}
	l.errorf(x, dsl.ValueType, "a field goes into a variable, a fresh name or `_`")
	return arg, false
}

// childReport lowers Ended() and Crashed() from a handle.
func (l *lowerer) childReport(e Edge, s *dsl.Receive, r memberRef) (Edge, bool) {
	e.Action.Slot = r.slot()
	switch s.Label.Name {
	case "Ended":
		e.Action.Kind = ChildEnded
	case "Crashed":
		e.Action.Kind = ChildCrashed
	default:
		l.errorf(s.Label, dsl.MessageUnknown, "a handle reports Ended() or Crashed()")
		return e, false
	}
	if len(s.Binds) != 0 {
		l.errorf(s, dsl.ArgumentCount, "%s has no fields", s.Label.Name)
		return e, false
	}
	return e, true
}

// gone lowers "gone <- end".
func (l *lowerer) gone(e Edge, s *dsl.Gone) (Edge, bool) {
	r, ok := l.end(s.From, true)
	if !ok {
		return e, false
	}
	if l.field(r).Handle {
		l.errorf(s, dsl.EndMisplaced, "a handle is never gone: it reports Ended() or Crashed()")
		return e, false
	}
	if !l.onePeer(s, &r) {
		return e, false
	}
	e.Guard = r.guard
	e.Action.Kind, e.Action.Slot, e.Action.Peer = GonePeer, r.slot(), r.peer
	return e, true
}

// onePeer fills in the other role where there is only one.
func (l *lowerer) onePeer(n dsl.Node, r *memberRef) bool {
	end := l.field(*r).End
	if r.peer < 0 && len(end.Protocol.Roles) == 2 {
		r.peer = 1 - end.Role
	}
	if r.peer < 0 {
		l.errorf(n, dsl.OptionWrong, "%s has more than two roles: say which one is gone, as in `gone <- end.%s`",
			end.Protocol.QName(), end.Protocol.Roles[(end.Role+1)%len(end.Protocol.Roles)])
		return false
	}
	return true
}
