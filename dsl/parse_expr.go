package dsl

import "strconv"

// precedence of the binary operators, the loosest first.
var precedence = []map[string]bool{
	{"||": true},
	{"&&": true},
	{"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true},
	{"+": true, "-": true},
	{"*": true, "%": true},
}

// expr = the operators ||  &&  == != < <= > >=  + -  * %  ! -  in rising precedence over primary
func (p *parser) expr() Expr { return p.binary(0) }

// sum parses an expression without comparisons, where a bound stands.
func (p *parser) sum() Expr { return p.binary(3) }

func (p *parser) binary(level int) Expr {
	if level == len(precedence) {
		return p.unary()
	}
	start := p.tok.Start
	x := p.binary(level + 1)
	for p.tok.kind == tokenOp && precedence[level][p.tok.text] {
		op := p.tok.text
		p.next()
		y := p.binary(level + 1)
		x = &Binary{p.span(start), op, x, y}
	}
	return x
}

func (p *parser) unary() Expr {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	if p.is("!") || p.is("-") {
		op := p.tok.text
		p.next()
		x := p.unary()
		return &Unary{p.span(start), op, x}
	}
	return p.primary()
}

// primary = number | "_" | "(" expr ")" | "{" expr { "," expr } "}" | name [ "(" args ")" ] { "[" expr [ "at" points ] "]" | "." name } [ "at" points ]
func (p *parser) primary() Expr {
	start := p.tok.Start
	switch {
	case p.tok.kind == tokenNumber:
		n, err := strconv.ParseInt(p.tok.text, 0, 64)
		if err != nil {
			p.failAt(codeNumber, p.tok.Span, "%q is no number that fits: write it in decimal or as 0x…, below 2^63", p.tok.text)
		}
		p.next()
		return &Number{p.span(start), n}
	case p.is("_"):
		p.next()
		return &Wild{p.span(start)}
	case p.got("("):
		x := p.expr()
		p.want(")")
		return x
	case p.got("{"):
		t := &Tuple{}
		for !p.is("}") {
			t.Elems = append(t.Elems, p.expr())
			if !p.got(",") {
				break
			}
		}
		p.want("}")
		t.Span = p.span(start)
		return t
	}
	if p.tok.kind != tokenName || reserved[p.tok.text] {
		p.fail("expected an expression, found %s", p.found())
	}
	name := p.name("an expression")
	if p.is("(") {
		return &Call{Fun: name, Args: p.args(), Span: p.span(start)}
	}
	return p.suffixes(start, &Name{name.Span, name.Name})
}

// suffixes parses what follows a name: indexes, selections and a point.
func (p *parser) suffixes(start int, x Expr) Expr {
	for {
		switch {
		case p.got("["):
			index := &Index{X: x, I: p.expr()}
			if at, ok := index.I.(*At); ok { // "i at rest" belongs to the index
				index.I, index.At = at.X, at.Points
			}
			p.want("]")
			index.Span = p.span(start)
			x = index
		case p.is(".") && p.ahead(1).kind == tokenName:
			p.next()
			id := &Ident{p.tok.Span, p.tok.text}
			p.next()
			x = &Select{p.span(start), x, id}
		case p.isAt() && p.src.Line(p.last) == p.src.Line(p.tok.Start):
			p.next()
			x = &At{X: x, Points: p.points()}
			x.(*At).Span = p.span(start)
			return x
		default:
			return x
		}
	}
}

// args = "(" [ expr { "," expr } ] ")"
func (p *parser) args() []Expr {
	var list []Expr
	p.want("(")
	for !p.is(")") {
		list = append(list, p.expr())
		if !p.got(",") {
			break
		}
	}
	p.want(")")
	return list
}

// end = name [ "[" expr [ "at" points ] "]" ] [ "." name ] [ "." role ]
func (p *parser) end() Expr {
	start := p.tok.Start
	name := p.name("an end of a channel")
	x := Expr(&Name{name.Span, name.Name})
	for {
		switch {
		case p.got("["):
			index := &Index{X: x, I: p.expr()}
			if at, ok := index.I.(*At); ok {
				index.I, index.At = at.X, at.Points
			}
			p.want("]")
			index.Span = p.span(start)
			x = index
		case p.is(".") && p.ahead(1).kind == tokenName:
			p.next()
			id := &Ident{p.tok.Span, p.tok.text}
			p.next()
			x = &Select{p.span(start), x, id}
		default:
			return x
		}
	}
}
