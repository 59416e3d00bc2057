// Package analyzer finds in Go code, before it runs, what generated stubs would refuse while it runs, and what a component may not do.
// In: a type-checked package that uses stubs. Out: diagnostics of three analyzers of golang.org/x/tools/go/analysis:
//
//   - linear: a state is used once. Used twice, dropped, kept by a closure that may run again, stored where it cannot be followed, used
//     after it was given away or after an error, forged.
//   - cases: a type switch over a generated sum names all its cases.
//   - confined: the code of a component uses no goroutine, channel of Go, lock, file, clock or package variable.
//
// A state is recognised by its form, which export data carries and which nothing else has: a struct of a pointer to what embeds
// channel.Endpoint, and a step. So no facts travel between packages, and go vet looks only at the packages that it was asked about.
//
// linear runs an abstract interpreter over go/ssa: each path through a function carries which state is in which variable and which has been
// used, an error that is nil or not splits the path at the call that returned it, and paths that agree in what lives are one. A function is
// judged by itself: what it is given it must use, return or hand on. Closures are summarised by what they do to what they capture, generic
// functions are looked at as instantiated. What it cannot follow it refuses. Left out: states in reflection and in unsafe code, and whether
// a channel.Cell is empty, which the Cell itself checks.
//
// The approach follows the typestate checkers of Strom and Yemini (1986) and DeLine and Fähndrich (2004), without annotations.
package analyzer

import "golang.org/x/tools/go/analysis"

// All are the analyzers, in the order in which they are documented.
var All = []*analysis.Analyzer{Linear, Cases, Confined}
