package gen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// componentFile is what component.tmpl shows.
type componentFile struct {
	*component
	Doc, Holder           string
	Start, EntryState     string
	Entry                 []string
	Ends, Scratch, Adds   bool
	External              bool // the declaration says so
	Sizes, At             []structField
	GivenEnds             []string
	LayoutName, LayoutRef string
	OpList, ChooseList    string
	Views                 []structField // Name, parameter (Put), type (API), expression (Get), meaning (Check)
}

// Components generates the stubs of a package's components, a file for each.
func Components(pkg *session.Package, module string) ([]File, error) {
	var files []File
	for _, c := range pkg.Components {
		f := newFile(pkg, module)
		data, err := f.componentFile(c)
		if err != nil {
			return nil, fmt.Errorf("%s: component %s: %w", componentAt(c), c.Name, err)
		}
		name := fileName(c.Name) + "_component" + Suffix
		text, err := f.render("component.tmpl", data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, File{filepath.Join(pkg.Dir, name), text})
	}
	return files, nil
}

func (f *goFile) componentFile(c *session.Component) (*componentFile, error) {
	s, err := f.component(c)
	if err != nil {
		return nil, err
	}
	d := &componentFile{component: s, Holder: s.holder, External: s.m.External, Ends: s.ended() >= 0, LayoutName: unexported(s.Go) + "Layout",
		OpList: unexported(s.Go) + "Ops", ChooseList: unexported(s.Go) + "Chooses",
		Doc: fmt.Sprintf("%s is what the component %s does (%s).", s.Go+"Func", c.QName(), lineAt(componentAt(c)))}
	d.Start = s.next(0)
	d.Entry, d.EntryState = s.settle(0)
	if err := s.generate(); err != nil {
		return nil, err
	}
	for _, name := range s.z.names {
		d.Sizes = append(d.Sizes, structField{Name: exported(name), API: local(name)})
	}
	d.LayoutRef = "&" + d.LayoutName
	if len(d.Sizes) > 0 {
		d.LayoutRef = d.LayoutName + "(&g)"
	}
	k := 0
	for _, p := range s.m.Params {
		if p.Group < 0 {
			k++
			continue
		}
		name := s.Given[k].Name
		k++
		if s.m.Groups[p.Group].Kind == session.ArrayEnds {
			n := s.z.solve(func(m *session.Machine) int { return m.Groups[p.Group].Len })
			d.GivenEnds = append(d.GivenEnds, fmt.Sprintf("ends = channel.Members(ends, g.%s, %s)", name, s.z.text(n, func(size string) string { return "g." + exported(size) })))
		} else {
			d.GivenEnds = append(d.GivenEnds, fmt.Sprintf("ends = append(ends, g.%s)", name))
		}
		if t := s.m.Groups[p.Group].Fields[0].End; len(t.States) == 1 && t.States[0] != 0 && s.tracked(t) {
			return nil, fmt.Errorf("the parameter %s does not stand at the start of %s: a component that is given such an end cannot be generated", p.Name, t.Protocol.QName())
		}
	}
	at := map[string]bool{}
	for _, t := range s.Sums {
		for _, name := range t.Of {
			if !at[name] {
				at[name] = true
				d.At = append(d.At, structField{Name: unexported(name), API: name})
			}
		}
	}
	uses := func(lines ...string) bool {
		return slices.ContainsFunc(lines, func(l string) bool {
			return strings.Contains(l+" ", "e.member ") || strings.Contains(l, "e.member\n") || strings.Contains(l, "e.member)")
		})
	}
	d.Scratch = uses(s.Settles...) || uses(d.Entry...)
	for i := range s.m.States {
		for _, e := range s.m.States[i].Edges {
			d.Adds = d.Adds || e.Action.Kind == session.AddMember
		}
	}
	for _, st := range s.States {
		d.Scratch = d.Scratch || uses(st.Methods...)
	}
	d.Views = s.views(d.Adds)
	return d, s.z.err
}

// views are the readers of the variables that the source names.
func (s *component) views(adds bool) []structField {
	var list []structField
	used := map[string]bool{}
	for i, v := range s.m.Vars {
		name := strings.TrimPrefix(v.Name, "·")
		if strings.Contains(name, " ") {
			continue // what a for remembers
		}
		view := structField{Name: unused(exported(s.vars[i]), used), API: s.registerType(v.Type), Get: "v.e.v." + s.vars[i], Check: name + " (" + lineAt(v.At) + ")"}
		if s.array(i) {
			view.Put = "i int"
			view.Get += "[i]"
		}
		list = append(list, view)
	}
	if adds {
		list = append(list, structField{Name: unused("Added", used), API: "int", Get: "v.e.added", Check: "the member that an add has made last"})
	}
	return list
}

// declared finds two declarations of one name among the files of a package.
func declared(files []File) error {
	at := map[string]string{}
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Text, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("generated code does not parse: %w", err)
		}
		for _, name := range topLevel(parsed) {
			if first, twice := at[name]; twice {
				return fmt.Errorf("%s and %s would both declare %s: rename the component or the protocol", first, filepath.Base(f.Path), name)
			}
			at[name] = filepath.Base(f.Path)
		}
	}
	return nil
}

func topLevel(f *ast.File) []string {
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name != "init" {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, spec.Name.Name)
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}

func componentAt(c *session.Component) dsl.Position {
	return dsl.Position{Source: c.File.Source, Span: c.Decl.Name.Span}
}
