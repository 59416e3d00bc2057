package viz

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// WriteSVG writes a layout as SVG 1.1: one element that needs nothing else, dark where the reader's system is.
func WriteSVG(w io.Writer, l *Layout) error { return l.picture().svg(w) }

func (p *picture) svg(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	p.element(&b)
	_, err := w.Write(b.Bytes())
	return err
}

// element writes the svg element. All text goes through escape; class names, ids and numbers are ours.
func (p *picture) element(b *bytes.Buffer) {
	used := map[string]bool{"page": true}
	for _, g := range p.groups {
		for _, it := range g.items {
			used[it.look] = true
		}
	}
	width, height := decimal(p.width), decimal(p.height)
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" class="viz" role="graphics-document" width="` + width + `" height="` + height +
		`" viewBox="0 0 ` + width + ` ` + height + `" aria-labelledby="viz-title viz-about">` + "\n")
	b.WriteString(`<title id="viz-title">` + escape(p.title) + `</title>` + "\n" + `<desc id="viz-about">` + escape(p.about) + `</desc>` + "\n")
	b.WriteString("<style>\n" + css(used) + "</style>\n")
	b.WriteString(`<rect class="page" width="` + width + `" height="` + height + `"/>` + "\n")
	for _, g := range p.groups {
		b.WriteString(`<g class="` + g.class)
		if g.faded {
			b.WriteString(" faded")
		}
		b.WriteString(`"`)
		if g.id != "" {
			b.WriteString(` id="` + g.id + `"`)
		}
		if g.name != "" {
			b.WriteString(` role="graphics-symbol" aria-label="` + escape(g.name) + `"><title>` + escape(g.name) + `</title>`)
		} else {
			b.WriteString(`>`)
		}
		for _, it := range g.items {
			it.svg(b)
		}
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
}

func (it *item) svg(b *bytes.Buffer) {
	if it.text != "" {
		anchors := [...]string{middle: "middle", start: "start", end: "end"}
		b.WriteString(`<text class="` + it.look + `" x="` + decimal(it.at.X) + `" y="` + decimal(it.at.Y) + `" text-anchor="` + anchors[it.anchor] + `">` + escape(it.text))
		if it.more != "" {
			b.WriteString(`<tspan class="more">` + escape(it.more) + `</tspan>`)
		}
		b.WriteString(`</text>`)
		return
	}
	if it.path.ops == "" {
		return
	}
	b.WriteString(`<path class="` + it.look + `" d="`)
	next := 0
	for _, op := range it.path.ops {
		b.WriteRune(op)
		count := map[rune]int{'M': 1, 'L': 1, 'C': 3, 'Z': 0}[op]
		for k := range count {
			if k > 0 {
				b.WriteByte(' ')
			}
			s := it.path.spots[next]
			b.WriteString(decimal(s.X) + "," + decimal(s.Y))
			next++
		}
	}
	b.WriteString(`"/>`)
}

// decimal prints a coordinate with at most one digit behind the point.
func decimal(f float64) string {
	s := strconv.FormatFloat(f, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// escape makes clean text safe as content and as a quoted attribute, in XML and in HTML.
func escape(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(clean(s))); err != nil {
		panic("viz: a buffer refused text: " + err.Error())
	}
	return b.String()
}
