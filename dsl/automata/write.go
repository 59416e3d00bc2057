package automata

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// Source writes a package: every queue of the protocol has the capacity given, 0 for rendezvous.
func (s *System) Source(pkg, from string, capacity int) ([]byte, error) {
	w := &writer{sys: s}
	w.names()
	w.line(0, "// Package %s was imported from %s: automata, each with the others by queues of capacity %d.", pkg, from, capacity)
	w.line(0, "package %s", pkg)
	w.line(0, "")
	w.protocol(capacity)
	for k := range s.Automata {
		w.component(k)
	}
	w.system(capacity)
	text, wrong := dsl.Format([]byte(w.out.String()))
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%s gives a source that does not parse: %w", from, wrong[0])
	}
	return text, nil
}

// writer writes the words; the formatter lays them out.
type writer struct {
	sys      *System
	out      strings.Builder
	roles    []string
	messages map[string]string
}

func (w *writer) line(depth int, format string, args ...any) {
	w.out.WriteString(strings.Repeat("    ", depth))
	fmt.Fprintf(&w.out, format, args...)
	w.out.WriteByte('\n')
}

// names finds a name of its own for each automaton and message.
func (w *writer) names() {
	taken := map[string]bool{"Net": true, "Automata": true, "net": true, "state": true}
	for k, a := range w.sys.Automata {
		name := a.Name
		if name == "" {
			name = fmt.Sprint("m", k)
		}
		w.roles = append(w.roles, unique(name, taken))
	}
	w.messages = map[string]string{}
	taken = map[string]bool{}
	for _, a := range w.sys.Automata {
		for _, s := range a.States {
			for _, e := range s.Edges {
				if w.messages[e.Message] == "" {
					w.messages[e.Message] = unique(e.Message, taken)
				}
			}
		}
	}
}

// grammar are words that mean something where a message or a role can stand, though they may be names.
var grammar = map[string]bool{"when": true, "gone": true, "timeout": true, "add": true, "at": true, "rest": true, "sub": true, "var": true, "on": true,
	"priority": true, "role": true, "true": true, "false": true, "in": true}

// unique makes a name of the language out of any, unlike those taken.
func unique(name string, taken map[string]bool) string {
	name = strings.ReplaceAll(name, "'", "_")
	if r := []rune(name)[0]; r >= '0' && r <= '9' {
		name = "m" + name
	}
	base := name
	for n := 2; taken[name] || !dsl.IsName(name) || grammar[name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	taken[name] = true
	return name
}

func (w *writer) protocol(capacity int) {
	w.line(0, "protocol Net(%s) capacity %d {", strings.Join(w.roles, ", "), capacity)
	for k, a := range w.sys.Automata {
		w.line(1, "role %s {", w.roles[k])
		again := make([]int, len(a.States)) // how often a state is gone to
		again[0]++
		for _, s := range a.States {
			for _, e := range s.Edges {
				again[e.Next]++
			}
		}
		w.state(2, k, 0, again, make([]bool, len(a.States)))
		w.line(1, "}")
	}
	w.line(0, "}")
	w.line(0, "")
}

// state writes a state where it is first gone to; elsewhere stands a goto.
func (w *writer) state(depth, k, n int, again []int, done []bool) {
	s := w.sys.Automata[k].States[n]
	switch {
	case len(s.Edges) == 0:
		w.line(depth, "end")
		return
	case done[n]:
		w.line(depth, "goto at%d", n)
		return
	}
	done[n] = true
	if again[n] > 1 {
		w.line(depth, "at at%d:", n)
	}
	w.line(depth, "choose {")
	for _, e := range s.Edges {
		from, to := k, e.Peer
		if !e.Send {
			from, to = to, from
		}
		w.line(depth, "option %s -> %s: %s()", w.roles[from], w.roles[to], w.messages[e.Message])
		w.state(depth+1, k, e.Next, again, done)
	}
	w.line(depth, "}")
}

// component writes an automaton as a component that remembers its state.
func (w *writer) component(k int) {
	a := w.sys.Automata[k]
	w.line(0, "component Of%s(net Net.%s) {", w.roles[k], w.roles[k])
	switch {
	case len(a.States[0].Edges) == 0:
	case len(a.States) == 1:
		w.line(1, "loop {")
		w.choose(2, a, 0, false)
		w.line(1, "}")
	default:
		w.line(1, "var state range 0..%d", len(a.States)-1)
		w.line(1, "loop {")
		w.line(2, "switch state {")
		for n, s := range a.States {
			label := fmt.Sprintf("case %d:", n)
			if n == len(a.States)-1 {
				label = "else:"
			}
			if len(s.Edges) == 0 {
				w.line(2, "%s end", label)
				continue
			}
			w.line(2, "%s // %s", label, s.Name)
			w.choose(3, a, n, true)
		}
		w.line(2, "}")
		w.line(1, "}")
	}
	w.line(0, "}")
	w.line(0, "")
}

func (w *writer) choose(depth int, a *Automaton, n int, moves bool) {
	w.line(depth, "choose {")
	for _, e := range a.States[n].Edges {
		end, next := "net."+w.roles[e.Peer], ""
		if moves {
			next = fmt.Sprintf(" state = %d", e.Next)
		}
		if e.Send {
			w.line(depth, "option %s <- %s():%s", end, w.messages[e.Message], next)
		} else {
			w.line(depth, "option %s() <- %s:%s", w.messages[e.Message], end, next)
		}
	}
	w.line(depth, "}")
}

// system connects the automata. At rendezvous a message that its peer does not want is just not given; so reception is no question there.
func (w *writer) system(capacity int) {
	var ends []string
	w.line(0, "system Automata {")
	for _, r := range w.roles {
		w.line(1, "i%s Of%s", r, r)
		ends = append(ends, fmt.Sprintf("%s = i%s.net", r, r))
	}
	w.line(1, "connect Net(%s)", strings.Join(ends, ", "))
	if capacity == 0 {
		w.line(1, "check deadlock, orphan")
	} else {
		w.line(1, "check deadlock, reception, orphan")
	}
	w.line(0, "}")
}
