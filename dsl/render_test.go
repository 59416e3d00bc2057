package dsl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// at returns the position of the first part in a source.
func at(t *testing.T, s *Source, part string) Position {
	t.Helper()
	i := strings.Index(string(s.Text), part)
	if i < 0 {
		t.Fatalf("no %q in the source", part)
	}
	return Position{s, Span{i, i + len(part)}}
}

func TestRender(t *testing.T) {
	lines := make([]string, 12)
	lines[1] = "\tdisk\t<- Put(_)"
	lines[2] = "Ünïcödé(日本語, e\u0301) <- c"
	lines[4] = "evil \x1b[31m \u202e \xff <- c // \U0001F600 <- d"
	lines[8] = "loop {"
	lines[9] = "}"
	lines[11] = "last <- M()"
	one := NewSource("fs/fs.chan", []byte(strings.Join(lines, "\n")))
	two := NewSource("block/block.chan", []byte("package block\nprotocol Block(a, b) {}\n"))
	for _, test := range []struct {
		name    string
		d       *Diagnostic
		options RenderOptions
		want    string
	}{
		{"a tab, the meaning of the place, notes",
			&Diagnostic{Code: "PO2001", At: at(t, one, "<- Put(_)"), Message: "deadlock",
				Related: []Related{{at(t, one, "<- Put(_)"), "fs waits here"}, {Position{}, "the queue is full"}}, Notes: []string{"fs: 1\napp: 2\n"}},
			RenderOptions{}, `
error[PO2001]: deadlock
 --> fs/fs.chan:2:7
  |
2 |     disk    <- Put(_)
  |             ^^^^^^^^^ fs waits here
  = the queue is full
  = fs: 1
    app: 2
`},
		{"wide and combining characters; related places in the order of lines, dots between, another file below",
			&Diagnostic{Code: "PO0301", Severity: Warning, At: at(t, one, "e\u0301"), Message: "unused",
				Related: []Related{{at(t, two, "Block"), "declared here"}, {at(t, one, "last <- M()"), "sent here"}, {at(t, one, "日本語"), "wide"}, {at(t, one, "disk"), "above"}}},
			RenderOptions{ASCII: true}, `
warning[PO0301]: unused
  --> fs/fs.chan:3:24
   |
 2 |     disk    <- Put(_)
   |     ---- above
 3 | Ünïcödé(日本語, é) <- c
   |         ------ wide
   |                 ^
...
12 | last <- M()
   | ----------- sent here
  ::: block/block.chan:2:10
   |
 2 | protocol Block(a, b) {}
   |          ----- declared here
`},
		{"what a terminal must not see; a span of several lines; a single line between",
			&Diagnostic{Code: "PO0001", At: at(t, one, "<- d"), Message: "no", Related: []Related{{at(t, one, "loop {\n}"), "in here"}, {at(t, one, "\xff"), "bad"}, {at(t, one, "Ünï"), ""}}},
			RenderOptions{}, `
error[PO0001]: no
 --> fs/fs.chan:5:31
  |
3 | Ünïcödé(日本語, é) <- c
  | ---
4 |
5 | evil ·[31m · · <- c // 😀 <- d
  |              - bad
  |                           ^^^^
…
9 | loop {
  | ------ in here
`},
		{"the end of the file", &Diagnostic{Code: "PO0001", At: Position{two, Span{len(two.Text), len(two.Text)}}, Message: "open"},
			RenderOptions{Color: true}, "\n" +
				"\x1b[1;31merror[PO0001]\x1b[0m\x1b[1m: open\x1b[0m\n \x1b[1;34m-->\x1b[0m block/block.chan:3:1\n" +
				"\x1b[1;34m  |\x1b[0m\n\x1b[1;34m3 |\x1b[0m\n\x1b[1;34m  |\x1b[0m \x1b[1;31m^\x1b[0m\n"},
		{"nowhere", &Diagnostic{Message: "empty folder"}, RenderOptions{}, "\nerror: empty folder\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			if err := test.d.Render(&b, test.options); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLongLine: of a line that a program has written, only what is near a mark is shown, and the marks stand below what they mark.
func TestLongLine(t *testing.T) {
	pad := strings.Repeat("日本 ", 100000)
	s := NewSource("a/a.chan", []byte("package a\n"+pad+"wrong"+pad+"there"+pad+"\n\x80"+strings.Repeat("\x80", 600000)+"bad\n"))
	for _, ascii := range []bool{false, true} {
		var out strings.Builder
		d := &Diagnostic{At: at(t, s, "wrong"), Message: "no", Related: []Related{{at(t, s, "there"), "declared"}, {at(t, s, "bad"), "bytes"}}}
		if err := d.Render(&out, RenderOptions{ASCII: ascii}); err != nil {
			t.Fatal(err)
		}
		if out.Len() > 10*longestLine {
			t.Fatalf("%d bytes are shown", out.Len())
		}
		lines := strings.Split(out.String(), "\n")
		found := 0
		for i, line := range lines[1:] {
			if k := strings.IndexAny(line, "^"); k >= 0 && strings.Contains(line, "|") || strings.Contains(line, "----- declared") {
				k = strings.IndexAny(line, "^-")
				above, word := lines[i], "wrong"
				if strings.Contains(line, "declared") {
					word = "there"
				}
				if w := columns.StringWidth(above[:strings.Index(above, word)]); w != columns.StringWidth(line[:k]) {
					t.Errorf("%s stands at %d, its mark at %d", word, w, k)
				}
				found++
			}
		}
		if found != 2 {
			t.Errorf("%d marks\n%s", found, out.String())
		}
	}
}
