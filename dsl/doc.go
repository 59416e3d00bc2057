// Package dsl turns the text of .chan files into trees and back.
//
// In comes one source file; out come its syntax tree (Parse), its one true layout (Format), and diagnostics that can be shown with their source
// (Diagnostic.Render) and explained (Explain). The grammar is section 1 of docs/language.md. The scanner reads all tokens at once; the
// parser descends recursively with one method per production, bounded in depth, and recovers in panic mode at statements, options and
// declarations (Wirth; Aho, Lam, Sethi, Ullman, section 4.1). While it parses it notes on each token how that is laid out: the formatter
// needs no tree.
//
// What the names mean, what their types are, and whether a protocol can be implemented is not known here: that is package session's.
package dsl
