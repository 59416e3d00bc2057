package dsl

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// RenderOptions says how a diagnostic is shown. The zero value is plain text.
type RenderOptions struct {
	Color bool // escape sequences for a terminal
	ASCII bool // nothing but ASCII, apart from what the source and the messages hold
}

// Render writes a diagnostic for people: what is wrong, then the lines concerned with the place underlined by ^, related places by -, each
// with its text; first those of the diagnostic's own file, then those of other files; then the notes. A related position with the span of the
// diagnostic itself says what the ^ means.
//
//	error[PO2001]: deadlock: no component can move, and 3 of 3 have not ended
//	  --> fs/fs.chan:19:13
//	   |
//	18 |         option Write(off, buf) <- app:
//	   |                ---------------------- the last message that fs received (step 5)
//	19 |             disk <- Put(_)
//	   |             ^^^^^^^^^^^^^^ fs waits here: the queue to disk is full (1 of 1)
//	   = note
func (d *Diagnostic) Render(w io.Writer, opts RenderOptions) error {
	r := &renderer{options: opts}
	r.diagnostic(d)
	_, err := io.WriteString(w, r.out.String())
	return err
}

// mark is an underlined part of one line.
type mark struct {
	span Span
	line int
	main bool
	text string
}

// excerpt is the marked lines of one file.
type excerpt struct {
	source *Source
	marks  []mark
}

type renderer struct {
	options RenderOptions
	out     strings.Builder
	gutter  int // columns of the widest line number
	color   string
}

const (
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	blue   = "\x1b[1;34m"
	plain  = "\x1b[0m"
)

func (r *renderer) diagnostic(d *Diagnostic) {
	r.color = red
	if d.Severity == Warning {
		r.color = yellow
	}
	head := d.Severity.String()
	if d.Code != "" {
		head += "[" + string(d.Code) + "]"
	}
	r.out.WriteString(r.paint(r.color, head) + r.paint(bold, ": "+d.Message) + "\n")

	excerpts, loose := excerptsOf(d)
	for _, e := range excerpts {
		for _, m := range e.marks {
			r.gutter = max(r.gutter, len(strconv.Itoa(m.line)))
		}
	}
	arrow := "-->"
	for _, e := range excerpts {
		r.excerpt(e, arrow)
		arrow = ":::"
	}
	for _, note := range append(loose, d.Notes...) {
		r.note(note)
	}
}

// excerptsOf collects the marks by file, the diagnostic's own first. Related messages that are nowhere in a source are returned by themselves.
func excerptsOf(d *Diagnostic) (list []*excerpt, loose []string) {
	add := func(at Position, main bool, text string) {
		i := slices.IndexFunc(list, func(e *excerpt) bool { return e.source.Path == at.Source.Path })
		if i < 0 {
			i = len(list)
			list = append(list, &excerpt{source: at.Source})
		}
		list[i].marks = append(list[i].marks, mark{at.Span, at.Source.Line(at.Span.Start), main, text})
	}
	if d.At.Source != nil {
		add(d.At, true, "")
	}
	for _, rel := range d.Related {
		switch {
		case rel.At.Source == nil:
			loose = append(loose, rel.Message)
		case rel.At == d.At && list[0].marks[0].text == "":
			list[0].marks[0].text = rel.Message
		default:
			add(rel.At, false, rel.Message)
		}
	}
	return list, loose
}

func (r *renderer) excerpt(e *excerpt, arrow string) {
	head := e.marks[0]
	if !head.main {
		head = slices.MinFunc(e.marks, func(a, b mark) int { return a.span.Start - b.span.Start })
	}
	fmt.Fprintf(&r.out, "%*s%s %s\n", r.gutter, "", r.paint(blue, arrow), Position{e.source, head.span})
	r.line("", "")
	slices.SortStableFunc(e.marks, func(a, b mark) int { return a.span.Start - b.span.Start })
	shown := 0
	for _, m := range e.marks {
		if shown > 0 && m.line == shown+2 { // as short as dots
			r.source(window{text: e.source.LineText(shown + 1)}.around(0), shown+1)
		} else if shown > 0 && m.line > shown+2 {
			r.out.WriteString(r.paint(blue, r.dots()) + "\n")
		}
		first := e.source.Column(m.span.Start) - 1
		w := window{text: e.source.LineText(m.line)}.around(first)
		if m.line != shown || w.before || w.after {
			r.source(w, m.line)
			shown = m.line
		}
		r.underline(w, first, m)
	}
}

