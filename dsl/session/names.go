package session

import (
	"fmt"
	"sort"

	"github.com/protoc-os/protoc-os/dsl"
)

// Object is what a name stands for: an int64 (a constant), *Type, *Protocol, *Component or *SystemDecl.
type Object any

// scope holds the names of a package while and after it is loaded.
type scope struct {
	decls   map[string]*declared
	imports map[*dsl.File]map[string]*imported
	damage  []dsl.Position // syntax errors; they left things out, so what is missing is no second mistake
	ends    []*pendingEnd
	found   []*dsl.Diagnostic // while resolving declarations
	loaded  bool              // protocols are projected: points can be looked up
}

// declared is a declaration with what it resolved to.
type declared struct {
	name   *dsl.Ident
	decl   dsl.Decl
	file   *dsl.File
	stage  stage
	object Object // nil: the declaration is wrong
}

// imported is an import of one file.
type imported struct {
	decl *dsl.Import
	pkg  *Package // nil: missing, broken or on a cycle
	name string
}

// stage is how far a declaration is resolved.
type stage uint8

const (
	unresolved stage = iota
	resolving
	resolved
)

// builtins are the names of types that the language gives; they cannot be declared again.
var builtins = map[string]string{
	"bool": "", "size": "", "handle": "", "int": "int", "int8": "int8", "int16": "int16", "int32": "int32", "int64": "int64",
	"uint": "uint", "uint8": "uint8", "uint16": "uint16", "uint32": "uint32", "uint64": "uint64",
	"string": "string", "bytes": "[]byte", "duration": "time.Duration",
}

// Lookup finds what q names in file f of the package. Both results nil: the name is declared, but its declaration is wrong (or lost to a
// syntax error), which has been reported already.
func (p *Package) Lookup(f *dsl.File, q *dsl.QName) (Object, *dsl.Diagnostic) {
	if q.Package == nil {
		return p.lookupHere(f, q.Name)
	}
	imp := p.names.imports[f][q.Package.Name]
	if imp == nil {
		d := at(f, q.Package, dsl.PackageUnknown, "this file imports no package %s", q.Package.Name)
		var have []string
		for name := range p.names.imports[f] {
			have = append(have, name)
		}
		return nil, suggest(d, q.Package.Name, have)
	}
	if imp.pkg == nil {
		return nil, nil
	}
	d := imp.pkg.names.decls[q.Name.Name]
	if d == nil {
		if len(imp.pkg.names.damage) > 0 {
			return nil, nil
		}
		diag := at(f, q.Name, dsl.NameUnknown, "package %s declares no %s", imp.pkg.Name, q.Name.Name)
		return nil, suggest(diag, q.Name.Name, imp.pkg.declaredNames())
	}
	return d.object, nil
}

// lookupHere finds a name of this package, resolving its declaration if that has not been done yet.
func (p *Package) lookupHere(f *dsl.File, name *dsl.Ident) (Object, *dsl.Diagnostic) {
	d := p.names.decls[name.Name]
	if d == nil {
		if len(p.names.damage) > 0 {
			return nil, nil
		}
		diag := at(f, name, dsl.NameUnknown, "%s is not declared in package %s", name.Name, p.Name)
		for _, imp := range sortedImports(p.names.imports[f]) {
			if imp.pkg != nil && imp.pkg.names.decls[name.Name] != nil {
				diag.Notes = append(diag.Notes, fmt.Sprintf("did you mean %s.%s?", imp.name, name.Name))
				return nil, diag
			}
		}
		return nil, suggest(diag, name.Name, p.declaredNames())
	}
	if d.stage == resolving {
		return nil, cycleOf(f, name, d)
	}
	p.resolve(d)
	return d.object, nil
}

// cycleOf reports a declaration that needs itself.
func cycleOf(f *dsl.File, use *dsl.Ident, d *declared) *dsl.Diagnostic {
	code, what := dsl.TypeCycle, "a type cannot contain itself"
	if _, ok := d.decl.(*dsl.Const); ok {
		code, what = dsl.ConstCycle, "a constant cannot need itself"
	}
	diag := at(f, use, code, "%s is declared by itself", d.name.Name)
	diag.Related = []dsl.Related{{At: position(d.file, d.name), Message: "declared here: " + what}}
	return diag
}

