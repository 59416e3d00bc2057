package dsl

// system = "system" name "{" { item } "}"
func (p *parser) system() Decl {
	start := p.tok.Start
	p.want("system")
	s := &System{Name: p.name("the system's name")}
	p.braces(1, func() {
		for !p.is("}") && !p.over() {
			p.line()
			p.guard(func() { s.Items = append(s.Items, p.item()) })
		}
	})
	s.Span = p.span(start)
	return s
}

// item = param | instance | use | connect | export | limit | faults | check | always | eventually | expect
func (p *parser) item() Item {
	start := p.tok.Start
	switch {
	case p.got("param"): // "param" name "check" expr [ "run" expr ]
		i := &Param{Name: p.name("the parameter's name")}
		p.here().cell = cellParam
		p.want("check")
		i.Check = p.expr()
		if p.got("run") {
			i.Run = p.expr()
		}
		i.Span = p.span(start)
		return i
	case p.got("use"): // "use" name qname [ args ]
		i := p.instance(start)
		i.Use = true
		return i
	case p.is("connect"):
		return p.connect()
	case p.got("export"): // "export" name "=" sysend
		i := &Export{Name: p.name("a name for the exported end")}
		p.want("=")
		i.End = p.end()
		i.Span = p.span(start)
		return i
	case p.got("limit"): // "limit" qname expr
		i := &Limit{What: p.qname("a protocol or component")}
		i.Most = p.expr()
		i.Span = p.span(start)
		return i
	case p.got("faults"): // "faults" "crash" name { "," name } [ "limit" expr ]
		p.want("crash")
		i := &Faults{Crash: p.nameList("an instance")}
		if p.got("limit") {
			i.Most = p.expr()
		}
		i.Span = p.span(start)
		return i
	case p.got("check"): // "check" name { "," name }
		i := &Check{Properties: p.nameList("a property")}
		i.Span = p.span(start)
		return i
	case p.got("always"): // "always" expr { for }
		i := &Always{Cond: p.expr()}
		i.For = p.quantifiers()
		i.Span = p.span(start)
		return i
	case p.got("eventually"): // "eventually" expr "=>" expr { for }
		i := &Eventually{When: p.expr()}
		p.want("=>")
		i.Then = p.expr()
		i.For = p.quantifiers()
		i.Span = p.span(start)
		return i
	case p.got("expect"): // "expect" ( "ok" | name | code )
		i := &ExpectVerdict{What: p.expected()}
		i.Span = p.span(start)
		return i
	case p.tok.isName() && !p.ahead(1).isName() && !p.ahead(1).is("["):
		p.fail("expected a part of a system, found %q: an instance is written as its name and its component, like \"fs FileServer\"", p.tok.text)
	case !p.tok.isName():
		p.fail("expected a part of a system (an instance, param, use, connect, export, limit, faults, check, always, eventually or expect), found %s", p.found())
	}
	return p.instance(start)
}

// nameList = name { "," name }
func (p *parser) nameList(what string) []*Ident {
	list := []*Ident{p.name(what)}
	for p.got(",") {
		list = append(list, p.name(what))
	}
	return list
}

// instance = name [ "[" expr "]" ] qname [ "(" name "=" expr { "," name "=" expr } ")" ]
func (p *parser) instance(start int) *Instance {
	i := &Instance{Name: p.name("the instance's name")}
	p.here().cell = cellInstance
	if p.got("[") {
		p.tight()
		i.Len = p.bound(0)
		p.tightly("]")
		p.tight()
	}
	i.Type = p.qname("a component")
	if p.is("(") {
		i.Args = p.namedArgs(p.expr)
	}
	i.Span = p.span(start)
	return i
}

// namedArgs = "(" name "=" value { "," name "=" value } ")"
func (p *parser) namedArgs(value func() Expr) (list []*NamedArg) {
	p.tightly("(")
	p.commas(")", func() {
		start := p.tok.Start
		a := &NamedArg{Name: p.name("a name")}
		p.want("=")
		a.Value = value()
		a.Span = p.span(start)
		list = append(list, a)
	})
	return list
}

// connect = "connect" qname "(" role "=" sysend { "," role "=" sysend } ")" { for }
func (p *parser) connect() Item {
	start := p.tok.Start
	p.want("connect")
	c := &Connect{Protocol: p.qname("a protocol")}
	c.Ends = p.namedArgs(p.end)
	c.For = p.quantifiers()
	c.Span = p.span(start)
	return c
}

// quantifiers = { "for" name "in" ( qname | expr ".." expr ) }
func (p *parser) quantifiers() (list []*Quantifier) {
	for p.is("for") {
		p.here().cell = cellFor
		start := p.tok.Start
		p.next()
		q := &Quantifier{Name: p.name("a name for the index")}
		p.want("in")
		of := p.tok
		x := p.bound(3)
		if p.got("..") {
			q.Lo, q.Hi = x, p.bound(3)
		} else if q.In = asQName(x); q.In == nil {
			p.failAt(codeSyntax, of.Span, "expected an array of instances, a component or numbers lo..hi, found %q", p.src.Text[of.Start:p.last])
		}
		q.Span = p.span(start)
		list = append(list, q)
	}
	return list
}

// asQName returns an expression that is a name, possibly of another package; else nil.
func asQName(x Expr) *QName {
	switch x := x.(type) {
	case *Name:
		return &QName{x.Span, nil, &Ident{x.Span, x.Name}}
	case *Select:
		if of, ok := x.X.(*Name); ok {
			return &QName{x.Span, &Ident{of.Span, of.Name}, x.Name}
		}
	}
	return nil
}

// expected parses what follows expect; assert is a property too.
func (p *parser) expected() *Ident {
	if p.is("assert") {
		return p.ident()
	}
	return p.name("ok, a property or a diagnostic's code")
}
