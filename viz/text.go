package viz

import (
	"bufio"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// TextOptions say for which terminal a graph is written.
type TextOptions struct {
	Width int  // columns; 0: 80
	ASCII bool // no characters beyond ASCII of the drawing's own
}

// WriteText writes a graph as an outline that reads like the source: below a node what leads on from it, one branch per arrow, a chain of
// single arrows without indentation. A node is described where it is met first; later arrows name it, ↩ where they lead back to where one is.
func WriteText(w io.Writer, g *Graph, o TextOptions) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	b := bufio.NewWriter(w)
	t := &outline{graph: g, out: b, options: o, signs: unicodeSigns, leaving: make([][]int, len(g.Nodes)), seen: make([]bool, len(g.Nodes)),
		on: make([]bool, len(g.Nodes)), arriving: make([]int, len(g.Nodes))}
	if o.ASCII {
		t.signs = asciiSigns
	}
	for i, e := range g.Edges {
		t.leaving[e.From] = append(t.leaving[e.From], i)
		t.arriving[e.To]++
	}
	t.run()
	return b.Flush()
}

// signs are the characters that an outline is drawn with.
type signs struct {
	branch, last, bar, blank             string
	to, back                             string
	entry, final, state, decision, fork  string
	passed, cycled, current, wrong, fade string
}

var (
	unicodeSigns = signs{"├─ ", "└─ ", "│  ", "   ", "→ ", "↩ ", "●", "◉", "○", "◇", "═", "•", "⟲", "◀", "✗", "·"}
	asciiSigns   = signs{"|- ", "`- ", "|  ", "   ", "-> ", "^ ", "*", "(end)", "o", "<>", "=", "*", "~", "<", "!", "-"}
)

type outline struct {
	graph    *Graph
	out      *bufio.Writer
	options  TextOptions
	signs    signs
	leaving  [][]int // per node, edges
	arriving []int   // per node, how many edges
	seen     []bool
	on       []bool // on the way from the root to where the pen is
	waiting  []int  // nodes that got too deep and have a section of their own
	used     map[string]bool
}

func (t *outline) run() {
	t.used = map[string]bool{}
	if t.graph.Title != "" {
		t.line("", clean(t.graph.Title))
		t.line("", "")
	}
	sections := 0
	section := func(root int) {
		if t.seen[root] {
			return
		}
		for t.waiting = []int{root}; len(t.waiting) > 0; sections++ {
			v := t.waiting[0]
			t.waiting = t.waiting[1:]
			if sections > 0 {
				t.line("", "")
			}
			t.head(v)
		}
	}
	for v := range t.graph.Nodes {
		if t.arriving[v] == 0 {
			section(v)
		}
	}
	for v := range t.graph.Nodes {
		section(v)
	}
	t.legend()
}

// head starts a section with a node; an entry shares the line with the state that it leads to.
func (t *outline) head(v int) {
	lead := ""
	if out := t.leaving[v]; t.graph.Nodes[v].Kind == Entry && len(out) == 1 && len(t.graph.Edges[out[0]].Lines) == 0 {
		t.seen[v] = true
		lead, v = t.name(v)+" "+t.signs.to, t.graph.Edges[out[0]].To
	}
	t.line("", lead+t.describe(v))
	t.below(v, "")
}

// below writes what leads on from a node.
func (t *outline) below(v int, prefix string) {
	t.seen[v], t.on[v] = true, true
	defer func() { t.on[v] = false }()
	edges := t.leaving[v]
	for k, i := range edges {
		first, rest := t.signs.branch, t.signs.bar
		if k == len(edges)-1 {
			first, rest = t.signs.last, t.signs.blank
		}
		if len(edges) == 1 && prefix != "" {
			first, rest = "", ""
		}
		t.arrow(i, prefix+first, prefix+rest)
	}
}

