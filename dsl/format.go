package dsl

import (
	"slices"
	"strings"
)

// Format returns a source in the one true layout; of a source with errors, only the diagnostics. Formatting once more changes nothing, and the
// tree stays the same.
//
// Each statement, step, item and option stands on a line of its own, indented by four spaces for each block around it; options and cases stand
// at the indentation of their choose, decide or switch; a body of one simple statement stays on the line of its option or case. An enum or struct
// stays on one line if it was; else the lines of its elements stay as they are. A line break after a comma, an operator or an opening parenthesis
// stays, and so does one blank line; around declarations with blocks there is always one. Second columns (the values of constants,
// the types of fields, bodies behind a colon, the components of instances, …) and comments at line ends stand below one another.
func Format(src []byte) ([]byte, []*Diagnostic) {
	p := parse("", src)
	if len(p.diagnostics) > 0 {
		return nil, p.diagnostics
	}
	f := &formatter{src: p.src, tokens: p.tokens, comments: p.parsed.Comments, apart: map[int]bool{}}
	f.declarations(p.parsed)
	for i := range f.tokens {
		f.token(i)
	}
	out := layRows(f.rows)
	if again := parse("", out); len(again.diagnostics) > 0 || !slices.Equal(bare(p.tokens), bare(again.tokens)) {
		panic("dsl: formatting changes the words of the source")
	}
	return out, nil
}

// bare returns the words of a source without the commas that are optional.
func bare(tokens []token) (words []string) {
	for _, t := range tokens {
		if !t.optional {
			words = append(words, t.text)
		}
	}
	return words
}

// formatter puts tokens and comments, in their order, into rows.
type formatter struct {
	src       *Source
	tokens    []token
	comments  []*Comment   // not yet written
	apart     map[int]bool // by offset: the tokens before which a blank line is due
	rows      []row        // the last one is being written
	base      int          // indentation of the statement being written
	line      int          // of the source, where what was written last ends
	after     string       // the token written last, "" behind a comment on a line of its own
	commented bool         // what was written last is a comment
	broken    bool         // … up to the end of its line
}

// declarations notes where a blank line has to be: after the package clause, after the imports, and around each declaration with a block.
func (f *formatter) declarations(file *File) {
	for i, d := range file.Imports {
		f.apart[d.Start] = i == 0
	}
	for i, d := range file.Decls {
		f.apart[d.Range().Start] = i == 0 || f.hasBlock(d) || f.hasBlock(file.Decls[i-1])
	}
}

// hasBlock reports whether a declaration takes several lines.
func (f *formatter) hasBlock(d Decl) bool {
	switch d.(type) {
	case *Protocol, *Component, *System:
		return true
	case *Enum, *Struct:
		return f.src.Line(d.Range().Start) != f.src.Line(d.Range().End)
	}
	return false
}

// token writes the comments before a token, then the token.
func (f *formatter) token(i int) {
	t := &f.tokens[i]
	due := f.apart[t.Start]
	if n := f.commentsBefore(t); n > 0 {
		row := f.rowStart(t, f.comments[:n])
		for _, c := range f.comments[:n] {
			due = f.comment(c, t, row, due)
		}
		f.comments = f.comments[n:]
	}
	line := f.line
	f.line = t.line
	if t.kind == tokenEOF || t.optional {
		return
	}
	switch {
	case f.startsRow(t, line):
		indent := f.base + 1
		if strings.Contains(")]}{", t.text) || f.after == "}" {
			indent = f.base
		}
		if t.first {
			indent = int(t.indent)
		}
		f.begin(indent, due || t.text != "}" && f.keepsBlank(t, line, t.line))
	case !f.isTight(t):
		f.write(" ")
	}
	if t.first {
		f.base = int(t.indent)
	}
	f.cell(i)
	f.write(t.text)
	f.last().comments = false
	f.after, f.commented, f.broken = t.text, false, false
	if next := f.following(i); next.separate && t.text != "{" && (!next.first || next.text == "max" || next.text == "at") {
		f.write(",")
	}
}

// following returns the token after one, commas that are optional left out.
func (f *formatter) following(i int) token {
	for i++; i < len(f.tokens); i++ {
		if !f.tokens[i].optional {
			return f.tokens[i]
		}
	}
	return token{}
}

// startsRow reports whether a token starts a row. Line is where the source is before it.
func (f *formatter) startsRow(t *token, line int) bool {
	switch {
	case len(f.rows) == 0 || f.broken:
		return true
	case f.last().comments:
		return t.line > line
	case t.first:
		return f.commented || !(f.after == "{" && t.text == "}")
	}
	return t.line > line && (mayBreakAfter[f.after] || t.text == ")" || t.text == "for")
}

// mayBreakAfter are the tokens after which a line break stays.
var mayBreakAfter = words("( , = => || && == != < <= > >= + - * %")

// isTight reports whether no space stands before a token in its row.
func (f *formatter) isTight(t *token) bool {
	switch t.text {
	case ")", "]", ",", ".", "..", ":":
		return true
	case "}":
		return !f.commented && (t.tight || f.after == "{")
	}
	return !f.commented && (t.tight || f.after == "." || f.after == "..")
}

// keepsBlank reports whether a blank line of the source stays: not in a statement, and not where a block begins.
func (f *formatter) keepsBlank(t *token, from, to int) bool {
	if to-from < 2 || len(f.rows) == 0 || !t.first && t.kind != tokenEOF {
		return false
	}
	return f.after != "{" && !(f.after == ":" && int(t.indent) > f.base)
}

// cell notes where the second column of a row starts.
func (f *formatter) cell(i int) {
	t, r := &f.tokens[i], f.last()
	if t.cell == cellNone || r.cell != cellNone || len(r.text) == 0 || t.cell == cellField && !f.tokens[i-1].first {
		return
	}
	r.cell, r.column = t.cell, len(r.text)
}
