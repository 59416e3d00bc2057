package gen

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// assemblySuffix ends the names of the files of assemblies.
const assemblySuffix = "_system" + Suffix

// assemblyFile is what assembly.tmpl shows: a system, with the run values of its parameters.
type assemblyFile struct {
	Go, Name, Lock, Digest string
	Parts                  []assemblyPart
	Sessions               []string
	Limits                 []string
	Unverified             bool // for tests under a controlled scheduler only
}

// assemblyPart is an instance, or an array of them.
type assemblyPart struct {
	Field, Func, Start, Given string // field of the struct of functions; names of the component's stub
	Var                       string
	Name                      string // of the instance
	Len                       int    // 0: no array
	Values                    []string
	External                  bool // it waits for the world too
}

// Assemblies generates, for each system of a package that can stand alone, the function that boots it. A system that the lock does not
// show as verified as it is now gets none; refused says why, a sentence for each. What unverified names gets one all the same, with the values
// that check takes: for tests, in which nothing but a controlled scheduler boots it.
func Assemblies(pkg *session.Package, module string, lock *session.Lock, unverified func(path string) bool) (files []File, refused []string, err error) {
	for _, decl := range pkg.Systems {
		sys, problems := session.Elaborate(decl, session.ElaborateOptions{Run: true})
		if sys == nil {
			refused = append(refused, fmt.Sprintf("%s: %s cannot be assembled with its run values: %v", decl.File.Source.Path, decl.QName(), problems[0]))
			continue
		}
		if slices.ContainsFunc(sys.Instances, func(i session.Instance) bool { return i.Environment }) {
			continue // a part of others
		}
		fails := sys.Expect != "" && sys.Expect != "ok"
		why := ""
		if entry := lock.Entry(decl.LockName()); entry == nil {
			why = "is not verified, and is not assembled"
		} else if entry.Digest != decl.Digest() {
			why = "has changed since it was verified, and is not assembled"
		}
		path := filepath.Join(pkg.Dir, fileName(decl.Name)+assemblySuffix)
		if fails || why != "" {
			if !fails {
				refused = append(refused, fmt.Sprintf("%s: %s %s: run protoc-os check", decl.File.Source.Path, decl.QName(), why))
			}
			path = strings.TrimSuffix(path, Suffix) + testSuffix
			if !unverified(path) {
				continue
			}
			if sys, problems = session.Elaborate(decl, session.ElaborateOptions{}); sys == nil {
				refused = append(refused, fmt.Sprintf("%s: %s cannot be assembled: %v", decl.File.Source.Path, decl.QName(), problems[0]))
				continue
			}
		}
		f := newFile(pkg, module)
		data, err := f.assembly(decl, sys)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: system %s: %w", sys.At, decl.Name, err)
		}
		data.Unverified = fails || why != ""
		text, err := f.render("assembly.tmpl", data)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		files = append(files, File{path, text})
	}
	return files, refused, nil
}

func (f *goFile) assembly(decl *session.SystemDecl, sys *session.System) (*assemblyFile, error) {
	f.imports[channelPath] = "channel"
	d := &assemblyFile{Go: exported(decl.Name), Name: decl.QName(), Lock: decl.LockName(), Digest: decl.Digest()}
	vars := map[string]string{}
	used := map[string]bool{"rt": true, "lock": true, "with": true, "limits": true, "i": true, "err": true, "channel": true}
	for _, name := range f.packageNames() {
		used[name] = true
	}
	for i := range sys.Instances {
		inst := &sys.Instances[i]
		key := partKey(inst)
		if _, ok := vars[key]; ok {
			continue
		}
		m := sys.Machines[inst.Machine]
		q := func(name string) string { return f.qualified(m.Component.Package, name) }
		base := componentName(m.Component)
		p := assemblyPart{Field: words(key), Func: q(base + "Func"), Start: q("Start" + base), Given: q(base + "Given"), Name: key, External: m.External}
		p.Var = unused(fieldName(unexported(words(key))), used)
		vars[key] = p.Var
		if inst.Array != "" {
			for _, other := range sys.Instances {
				if other.Array == inst.Array {
					p.Len++
				}
			}
		}
		for _, name := range session.SizeNames(m.Component) {
			p.Values = append(p.Values, fmt.Sprintf("%s: %d", exported(name), m.Sizes[name]))
		}
		var makes []string
		for _, param := range m.Params {
			if param.Group >= 0 {
				if g := m.Groups[param.Group]; g.Kind == session.ArrayEnds {
					makes = append(makes, fmt.Sprintf("%s: make([]channel.End, %d)", exported(param.Name), g.Len))
				}
				continue
			}
			v := m.Vars[param.Var]
			if v.Len > 1 {
				return nil, fmt.Errorf("%s is an array of values, which an assembly cannot give", param.Name)
			}
			text := fmt.Sprint(inst.Values[param.Var])
			switch {
			case v.Type.Kind == session.Bool:
				text = fmt.Sprint(inst.Values[param.Var] != 0)
			case v.Type.Kind == session.Enum && v.Type.Decl != "":
				text = f.typeName(v.Type) + exported(v.Type.Cases[inst.Values[param.Var]])
			}
			p.Values = append(p.Values, exported(param.Name)+": "+text)
		}
		p.Values = append(p.Values, makes...)
		d.Parts = append(d.Parts, p)
	}
	d.Sessions = f.connections(sys, vars)
	var err error
	d.Limits, err = limits(sys)
	return d, err
}

