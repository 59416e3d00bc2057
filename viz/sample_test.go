package viz

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// sample builds a graph from lines "from -> to: label; label": "!" and "?" start sent and received labels, "(name)" is a final state, "[name]" a box,
// "<name>" a decision, "{name}" a resting state, "." the entry. Names with a # are not shown.
func sample(title, text string) *Graph {
	g := &Graph{Title: title}
	at := map[string]int{}
	node := func(name string) int {
		i, ok := at[name]
		if ok {
			return i
		}
		n := Node{ID: "n" + name, Title: strings.Trim(name, "()[]<>{}")}
		switch name[0] {
		case '(':
			n.Kind = Final
		case '[':
			n.Kind = Component
			n.Lines = []string{"pkg." + n.Title}
		case '<':
			n.Kind = Deciding
		case '{':
			n.Kind = Resting
		case '.':
			n.Kind = Entry
		}
		if strings.Contains(name, "#") {
			n.Title, n.Lines = "", nil
		}
		at[name] = len(g.Nodes)
		g.Nodes = append(g.Nodes, n)
		return at[name]
	}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		ends, label, _ := strings.Cut(strings.TrimSpace(line), ": ")
		from, to, ok := strings.Cut(ends, " -> ")
		if !ok {
			node(ends)
			continue
		}
		e := Edge{From: node(from), To: node(to)}
		if label != "" {
			e.Lines = strings.Split(label, "; ")
			switch {
			case label[0] == '?', strings.Contains(label, ") <- "):
				e.Kind = Receiving
			case strings.HasPrefix(label, "gone"):
				e.Kind = Failing
			case strings.HasPrefix(label, "timeout"):
				e.Kind = Timing
			case g.Nodes[e.From].Kind == Deciding:
				e.Kind = Choosing
			case label[0] == '!', strings.Contains(label, " <- "):
				e.Kind = Sending
			}
		}
		g.Edges = append(g.Edges, e)
	}
	return g
}

const blockSample = `. -> {rest}
{rest} -> owed: ? Read(lba, count)
owed -> {rest}: ! Data(buf)
owed -> {rest}: ! Fail(err)
{rest} -> (#end): ? Detach()
{rest} -> {rest}: ? Ping()
`

const vnodeSample = `. -> serving
serving -> #1: Read(off, n) <- file
#1 -> #2: disk <- Read(lba, count)
#2 -> #3: Data(buf) <- disk
#2 -> #4: Fail(err) <- disk; [dirty]
#3 -> serving: file <- Data(buf)
#4 -> serving: file <- Fail(err)
serving -> <#5>: Write(off, buf) <- file
<#5> -> #6: cached; dirty = true
<#5> -> #4: nospace
#6 -> serving: file <- Written()
serving -> #7: Close() <- file
serving -> #7: gone <- file
#7 -> (#8): disk <- Detach()
serving -> serving: timeout
#2 -> #9: gone <- disk
#9 -> (#8): file <- Fail(err)
`

// wiringSample is a kernel of about 25 components.
func wiringSample() *Graph {
	return sample("boot.Boot", `[app ×3] -> [proc]: sys.Syscall ×3; capacity 1
[proc] -> [names]: name.Lookup; capacity 1
[proc] -> [files]: file.File ×4; → 1   ← 2
[names] -> [files]: dir.Dir; capacity 1
[files] -> [vnode]: file.File; capacity 1
[files] -> [pipes]: file.File; capacity 1
[files] -> [console]: file.File; capacity 1
[files] -> [clock]: file.File; capacity 1
[vnode] -> [cg.0]: cg.Group; capacity 1
[vnode] -> [cg.1]: cg.Group; capacity 1
[vnode] -> [cg.2]: cg.Group; capacity 1
[cg.0] -> [cache]: block.Block; capacity 2
[cg.1] -> [cache]: block.Block; capacity 2
[cg.2] -> [cache]: block.Block; capacity 2
[vnode] -> [cache]: block.Block; capacity 2
[cache] -> [disk]: block.Block; → 1/2   ← 0/2
[console] -> [tty]: tty.Tty; rendezvous
[clock] -> [timer]: timer.Timer; capacity 1
[events] -> [proc]: event.Event; capacity 4
[power] -> [events]: event.Source; capacity 1
[thermal] -> [events]: event.Source; capacity 1
[hotplug] -> [events]: event.Source; capacity 1
[supervisor] -> [proc]: sup.Control; capacity 1
[supervisor] -> [files]: sup.Control; capacity 1
[supervisor] -> [events]: sup.Control; capacity 1
[memory] -> [host]: mem.Host; capacity 1
[proc] -> [memory]: mem.Grant; capacity 1
[cache] -> [memory]: mem.Grant; capacity 1`)
}

// randomGraph is a connected graph of n states and about n+extra edges, with loops back, some parallel.
func randomGraph(seed uint64, n, extra int, labels bool) *Graph {
	r := rand.New(rand.NewPCG(seed, 7))
	g := &Graph{Title: fmt.Sprintf("random %d", seed)}
	for i := range n {
		node := Node{ID: number("n", i)}
		if r.IntN(4) == 0 {
			node.Title = fmt.Sprintf("state%d", i)
		}
		g.Nodes = append(g.Nodes, node)
	}
	edge := func(from, to int) {
		e := Edge{From: from, To: to, Kind: EdgeKind(r.IntN(4))}
		if labels {
			e.Lines = []string{fmt.Sprintf("M%d(x, y)", r.IntN(30))}
		}
		g.Edges = append(g.Edges, e)
	}
	for i := 1; i < n; i++ {
		edge(max(0, i-1-r.IntN(4)), i)
	}
	for range extra {
		from := r.IntN(n)
		edge(from, max(0, from-r.IntN(12)))
	}
	return g
}
