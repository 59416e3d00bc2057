package dsl

// component = [ "external" ] "component" name "(" [ param { "," param } ] ")" "{" { var | sub } stmts "}"
func (p *parser) component() Decl {
	start := p.tok.Start
	c := &Component{External: p.got("external")}
	p.want("component")
	c.Name = p.name("the component's name")
	p.want("(")
	c.Params = p.fields("a parameter")
	open := p.tok.Start
	p.want("{")
	for p.is("var") && p.ahead(1).kind == tokenName || p.is("sub") && p.ahead(1).kind == tokenName {
		p.guard(func() {
			if p.is("var") {
				c.Vars = append(c.Vars, p.varDecl())
			} else {
				c.Subs = append(c.Subs, p.sub())
			}
		})
	}
	c.Body = p.stmts()
	c.Body.Span = Span{open, p.tok.End}
	p.want("}")
	c.Span = p.span(start)
	return c
}

// var = "var" name type [ "=" expr ]
func (p *parser) varDecl() *Var {
	start := p.tok.Start
	p.want("var")
	v := &Var{Name: p.name("the variable's name")}
	v.Type = p.typeExpr()
	if p.got("=") {
		v.Init = p.expr()
	}
	v.Span = p.span(start)
	return v
}

// sub = "sub" name "(" [ name { "," name } ] ")" "{" stmts "}"
func (p *parser) sub() *Sub {
	start := p.tok.Start
	p.want("sub")
	s := &Sub{Name: p.name("the sub's name")}
	p.want("(")
	s.Params = p.names(")", "a parameter")
	s.Body = p.block()
	s.Span = p.span(start)
	return s
}

// block = "{" stmts "}"
func (p *parser) block() *Block {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	p.want("{")
	b := p.stmts()
	p.want("}")
	b.Span = p.span(start)
	return b
}

// stmts parses statements up to a closing brace, the next option or the next case.
func (p *parser) stmts() *Block {
	b := &Block{Span: Span{p.tok.Start, p.tok.Start}}
	for !p.is("}") && !p.is("option") && !p.is("case") && !(p.is("else") && p.ahead(1).text == ":") && p.tok.kind != tokenEOF {
		p.guard(func() { b.List = append(b.List, p.stmt()) })
	}
	if len(b.List) > 0 {
		b.Span = p.span(b.List[0].Range().Start)
	}
	return b
}

// stmt: see the grammar.
func (p *parser) stmt() Stmt {
	start := p.tok.Start
	switch {
	case p.is("choose"):
		return p.choose()
	case p.is("decide"):
		return p.decide()
	case p.is("loop"):
		return p.loop()
	case p.is("for"):
		return p.forStmt()
	case p.is("if"):
		return p.ifStmt()
	case p.is("switch"):
		return p.switchStmt()
	case p.is("on") && p.ahead(1).text == "gone":
		p.next()
		p.next()
		s := &OnGone{End: p.end()}
		s.Handler = p.block()
		p.want("in")
		s.Body = p.block()
		s.Span = p.span(start)
		return s
	case p.got("assert"):
		s := &Assert{Cond: p.expr()}
		s.Span = p.span(start)
		return s
	case p.got("abandon"):
		s := &Abandon{End: p.end()}
		s.Span = p.span(start)
		return s
	case p.is("at") && p.ahead(2).text == ":":
		p.next()
		s := &Label{Name: p.name("the point's name")}
		p.want(":")
		s.Span = p.span(start)
		return s
	case p.is("break"), p.is("continue"), p.is("return"), p.is("end"):
		s := &Leave{Word: p.tok.text}
		p.next()
		if s.Word != "end" && p.leaveTarget() {
			s.Target = p.name("a name")
		}
		s.Span = p.span(start)
		return s
	case p.is("gone") && p.ahead(1).text == "<-", p.is("timeout") && p.ahead(1).text == ":":
		p.fail("%s stands only in an option of choose", p.found())
	case p.is("else"):
		p.fail("this else belongs to no if: it follows the closing brace of an if's block")
	case p.is("var"), p.is("sub"):
		p.fail("%s stands before the first statement of its component", p.found())
	}
	return p.simple()
}

// leaveTarget reports whether a name on this line follows break, continue or return, and starts no statement of its own.
func (p *parser) leaveTarget() bool {
	if p.tok.kind != tokenName || reserved[p.tok.text] || p.src.Line(p.last) != p.src.Line(p.tok.Start) {
		return false
	}
	switch next := p.ahead(1); next.text {
	case "<-", "=", "(", "[", ".", "add":
		return false
	}
	return true
}