// arrow writes an edge and, where its target is met for the first time, what follows.
func (t *outline) arrow(i int, first, rest string) {
	e := &t.graph.Edges[i]
	text := strings.ReplaceAll(e.words(), "; ", ", ") + t.mark(e.Mark)
	target := t.name(e.To)
	switch {
	case t.seen[e.To] && t.on[e.To]:
		t.line(first, strings.TrimSpace(text+"  "+t.signs.back+target))
		return
	case t.seen[e.To]:
		t.line(first, strings.TrimSpace(text+"  "+t.signs.to+target))
		return
	case len(t.leaving[e.To]) == 0:
		t.seen[e.To] = true
		t.line(first, strings.TrimSpace(text+"  "+t.signs.to+t.describe(e.To)))
		return
	case runewidth.StringWidth(rest) > t.options.Width/2:
		t.seen[e.To] = true
		t.waiting = append(t.waiting, e.To)
		t.line(first, strings.TrimSpace(text+"  "+t.signs.to+target))
		return
	}
	n := &t.graph.Nodes[e.To]
	anonymous := n.Title == "" && len(n.Lines) == 0 && t.arriving[e.To] == 1 && n.Kind == Point && n.Mark == Unmarked
	if out := t.leaving[e.To]; anonymous && text == "" && len(out) == 1 { // a branch of a fork: nothing to say but what it begins with
		t.seen[e.To], t.on[e.To] = true, true
		t.arrow(out[0], first, rest)
		t.on[e.To] = false
		return
	}
	if !anonymous || text == "" {
		text = strings.TrimSpace(text + "  " + t.signs.to + t.describe(e.To))
	}
	t.line(first, text)
	t.below(e.To, rest)
}

// name is how a node is called.
func (t *outline) name(v int) string {
	n := &t.graph.Nodes[v]
	title, _ := n.nodeText()
	switch {
	case n.Kind == Entry:
		return t.signs.entry
	case n.Kind == Final && title == "":
		return t.signs.final
	case n.Kind == Fork:
		return number(t.signs.fork, v)
	case (n.Kind == Deciding || n.Kind == Testing) && title == "":
		return number(t.signs.decision, v)
	case title == "":
		return number(t.signs.state, v)
	case n.Kind >= Component:
		return "[" + title + "]"
	}
	return title
}

// describe is a node's name with what else it says.
func (t *outline) describe(v int) string {
	n := &t.graph.Nodes[v]
	_, lines := n.nodeText()
	s := t.name(v)
	if len(lines) > 0 {
		s += " " + strings.Join(lines, ", ")
	}
	switch n.Kind {
	case Resting:
		s += " (rests)"
	case Surrounding:
		s += " (environment)"
	case Outside:
		s += " (external)"
	case Startable:
		s += " (started)"
	}
	return s + t.mark(n.Mark)
}

func (t *outline) mark(m Mark) string {
	sign := map[Mark]string{Passed: t.signs.passed, Cycled: t.signs.cycled, Current: t.signs.current, Wrong: t.signs.wrong, Faded: t.signs.fade}[m]
	if sign == "" {
		return ""
	}
	t.used[sign+" "+markNames[m]] = true
	return " " + sign
}

func (t *outline) legend() {
	var words []string
	for m := Faded; m <= Wrong; m++ {
		sign := map[Mark]string{Passed: t.signs.passed, Cycled: t.signs.cycled, Current: t.signs.current, Wrong: t.signs.wrong, Faded: t.signs.fade}[m]
		if entry := sign + " " + markNames[m]; t.used[entry] {
			words = append(words, entry)
		}
	}
	if len(words) > 0 {
		t.line("", "")
		t.line("", strings.Join(words, "   "))
	}
}

// line writes a line, broken at spaces where it is too long for the terminal.
func (t *outline) line(prefix, text string) {
	room := max(t.options.Width-runewidth.StringWidth(prefix), 20)
	for {
		head, tail := breakAt(text, room)
		t.out.WriteString(strings.TrimRight(prefix+head, " ") + "\n")
		if tail == "" {
			return
		}
		text = tail
		prefix = strings.NewReplacer(t.signs.branch, t.signs.bar, t.signs.last, t.signs.blank).Replace(prefix)
		if !strings.HasSuffix(prefix, "    ") {
			prefix += "    "
			room -= 4
		}
	}
}

// breakAt cuts text to a width, at the last space if there is one.
func breakAt(text string, room int) (head, tail string) {
	if runewidth.StringWidth(text) <= room {
		return text, ""
	}
	width, space, cut := 0, -1, len(text)
	for i, r := range text {
		width += runewidth.RuneWidth(r)
		if width > room {
			cut = max(i, 1)
			break
		}
		if r == ' ' {
			space = i
		}
	}
	if space > 0 {
		return text[:space], strings.TrimLeft(text[space:], " ")
	}
	return text[:cut], text[cut:]
}
