package session

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// Config says where Load looks.
type Config struct {
	Dir     string            // patterns and shown paths are relative to it; "" is the working directory
	Overlay map[string][]byte // texts that replace files on disk (or add to them), by path, relative to Dir or absolute
}

// Load reads the packages that the patterns name and all that they import, and resolves their names, types and protocols.
//
// A pattern is a folder, a file, or "folder/..." for all folders below it that hold .chan files, except those named testdata or vendor,
// those that start with . or _, and other modules. The module root is the nearest folder upward with a go.mod, else Config.Dir; imports
// are folders below it. The error is of the world: nothing there, or unreadable. What is wrong in the sources are the diagnostics, sorted by position.
func Load(cfg Config, patterns []string) (*Program, []*dsl.Diagnostic, error) {
	files, err := openFiles(cfg)
	if err != nil {
		return nil, nil, err
	}
	return load(files, patterns)
}

// LoadText is Load from memory, for tests: paths are relative to the module root; no patterns mean all of them.
func LoadText(texts map[string]string, patterns ...string) (*Program, []*dsl.Diagnostic) {
	if len(patterns) == 0 {
		patterns = []string{"..."}
	}
	prog, diags, err := load(memoryFiles(texts), patterns)
	if err != nil {
		panic(fmt.Sprintf("session.LoadText: %v", err))
	}
	return prog, diags
}

// loader is a Load under way.
type loader struct {
	files    *files
	prog     *Program
	packages map[string]*Package // by path; nil: does not exist
	stack    []*Package          // being loaded, outermost first
	only     map[string][]string // asked for by file: the files of a folder
	diags    []*dsl.Diagnostic
}

func load(files *files, patterns []string) (*Program, []*dsl.Diagnostic, error) {
	root, asked, only, err := files.expand(patterns)
	if err != nil {
		return nil, nil, err
	}
	l := &loader{files: files, prog: &Program{Root: root}, packages: map[string]*Package{}, only: only}
	slices.SortStableFunc(asked, func(a, b string) int { // who imports a package needs all of it, so those asked for by file come last
		return len(only[a]) - len(only[b])
	})
	for _, folder := range asked {
		p, err := l.load(folder, nil)
		if err != nil {
			return nil, nil, err
		}
		if p == nil {
			return nil, nil, fmt.Errorf("no .chan files in %s", files.shown(filepath.Join(root, filepath.FromSlash(folder))))
		}
		l.prog.Asked = append(l.prog.Asked, p)
	}
	sort.Slice(l.prog.Asked, func(i, j int) bool { return l.prog.Asked[i].Path < l.prog.Asked[j].Path })
	return l.prog, sortDiagnostics(l.diags), nil
}

// load returns the package of a folder, loading it and what it imports first; nil if there is none. by is who imports it.
func (l *loader) load(folder string, by *dsl.Import) (*Package, error) {
	if p, ok := l.packages[folder]; ok {
		return p, nil
	}
	dir := filepath.Join(l.prog.Root, filepath.FromSlash(folder))
	names, err := l.files.chanFiles(dir)
	if err != nil {
		return nil, err
	}
	if asked := l.only[folder]; asked != nil && by == nil {
		names = asked
	}
	if len(names) == 0 {
		l.packages[folder] = nil
		return nil, nil
	}
	p := &Package{
		Path: folder, Dir: dir, Imports: map[string]*Package{}, Consts: map[string]int64{}, Types: map[string]*Type{},
		names: &scope{decls: map[string]*declared{}, imports: map[*dsl.File]map[string]*imported{}},
	}
	l.packages[folder] = p
	for _, name := range names {
		file := filepath.Join(dir, name)
		text, err := l.files.read(file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", l.files.shown(file), err)
		}
		f, diags := dsl.Parse(l.files.shown(file), text)
		for _, d := range diags {
			if d.Severity == dsl.Error {
				p.names.damage = append(p.names.damage, d.At)
			}
		}
		l.diags = append(l.diags, diags...)
		p.Files = append(p.Files, f)
	}
	l.nameOf(p)
	if err := l.imports(p); err != nil {
		return nil, err
	}
	l.prog.Packages = append(l.prog.Packages, p)
	l.diags = append(l.diags, p.resolveAll()...)
	return p, nil
}

// nameOf takes the package's name from its files, which must agree.
func (l *loader) nameOf(p *Package) {
	p.Name = path.Base(p.Path)
	var first *dsl.File
	for _, f := range p.Files {
		switch {
		case f.Package == nil:
		case first == nil:
			first, p.Name = f, f.Package.Name
		case f.Package.Name != p.Name:
			d := at(f, f.Package, dsl.PackageClause, "one folder is one package: this file says %s, another one %s", f.Package.Name, p.Name)
			d.Related = []dsl.Related{{At: position(first, first.Package), Message: "the other one is here"}}
			l.diags = append(l.diags, d)
		}
	}
}