// simple = send | recv | new | start | add | assign | call
func (p *parser) simple() Stmt {
	start := p.tok.Start
	switch {
	case p.got("new"):
		s := &New{Protocol: p.qname("a protocol")}
		p.want("as")
		s.As = p.name("a name for the fresh session")
		s.Span = p.span(start)
		return s
	case p.got("start"):
		s := &Start{Component: p.qname("a component")}
		s.Args = p.args()
		if p.got("as") {
			s.As = p.end()
		}
		s.Span = p.span(start)
		return s
	case p.tok.kind == tokenName && p.ahead(1).text == "(":
		name := p.name("a label")
		args := p.args()
		if p.got("<-") {
			s := &Receive{Label: name, Binds: args, From: p.end()}
			s.Span = p.span(start)
			return s
		}
		return &CallStmt{p.span(start), &Call{p.span(start), name, args}}
	case p.tok.kind == tokenName && p.ahead(1).text == "add":
		s := &Add{Set: p.name("a set")}
		p.want("add")
		if p.is("{") {
			s.End = p.primary()
		} else {
			s.End = p.end()
		}
		if p.got("as") {
			s.As = p.name("a name for the member's index")
		}
		s.Span = p.span(start)
		return s
	case p.tok.kind != tokenName || reserved[p.tok.text]:
		p.fail("expected a statement, found %s", p.found())
	}
	x := p.end()
	if p.got("=") {
		s := &Assign{To: x, Value: p.expr()}
		s.Span = p.span(start)
		return s
	}
	if !p.is("<-") {
		p.fail("expected \"<-\" (send or receive), \"=\" or \"(\" after %q, found %s", p.src.Text[start:p.last], p.found())
	}
	p.next()
	s := &Send{To: x, Label: p.name("a label")}
	s.Args = p.args()
	s.Span = p.span(start)
	return s
}

// choose = "choose" [ "priority" ] "{" { option } "}"
func (p *parser) choose() Stmt {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	p.want("choose")
	c := &Choose{Priority: p.got("priority")}
	p.want("{")
	p.list("}", func() { c.Options = append(c.Options, p.option()) }, "option")
	p.want("}")
	c.Span = p.span(start)
	return c
}

// option = "option" [ "when" expr ":" ] ( simple | "gone" "<-" end | "timeout" [ "rescues" ] | "else" ) ":" stmts
func (p *parser) option() *Option {
	start := p.tok.Start
	p.want("option")
	o := &Option{}
	if p.is("when") && p.ahead(1).text != "(" || p.is("when") && !p.receiveAhead() {
		p.next()
		o.When = p.expr()
		p.want(":")
	}
	act := p.tok.Start
	switch {
	case p.is("gone") && p.ahead(1).text == "<-":
		p.next()
		p.next()
		s := &Gone{From: p.end()}
		s.Span = p.span(act)
		o.Act = s
	case p.is("timeout") && p.ahead(1).text != "<-":
		p.next()
		s := &Timeout{Rescues: p.got("rescues")}
		s.Span = p.span(act)
		o.Act = s
	case p.got("else"):
		o.Act = &Otherwise{p.span(act)}
	default:
		o.Act = p.simple()
		switch s := o.Act.(type) {
		case *Assign, *CallStmt:
			p.failAt(codeSyntax, s.Range(), "an option starts with a send, a receive, new, start, add, gone, timeout or else")
		}
	}
	p.want(":")
	o.Body = p.stmts()
	o.Span = p.span(start)
	return o
}

// receiveAhead tells a label named "when" from a guard: when(…) <- is a receive.
func (p *parser) receiveAhead() bool {
	open := 0
	for n := 1; ; n++ {
		switch t := p.ahead(n); {
		case t.kind == tokenEOF:
			return false
		case t.text == "(":
			open++
		case t.text == ")":
			if open--; open == 0 {
				return p.ahead(n+1).text == "<-"
			}
		}
	}
}

// decide = "decide" [ "fair" [ "(" expr ")" ] ] "{" { "case" name [ "when" expr ] ":" stmts } "}" | "decide" name "in" slots block
func (p *parser) decide() Stmt {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	p.want("decide")
	if p.tok.kind == tokenName && p.ahead(1).text == "in" {
		s := &Pick{Name: p.name("a name for the member's index")}
		p.want("in")
		s.In, s.At = p.slots()
		s.Body = p.block()
		s.Span = p.span(start)
		return s
	}
	d := &Decide{}
	if d.Fair = p.got("fair"); d.Fair && p.got("(") {
		d.Bound = p.expr()
		p.want(")")
	}
	p.want("{")
	p.list("}", func() {
		start := p.tok.Start
		p.want("case")
		c := &DecideCase{Name: p.name("the case's name")}
		if p.got("when") {
			c.When = p.expr()
		}
		p.want(":")
		d.Cases = append(d.Cases, c)
		c.Body = p.stmts()
		c.Span = p.span(start)
	}, "case")
	p.want("}")
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
	if !p.is("{") && !(p.is("upto") && p.ahead(1).text != "{" && p.ahead(1).text != "upto") {
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
	x := p.sum()
	if p.got("..") {
		f.Lo, f.Hi = x, p.sum()
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
	if p.is("else") && p.ahead(1).text != ":" {
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
	p.enter()
	defer p.leave()
	start := p.tok.Start
	p.want("switch")
	s := &Switch{Subject: p.expr()}
	p.want("{")
	p.list("}", func() {
		start := p.tok.Start
		if p.got("else") {
			p.want(":")
			s.Else = p.stmts()
			return
		}
		p.want("case")
		c := &SwitchCase{Values: []Expr{p.expr()}}
		for p.got(",") {
			c.Values = append(c.Values, p.expr())
		}
		p.want(":")
		s.Cases = append(s.Cases, c)
		c.Body = p.stmts()
		c.Span = p.span(start)
	}, "case", "else")
	p.want("}")
	s.Span = p.span(start)
	return s
}
