package viz

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/traces"
)

// draw writes the heading and all rows in the layout found.
func (c *chart) draw(width int) string {
	var b strings.Builder
	c.heading(&b, width)
	for _, r := range c.rows {
		c.drawRow(r, width).writeTo(&b)
	}
	if text := c.repeats(); text != "" {
		b.WriteString("  " + text + "\n")
	}
	return b.String()
}

// repeats says which steps are the cycle of a lasso; "" none.
func (c *chart) repeats() string {
	t := c.trace
	if t.Cycle <= 0 || t.Cycle > len(t.Events) {
		return ""
	}
	return fmt.Sprintf("steps %d to %d repeat for ever", t.Events[t.Cycle-1].Step, t.Events[len(t.Events)-1].Step)
}

// list writes the rows without lifelines.
func (c *chart) list(width int) string {
	var b strings.Builder
	who := 8
	name := func(i int) string { return c.names[i] }
	for _, r := range c.rows {
		if !r.folded {
			who = max(who, min(chartWidth.StringWidth(name(r.from)), width/4))
		}
	}
	for _, r := range c.rows {
		l := new(line)
		l.put(1, c.bracket(r))
		l.put(3, fmt.Sprintf("%*s", min(5, max(2, chartWidth.StringWidth(r.step))), r.step))
		if r.folded {
			l.put(c.margin, r.at)
			l.writeTo(&b)
			continue
		}
		at := r.at
		if at != "" && !strings.Contains(at, c.file) {
			at = c.file + at
		}
		doer, text := r.from, r.tail+" "+r.text
		switch {
		case r.to >= 0 && r.dashed:
			doer, text = r.to, r.text+" "+c.glyphs.left+c.glyphs.dashes+" "+name(r.from)
		case r.to >= 0 && r.head != "":
			text = r.text + " " + c.glyphs.line + c.glyphs.right + c.glyphs.dot + " " + name(r.to)
		case r.to >= 0:
			text = r.text + " " + c.glyphs.line + c.glyphs.right + " " + name(r.to)
		}
		l.put(c.margin, c.fit(name(doer), who))
		l.put(c.margin+who+1, c.fit(text, width-c.margin-who-3-chartWidth.StringWidth(at)))
		if at != "" {
			l.put(max(width-chartWidth.StringWidth(at), l.width()+1), at)
		}
		l.writeTo(&b)
	}
	if text := c.repeats(); text != "" {
		b.WriteString("  " + text + "\n")
	}
	return b.String()
}

// heading names the lifelines: above them, or by numbers with a legend.
func (c *chart) heading(b *strings.Builder, width int) {
	var names line
	if !c.narrow {
		for i, name := range c.names {
			names.put(c.column[i]-(chartWidth.StringWidth(name)-1)/2, name)
		}
		names.writeTo(b)
		return
	}
	legend := " "
	for i, name := range c.names {
		entry := fmt.Sprintf(" %d %s ", i+1, name)
		if chartWidth.StringWidth(legend)+chartWidth.StringWidth(entry) > width && legend != " " {
			b.WriteString(strings.TrimRight(legend, " ") + "\n")
			legend = " "
		}
		legend += entry
		names.put(c.column[i], fmt.Sprint(i+1))
	}
	b.WriteString(strings.TrimRight(legend, " ") + "\n")
	names.put(max(c.text, min(c.at, width-chartWidth.StringWidth(c.file))), c.file)
	names.writeTo(b)
}

func (c *chart) drawRow(r chartRow, width int) *line {
	l := new(line)
	g := &c.glyphs
	l.put(1, c.bracket(r))
	l.put(3, fmt.Sprintf("%*s", min(5, max(2, chartWidth.StringWidth(r.step))), r.step))
	for i, column := range c.column {
		if c.alive(i, r) {
			if r.folded {
				l.put(column, g.faint)
			} else {
				l.put(column, g.lifeline)
			}
		}
	}
	label := c.label(r)
	switch {
	case r.folded:
	case r.to >= 0:
		c.arrow(l, r, label)
	default:
		l.put(c.column[r.from], r.tail)
	}
	switch {
	case c.narrow && label != "":
		l.put(c.text, c.fit(label, c.at-2-c.text))
	case !c.narrow && r.to < 0 && label != "":
		room := width - c.column[r.from] - 2
		if r.at != "" {
			room -= 2 + chartWidth.StringWidth(r.at)
		}
		l.put(c.column[r.from]+1, " "+c.fit(label, room)+" ")
	}
	if r.at != "" {
		l.put(max(c.at, l.width()+1), r.at)
	}
	return l
}

