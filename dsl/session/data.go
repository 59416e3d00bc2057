package session

import "github.com/protoc-os/protoc-os/dsl"

// enumOf resolves an enum; nil if it is wrong.
func (p *Package) enumOf(f *dsl.File, e *dsl.Enum) *Type {
	if len(e.Cases) == 0 {
		p.report(at(f, e.Name, dsl.EnumEmpty, "enum %s has no cases, so it has no values", e.Name.Name))
		return nil
	}
	t := &Type{Kind: Enum}
	first := map[string]*dsl.Ident{}
	for _, c := range e.Cases {
		if before := first[c.Name]; before != nil {
			diag := at(f, c, dsl.CaseTwice, "enum %s has the case %s twice", e.Name.Name, c.Name)
			diag.Related = []dsl.Related{{At: position(f, before), Message: "first here"}}
			p.report(diag)
			continue
		}
		first[c.Name] = c
		t.Cases = append(t.Cases, c.Name)
	}
	return t
}

// structOf resolves a struct; nil if it is wrong.
func (p *Package) structOf(f *dsl.File, s *dsl.Struct) *Type {
	fields, ok := p.fields(f, s.Fields, "a struct")
	if !ok {
		return nil
	}
	for i, field := range fields {
		if field.Type.Kind == End {
			p.report(at(f, s.Fields[i].Type, dsl.TypeMisplaced, "a struct cannot hold the end of a channel: send it as a field of its own"))
			return nil
		}
	}
	return &Type{Kind: Struct, Fields: fields}
}

// namedTypeOf resolves "type name type"; nil if it is wrong.
func (p *Package) namedTypeOf(f *dsl.File, d *dsl.TypeDecl) *Type {
	t, diags := p.TypeOf(f, d.Type, nil)
	p.report(diags...)
	if t == nil || len(diags) > 0 {
		return nil
	}
	switch t.Kind {
	case End, Handle, Size:
		p.report(at(f, d.Type, dsl.TypeMisplaced, "%s cannot be given a name: a type declaration names data", t.Name))
		return nil
	case Array:
		if t.Elem.Kind == End {
			p.report(at(f, d.Type, dsl.TypeMisplaced, "%s cannot be given a name: a type declaration names data", t.Name))
			return nil
		}
	}
	named := *t
	return &named
}

// fields resolves the fields of a message or struct and reports what is wrong with them; ok is false if anything is.
func (p *Package) fields(f *dsl.File, list []*dsl.Field, of string) (fields []Field, ok bool) {
	ok = true
	first := map[string]*dsl.Ident{}
	for _, field := range list {
		if before := first[field.Name.Name]; before != nil {
			diag := at(f, field.Name, dsl.FieldTwice, "%s has the field %s twice", of, field.Name.Name)
			diag.Related = []dsl.Related{{At: position(f, before), Message: "first here"}}
			p.report(diag)
			ok = false
			continue
		}
		first[field.Name.Name] = field.Name
		t, diags := p.TypeOf(f, field.Type, nil)
		p.report(diags...)
		if t == nil || len(diags) > 0 {
			ok = false
			continue
		}
		if t.Kind == Size || t.Kind == Handle || t.Kind == Array && t.Elem.Kind == End {
			p.report(at(f, field.Type, dsl.TypeMisplaced, "%s cannot carry %s", of, t.Name))
			ok = false
			continue
		}
		fields = append(fields, Field{Name: field.Name.Name, Type: t})
	}
	return fields, ok
}
