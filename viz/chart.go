package viz

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/traces"
)

// ChartOptions say how a trace is drawn as text.
type ChartOptions struct {
	Width int  // columns of the terminal; 0: 80
	ASCII bool // no characters beyond ASCII of the chart's own
	Most  int  // most rows of steps, the middle ones are folded; 0: all
}

// Chart draws a trace as a sequence chart: one lifeline per instance that takes part, one row per step (a message that is received
// in the very next step is one row), where everybody stands at the end, what the queues hold and who waits for whom.
//
//	●── M ──▶│   sent, now queued          │┄┄ M ┄┄▶●   received from the queue
//	●── M ──▶●   sent and received at once  ◆ decides   ✗ crashes, or waits for ever   ■ ends
//
// Where labels do not fit between the lifelines they stand to the right of them, and where lifelines do not fit either each row says in words who does
// what. The lines end in a newline each and carry no
// trailing space.
func Chart(t *traces.Trace, o ChartOptions) string {
	if o.Width <= 0 {
		o.Width = 80
	}
	c := &chart{trace: t, glyphs: unicodeGlyphs}
	if o.ASCII {
		c.glyphs = asciiGlyphs
	}
	c.lifelines()
	c.rows = append(c.foldRows(c.eventRows(), o.Most), c.finalRows()...)
	if len(c.names) == 0 {
		return c.standing()
	}
	c.margin = chartMargin
	for _, r := range c.rows {
		c.margin = max(c.margin, 4+chartWidth.StringWidth(r.step))
	}
	for _, s := range spacings {
		if c.layWide(s) <= o.Width {
			return c.draw(o.Width) + c.standing()
		}
	}
	if c.layNarrow(o.Width); c.at > o.Width {
		return c.list(o.Width) + c.standing()
	}
	return c.draw(o.Width) + c.standing()
}

// chart is a drawing in the making: first what is in it, then where it stands.
type chart struct {
	trace  *traces.Trace
	glyphs glyphs
	names  []string // of the lifelines shown
	silent int      // instances of which nothing is known but that they started
	index  map[string]int
	born   []int // event from which the lifeline is there
	rows   []chartRow

	margin int // columns left of the lifelines
	narrow bool
	short  bool   // labels without arguments
	column []int  // of each lifeline
	text   int    // narrow: column of the labels
	at     int    // column of the source positions
	file   string // narrow: of all positions, named in the heading; "" they name theirs
}

// chartRow is a line of the chart between heading and foot.
type chartRow struct {
	first, last int // events, from 0 on; last < first: none, the row is about the final state
	step        string
	from, to    int // lifelines; to -1: a mark on from
	dashed      bool
	tail, head  string // glyphs at from and to; "" the lifeline itself
	text, brief string // brief: without arguments
	at          string
	folded      bool
}

// glyphs are the characters of a chart, each one column wide; arrow and dash stand only in running text.
type glyphs struct {
	dot, line, dashes, right, left, lifeline, faint  string
	cross, decision, circle, square, waits           string
	top, middle, bottom, topbottom, ellipsis, arrow_ string
	until                                            string
}

var (
	unicodeGlyphs = glyphs{"●", "─", "┄", "▶", "◀", "│", "┊", "✗", "◆", "○", "■", "·", "┌", "│", "└", "[", "…", "→", "-"}
	asciiGlyphs   = glyphs{"*", "-", ".", ">", "<", "|", ":", "x", "?", "o", "#", ".", "/", "|", "\\", "[", "...", "->", "-"}
)

// lifelines picks the instances that take part: those of the events and those that still wait at the end. Who was there from the start and did nothing
// is only counted: a kernel has a hundred places for programs.
func (c *chart) lifelines() {
	t := c.trace
	shown := map[string]bool{}
	born := map[string]int{}
	for i, e := range t.Events {
		if present(&e) {
			continue
		}
		shown[e.Instance] = true
		if e.Peer != "" {
			shown[e.Peer] = true
		}
		if e.Kind == traces.Start && e.Peer != "" {
			born[e.Peer] = i
		}
	}
	if t.Final != nil {
		for _, s := range t.Final.Components {
			if s.Status == "waiting" || s.Status == "deciding" {
				shown[s.Instance] = true
			}
		}
	}
	for _, e := range t.Events {
		if present(&e) && !shown[e.Instance] {
			c.silent++
		}
	}
	c.index = map[string]int{}
	for _, name := range t.Instances {
		if shown[name] {
			c.index[name] = len(c.names)
			c.names = append(c.names, clean(name))
			c.born = append(c.born, born[name])
		}
	}
}

// present reports whether an event says no more than that an instance of the system is there.
func present(e *traces.Event) bool { return e.Kind == traces.Start && e.Peer == "" }

