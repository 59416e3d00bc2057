package dsl

import "sort"

// Explanation is what `protoc-os explain CODE` prints. Example is a source that yields the code; a test runs it.
type Explanation struct {
	Code    Code
	Title   string // a few words
	Text    string // what is wrong, why it matters, what to do
	Example string // one file, or several in txtar form
}

// explanations is filled by the files that declare codes, before main runs.
var explanations = map[Code]Explanation{}

// register enters explanations; each file codes_*.go declares the codes of one range and calls it once, in its init. A code has one.
func register(list ...Explanation) {
	for _, e := range list {
		if _, twice := explanations[e.Code]; twice {
			panic("dsl: the code " + e.Code + " is explained twice")
		}
		explanations[e.Code] = e
	}
}

// Explain returns the explanation of a code.
func Explain(c Code) (Explanation, bool) {
	e, ok := explanations[c]
	return e, ok
}

// Explanations returns all explanations, by code.
func Explanations() []Explanation {
	var list []Explanation
	for _, e := range explanations {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Code < list[j].Code })
	return list
}
