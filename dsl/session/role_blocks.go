package session

import (
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// roleBlocks builds the local types of a protocol that is given role by role: nothing is projected, and nothing is promised about them together.
//
//	roleblock = "role" role "{" steps "}"
func (b *builder) roleBlocks() []*Local {
	f := b.frame()
	locals := make([]*Local, len(b.of.Roles))
	first := map[int]*dsl.Ident{}
	for _, block := range b.of.Decl.ByRole {
		role := b.roleOf(block.Role)
		if role < 0 {
			continue
		}
		if before := first[role]; before != nil {
			d := b.fail(block.Role, dsl.RoleBlocks, "role %s has two blocks", block.Role.Name)
			d.Related = []dsl.Related{{At: b.at(before), Message: "the first one"}}
			continue
		}
		first[role] = block.Role
		b.role, b.draft = role, &draft{}
		f.entry = b.draft.add(b.at(block))
		f.exit = b.draft.add(b.at(block))
		b.draft.end = f.exit
		f.points = b.points(block.Body)
		b.draft.link(b.steps(block.Body, f.entry, true), f.exit)
		if b.bad {
			continue
		}
		if g := b.finish(); g != nil {
			locals[role] = b.localOf(g)
		} else {
			b.bad = true
		}
	}
	var missing []string
	for role, name := range b.of.Roles {
		if first[role] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		b.fail(b.of.Decl.Name, dsl.RoleBlocks, "protocol %s has no block for %s", b.of.Name, strings.Join(missing, ", "))
	}
	if b.bad {
		return nil
	}
	return locals
}

// points makes a state for each point in a block, so that a goto may stand before it. Those in branches of a par belong to their branch.
func (b *builder) points(s *dsl.Steps) map[string]int {
	if b.role < 0 {
		return nil
	}
	points := map[string]int{}
	var collect func(s *dsl.Steps)
	collect = func(s *dsl.Steps) {
		if s == nil {
			return
		}
		for _, step := range s.List {
			switch step := step.(type) {
			case *dsl.Point:
				if _, ok := points[step.Name.Name]; ok {
					b.fail(step.Name, dsl.RoleBlockAmbiguous, "the block of %s has two points %s", b.of.Roles[b.role], step.Name.Name)
				}
				points[step.Name.Name] = b.draft.add(b.at(step))
			case *dsl.Repeat:
				collect(step.Body)
			case *dsl.Branch:
				for _, o := range step.Options {
					collect(o.Rest)
				}
			}
		}
	}
	collect(s)
	return points
}

// localOf turns the automaton of a role block into the local type.
func (b *builder) localOf(g *global) *Local {
	l := &Local{Protocol: b.of, Role: b.role}
	for _, s := range g.states {
		state := LocalState{Names: s.names, Rest: s.rest.has(b.role) && len(s.edges) > 0, End: len(s.edges) == 0, At: s.at}
		for _, e := range s.edges {
			state.Edges = append(state.Edges, e.seenBy(b.role))
		}
		l.States = append(l.States, state)
	}
	return l
}

// seenBy returns the edge as one of its two roles sees it.
func (e globalEdge) seenBy(role int) LocalEdge {
	if e.from == role {
		return LocalEdge{Send: true, Peer: e.to, Label: e.label, Next: e.next, At: e.at}
	}
	return LocalEdge{Peer: e.from, Label: e.label, Next: e.next, At: e.at}
}
