package dsl

import "slices"

// This file is how the parser goes on after an error, so that one mistake makes one diagnostic and the next mistake is still found.

// maxDepth bounds how deep blocks and expressions nest, and how many operators one expression has.
const maxDepth = 1000

// near is how many tokens a brace or colon may be away from where it is missed.
const near = 50

type bailout struct{}

// starters are the words that start a statement or step and stand nowhere else.
var starters = words("choose loop decide if switch assert abandon start new end break continue return option case par do goto")

// declWords are the words that start a declaration and stand nowhere else.
var declWords = words("package import const enum struct protocol component system")

// topLevel are the words that start a declaration at the beginning of a line, and may be names elsewhere.
var topLevel = []string{"type", "expect"}

// over reports whether no further part of a block can follow: at the end of the file and at the next declaration.
func (p *parser) over() bool {
	return p.tok.kind == tokenEOF || p.tok.kind == tokenName && declWords[p.tok.text] || p.is("external") && p.ahead(1).is("component")
}

// enter counts nesting; the caller defers leave.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.tooDeep("nested more than %d levels deep: split it up", maxDepth)
	}
}

func (p *parser) leave() { p.depth-- }

// operator counts the operators of an expression.
func (p *parser) operator() {
	if p.operators++; p.operators > maxDepth {
		p.tooDeep("an expression with more than %d operators: split it up", maxDepth)
	}
}

// tooDeep gives the rest of the file up.
func (p *parser) tooDeep(format string, args ...any) {
	p.report(codeDepth, p.tok.Span, format, args...)
	p.silent = true
	p.at = len(p.tokens) - 1
	p.tok = p.tokens[p.at]
	panic(bailout{})
}

// guard runs a production of a list. If it fails, guard skips the rest of it, up to one of the given words, if there are any; true: it did not fail.
func (p *parser) guard(production func(), until ...string) (ok bool) {
	start, depth, indent, options, cases := p.at, p.depth, p.indent, p.options, p.cases
	defer func() {
		if r := recover(); r != nil {
			if _, failed := r.(bailout); !failed {
				panic(r)
			}
			p.depth, p.indent, p.options, p.cases, p.exprs, p.operators = depth, indent, options, cases, 0, 0
			p.skip(start, until)
		}
	}()
	production()
	return true
}

// skip passes over the rest of a broken part that starts at a token and failed at the current one. Where it is one of a list of statements, that
// is up to the next line or a word that starts a statement; blocks and parentheses that the part has opened belong to it.
func (p *parser) skip(start int, until []string) {
	if p.tok.kind == tokenEOF {
		return
	}
	parens, braces := 0, 0
	for _, t := range p.tokens[start:p.at] {
		parens, braces = count(t, parens, braces)
	}
	if p.startsLine() {
		parens = 0 // more likely forgotten than followed by more
	}
	for {
		if p.tok.kind == tokenEOF || p.at > start && p.resumes(start, parens, braces, until) {
			return
		}
		if p.is("}") && braces == 0 && len(until) == 0 {
			return
		}
		parens, braces = count(p.tok, parens, braces)
		p.next()
	}
}

func (p *parser) resumes(start, parens, braces int, until []string) bool {
	top := slices.Equal(until, topLevel)
	switch {
	case p.over():
		return true
	case braces > 0:
		return false
	case top:
		return p.startsLine() && (slices.Contains(until, p.tok.text) || p.isMisspelt())
	case len(until) > 0:
		return p.is("}") || slices.Contains(until, p.tok.text)
	case p.is("}") || p.tok.kind == tokenName && starters[p.tok.text]:
		return true
	}
	return p.startsLine() && (parens == 0 || !p.is(")") && p.indentation(p.at) <= p.indentation(start))
}

// isMisspelt reports whether what follows looks like a declaration with a wrong first word.
func (p *parser) isMisspelt() bool {
	shape := p.ahead(2)
	return p.tok.isName() && p.ahead(1).isName() && p.indentation(p.at) == 0 && (shape.is("(") || shape.is("{") || shape.is("="))
}

