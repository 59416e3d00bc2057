// Package automata reads communicating automata (Brand and Zafiropulo, "On communicating finite-state machines", 1983) as research tools
// write them, and writes them as a .chan package. In comes the text of a file; out come a System, then the source of a package with one protocol
// that is given role by role, a component for each automaton, and a system that connects them.
//
// Two syntaxes are read: the state graphs of GMC, ChorGram and KMC (`.outputs`, `.state graph`, `q0 1 ! hello q1`, `.marking q0`, `.end`), and the
// session automata of KMC (`S: rec x . C?req; { C!ko;x, C!ok;end }`). Lange and Yoshida, "Verifying asynchronous interactions via communicating
// session automata" (CAV 2019), say what these mean. Automata that are not deterministic are refused: a local type is.
package automata

import (
	"fmt"
	"strings"
)

// System is automata that send each other messages. Automaton k is the one that others name by its index or its name.
type System struct {
	Automata []*Automaton
}

// Automaton is a deterministic automaton; state 0 is its first, and every state can be reached.
type Automaton struct {
	Name   string
	States []State
}

// State is left by any of its edges; one without any is final.
type State struct {
	Name  string
	Edges []Edge
}

// Edge sends a message to a peer, or receives it from there.
type Edge struct {
	Send    bool
	Peer    int // in System.Automata
	Message string
	Next    int
}

// Error is what is wrong in a file, and where. Lines and columns count from 1.
type Error struct {
	Path         string
	Line, Column int
	Message      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Message)
}

// Parse reads a file in either syntax.
func Parse(path, text string) (*System, error) {
	p := &parser{path: path, text: text}
	p.scan()
	if p.problem == nil && len(p.words) == 0 {
		p.fail(word{line: 1, column: 1}, "there is no automaton in this file")
	}
	var raw []*rough
	if p.problem == nil {
		if strings.HasPrefix(p.words[0].text, ".") {
			raw = p.graphs()
		} else {
			raw = p.types()
		}
	}
	if p.problem != nil {
		return nil, p.problem
	}
	return p.finish(raw)
}

// rough is an automaton as read: peers and states by name.
type rough struct {
	name   word
	first  word
	names  []word // of the states, in order of appearance
	states map[string]*roughState
}

type roughState struct {
	edges []roughEdge
}

type roughEdge struct {
	at      word
	send    bool
	peer    word
	message string
	next    string
}

func (r *rough) state(w word) *roughState {
	s := r.states[w.text]
	if s == nil {
		s = &roughState{}
		r.states[w.text] = s
		r.names = append(r.names, w)
	}
	return s
}

// finish resolves peers, keeps the states that can be reached, and refuses what is not deterministic.
func (p *parser) finish(raw []*rough) (*System, error) {
	if len(raw) < 2 {
		p.fail(p.words[0], "automata speak with each other: there must be two at least, and there is one")
		return nil, p.problem
	}
	index := map[string]int{}
	for k := range raw {
		index[fmt.Sprint(k)] = k
	}
	for k, r := range raw {
		if r.name.text == "" {
			continue
		}
		if old, ok := index[r.name.text]; ok && old != k {
			p.fail(r.name, "there are two automata of the name %s", r.name.text)
			return nil, p.problem
		}
		index[r.name.text] = k
	}
	sys := &System{}
	for k, r := range raw {
		a := &Automaton{Name: r.name.text}
		order := []string{r.first.text}
		number := map[string]int{r.first.text: 0}
		for n := 0; n < len(order); n++ {
			s := State{Name: order[n]}
			seen := map[string]string{}
			for _, e := range r.states[order[n]].edges {
				peer, ok := index[e.peer.text]
				switch {
				case !ok:
					p.fail(e.peer, "there is no automaton %s", e.peer.text)
				case peer == k:
					p.fail(e.peer, "an automaton does not speak with itself")
				}
				if p.problem != nil {
					return nil, p.problem
				}
				action := fmt.Sprint(e.send, peer, e.message)
				if old, ok := seen[action]; ok {
					if old == e.next {
						continue
					}
					p.fail(e.at, "%s leads from %s to two states, %s and %s: only deterministic automata can be imported", e, order[n], old, e.next)
					return nil, p.problem
				}
				seen[action] = e.next
				if _, ok := number[e.next]; !ok {
					number[e.next] = len(order)
					order = append(order, e.next)
				}
				s.Edges = append(s.Edges, Edge{Send: e.send, Peer: peer, Message: e.message, Next: number[e.next]})
			}
			a.States = append(a.States, s)
		}
		sys.Automata = append(sys.Automata, a)
	}
	return sys, nil
}

func (e roughEdge) String() string {
	return e.peer.text + map[bool]string{true: "!", false: "?"}[e.send] + e.message
}