// limits are the bounds of what components make and start, at run values.
func limits(sys *session.System) (list []string, err error) {
	write := func(path, name string, n int) {
		list = append(list, fmt.Sprintf("channel.Limit{Of: %q, Most: %d}", path+"."+name, n))
	}
	for i, n := range sys.NewLimit {
		if p := sys.Protocols[i]; n > 0 {
			write(p.Package.Path, p.Name, n)
		}
	}
	sized := map[*session.Component]bool{}
	for i, n := range sys.StartLimit {
		m := sys.Machines[i]
		if n == 0 || m.Component == nil || !startsOne(sys, m) {
			continue
		}
		if sized[m.Component] {
			return nil, fmt.Errorf("%s is started with different sizes, each with a limit of its own, which an assembly cannot tell apart", m.Component.QName())
		}
		sized[m.Component] = true
		write(m.Component.Package.Path, m.Component.Name, n)
	}
	return list, nil
}

// startsOne reports whether a machine of the system starts m.
func startsOne(sys *session.System, m *session.Machine) bool {
	for _, by := range sys.Machines {
		for _, s := range by.States {
			for _, e := range s.Edges {
				if e.Action.Kind == session.StartChild && e.Action.Child == m {
					return true
				}
			}
		}
	}
	return false
}

func partKey(inst *session.Instance) string {
	if inst.Array != "" {
		return inst.Array
	}
	return inst.Name
}

// packageNames are the names by which a file may call the packages that it imports.
func (f *goFile) packageNames() []string {
	var names []string
	for _, p := range f.pkg.Imports {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// place is where an end goes: a field of what an instance is given, and the numbers in it.
type place struct {
	text    string // with %[1]s for the instance's index and %[2]s for the member
	numbers [2]int
}

// connections writes the sessions: those of one connect as a loop where their places go up by one.
func (f *goFile) connections(sys *session.System, vars map[string]string) []string {
	places := make([][]place, len(sys.Sessions))
	for s := range sys.Sessions {
		places[s] = make([]place, len(sys.Protocols[sys.Sessions[s].Protocol].Roles))
	}
	for i := range sys.Instances {
		inst := &sys.Instances[i]
		m := sys.Machines[inst.Machine]
		for _, h := range inst.Ends {
			for _, g := range m.Groups {
				if h.Slot < g.Base || h.Slot >= g.Base+g.Len*len(g.Fields) {
					continue
				}
				p := place{text: vars[partKey(inst)], numbers: [2]int{inst.Index, h.Slot - g.Base}}
				if inst.Array != "" {
					p.text += "[%[1]s]"
				}
				p.text += "." + exported(g.Name)
				if g.Kind == session.ArrayEnds {
					p.text += "[%[2]s]"
				}
				places[h.Session][h.Role] = p
			}
		}
	}
	var list []string
	for s := 0; s < len(sys.Sessions); {
		n := run(sys, places, s)
		first := places[s]
		p := sys.Protocols[sys.Sessions[s].Protocol]
		var ends []string
		for r, pl := range first {
			text := pl.text
			for k, verb := range []string{"%[1]s", "%[2]s"} {
				number := fmt.Sprint(pl.numbers[k])
				if n > 1 && places[s+1][r].numbers[k] != pl.numbers[k] {
					number = "i"
					if pl.numbers[k] != 0 {
						number = fmt.Sprintf("i+%d", pl.numbers[k])
					}
				}
				text = strings.ReplaceAll(text, verb, number)
			}
			ends = append(ends, text)
		}
		line := fmt.Sprintf("%s = %s(rt)", strings.Join(ends, ", "), f.qualified(p.Package, "New"+exported(p.Name)))
		if n > 1 {
			line = fmt.Sprintf("for i := range %d {\n%s\n}", n, line)
		}
		list = append(list, line)
		s += n
	}
	return list
}

// run is how many sessions from s on differ only in numbers that stay, or go up by one each time.
func run(sys *session.System, places [][]place, s int) int {
	n := 1
	for s+n < len(places) && sys.Sessions[s].At == sys.Sessions[s+n].At && sys.Sessions[s].Protocol == sys.Sessions[s+n].Protocol {
		for r := range places[s] {
			for k := range 2 {
				step := places[s+1][r].numbers[k] - places[s][r].numbers[k]
				if places[s+n][r].text != places[s][r].text || step != 0 && step != 1 || places[s+n][r].numbers[k] != places[s][r].numbers[k]+n*step {
					return n
				}
			}
		}
		n++
	}
	return n
}
