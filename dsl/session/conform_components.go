package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

func machineAt(m *Machine) dsl.Position {
	if m.Component == nil {
		return dsl.Position{}
	}
	return position(m.Component.File, m.Component.Decl.Name)
}

// CheckComponents lowers and checks every component of the asked packages: with the sizes of each system that uses it, with size 2 if none does.
func CheckComponents(prog *Program) []*dsl.Diagnostic {
	all := newBench(nil)
	seen := map[string]bool{}
	done := map[*Component]bool{}
	conform := func(m *Machine) {
		done[m.Component] = true
		if seen[m.Name] {
			return
		}
		seen[m.Name] = true
		for _, d := range Conform(m) {
			all.report(d)
		}
	}
	for _, p := range prog.Asked {
		for _, s := range p.Systems {
			a := newAssembly(s, ElaborateOptions{})
			a.part(s, "", nil, nil)
			broken := failed(a.reports)
			for _, m := range a.order {
				if !broken && m.Component != nil {
					conform(m)
				}
			}
		}
	}
	for _, p := range prog.Asked {
		for _, c := range p.Components {
			if done[c] {
				continue
			}
			sizes := Env{}
			b := newBench(nil)
			for _, name := range b.sizeNames(c) {
				sizes[name] = 2
			}
			m := b.machine(c, sizes)
			for _, d := range b.reports {
				all.report(d)
			}
			if !failed(b.reports) {
				conform(m)
			}
		}
	}
	return all.diagnostics()
}
