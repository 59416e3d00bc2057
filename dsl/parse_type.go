package dsl

import (
	"unicode"
	"unicode/utf8"
)

// type = "range" expr ".." expr | "[" expr "]" type | "[]" type "max" expr | "set" "[" expr "]" "of" type | tuple | endtype | qname [ "max" expr ]
func (p *parser) typeExpr() Type {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	switch {
	case p.got("range"):
		t := &RangeType{Lo: p.bound(3)}
		p.want("..")
		t.Hi = p.bound(3)
		t.Span = p.span(start)
		return t
	case p.is("[") && p.ahead(1).is("]"):
		p.next()
		p.tightly("]")
		p.tight()
		t := &SliceType{Elem: p.element()}
		p.want("max")
		t.Max = p.sum()
		t.Span = p.span(start)
		return t
	case p.got("["):
		p.tight()
		t := &ArrayType{Len: p.bound(0)}
		p.tightly("]")
		p.tight()
		t.Elem = p.typeExpr()
		t.Span = p.span(start)
		return t
	case p.is("set") && p.ahead(1).is("["):
		p.next()
		p.tightly("[")
		p.tight()
		t := &SetType{Len: p.bound(0)}
		p.tightly("]")
		p.want("of")
		t.Elem = p.typeExpr()
		t.Span = p.span(start)
		return t
	case p.got("{"): // tuple = "{" name type { "," name type } "}"
		t := &TupleType{}
		p.commas("}", func() { t.Fields = append(t.Fields, p.field("a name in the tuple", cellNone)) })
		t.Span = p.span(start)
		return t
	}
	return p.namedType(true)
}

// element parses the type of a slice's elements: "max" after it belongs to the slice.
func (p *parser) element() Type {
	if p.tok.isName() && !p.is("range") && !p.is("set") {
		return p.namedType(false)
	}
	return p.typeExpr()
}

// namedType parses qname [ "max" expr ] and endtype = qname "." role [ "at" points ].
func (p *parser) namedType(bounded bool) Type {
	start := p.tok.Start
	if !p.tok.isName() {
		p.fail("expected a type, found %s", p.found())
	}
	parts := []*Ident{p.name("a type")}
	for p.is(".") && p.ahead(1).kind == tokenName && len(parts) < 3 {
		p.next()
		parts = append(parts, p.name("a name"))
	}
	n := len(parts)
	if n == 3 || n == 2 && (p.isAt() || p.isEnd(parts[0].Name, parts[1].Name)) {
		q := &QName{Span: Span{start, parts[n-2].End}, Name: parts[n-2]}
		if n == 3 {
			q.Package = parts[0]
		}
		t := &EndType{Protocol: q, Role: parts[n-1]}
		if p.isAt() {
			p.next()
			t.At = p.points()
		}
		t.Span = p.span(start)
		return t
	}
	q := &QName{Span: p.span(start), Name: parts[n-1]}
	if n == 2 {
		q.Package = parts[0]
	}
	t := &NamedType{Name: q}
	if bounded && p.isMax() {
		p.next()
		t.Max = p.sum()
	}
	t.Span = p.span(start)
	return t
}

// isEnd tells an end, Protocol.role, from a type of another package, package.Type. No rule of the language says which, so what is written
// decides: capitals, then the imports.
func (p *parser) isEnd(first, second string) bool {
	return upper(first) || !p.packages[first] && !upper(second)
}

func upper(name string) bool {
	c, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(c)
}

// isAt tells the "at points" of a type, slot or property from a statement "at name:".
func (p *parser) isAt() bool {
	if !p.is("at") {
		return false
	}
	return p.ahead(1).is("{") || p.ahead(1).isName() && !p.ahead(2).is(":")
}

// isMax tells the "max n" of a type from a statement that starts with the name max.
func (p *parser) isMax() bool {
	next := p.ahead(1)
	return p.is("max") && (next.isName() || next.kind == tokenNumber || next.is("("))
}
