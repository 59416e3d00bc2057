package dsl

import "strings"

// commentsBefore returns how many of the comments to be written stand before a token.
func (f *formatter) commentsBefore(t *token) int {
	n := 0
	for n < len(f.comments) && f.comments[n].Start < t.Start {
		n++
	}
	return n
}

// comment writes a comment before a token: in its row if it follows something there, else in one of its own. Row is where the line of the
// token starts. It returns whether a blank line is still due.
func (f *formatter) comment(c *Comment, t *token, row int, due bool) bool {
	start, end := f.src.Line(c.Start), f.src.Line(c.End)
	text := strings.ReplaceAll(c.Text, "\r\n", "\n")
	toEnd := strings.HasPrefix(text, "//")
	if toEnd {
		text = strings.TrimRight(text, " \t\r")
	}
	if start > f.line {
		f.begin(f.commentIndent(c, t, row), due || f.keepsBlank(t, f.line, start))
		f.last().comments = true
		f.after = ""
		due = false
	} else if !toEnd {
		f.write(" ")
	}
	if toEnd && len(f.last().text) > 0 {
		f.last().comment = text
	} else {
		f.write(text)
	}
	f.line, f.commented, f.broken = end, true, toEnd
	return due
}

// commentIndent returns the indentation of a comment on a line of its own. Before the end of a block it belongs to the block; before
// an option or case to the body above it if it is indented more.
func (f *formatter) commentIndent(c *Comment, t *token, row int) int {
	switch {
	case t.kind == tokenEOF:
		return 0
	case !t.first:
		return f.base + 1
	case c.Start == row:
		return int(t.indent)
	case t.closes:
		return int(t.indent) + 1
	case f.after != "{" && (t.text == "}" || t.is("option") || t.is("case") || t.is("else")) && f.src.Column(c.Start) > f.src.Column(row):
		return int(t.indent) + 1
	}
	return int(t.indent)
}

// rowStart returns the offset of what starts the line of a token: the token, or a comment before it.
func (f *formatter) rowStart(t *token, list []*Comment) int {
	start := t.Start
	for i := len(list) - 1; i >= 0 && f.src.Line(list[i].End) == f.src.Line(start); i-- {
		start = list[i].Start
	}
	return start
}
