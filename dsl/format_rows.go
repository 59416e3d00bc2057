package dsl

import (
	"bytes"
	"slices"
	"strings"
)

// row is a line of the formatted source.
type row struct {
	blank    bool // a blank line stands above it
	comments bool // it holds nothing but comments so far
	indent   int
	text     []byte
	cell     cell
	column   int    // where the second column starts in text
	comment  string // at the end of the line
}

func (f *formatter) last() *row { return &f.rows[len(f.rows)-1] }

func (f *formatter) begin(indent int, blank bool) {
	f.rows = append(f.rows, row{indent: indent, blank: blank && len(f.rows) > 0})
}

func (f *formatter) write(text string) {
	r := f.last()
	r.text = append(r.text, text...)
}

// layRows returns the rows as text.
func layRows(rows []row) []byte {
	align(rows)
	for i := range rows {
		if r := &rows[i]; r.comment != "" {
			r.cell, r.column = cellComment, len(r.text)+1
			r.text = append(append(r.text, ' '), r.comment...)
		} else {
			r.cell = cellNone
		}
	}
	align(rows)
	var b bytes.Buffer
	for _, r := range rows {
		if r.blank {
			b.WriteByte('\n')
		}
		b.WriteString(strings.Repeat("    ", r.indent))
		b.Write(r.text)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// align puts the second columns of rows that follow one another below one another.
func align(rows []row) {
	for i := 0; i < len(rows); {
		n := i + 1
		for n < len(rows) && rows[n].alignsWith(&rows[i]) {
			n++
		}
		widest := 0
		for _, r := range rows[i:n] {
			widest = max(widest, r.width())
		}
		for j := i; j < n; j++ {
			if r := &rows[j]; r.width() < widest {
				r.text = slices.Insert(r.text, r.column, bytes.Repeat([]byte(" "), widest-r.width())...)
			}
		}
		i = n
	}
}

// width returns the columns before the second one.
func (r *row) width() int {
	if r.cell == cellNone {
		return 0
	}
	return columns.StringWidth(string(r.text[:r.column]))
}

func (r *row) alignsWith(above *row) bool {
	return r.cell != cellNone && r.cell == above.cell && r.indent == above.indent && !r.blank && !bytes.ContainsRune(r.text, '\n') && !bytes.ContainsRune(above.text, '\n')
}
