package session

import "github.com/protoc-os/protoc-os/dsl"

// Package is a folder of .chan files with its names resolved.
type Package struct {
	Path       string // below the module root, slashes: "protocols/block"
	Dir        string // on disk
	Name       string
	Files      []*dsl.File
	Imports    map[string]*Package // by the name used in this package's files; Lookup knows which file imports which
	Consts     map[string]int64
	Types      map[string]*Type // enums, structs and named types
	Protocols  []*Protocol      // in source order; only the well-formed ones
	Components []*Component     // in source order
	Systems    []*SystemDecl    // in source order
	Expect     []*dsl.Expect    // diagnostics that this package must fail with
	names      *scope
}

// Component is a declared component; its machines depend on the sizes that a system gives.
type Component struct {
	Package *Package
	Name    string
	Decl    *dsl.Component
	File    *dsl.File
}

// QName returns the name with its package: "fs.Vnode".
func (c *Component) QName() string { return c.Package.Name + "." + c.Name }

// SystemDecl is a declared system, not yet elaborated.
type SystemDecl struct {
	Package *Package
	Name    string
	Decl    *dsl.System
	File    *dsl.File
}

// QName returns the name with its package: "fs.Files".
func (s *SystemDecl) QName() string { return s.Package.Name + "." + s.Name }

// Program is what Load returns: the packages asked for and all that they import.
type Program struct {
	Root     string     // folder of the module: the nearest go.mod upwards, else the folder asked for
	Packages []*Package // imported before importing; by path within that order
	Asked    []*Package // those that the patterns name, by path
}

// Env gives values to names in constant expressions: sizes, system parameters, quantified variables.
type Env map[string]int64
