package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// builder turns the steps of a protocol into a draft.
type builder struct {
	of     *Protocol // whose labels are filled in
	pkg    *Package  // of of: where diagnostics go
	draft  *draft
	frames []*frame // the protocol and the sub-protocols that it is in, outermost first
	role   int      // of a role block; -1 for a global type
	path   []branch // the par branches that the steps are in
	pars   int      // numbered so far
	bad    bool
}

// frame is a protocol's body being compiled: the protocol itself, or one inlined by do.
type frame struct {
	protocol *Protocol
	file     *dsl.File
	roles    map[string]int // names in this body → roles of the protocol built
	args     []int
	entry    int
	exit     int
	tail     bool // its do is the last step of the frame before
	depth    int  // how many par branches it is in
	loops    []*loopScope
	points   map[string]int // of a role block, by name, for goto
}

// loopScope is an enclosing loop.
type loopScope struct {
	name    string
	at      dsl.Position
	head    int
	after   int
	broken  bool // something breaks out of it
	outside int  // how many par branches it is in
}

func (b *builder) frame() *frame { return b.frames[len(b.frames)-1] }

func (b *builder) fail(n dsl.Node, code dsl.Code, format string, args ...any) *dsl.Diagnostic {
	d := at(b.frame().file, n, code, format, args...)
	b.pkg.report(d)
	b.bad = true
	return d
}

func (b *builder) at(n dsl.Node) dsl.Position { return position(b.frame().file, n) }

// steps compiles a block from state cur on and returns the state at its end, -1 if it never falls off. tail says that what follows the block is the end of
// the frame.
//
//	steps = { step }
func (b *builder) steps(s *dsl.Steps, cur int, tail bool) int {
	for i, step := range s.List {
		if cur < 0 {
			d := b.fail(step, dsl.StepUnreachable, "this step is never reached")
			d.Related = []dsl.Related{{At: b.at(s.List[i-1]), Message: leaves(s.List[i-1])}}
			return -1
		}
		cur = b.step(step, cur, tail && i == len(s.List)-1)
	}
	return cur
}

// leaves says why nothing follows a step.
func leaves(s dsl.Step) string {
	switch s := s.(type) {
	case *dsl.Par:
		return "the session ends when all branches of this par have ended"
	case *dsl.Repeat:
		return "nothing breaks out of this loop"
	case *dsl.Jump:
		return fmt.Sprintf("%s leaves here", s.Word)
	case *dsl.Branch:
		return "every option of this choose leaves"
	}
	return "this never comes to an end"
}

// step compiles one step.
func (b *builder) step(s dsl.Step, cur int, tail bool) int {
	switch s := s.(type) {
	case *dsl.Interaction:
		b.draft.states[cur].at = b.at(s)
		return b.interaction(s, cur)
	case *dsl.Branch:
		return b.choice(s, cur, tail)
	case *dsl.Repeat:
		return b.repeat(s, cur)
	case *dsl.Jump:
		b.jump(s, cur)
		return -1
	case *dsl.Point:
		return b.point(s, cur)
	case *dsl.Do:
		return b.do(s, cur, tail)
	case *dsl.Par:
		b.par(s, cur)
		return -1
	}
	panic(fmt.Sprintf("session: protocol step %T", s))
}

// interaction adds an edge and returns where it leads.
//
//	interaction = role "->" role ":" name "(" [ field { "," field } ] ")"
func (b *builder) interaction(s *dsl.Interaction, cur int) int {
	next := b.draft.add(b.at(s))
	from, to := b.roleOf(s.From), b.roleOf(s.To)
	label := b.label(s)
	if from < 0 || to < 0 {
		return next
	}
	if from == to {
		b.fail(s, dsl.RoleToItself, "%s cannot send to itself", s.From.Name)
		return next
	}
	if b.role >= 0 && from != b.role && to != b.role {
		b.fail(s, dsl.RoleBlockStep, "this step concerns %s and %s, and stands in the block of %s", s.From.Name, s.To.Name, b.of.Roles[b.role])
		return next
	}
	edge := globalEdge{from: from, to: to, label: label, next: next, at: b.at(s)}
	b.draft.states[cur].edges = append(b.draft.states[cur].edges, edge)
	return next
}

// choice compiles a choose: in a global type the chooser sends first in every option.
//
//	"choose" role "{" { "option" interaction steps } "}"
func (b *builder) choice(s *dsl.Branch, cur int, tail bool) int {
	b.draft.states[cur].at = b.at(s)
	if len(s.Options) == 0 {
		b.fail(s, dsl.ChoiceEmpty, "a choose needs an option")
		return cur
	}
	if (s.Role == nil) != (b.role >= 0) {
		if s.Role == nil {
			b.fail(s, dsl.RoleUnknown, "say which role chooses: choose %s { … }", s.Options[0].First.From.Name)
		} else {
			b.fail(s.Role, dsl.RoleBlockStep, "in the block of one role choose names no role")
		}
	} else if s.Role != nil && b.roleOf(s.Role) >= 0 {
		b.chooser(s)
	}
	join, joined := b.draft.add(b.at(s)), false
	for _, o := range s.Options {
		next := b.interaction(o.First, cur)
		if o.Rest != nil {
			next = b.steps(o.Rest, next, tail)
		}
		if next >= 0 {
			b.draft.link(next, join)
			joined = true
		}
	}
	if !joined {
		return -1
	}
	return join
}