// window is the part of a line that is shown: all of it, unless it is very long, as what a program has written may be.
type window struct {
	text          string
	skipped       int // bytes before text
	before, after bool
}

// The most bytes of a line that are shown, and of them before what is marked.
const (
	longestLine = 240
	lead        = 80
)

// around cuts a line that is too long about a mark that begins at byte first.
func (w window) around(first int) window {
	if len(w.text) <= longestLine {
		return w
	}
	from := min(max(first-lead, 0), len(w.text)-longestLine)
	to := from + longestLine
	for n := 0; n < utf8.UTFMax && from > 0 && !utf8.RuneStart(w.text[from]); n++ {
		from--
	}
	for n := 0; n < utf8.UTFMax && to < len(w.text) && !utf8.RuneStart(w.text[to]); n++ {
		to++
	}
	return window{w.text[from:to], from, from > 0, to < len(w.text)}
}

func (r *renderer) source(w window, line int) {
	text, _ := r.display(w.text)
	if w.before {
		text = r.dots() + text
	}
	if w.after {
		text += r.dots()
	}
	r.line(strconv.Itoa(line), text)
}

func (r *renderer) dots() string {
	if r.options.ASCII {
		return "..."
	}
	return "…"
}

// underline marks a span; of a span of several lines, its part of the first.
func (r *renderer) underline(w window, first int, m mark) {
	first = max(min(first-w.skipped, len(w.text)), 0)
	last := max(min(first+m.span.End-m.span.Start, len(w.text)), first)
	_, column := r.display(w.text[:first])
	_, end := r.display(w.text[:last])
	with, color := "-", blue
	if m.main {
		with, color = "^", r.color
	}
	under := strings.Repeat(with, max(end-column, 1))
	if m.text != "" {
		under += " " + m.text
	}
	if w.before {
		column += columns.StringWidth(r.dots())
	}
	r.line("", strings.Repeat(" ", column)+r.paint(color, under))
}

func (r *renderer) note(text string) {
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if i == 0 {
			fmt.Fprintf(&r.out, "%*s %s %s\n", r.gutter, "", r.paint(blue, "="), line)
		} else {
			fmt.Fprintf(&r.out, "%*s   %s\n", r.gutter, "", line)
		}
	}
}

// line writes one line behind the gutter.
func (r *renderer) line(number, text string) {
	row := fmt.Sprintf("%*s |", r.gutter, number)
	if text != "" {
		r.out.WriteString(r.paint(blue, row) + " " + strings.TrimRight(text, " ") + "\n")
	} else {
		r.out.WriteString(r.paint(blue, row) + "\n")
	}
}

func (r *renderer) paint(color, text string) string {
	if !r.options.Color {
		return text
	}
	return color + text + plain
}

// tabStop is how far apart tabs stop in an excerpt.
const tabStop = 4

// columns measures text as terminals show it, whatever the user's locale.
var columns = &runewidth.Condition{StrictEmojiNeutral: true}

// display returns text as it is shown, and its width: tabs become spaces, and what would confuse a terminal (control characters, changes of
// the writing direction, bytes that are not UTF-8) becomes a mark.
func (r *renderer) display(text string) (string, int) {
	var b strings.Builder
	width := 0
	for i, part := range strings.Split(text, "\t") {
		if i > 0 {
			n := tabStop - width%tabStop
			b.WriteString(strings.Repeat(" ", n))
			width += n
		}
		part = r.printable(part)
		b.WriteString(part)
		width += columns.StringWidth(part)
	}
	return b.String(), width
}

func (r *renderer) printable(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case !unicode.IsControl(c) && !unicode.Is(unicode.Bidi_Control, c) && c != utf8.RuneError:
			b.WriteRune(c)
		case r.options.ASCII:
			b.WriteByte('?')
		default:
			b.WriteRune('·')
		}
	}
	return b.String()
}
