package judge

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// Taken collects which options and cases of a system the runs of the code have taken.
type Taken struct {
	sys *session.System
	at  map[option]bool
}

// option is a place of the source: the instances of a component, and the inlined calls of a sub, take it for each other.
type option struct {
	component *session.Component
	at        dsl.Position
}

// NewTaken makes an empty collection.
func NewTaken(sys *session.System) *Taken { return &Taken{sys, map[option]bool{}} }

// Add enters what the run that a judge has followed took.
func (c *Taken) Add(j *Judge) {
	for at := range j.taken {
		c.at[at] = true
	}
}

// Never lists the options and cases of the source that no run took, in the order of the source, as "clock.chan:66:20: case later:". Those that
// passed says so of are left out: what no run of the model takes is no fault of the code.
func (c *Taken) Never(passed func(m *session.Machine, at dsl.Position) bool) (all []string) {
	listed := map[option]bool{}
	for _, m := range c.sys.Machines {
		for s := range m.States {
			st := &m.States[s]
			if m.Component == nil || st.Kind != session.Waiting && st.Kind != session.Deciding {
				continue
			}
			for k := range st.Edges {
				x := optionOf(m, st, &st.Edges[k])
				if c.at[x] || listed[x] || x.at.Source == nil || passed != nil && passed(m, x.at) {
					continue
				}
				listed[x] = true
				all = append(all, fmt.Sprintf("%s: %s", x.at, strings.TrimSpace(x.at.Source.LineText(x.at.Source.Line(x.at.Span.Start)))))
			}
		}
	}
	return all
}

func optionOf(m *session.Machine, st *session.State, e *session.Edge) option {
	at := e.At
	if at.Source == nil {
		at = st.At
	}
	return option{m.Component, at}
}
