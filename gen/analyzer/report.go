package analyzer

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// unchecked is how code says that what would be reported is meant, as in a test of what a misuse leads to: at the end of the line, on the line
// above it, or as the last line of the comment of a function or a file, for all of it. A reason follows.
const unchecked = "//protocos:unchecked"

// reporter reports each finding once, and none where the code says that it means it.
type reporter struct {
	pass  *analysis.Pass
	meant map[string]bool // file:line
	said  map[string]bool
	found []analysis.Diagnostic
}

func newReporter(pass *analysis.Pass) *reporter {
	r := &reporter{pass: pass, meant: map[string]bool{}, said: map[string]bool{}}
	for _, f := range pass.Files {
		for _, g := range f.Comments {
			for _, c := range g.List {
				rest, ok := strings.CutPrefix(c.Text, unchecked)
				if !ok || rest != "" && rest[0] != ' ' {
					continue
				}
				if strings.TrimSpace(rest) == "" {
					r.report(c.Pos(), "%s needs a reason behind it", unchecked)
					continue
				}
				line := pass.Fset.Position(c.Pos())
				r.means(line.Filename, line.Line, line.Line+1)
			}
		}
		if f.Doc != nil && r.meant[where(pass.Fset.Position(f.Doc.End()))] {
			r.means(pass.Fset.Position(f.Pos()).Filename, 1, pass.Fset.Position(f.End()).Line)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Doc != nil && r.meant[where(pass.Fset.Position(fn.Doc.End()))] {
				r.means(pass.Fset.Position(fn.Pos()).Filename, pass.Fset.Position(fn.Pos()).Line, pass.Fset.Position(fn.End()).Line)
			}
		}
	}
	return r
}

func (r *reporter) means(file string, from, to int) {
	for line := from; line <= to; line++ {
		r.meant[where(token.Position{Filename: file, Line: line})] = true
	}
}

func where(p token.Position) string { return fmt.Sprintf("%s:%d", p.Filename, p.Line) }

func (r *reporter) report(pos token.Pos, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	key := r.pass.Fset.Position(pos).String() + text
	if r.said[key] || r.meant[where(r.pass.Fset.Position(pos))] {
		return
	}
	r.said[key] = true
	r.found = append(r.found, analysis.Diagnostic{Pos: pos, Message: text})
}

// flush hands the findings to the driver, in the order of the source.
func (r *reporter) flush() {
	slices.SortFunc(r.found, func(a, b analysis.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.Message, b.Message))
	})
	for _, d := range r.found {
		r.pass.Report(d)
	}
}
