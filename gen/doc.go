// Package gen writes Go from checked declarations: for each role of each protocol of a package, role stubs.
//
//	session.Package → []File
//
// A role stub is a type for each state of the role's local machine, a small value passed by value; its methods are exactly
// what may be done next. The work is in package kernel/channel; what is generated is the shape. A package's stubs stand beside its
// .chan files, as a Go package of the same name, and import the standard library and kernel/channel, nothing else but the
// stubs of the packages that the declaration imports.
//
// Left out: names that the checker gives to runs, and everything that can be looked up in the tables of kernel/channel.
package gen
