package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// new = "new" qname "as" name
func (l *lowerer) newSession(e Edge, s *dsl.New) (Edge, bool) {
	p, d := lookupProtocol(l.c.Package, l.c.File, s.Protocol)
	if d != nil {
		l.report(d)
		return e, false
	}
	if !l.unused(s.As) {
		return e, false
	}
	fields := make([]SlotField, len(p.Roles))
	for r, name := range p.Roles {
		fields[r] = SlotField{Name: name, End: &EndType{Protocol: p, Role: r, States: []int{0}}}
	}
	g := l.fresh(s.As, fields)
	e.Action.Kind, e.Action.Protocol = NewSession, p
	for r := range p.Roles {
		e.Action.Into = append(e.Action.Into, SlotRef{Group: g, Field: r, Bind: VarRef{Var: -1}})
	}
	return e, true
}

// unused refuses a fresh name that already means something other than what a receive or new has bound.
func (l *lowerer) unused(name *dsl.Ident) bool {
	sym := l.find(name.Name)
	if sym == nil || !sym.declared && sym.kind != symValue && sym.kind != symMember {
		return true
	}
	l.errorf(name, dsl.ComponentTwice, "%s already has another meaning here", name.Name).relatedAt(sym.at, "declared here")
	return false
}

// start = "start" qname "(" [ arg { "," arg } ] ")" [ "as" end ]
func (l *lowerer) start(e Edge, s *dsl.Start) (Edge, bool) {
	child, d := lookupComponent(l.c.Package, l.c.File, s.Component)
	if d != nil {
		l.report(d)
		return e, false
	}
	if child.Decl.External {
		l.errorf(s.Component, dsl.StartWrong, "%s is external: it is there from the start and cannot be started", child.Name)
		return e, false
	}
	sizes := ownSizes(child)
	params := child.Decl.Params
	withSizes := len(s.Args) == len(params) && len(sizes) > 0
	if !withSizes && len(s.Args) != len(params)-len(sizes) {
		l.errorf(s, dsl.ArgumentCount, "%s takes %s, not %d", child.QName(), plural(len(params)-len(sizes), "argument"), len(s.Args)).
			relatedAt(dsl.Position{Source: child.File.Source, Span: child.Decl.Name.Span}, "the component")
		return e, false
	}
	env := Env{}
	for name, v := range l.env {
		env[name] = v
	}
	var given []dsl.Expr
	next := 0
	for _, p := range params {
		if isSize(p.Type) {
			if withSizes {
				v, ok := l.constant(s.Args[next])
				if !ok {
					return e, false
				}
				env[p.Name.Name] = v
				next++
			}
			continue
		}
		given = append(given, s.Args[next])
		next++
	}
	m := l.machine(child, env)
	e.Action.Kind, e.Action.Child = StartChild, m
	if len(given) != len(m.Params) {
		return e, false // the child's parameters are wrong, which has been reported
	}
	ok := true
	for i, x := range given {
		p := m.Params[i]
		var arg Arg
		var fine bool
		if p.Group >= 0 {
			if m.Groups[p.Group].Kind != Single {
				l.errorf(x, dsl.StartWrong, "%s takes an array of ends as %s, and cannot be started with one", child.QName(), p.Name)
				return e, false
			}
			arg, fine = l.argument(x, &Type{Kind: End, End: m.Groups[p.Group].Fields[0].End})
		} else {
			arg, fine = l.argument(x, m.Vars[p.Var].Type)
		}
		e.Action.Args = append(e.Action.Args, arg)
		ok = ok && fine
	}
	if s.As != nil {
		slot, fine := l.handle(s.As)
		e.Action.Into = []SlotRef{slot}
		ok = ok && fine
	}
	return e, ok
}

// handle resolves where a handle goes: a declared holder or a fresh name.
func (l *lowerer) handle(x dsl.Expr) (SlotRef, bool) {
	if name, ok := x.(*dsl.Name); ok {
		if sym := l.find(name.Name); sym == nil || !sym.declared && sym.kind == symGroup {
			g := l.fresh(&dsl.Ident{Span: name.Span, Name: name.Name}, []SlotField{{Handle: true}})
			return SlotRef{Group: g, Bind: VarRef{Var: -1}}, true
		}
	}
	r, ok := l.end(x, false)
	if !ok {
		return SlotRef{}, false
	}
	if !l.field(r).Handle {
		l.errorf(x, dsl.EndWrong, "a handle is expected here, and this is %s", endText(l.field(r).End))
		return SlotRef{}, false
	}
	return r.slot(), true
}

// add = name "add" ( end | "{" end { "," end } "}" ) [ "as" name ]
func (l *lowerer) add(e Edge, s *dsl.Add) (Edge, bool) {
	sym := l.find(s.Set.Name)
	if sym == nil || sym.kind != symGroup || l.m.Groups[sym.group].Kind != SetEnds {
		l.errorf(s.Set, dsl.EndMisplaced, "%s is no set", s.Set.Name)
		return e, false
	}
	g := l.m.Groups[sym.group]
	ends := []dsl.Expr{s.End}
	if tuple, ok := s.End.(*dsl.Tuple); ok {
		ends = tuple.Elems
	}
	if len(ends) != len(g.Fields) {
		l.errorf(s, dsl.ArgumentCount, "a member of %s has %s, not %d", g.Name, plural(len(g.Fields), "end"), len(ends)).relatedAt(g.At, "the set")
		return e, false
	}
	ok := true
	e.Action.Kind, e.Action.Group = AddMember, sym.group
	for i, x := range ends {
		var slot SlotRef
		var fine bool
		if g.Fields[i].Handle {
			slot, fine = l.handleHeld(x)
		} else {
			slot, fine = l.delegated(x, g.Fields[i].End)
		}
		e.Action.Ends = append(e.Action.Ends, slot)
		ok = ok && fine
	}
	if s.As != nil {
		if !l.unused(s.As) {
			return e, false
		}
		v := l.bindNew(s.As, &Type{Kind: Range, Name: "an index", Hi: int64(g.Len - 1)})
		e.Action.Index = VarRef{Var: v}
	}
	return e, ok
}

func (l *lowerer) handleHeld(x dsl.Expr) (SlotRef, bool) {
	r, ok := l.end(x, false)
	if ok && !l.field(r).Handle {
		l.errorf(x, dsl.EndWrong, "a handle is expected here, and this is %s", endText(l.field(r).End))
		ok = false
	}
	return r.slot(), ok
}
