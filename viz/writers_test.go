package viz

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/protoc-os/protoc-os/traces"
)

var updatePictures = flag.Bool("update-pictures", false, "rewrite testdata/graph")

// writers are all forms of a graph, by the ending of their files.
var writers = map[string]func(io.Writer, *Graph) error{
	"dot": WriteDOT, "mmd": WriteMermaid,
	"txt":  func(w io.Writer, g *Graph) error { return WriteText(w, g, TextOptions{}) },
	"svg":  func(w io.Writer, g *Graph) error { return WriteSVG(w, Arrange(g)) },
	"html": func(w io.Writer, g *Graph) error { return WriteHTML(w, Arrange(g)) },
	"png":  func(w io.Writer, g *Graph) error { return WritePNG(w, Arrange(g)) },
}

// sequenceWriters are all forms of a sequence chart.
var sequenceWriters = map[string]func(*Sequence, io.Writer) error{
	"svg": (*Sequence).WriteSVG, "html": (*Sequence).WriteHTML, "mmd": (*Sequence).WriteMermaid, "png": (*Sequence).WritePNG,
}

// hostile are names that somebody's quoting gets wrong.
var hostile = []string{"", " ", `"`, `'`, `\`, `\N`, `\"`, `a\`, "<b>x</b>", "<script>alert(1)</script>", "</svg><script>alert(2)</script>", "]]>", "<!--", "--", "&amp;", "&#60;",
	"a|b", "{a|b}", "[x]", "(y)", "((z))", "graph", "end", "subgraph", "node", "strict", "click", "style n0 fill:red", "%%{init: {}}%%", "A-->B", "\n", "a\nb", "\r\n\t", "\x00\x01\x1b[31m",
	"\xff\xfe", "日本語のラベル", "é", "👩‍👩‍👧", "\u202Ereversed", "\u2028", "\ufeff", "\ufffe", "javascript:alert(3)", `" onload="alert(4)`, "${x}", "`tick`", "#35;", "; DROP", "→", strings.Repeat("long ", 60)}

// hostileGraph has a name in every place where one may stand.
func hostileGraph(a, b, c string) *Graph {
	g := &Graph{Title: a, About: b}
	for k := Point; k <= Hub; k++ {
		g.Nodes = append(g.Nodes, Node{ID: a, Title: b, Lines: []string{c, a}, Kind: k, Group: c, Mark: Mark(int(k) % 6), Keys: []string{a}})
	}
	for i := range g.Nodes {
		for k := Plain; k <= Timing; k++ {
			if (i+int(k))%3 == 0 {
				g.Edges = append(g.Edges, Edge{From: i, To: (i + int(k)) % len(g.Nodes), Lines: []string{c, b}, Note: a, Kind: k, Both: k == Making, Mark: Mark(i % 6)})
			}
		}
	}
	return g
}

func hostileTrace(a, b, c string) *traces.Trace {
	t := &traces.Trace{System: a, Code: b, Message: c, Property: "deadlock", Instances: []string{a + "1", b + "2", c + "3"}, Cycle: 2}
	for i, kind := range []traces.Kind{traces.Send, traces.Receive, traces.Exchange, traces.Gone, traces.Timeout, traces.Else, traces.New, traces.Start, traces.Add, traces.Ended,
		traces.Crashed, traces.Decide, traces.Crash, traces.End} {
		t.Events = append(t.Events, traces.Event{Step: i + 1, Kind: kind, Instance: t.Instances[i%3], Peer: t.Instances[(i+1)%3], Channel: a, Protocol: b, Role: c, PeerRole: a, Label: b,
			Args: []string{c, a}, Case: b, At: c, PeerAt: a})
	}
	t.Final = &traces.State{Components: []traces.ComponentState{{Instance: t.Instances[0], Status: "waiting", At: a, Waits: []string{b, c}}},
		Queues: []traces.QueueState{{Channel: a, From: b, To: c, Capacity: 1, Messages: []string{c}}}, Cycle: []string{a, b, a}}
	return t
}

// elements are the names that our own markup uses. A name or payload that became markup would bring another, or one with other attributes.
var elements = map[string]bool{"svg": true, "title": true, "desc": true, "style": true, "rect": true, "g": true, "path": true, "text": true,
	"html": true, "head": true, "meta": true, "body": true, "p": true, "main": true, "details": true, "summary": true, "ul": true, "ol": true, "li": true, "script": true, "tspan": true, "button": true}

// checkMarkup parses a document and fails on markup that is not ours.
func checkMarkup(t *testing.T, what string, text []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	scripts := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", what, err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !elements[e.Name.Local] {
			t.Errorf("%s has an element <%s>", what, e.Name.Local)
		}
		if e.Name.Local == "script" {
			scripts++
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" || a.Name.Local == "src" || a.Name.Local == "style" {
				t.Errorf("%s has an attribute %s", what, a.Name.Local)
			}
		}
	}
	if scripts > 1 {
		t.Errorf("%s has %d scripts", what, scripts)
	}
}

// checkGraph writes a graph in every form and judges each. Painting takes a hundred times as long as all the rest: it is done only where asked for.
func checkGraph(t *testing.T, g *Graph, paint bool) {
	t.Helper()
	for ending, write := range writers {
		if ending == "png" && !paint {
			continue
		}
		var b bytes.Buffer
		if err := write(&b, g); err != nil {
			t.Fatalf("%s of %q: %v", ending, g.Title, err)
		}
		checkForm(t, ending, g.Title, b.Bytes())
	}
}

