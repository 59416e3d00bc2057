package viz

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
)

//go:embed page.js
var pageScript string

//go:embed page.css
var pageStyle string

// WriteHTML writes a layout as one page that needs no network: the picture, to be moved and enlarged by mouse, touch and keys, and below it
// the same in words.
func WriteHTML(w io.Writer, l *Layout) error {
	g := l.Graph
	return l.picture().html(w, func(b *bytes.Buffer) {
		fmt.Fprintf(b, "<details><summary>In words</summary>\n<ul>\n")
		for i := range g.Nodes {
			fmt.Fprintf(b, "<li>%s</li>\n", escape(g.Nodes[i].words()))
		}
		b.WriteString("</ul>\n<ul>\n")
		for i := range g.Edges {
			fmt.Fprintf(b, "<li>%s</li>\n", escape(g.edgeWords(i)))
		}
		b.WriteString("</ul></details>\n")
	})
}

// html writes the page around a picture. Its policy forbids the browser to fetch anything.
func (p *picture) html(w io.Writer, words func(*bytes.Buffer)) error {
	var b bytes.Buffer
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
	b.WriteString(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"/>` + "\n")
	b.WriteString(`<meta name="viewport" content="width=device-width, initial-scale=1"/>` + "\n")
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n", escape(p.title), pageStyle)
	b.WriteString(`<p class="keys">drag or arrow keys move · wheel, + and − enlarge · 0 shows all`)
	if slices.ContainsFunc(p.groups, func(g group) bool { return slices.ContainsFunc(g.items, func(it item) bool { return it.more != "" }) }) {
		b.WriteString(` · <button id="payload" aria-pressed="true" aria-keyshortcuts="p">P: payloads</button>`)
	}
	b.WriteString("</p>\n")
	b.WriteString(`<main id="stage" tabindex="0" aria-label="picture">` + "\n")
	p.element(&b)
	b.WriteString("</main>\n")
	words(&b)
	fmt.Fprintf(&b, "<script>\n%s</script>\n</body>\n</html>\n", pageScript)
	_, err := w.Write(b.Bytes())
	return err
}
