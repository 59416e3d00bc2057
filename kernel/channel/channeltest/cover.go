package channeltest

import (
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest/cover"
)

// counts are those of one run, or of all so far.
type counts struct {
	roles  map[*channel.Local]*roleCounts
	tables map[string]*tableCounts
	faults map[string]int
	past   *counts // what was covered before, which weighs the walks

	unjudged int // runs with too many orders to try for a model
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
	c.unjudged += run.unjudged
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
func (c *counts) coverage(test string, runs int) *cover.Coverage {
	v := &cover.Coverage{Test: test, Runs: runs, Faults: c.faults, Statements: map[string]int{}}
	for _, r := range c.roles {
		v.Protocols = append(v.Protocols, r.covered(v.Statements))
	}
	for _, t := range c.tables {
		v.Components = append(v.Components, t.covered(v.Statements))
	}
	byName := func(a, b cover.Covered) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(v.Protocols, byName)
	slices.SortFunc(v.Components, byName)
	return v
}

func (r *roleCounts) covered(statements map[string]int) cover.Covered {
	v := cover.Covered{Name: r.protocol.QName() + "." + r.protocol.Roles[r.role]}
	for i, s := range r.protocol.Locals[r.role].States {
		v.States = append(v.States, cover.Item{Name: s.Name, Count: r.states[i]})
		for k, e := range s.Edges {
			l := &r.protocol.Labels[e.Label]
			mark := "?"
			if int(l.From) == r.role {
				mark = "!"
			}
			v.Transitions = append(v.Transitions, cover.Item{Name: s.Name + " " + mark + l.Name, At: e.At, Count: r.edges[i][k]})
			if e.At != "" {
				statements[e.At] += r.edges[i][k]
			}
		}
	}
	return v
}

// covered lists the steps of a component. Options that stand at one
// statement, one for each point of a set's members, are one step.
func (t *tableCounts) covered(statements map[string]int) cover.Covered {
	v := cover.Covered{Name: t.table.Name}
	states := map[string]int{}
	at := map[string]int{}
	add := func(state, what, where string, n int) {
		if _, known := states[state]; !known {
			v.States = append(v.States, cover.Item{Name: state})
		}
		states[state] += n
		name := strings.TrimPrefix(state, t.table.Name) + " " + what
		k, known := at[name+" "+where]
		if !known {
			k = len(v.Transitions)
			at[name+" "+where] = k
			v.Transitions = append(v.Transitions, cover.Item{Name: name, At: where})
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
