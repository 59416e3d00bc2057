package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// eachStmt calls visit for every statement of a block and of the blocks in it, in source order.
func eachStmt(b *dsl.Block, visit func(dsl.Stmt)) {
	if b == nil {
		return
	}
	for _, s := range b.List {
		visit(s)
		switch s := s.(type) {
		case *dsl.Choose:
			for _, o := range s.Options {
				visit(o.Act)
				eachStmt(o.Body, visit)
			}
		case *dsl.Decide:
			for _, c := range s.Cases {
				eachStmt(c.Body, visit)
			}
		case *dsl.Pick:
			eachStmt(s.Body, visit)
		case *dsl.Loop:
			eachStmt(s.Body, visit)
		case *dsl.For:
			eachStmt(s.Body, visit)
		case *dsl.If:
			eachStmt(s.Then, visit)
			eachStmt(s.Else, visit)
		case *dsl.Switch:
			for _, c := range s.Cases {
				eachStmt(c.Body, visit)
			}
			eachStmt(s.Else, visit)
		case *dsl.OnGone:
			eachStmt(s.Handler, visit)
			eachStmt(s.Body, visit)
		}
	}
}

// lookupProtocol finds a protocol by its name in file f.
func lookupProtocol(p *Package, f *dsl.File, q *dsl.QName) (*Protocol, *dsl.Diagnostic) {
	o, d := p.Lookup(f, q)
	if d != nil {
		return nil, d
	}
	if found, ok := o.(*Protocol); ok && len(found.Locals) == len(found.Roles) {
		return found, nil
	}
	return nil, notA(f, q, o, "a protocol")
}

// lookupComponent finds a component by its name in file f.
func lookupComponent(p *Package, f *dsl.File, q *dsl.QName) (*Component, *dsl.Diagnostic) {
	o, d := p.Lookup(f, q)
	if d != nil {
		return nil, d
	}
	if found, ok := o.(*Component); ok {
		return found, nil
	}
	return nil, notA(f, q, o, "a component")
}

// lookupSystem finds a system by its name in file f.
func lookupSystem(p *Package, f *dsl.File, q *dsl.QName) (*SystemDecl, *dsl.Diagnostic) {
	o, d := p.Lookup(f, q)
	if d != nil {
		return nil, d
	}
	if found, ok := o.(*SystemDecl); ok {
		return found, nil
	}
	return nil, notA(f, q, o, "a system")
}

// notA says that a name stands for something else, or for something that is itself wrong.
func notA(f *dsl.File, q *dsl.QName, o Object, want string) *dsl.Diagnostic {
	if p, ok := o.(*Protocol); ok && want == "a protocol" || o == nil {
		d := at(f, q, dsl.DeclarationWrong, "%s is declared, but its declaration is wrong", qnameText(q))
		if ok {
			d.Related = []dsl.Related{{At: p.At, Message: "the declaration"}}
		}
		return d
	}
	return at(f, q, dsl.ComponentName, "%s is %s: %s is expected here", qnameText(q), kindOf(o), want)
}

// enumCase resolves "Enum.Case" and "package.Enum.Case"; the type is nil if the expression is neither.
func enumCase(p *Package, f *dsl.File, s *dsl.Select) (*Type, int) {
	q := &dsl.QName{Span: s.X.Range()}
	switch x := s.X.(type) {
	case *dsl.Name:
		q.Name = &dsl.Ident{Span: x.Span, Name: x.Name}
	case *dsl.Select:
		pkg, ok := x.X.(*dsl.Name)
		if !ok {
			return nil, 0
		}
		q.Package, q.Name = &dsl.Ident{Span: pkg.Span, Name: pkg.Name}, x.Name
	default:
		return nil, 0
	}
	o, _ := p.Lookup(f, q)
	t, ok := o.(*Type)
	if !ok || t.Kind != Enum {
		return nil, 0
	}
	for i, c := range t.Cases {
		if c == s.Name.Name {
			return t, i
		}
	}
	return nil, 0
}
