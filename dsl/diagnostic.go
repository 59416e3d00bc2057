package dsl

import "fmt"

// Code is the stable name of a kind of diagnostic, PO and four digits:
//
//	PO00xx  the text: scanner and parser
//	PO01xx  packages, imports, names and types
//	PO02xx  protocols: projection and implementability
//	PO03xx  components: lowering and conformance
//	PO04xx  systems: wiring, parameters, properties
//	PO20xx  verdicts of the checker
//	PO21xx  what the source announces and does not come
type Code string

// Severity tells an error from a warning.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
)

// Related is a further position with what it has to do with the diagnostic.
type Related struct {
	At      Position
	Message string
}

// Diagnostic says that the source is wrong: where, what, and what to do about it. Message is one lower-case sentence.
type Diagnostic struct {
	Code     Code
	Severity Severity
	At       Position
	Message  string
	Related  []Related
	Notes    []string // further lines: a configuration, a hint
}

// Error returns the first line of the diagnostic.
func (d *Diagnostic) Error() string {
	return fmt.Sprintf("%s: %s[%s]: %s", d.At, d.Severity, d.Code, d.Message)
}

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}
