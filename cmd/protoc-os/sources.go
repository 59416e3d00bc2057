package main

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// sources is what is known of the sources before any system is explored.
type sources struct {
	prog     *session.Program
	diags    []*dsl.Diagnostic // that people should see: errors, warnings, expectations not met
	expected []expectedPackage // packages that fail as they say
	systems  []*elaboration    // those asked for that are well-formed, in order
	skipped  []string          // systems whose package, or one that it imports, has errors
	unmet    []*dsl.Diagnostic // expectations of packages that are not met; among diags too
	wrong    bool              // some package has errors that it does not expect
	packages map[string]bool   // asked for, by path
}

// expectedPackage is a package that must fail with some codes, and does.
type expectedPackage struct {
	name  string
	codes []dsl.Code
}

// elaboration is a declared system with what elaborating it gave.
type elaboration struct {
	decl *session.SystemDecl
	sys  *session.System
	opts session.ElaborateOptions
}

// judgeSources runs the passes that need no exploration, and compares what they report with what each package expects.
func judgeSources(prog *session.Program, diags []*dsl.Diagnostic, params map[string]int64) *sources {
	s := &sources{prog: prog, packages: map[string]bool{}}
	for _, p := range prog.Asked {
		s.packages[p.Path] = true
	}
	all := newDiagnostics(prog, diags)
	all.add(session.CheckComponents(prog)...)
	systems := map[*session.SystemDecl]*session.System{}
	for _, p := range prog.Asked {
		if all.brokenBelow(p) {
			continue
		}
		for _, d := range p.Systems {
			sys, diags := session.Elaborate(d, session.ElaborateOptions{Params: paramsOf(d, params)})
			all.add(diags...)
			systems[d] = sys
		}
	}
	s.diags = all.of[nil]
	for _, p := range prog.Packages {
		s.judgePackage(p, all)
		if !s.packages[p.Path] {
			continue
		}
		for _, d := range p.Systems {
			switch {
			case systems[d] != nil && !all.broken(p):
				s.systems = append(s.systems, &elaboration{d, systems[d], session.ElaborateOptions{Params: paramsOf(d, params)}})
			case len(p.Expect) == 0:
				s.skipped = append(s.skipped, d.QName())
			}
		}
	}
	for _, d := range s.diags {
		s.wrong = s.wrong || d.Severity == dsl.Error && !slices.Contains(s.unmet, d)
	}
	return s
}

// judgePackage takes over the diagnostics of a package, or finds that they are the expected ones.
func (s *sources) judgePackage(p *session.Package, all *diagnostics) {
	if len(p.Expect) == 0 {
		s.diags = append(s.diags, all.of[p]...)
		return
	}
	expected := map[dsl.Code]bool{}
	for _, e := range p.Expect {
		expected[dsl.Code(e.Code.Name)] = false
	}
	good := true
	for _, d := range all.of[p] {
		if _, ok := expected[d.Code]; ok {
			expected[d.Code] = true
		} else if d.Severity == dsl.Error {
			s.diags = append(s.diags, d)
			good = false
		}
	}
	codes := make([]dsl.Code, 0, len(expected))
	for _, e := range p.Expect {
		code := dsl.Code(e.Code.Name)
		if !expected[code] && !slices.Contains(codes, code) {
			d := &dsl.Diagnostic{Code: dsl.ExpectMissed, At: dsl.Position{Source: p.Files[0].Source, Span: e.Span},
				Message: fmt.Sprintf("this package must fail with %s, and it does not", code)}
			for _, f := range p.Files {
				for _, decl := range f.Decls {
					if decl == dsl.Decl(e) {
						d.At.Source = f.Source
					}
				}
			}
			s.unmet = append(s.unmet, d)
			s.diags = append(s.diags, d)
			good = false
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if good && s.packages[p.Path] {
		s.expected = append(s.expected, expectedPackage{firstOf(p.Path, p.Name), codes})
	}
}

// choose returns the systems that --system names, all if there is none.
func (s *sources) choose(names []string, params map[string]int64) ([]*elaboration, error) {
	for name := range params {
		some := len(s.systems) == 0
		for _, e := range s.systems {
			_, has := paramsOf(e.decl, params)[name]
			some = some || has
		}
		if !some {
			return nil, fmt.Errorf("--param %s: no system here has a parameter of that name", name)
		}
	}
	if len(names) == 0 {
		return s.systems, nil
	}
	var chosen []*elaboration
	for _, name := range names {
		some := slices.Contains(s.skipped, name)
		for _, e := range s.systems {
			if e.decl.Name == name || e.decl.QName() == name || e.decl.LockName() == name {
				some = true
				if !slices.Contains(chosen, e) {
					chosen = append(chosen, e)
				}
			}
		}
		if !some && !s.wrong {
			return nil, fmt.Errorf("--system %s: no system of that name among %d here", name, len(s.systems))
		}
	}
	return chosen, nil
}

func (s *sources) status() status {
	var found status
	if s.wrong {
		found |= sourceWrong
	}
	if len(s.unmet) > 0 {
		found |= violationFound
	}
	return found
}

// paramsOf returns those of the values that the system has a parameter for.
func paramsOf(d *session.SystemDecl, values map[string]int64) map[string]int64 {
	of := map[string]int64{}
	for _, item := range d.Decl.Items {
		if p, ok := item.(*dsl.Param); ok {
			if v, ok := values[p.Name.Name]; ok {
				of[p.Name.Name] = v
			}
		}
	}
	return of
}

// diagnostics sorts diagnostics by the package whose source they point at; nil for those that point nowhere.
type diagnostics struct {
	of    map[*session.Package][]*dsl.Diagnostic
	where map[*dsl.Source]*session.Package
	seen  map[string]bool
}

func newDiagnostics(prog *session.Program, list []*dsl.Diagnostic) *diagnostics {
	all := &diagnostics{of: map[*session.Package][]*dsl.Diagnostic{}, where: map[*dsl.Source]*session.Package{}, seen: map[string]bool{}}
	for _, p := range prog.Packages {
		for _, f := range p.Files {
			all.where[f.Source] = p
		}
	}
	all.add(list...)
	return all
}

// add takes each diagnostic once: elaborating two systems reports twice what is wrong in a component of both.
func (all *diagnostics) add(list ...*dsl.Diagnostic) {
	for _, d := range list {
		if key := d.Error(); !all.seen[key] {
			all.seen[key] = true
			p := all.where[d.At.Source]
			all.of[p] = append(all.of[p], d)
			sort.SliceStable(all.of[p], func(i, j int) bool { return before(all.of[p][i].At, all.of[p][j].At) })
		}
	}
}

func before(a, b dsl.Position) bool {
	if a.Source == nil || b.Source == nil || a.Source == b.Source {
		return a.Span.Start < b.Span.Start
	}
	return strings.Compare(a.Source.Path, b.Source.Path) < 0
}

// broken reports whether a package has errors.
func (all *diagnostics) broken(p *session.Package) bool {
	return slices.ContainsFunc(all.of[p], func(d *dsl.Diagnostic) bool { return d.Severity == dsl.Error })
}

// brokenBelow reports whether a package that p imports, directly or not, has errors.
func (all *diagnostics) brokenBelow(p *session.Package) bool {
	for _, i := range p.Imports {
		if all.broken(i) || all.brokenBelow(i) {
			return true
		}
	}
	return false
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
