package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxDepth bounds how deep blocks and expressions nest.
const maxDepth = 1000

// Parse reads one file. The tree holds what is right; each diagnostic stands at its token, one per broken statement or declaration.
func Parse(path string, text []byte) (*File, []*Diagnostic) {
	p := &parser{src: NewSource(path, text)}
	var comments []*Comment
	p.tokens, comments = scan(p.src, p.report)
	p.tok = p.tokens[0]
	file := p.file()
	file.Comments = comments
	sortDiagnostics(p.diagnostics)
	return file, p.diagnostics
}

// parser is a recursive-descent parser. A method per production carries its grammar line.
// An error leaves the production by panicking with bailout; the nearest list catches it and goes on behind the broken part.
type parser struct {
	src         *Source
	tokens      []token
	at          int // index of tok
	tok         token
	last        int // end of the token before tok
	depth       int
	over        bool // an error at the end of the file has been reported
	diagnostics []*Diagnostic
}

type bailout struct{}

func (p *parser) report(code Code, span Span, format string, args ...any) {
	if p.over {
		return // all that follows the end is a consequence
	}
	p.over = p.tok.kind == tokenEOF && len(p.tokens) > 0
	p.diagnostics = append(p.diagnostics, &Diagnostic{Code: code, At: Position{p.src, span}, Message: fmt.Sprintf(format, args...)})
}

// fail reports an error at the current token and leaves the production.
func (p *parser) fail(format string, args ...any) {
	p.failAt(codeSyntax, p.tok.Span, format, args...)
}

func (p *parser) failAt(code Code, span Span, format string, args ...any) {
	p.report(code, span, format, args...)
	panic(bailout{})
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
func (p *parser) is(text string) bool {
	return p.tok.text == text && (p.tok.kind == tokenOp || p.tok.kind == tokenName)
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

// enter counts nesting; the caller defers leave.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.report(codeDepth, p.tok.Span, "nested more than %d levels deep: split it up", maxDepth)
		p.at = len(p.tokens) - 1 // nothing after it can be understood
		p.tok = p.tokens[p.at]
		panic(bailout{})
	}
}

func (p *parser) leave() { p.depth-- }

// list parses elements until the closing token, which it leaves. A broken element is skipped, up to the next of the words
// that an element starts with, if there are any.
func (p *parser) list(closing string, element func(), starts ...string) {
	for !p.is(closing) && p.tok.kind != tokenEOF {
		p.guard(element, starts...)
	}
}

// guard runs a production; if it fails, it goes on at the first token that starts a line, or closes the surrounding block.
func (p *parser) guard(production func(), starts ...string) {
	start, depth := p.at, p.depth
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if _, ok := r.(bailout); !ok {
			panic(r)
		}
		p.depth = depth
		p.recover(start, starts)
	}()
	production()
	if p.at == start {
		p.fail("unexpected %s", p.found())
	}
}

// recover skips the rest of the line on which parsing failed, with all the blocks that the broken part has opened.
func (p *parser) recover(start int, starts []string) {
	if p.tok.kind == tokenEOF {
		return
	}
	open := 0
	for i := start; i < p.at; i++ {
		switch p.tokens[i].text {
		case "{":
			open++
		case "}":
			open--
		}
	}
	open = max(open, 0)
	line := p.src.Line(p.tok.Start)
	for first := p.at == start; p.tok.kind != tokenEOF; first = false {
		if open == 0 && !first && p.startsLine() && p.src.Line(p.tok.Start) > line && p.starts(starts) {
			return
		}
		switch {
		case p.is("{"):
			open++
		case p.is("}"):
			if open == 0 {
				return
			}
			open--
		}
		p.next()
	}
}

func (p *parser) starts(list []string) bool {
	return len(list) == 0 || slices.Contains(list, p.tok.text)
}

func (p *parser) startsLine() bool {
	return p.at == 0 || p.src.Line(p.tokens[p.at-1].End) < p.src.Line(p.tok.Start)
}

// name parses an identifier. Words of the grammar are names where nothing else could stand.
func (p *parser) name(what string) *Ident {
	if p.tok.kind != tokenName {
		p.fail("expected %s, found %s", what, p.found())
	}
	if reserved[p.tok.text] {
		p.fail("expected %s, found the word %q, which is reserved", what, p.tok.text)
	}
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

// names parses name { "," name } up to the closing word, which it takes.
func (p *parser) names(closing, what string) []*Ident {
	var list []*Ident
	for !p.is(closing) {
		list = append(list, p.name(what))
		if !p.got(",") {
			break
		}
	}
	p.want(closing)
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
		return p.names("}", "the name of a point")
	}
	return []*Ident{p.name("the name of a point")}
}

