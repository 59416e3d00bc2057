package viz

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/traces"
)

// picture draws the chart: heads, lifelines, rows, the bracket of a cycle, the foot.
func (s *Sequence) picture() *picture {
	c := s.chart
	foot := s.foot()
	top := margin + captionRoom
	first := top + headHeight + 14 // middle of the first row
	bottom := first + float64(len(c.rows))*rowHeight - rowHeight/2
	p := &picture{title: s.title(), width: s.width, height: bottom + 10 + float64(len(foot))*lineSize*1.5 + margin,
		about: fmt.Sprintf("A sequence chart of %d steps of %s with %d lifelines.", len(c.trace.Events), clean(c.trace.System), len(c.names))}
	p.groups = append(p.groups, group{class: "caption", items: []item{{look: "caption", text: p.title, at: Spot{margin, margin + titleSize}, anchor: start}}})
	for i := range c.names {
		p.groups = append(p.groups, s.lifeline(i, top, first, bottom))
	}
	for k, r := range c.rows {
		p.groups = append(p.groups, s.row(k, r, first+float64(k)*rowHeight))
	}
	if g, ok := s.bracket(first); ok {
		p.groups = append(p.groups, g)
	}
	for k, text := range foot {
		at := Spot{margin, bottom + 10 + float64(k+1)*lineSize*1.5}
		p.groups = append(p.groups, group{class: "foot", items: []item{{look: "label-plain", text: text, at: at, anchor: start}}})
	}
	return p
}

// lifeline draws the head of an instance and its line, which starts and ends with it.
func (s *Sequence) lifeline(i int, top, first, bottom float64) group {
	c, x := s.chart, s.columns[i]
	from, to := -1, len(c.rows)
	for k, r := range c.rows {
		if c.alive(i, r) && from < 0 {
			from = k
		}
		if from >= 0 && !c.alive(i, r) && to == len(c.rows) {
			to = k
		}
	}
	y0, y1 := top+headHeight, bottom
	if from > 0 {
		y0 = first + float64(from)*rowHeight - rowHeight/2
	}
	if to < len(c.rows) {
		y1 = first + float64(to-1)*rowHeight
	}
	width := s.faces.medium.width(c.names[i], titleSize) + 20
	head := Box{x - width/2, top, width, headHeight - 4}
	g := group{class: "lifeline", id: number("life", i), name: c.names[i]}
	g.items = append(g.items, item{look: "lifeHead", path: rounded(head, 5)}, item{look: "title", text: c.names[i], at: Spot{x, top + headHeight/2 + 3}})
	if from >= 0 {
		g.items = append(g.items, item{look: "life", path: polygon(false, Spot{x, y0}, Spot{x, y1})})
	}
	return g
}

// row draws one step, or a fold, or what somebody waits for at the end.
func (s *Sequence) row(k int, r chartRow, y float64) group {
	c := s.chart
	g := group{class: "step", id: number("row", k), name: s.words(r)}
	put := func(items ...item) { g.items = append(g.items, items...) }
	base := y + lineSize*0.36
	if r.folded {
		put(item{look: "fold", path: polygon(false, Spot{margin + s.room - 10, y}, Spot{s.texts - 8, y})},
			item{look: "text", text: r.at, at: Spot{s.texts, base}, anchor: start})
		return g
	}
	put(item{look: "text", text: r.step, at: Spot{margin + s.room - 12, base}, anchor: end})
	if r.at != "" {
		put(item{look: "text", text: r.at, at: Spot{s.texts, base}, anchor: start})
	}
	x := s.columns[r.from]
	kind := s.kind(r)
	if r.to < 0 {
		put(s.sign(r.tail, Spot{x, y}, kind)...)
		if c.label(r) != "" {
			w := s.label(r)
			put(item{look: "ground", path: rounded(Box{x + 9, y - rowHeight/2 + 3, w + 8, rowHeight - 6}, 3)},
				s.text(r, item{look: "label-" + kind, at: Spot{x + 13, base}, anchor: start}))
		}
		return g
	}
	to := s.columns[r.to]
	inset := 0.0
	if r.head != "" {
		inset = 4
	}
	queued := min(s.queued(r), mostQueued)
	inset += queueStep * float64(queued)
	side := 1.0
	if to < x {
		inset, side = -inset, -1
	}
	for k := range queued { // the queue stands before its receiver
		put(item{look: "head-" + kind, path: rounded(Box{to - side*queueStep*(float64(k)+0.5) - 2, y - 4.5, 4, 9}, 1)})
	}
	put(arrow([]Spot{{x, y}, {x + (to-x)/3, y}, {to - inset - (to-x)/3, y}, {to - inset, y}}, kind, false, true)...)
	if r.tail != "" {
		put(s.sign(r.tail, Spot{x, y}, kind)...)
	}
	if r.head != "" {
		put(s.sign(r.head, Spot{to, y}, kind)...)
	}
	w := s.label(r) + 8
	middle := (x + to - inset) / 2
	put(item{look: "ground", path: rounded(Box{middle - w/2, y - rowHeight/2 + 3, w, rowHeight - 6}, 3)},
		s.text(r, item{look: "label-" + kind, at: Spot{middle, base}}))
	return g
}

