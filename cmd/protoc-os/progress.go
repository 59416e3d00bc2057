package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/protoc-os/protoc-os/checker"
)

// progress shows that a search goes on: one line that is rewritten on a terminal, nothing elsewhere; with -v a line now and then anywhere.
type progress struct {
	err   io.Writer
	name  string
	width int // of the terminal; 0: none
	lines bool
	last  time.Duration
	drawn bool
}

// Least time before the first status line, and between two of them that stay.
const (
	progressFirst = 300 * time.Millisecond
	progressLines = 2 * time.Second
)

func (a *app) progress(name string) *progress {
	p := &progress{err: a.err, name: name, width: terminal(a.err)}
	if a.quiet {
		p.width = 0
	}
	if a.verbose && p.width == 0 && !a.quiet {
		p.lines = true
		fmt.Fprintf(a.err, "checking %s\n", name)
	}
	return p
}

// show is called by the search now and then.
func (p *progress) show(s checker.Stats) {
	switch {
	case p.width > 0 && s.Elapsed >= progressFirst:
		text := p.text(s)
		fmt.Fprintf(p.err, "\r%s\x1b[K", runewidth.Truncate(text, p.width-1, ""))
		p.drawn = true
	case p.lines && s.Elapsed-p.last >= progressLines:
		p.last = s.Elapsed
		fmt.Fprintln(p.err, p.text(s))
	}
}

func (p *progress) text(s checker.Stats) string {
	rate := 0
	if s.Elapsed > 0 {
		rate = int(float64(s.States) / s.Elapsed.Seconds())
	}
	return fmt.Sprintf("%s: %s states, %s/s, %s to expand, depth %d, %s", p.name, grouped(s.States), grouped(rate), grouped(s.Frontier), s.Depth, bytesText(s.Bytes))
}

// done takes the status line away.
func (p *progress) done() {
	if p.drawn {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
}

// grouped writes 41208 as "41 208".
func grouped(n int) string {
	s := fmt.Sprint(n)
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 && s[i-1] != '-' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func bytesText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d kB", n>>10)
}