// eventRows makes a row per event, or per send with the receive that follows it at once.
func (c *chart) eventRows() []chartRow {
	var rows []chartRow
	events := c.trace.Events
	for i := 0; i < len(events); i++ {
		if present(&events[i]) {
			continue
		}
		r := c.eventRow(&events[i])
		r.first, r.last = i, i
		if i+1 < len(events) && c.receivedAtOnce(i) {
			r.last++
			r.head = c.glyphs.dot
			r.at = positions(events[i].At, events[i+1].At)
			i++
		}
		r.step = strconv.Itoa(events[r.first].Step)
		if r.last > r.first {
			r.step += c.glyphs.until + strconv.Itoa(events[r.last].Step)
		}
		rows = append(rows, r)
	}
	return rows
}

// receivedAtOnce reports whether event i sends into an empty queue what event i+1 receives.
func (c *chart) receivedAtOnce(i int) bool {
	s, r := &c.trace.Events[i], &c.trace.Events[i+1]
	return s.Kind == traces.Send && r.Kind == traces.Receive && s.Queue == 1 && s.Peer != "" && s.Peer == r.Instance && r.Peer == s.Instance &&
		s.Channel == r.Channel && s.Label == r.Label && c.trace.Cycle != i+2
}

func (c *chart) eventRow(e *traces.Event) chartRow {
	g := &c.glyphs
	r := chartRow{from: c.index[e.Instance], to: -1, tail: g.dot, at: positions(e.At, "")}
	peer, hasPeer := c.index[e.Peer]
	hasPeer = hasPeer && peer != r.from
	message := func() { r.text, r.brief = clean(e.Label+arguments(e.Args)), clean(e.Label) }
	switch e.Kind {
	case traces.Send:
		message()
		if hasPeer {
			r.to = peer
		} else {
			r.text += " into " + clean(e.Channel)
		}
	case traces.Exchange:
		message()
		r.to, r.head, r.at = peer, g.dot, positions(e.At, e.PeerAt)
	case traces.Receive:
		message()
		if hasPeer {
			r.from, r.to, r.tail, r.head, r.dashed = peer, r.from, "", g.dot, true
		} else {
			r.text += " out of " + clean(e.Channel)
		}
	case traces.Ended, traces.Crashed:
		r.text = string(e.Kind)
		if hasPeer {
			r.from, r.to, r.tail, r.head, r.dashed = peer, r.from, "", g.dot, true
		}
	case traces.Start:
		r.text = "start"
		if hasPeer {
			r.to = peer
		}
	case traces.Decide:
		r.tail, r.text = g.decision, clean(e.Case)
	case traces.Crash:
		r.tail, r.text = g.cross, "crashes"
	case traces.End:
		r.tail, r.text = g.square, "ends"
	case traces.Gone:
		r.tail, r.text = g.circle, "gone: "+clean(firstOf(e.Peer, e.Channel))
	case traces.Abandon:
		r.tail, r.text = g.cross, "abandons "+clean(e.Channel)
	case traces.New:
		r.tail, r.text = g.circle, strings.TrimSpace("new "+clean(e.Protocol+" "+e.Channel))
	case traces.Add:
		r.tail, r.text = g.circle, strings.TrimSpace("add "+clean(firstOf(strings.Join(e.Args, ", "), e.Channel)))
	default: // timeout, else
		r.tail, r.text = g.circle, string(e.Kind)
	}
	if r.brief == "" {
		r.brief = r.text
	}
	return r
}

// foldRows replaces the middle by one row when there are more than most; the end, where it goes wrong, keeps two thirds.
func (c *chart) foldRows(rows []chartRow, most int) []chartRow {
	if most <= 0 || len(rows) <= most+1 {
		return rows
	}
	head := most / 3
	tail := len(rows) - (most - head)
	fold := chartRow{first: rows[head].first, last: rows[tail-1].last, step: c.glyphs.ellipsis, to: -1, folded: true}
	fold.at = fmt.Sprintf("(%d steps)", c.trace.Events[fold.last].Step-c.trace.Events[fold.first].Step+1)
	return append(append(append([]chartRow(nil), rows[:head]...), fold), rows[tail:]...)
}

// arguments spells the fields of a message; nothing when there is nothing to see.
func arguments(args []string) string {
	for _, a := range args {
		if a != "_" {
			return "(" + strings.Join(args, ", ") + ")"
		}
	}
	return ""
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// positions shortens "folder/fs.chan:14:9" to "fs.chan:14", and two of them to "fs.chan:14, 20" or "fs.chan:14, block.chan:9".
func positions(a, b string) string {
	a, b = shortPosition(a), shortPosition(b)
	switch {
	case b == "" || a == b:
		return a
	case a == "":
		return b
	}
	file, _, _ := strings.Cut(a, ":")
	return a + ", " + strings.TrimPrefix(b, file+":")
}

func shortPosition(at string) string {
	at = clean(at)
	if i := strings.LastIndexAny(at, `/\`); i >= 0 {
		at = at[i+1:]
	}
	if parts := strings.Split(at, ":"); len(parts) == 3 {
		return parts[0] + ":" + parts[1]
	}
	return at
}
