package gen

import (
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// component generates the stub of one component. Its ends are slots of an endpoint and its model variables registers beside them; a Go type
// stands for each state in which it waits, decides or has ended, and everything between two of these is run by the stub.
type component struct {
	*goFile
	c      *session.Component
	m      *session.Machine
	z      *sizing
	Go     string     // prefix of its names
	holder string     // its endpoint type
	names  []string   // state → Go type, "" for one that the stub runs through
	slots  [][]string // group, field → constant
	vars   []string   // variable → field of v
	tables map[*session.Protocol]*labelTables

	Ops, Choices        []string
	OpNames             []string
	ChoiceNames         []string
	Messages            []componentMessage
	Sums                []sumType
	Settles             []string
	States              []componentState
	Constants, Layout   []string
	Tuples              []string
	Given               []structField
	Registers           []structField
	Fairs               []fairDecide
	sums                map[string]string // targets → type
	settles             map[int]string    // first local state → function
	messages, operators map[string]bool
	tracks              map[string]bool
}

type componentState struct {
	Go      string
	Doc     []string
	End     bool
	Methods []string
}

type componentMessage struct {
	Go, Field, Doc string
	Fields         []structField
	Sums           []string // markers
	Next           string
}

type sumType struct {
	Go, Marker, Doc string
	Of              []string
}

type fairDecide struct{ Field, Make string }

// component prepares a stub: everything has its name, and nothing is generated yet.
func (f *goFile) component(c *session.Component) (*component, error) {
	z, err := newSizing(c)
	if err != nil {
		return nil, err
	}
	s := &component{goFile: f, c: c, m: z.machines[0], z: z, Go: componentName(c), tables: map[*session.Protocol]*labelTables{},
		sums: map[string]string{}, settles: map[int]string{}, messages: map[string]bool{}, operators: map[string]bool{}}
	s.holder = unexported(s.Go) + "Component"
	s.nameSlots()
	s.nameVars()
	s.nameStates()
	return s, nil
}

// componentName is the prefix of a component's names. A component that is called like a role of a protocol of its package gives way to it.
func componentName(c *session.Component) string {
	name := exported(c.Name)
	for _, p := range c.Package.Protocols {
		for _, role := range p.Roles {
			if exported(p.Name)+exported(role) == name {
				return name + "Component"
			}
		}
	}
	return name
}

// generate fills what component.tmpl shows.
func (s *component) generate() error {
	f := s.goFile
	f.imports["context"] = "context"
	f.imports[channelPath] = "channel"
	if err := s.layout(); err != nil {
		return err
	}
	for i := range s.m.States {
		state := &s.m.States[i]
		if s.names[i] == "" || state.Kind == session.Ended && i != s.ended() {
			continue
		}
		stub := componentState{Go: s.names[i], End: state.Kind == session.Ended, Doc: s.stateDoc(i)}
		before := len(s.States)
		methods, err := s.methods(i)
		if err != nil {
			return fmt.Errorf("%s: %w", lineAt(state.At), err)
		}
		stub.Methods = methods
		s.States = slices.Insert(s.States, before, stub)
	}
	return s.z.err
}

// passes reports whether the stub runs through a state by itself: through local steps, and through an add, which waits for nobody.
func (s *component) passes(i int) bool {
	state := &s.m.States[i]
	if state.Kind == session.LocalStep {
		return true
	}
	e := state.Edges
	return state.Kind == session.Waiting && e[0].Action.Kind == session.AddMember && e[0].Guard == nil &&
		(len(e) == 1 || len(e) == 2 && e[1].Action.Kind == session.ElseOption && e[1].Guard == nil)
}

// ended is the state that stands for all in which the component has ended; -1 if there is none.
func (s *component) ended() int {
	return slices.IndexFunc(s.m.States, func(t session.State) bool { return t.Kind == session.Ended })
}

// targets are the states with a Go type that may come next when control goes on at a state, in order.
func (s *component) targets(at int) []int {
	found, seen := map[int]bool{}, map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		if s.m.States[i].Kind == session.Ended {
			i = s.ended()
		}
		switch {
		case !s.passes(i):
			found[i] = true
		case !seen[i]:
			seen[i] = true
			for _, e := range s.m.States[i].Edges {
				visit(e.Next)
			}
		}
	}
	visit(at)
	var all []int
	for i := range found {
		all = append(all, i)
	}
	sort.Ints(all)
	return all
}

// next is the Go type of what follows when control goes on at a state.
func (s *component) next(at int) string {
	targets := s.targets(at)
	if len(targets) == 1 {
		return s.names[targets[0]]
	}
	if len(targets) == 0 {
		panic("gen: nothing follows a step of " + s.c.QName())
	}
	key := fmt.Sprint(targets)
	if name, ok := s.sums[key]; ok {
		return name
	}
	var of []string
	for _, t := range targets {
		of = append(of, s.names[t])
	}
	name := of[0] + "Or" + strings.TrimPrefix(of[1], s.Go)
	if len(of) > 2 {
		name += "OrOthers"
	}
	for base, n := name, 2; slices.ContainsFunc(s.Sums, func(t sumType) bool { return t.Go == name }); n++ {
		name = fmt.Sprint(base, n)
	}
	s.sums[key] = name
	s.Sums = append(s.Sums, sumType{Go: name, Marker: unexported(name), Doc: "*" + joinOr(of, "*"), Of: of})
	return name
}

func joinOr(of []string, star string) string {
	if len(of) == 1 {
		return of[0]
	}
	return strings.Join(of[:len(of)-1], ", "+star) + " or " + star + of[len(of)-1]
}

// zero is the value of next(at) beside an error.
func (s *component) zero(at int) string {
	if len(s.targets(at)) > 1 {
		return "nil"
	}
	return s.next(at) + "{}"
}

func (s *component) stateDoc(i int) []string {
	state := &s.m.States[i]
	doc := fmt.Sprintf("is a state of %s", s.c.QName())
	if len(state.Names) > 0 {
		doc += " at " + strings.Join(state.Names, ", ")
	}
	doc += " (" + lineAt(state.At) + ")."
	if state.Kind == session.Ended {
		return []string{doc, "The component has ended."}
	}
	lines := []string{doc, "Next:"}
	for k := range state.Edges {
		lines = append(lines, "  - "+s.said(&state.Edges[k]))
	}
	return lines
}

// said is an edge in the words of the source.
func (s *component) said(e *session.Edge) string {
	return strings.ReplaceAll(s.m.ActionText(&e.Action), "·", "") + " (" + lineAt(e.At) + ")"
}

func lineAt(at dsl.Position) string {
	if at.Source == nil {
		return "-"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(at.Source.Path), at.Source.Line(at.Span.Start))
}

// label is the number of a message in its protocol's table.
func (s *component) label(p *session.Protocol, label, from, to int) int {
	t := s.tables[p]
	if t == nil {
		t = newLabelTables(p)
		s.tables[p] = t
	}
	return t.index(label, from, to)
}

func (s *component) payload(p *session.Protocol, label int) string {
	return s.qualified(p.Package, exported(p.Name)+exported(p.Labels[label].Name)+"Payload")
}

// field is the end that a slot holds; nil for a handle.
func (s *component) field(r session.SlotRef) *session.EndType {
	return s.m.Groups[r.Group].Fields[r.Field].End
}