// chooser refuses mixed choice.
func (b *builder) chooser(s *dsl.Branch) {
	for _, o := range s.Options {
		if o.First.From.Name == s.Role.Name || b.roleOf(o.First.From) < 0 {
			continue
		}
		d := b.fail(o.First, dsl.ChoiceMixed, "%s chooses here, but this option is sent by %s", s.Role.Name, o.First.From.Name)
		d.Related = []dsl.Related{{At: b.at(s.Role), Message: "who chooses"}}
		d.Notes = append(d.Notes, fmt.Sprintf("%s and %s could each take an option before they hear of the other's: the messages would cross", s.Role.Name, o.First.From.Name),
			"give each direction a branch of a par, or let one role choose and ask the other first")
	}
}

// repeat compiles a loop.
//
//	"loop" [ "rest" ] [ name ] "{" steps "}"
func (b *builder) repeat(s *dsl.Repeat, cur int) int {
	f := b.frame()
	head := b.draft.add(b.at(s))
	after := b.draft.add(b.at(s))
	b.draft.link(cur, head)
	loop := &loopScope{at: b.at(s), head: head, after: after, outside: len(b.path)}
	switch {
	case s.Name != nil:
		loop.name = s.Name.Name
		for _, outer := range f.loops {
			if outer.name == loop.name {
				d := b.fail(s.Name, dsl.LoopName, "loop %s stands in a loop of the same name", loop.name)
				d.Related = []dsl.Related{{At: outer.at, Message: "the outer one"}}
			}
		}
		b.draft.states[head].names = []string{loop.name}
	case s.Rest:
		b.draft.states[head].names = []string{"rest"}
	}
	if s.Rest {
		b.draft.states[head].rest = allRoles
	}
	f.loops = append(f.loops, loop)
	b.draft.link(b.steps(s.Body, head, false), head)
	f.loops = f.loops[:len(f.loops)-1]
	if !loop.broken {
		return -1
	}
	return after
}

// jump compiles what leaves a block.
//
//	"continue" [ name ] | "break" [ name ] | "end" | "goto" name
func (b *builder) jump(s *dsl.Jump, cur int) {
	f := b.frame()
	switch s.Word {
	case "end":
		b.draft.link(cur, f.exit)
		return
	case "goto":
		if b.role < 0 {
			b.fail(s, dsl.JumpTarget, "goto is for the blocks of single roles; a global type repeats with loop and continue")
			return
		}
		target, ok := f.points[s.Target.Name]
		if !ok {
			d := b.fail(s.Target, dsl.JumpTarget, "the block of %s has no point %s", b.of.Roles[b.role], s.Target.Name)
			suggest(d, s.Target.Name, sortedKeys(f.points))
			return
		}
		b.draft.link(cur, target)
		return
	}
	for i := len(f.loops) - 1; i >= 0; i-- {
		loop := f.loops[i]
		if s.Target != nil && s.Target.Name != loop.name {
			continue
		}
		if loop.outside < len(b.path) {
			b.fail(s, dsl.JumpTarget, "%s cannot leave a branch of a par: the other branches would not know", s.Word)
			return
		}
		if s.Word == "break" {
			loop.broken = true
			b.draft.link(cur, loop.after)
		} else {
			b.draft.link(cur, loop.head)
		}
		return
	}
	if s.Target == nil {
		b.fail(s, dsl.JumpTarget, "%s stands in no loop", s.Word)
		return
	}
	var names []string
	for _, l := range f.loops {
		names = append(names, l.name)
	}
	suggest(b.fail(s.Target, dsl.JumpTarget, "%s stands in no loop named %s", s.Word, s.Target.Name), s.Target.Name, names)
}

// point names where the steps stand.
//
//	"at" name ":"
func (b *builder) point(s *dsl.Point, cur int) int {
	p, known := b.frame().points[s.Name.Name]
	if !known {
		p = b.draft.add(b.at(s))
	}
	b.draft.states[p].at = b.at(s)
	b.draft.states[p].names = []string{s.Name.Name}
	b.draft.link(cur, p)
	return p
}

// roleOf returns the role that a name stands for, -1 (and a diagnostic) if there is none.
func (b *builder) roleOf(name *dsl.Ident) int {
	f := b.frame()
	if r, ok := f.roles[name.Name]; ok {
		return r
	}
	d := b.fail(name, dsl.RoleUnknown, "protocol %s has no role %s", f.protocol.Name, name.Name)
	d.Related = []dsl.Related{{At: f.protocol.At, Message: "its roles are " + strings.Join(f.protocol.Roles, ", ")}}
	suggest(d, name.Name, slices.Clone(f.protocol.Roles))
	return -1
}
