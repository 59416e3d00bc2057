package session

import (
	"slices"

	"github.com/protoc-os/protoc-os/dsl"
)

// mostCapacity bounds a declared capacity.
const mostCapacity = 1 << 10

// elaborateProtocols projects the protocols of the package and keeps the well-formed ones. The names of the others stand for nothing.
func (p *Package) elaborateProtocols() {
	var all []*Protocol
	wrong := map[*Protocol]bool{}
	for _, f := range p.Files {
		for _, decl := range f.Decls {
			name := dsl.NameOf(decl)
			if _, ok := decl.(*dsl.Protocol); !ok || name == nil {
				continue
			}
			d := p.names.decls[name.Name]
			if d == nil || d.decl != decl {
				continue // its name is taken
			}
			pr := d.object.(*Protocol)
			all = append(all, pr)
			wrong[pr] = p.Damaged(f, decl) || !p.elaborate(pr, f)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, pr := range all {
			if !wrong[pr] && slices.ContainsFunc(pr.Labels, func(l *Label) bool { return carriesOneOf(l, wrong) }) {
				wrong[pr], changed = true, true
			}
		}
	}
	for _, pr := range all {
		if wrong[pr] {
			pr.Locals = nil
			p.names.decls[pr.Name].object = nil
		} else {
			p.Protocols = append(p.Protocols, pr)
		}
	}
}

// carriesOneOf reports whether a message carries an end of one of the protocols.
func carriesOneOf(l *Label, protocols map[*Protocol]bool) bool {
	return slices.ContainsFunc(l.Fields, func(f Field) bool { return f.Type.Kind == End && protocols[f.Type.End.Protocol] })
}

// elaborate fills in the capacities, labels and local types of a protocol and reports whether it is well-formed.
func (p *Package) elaborate(pr *Protocol, f *dsl.File) bool {
	roles := map[string]int{}
	for i, r := range pr.Decl.Roles {
		if first, ok := roles[r.Name]; ok {
			d := at(f, r, dsl.RoleTwice, "protocol %s has the role %s twice", pr.Name, r.Name)
			d.Related = []dsl.Related{{At: position(f, pr.Decl.Roles[first]), Message: "first here"}}
			p.report(d)
			return false
		}
		roles[r.Name] = i
	}
	if len(pr.Roles) > mostRoles {
		p.report(at(f, pr.Decl.Name, dsl.ProtocolTooLarge, "a protocol has at most %d roles", mostRoles))
		return false
	}
	ok := p.capacities(pr, f)
	b := &builder{of: pr, pkg: p, role: -1}
	b.frames = []*frame{{protocol: pr, file: f, roles: roles, args: identity(len(pr.Roles))}}
	if pr.Decl.Body == nil {
		pr.Locals = b.roleBlocks()
	} else if g := b.global(pr.Decl.Body); g != nil && !b.bad {
		pr.Locals = b.project(g)
	}
	if b.bad || pr.Locals == nil {
		return false
	}
	p.idle(pr, f)
	return ok
}

// global builds the global type.
func (b *builder) global(body *dsl.Steps) *global {
	b.draft = &draft{}
	f := b.frame()
	f.entry = b.draft.add(b.at(f.protocol.Decl.Name))
	f.exit = b.draft.add(b.at(f.protocol.Decl.Name))
	b.draft.end = f.exit
	b.draft.link(b.steps(body, f.entry, true), f.exit)
	g := b.finish()
	if g != nil && len(b.of.Labels) == 0 {
		b.fail(f.protocol.Decl.Name, dsl.ProtocolEmpty, "protocol %s has no messages", b.of.Name)
		return nil
	}
	return g
}

// finish makes the draft deterministic and reports what does not go together; nil if anything is wrong.
func (b *builder) finish() *global {
	if b.bad {
		return nil
	}
	if c := b.draft.circular(); c >= 0 {
		b.pkg.report(&dsl.Diagnostic{Code: dsl.LoopUnguarded, At: b.draft.states[c].at, Message: "this can go round without a message"})
		return nil
	}
	g, same := b.draft.determine()
	if g == nil {
		b.fail(b.of.Decl.Name, dsl.ProtocolTooLarge, "protocol %s has more than %d states", b.of.Name, mostGlobal)
		return nil
	}
	if b.role >= 0 {
		if len(same) > 0 {
			b.pkg.report(b.ambiguousBlock(same[0]))
			return nil
		}
		return g
	}
	for _, c := range same {
		if !slices.Equal(c.first.path, c.second.path) {
			b.pkg.report(b.ambiguous(c, same))
			return nil
		}
	}
	if clashes := g.clashes(); len(clashes) > 0 {
		b.pkg.report(b.ambiguous(clashes[0], same))
		return nil
	}
	return g
}

// capacities fills in the capacity table.
//
//	capacity = "capacity" ( cap | cap role "->" role { "," cap role "->" role } )
func (p *Package) capacities(pr *Protocol, f *dsl.File) bool {
	pr.Capacity = make([][]int, len(pr.Roles))
	given := make([][]bool, len(pr.Roles))
	for i := range pr.Roles {
		pr.Capacity[i] = make([]int, len(pr.Roles))
		given[i] = make([]bool, len(pr.Roles))
		for j := range pr.Roles {
			pr.Capacity[i][j] = 1
		}
	}
	ok := true
	wrong := func(n dsl.Node, format string, args ...any) {
		p.report(at(f, n, dsl.CapacityWrong, format, args...))
		ok = false
	}
	for _, c := range pr.Decl.Capacity {
		n := int64(AskCapacity)
		if c.Value != nil {
			v, diag := p.ConstOf(f, c.Value, nil)
			if diag != nil {
				p.report(diag)
				ok = false
				continue
			}
			if v < 0 || v > mostCapacity {
				wrong(c.Value, "%d is no capacity: it must lie between 0 and %d", v, mostCapacity)
				continue
			}
			n = v
		}
		if c.From == nil {
			for i := range pr.Roles {
				for j := range pr.Roles {
					pr.Capacity[i][j] = int(n)
				}
			}
			continue
		}
		from, to := pr.RoleNamed(c.From.Name), pr.RoleNamed(c.To.Name)
		switch {
		case from < 0:
			wrong(c.From, "protocol %s has no role %s", pr.Name, c.From.Name)
		case to < 0:
			wrong(c.To, "protocol %s has no role %s", pr.Name, c.To.Name)
		case from == to:
			wrong(c, "there is no queue from %s to itself", c.From.Name)
		case given[from][to]:
			wrong(c, "the capacity from %s to %s is given twice", c.From.Name, c.To.Name)
		default:
			given[from][to] = true
			pr.Capacity[from][to] = int(n)
		}
	}
	return ok
}

// idle warns of roles and capacities that no message concerns.
func (p *Package) idle(pr *Protocol, f *dsl.File) {
	sends := make([]roleSet, len(pr.Roles))
	for r, l := range pr.Locals {
		speaks := false
		for _, s := range l.States {
			for _, e := range s.Edges {
				speaks = true
				if e.Send {
					sends[r] |= 1 << e.Peer
				}
			}
		}
		if !speaks {
			d := at(f, pr.Decl.Roles[r], dsl.RoleSilent, "role %s has no part in protocol %s", pr.Roles[r], pr.Name)
			d.Severity = dsl.Warning
			p.report(d)
		}
	}
	for _, c := range pr.Decl.Capacity {
		if c.From == nil {
			continue
		}
		from, to := pr.RoleNamed(c.From.Name), pr.RoleNamed(c.To.Name)
		if from >= 0 && to >= 0 && !sends[from].has(to) {
			d := at(f, c, dsl.CapacityUnused, "%s never sends to %s, so this capacity has no use", c.From.Name, c.To.Name)
			d.Severity = dsl.Warning
			p.report(d)
		}
	}
}

func identity(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
