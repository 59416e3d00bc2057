package viz

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/traces"
)

// SequenceOptions say what of a trace a sequence chart shows.
type SequenceOptions struct {
	Most      int  // most rows of steps, the middle ones are folded; 0: all
	NoPayload bool // labels without arguments
}

// Sequence is a trace laid out as lifelines and arrows, to be written as SVG, PNG, Mermaid or HTML. Chart writes the same for a terminal.
type Sequence struct {
	chart   *chart
	options SequenceOptions
	columns []float64 // of the lifelines
	room    float64   // of the bracket and the steps, left of the lifelines
	texts   float64   // where source positions stand
	width   float64
	faces   *typefaces
}

// Measures of a sequence chart in pixels.
const (
	rowHeight  = 25.0
	headHeight = 28.0
	cycleRoom  = 26.0 // the bracket of a cycle with its sign
	mostQueued = 5    // messages in a queue that are drawn one by one
)

// ArrangeSequence lays a trace out.
func ArrangeSequence(t *traces.Trace, o SequenceOptions) *Sequence {
	c := &chart{trace: t, glyphs: unicodeGlyphs, short: o.NoPayload}
	c.lifelines()
	c.glyphs.until = "–"
	c.rows = append(c.foldRows(c.eventRows(), o.Most), c.finalRows()...)
	s := &Sequence{chart: c, options: o, faces: newTypefaces()}
	s.lay()
	return s
}

// Only returns the part of a trace in which one instance takes part. Its events keep their steps.
func Only(t *traces.Trace, instance string) *traces.Trace {
	part := *t
	part.Events, part.Cycle = nil, 0
	for _, e := range t.Events {
		if e.Instance != instance && e.Peer != instance {
			continue
		}
		part.Events = append(part.Events, e)
		if part.Cycle == 0 && t.Cycle > 0 && e.Step >= t.Cycle {
			part.Cycle = len(part.Events)
		}
	}
	if t.Final != nil {
		final := *t.Final
		final.Components = slices.DeleteFunc(slices.Clone(final.Components), func(c traces.ComponentState) bool { return c.Instance != instance })
		final.Queues = slices.DeleteFunc(slices.Clone(final.Queues), func(q traces.QueueState) bool { return q.From != instance && q.To != instance })
		part.Final = &final
	}
	return &part
}

// lay places the lifelines so far apart that every label has room.
func (s *Sequence) lay() {
	c := s.chart
	half := func(i int) float64 { return max(s.faces.medium.width(c.names[i], titleSize)/2+12, 34) }
	s.columns = make([]float64, len(c.names))
	for _, r := range c.rows {
		s.room = max(s.room, cycleRoom+s.faces.regular.width(r.step, lineSize)+20)
	}
	for i := range c.names {
		if i == 0 {
			s.columns[0] = margin + s.room + half(0)
			continue
		}
		s.columns[i] = s.columns[i-1] + max(half(i-1)+half(i)+16, 110)
		for _, r := range c.rows {
			switch left := min(r.from, r.to); {
			case r.to >= 0 && max(r.from, r.to) == i:
				s.columns[i] = max(s.columns[i], s.columns[left]+s.label(r)+44+queueStep*float64(min(s.queued(r), mostQueued)))
			case r.to < 0 && r.from == i-1 && s.label(r) < 260: // a note keeps clear of the next lifeline if it is not too long
				s.columns[i] = max(s.columns[i], s.columns[i-1]+s.label(r)+28)
			}
		}
	}
	right := margin + s.room
	if n := len(s.columns); n > 0 {
		right = s.columns[n-1] + half(n-1)
	}
	for _, r := range c.rows {
		if r.to < 0 && !r.folded {
			right = max(right, s.columns[r.from]+14+s.label(r))
		}
	}
	s.texts = right + 16
	widest := 0.0
	for _, r := range c.rows {
		widest = max(widest, s.faces.regular.width(r.at, lineSize))
	}
	s.width = s.texts + widest + margin
	for _, text := range append(s.foot(), s.title()) {
		s.width = max(s.width, s.faces.medium.width(text, titleSize+1)+2*margin)
	}
}

func (s *Sequence) label(r chartRow) float64 {
	return s.faces.regular.width(s.chart.label(r), lineSize)
}

func (s *Sequence) title() string {
	t := s.chart.trace
	title := clean(t.System)
	if t.Code != "" {
		title += "  " + clean(t.Code)
	}
	if t.Message != "" {
		title += ": " + clean(t.Message)
	}
	return shorten(title, 110)
}

// foot are the lines below the chart.
func (s *Sequence) foot() []string {
	var lines []string
	if text := s.chart.repeats(); text != "" {
		lines = append(lines, text)
	}
	for _, line := range strings.Split(strings.TrimRight(s.chart.standing(), "\n"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// words tells a row as a sentence.
func (s *Sequence) words(r chartRow) string {
	c := s.chart
	switch {
	case r.folded:
		return r.at + " left out"
	case r.to < 0:
		return strings.TrimSpace(r.step + " " + c.names[r.from] + ": " + c.label(r))
	case r.tail == "":
		return r.step + " " + c.names[r.to] + " receives " + c.label(r) + " from " + c.names[r.from]
	case r.head != "":
		return r.step + " " + c.names[r.from] + " sends " + c.label(r) + " to " + c.names[r.to] + ", which receives it"
	}
	text := r.step + " " + c.names[r.from] + " sends " + c.label(r) + " to " + c.names[r.to]
	if n := s.queued(r); n > 0 {
		text += number(", ", n) + " in the queue now"
	}
	return text
}

// queued is how many messages are in a queue once a row has put one there.
func (s *Sequence) queued(r chartRow) int {
	if events := s.chart.trace.Events; r.to >= 0 && r.head == "" && r.last < len(events) && events[r.first].Kind == traces.Send {
		return events[r.first].Queue
	}
	return 0
}

// WriteSVG writes the chart as SVG.
func (s *Sequence) WriteSVG(w io.Writer) error { return s.picture().svg(w) }

// WritePNG paints the chart.
func (s *Sequence) WritePNG(w io.Writer) error { return s.picture().png(w) }

// WriteHTML writes the chart as one page, as WriteHTML does a graph.
func (s *Sequence) WriteHTML(w io.Writer) error {
	return s.picture().html(w, func(b *bytes.Buffer) {
		b.WriteString("<details><summary>In words</summary>\n<ol>\n")
		for _, r := range s.chart.rows {
			fmt.Fprintf(b, "<li>%s</li>\n", escape(s.words(r)))
		}
		b.WriteString("</ol>\n")
		for _, line := range s.foot() {
			fmt.Fprintf(b, "<p>%s</p>\n", escape(line))
		}
		b.WriteString("</details>\n")
	})
}
