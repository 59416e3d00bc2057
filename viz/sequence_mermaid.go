package viz

import (
	"bufio"
	"fmt"
	"io"
)

// WriteMermaid writes the chart as a Mermaid sequence diagram.
func (s *Sequence) WriteMermaid(w io.Writer) error {
	c := s.chart
	b := bufio.NewWriter(w)
	b.WriteString("sequenceDiagram\n")
	if t := s.title(); t != "" {
		fmt.Fprintf(b, "    accTitle: %s\n", mermaidPlain(t))
	}
	for i, name := range c.names {
		fmt.Fprintf(b, "    participant p%d as %s\n", i, mermaidText(name))
	}
	inCycle := false
	for _, r := range c.rows {
		if cycle := c.bracket(r) != ""; cycle != inCycle {
			if cycle {
				b.WriteString("    loop for ever\n")
			} else {
				b.WriteString("    end\n")
			}
			inCycle = cycle
		}
		s.mermaidRow(b, r)
	}
	if inCycle {
		b.WriteString("    end\n")
	}
	if n := len(c.names); n > 0 {
		for _, line := range s.foot() {
			over := "p0"
			if n > 1 {
				over = fmt.Sprintf("p0,p%d", n-1)
			}
			fmt.Fprintf(b, "    Note over %s: %s\n", over, mermaidText(line))
		}
	}
	return b.Flush()
}

func (s *Sequence) mermaidRow(b *bufio.Writer, r chartRow) {
	c := s.chart
	label := mermaidText(c.label(r))
	switch {
	case r.folded:
		over := "p0"
		if n := len(c.names); n > 1 {
			over = fmt.Sprintf("p0,p%d", n-1)
		}
		fmt.Fprintf(b, "    Note over %s: … %s\n", over, mermaidText(r.at))
	case r.to < 0:
		sign := ""
		if r.tail == c.glyphs.cross || r.tail == c.glyphs.decision || r.tail == c.glyphs.square {
			sign = r.tail + " "
		}
		fmt.Fprintf(b, "    Note right of p%d: %s%s\n", r.from, sign, label)
	case r.dashed:
		fmt.Fprintf(b, "    p%d-->>p%d: %s\n", r.from, r.to, label)
	default:
		fmt.Fprintf(b, "    p%d->>p%d: %s\n", r.from, r.to, label)
	}
}

// mermaidText is mermaidPlain, but never empty: a diagram with an empty text does not parse.
func mermaidText(s string) string {
	if s = mermaidPlain(s); s == "" {
		return "#32;"
	}
	return s
}
