package dsl

// choose = "choose" [ "priority" ] "{" { option } "}"
func (p *parser) choose() Stmt {
	start := p.tok.Start
	p.want("choose")
	c := &Choose{Priority: p.got("priority")}
	p.options++
	p.braces(0, func() {
		for !p.is("}") && !p.over() {
			p.line()
			p.guard(func() { p.option(c) }, "option")
		}
	})
	p.options--
	c.Span = p.span(start)
	return c
}

// option = "option" [ "when" expr ":" ] act ":" stmts
func (p *parser) option(c *Choose) {
	start := p.tok.Start
	if !p.is("option") {
		p.fail("expected \"option\", found %s", p.found())
	}
	p.next()
	o := &Option{}
	ok := p.header(func() {
		if p.is("when") && !p.receiveAhead() {
			p.next()
			o.When = p.expr()
			p.tightly(":")
		}
		o.Act = p.act()
	})
	o.Body = p.body()
	o.Span = p.span(start)
	if ok {
		c.Options = append(c.Options, o)
	}
}

// act = send | recv | new | start | add | "gone" "<-" end | "timeout" [ "rescues" ] | "else"
func (p *parser) act() Stmt {
	start := p.tok.Start
	switch {
	case p.is("gone") && p.ahead(1).is("<-") && !p.ahead(3).is("("):
		p.next()
		p.next()
		s := &Gone{From: p.end()}
		s.Span = p.span(start)
		return s
	case p.is("timeout") && (p.ahead(1).is(":") || p.ahead(1).is("rescues")):
		p.next()
		s := &Timeout{Rescues: p.got("rescues")}
		s.Span = p.span(start)
		return s
	case p.got("else"):
		return &Otherwise{p.span(start)}
	}
	s := p.simple("a send, a receive, new, start, add, gone, timeout or else")
	switch s.(type) {
	case *Assign, *CallStmt:
		p.failAt(codeSyntax, s.Range(), "an option starts with a send, a receive, new, start, add, gone, timeout or else")
	}
	return s
}

// receiveAhead tells a label named "when" from a guard: when(…) <- is a receive, and so is when <- a send.
func (p *parser) receiveAhead() bool {
	if p.ahead(1).is("<-") {
		return true
	}
	for n, open := 1, 0; ; n++ {
		switch t := p.ahead(n); {
		case t.is("("):
			open++
		case t.is(")"):
			if open--; open == 0 {
				return p.ahead(n + 1).is("<-")
			}
		}
		if t := p.ahead(n); open == 0 || t.kind == tokenEOF || t.is(":") || reserved[t.text] && t.text != "_" {
			return false
		}
	}
}

// body parses the statements of an option or case. A single simple one stays on the line of the colon if it is there.
func (p *parser) body() *Block {
	first, same := p.here(), !p.startsLine()
	p.indent++
	b := p.stmts(nil)
	p.indent--
	if same && len(b.List) == 1 && simple(b.List[0]) {
		first.first, first.cell = false, cellBody
	}
	return b
}

// simple reports whether a statement is one without blocks.
func simple(s Stmt) bool {
	switch s.(type) {
	case *Choose, *Decide, *Pick, *Loop, *For, *If, *Switch, *OnGone, *Label:
		return false
	}
	return true
}

// caseList parses the braces of a decide or switch.
func (p *parser) caseList(element func(), until ...string) {
	p.cases++
	p.braces(0, func() {
		for !p.is("}") && !p.over() {
			p.line()
			p.guard(element, until...)
		}
	})
	p.cases--
}

