package session

import (
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// endlessLocalLoop refuses a loop that can go round without a step: the system would stand still inside it. Loops over a counter end by themselves.
func (l *lowerer) endlessLocalLoop() bool {
	if l.broken {
		return false
	}
	found := false
	for _, f := range l.heads {
		if l.comesBack(f.head) {
			l.errorf(f.node, dsl.LoopEndless, "this loop can go round without waiting for anything").
				note("each round needs a send, a receive, a choose or a decide on every path through it")
			found = true
		}
	}
	return found
}

// comesBack reports whether local steps lead from a state back to it without running a bounded counter.
func (l *lowerer) comesBack(head int) bool {
	seen := map[int]bool{}
	stack := []int{head}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if l.m.States[s].Kind != LocalStep {
			continue
		}
		for i, e := range l.m.States[s].Edges {
			if l.steady[s] && i == 0 { // the next round; a bounded loop leaves by its second edge
				continue
			}
			if e.Next == head {
				return true
			}
			if !seen[e.Next] {
				seen[e.Next] = true
				stack = append(stack, e.Next)
			}
		}
	}
	return false
}

// tidy leaves the states that the entry reaches, without empty steps, in the order in which they are reached. A name of a point is carried on to
// the states that a component then stands in; where a state can be reached with and without a name, it is there twice.
func (l *lowerer) tidy() {
	l.prune()
	t := &tidying{l: l, number: map[string]int{}}
	t.visit(0, nil)
	for i := 0; i < len(t.states); i++ {
		names := t.passOn[i]
		for j := range t.states[i].Edges {
			t.states[i].Edges[j].Next = t.visit(t.states[i].Edges[j].Next, names)
		}
	}
	l.m.States = t.states
	l.dropUnread()
	l.compactCalls()
}

type tidying struct {
	l      *lowerer
	states []State
	passOn [][]string // per state, the names that its edges carry on
	number map[string]int
}

// visit returns the new number of an old state that is reached with names pending. It skips empty steps.
func (t *tidying) visit(s int, names []string) int {
	for {
		names = withNames(names, t.l.m.States[s].Names)
		old := &t.l.m.States[s]
		if old.Kind != LocalStep || len(old.Edges) != 1 || old.Edges[0].Action.Kind != Skip || old.Edges[0].Action.Name != "" {
			break
		}
		s = old.Edges[0].Next
	}
	key := strconv.Itoa(s) + " " + strings.Join(names, " ")
	if n, ok := t.number[key]; ok {
		return n
	}
	n := len(t.states)
	t.number[key] = n
	state := t.l.m.States[s]
	state.Edges = append([]Edge(nil), state.Edges...)
	if state.Kind == LocalStep {
		state.Names = nil
		t.passOn = append(t.passOn, names)
	} else {
		state.Names = names
		t.passOn = append(t.passOn, nil)
	}
	t.states = append(t.states, state)
	return n
}

func withNames(a, b []string) []string {
	for _, x := range b {
		if !contains(a, x) {
			a = append(a[:len(a):len(a)], x)
		}
	}
	return a
}

// prune drops what a constant guard decides.
func (l *lowerer) prune() {
	for i := range l.m.States {
		s := &l.m.States[i]
		var kept []Edge
		for _, e := range s.Edges {
			if e.Guard != nil && e.Guard.Op == OpConst {
				if e.Guard.N == 0 {
					continue
				}
				e.Guard = nil
			}
			kept = append(kept, e)
			if s.Kind == LocalStep && e.Guard == nil {
				break
			}
		}
		s.Edges = kept
	}
}

// compactCalls keeps the calls that some state stands in, and their callers.
func (l *lowerer) compactCalls() {
	used := make([]bool, len(l.m.Calls))
	for _, s := range l.m.States {
		for c := s.Call; c >= 0 && !used[c]; c = l.m.Calls[c].Caller {
			used[c] = true
		}
	}
	number := make([]int, len(used))
	var kept []SubCall
	for i, c := range l.m.Calls {
		if used[i] {
			number[i] = len(kept)
			if c.Caller >= 0 {
				c.Caller = number[c.Caller]
			}
			kept = append(kept, c)
		}
	}
	l.m.Calls = kept
	for i := range l.m.States {
		if c := l.m.States[i].Call; c >= 0 {
			l.m.States[i].Call = number[c]
		}
	}
}

// dropUnread removes the hidden variables that nothing reads: names that a receive binds and the component only carries.
func (l *lowerer) dropUnread() {
	m := l.m
	read := make([]bool, len(m.Vars))
	mark := func(v int) { read[v] = true }
	for i := range m.States {
		for j := range m.States[i].Edges {
			e := &m.States[i].Edges[j]
			varsRead(e, mark)
			if e.Action.Kind == Assign {
				read[e.Action.To.Var] = true
			}
		}
	}
	number := make([]int, len(m.Vars))
	var kept []Var
	m.Registers = 0
	for i, v := range m.Vars {
		number[i] = -1
		if read[i] || !strings.HasPrefix(v.Name, "·") {
			number[i] = len(kept)
			v.Base = m.Registers
			m.Registers += v.Len
			kept = append(kept, v)
		}
	}
	m.Vars = kept
	for i := range m.Params {
		if m.Params[i].Var >= 0 {
			m.Params[i].Var = number[m.Params[i].Var]
		}
	}
	r := &renaming{number: number, done: map[*Expr]*Expr{}}
	for i := range m.States {
		for j := range m.States[i].Edges {
			r.edge(&m.States[i].Edges[j])
		}
	}
}

// renaming gives variables new numbers. Expressions are shared between edges and are not written into.
type renaming struct {
	number []int
	done   map[*Expr]*Expr
}

func (r *renaming) edge(e *Edge) {
	e.Guard = r.expr(e.Guard)
	a := &e.Action
	a.Slot = r.slot(a.Slot)
	a.To, a.Index, a.Value = r.ref(a.To), r.ref(a.Index), r.expr(a.Value)
	a.Args, a.Binds = r.args(a.Args), r.args(a.Binds)
	a.Into, a.Ends = r.slots(a.Into), r.slots(a.Ends)
}

func (r *renaming) args(list []Arg) []Arg {
	out := append([]Arg(nil), list...)
	for i := range out {
		x := &out[i]
		x.Value, x.To, x.Slot = r.expr(x.Value), r.ref(x.To), r.slot(x.Slot)
		if x.Kind == Value && x.Value == nil && x.To.Var < 0 {
			x.Kind = Unfollowed
		}
	}
	return out
}

func (r *renaming) slots(list []SlotRef) []SlotRef {
	out := append([]SlotRef(nil), list...)
	for i := range out {
		out[i] = r.slot(out[i])
	}
	return out
}

func (r *renaming) slot(s SlotRef) SlotRef {
	s.Index = r.expr(s.Index)
	if s.Any {
		s.Bind = r.ref(s.Bind)
	} else {
		s.Bind = VarRef{Var: -1}
	}
	return s
}

func (r *renaming) ref(v VarRef) VarRef {
	if v.Var < 0 {
		return v
	}
	return VarRef{Var: r.number[v.Var], Index: r.expr(v.Index)}
}

func (r *renaming) expr(e *Expr) *Expr {
	if e == nil {
		return nil
	}
	if out, ok := r.done[e]; ok {
		return out
	}
	out := *e
	out.X, out.Y = r.expr(e.X), r.expr(e.Y)
	if e.Op == OpVar {
		out.N = int32(r.number[e.N])
	}
	r.done[e] = &out
	return &out
}
