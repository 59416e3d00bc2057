package session

import (
	"fmt"
	"sort"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// MachineOf lowers a component to its machine, with the values of its size parameters (and of those of the components that it starts) taken from sizes.
// Diagnostics with severity Error mean that the machine is not to be used; it is nil only if its parameters could not be resolved at all.
//
// Lowering checks names, types and control flow. Whether the machine follows the protocols of the ends that it holds is asked by Conform.
func MachineOf(c *Component, sizes Env) (*Machine, []*dsl.Diagnostic) {
	b := newBench(sizes)
	m := b.machine(c, sizes)
	return m, b.diagnostics()
}

// bench is where machines are made that refer to each other: components by what they start, environments by the ends that they are given.
// It keeps one machine per component and relevant sizes, and one environment per end.
type bench struct {
	base         Env // sizes for those that nobody gives
	machines     map[string]*Machine
	order        []*Machine // in the order in which they were first asked for
	environments map[string]*Machine
	reports      []*dsl.Diagnostic
	reported     map[string]bool
	relevant     map[*Component][]string
	unsaid       []string           // what environments cannot do
	leaving      map[Role]bool      // environments that hold these may abandon them
	patient      map[*Protocol]bool // somebody waits for a place to make one of these; nil: nobody knows
}

func newBench(base Env) *bench {
	return &bench{
		base:         base,
		machines:     map[string]*Machine{},
		environments: map[string]*Machine{},
		reported:     map[string]bool{},
		relevant:     map[*Component][]string{},
	}
}

// report keeps a diagnostic, once: the same statement may be lowered several times (inlined subs, several sizes).
func (b *bench) report(d *dsl.Diagnostic) {
	key := fmt.Sprintf("%s %s %s", d.Code, d.At, d.Message)
	if !b.reported[key] {
		b.reported[key] = true
		b.reports = append(b.reports, d)
	}
}

func (b *bench) diagnostics() []*dsl.Diagnostic {
	return sortDiagnostics(b.reports)
}

// failed reports whether one of the diagnostics is an error.
func failed(list []*dsl.Diagnostic) bool {
	for _, d := range list {
		if d.Severity == dsl.Error {
			return true
		}
	}
	return false
}

// sizeNames returns the size parameters that the machine of c depends on: its own, and those of the components that it starts.
func (b *bench) sizeNames(c *Component) []string {
	if names, ok := b.relevant[c]; ok {
		return names
	}
	found, seen := map[string]bool{}, map[*Component]bool{}
	var visit func(c *Component)
	visit = func(c *Component) {
		if seen[c] {
			return
		}
		seen[c] = true
		for _, name := range ownSizes(c) {
			found[name] = true
		}
		for _, q := range startedBy(c.Decl) {
			if child, d := lookupComponent(c.Package, c.File, q); d == nil {
				visit(child)
			}
		}
	}
	visit(c)
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	b.relevant[c] = names
	return names
}

// ownSizes returns the names of the size parameters that c declares.
func ownSizes(c *Component) []string {
	var names []string
	for _, p := range c.Decl.Params {
		if isSize(p.Type) {
			names = append(names, p.Name.Name)
		}
	}
	return names
}

func isSize(t dsl.Type) bool {
	n, ok := t.(*dsl.NamedType)
	return ok && n.Name.Package == nil && n.Name.Name.Name == "size"
}

// startedBy returns the names after start, in source order.
func startedBy(c *dsl.Component) []*dsl.QName {
	var names []*dsl.QName
	visit := func(s dsl.Stmt) {
		if start, ok := s.(*dsl.Start); ok {
			names = append(names, start.Component)
		}
	}
	eachStmt(c.Body, visit)
	for _, sub := range c.Subs {
		eachStmt(sub.Body, visit)
	}
	return names
}

// machine returns the machine of c under env, made on first use. It is registered before it is filled, so that machines may start each other.
func (b *bench) machine(c *Component, env Env) *Machine {
	sizes := Env{}
	for _, name := range b.sizeNames(c) {
		if v, ok := env[name]; ok {
			sizes[name] = v
		} else if v, ok := b.base[name]; ok {
			sizes[name] = v
		}
	}
	key := fmt.Sprintf("%p", c)
	for _, name := range b.sizeNames(c) {
		key += fmt.Sprintf(" %s=%d", name, sizes[name])
	}
	if m, ok := b.machines[key]; ok {
		return m
	}
	m := &Machine{Component: c, Name: machineName(c, sizes), External: c.Decl.External, Sizes: sizes}
	b.machines[key] = m
	b.order = append(b.order, m)
	newLowerer(b, c, sizes, m).component()
	return m
}

// machineName is the component's name with its own sizes: "fs.FileServer(n=3)".
func machineName(c *Component, sizes Env) string {
	var parts []string
	for _, name := range ownSizes(c) {
		parts = append(parts, fmt.Sprintf("%s=%d", name, sizes[name]))
	}
	if len(parts) == 0 {
		return c.QName()
	}
	return c.QName() + "(" + strings.Join(parts, ", ") + ")"
}

// lowerer lowers one component. Statements are lowered forward: each fills the open state that it is given and returns the open state after it,
// or -1 where control does not get that far.
type lowerer struct {
	*bench
	c      *Component
	env    Env
	m      *Machine
	scope  *bodyScope
	global *bodyScope // parameters and variables
	subs   map[string]*dsl.Sub
	sites  map[dsl.Node]int
	call   int // in m.Calls
	calls  []*dsl.Sub
	loops  []loopFrame
	heads  []loopFrame // of all loops without a bound
	visits []visit     // the for loops over members around the statement, in its callers too
	broken bool        // something was reported
	ret    *returnFrame
	gones  []goneFrame
	busy   map[int]bool    // hidden variables in scope
	held   map[int]bool    // fresh groups in scope
	wrong  map[string]bool // parameters and variables whose declarations are wrong
	steady map[int]bool    // states whose edges run a bounded counter: no endless local loop passes through them
}

func newLowerer(b *bench, c *Component, env Env, m *Machine) *lowerer {
	global := &bodyScope{symbols: map[string]*symbol{}}
	return &lowerer{
		bench: b, c: c, env: env, m: m, scope: global, global: global, call: -1,
		subs: map[string]*dsl.Sub{}, sites: map[dsl.Node]int{}, busy: map[int]bool{}, held: map[int]bool{}, wrong: map[string]bool{}, steady: map[int]bool{},
	}
}

// component lowers parameters, variables and body, and tidies the graph.
func (l *lowerer) component() {
	for _, p := range l.c.Decl.Params {
		l.param(p)
	}
	for _, v := range l.c.Decl.Vars {
		l.variable(v)
	}
	for _, s := range l.c.Decl.Subs {
		if l.declared(s.Name) {
			continue
		}
		if first, twice := l.subs[s.Name.Name]; twice {
			l.errorf(s.Name, dsl.ComponentTwice, "sub %s is declared twice", s.Name.Name).related(l, first.Name, "the first declaration")
			continue
		}
		l.subs[s.Name.Name] = s
	}
	entry := l.state(l.c.Decl.Body)
	if out := l.block(l.c.Decl.Body, entry); out >= 0 {
		l.m.States[out].Kind = Ended
		l.m.States[out].At = l.closing(l.c.Decl.Body)
	}
	l.unusedSubs()
	if !l.broken && !l.endlessLocalLoop() { // what is left of a wrong component is no machine
		l.tidy()
	}
}

// closing is the position of the brace that ends a block.
func (l *lowerer) closing(n dsl.Node) dsl.Position {
	r := n.Range()
	return dsl.Position{Source: l.c.File.Source, Span: dsl.Span{Start: max(r.End-1, r.Start), End: r.End}}
}

func (l *lowerer) at(n dsl.Node) dsl.Position {
	return dsl.Position{Source: l.c.File.Source, Span: n.Range()}
}

// state adds an open state.
func (l *lowerer) state(n dsl.Node) int {
	l.m.States = append(l.m.States, State{Kind: LocalStep, Site: -1, Call: l.call, At: l.at(n)})
	return len(l.m.States) - 1
}

// local makes the state from a local step with one action and returns the open state after it.
func (l *lowerer) local(from int, a Action, n dsl.Node) int {
	next := l.state(n)
	l.m.States[from].Edges = append(l.m.States[from].Edges, Edge{Action: a, Next: next, At: l.at(n)})
	l.m.States[from].At = l.at(n)
	return next
}

// link lets an open state go on at to. From -1 is nowhere.
func (l *lowerer) link(from, to int) {
	if from >= 0 {
		l.m.States[from].Edges = append(l.m.States[from].Edges, Edge{Action: Action{Kind: Skip}, Next: to, At: l.m.States[from].At})
	}
}

// site numbers the choose or decide of the source that a state belongs to.
func (l *lowerer) site(n dsl.Node) int {
	s, ok := l.sites[n]
	if !ok {
		s = len(l.sites)
		l.sites[n] = s
	}
	return s
}

// problem is a diagnostic being built.
type problem struct{ d *dsl.Diagnostic }

func (l *lowerer) errorf(n dsl.Node, code dsl.Code, format string, args ...any) problem {
	d := &dsl.Diagnostic{Code: code, At: l.at(n), Message: fmt.Sprintf(format, args...)}
	l.report(d)
	return problem{d}
}

func (p problem) related(l *lowerer, n dsl.Node, message string) problem {
	p.d.Related = append(p.d.Related, dsl.Related{At: l.at(n), Message: message})
	return p
}

func (p problem) relatedAt(at dsl.Position, message string) problem {
	p.d.Related = append(p.d.Related, dsl.Related{At: at, Message: message})
	return p
}

func (p problem) note(format string, args ...any) problem {
	p.d.Notes = append(p.d.Notes, fmt.Sprintf(format, args...))
	return p
}

// report keeps a diagnostic and remembers that the component has one.
func (l *lowerer) report(d *dsl.Diagnostic) {
	if d.Severity == dsl.Error {
		l.broken = true
	}
	l.bench.report(d)
}

// SizeNames returns the names of the sizes that a machine of c depends on: its own, and those of the components that it starts.
func SizeNames(c *Component) []string { return newBench(nil).sizeNames(c) }
