package viz

import (
	"fmt"
	"io"
	"strings"

	"github.com/awalterschulze/gographviz"
)

// WriteDOT writes a graph for Graphviz. Nodes are called n0, n1, …: names are only ever labels, in quotes.
func WriteDOT(w io.Writer, g *Graph) error {
	g = g.bundled()
	d := newDOT(g)
	for i := range g.Nodes {
		d.node(g, i)
	}
	for i := range g.Edges {
		d.edge(g, i)
	}
	if d.err != nil {
		return fmt.Errorf("writing DOT: %w", d.err)
	}
	tree, err := d.graph.WriteAst()
	if err != nil {
		return fmt.Errorf("writing DOT: %w", err)
	}
	_, err = io.WriteString(w, tree.String()+"\n")
	return err
}

// dot is the adapter to gographviz, which checks names of attributes and prints in a stable order but quotes nothing. It remembers the first error.
type dot struct {
	graph  *gographviz.Graph
	groups map[string]string // group → subgraph
	err    error
}

func newDOT(g *Graph) *dot {
	d := &dot{graph: gographviz.NewGraph(), groups: map[string]string{"": "G"}}
	d.check(d.graph.SetName("G"))
	d.check(d.graph.SetDir(true))
	rank := "TB"
	if g.Direction == LeftRight {
		rank = "LR"
	}
	for name, value := range map[string]string{"rankdir": rank, "label": dotQuote(g.Title), "labelloc": "t", "fontname": dotQuote("Helvetica"),
		"tooltip": dotQuote(g.about()), "nodesep": "0.35", "ranksep": "0.4"} {
		d.check(d.graph.AddAttr("G", name, value))
	}
	return d
}

func (d *dot) check(err error) {
	if d.err == nil {
		d.err = err
	}
}

// parent returns the subgraph of a group, made on first use.
func (d *dot) parent(group string) string {
	name, ok := d.groups[group]
	if !ok {
		name = number("cluster_", len(d.groups))
		d.groups[group] = name
		d.check(d.graph.AddSubGraph("G", name, map[string]string{"label": dotQuote(group), "style": "rounded", "color": dotQuote(faint.light)}))
	}
	return name
}

func (d *dot) node(g *Graph, i int) {
	n := &g.Nodes[i]
	title, lines := n.nodeText()
	text := append([]string{}, lines...)
	if title != "" {
		text = append([]string{title}, lines...)
	}
	l := looks[n.fill()]
	attributes := map[string]string{"label": dotQuote(text...), "fontname": dotQuote("Helvetica"), "fontsize": "11", "shape": "box", "style": dotQuote("rounded,filled"),
		"fillcolor": dotQuote(l.fill.light), "color": dotQuote(l.stroke.light), "penwidth": fmt.Sprintf("%g", l.width), "tooltip": dotQuote(n.words())}
	bare := len(text) == 0
	set := func(pairs ...string) {
		for k := 0; k < len(pairs); k += 2 {
			attributes[pairs[k]] = pairs[k+1]
		}
	}
	switch n.Kind {
	case Entry:
		set("shape", "circle", "width", "0.12", "fixedsize", "true", "fillcolor", dotQuote(ink.light))
	case Fork:
		set("shape", "box", "width", "0.6", "height", "0.06", "fixedsize", "true", "style", "filled", "fillcolor", dotQuote(ink.light))
	case Final:
		if bare {
			set("shape", "doublecircle", "width", "0.14", "fixedsize", "true", "fillcolor", dotQuote(ink.light))
		} else {
			set("peripheries", "2")
		}
	case Resting:
		set("peripheries", "2")
	case Deciding, Testing:
		set("shape", "diamond", "style", "filled", "margin", dotQuote("0.02,0.02"))
		if !bare {
			set("shape", "hexagon")
		}
	case Surrounding, Startable:
		set("style", dotQuote("rounded,filled,dashed"))
	case Outside:
		set("style", "filled", "shape", "component")
	}
	if bare && (n.Kind == Point || n.Kind == Resting) {
		set("shape", "circle", "width", "0.22", "fixedsize", "true")
	}
	if bare && (n.Kind == Deciding || n.Kind == Testing) {
		set("width", "0.3", "height", "0.3", "fixedsize", "true")
	}
	d.check(d.graph.AddNode(d.parent(n.Group), number("n", i), attributes))
}

func (d *dot) edge(g *Graph, i int) {
	e := &g.Edges[i]
	l := inks[e.Kind]
	attributes := map[string]string{"color": dotQuote(l.stroke.light), "fontcolor": dotQuote(looks["label-"+edgeNames[e.Kind]].fill.light),
		"fontname": dotQuote("Helvetica"), "fontsize": "10", "tooltip": dotQuote(g.edgeWords(i)), "arrowsize": "0.7", "id": dotQuote(number("e", i))}
	if len(e.Lines) > 0 {
		attributes["label"] = dotQuote(cleanAll(e.Lines)...)
	}
	if l.dash != nil {
		attributes["style"] = "dashed"
	}
	if e.Both {
		attributes["dir"] = "both"
	}
	switch e.Mark {
	case Passed, Cycled, Current, Wrong:
		attributes["penwidth"] = "3"
	case Faded:
		attributes["style"] = "dotted"
	}
	d.check(d.graph.AddEdge(number("n", e.From), number("n", e.To), true, attributes))
}

// dotQuote writes lines as one quoted string. Backslashes are doubled, so that no escape sequence of Graphviz (\N, \G, \l) is read out of a name, and what
// Graphviz would read as an entity of HTML is not one.
func dotQuote(lines ...string) string {
	quoted := make([]string, len(lines))
	for i, l := range lines {
		quoted[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(clean(l))
	}
	return `"` + strings.Join(quoted, `\n`) + `"`
}
