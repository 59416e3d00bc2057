package dsl

import (
	"sort"
	"unicode"
	"unicode/utf8"
)

func upper(name string) bool {
	c, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(c)
}

func sortDiagnostics(list []*Diagnostic) {
	sort.SliceStable(list, func(i, j int) bool { return list[i].At.Span.Start < list[j].At.Span.Start })
}
