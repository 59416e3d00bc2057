package dsl

import "strconv"

// precedence of the binary operators, the loosest first.
var precedence = []map[string]bool{
	words("||"),
	words("&&"),
	words("== != < <= > >="),
	words("+ -"),
	words("* %"),
}

// expr = the operators ||  &&  == != < <= > >=  + -  * %  ! -  in rising precedence over primary
func (p *parser) expr() Expr { return p.counted(0) }

// sum parses an expression without comparisons, where a bound stands.
func (p *parser) sum() Expr { return p.counted(3) }

// bound parses an expression that is an index, a length or one end of a range: its operators stand close.
func (p *parser) bound(level int) Expr {
	open := p.snug
	p.snug = true
	x := p.counted(level)
	p.snug = open
	return x
}

// counted parses an expression and counts its operators.
func (p *parser) counted(level int) Expr {
	p.exprs++
	x := p.binary(level)
	if p.exprs--; p.exprs == 0 {
		p.operators = 0
	}
	return x
}

func (p *parser) binary(level int) Expr {
	if level == len(precedence) {
		return p.unary()
	}
	start := p.tok.Start
	x := p.binary(level + 1)
	for p.tok.kind == tokenOp && precedence[level][p.tok.text] {
		p.operator()
		op := p.tok.text
		tight := p.snug && level >= 3
		p.here().tight = tight
		p.next()
		p.here().tight = tight
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
		p.tight()
		x := p.unary()
		return &Unary{p.span(start), op, x}
	}
	return p.primary()
}

// primary = number | "_" | "(" expr ")" | "{" expr { "," expr } "}" | name args | reference [ "at" points ]
func (p *parser) primary() Expr {
	start := p.tok.Start
	switch {
	case p.tok.kind == tokenNumber:
		return p.number()
	case p.got("_"):
		return &Wild{p.span(start)}
	case p.got("("):
		p.tight()
		x := p.expr()
		p.tightly(")")
		return x
	case p.is("{"):
		return p.tuple()
	case !p.tok.isName():
		p.fail("expected an expression, found %s", p.found())
	case p.ahead(1).is("("):
		name := p.ident()
		args := p.args()
		return &Call{p.span(start), name, args}
	}
	x := p.reference()
	if p.isAt() {
		p.next()
		points := p.points()
		return &At{p.span(start), x, points}
	}
	return x
}

// number is decimal, without leading zeros, or 0x….
func (p *parser) number() Expr {
	text := p.tok.text
	decimal, prefixed := true, len(text) > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')
	for i := range len(text) {
		decimal = decimal && '0' <= text[i] && text[i] <= '9'
		if text[i] == '_' {
			decimal, prefixed = false, false
		}
	}
	n, err := strconv.ParseInt(text, 0, 64)
	switch {
	case decimal && len(text) > 1 && text[0] == '0':
		p.failAt(codeNumber, p.tok.Span, "a number does not start with 0: %s", text)
	case decimal && err != nil:
		p.failAt(codeNumber, p.tok.Span, "the number %s is too large: the largest is 2^63-1", text)
	case !decimal && (!prefixed || err != nil):
		p.failAt(codeNumber, p.tok.Span, "%q is no number: write digits, or 0x and hexadecimal digits, up to 2^63-1", text)
	}
	x := &Number{p.tok.Span, n}
	p.next()
	return x
}

// tuple parses "{" expr { "," expr } "}".
func (p *parser) tuple() Expr {
	start := p.tok.Start
	t := &Tuple{}
	p.want("{")
	p.commas("}", func() { t.Elems = append(t.Elems, p.expr()) })
	t.Span = p.span(start)
	return t
}

// reference = name { "[" expr [ "at" points ] "]" | "." name }
func (p *parser) reference() Expr {
	start := p.tok.Start
	name := p.name("an end of a channel")
	x := Expr(&Name{name.Span, name.Name})
	for {
		switch {
		case p.is("["):
			p.tightly("[")
			p.tight()
			p.operator()
			index := &Index{X: x, I: p.bound(0)}
			if at, ok := index.I.(*At); ok { // "i at rest" belongs to the index
				index.I, index.At = at.X, at.Points
			}
			p.tightly("]")
			index.Span = p.span(start)
			x = index
		case p.is(".") && p.ahead(1).kind == tokenName:
			p.next()
			p.operator()
			id := p.ident()
			x = &Select{p.span(start), x, id}
		default:
			return x
		}
	}
}

// end = name [ "[" expr [ "at" points ] "]" ] [ "." name ] [ "." role ]
func (p *parser) end() Expr {
	p.exprs++
	x := p.reference()
	if p.exprs--; p.exprs == 0 {
		p.operators = 0
	}
	return x
}

// args = "(" [ expr { "," expr } ] ")"
func (p *parser) args() (list []Expr) {
	p.tightly("(")
	p.commas(")", func() { list = append(list, p.expr()) })
	return list
}
