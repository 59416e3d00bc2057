package session

import (
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// do inlines a sub-protocol. Where its body ends the steps go on. A protocol may do itself, directly or through others, if nothing follows: that is a loop.
//
//	"do" qname "(" role { "," role } ")"
func (b *builder) do(s *dsl.Do, cur int, tail bool) int {
	sub, args := b.called(s)
	if sub == nil {
		return cur
	}
	if len(b.draft.states) > mostGlobal {
		b.fail(s, dsl.ProtocolTooLarge, "with all that it does this protocol has more than %d steps", mostGlobal)
		return -1
	}
	for i, outer := range b.frames {
		if outer.protocol != sub {
			continue
		}
		for _, inner := range b.frames[i+1:] {
			tail = tail && inner.tail
		}
		if !tail || len(b.path) > outer.depth {
			d := b.fail(s, dsl.DoNotTail, "%s does itself before it is through: that never ends", sub.Name)
			d.Related = []dsl.Related{{At: outer.protocol.At, Message: "the protocol that is being done"}}
			d.Notes = []string{"a protocol may do itself only as its last step; use a loop, or a session of its own"}
			return cur
		}
		if slices.Equal(outer.args, args) {
			b.draft.link(cur, outer.entry)
			return -1
		}
	}
	inner := &frame{
		protocol: sub, file: fileOf(sub), roles: map[string]int{}, args: args, tail: tail, depth: len(b.path),
		entry: b.draft.add(position(fileOf(sub), sub.Decl.Name)), exit: b.draft.add(b.at(s)),
	}
	for i, r := range sub.Decl.Roles {
		inner.roles[r.Name] = args[i]
	}
	b.draft.link(cur, inner.entry)
	b.frames = append(b.frames, inner)
	b.draft.link(b.steps(sub.Decl.Body, inner.entry, true), inner.exit)
	b.frames = b.frames[:len(b.frames)-1]
	if !b.draft.entered(inner.exit) {
		return -1
	}
	return inner.exit
}

// called resolves the protocol and the roles of a do; nil if something is wrong.
func (b *builder) called(s *dsl.Do) (*Protocol, []int) {
	f := b.frame()
	if b.role >= 0 {
		b.fail(s, dsl.RoleBlockStep, "the block of one role cannot do a protocol of several")
		return nil, nil
	}
	o, diag := f.protocol.Package.Lookup(f.file, s.Protocol)
	if o == nil {
		b.bad = true
		b.pkg.report(diag)
		return nil, nil
	}
	sub, ok := o.(*Protocol)
	if !ok {
		b.fail(s.Protocol, dsl.NameKind, "%s is %s, and a protocol is needed here", s.Protocol.Name.Name, kindOf(o))
		return nil, nil
	}
	if sub.Decl.Body == nil {
		b.fail(s.Protocol, dsl.DoWrong, "%s is given role by role, so it is no part of a global type", sub.Name)
		return nil, nil
	}
	if len(s.Roles) != len(sub.Roles) {
		d := b.fail(s, dsl.DoWrong, "%s has %d roles, %d are given", sub.Name, len(sub.Roles), len(s.Roles))
		d.Related = []dsl.Related{{At: sub.At, Message: "its roles are " + strings.Join(sub.Roles, ", ")}}
		return nil, nil
	}
	var args []int
	for _, r := range s.Roles {
		role := b.roleOf(r)
		if role < 0 {
			return nil, nil
		}
		if slices.Contains(args, role) {
			b.fail(r, dsl.DoWrong, "%s cannot play two roles of %s", r.Name, sub.Name)
			return nil, nil
		}
		args = append(args, role)
	}
	return sub, args
}

// entered reports whether a silent move leads to a state.
func (d *draft) entered(state int) bool {
	for i := range d.states {
		if slices.Contains(d.states[i].silent, state) {
			return true
		}
	}
	return false
}

// fileOf returns the file that declares a protocol.
func fileOf(p *Protocol) *dsl.File { return p.Package.names.decls[p.Name].file }
