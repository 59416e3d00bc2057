package checker

import (
	"context"
	"flag"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

var composites = flag.Int("composites", 1000, "how many random systems of parts to check by their parts and whole")

// A composite is a random system of parts: components that walk their ends to a certain depth, split at random into the system's own and those of parts.
type composite struct {
	*rand.Rand
	b         strings.Builder
	protocols []*talk
	polite    int // percent of those who hear that a peer is gone
	names     int
}

// talk is a protocol of requests and replies.
type talk struct {
	name    string
	options []request
}

type request struct {
	carries int // the protocol of which it carries a fresh end, -1: none
	role    int
	replies []request // none: nothing is answered
	ends    bool
	state   int
}

// held is an end that a component has.
type held struct {
	name string
	of   *talk
	role int      // 0 asks
	at   *request // that is to be answered, nil: none
}

func (c *composite) chance(percent int) bool { return c.Intn(100) < percent }

func (c *composite) name(prefix string) string {
	c.names++
	return fmt.Sprintf("%s%d", prefix, c.names)
}

// protocol declares a protocol.
func (c *composite) protocol() {
	p := &talk{name: fmt.Sprintf("P%d", len(c.protocols))}
	label := 0
	text := func(r *request, from, to string) string {
		r.state = label
		label++
		carried := ""
		if r.carries >= 0 {
			carried = fmt.Sprintf("e %s.%s", c.protocols[r.carries].name, []string{"a", "b"}[r.role])
		}
		return fmt.Sprintf("option %s -> %s: M%d(%s) ", from, to, r.state, carried)
	}
	fresh := func() request {
		r := request{carries: -1}
		if len(c.protocols) > 0 && c.chance(30) {
			r.carries, r.role = c.Intn(len(c.protocols)), c.Intn(2)
		}
		return r
	}
	rest := ""
	if c.chance(70) {
		rest = "rest"
	}
	fmt.Fprintf(&c.b, "protocol %s(a, b) capacity %d {\n    loop %s { choose a {\n", p.name, c.Intn(3), rest)
	for range 1 + c.Intn(3) {
		r := fresh()
		fmt.Fprintf(&c.b, "    %s", text(&r, "a", "b"))
		if r.ends = c.chance(30); !r.ends && c.chance(70) {
			c.b.WriteString("choose b { ")
			for range 1 + c.Intn(2) {
				answer := fresh()
				c.b.WriteString(text(&answer, "b", "a"))
				if answer.ends = c.chance(20); answer.ends {
					c.b.WriteString("end ")
				}
				r.replies = append(r.replies, answer)
			}
			c.b.WriteString("}")
		} else if r.ends {
			c.b.WriteString("end")
		}
		c.b.WriteString("\n")
		p.options = append(p.options, r)
	}
	c.b.WriteString("    } }\n}\n")
	c.protocols = append(c.protocols, p)
}

// says reports whether the holder of an end has the word.
func (h *held) says() bool { return (h.role == 0) == (h.at == nil) }

func (h *held) labels() []request {
	if h.at != nil {
		return h.at.replies
	}
	return h.of.options
}

// after is the end behind a message, nil if it is over.
func (h held) after(r *request) *held {
	switch {
	case r.ends:
		return nil
	case h.at == nil && len(r.replies) > 0:
		h.at = r
	default:
		h.at = nil
	}
	return &h
}

func with(ends []held, i int, next *held, more ...held) []held {
	all := append([]held{}, ends[:i]...)
	if next != nil {
		all = append(all, *next)
	}
	return append(append(all, ends[i+1:]...), more...)
}

// body is what a component does with its ends, so many steps long.
func (c *composite) body(ends []held, steps int) string {
	if len(ends) == 0 {
		return "end"
	}
	i := c.Intn(len(ends))
	e := ends[i]
	switch {
	case steps == 0:
		return fmt.Sprintf("abandon %s %s", e.name, c.body(with(ends, i, nil), 0))
	case c.chance(5):
		return fmt.Sprintf("abandon %s %s", e.name, c.body(with(ends, i, nil), steps-1))
	case e.says():
		labels := e.labels()
		if len(labels) > 1 && c.chance(50) {
			x, y := c.Intn(len(labels)), c.Intn(len(labels))
			return fmt.Sprintf("decide { case x: %s case y: %s }", c.send(ends, i, &labels[x], steps-1), c.send(ends, i, &labels[y], steps-1))
		}
		return c.send(ends, i, &labels[c.Intn(len(labels))], steps-1)
	}
	text := "choose { "
	for k, e := range ends {
		if e.says() || k != i && !c.chance(40) {
			continue
		}
		for l := range e.labels() {
			r := &e.labels()[l]
			bound, more := "", []held(nil)
			if r.carries >= 0 {
				bound = c.name("q")
				more = []held{{name: bound, of: c.protocols[r.carries], role: r.role}}
			}
			text += fmt.Sprintf("option M%d(%s) <- %s: %s ", r.state, bound, e.name, c.body(with(ends, k, e.after(r), more...), steps-1))
		}
		if c.chance(c.polite) {
			text += fmt.Sprintf("option gone <- %s: %s ", e.name, c.body(with(ends, k, nil), steps-1))
		}
	}
	return text + "} "
}

// send sends one message, with a fresh session if it carries an end; where there is no place for one it waits, or does something else.
func (c *composite) send(ends []held, i int, r *request, steps int) string {
	e := ends[i]
	next := with(ends, i, e.after(r))
	if r.carries < 0 {
		if c.chance(c.polite) {
			return fmt.Sprintf("choose { option %s <- M%d(): %s option gone <- %s: %s } ", e.name, r.state, c.body(next, steps), e.name, c.body(with(ends, i, nil), steps))
		}
		return fmt.Sprintf("%s <- M%d() %s", e.name, r.state, c.body(next, steps))
	}
	q := c.protocols[r.carries]
	s, roles := c.name("n"), []string{"a", "b"}
	mine := held{name: s + "." + roles[1-r.role], of: q, role: 1 - r.role}
	sent := fmt.Sprintf("choose { option %s <- M%d(%s.%s): %s option gone <- %s: abandon %s.%s %s } ", e.name, r.state, s, roles[r.role], c.body(append(next, mine), steps), e.name,
		s, roles[r.role], c.body(append(with(ends, i, nil), mine), steps))
	if c.chance(50) {
		return fmt.Sprintf("new %s as %s %s", q.name, s, sent)
	}
	return fmt.Sprintf("choose { option new %s as %s: %s option else: %s } ", q.name, s, sent, c.body(ends, steps))
}

// randomComposite declares the systems Whole and its parts.
func randomComposite(seed int64) string {
	c := &composite{Rand: rand.New(rand.NewSource(seed))}
	c.polite = []int{100, 90, 50}[c.Intn(3)]
	c.b.WriteString("package x\n")
	for range 1 + c.Intn(3) {
		c.protocol()
	}
	n := 2 + c.Intn(3)
	ends := make([][]held, n)
	type wire struct {
		p    *talk
		x, y int // who asks, who answers
		e, f string
	}
	var wires []wire
	for i := 1; i < n || c.chance(50) && len(wires) < 5; i++ {
		x, y := i%n, c.Intn(n)
		if i < n {
			y = c.Intn(i)
		}
		if x == y {
			continue
		}
		if c.chance(50) {
			x, y = y, x
		}
		w := wire{c.protocols[c.Intn(len(c.protocols))], x, y, c.name("e"), c.name("e")}
		ends[x] = append(ends[x], held{name: w.e, of: w.p, role: 0})
		ends[y] = append(ends[y], held{name: w.f, of: w.p, role: 1})
		wires = append(wires, w)
	}
	for i := range n {
		var params []string
		for _, e := range ends[i] {
			params = append(params, fmt.Sprintf("%s %s.%s", e.name, e.of.name, []string{"a", "b"}[e.role]))
		}
		fmt.Fprintf(&c.b, "component C%d(%s) { %s }\n", i, strings.Join(params, ", "), c.body(ends[i], 2+c.Intn(2)))
	}
	// Who is in which part: 0 is the whole's own.
	in, parts := make([]int, n), 1+c.Intn(2)
	for i := range n {
		in[i] = c.Intn(parts + 1)
	}
	limits := ""
	for _, p := range c.protocols {
		limits += fmt.Sprintf("    limit %s %d\n", p.name, 1+c.Intn(2))
	}
	at := func(part, i int, end string) string {
		if in[i] == part || in[i] == 0 {
			return fmt.Sprintf("c%d.%s", i, end)
		}
		return fmt.Sprintf("p%d.%s", in[i], end)
	}
	for part := parts; part >= 0; part-- {
		var b strings.Builder
		some := false
		for i := range n {
			if in[i] == part {
				fmt.Fprintf(&b, "    c%d C%d\n", i, i)
				some = true
			}
		}
		for _, w := range wires {
			switch {
			case in[w.x] == in[w.y] && in[w.x] == part, part == 0 && in[w.x] != in[w.y]:
				fmt.Fprintf(&b, "    connect %s(a = %s, b = %s)\n", w.p.name, at(part, w.x, w.e), at(part, w.y, w.f))
			case in[w.x] == part && in[w.y] != part && part != 0:
				fmt.Fprintf(&b, "    export %s = c%d.%s\n", w.e, w.x, w.e)
			case in[w.y] == part && in[w.x] != part && part != 0:
				fmt.Fprintf(&b, "    export %s = c%d.%s\n", w.f, w.y, w.f)
			}
		}
		if part == 0 {
			fmt.Fprintf(&c.b, "system Whole {\n")
			for k := 1; k <= parts; k++ {
				if strings.Contains(c.b.String(), fmt.Sprintf("system Part%d ", k)) {
					fmt.Fprintf(&c.b, "    use p%d Part%d\n", k, k)
				}
			}
			fmt.Fprintf(&c.b, "%s%s}\n", b.String(), limits)
		} else if some {
			fmt.Fprintf(&c.b, "system Part%d {\n%s}\n", part, b.String())
		}
	}
	return c.b.String()
}

// A system that holds by its parts holds as a whole.
func TestParts(t *testing.T) {
	ctx, o := context.Background(), Options{States: 60000}
	tried, apart, byParts, holds, refused := 0, 0, 0, 0, map[string]int{}
	for n := range int64(*composites) {
		text := randomComposite(*seed + n)
		prog, diags := session.LoadText(map[string]string{"x/x.chan": text})
		if len(diags) > 0 {
			if refused[string(diags[0].Code)]++; refused[string(diags[0].Code)] < 3 && testing.Verbose() {
				t.Log(diags[0], text)
			}
			continue
		}
		var decl *session.SystemDecl
		for _, s := range prog.Packages[0].Systems {
			if s.Name == "Whole" {
				decl = s
			}
		}
		whole, diags := session.Elaborate(decl, session.ElaborateOptions{})
		diags = slices.DeleteFunc(diags, func(d *dsl.Diagnostic) bool { return d.Severity == dsl.Warning })
		if len(diags) > 0 {
			if refused[string(diags[0].Code)]++; refused[string(diags[0].Code)] < 3 && testing.Verbose() {
				t.Log(diags[0], text)
			}
			continue
		}
		tried++
		own, parts, _ := session.Apart(decl, whole, session.ElaborateOptions{})
		if own == nil {
			continue
		}
		apart++
		good := Check(ctx, own, o).Outcome == Holds
		for k := 0; good && k < len(parts); k++ {
			sys, _ := parts[k].Elaborate()
			good = Check(ctx, sys, o).Outcome == Holds
		}
		if good {
			byParts++
		}
		v := Check(ctx, whole, Options{States: 200000, NoReduce: true})
		if v.Outcome == Holds {
			holds++
		}
		if good && v.Outcome == Violated {
			t.Fatalf("seed %d: holds by its parts, and the whole fails with %s: %s\n%s", *seed+n, v.Violations[0].Code, v.Violations[0].Message, text)
		}
	}
	t.Logf("%d composites from seed %d: %d elaborate (%v), %d have parts, %d hold by them, %d hold whole", *composites, *seed, tried, refused, apart, byParts, holds)
	if byParts*20 < *composites {
		t.Error("the composites try too little")
	}
}
