// Package gen writes Go from checked declarations: role stubs for each role of each protocol of a package, component stubs for each
// component, and for each system that the lock shows as verified the assembly that boots it.
//
//	session.Package              → []File   Package
//	session.Package, session.Lock → []File   Assemblies
//
// A role stub is a type for each state of the role's local machine, a small value passed by value; its methods are exactly
// what may be done next. A component stub is the same for a whole component: one state, whose ends are slots of its endpoint and never
// Go values. Between two such states the stub does what the declaration does by itself: it sets model variables, asserts, abandons, adds members.
// Component stubs are for all sizes; an assembly takes the run values of its system.
//
// The work is in package kernel/channel; what is generated is the shape. A package's stubs stand beside its
// .chan files, as a Go package of the same name, and import the standard library and kernel/channel, nothing else but the
// stubs of the packages that the declaration imports.
//
// Left out: names that the checker gives to runs, everything that can be looked up in the tables of kernel/channel, and the limits of a
// system, which bound what is checked: at run time new and start are always ready. The body of a sub is there once for each call.
package gen
