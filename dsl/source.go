package dsl

import (
	"fmt"
	"sort"
)

// Source is the text of one file. It is not changed after NewSource.
type Source struct {
	Path  string // as shown to people: relative to where the command runs
	Text  []byte
	lines []int // offsets at which lines start
}

// NewSource wraps text and finds its lines.
func NewSource(path string, text []byte) *Source {
	s := &Source{Path: path, Text: text, lines: []int{0}}
	for i, b := range text {
		if b == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// Line returns the 1-based line that contains the byte offset.
func (s *Source) Line(offset int) int {
	return sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > offset })
}

// Column returns the 1-based column of the byte offset, in bytes.
func (s *Source) Column(offset int) int { return offset - s.lines[s.Line(offset)-1] + 1 }

// LineText returns the text of a 1-based line without its line end.
func (s *Source) LineText(line int) string {
	if line < 1 || line > len(s.lines) {
		return ""
	}
	start, end := s.lines[line-1], len(s.Text)
	if line < len(s.lines) {
		end = s.lines[line] - 1
	}
	if end > start && s.Text[end-1] == '\r' {
		end--
	}
	return string(s.Text[start:end])
}

// Position is a span of one source: what a machine's transition, an event or a diagnostic points at.
type Position struct {
	Source *Source // nil: nowhere
	Span   Span
}

// String returns path:line:column.
func (p Position) String() string {
	if p.Source == nil {
		return "-"
	}
	return fmt.Sprintf("%s:%d:%d", p.Source.Path, p.Source.Line(p.Span.Start), p.Source.Column(p.Span.Start))
}
