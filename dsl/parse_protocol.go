package dsl

// protocol = "protocol" name "(" role "," role { "," role } ")" [ capacity ] "{" ( steps | roleblock { roleblock } ) "}"
func (p *parser) protocol() Decl {
	start := p.tok.Start
	p.want("protocol")
	d := &Protocol{Name: p.name("the protocol's name")}
	p.want("(")
	d.Roles = p.names(")", "a role")
	if p.got("capacity") {
		d.Capacity = append(d.Capacity, p.capacity())
		for p.got(",") {
			d.Capacity = append(d.Capacity, p.capacity())
		}
	}
	if p.is("{") && p.ahead(1).text == "role" && p.ahead(3).text == "{" {
		p.want("{")
		p.list("}", func() { d.ByRole = append(d.ByRole, p.roleBlock()) })
		p.want("}")
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
	if p.tok.kind == tokenName && p.ahead(1).text == "->" {
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
	p.want("role")
	b := &RoleBlock{Role: p.name("a role")}
	b.Body = p.steps()
	b.Span = p.span(start)
	return b
}

// steps parses "{" { step } "}".
func (p *parser) steps() *Steps {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	p.want("{")
	s := p.stepList()
	p.want("}")
	s.Span = p.span(start)
	return s
}

// stepList parses steps up to a closing brace or the next option.
func (p *parser) stepList() *Steps {
	s := &Steps{Span: Span{p.tok.Start, p.tok.Start}}
	for !p.is("}") && !p.is("option") && p.tok.kind != tokenEOF {
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
	case p.is("at") && p.ahead(2).text == ":":
		p.next()
		s := &Point{Name: p.name("the point's name")}
		p.want(":")
		s.Span = p.span(start)
		return s
	case p.got("do"):
		s := &Do{Protocol: p.qname("a protocol")}
		p.want("(")
		s.Roles = p.names(")", "a role")
		s.Span = p.span(start)
		return s
	case p.got("par"):
		s := &Par{Branches: []*Steps{p.steps()}}
		p.want("and")
		s.Branches = append(s.Branches, p.steps())
		for p.got("and") {
			s.Branches = append(s.Branches, p.steps())
		}
		s.Span = p.span(start)
		return s
	case p.tok.kind == tokenName && p.ahead(1).text == "->":
		return p.interaction()
	}
	p.fail("expected a step (role -> role: Label(), choose, loop, continue, break, end, at, do or par), found %s", p.found())
	return nil
}

// target reports whether a name follows a jump on its line, and starts no step of its own.
func (p *parser) target() bool {
	return p.tok.kind == tokenName && !reserved[p.tok.text] && p.src.Line(p.last) == p.src.Line(p.tok.Start) &&
		p.ahead(1).text != "->" && p.ahead(2).text != ":"
}

// interaction = role "->" role ":" name "(" [ field { "," field } ] ")"
func (p *parser) interaction() *Interaction {
	start := p.tok.Start
	i := &Interaction{From: p.name("a role")}
	p.want("->")
	i.To = p.name("a role")
	p.want(":")
	i.Label = p.name("a label")
	p.want("(")
	i.Fields = p.fields("a field")
	i.Span = p.span(start)
	return i
}

// branch = "choose" [ role ] "{" { "option" interaction steps } "}"
func (p *parser) branch() Step {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	p.want("choose")
	b := &Branch{}
	if !p.is("{") {
		b.Role = p.name("the role that chooses")
	}
	p.want("{")
	p.list("}", func() {
		start := p.tok.Start
		p.want("option")
		o := &BranchOption{First: p.interaction()}
		b.Options = append(b.Options, o)
		o.Rest = p.stepList()
		o.Span = p.span(start)
	}, "option")
	p.want("}")
	b.Span = p.span(start)
	return b
}

// loop = "loop" [ "rest" ] [ name ] "{" steps "}"
func (p *parser) repeat() Step {
	start := p.tok.Start
	p.want("loop")
	r := &Repeat{Rest: p.got("rest")}
	if !p.is("{") {
		r.Name = p.name("the loop's name")
	}
	r.Body = p.steps()
	r.Span = p.span(start)
	return r
}