// imports loads what the files of p import and fills in each file's names.
func (l *loader) imports(p *Package) error {
	l.stack = append(l.stack, p)
	defer func() { l.stack = l.stack[:len(l.stack)-1] }()
	for _, f := range p.Files {
		names := map[string]*imported{}
		p.names.imports[f] = names
		for _, decl := range f.Imports {
			imp := &imported{decl: decl, name: path.Base(decl.Path)}
			pkg, diag, err := l.imported(f, decl)
			if err != nil {
				return err
			}
			if diag != nil {
				l.diags = append(l.diags, diag)
			}
			if imp.pkg = pkg; pkg != nil {
				imp.name = pkg.Name
			}
			var where dsl.Node = decl
			if decl.Alias != nil {
				imp.name, where = decl.Alias.Name, decl.Alias
			}
			if before := names[imp.name]; before != nil {
				d := at(f, where, dsl.ImportTwice, "this file imports two packages as %s", imp.name)
				d.Related = []dsl.Related{{At: position(f, before.decl), Message: "the other one"}}
				l.diags = append(l.diags, d)
				continue
			}
			names[imp.name] = imp
			if pkg != nil && p.Imports[imp.name] == nil {
				p.Imports[imp.name] = pkg
			}
		}
		if !p.Damaged(f, f) {
			l.diags = append(l.diags, unusedImports(f, names)...)
		}
	}
	return nil
}

// imported loads what one import names.
func (l *loader) imported(f *dsl.File, decl *dsl.Import) (*Package, *dsl.Diagnostic, error) {
	where := dsl.Position{Source: f.Source, Span: decl.PathSpan}
	clean := path.Clean(decl.Path)
	if decl.Path == "" || clean != decl.Path || path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") || strings.Contains(clean, `\`) {
		return nil, &dsl.Diagnostic{Code: dsl.ImportPath, At: where, Message: fmt.Sprintf("%q is no folder below the module root", decl.Path),
			Notes: []string{`write the path from the folder with go.mod on, with slashes: import "protocols/block"`}}, nil
	}
	pkg, err := l.load(clean, decl)
	if err != nil {
		return nil, nil, err
	}
	if pkg == nil {
		return nil, &dsl.Diagnostic{Code: dsl.ImportMissing, At: where, Message: fmt.Sprintf("there are no .chan files in %s below the module root", clean),
			Notes: []string{"the module root is " + l.files.shown(l.prog.Root)}}, nil
	}
	if i := slices.Index(l.stack, pkg); i >= 0 {
		var cycle []string
		for _, p := range append(slices.Clone(l.stack[i:]), pkg) {
			cycle = append(cycle, p.Path)
		}
		return nil, &dsl.Diagnostic{Code: dsl.ImportCycle, At: where, Message: "packages import each other: " + strings.Join(cycle, " → ")}, nil
	}
	return pkg, nil, nil
}

// resolveAll resolves all declarations of a package whose imports are loaded.
func (p *Package) resolveAll() []*dsl.Diagnostic {
	p.declare()
	for _, f := range p.Files {
		for _, decl := range f.Decls {
			if name := dsl.NameOf(decl); name != nil {
				if d := p.names.decls[name.Name]; d != nil && d.decl == decl {
					p.resolve(d)
				}
			}
		}
	}
	p.elaborateProtocols()
	for _, e := range p.names.ends {
		p.report(e.resolve()...)
	}
	p.names.ends, p.names.loaded = nil, true
	found := p.names.found
	p.names.found = nil
	return found
}

// sortDiagnostics sorts by path, position and code, and leaves out repetitions.
func sortDiagnostics(diags []*dsl.Diagnostic) []*dsl.Diagnostic {
	sort.SliceStable(diags, func(i, j int) bool {
		a, b := diags[i], diags[j]
		if pa, pb := pathOf(a.At), pathOf(b.At); pa != pb {
			return pa < pb
		}
		if a.At.Span.Start != b.At.Span.Start {
			return a.At.Span.Start < b.At.Span.Start
		}
		return a.Code < b.Code
	})
	return slices.CompactFunc(diags, func(a, b *dsl.Diagnostic) bool {
		return a.At == b.At && a.Code == b.Code && a.Message == b.Message
	})
}

func pathOf(at dsl.Position) string {
	if at.Source == nil {
		return ""
	}
	return at.Source.Path
}
