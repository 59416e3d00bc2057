// Package session turns the syntax trees of package dsl into what the rest of the project works on.
//
//	tree → Program (packages, names, types) → Protocol (global type, projected onto Local machines)
//	     → Machine (a component, lowered)   → System (machines composed)
//
// In come parsed files; out come values that nobody writes into afterwards, and diagnostics (PO01xx to PO04xx). A stage never fails
// half-way: what is wrong is reported and left out, what is right is there.
//
// The theory followed: multiparty session types (Honda, Yoshida, Carbone), with implementability decided on automata as in Li, Stutz, Wies and
// Zufferey, "Complete Multiparty Session Type Projection with Automata" (CAV 2023).
package session