// resolve computes what a declaration stands for; mistakes go to names.found, once.
func (p *Package) resolve(d *declared) {
	if d.stage != unresolved {
		return
	}
	if p.Damaged(d.file, d.decl) {
		d.stage = resolved
		return
	}
	d.stage = resolving
	switch decl := d.decl.(type) {
	case *dsl.Const:
		if v, diag := p.ConstOf(d.file, decl.Value, nil); diag != nil {
			p.report(diag)
		} else {
			d.object = v
			p.Consts[d.name.Name] = v
		}
	case *dsl.Enum:
		p.resolvedType(d, p.enumOf(d.file, decl))
	case *dsl.Struct:
		p.resolvedType(d, p.structOf(d.file, decl))
	case *dsl.TypeDecl:
		p.resolvedType(d, p.namedTypeOf(d.file, decl))
	}
	d.stage = resolved
}

// Damaged reports whether a syntax error lies in a part of file f, so that something may be missing from its tree.
func (p *Package) Damaged(f *dsl.File, n dsl.Node) bool {
	for _, at := range p.names.damage {
		if at.Source == f.Source && n.Range().Start <= at.Span.Start && at.Span.Start <= n.Range().End {
			return true
		}
	}
	return false
}

// resolvedType gives a declared type its name.
func (p *Package) resolvedType(d *declared, t *Type) {
	if t == nil {
		return
	}
	t.Name = p.Name + "." + d.name.Name
	t.Decl = p.Path + "." + d.name.Name
	d.object = t
	p.Types[d.name.Name] = t
}

// declare enters the declarations of all files into the package's scope and reports those that come twice.
func (p *Package) declare() {
	for _, f := range p.Files {
		for _, decl := range f.Decls {
			name := dsl.NameOf(decl)
			if name == nil {
				if e, ok := decl.(*dsl.Expect); ok {
					p.Expect = append(p.Expect, e)
				}
				continue
			}
			if _, ok := builtins[name.Name]; ok || name.Name == "_" || name.Name == "true" || name.Name == "false" {
				p.report(at(f, name, dsl.NameReserved, "%s is a name of the language itself", name.Name))
				continue
			}
			if first := p.names.decls[name.Name]; first != nil {
				diag := at(f, name, dsl.NameTwice, "%s is declared twice in package %s", name.Name, p.Name)
				diag.Related = []dsl.Related{{At: position(first.file, first.name), Message: "first declared here"}}
				p.report(diag)
				continue
			}
			d := &declared{name: name, decl: decl, file: f}
			p.names.decls[name.Name] = d
			switch decl := decl.(type) {
			case *dsl.Component:
				c := &Component{Package: p, Name: name.Name, Decl: decl, File: f}
				p.Components = append(p.Components, c)
				d.object, d.stage = c, resolved
			case *dsl.System:
				s := &SystemDecl{Package: p, Name: name.Name, Decl: decl, File: f}
				p.Systems = append(p.Systems, s)
				d.object, d.stage = s, resolved
			case *dsl.Protocol:
				pr := &Protocol{Package: p, Name: name.Name, Decl: decl, At: position(f, name)}
				for _, r := range decl.Roles {
					pr.Roles = append(pr.Roles, r.Name)
				}
				d.object, d.stage = pr, resolved
			}
		}
	}
}

// report keeps a diagnostic of a declaration of this package.
func (p *Package) report(ds ...*dsl.Diagnostic) {
	for _, d := range ds {
		if d != nil {
			p.names.found = append(p.names.found, d)
		}
	}
}

func (p *Package) declaredNames() []string {
	var names []string
	for name := range p.names.decls {
		names = append(names, name)
	}
	return names
}

func sortedImports(m map[string]*imported) []*imported {
	var list []*imported
	for _, imp := range m {
		list = append(list, imp)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

// kindOf names the kind of an object for people.
func kindOf(o Object) string {
	switch o.(type) {
	case int64:
		return "a constant"
	case *Type:
		return "a type"
	case *Protocol:
		return "a protocol"
	case *Component:
		return "a component"
	case *SystemDecl:
		return "a system"
	}
	return "nothing"
}

// at makes an error at a node of file f.
func at(f *dsl.File, n dsl.Node, code dsl.Code, format string, args ...any) *dsl.Diagnostic {
	return &dsl.Diagnostic{Code: code, At: position(f, n), Message: fmt.Sprintf(format, args...)}
}

// position returns where a node of file f stands.
func position(f *dsl.File, n dsl.Node) dsl.Position {
	return dsl.Position{Source: f.Source, Span: n.Range()}
}
