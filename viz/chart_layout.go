package viz

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Measures of a chart in columns.
const (
	chartMargin = 9 // least room for steps and the bracket of a cycle, left of the lifelines
)

// spacing is how close a chart may be drawn.
type spacing struct {
	gap   int  // least distance of two lifelines
	rest  int  // of an arrow beside its label: dashes, a space on either side of it, and the head
	short bool // labels without arguments
}

// spacings are tried in this order until the chart fits.
var spacings = []spacing{{18, 9, false}, {14, 7, false}, {10, 5, false}, {6, 5, true}}

// chartWidth measures text as a terminal does, whatever the locale says: one chart has one layout.
var chartWidth = &runewidth.Condition{StrictEmojiNeutral: true}

// layWide places the lifelines so far apart that each arrow has room for its label, and returns the width of the whole.
func (c *chart) layWide(s spacing) int {
	c.narrow, c.short = false, s.short
	n := len(c.names)
	c.column = make([]int, n)
	half := func(i int) int { return (chartWidth.StringWidth(c.names[i]) + 1) / 2 }
	c.column[0] = max(c.margin, 3+half(0))
	for i := 1; i < n; i++ {
		c.column[i] = c.column[i-1] + max(s.gap, half(i-1)+half(i)+2)
		for _, r := range c.rows {
			if r.to < 0 || max(r.from, r.to) != i {
				continue
			}
			least := c.column[min(r.from, r.to)] + chartWidth.StringWidth(c.label(r)) + s.rest
			c.column[i] = max(c.column[i], least)
		}
	}
	c.at = c.column[n-1] + max(half(n-1), 1) + 2
	width := c.at
	for _, r := range c.rows {
		if r.to < 0 && r.text != "" {
			end := c.column[r.from] + 2 + chartWidth.StringWidth(c.label(r)) + 2
			if r.last >= r.first {
				c.at = max(c.at, end)
			}
			width = max(width, end+chartWidth.StringWidth(r.at))
		}
	}
	for _, r := range c.rows {
		width = max(width, c.at+chartWidth.StringWidth(r.at))
	}
	return width
}

// layNarrow numbers the lifelines, moves them together and the labels to their right.
func (c *chart) layNarrow(width int) {
	c.narrow, c.short = true, false
	n := len(c.names)
	gap := 4
	if n > 8 {
		gap = 3
	}
	if n > 99 {
		gap = 4
	}
	c.column = make([]int, n)
	for i := range c.column {
		c.column[i] = c.margin + i*gap
	}
	c.text = c.column[n-1] + 3
	c.shortenPositions()
	labels, places := 0, 0
	for _, r := range c.rows {
		labels, places = max(labels, chartWidth.StringWidth(r.text)), max(places, chartWidth.StringWidth(r.at))
	}
	c.at = c.text + max(min(labels, width-c.text-places-2), 12) + 2
}

// shortenPositions moves the file's name to the heading if all positions are in one: labels need the room.
func (c *chart) shortenPositions() {
	for _, r := range c.rows {
		if file, _, ok := strings.Cut(r.at, ":"); ok && !r.folded {
			if c.file != "" && c.file != file || strings.Count(r.at, ":") > 1 {
				c.file = ""
				return
			}
			c.file = file
		}
	}
	for i := range c.rows {
		c.rows[i].at = strings.TrimPrefix(c.rows[i].at, c.file)
	}
}

// label is the text of a row in the present layout.
func (c *chart) label(r chartRow) string {
	if c.short {
		return r.brief
	}
	return r.text
}

// line is a row of cells under construction. A wide character takes its cell and leaves the next one empty.
type line struct{ cells []string }

// put writes s from a column on, over what is there.
func (l *line) put(column int, s string) {
	for _, r := range s {
		w := chartWidth.RuneWidth(r)
		if w == 0 {
			if column > 0 && column <= len(l.cells) {
				l.cells[column-1] += string(r) // a combining mark
			}
			continue
		}
		for len(l.cells) < column+w {
			l.cells = append(l.cells, " ")
		}
		l.cells[column] = string(r)
		if w == 2 {
			l.cells[column+1] = ""
		}
		column += w
	}
}

// width returns the column after the last one written.
func (l *line) width() int { return len(l.cells) }
