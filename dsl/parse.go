package dsl

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Parse reads one file (docs/language.md, section 1). The tree holds what is right; each diagnostic stands at its token, at most one per line.
func Parse(path string, text []byte) (*File, []*Diagnostic) {
	p := parse(path, text)
	return p.parsed, p.diagnostics
}

// parser is a recursive-descent parser. A method per production carries its grammar line.
// An error leaves the production by panicking with bailout; the list around it catches that and goes on behind the broken part (recover.go).
// A brace or colon that is missing is reported and taken as read.
type parser struct {
	src         *Source
	tokens      []token
	at          int // index of tok
	tok         token
	last        int  // end of the token before tok
	depth       int  // of blocks and expressions
	exprs       int  // how many expressions are being parsed, one in another
	operators   int  // of the outermost one, so far
	indent      int  // of the current line, for the formatter
	snug        bool // the operators of the current expression stand close
	options     int  // how many lists of options the current statement is in
	cases       int  // … and of cases
	packages    map[string]bool
	parsed      *File
	diagnostics []*Diagnostic
	broken      map[int]bool // lines with an error
	silent      bool         // nothing at the end of the file is to be reported
	misplaced   Span         // the first closing brace whose line is indented unlike that of its opening one
}

func parse(path string, text []byte) *parser {
	p := &parser{src: NewSource(path, text), packages: map[string]bool{}, broken: map[int]bool{}}
	tokens, comments := scan(p.src, func(code Code, span Span, format string, args ...any) {
		p.report(code, span, format, args...)
		p.silent = p.silent || code == codeComment
	})
	p.tokens, p.tok = tokens, tokens[0]
	p.parsed = p.file()
	p.parsed.Comments = comments
	sortDiagnostics(p.diagnostics)
	return p
}

func (p *parser) next() {
	p.last = p.tok.End
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	p.tok = p.tokens[p.at]
}

// ahead returns the token n after the current one.
func (p *parser) ahead(n int) token {
	return p.tokens[min(p.at+n, len(p.tokens)-1)]
}

// is reports whether the current token is the operator or word.
func (p *parser) is(text string) bool { return p.tok.is(text) }

func (t token) is(text string) bool {
	return t.text == text && (t.kind == tokenOp || t.kind == tokenName)
}

func (p *parser) got(text string) bool {
	if p.is(text) {
		p.next()
		return true
	}
	return false
}

func (p *parser) want(text string) {
	if !p.got(text) {
		p.fail("expected %q, found %s", text, p.found())
	}
}

// found names the current token for a message.
func (p *parser) found() string {
	if p.tok.kind == tokenEOF {
		return "the end of the file"
	}
	return strconv.Quote(p.tok.text)
}

func (p *parser) span(start int) Span { return Span{start, max(p.last, start)} }

// name parses an identifier. Words of the grammar are names where nothing else could stand.
func (p *parser) name(what string) *Ident {
	if p.tok.kind != tokenName {
		p.fail("expected %s, found %s", what, p.found())
	}
	if p.tok.text == "_" {
		p.fail("expected %s: \"_\" is no name", what)
	}
	if reserved[p.tok.text] {
		p.fail("expected %s, found the word %q, which is reserved", what, p.tok.text)
	}
	return p.ident()
}

func (p *parser) ident() *Ident {
	id := &Ident{p.tok.Span, p.tok.text}
	p.next()
	return id
}

