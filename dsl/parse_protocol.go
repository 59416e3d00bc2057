package dsl

// protocol = "protocol" name "(" role "," role { "," role } ")" [ capacity ] "{" ( steps | roleblock { roleblock } ) "}"
func (p *parser) protocol() Decl {
	start := p.tok.Start
	p.want("protocol")
	d := &Protocol{Name: p.name("the protocol's name")}
	p.tightly("(")
	d.Roles = p.names(")", "a role")
	if p.got("capacity") {
		d.Capacity = append(d.Capacity, p.capacity())
		for p.got(",") {
			d.Capacity = append(d.Capacity, p.capacity())
		}
	}
	if p.is("{") && p.ahead(1).is("role") && p.ahead(3).is("{") {
		p.braces(1, func() {
			for !p.is("}") && !p.over() {
				p.line()
				p.guard(func() { d.ByRole = append(d.ByRole, p.roleBlock()) }, "role")
			}
		})
	} else {
		d.Body = p.steps()
	}
	d.Span = p.span(start)
	return d
}

// capacity = ( expr | "?" ) [ role "->" role ]
func (p *parser) capacity() *Capacity {
	start := p.tok.Start
	c := &Capacity{}
	if !p.got("?") {
		c.Value = p.sum()
	}
	if p.tok.isName() && p.ahead(1).is("->") {
		c.From = p.name("a role")
		p.want("->")
		c.To = p.name("a role")
	}
	c.Span = p.span(start)
	return c
}

// roleblock = "role" role "{" steps "}"
func (p *parser) roleBlock() *RoleBlock {
	start := p.tok.Start
	if !p.is("role") {
		p.fail("expected \"role\" and the local type of one role, found %s", p.found())
	}
	p.next()
	b := &RoleBlock{Role: p.name("a role")}
	b.Body = p.steps()
	b.Span = p.span(start)
	return b
}

// steps parses "{" { step } "}".
func (p *parser) steps() *Steps {
	var s *Steps
	span := p.braces(1, func() { s = p.stepList() })
	s.Span = span
	return s
}

// stepList parses steps up to a closing brace or the next option.
func (p *parser) stepList() *Steps {
	s := &Steps{Span: Span{p.last, p.last}}
	for !p.is("}") && !p.over() && !(p.is("option") && p.options > 0) {
		p.line()
		p.guard(func() { s.List = append(s.List, p.step()) })
	}
	if len(s.List) > 0 {
		s.Span = p.span(s.List[0].Range().Start)
	}
	return s
}

// step = interaction | choose | loop | "continue" [ name ] | "break" [ name ] | "end" | "at" name ":" | "goto" name | do | par
func (p *parser) step() Step {
	start := p.tok.Start
	switch {
	case p.is("choose"):
		return p.branch()
	case p.is("loop"):
		return p.repeat()
	case p.is("continue"), p.is("break"), p.is("goto"), p.is("end"):
		j := &Jump{Word: p.tok.text}
		p.next()
		if j.Word == "goto" || j.Word != "end" && p.target() {
			j.Target = p.name("a name")
		}
		j.Span = p.span(start)
		return j
	case p.is("at") && p.ahead(1).isName() && !p.ahead(1).is("->"):
		p.next()
		s := &Point{Name: p.name("the point's name")}
		p.tightly(":")
		s.Span = p.span(start)
		return s
	case p.got("do"):
		s := &Do{Protocol: p.qname("a protocol")}
		p.tightly("(")
		s.Roles = p.names(")", "a role")
		s.Span = p.span(start)
		return s
	case p.got("par"):
		s := &Par{Branches: []*Steps{p.steps()}}
		p.want("and")
		s.Branches = append(s.Branches, p.steps())
		for p.is("and") && p.ahead(1).is("{") {
			p.next()
			s.Branches = append(s.Branches, p.steps())
		}
		s.Span = p.span(start)
		return s
	case p.tok.isName() && p.ahead(1).is("->"):
		return p.interaction()
	case p.is("option"):
		p.fail("\"option\" stands only in the braces of a choose")
	case p.tok.isName() && p.ahead(1).is("<-"):
		role := p.ident().Name
		p.fail("expected \"->\" after %q, found \"<-\": a protocol says who sends to whom, a component sends and receives with <-", role)
	case p.tok.isName():
		p.unknown("a step", "->")
	}
	p.fail("expected a step (role -> role: Label(), choose, loop, continue, break, end, at, do or par), found %s", p.found())
	return nil
}

// unknown fails at what follows a name that starts a step or statement.
func (p *parser) unknown(what, mark string) {
	name := p.tok.text
	switch next := p.ahead(1); {
	case next.kind == tokenBad:
		p.next()
		panic(bailout{})
	case next.kind == tokenOp && next.line == p.tok.line && !next.is("{") && !next.is("}"):
		p.next()
		p.fail("expected %q after %q, found %s", mark, name, p.found())
	}
	p.fail("expected %s, found %q", what, name)
}

// target reports whether a name follows a jump, and starts no step of its own.
func (p *parser) target() bool {
	return p.tok.isName() && !p.ahead(1).is("->") && !(p.is("at") && p.ahead(2).is(":"))
}

// interaction = role "->" role ":" name "(" [ field { "," field } ] ")"
func (p *parser) interaction() *Interaction {
	start := p.tok.Start
	i := &Interaction{From: p.name("a role")}
	p.want("->")
	i.To = p.name("a role")
	p.tightly(":")
	i.Label = p.name("a label")
	i.Fields = p.fields("a field")
	i.Span = p.span(start)
	return i
}

// branch = "choose" [ role ] "{" { "option" interaction steps } "}"
func (p *parser) branch() Step {
	start := p.tok.Start
	p.want("choose")
	b := &Branch{}
	if p.tok.isName() {
		b.Role = p.name("the role that chooses")
	}
	p.options++
	p.braces(0, func() {
		for !p.is("}") && !p.over() {
			p.line()
			p.guard(func() { p.branchOption(b) }, "option")
		}
	})
	p.options--
	b.Span = p.span(start)
	return b
}

func (p *parser) branchOption(b *Branch) {
	start := p.tok.Start
	if !p.is("option") {
		p.fail("expected \"option\", found %s", p.found())
	}
	p.next()
	o := &BranchOption{}
	ok := p.guard(func() { o.First = p.interaction() })
	p.indent++
	o.Rest = p.stepList()
	p.indent--
	o.Span = p.span(start)
	if ok {
		b.Options = append(b.Options, o)
	}
}

// loop = "loop" [ "rest" ] [ name ] "{" steps "}"
func (p *parser) repeat() Step {
	start := p.tok.Start
	p.want("loop")
	r := &Repeat{Rest: p.got("rest")}
	if p.tok.isName() {
		r.Name = p.name("the loop's name")
	}
	r.Body = p.steps()
	r.Span = p.span(start)
	return r
}
