package dsl

// component = [ "external" ] "component" name "(" [ param { "," param } ] ")" "{" { var | sub } stmts "}"
func (p *parser) component() Decl {
	start := p.tok.Start
	c := &Component{External: p.got("external")}
	p.want("component")
	c.Name = p.name("the component's name")
	c.Params = p.fields("a parameter")
	span := p.braces(1, func() {
		for p.isDecl() {
			p.line()
			p.guard(func() { p.part(c) })
		}
		c.Body = p.stmts(func() bool {
			if !p.isDecl() {
				return false
			}
			p.report(codeSyntax, p.tok.Span, "%s stands before the first statement of its component", p.found())
			p.part(c)
			return true
		})
	})
	c.Body.Span = span
	c.Span = p.span(start)
	return c
}

// isDecl reports whether a var or sub follows.
func (p *parser) isDecl() bool {
	return (p.is("var") || p.is("sub")) && p.ahead(1).isName() && !p.ahead(1).is("add")
}

// part = var | sub
func (p *parser) part(c *Component) {
	start := p.tok.Start
	if p.got("var") { // var = "var" name type [ "=" expr ]
		v := &Var{Name: p.name("the variable's name")}
		v.Type = p.typeExpr()
		if p.got("=") {
			v.Init = p.expr()
		}
		v.Span = p.span(start)
		c.Vars = append(c.Vars, v)
		return
	}
	p.want("sub") // sub = "sub" name "(" [ name { "," name } ] ")" "{" stmts "}"
	s := &Sub{Name: p.name("the sub's name")}
	p.tightly("(")
	s.Params = p.names(")", "a parameter")
	s.Body = p.block()
	s.Span = p.span(start)
	c.Subs = append(c.Subs, s)
}

// block = "{" stmts "}"
func (p *parser) block() *Block {
	var b *Block
	span := p.braces(1, func() { b = p.stmts(nil) })
	b.Span = span
	return b
}

// stmts parses statements up to a closing brace, the next option or the next case. What other parses is left out.
func (p *parser) stmts(other func() bool) *Block {
	b := &Block{Span: Span{p.last, p.last}}
	for !p.is("}") && !p.over() && !(p.is("option") && p.options > 0) && !(p.cases > 0 && (p.is("case") || p.is("else") && p.ahead(1).is(":"))) {
		p.line()
		p.guard(func() {
			if other == nil || !other() {
				b.List = append(b.List, p.stmt())
			}
		})
	}
	if len(b.List) > 0 {
		b.Span = p.span(b.List[0].Range().Start)
	}
	return b
}

// stmt = send | recv | new | start | add | abandon | assign | call | choose | decide | loop | for | if | switch | on | assert | at | leave
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
	case p.is("on") && p.ahead(1).is("gone"): // "on" "gone" end block "in" block
		p.next()
		p.next()
		s := &OnGone{End: p.end()}
		s.Handler = p.block()
		p.want("in")
		s.Body = p.block()
		s.Span = p.span(start)
		return s
	case p.got("assert"): // "assert" expr
		s := &Assert{Cond: p.expr()}
		s.Span = p.span(start)
		return s
	case p.got("abandon"): // "abandon" end
		s := &Abandon{End: p.end()}
		s.Span = p.span(start)
		return s
	case p.is("at") && p.ahead(1).isName() && !p.ahead(1).is("add"): // "at" name ":"
		p.next()
		s := &Label{Name: p.name("the point's name")}
		p.tightly(":")
		s.Span = p.span(start)
		return s
	case p.is("break"), p.is("continue"), p.is("return"), p.is("end"): // "break" [ name ] | "continue" [ name ] | "return" [ name ] | "end"
		s := &Leave{Word: p.tok.text}
		p.next()
		if s.Word != "end" && p.leaveTarget() {
			s.Target = p.name("a name")
		}
		s.Span = p.span(start)
		return s
	case p.is("gone") && p.ahead(1).is("<-") && !p.ahead(3).is("("), p.is("timeout") && (p.ahead(1).is(":") || p.ahead(1).is("rescues")):
		p.fail("%s stands only in an option of choose", p.found())
	case p.is("option"):
		p.fail("\"option\" stands only in the braces of a choose")
	case p.is("case"):
		p.fail("\"case\" stands only in the braces of a decide or switch")
	case p.is("else"):
		p.fail("this else belongs to no if: it follows the closing brace of an if's block")
	case p.is("goto"), p.is("do"), p.is("par"):
		p.fail("%s stands only in a protocol", p.found())
	}
	return p.simple("a statement")
}

// leaveTarget reports whether a name follows break, continue or return, and starts no statement of its own.
func (p *parser) leaveTarget() bool {
	if !p.tok.isName() || p.is("at") && p.ahead(2).is(":") || p.is("on") && p.ahead(1).is("gone") {
		return false
	}
	switch next := p.ahead(1); next.text {
	case "<-", "=", "(", "[", ".":
		return next.kind != tokenOp
	case "add":
		return !p.ahead(2).isName() && !p.ahead(2).is("{")
	}
	return true
}

// simple = send | recv | new | start | add | assign | call
func (p *parser) simple(what string) Stmt {
	start := p.tok.Start
	switch {
	case p.got("new"): // "new" qname "as" name
		s := &New{Protocol: p.qname("a protocol")}
		p.want("as")
		s.As = p.name("a name for the fresh session")
		s.Span = p.span(start)
		return s
	case p.got("start"): // "start" qname args [ "as" end ]
		s := &Start{Component: p.qname("a component")}
		s.Args = p.args()
		if p.got("as") {
			s.As = p.end()
		}
		s.Span = p.span(start)
		return s
	case p.tok.isName() && p.ahead(1).is("("): // recv = name "(" [ bind { "," bind } ] ")" "<-" end; call = name args
		name := p.name("a label")
		args := p.args()
		if p.got("<-") {
			s := &Receive{Label: name, Binds: args, From: p.end()}
			s.Span = p.span(start)
			return s
		}
		return &CallStmt{p.span(start), &Call{p.span(start), name, args}}
	case p.tok.isName() && p.ahead(1).is("add"): // name "add" ( end | "{" end { "," end } "}" ) [ "as" name ]
		s := &Add{Set: p.name("a set")}
		p.want("add")
		if p.is("{") {
			s.End = p.tuple()
		} else {
			s.End = p.end()
		}
		if p.got("as") {
			s.As = p.name("a name for the member's index")
		}
		s.Span = p.span(start)
		return s
	case !p.tok.isName():
		p.fail("expected %s, found %s", what, p.found())
	case !p.ahead(1).is("<-") && !p.ahead(1).is("=") && !p.ahead(1).is("[") && !p.ahead(1).is("."):
		p.unknown(what, "<-")
	}
	x := p.end()
	if p.got("=") { // assign = name [ "[" expr "]" ] "=" expr
		s := &Assign{To: x, Value: p.expr()}
		s.Span = p.span(start)
		return s
	}
	if !p.is("<-") { // send = end "<-" name args
		p.fail("expected \"<-\" or \"=\" after %q, found %s", p.src.Text[start:p.last], p.found())
	}
	p.next()
	s := &Send{To: x, Label: p.name("a label")}
	s.Args = p.args()
	s.Span = p.span(start)
	return s
}
