package dsl

// layout is what the parser knows of how a token is to be laid out. What it leaves open (comments, blank lines) is the formatter's.
type layout struct {
	first    bool // the token starts a line, at the indentation
	tight    bool // no space stands before it
	optional bool // a comma that an enum or struct may do without
	separate bool // a field of a struct: a comma stands before it, unless it starts a line
	closes   bool // the brace of a block whose content is indented
	indent   int32
	cell     cell
}

// cell says that a token starts the second column of its line. Lines that follow one another have such columns of one kind below one another.
type cell uint8

const (
	cellNone cell = iota
	cellConst
	cellField
	cellBody
	cellInstance
	cellParam
	cellFor
	cellComment
)

// here is the current token's layout.
func (p *parser) here() *layout { return &p.tokens[p.at].layout }

// line has the current token start a line.
func (p *parser) line() {
	l := p.here()
	l.first, l.indent = true, int32(p.indent)
}

func (p *parser) tight() { p.here().tight = true }

// tightly takes a punctuation mark that stands close to what is before it.
func (p *parser) tightly(text string) {
	p.tight()
	p.want(text)
}
