package viz

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMermaid writes a graph as a Mermaid flow chart.
func WriteMermaid(w io.Writer, g *Graph) error {
	g = g.bundled()
	b := bufio.NewWriter(w)
	direction := "TB"
	if g.Direction == LeftRight {
		direction = "LR"
	}
	if g.Title != "" {
		fmt.Fprintf(b, "---\ntitle: \"%s\"\n---\n", mermaidPlain(g.Title))
	}
	fmt.Fprintf(b, "flowchart %s\n", direction)
	fmt.Fprintf(b, "    accTitle: %s\n    accDescr: %s\n", mermaidPlain(g.Title), mermaidPlain(g.about()))
	g.mermaidNodes(b)
	for i := range g.Edges {
		e := &g.Edges[i]
		arrow := "-->"
		switch {
		case e.Both:
			arrow = "<-->"
		case e.Mark == Passed || e.Mark == Cycled || e.Mark == Wrong || e.Mark == Current:
			arrow = "==>"
		case inks[e.Kind].dash != nil || e.Mark == Faded:
			arrow = "-.->"
		}
		label := ""
		if len(e.Lines) > 0 {
			label = "|" + mermaidQuote(e.Lines) + "|"
		}
		fmt.Fprintf(b, "    n%d %s%s n%d\n", e.From, arrow, label, e.To)
	}
	g.mermaidStyles(b)
	return b.Flush()
}

// mermaidNodes writes the nodes, those of a group inside a subgraph where the first of it stands.
func (g *Graph) mermaidNodes(b *bufio.Writer) {
	written := map[string]bool{}
	for i := range g.Nodes {
		group := g.Nodes[i].Group
		switch {
		case group == "":
			g.mermaidNode(b, i, "    ")
		case !written[group]:
			fmt.Fprintf(b, "    subgraph g%d [%s]\n", len(written), mermaidQuote([]string{group}))
			written[group] = true
			for k := i; k < len(g.Nodes); k++ {
				if g.Nodes[k].Group == group {
					g.mermaidNode(b, k, "        ")
				}
			}
			b.WriteString("    end\n")
		}
	}
}

func (g *Graph) mermaidNode(b *bufio.Writer, i int, indent string) {
	n := &g.Nodes[i]
	title, lines := n.nodeText()
	text := append([]string{}, lines...)
	if title != "" {
		text = append([]string{title}, lines...)
	}
	label := mermaidQuote(text)
	if len(text) == 0 {
		label = `" "`
	}
	shape := [2]string{"[", "]"}
	switch {
	case n.Kind == Entry:
		shape = [2]string{"((", "))"}
	case n.Kind == Final:
		shape = [2]string{"(((", ")))"}
	case (n.Kind == Deciding || n.Kind == Testing) && len(text) == 0:
		shape = [2]string{"{", "}"}
	case n.Kind == Deciding:
		shape = [2]string{"{{", "}}"}
	case n.Kind == Fork:
	case n.Kind == Point || n.Kind == Resting || n.Kind == Hub:
		shape = [2]string{"([", "])"}
		if len(text) == 0 {
			shape = [2]string{"((", "))"}
		}
	case n.Kind == Outside:
		shape = [2]string{"[[", "]]"}
	}
	fmt.Fprintf(b, "%sn%d%s%s%s\n", indent, i, shape[0], label, shape[1])
}

// mermaidStyles writes the fills and strokes of nodes that differ from Mermaid's own.
func (g *Graph) mermaidStyles(b *bufio.Writer) {
	for i := range g.Nodes {
		n := &g.Nodes[i]
		switch fill := n.fill(); {
		case n.Kind == Entry || n.Kind == Fork:
			fmt.Fprintf(b, "    style n%d fill:%s,stroke:%s\n", i, ink.light, ink.light)
		case fill == "open":
			fmt.Fprintf(b, "    style n%d stroke-dasharray:5 3\n", i)
		case n.Mark > Faded || n.Heat > 0:
			l := looks[fill]
			fmt.Fprintf(b, "    style n%d fill:%s,stroke:%s,stroke-width:%gpx,color:%s\n", i, l.fill.light, l.stroke.light, l.width, ink.light)
		case n.Mark == Faded:
			fmt.Fprintf(b, "    style n%d opacity:0.4\n", i)
		}
	}
}

// mermaidQuote writes lines as one quoted label. Every character that Mermaid or Markdown gives a meaning is written as an entity.
func mermaidQuote(lines []string) string {
	quoted := make([]string, len(lines))
	for i, l := range lines {
		quoted[i] = mermaidPlain(l)
	}
	return `"` + strings.Join(quoted, "<br/>") + `"`
}

func mermaidPlain(s string) string {
	var b strings.Builder
	for _, r := range clean(s) {
		if strings.ContainsRune("\"'`#&<>;{}[]()|\\%*_~:!@$^", r) {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
