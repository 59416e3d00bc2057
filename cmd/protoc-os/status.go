package main

// status is what a command found, as a set. The zero value: everything asked for holds.
type status uint8

// The members of a status.
const (
	violationFound status = 1 << iota // a violation, a stale file
	usageWrong                        // command line, configuration, or the world: a file that cannot be read
	sourceWrong                       // the source does not parse or type-check
	undecided                         // a bound, the time or the memory ended a search
	defectFound                       // of protoc-os
	interrupted                       // by the user
)

// exit returns the exit status: the first that applies, in the order in which they take away from what was found.
func (s status) exit() int {
	for _, e := range []struct {
		in   status
		exit int
	}{{defectFound, 5}, {interrupted, 130}, {usageWrong, 2}, {sourceWrong, 3}, {violationFound, 1}, {undecided, 4}} {
		if s&e.in != 0 {
			return e.exit
		}
	}
	return 0
}

// programExit ends a verb with the exit code of the program that it ran: that code is the program's alone, so it says nothing of what
// the verbs that judge have found.
type programExit int

func (e programExit) Error() string { return "the program has ended" }

// statusError ends a verb with a status. An empty text: all has been said.
type statusError struct {
	status status
	text   string
}

func (e statusError) Error() string { return e.text }
