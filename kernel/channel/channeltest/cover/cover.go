// Package cover is what property-based tests have gone through: how often
// each state, transition and fault of protocols and components was taken. It
// is written by package channeltest and read by protoc-os test. It imports
// nothing but the standard library, so that the command carries no test.
package cover

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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

// Counted is how often each statement was taken: also 0, for a transition that
// no run took. What is not counted at all is not in it.
func (c *Coverage) Counted() map[string]int {
	counts := maps.Clone(c.Statements)
	if counts == nil {
		counts = map[string]int{}
	}
	for _, list := range [][]Covered{c.Protocols, c.Components} {
		for _, v := range list {
			for _, t := range v.Transitions {
				if t.At != "" {
					counts[t.At] += 0
				}
			}
		}
	}
	return counts
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