// text puts the label of a row into an item, apart from its payload.
func (s *Sequence) text(r chartRow, it item) item {
	it.text = s.chart.label(r)
	if payload, ok := strings.CutPrefix(it.text, r.brief); ok && r.brief != "" {
		it.text, it.more = r.brief, payload
	}
	return it
}

// queueStep is the room of a message that waits in a queue.
const queueStep = 6.0

// kind is the kind of arrow whose colour and dashes a row has.
func (s *Sequence) kind(r chartRow) string {
	events := s.chart.trace.Events
	if r.first >= len(events) {
		if r.tail == s.chart.glyphs.cross {
			return edgeNames[Failing]
		}
		return edgeNames[Timing]
	}
	switch events[r.first].Kind {
	case traces.Send, traces.Exchange:
		return edgeNames[Sending]
	case traces.Receive, traces.Ended:
		return edgeNames[Receiving]
	case traces.Decide:
		return edgeNames[Choosing]
	case traces.New, traces.Start, traces.Add:
		return edgeNames[Making]
	case traces.Gone, traces.Crash, traces.Crashed, traces.Abandon:
		return edgeNames[Failing]
	case traces.Timeout, traces.Else:
		return edgeNames[Timing]
	}
	return edgeNames[Plain]
}

// sign draws the mark that the terminal chart has as a glyph.
func (s *Sequence) sign(glyph string, at Spot, kind string) []item {
	g := &s.chart.glyphs
	box := func(r float64) Box { return Box{at.X - r, at.Y - r, 2 * r, 2 * r} }
	switch glyph {
	case g.cross:
		return []item{{look: "strike", path: polygon(false, Spot{at.X - 5, at.Y - 5}, Spot{at.X + 5, at.Y + 5})},
			{look: "strike", path: polygon(false, Spot{at.X - 5, at.Y + 5}, Spot{at.X + 5, at.Y - 5})}}
	case g.decision:
		return []item{{look: "head-" + kind, path: polygon(true, Spot{at.X - 6, at.Y}, Spot{at.X, at.Y - 6}, Spot{at.X + 6, at.Y}, Spot{at.X, at.Y + 6})}}
	case g.square:
		return []item{{look: "head-" + kind, path: rounded(box(5), 1)}}
	case g.circle:
		return []item{{look: "ring-" + kind, path: rounded(box(4.5), 9)}}
	}
	return []item{{look: "head-" + kind, path: rounded(box(3.5), 9)}}
}

// bracket draws a bracket beside the rows of the cycle of a lasso.
func (s *Sequence) bracket(first float64) (group, bool) {
	from, to := -1, -1
	for k, r := range s.chart.rows {
		if s.chart.bracket(r) == "" {
			continue
		}
		if from < 0 {
			from = k
		}
		to = k
	}
	if from < 0 {
		return group{}, false
	}
	x, y0, y1 := margin+12, first+float64(from)*rowHeight-8, first+float64(to)*rowHeight+8
	g := group{class: "cycle", name: "the cycle: these steps repeat for ever"}
	g.items = append(g.items, item{look: "cycle", path: polygon(false, Spot{x + 7, y0}, Spot{x, y0}, Spot{x, y1}, Spot{x + 7, y1})})
	g.items = append(g.items, item{look: "cycleAt", text: "∞", at: Spot{x - 4, (y0+y1)/2 + 4}, anchor: end})
	return g, true
}