func count(t token, parens, braces int) (int, int) {
	if t.kind == tokenOp {
		switch t.text {
		case "(", "[":
			parens++
		case ")", "]":
			parens = max(parens-1, 0)
		case "{":
			braces++
		case "}":
			braces = max(braces-1, 0)
		}
	}
	return parens, braces
}

func (p *parser) startsLine() bool { return p.at == 0 || p.tokens[p.at-1].line < p.tok.line }

// header runs the part of an option or case before its body, which ends with a colon. If it is broken, the body is still parsed.
func (p *parser) header(production func()) (ok bool) {
	depth := p.depth
	defer func() {
		if r := recover(); r != nil {
			if _, failed := r.(bailout); !failed {
				panic(r)
			}
			p.depth, p.exprs, p.operators = depth, 0, 0
			p.toColon()
		}
	}()
	production()
	if !p.is(":") {
		if p.tok.kind != tokenBad {
			p.report(codeSyntax, p.tok.Span, "expected \":\", found %s", p.found())
		}
		p.toColon()
		return true
	}
	p.tightly(":")
	return true
}

// toColon skips to behind the colon of this line, if there is one.
func (p *parser) toColon() {
	line := p.tok.line
	if p.startsLine() {
		return
	}
	for n := range near {
		switch t := p.ahead(n); {
		case t.line != line, t.is("{"), t.is("}"):
			return
		case t.is(":"):
			for ; n >= 0; n-- {
				p.next()
			}
			return
		}
	}
}

// braces parses "{" … "}" around a list, which is indented by so many levels.
func (p *parser) braces(levels int, list func()) Span {
	p.enter()
	defer p.leave()
	open := p.at
	if !p.is("{") {
		p.missingBrace()
		open--
	}
	p.got("{")
	p.indent += levels
	list()
	p.indent -= levels
	if p.is("}") {
		p.line()
		p.here().closes = levels > 0
		if p.misplaced == (Span{}) && p.startsLine() && p.indentation(open) != p.indentation(p.at) {
			p.misplaced = p.tok.Span
		}
		p.next()
	} else if p.tok.kind != tokenBad {
		p.reportBrace("expected \"}\", found %s", p.found()).relate(Position{p.src, p.tokens[open].Span}, "to close the block that is opened here")
	}
	return p.span(p.tokens[open].Start)
}

// missingBrace reports a missing brace; if there is one on the same line, the parser goes on from there.
func (p *parser) missingBrace() {
	if p.tok.kind != tokenBad {
		p.report(codeSyntax, p.tok.Span, "expected \"{\", found %s", p.found())
	}
	if p.startsLine() {
		return
	}
	for n := range near {
		switch t := p.ahead(n); {
		case t.line != p.tok.line, t.is("}"):
			return
		case t.is("{"):
			for ; n > 0; n-- {
				p.next()
			}
			return
		}
	}
}

// reportBrace reports an error that may come from a closing brace that is too few or too many, and shows where the layout says so.
func (p *parser) reportBrace(format string, args ...any) *Diagnostic {
	if p.tok.kind == tokenBad {
		return nil
	}
	d := p.report(codeSyntax, p.tok.Span, format, args...)
	if p.misplaced != (Span{}) {
		d.relate(Position{p.src, p.misplaced}, "this brace is indented unlike the line of the one that it closes")
	}
	return d
}

// relate adds a related position; of no diagnostic, it does nothing.
func (d *Diagnostic) relate(at Position, message string) {
	if d != nil {
		d.Related = append(d.Related, Related{at, message})
	}
}

// indentation returns how far the line of a token is indented, in bytes.
func (p *parser) indentation(i int) int {
	text := p.src.LineText(p.tokens[i].line)
	for n := range len(text) {
		if text[n] != ' ' && text[n] != '\t' {
			return n
		}
	}
	return len(text)
}

func sortDiagnostics(list []*Diagnostic) {
	slices.SortStableFunc(list, func(a, b *Diagnostic) int { return a.At.Span.Start - b.At.Span.Start })
}