// file = "package" name { import } { decl }
func (p *parser) file() *File {
	f := &File{Source: p.src, Span: Span{0, len(p.src.Text)}}
	p.guard(func() {
		if !p.is("package") {
			p.fail("expected \"package\" and a name before anything else, found %s", p.found())
		}
		p.next()
		f.Package = p.name("the package's name")
	})
	for p.is("import") {
		p.guard(func() { f.Imports = append(f.Imports, p.importDecl()) })
	}
	for p.tok.kind != tokenEOF {
		if p.is("}") {
			p.report(codeSyntax, p.tok.Span, "unexpected \"}\": no block is open here")
			p.next()
			continue
		}
		p.guard(func() { f.Decls = append(f.Decls, p.decl()) })
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
	return d
}

// decl = const | enum | struct | type | protocol | component | system | expect
func (p *parser) decl() Decl {
	start := p.tok.Start
	switch {
	case p.got("const"):
		d := &Const{Name: p.name("the constant's name")}
		p.want("=")
		d.Value = p.expr()
		d.Span = p.span(start)
		return d
	case p.got("enum"):
		d := &Enum{Name: p.name("the enum's name")}
		p.want("{")
		p.list("}", func() {
			d.Cases = append(d.Cases, p.name("a case"))
			p.got(",")
		})
		p.want("}")
		d.Span = p.span(start)
		return d
	case p.got("struct"):
		d := &Struct{Name: p.name("the struct's name")}
		p.want("{")
		p.list("}", func() {
			d.Fields = append(d.Fields, p.field("a field"))
			p.got(",")
		})
		p.want("}")
		d.Span = p.span(start)
		return d
	case p.is("type") && p.ahead(1).kind == tokenName:
		p.next()
		d := &TypeDecl{Name: p.name("the type's name")}
		d.Type = p.typeExpr()
		d.Span = p.span(start)
		return d
	case p.is("expect"):
		p.next()
		d := &Expect{Code: p.name("a diagnostic's code, like PO0203")}
		d.Span = p.span(start)
		return d
	case p.is("protocol"):
		return p.protocol()
	case p.is("component"), p.is("external"):
		return p.component()
	case p.is("system"):
		return p.system()
	case p.is("import"):
		p.fail("imports stand before the first declaration")
	}
	p.fail("expected a declaration (const, enum, struct, type, protocol, component, system or expect), found %s", p.found())
	return nil
}

// field = name type
func (p *parser) field(what string) *Field {
	start := p.tok.Start
	f := &Field{Name: p.name(what)}
	f.Type = p.typeExpr()
	f.Span = p.span(start)
	return f
}

// fields parses [ field { "," field } ] ")".
func (p *parser) fields(what string) []*Field {
	var list []*Field
	for !p.is(")") {
		list = append(list, p.field(what))
		if !p.got(",") {
			break
		}
	}
	p.want(")")
	return list
}

// typeExpr = "range" expr ".." expr | "[" expr "]" type | "[]" type "max" expr | "set" "[" expr "]" "of" type
//
//	| tuple | endtype | qname [ "max" expr ]
func (p *parser) typeExpr() Type {
	p.enter()
	defer p.leave()
	start := p.tok.Start
	switch {
	case p.is("range") && p.ahead(1).text != "," && p.ahead(1).text != ")":
		p.next()
		t := &RangeType{Lo: p.sum()}
		p.want("..")
		t.Hi = p.sum()
		t.Span = p.span(start)
		return t
	case p.got("["):
		if p.got("]") {
			t := &SliceType{Elem: p.element()}
			p.want("max")
			t.Max = p.sum()
			t.Span = p.span(start)
			return t
		}
		t := &ArrayType{Len: p.expr()}
		p.want("]")
		t.Elem = p.typeExpr()
		t.Span = p.span(start)
		return t
	case p.is("set") && p.ahead(1).text == "[":
		p.next()
		p.want("[")
		t := &SetType{Len: p.expr()}
		p.want("]")
		p.want("of")
		t.Elem = p.typeExpr()
		t.Span = p.span(start)
		return t
	case p.got("{"):
		t := &TupleType{}
		for !p.is("}") {
			t.Fields = append(t.Fields, p.field("a name in the tuple"))
			if !p.got(",") {
				break
			}
		}
		p.want("}")
		t.Span = p.span(start)
		return t
	}
	return p.namedType(start)
}

// element parses the type of a slice's elements: "max" after it belongs to the slice.
func (p *parser) element() Type {
	if p.tok.kind != tokenName {
		return p.typeExpr()
	}
	start := p.tok.Start
	q := p.qname("a type")
	return &NamedType{Span: p.span(start), Name: q}
}

// namedType parses qname [ "max" expr ] and qname "." role [ "at" points ]. Whether a.b is an end of protocol a or a type of package a is
// decided by its parts: three names are always an end; two are one if "at" follows or the first starts in upper case.
func (p *parser) namedType(start int) Type {
	if p.tok.kind != tokenName || reserved[p.tok.text] {
		p.fail("expected a type, found %s", p.found())
	}
	parts := []*Ident{p.name("a type")}
	for p.is(".") && p.ahead(1).kind == tokenName && len(parts) < 3 {
		p.next()
		parts = append(parts, p.name("a name"))
	}
	if n := len(parts); n == 3 || n == 2 && (p.isAt() || upper(parts[0].Name)) {
		q := &QName{Span: Span{start, parts[n-2].End}, Name: parts[n-2]}
		if n == 3 {
			q.Package = parts[0]
		}
		t := &EndType{Protocol: q, Role: parts[n-1]}
		if p.isAt() {
			p.next()
			t.At = p.points()
		}
		t.Span = p.span(start)
		return t
	}
	q := &QName{Span: p.span(start), Name: parts[len(parts)-1]}
	if len(parts) == 2 {
		q.Package = parts[0]
	}
	t := &NamedType{Name: q}
	if p.is("max") && p.ahead(1).text != "(" {
		p.next()
		t.Max = p.sum()
	}
	t.Span = p.span(start)
	return t
}

// isAt tells the "at points" of a type or slot from a statement "at name:" on a later line.
func (p *parser) isAt() bool {
	if !p.is("at") {
		return false
	}
	return p.ahead(1).text == "{" || p.ahead(1).kind == tokenName && p.ahead(2).text != ":"
}
