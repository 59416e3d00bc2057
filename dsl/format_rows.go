package dsl

import "strings"

// row is a line of the formatted source.
type row struct {
	blank    bool // a blank line stands above it
	comments bool // it holds nothing but comments so far
	indent   int
	text     string
	cell     cell
	column   int    // where the second column starts in text
	comment  string // at the end of the line
}

func (f *formatter) last() *row { return &f.rows[len(f.rows)-1] }

func (f *formatter) begin(indent int, blank bool) {
	f.rows = append(f.rows, row{indent: indent, blank: blank && len(f.rows) > 0})
}

func (f *formatter) write(text string) { f.last().text += text }

// layRows returns the rows as text.
func layRows(rows []row) []byte {
	align(rows)
	for i := range rows {
		if r := &rows[i]; r.comment != "" {
			r.cell, r.column = cellComment, len(r.text)+1
			r.text += " " + r.comment
		} else {
			r.cell = cellNone
		}
	}
	align(rows)
	var b strings.Builder
	for _, r := range rows {
		if r.blank {
			b.WriteByte('\n')
		}
		b.WriteString(strings.Repeat("    ", r.indent))
		b.WriteString(r.text)
		b.WriteByte('\n')
	}
	return []byte(b.String())
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
			if r.cell != cellNone {
				widest = max(widest, columns.StringWidth(r.text[:r.column]))
			}
		}
		for j := i; j < n; j++ {
			if r := &rows[j]; r.cell != cellNone {
				r.text = r.text[:r.column] + strings.Repeat(" ", widest-columns.StringWidth(r.text[:r.column])) + r.text[r.column:]
			}
		}
		i = n
	}
}

func (r *row) alignsWith(above *row) bool {
	return r.cell != cellNone && r.cell == above.cell && r.indent == above.indent && !r.blank && !strings.Contains(r.text+above.text, "\n")
}