// decide = "decide" [ "fair" [ "(" expr ")" ] ] "{" { "case" name [ "when" expr ] ":" stmts } "}" | "decide" name "in" slots block
func (p *parser) decide() Stmt {
	start := p.tok.Start
	p.want("decide")
	if p.tok.isName() && p.ahead(1).is("in") {
		s := &Pick{Name: p.name("a name for the member's index")}
		p.want("in")
		s.In, s.At = p.slots()
		s.Body = p.block()
		s.Span = p.span(start)
		return s
	}
	d := &Decide{}
	if d.Fair = p.got("fair"); d.Fair && p.is("(") {
		p.tightly("(")
		p.tight()
		d.Bound = p.expr()
		p.tightly(")")
	}
	p.caseList(func() {
		start := p.tok.Start
		if !p.is("case") {
			p.fail("expected \"case\", found %s", p.found())
		}
		p.next()
		c := &DecideCase{}
		ok := p.header(func() {
			c.Name = p.name("the case's name")
			if p.got("when") {
				c.When = p.expr()
			}
		})
		c.Body = p.body()
		c.Span = p.span(start)
		if ok {
			d.Cases = append(d.Cases, c)
		}
	}, "case")
	d.Span = p.span(start)
	return d
}

// slots = name [ "at" points ]
func (p *parser) slots() (Expr, []*Ident) {
	x := p.end()
	if p.got("at") {
		return x, p.points()
	}
	return x, nil
}

// loop = "loop" [ name ] [ "upto" expr ] block
func (p *parser) loop() Stmt {
	start := p.tok.Start
	p.want("loop")
	l := &Loop{}
	if p.tok.isName() && (!p.is("upto") || p.ahead(1).is("{") || p.ahead(1).is("upto")) {
		l.Name = p.name("the loop's name")
	}
	if p.got("upto") {
		l.Upto = p.sum()
	}
	l.Body = p.block()
	l.Span = p.span(start)
	return l
}

// for = "for" name "in" ( slots | expr ".." expr ) block
func (p *parser) forStmt() Stmt {
	start := p.tok.Start
	p.want("for")
	f := &For{Name: p.name("a name for the index")}
	p.want("in")
	x := p.bound(3)
	if p.got("..") {
		f.Lo, f.Hi = x, p.bound(3)
	} else {
		f.In = x
		if at, ok := x.(*At); ok {
			f.In, f.At = at.X, at.Points
		}
	}
	f.Body = p.block()
	f.Span = p.span(start)
	return f
}

// if = "if" cond block { "else" "if" cond block } [ "else" block ]
func (p *parser) ifStmt() Stmt {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	p.want("if")
	s := &If{Cond: p.expr()}
	s.Then = p.block()
	if p.is("else") && !p.ahead(1).is(":") {
		p.next()
		if p.is("if") {
			inner := p.ifStmt()
			s.Else = &Block{inner.Range(), []Stmt{inner}}
		} else {
			s.Else = p.block()
		}
	}
	s.Span = p.span(start)
	return s
}

// switch = "switch" ( expr | call ) "{" { "case" expr { "," expr } ":" stmts } [ "else" ":" stmts ] "}"
func (p *parser) switchStmt() Stmt {
	start := p.tok.Start
	p.want("switch")
	s := &Switch{Subject: p.expr()}
	p.caseList(func() { p.switchCase(s) }, "case", "else")
	s.Span = p.span(start)
	return s
}

func (p *parser) switchCase(s *Switch) {
	start := p.tok.Start
	switch {
	case p.is("else") && s.Else != nil:
		p.fail("a switch has one else, its last")
	case p.is("case") && s.Else != nil:
		p.fail("a case does not follow the else of its switch")
	case p.got("else"):
		p.header(func() {})
		s.Else = p.body()
		return
	case !p.is("case"):
		p.fail("expected \"case\" or \"else\", found %s", p.found())
	}
	p.next()
	c := &SwitchCase{}
	ok := p.header(func() {
		c.Values = append(c.Values, p.expr())
		for p.got(",") {
			c.Values = append(c.Values, p.expr())
		}
	})
	c.Body = p.body()
	c.Span = p.span(start)
	if ok {
		s.Cases = append(s.Cases, c)
	}
}
