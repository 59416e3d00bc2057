package channeltest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// Coverage counts what the runs of a test went through. Everything that the
// protocols and components have to offer is in it, with 0 if no run took it.
type Coverage struct {
	Test       string         `json:"test"`
	Runs       int            `json:"runs"`
	Protocols  []Covered      `json:"protocols"`
	Components []Covered      `json:"components"`
	Faults     map[string]int `json:"faults"`
	Statements map[string]int `json:"statements"` // "path:line:column": what viz lays over a graph
}

// Covered is one protocol or component.
type Covered struct {
	Name        string `json:"name"`
	States      []Item `json:"states"`
	Transitions []Item `json:"transitions"`
}

// Item is a state or a transition, and how often it was taken.
type Item struct {
	Name  string `json:"name"`
	At    string `json:"at,omitempty"`
	Count int    `json:"count"`
}

// counts are those of one run, or of all so far.
type counts struct {
	roles  map[*channel.Local]*roleCounts
	tables map[string]*tableCounts
	faults map[string]int
	past   *counts // what was covered before, which weighs the walks
}

type roleCounts struct {
	protocol *channel.Protocol
	role     int
	states   []int
	edges    [][]int
}

type tableCounts struct {
	table   *channel.Component
	ops     map[*channel.Op]int
	options map[*channel.Choice][]int
}

func newCounts(past *counts) *counts {
	return &counts{roles: map[*channel.Local]*roleCounts{}, tables: map[string]*tableCounts{}, faults: map[string]int{}, past: past}
}

func (c *counts) role(p *channel.Protocol, role int) *roleCounts {
	l := &p.Locals[role]
	r := c.roles[l]
	if r == nil {
		r = &roleCounts{p, role, make([]int, len(l.States)), make([][]int, len(l.States))}
		for i, s := range l.States {
			r.edges[i] = make([]int, len(s.Edges))
		}
		c.roles[l] = r
	}
	return r
}

func (c *counts) state(p *peer) { c.role(p.Protocol, int(p.role)).states[p.state]++ }

func (c *counts) edge(p *peer, edge int) { c.role(p.Protocol, int(p.role)).edges[p.state][edge]++ }

// before reports whether a transition was covered before this run.
func (c *counts) before(p *peer, edge int) bool {
	r := c.past.roles[p.local]
	return r != nil && r.edges[p.state][edge] > 0
}

func (c *counts) fault(protocol, what string) { c.faults[protocol+": "+what]++ }

func (c *counts) of(t *channel.Component) *tableCounts {
	k := c.tables[t.Name]
	if k == nil {
		k = &tableCounts{t, map[*channel.Op]int{}, map[*channel.Choice][]int{}}
		c.tables[t.Name] = k
	}
	return k
}

func (c *counts) step(s channel.Step) {
	t := c.of(s.Table)
	if s.Op != nil {
		t.ops[s.Op]++
		return
	}
	if t.options[s.Choice] == nil {
		t.options[s.Choice] = make([]int, len(s.Choice.Options))
	}
	t.options[s.Choice][s.Option]++
}

// add adds the counts of a run.
func (c *counts) add(run *counts) {
	for l, r := range run.roles {
		mine := c.role(r.protocol, r.role)
		if c.roles[l] != mine {
			panic("channeltest: a role is counted under another machine")
		}
		for i := range r.states {
			mine.states[i] += r.states[i]
			for k, n := range r.edges[i] {
				mine.edges[i][k] += n
			}
		}
	}
	for _, t := range run.tables {
		mine := c.of(t.table)
		for op, n := range t.ops {
			mine.ops[op] += n
		}
		for choice, options := range t.options {
			if mine.options[choice] == nil {
				mine.options[choice] = make([]int, len(options))
			}
			for i, n := range options {
				mine.options[choice][i] += n
			}
		}
	}
	for f, n := range run.faults {
		c.faults[f] += n
	}
}

// coverage puts the counts in order.
func (c *counts) coverage(test string, runs int) *Coverage {
	v := &Coverage{Test: test, Runs: runs, Faults: c.faults, Statements: map[string]int{}}
	for _, r := range c.roles {
		v.Protocols = append(v.Protocols, r.covered(v.Statements))
	}
	for _, t := range c.tables {
		v.Components = append(v.Components, t.covered(v.Statements))
	}
	byName := func(a, b Covered) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(v.Protocols, byName)
	slices.SortFunc(v.Components, byName)
	return v
}

