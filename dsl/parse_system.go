package dsl

// system = "system" name "{" { item } "}"
func (p *parser) system() Decl {
	start := p.tok.Start
	p.want("system")
	s := &System{Name: p.name("the system's name")}
	p.want("{")
	p.list("}", func() { s.Items = append(s.Items, p.item()) })
	p.want("}")
	s.Span = p.span(start)
	return s
}

// item: see the grammar. A word of the grammar is an item's keyword unless what follows makes it the name of an instance.
func (p *parser) item() Item {
	start := p.tok.Start
	next := p.ahead(1)
	switch {
	case p.is("param") && next.kind == tokenName:
		p.next()
		i := &Param{Name: p.name("the parameter's name")}
		p.want("check")
		i.Check = p.expr()
		if p.got("run") {
			i.Run = p.expr()
		}
		i.Span = p.span(start)
		return i
	case p.is("use") && next.kind == tokenName && p.ahead(2).kind == tokenName:
		p.next()
		i := p.instance(start)
		i.Use = true
		return i
	case p.is("connect"):
		return p.connect()
	case p.is("export"):
		p.next()
		i := &Export{Name: p.name("a name for the exported end")}
		p.want("=")
		i.End = p.end()
		i.Span = p.span(start)
		return i
	case p.is("limit") && next.kind == tokenName:
		p.next()
		i := &Limit{What: p.qname("a protocol or component")}
		i.Most = p.expr()
		i.Span = p.span(start)
		return i
	case p.is("faults"):
		p.next()
		p.want("crash")
		i := &Faults{Crash: []*Ident{p.name("an instance")}}
		for p.got(",") {
			i.Crash = append(i.Crash, p.name("an instance"))
		}
		if p.got("limit") {
			i.Most = p.expr()
		}
		i.Span = p.span(start)
		return i
	case p.is("check"):
		p.next()
		i := &Check{Properties: []*Ident{p.name("a property")}}
		for p.got(",") {
			i.Properties = append(i.Properties, p.name("a property"))
		}
		i.Span = p.span(start)
		return i
	case p.is("always"):
		p.next()
		i := &Always{Cond: p.expr()}
		i.For = p.quantifiers()
		i.Span = p.span(start)
		return i
	case p.is("eventually"):
		p.next()
		i := &Eventually{When: p.expr()}
		p.want("=>")
		i.Then = p.expr()
		i.For = p.quantifiers()
		i.Span = p.span(start)
		return i
	case p.is("expect"):
		p.next()
		i := &ExpectVerdict{What: p.name("ok, a property or a diagnostic's code")}
		i.Span = p.span(start)
		return i
	}
	if p.tok.kind != tokenName || reserved[p.tok.text] {
		p.fail("expected a part of a system (an instance, param, use, connect, export, limit, faults, check, always, eventually or expect), found %s", p.found())
	}
	return p.instance(start)
}

// instance = name [ "[" expr "]" ] qname [ "(" name "=" expr { "," name "=" expr } ")" ]
func (p *parser) instance(start int) *Instance {
	i := &Instance{Name: p.name("the instance's name")}
	if p.got("[") {
		i.Len = p.expr()
		p.want("]")
	}
	i.Type = p.qname("a component")
	if p.is("(") {
		i.Args = p.namedArgs(p.expr)
	}
	i.Span = p.span(start)
	return i
}

// namedArgs = "(" name "=" value { "," name "=" value } ")"
func (p *parser) namedArgs(value func() Expr) []*NamedArg {
	var list []*NamedArg
	p.want("(")
	for !p.is(")") {
		start := p.tok.Start
		a := &NamedArg{Name: p.name("a name")}
		p.want("=")
		a.Value = value()
		a.Span = p.span(start)
		list = append(list, a)
		if !p.got(",") {
			break
		}
	}
	p.want(")")
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
func (p *parser) quantifiers() []*Quantifier {
	var list []*Quantifier
	for p.is("for") || p.is(",") && p.ahead(2).text == "in" {
		start := p.tok.Start
		p.next()
		q := &Quantifier{Name: p.name("a name for the index")}
		p.want("in")
		if p.tok.kind == tokenName && p.ahead(1).text != ".." && p.ahead(1).text != "+" && p.ahead(1).text != "-" {
			q.In = p.qname("an array of instances or a component")
		} else {
			q.Lo = p.sum()
			p.want("..")
			q.Hi = p.sum()
		}
		q.Span = p.span(start)
		list = append(list, q)
	}
	return list
}