func checkForm(t *testing.T, ending, title string, text []byte) {
	t.Helper()
	switch ending {
	case "svg", "html":
		checkMarkup(t, ending+" of "+title, text)
	case "png":
		if _, err := png.Decode(bytes.NewReader(text)); err != nil {
			t.Errorf("png of %q: %v", title, err)
		}
	case "mmd":
		for _, line := range strings.Split(string(text), "\n") {
			if strings.ContainsAny(line, "\x00\x1b\r") || strings.Contains(line, "<b>") || strings.Contains(line, "<script") || strings.Contains(line, "%%{") {
				t.Errorf("mermaid of %q has the line %q", title, line)
			}
		}
	case "txt":
		for _, line := range strings.Split(string(text), "\n") {
			if strings.ContainsAny(line, "\x00\x1b\r\t") {
				t.Errorf("text of %q has the line %q", title, line)
			}
		}
	}
}

func TestHostileNames(t *testing.T) {
	for i, name := range hostile {
		a, b := hostile[(i+7)%len(hostile)], hostile[(i+23)%len(hostile)]
		checkGraph(t, hostileGraph(name, a, b), i%16 == 0)
		s := ArrangeSequence(hostileTrace(name, a, b), SequenceOptions{})
		for ending, write := range sequenceWriters {
			if ending == "png" && i%16 != 0 {
				continue
			}
			var out bytes.Buffer
			if err := write(s, &out); err != nil {
				t.Fatalf("%s of %q: %v", ending, name, err)
			}
			checkForm(t, ending, name, out.Bytes())
		}
	}
}

// TestDotAccepts hands every hostile name, in every place, to Graphviz, many graphs in one file.
func TestDotAccepts(t *testing.T) {
	path, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("dot is not installed (apt-get install graphviz): DOT files are not tried on it")
	}
	var all bytes.Buffer
	for i, name := range hostile {
		if err := WriteDOT(&all, hostileGraph(name, hostile[(i+7)%len(hostile)], hostile[(i+23)%len(hostile)])); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(path, "-Tsvg")
	cmd.Stdin = &all
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || strings.Contains(complaints.String(), "syntax") {
		t.Fatalf("dot refuses: %v\n%s", err, complaints.String())
	}
	if n := bytes.Count(out, []byte("</svg>")); n != len(hostile) {
		t.Errorf("dot drew %d of %d graphs\n%s", n, len(hostile), complaints.String())
	}
	for _, document := range bytes.SplitAfter(out, []byte("</svg>")) {
		if at := bytes.Index(document, []byte("<svg")); at >= 0 && bytes.Contains(document[at:], []byte("<script")) {
			t.Error("a name became a script in what dot drew")
		}
	}
}

func FuzzWriters(f *testing.F) {
	for i, name := range hostile {
		f.Add(name, hostile[(i+1)%len(hostile)], hostile[(i+2)%len(hostile)])
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if len(a)+len(b)+len(c) > 2000 {
			t.Skip("longer than any name")
		}
		checkGraph(t, hostileGraph(a, b, c), false)
		s := ArrangeSequence(hostileTrace(a, b, c), SequenceOptions{Most: 5})
		var out bytes.Buffer
		if err := s.WriteHTML(&out); err != nil {
			t.Fatal(err)
		}
		checkMarkup(t, "chart", out.Bytes())
	})
}

// TestPictures holds the text forms of a small graph and of a chart against files that people have looked at.
func TestPictures(t *testing.T) {
	got := map[string][]byte{}
	for _, ending := range []string{"dot", "mmd", "txt", "svg"} {
		var b bytes.Buffer
		if err := writers[ending](&b, sample("block.Block.driver", blockSample)); err != nil {
			t.Fatal(err)
		}
		got["block."+ending] = b.Bytes()
	}
	for _, ending := range []string{"mmd", "svg"} {
		var b bytes.Buffer
		if err := sequenceWriters[ending](ArrangeSequence(lassoSample(), SequenceOptions{}), &b); err != nil {
			t.Fatal(err)
		}
		got["lasso."+ending] = b.Bytes()
	}
	for name, text := range got {
		path := filepath.Join("testdata", "graph", name)
		if *updatePictures {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, text, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(text)); diff != "" {
			t.Errorf("%s differs (go test ./viz -update-pictures rewrites it):\n%s", path, diff)
		}
	}
}

// TestTextFits writes graphs for narrow and usual terminals and measures the lines.
func TestTextFits(t *testing.T) {
	for name, g := range map[string]*Graph{"vnode": sample("vnode", vnodeSample), "wiring": wiringSample(), "random": randomGraph(5, 60, 40, true), "hostile": hostileGraph("日本語のラベル", "a b", strings.Repeat("long ", 60))} {
		for _, o := range []TextOptions{{}, {Width: 60}, {ASCII: true}} {
			var b bytes.Buffer
			if err := WriteText(&b, g, o); err != nil {
				t.Fatal(err)
			}
			width := max(o.Width, 60)
			if o.Width == 0 {
				width = 80
			}
			for _, line := range strings.Split(b.String(), "\n") {
				if w := chartWidth.StringWidth(line); w > width {
					t.Errorf("%s at %d columns: a line of %d: %q", name, width, w, line)
				}
				if o.ASCII && name != "hostile" {
					for _, r := range line {
						if r > 126 && r != '×' && r != '→' && r != '←' {
							t.Errorf("%s: %q in ASCII", name, r)
						}
					}
				}
			}
		}
	}
}