func (r *roleCounts) covered(statements map[string]int) Covered {
	v := Covered{Name: r.protocol.QName() + "." + r.protocol.Roles[r.role]}
	for i, s := range r.protocol.Locals[r.role].States {
		v.States = append(v.States, Item{Name: s.Name, Count: r.states[i]})
		for k, e := range s.Edges {
			l := &r.protocol.Labels[e.Label]
			mark := "?"
			if int(l.From) == r.role {
				mark = "!"
			}
			v.Transitions = append(v.Transitions, Item{s.Name + " " + mark + l.Name, e.At, r.edges[i][k]})
			if e.At != "" {
				statements[e.At] += r.edges[i][k]
			}
		}
	}
	return v
}

// covered lists the steps of a component. Options that stand at one
// statement, one for each point of a set's members, are one step.
func (t *tableCounts) covered(statements map[string]int) Covered {
	v := Covered{Name: t.table.Name}
	states := map[string]int{}
	at := map[string]int{}
	add := func(state, what, where string, n int) {
		if _, known := states[state]; !known {
			v.States = append(v.States, Item{Name: state})
		}
		states[state] += n
		name := strings.TrimPrefix(state, t.table.Name) + " " + what
		k, known := at[name+" "+where]
		if !known {
			k = len(v.Transitions)
			at[name+" "+where] = k
			v.Transitions = append(v.Transitions, Item{Name: name, At: where})
		}
		v.Transitions[k].Count += n
		if where != "" {
			statements[where] += n
		}
	}
	for _, op := range t.table.Ops {
		if !op.Chosen {
			add(op.State, op.Method, op.At, t.ops[op])
		}
	}
	for _, c := range t.table.Chooses {
		for i, o := range c.Options {
			n := 0
			if counts := t.options[c]; counts != nil {
				n = counts[i]
			}
			add(c.State, t.optionName(&o), o.At, n)
		}
	}
	for i := range v.States {
		v.States[i].Count = states[v.States[i].Name]
	}
	return v
}

func (t *tableCounts) optionName(o *channel.Option) string {
	s := &t.table.Slots[min(int(o.Slot), len(t.table.Slots)-1)]
	label := ""
	if o.Kind == channel.Recv || o.Kind == channel.Send {
		label = s.Protocol.Labels[o.Label].Name
	}
	return [...]string{"?" + label + " " + s.Name, "!" + label + " " + s.Name, "gone " + s.Name, "timeout", "else", "now"}[o.Kind]
}

// Share is how many of the transitions were taken, in percent.
func (v Covered) Share() float64 {
	taken := 0
	for _, i := range v.Transitions {
		if i.Count > 0 {
			taken++
		}
	}
	if len(v.Transitions) == 0 {
		return 100
	}
	return 100 * float64(taken) / float64(len(v.Transitions))
}

// Text is the coverage for people: a line for each protocol's role and each
// component, and under it what no run took.
func (c *Coverage) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d runs\n", c.Test, c.Runs)
	for _, kind := range []struct {
		name string
		list []Covered
	}{{"protocol", c.Protocols}, {"component", c.Components}} {
		for _, v := range kind.list {
			fmt.Fprintf(&b, "  %5.1f %%  %s %s\n", v.Share(), kind.name, v.Name)
			for _, i := range v.Transitions {
				if i.Count == 0 {
					fmt.Fprintf(&b, "           never: %s", i.Name)
					if i.At != "" {
						fmt.Fprintf(&b, " (%s)", i.At)
					}
					b.WriteByte('\n')
				}
			}
		}
	}
	if len(c.Faults) > 0 {
		total := 0
		for _, n := range c.Faults {
			total += n
		}
		fmt.Fprintf(&b, "  %d faults of %d kinds\n", total, len(c.Faults))
	}
	return b.String()
}

// Merge adds the coverage of another test.
func (c *Coverage) Merge(other *Coverage) {
	c.Runs += other.Runs
	c.Protocols = merged(c.Protocols, other.Protocols)
	c.Components = merged(c.Components, other.Components)
	if c.Faults == nil {
		c.Faults, c.Statements = map[string]int{}, map[string]int{}
	}
	for _, k := range slices.Sorted(maps.Keys(other.Faults)) {
		c.Faults[k] += other.Faults[k]
	}
	for k, n := range other.Statements {
		c.Statements[k] += n
	}
}

func merged(a, b []Covered) []Covered {
	for _, v := range b {
		i, known := slices.BinarySearchFunc(a, v.Name, func(x Covered, name string) int { return strings.Compare(x.Name, name) })
		if !known {
			a = slices.Insert(a, i, v)
			continue
		}
		for k, item := range v.Transitions {
			if k < len(a[i].Transitions) && a[i].Transitions[k].Name == item.Name {
				a[i].Transitions[k].Count += item.Count
			}
		}
		for k, item := range v.States {
			if k < len(a[i].States) && a[i].States[k].Name == item.Name {
				a[i].States[k].Count += item.Count
			}
		}
	}
	return a
}