// reserved are the words that start a declaration or statement; the other words of the grammar may serve as names.
var reserved = words(`package import const enum struct protocol component system choose option loop continue break end
	par decide case if else switch for abandon assert return start new goto do _`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// isName reports whether a token can be a name.
func (t token) isName() bool { return t.kind == tokenName && !reserved[t.text] }

// IsName reports whether a text can be the name of something declared.
func IsName(text string) bool {
	for k, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (k == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return text != "" && !reserved[text]
}

// commas parses element { "," element } up to the closing mark, which it takes. There may be none.
func (p *parser) commas(closing string, element func()) {
	if p.is(closing) {
		p.tightly(closing)
		return
	}
	p.tight()
	element()
	for p.got(",") {
		element()
	}
	if !p.is(closing) {
		p.fail("expected \",\" or %q, found %s", closing, p.found())
	}
	p.tightly(closing)
}

// names parses name { "," name } up to the closing mark, which it takes.
func (p *parser) names(closing, what string) (list []*Ident) {
	p.commas(closing, func() { list = append(list, p.name(what)) })
	return list
}

// qname = [ name "." ] name
func (p *parser) qname(what string) *QName {
	start := p.tok.Start
	first := p.name(what)
	if p.is(".") && p.ahead(1).kind == tokenName {
		p.next()
		second := p.name(what)
		return &QName{p.span(start), first, second}
	}
	return &QName{p.span(start), nil, first}
}

// points = name | "{" name { "," name } "}"
func (p *parser) points() []*Ident {
	if p.got("{") {
		if p.is("}") {
			p.fail("expected the name of a point, found %s", p.found())
		}
		return p.names("}", "the name of a point")
	}
	return []*Ident{p.name("the name of a point")}
}

// file = "package" name { import } { decl }
func (p *parser) file() *File {
	f := &File{Source: p.src, Span: Span{0, len(p.src.Text)}}
	p.line()
	if p.is("package") {
		p.guard(func() {
			p.next()
			f.Package = p.name("the package's name")
		}, topLevel...)
	} else {
		p.report(codeSyntax, p.tok.Span, "expected \"package\" and a name before anything else, found %s", p.found())
	}
	for p.tok.kind != tokenEOF {
		p.line()
		switch {
		case p.is("}"):
			p.reportBrace("unexpected \"}\": no block is open here")
			p.next()
		case p.is("import"):
			p.guard(func() {
				if len(f.Decls) > 0 {
					p.fail("imports stand before the first declaration")
				}
				f.Imports = append(f.Imports, p.importDecl())
			}, topLevel...)
		default:
			p.guard(func() { f.Decls = append(f.Decls, p.decl()) }, topLevel...)
		}
	}
	return f
}

// import = "import" [ name ] string
func (p *parser) importDecl() *Import {
	start := p.tok.Start
	p.want("import")
	d := &Import{}
	if p.tok.kind == tokenName {
		d.Alias = p.name("a name")
	}
	if p.tok.kind != tokenString {
		p.fail("expected the imported folder in quotes, found %s", p.found())
	}
	d.Path, d.PathSpan = strings.Trim(p.tok.text, `"`), p.tok.Span
	p.next()
	d.Span = p.span(start)
	if d.Alias != nil {
		p.packages[d.Alias.Name] = true
	} else {
		p.packages[d.Path[strings.LastIndex(d.Path, "/")+1:]] = true
	}
	return d
}

// decl = const | enum | struct | type | protocol | component | system | expect
func (p *parser) decl() Decl {
	start := p.tok.Start
	if p.over() {
		p.misplaced = Span{}
	}
	switch {
	case p.got("const"): // const = "const" name "=" expr
		d := &Const{Name: p.name("the constant's name")}
		p.here().cell = cellConst
		p.want("=")
		d.Value = p.expr()
		d.Span = p.span(start)
		return d
	case p.got("enum"): // enum = "enum" name "{" name { [","] name } [","] "}"
		d := &Enum{Name: p.name("the enum's name")}
		p.elements(func() { d.Cases = append(d.Cases, p.name("a case")) })
		d.Span = p.span(start)
		return d
	case p.got("struct"): // struct = "struct" name "{" { field [","] } "}"
		d := &Struct{Name: p.name("the struct's name")}
		p.elements(func() {
			p.here().separate = true
			d.Fields = append(d.Fields, p.field("a field", cellField))
		})
		d.Span = p.span(start)
		return d
	case p.is("type") && p.ahead(1).kind == tokenName: // type = "type" name type
		p.next()
		d := &TypeDecl{Name: p.name("the type's name")}
		d.Type = p.typeExpr()
		d.Span = p.span(start)
		return d
	case p.got("expect"): // expect = "expect" code
		d := &Expect{Code: p.name("a diagnostic's code, like PO0203")}
		d.Span = p.span(start)
		return d
	case p.is("protocol"):
		return p.protocol()
	case p.is("component"), p.is("external"):
		return p.component()
	case p.is("system"):
		return p.system()
	case p.is("package"):
		p.fail("a file has one package clause, its first")
	}
	const expected = "expected a declaration (const, enum, struct, type, protocol, component, system or expect), found %s"
	p.reportBrace(expected, p.found())
	panic(bailout{})
}

// elements parses the braces of an enum or struct. Commas between the elements are optional. The lines stay as they are: one for all, or
// those of the elements.
func (p *parser) elements(element func()) {
	open := p.at
	p.braces(1, func() {
		for !p.is("}") && !p.over() {
			if p.tok.line > p.tokens[p.at-1].line {
				p.line()
			}
			p.guard(func() {
				element()
				p.here().optional = p.is(",")
				p.got(",")
			})
		}
	})
	switch closing := &p.tokens[p.at-1]; {
	case !closing.is("}"):
	case closing.line == p.tokens[open].line:
		closing.first, closing.closes = false, false
	case p.at-1 > open+1:
		p.tokens[open+1].first, p.tokens[open+1].indent = true, int32(p.indent+1)
	}
}

// field = name type
func (p *parser) field(what string, c cell) *Field {
	start := p.tok.Start
	f := &Field{Name: p.name(what)}
	p.here().cell = c
	f.Type = p.typeExpr()
	f.Span = p.span(start)
	return f
}

// fields parses "(" [ field { "," field } ] ")".
func (p *parser) fields(what string) (list []*Field) {
	p.tightly("(")
	p.commas(")", func() { list = append(list, p.field(what, cellNone)) })
	return list
}

func (p *parser) report(code Code, span Span, format string, args ...any) *Diagnostic {
	line := p.src.Line(span.Start)
	if p.broken[line] || p.silent && p.tok.kind == tokenEOF {
		return nil
	}
	p.broken[line] = true
	d := &Diagnostic{Code: code, At: Position{p.src, span}, Message: fmt.Sprintf(format, args...)}
	p.diagnostics = append(p.diagnostics, d)
	return d
}

// fail reports an error at the current token and leaves the production.
func (p *parser) fail(format string, args ...any) {
	p.failAt(codeSyntax, p.tok.Span, format, args...)
}

func (p *parser) failAt(code Code, span Span, format string, args ...any) {
	if p.tok.kind != tokenBad {
		p.report(code, span, format, args...)
	}
	panic(bailout{})
}
