package session

import (
	"sort"

	"github.com/protoc-os/protoc-os/dsl"
)

// suggest adds "did you mean …?" to d if one of the known names is close to the one written.
func suggest(d *dsl.Diagnostic, written string, known []string) *dsl.Diagnostic {
	if best := closest(written, known); best != "" {
		d.Notes = append(d.Notes, "did you mean "+best+"?")
	}
	return d
}

// closest returns the known name with the least edit distance to the written one, "" if none is close.
func closest(written string, known []string) string {
	sort.Strings(known)
	best, least := "", 1+len(written)/3
	for _, k := range known {
		if d := distance(written, k); d < least || d == least && best == "" && d <= 2 {
			best, least = k, d
		}
	}
	return best
}

// distance is the number of bytes to insert, delete, replace or swap with their neighbour, letter case counting nothing.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if lower(a[i-1]) == lower(b[j-1]) {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && lower(a[i-1]) == lower(b[j-2]) && lower(a[i-2]) == lower(b[j-1]) {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