// arrow draws from one lifeline to another, with its label in the middle unless labels stand apart.
func (c *chart) arrow(l *line, r chartRow, label string) {
	g := &c.glyphs
	shaft := g.line
	if r.dashed {
		shaft = g.dashes
	}
	from, to := c.column[r.from], c.column[r.to]
	left, right := min(from, to), max(from, to)
	l.put(left+1, strings.Repeat(shaft, right-left-1))
	if to > from {
		l.put(to-1, g.right)
	} else {
		l.put(to+1, g.left)
	}
	if r.tail != "" {
		l.put(from, r.tail)
	}
	if r.head != "" {
		l.put(to, r.head)
	}
	if c.narrow {
		return
	}
	w := chartWidth.StringWidth(label)
	l.put(left+1+(right-left-1-w-2)/2, " "+label+" ")
}

// alive reports whether lifeline i is there at row r: started before its end, and not over.
func (c *chart) alive(i int, r chartRow) bool {
	if c.born[i] > r.last && r.last >= r.first {
		return false
	}
	end := r.first
	if r.last < r.first { // the final state
		end = len(c.trace.Events)
	}
	return c.over(i) >= end
}

// over returns the last event at which lifeline i is still there.
func (c *chart) over(i int) int {
	for n := range c.trace.Events {
		e := &c.trace.Events[n]
		if (e.Kind == traces.End || e.Kind == traces.Crash) && c.index[e.Instance] == i {
			for later := n + 1; later < len(c.trace.Events); later++ { // its place may be used again
				if next := &c.trace.Events[later]; next.Kind == traces.Start && next.Peer == e.Instance {
					return len(c.trace.Events)
				}
			}
			return n
		}
	}
	return len(c.trace.Events)
}

// bracket is the mark of a row beside the cycle of a lasso.
func (c *chart) bracket(r chartRow) string {
	start := c.trace.Cycle - 1
	if start < 0 || r.last < r.first || r.last < start {
		return ""
	}
	g, end := &c.glyphs, len(c.trace.Events)-1
	switch {
	case r.first <= start && r.last == end:
		return g.topbottom
	case r.first <= start:
		return g.top
	case r.last == end:
		return g.bottom
	}
	return g.middle
}

// fit cuts text to a number of columns.
func (c *chart) fit(text string, columns int) string {
	return chartWidth.Truncate(text, max(columns, 8), c.glyphs.ellipsis)
}

// writeTo writes the line without trailing space.
func (l *line) writeTo(b *strings.Builder) {
	b.WriteString(strings.TrimRight(strings.Join(l.cells, ""), " "))
	b.WriteByte('\n')
}

// finalRows say what those wait for who have not ended and are not idle.
func (c *chart) finalRows() []chartRow {
	if c.trace.Final == nil {
		return nil
	}
	var rows []chartRow
	n := len(c.trace.Events)
	for _, s := range c.trace.Final.Components {
		if s.Status != "waiting" {
			continue
		}
		r := chartRow{first: n, last: n - 1, step: c.glyphs.waits, from: c.index[s.Instance], to: -1, tail: c.glyphs.circle, at: positions(s.At, "")}
		if c.stuck() {
			r.tail = c.glyphs.cross
		}
		if len(s.Waits) > 0 {
			r.text = "waits: " + clean(strings.Join(s.Waits, " or "))
		} else {
			r.text = "waits"
		}
		r.brief = r.text
		rows = append(rows, r)
	}
	return rows
}

// stuck reports whether those who wait at the end do so for ever. In a lasso the end is where the cycle starts again.
func (c *chart) stuck() bool {
	if c.trace.Cycle > 0 {
		return false
	}
	switch c.trace.Property {
	case "deadlock", "timeout":
		return true
	}
	return len(c.trace.Final.Cycle) > 0
}

// standing is the foot: what the queues hold, and who waits for whom.
func (c *chart) standing() string {
	var b strings.Builder
	switch c.silent {
	case 0:
	case 1:
		b.WriteString("  one instance more does nothing\n")
	default:
		fmt.Fprintf(&b, "  %d instances more do nothing\n", c.silent)
	}
	final := c.trace.Final
	if final == nil {
		return b.String()
	}
	arrow := " " + c.glyphs.arrow_ + " "
	for i, q := range final.Queues {
		head := "  queues:"
		if i > 0 {
			head = strings.Repeat(" ", len(head))
		}
		content := clean(strings.Join(q.Messages, ", "))
		fmt.Fprintf(&b, "%s %s%s%s on %s, %d of %d: %s\n", head, clean(q.From), arrow, clean(q.To), clean(q.Channel), len(q.Messages), q.Capacity, content)
	}
	if len(final.Cycle) > 0 && c.trace.Cycle == 0 {
		names := make([]string, len(final.Cycle))
		for i, n := range final.Cycle {
			names[i] = clean(n)
		}
		fmt.Fprintf(&b, "  who waits for whom: %s\n", strings.Join(names, arrow))
	}
	return b.String()
}
