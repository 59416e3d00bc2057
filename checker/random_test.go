package checker

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/protoc-os/protoc-os/dsl/session"
)

var (
	random = flag.Int("random", 4000, "how many random systems to compare")
	seed   = flag.Int64("seed", 1, "first seed")
)

// generator makes random systems: protocols role by role, each role nearly the dual of the other, and components that walk their ends' local types.
type generator struct {
	*rand.Rand
	sys   *session.System
	rich  bool // with delegation, new, start, abandon, faults
	types []*session.Type
}

const wide = 1 << 25 // too many values to try

func (g *generator) pick(n int) int          { return g.Intn(n) }
func (g *generator) chance(percent int) bool { return g.Intn(100) < percent }

func randomSystem(seed int64) *session.System {
	g := &generator{Rand: rand.New(rand.NewSource(seed)), sys: &session.System{}}
	g.rich = seed%3 == 0
	for n := 1 + g.pick(3); n > 0; n-- {
		g.protocol()
	}
	g.instances()
	return g.sys
}

// protocol makes a protocol of two roles, seldom three.
func (g *generator) protocol() {
	roles := 2
	if g.chance(15) {
		roles = 3
	}
	p := &session.Protocol{Name: fmt.Sprintf("P%d", len(g.sys.Protocols)), Roles: []string{"a", "b", "c"}[:roles]}
	for l := 1 + g.pick(3); l > 0; l-- {
		x := &session.Label{Name: fmt.Sprintf("M%d", len(p.Labels)), Index: len(p.Labels)}
		if g.chance(25) {
			x.Fields = append(x.Fields, session.Field{Name: "x", Type: &session.Type{Kind: session.Range, Lo: 0, Hi: int64(1 + g.pick(2))}})
		}
		if g.chance(6) { // messages of which three do not fit into a word
			x.Fields = append(x.Fields, session.Field{Name: "wide", Type: &session.Type{Kind: session.Range, Lo: -5, Hi: wide}})
		}
		if g.rich && len(g.sys.Protocols) > 0 && g.chance(30) {
			q := g.sys.Protocols[g.pick(len(g.sys.Protocols))]
			x.Fields = append(x.Fields, session.Field{Name: "e", Type: &session.Type{Kind: session.End,
				End: &session.EndType{Protocol: q, Role: g.pick(len(q.Roles)), States: []int{0}}}})
		}
		p.Labels = append(p.Labels, x)
	}
	for range roles {
		c := make([]int, roles)
		for k := range c {
			c[k] = []int{0, 1, 1, 2, 3}[g.pick(5)]
		}
		p.Capacity = append(p.Capacity, c)
	}
	n := 2 + g.pick(3)
	for r := range roles {
		l := &session.Local{Protocol: p, Role: r, States: make([]session.LocalState, n)}
		p.Locals = append(p.Locals, l)
	}
	for s := range n {
		if s > 0 && (s == n-1 && g.chance(70)) {
			for r := range roles {
				p.Locals[r].States[s].End = true
			}
			continue
		}
		from := g.pick(roles)
		to := (from + 1 + g.pick(roles-1)) % roles
		rest := g.chance(30)
		for k := 1 + g.pick(2); k > 0; k-- {
			label, next := g.pick(len(p.Labels)), g.pick(n)
			if g.chance(10) {
				from, to = to, from // mixed
			}
			for r := range roles {
				e := session.LocalEdge{Send: r == from, Peer: to, Label: label, Next: next}
				if r == to {
					e.Peer = from
				} else if r != from {
					continue
				}
				if g.chance(5) {
					e.Next = g.pick(n)
				}
				x := &p.Locals[r].States[s]
				x.Rest = rest
				if p.Locals[r].Edge(s, e.Send, e.Peer, e.Label) == nil && !g.chance(4) {
					x.Edges = append(x.Edges, e)
				}
			}
		}
	}
	g.sys.Protocols = append(g.sys.Protocols, p)
}

// instances makes two to four components and connects them.
func (g *generator) instances() {
	n := 2 + g.pick(3)
	holds := make([][]session.Holding, n)
	for k := 1 + g.pick(3); k > 0; k-- {
		p := g.pick(len(g.sys.Protocols))
		order := g.Perm(n)
		roles := len(g.sys.Protocols[p].Roles)
		if roles > n {
			continue
		}
		for r := range roles {
			holds[order[r]] = append(holds[order[r]], session.Holding{Slot: len(holds[order[r]]), Session: len(g.sys.Sessions), Role: r})
		}
		g.sys.Sessions = append(g.sys.Sessions, session.Session{Name: fmt.Sprintf("s%d", len(g.sys.Sessions)), Protocol: p})
	}
	g.sys.NewLimit = make([]int, len(g.sys.Protocols))
	var child *session.Machine
	if g.rich {
		for p := range g.sys.NewLimit {
			g.sys.NewLimit[p] = g.pick(3)
		}
		if g.chance(50) {
			q := g.sys.Protocols[g.pick(len(g.sys.Protocols))]
			child = g.machine("child", []*session.EndType{{Protocol: q, Role: g.pick(len(q.Roles))}}, nil)
			child.Params = []session.MachineParam{{Name: "e", Var: -1, Group: 0}, {Name: "v", Var: 0, Group: -1}}
			g.sys.Machines = append(g.sys.Machines, child)
		}
	}
	for i := range n {
		var ends []*session.EndType
		for _, h := range holds[i] {
			ends = append(ends, &session.EndType{Protocol: g.sys.Protocols[g.sys.Sessions[h.Session].Protocol], Role: h.Role})
		}
		m := g.machine(fmt.Sprintf("c%d", i), ends, child)
		g.sys.Instances = append(g.sys.Instances, session.Instance{Name: m.Name, Machine: len(g.sys.Machines), Ends: holds[i], Values: []int32{int32(g.pick(2))}})
		g.sys.Machines = append(g.sys.Machines, m)
	}
	g.sys.StartLimit = make([]int, len(g.sys.Machines))
	if child != nil {
		g.sys.StartLimit[0] = 1 + g.pick(2)
	}
	if g.rich && g.chance(40) {
		g.sys.Crash, g.sys.CrashMost = []int{g.pick(n)}, 1+g.pick(2)
	}
	if g.chance(20) {
		i := int32(g.pick(n))
		g.sys.Always = append(g.sys.Always, session.Invariant{Text: "x", Expr: &session.Expr{Op: session.OpLe,
			X: &session.Expr{Op: session.OpInstVar, I: i, N: 0}, Y: &session.Expr{Op: session.OpConst, N: int32(g.pick(3))}}})
	}
	if g.chance(15) {
		i := g.pick(n)
		g.sys.Always = append(g.sys.Always, session.Invariant{Text: "y", Expr: &session.Expr{Op: session.OpOr,
			X: &session.Expr{Op: session.OpNot, X: &session.Expr{Op: session.OpInstAt, I: int32(i), States: []int{g.pick(len(g.sys.Machines[g.sys.Instances[i].Machine].States))}}},
			Y: &session.Expr{Op: session.OpEachLive, N: int32(g.pick(len(g.sys.Machines))), X: &session.Expr{Op: session.OpEq,
				X: &session.Expr{Op: session.OpInstVar, I: -1, N: 1}, Y: &session.Expr{Op: session.OpConst}}}}})
	}
	if g.rich && g.chance(15) {
		i := g.pick(n)
		m := g.sys.Machines[g.sys.Instances[i].Machine]
		g.sys.Always = append(g.sys.Always, session.Invariant{Text: "z", Expr: &session.Expr{Op: session.OpLt,
			X: &session.Expr{Op: session.OpInstCount, I: int32(i), N: int32(len(m.Groups) - 3)}, Y: &session.Expr{Op: session.OpConst, N: 2}}})
	}
}

// walker builds one machine: each of its states stands for a point of every end that it was made for.
type walker struct {
	*generator
	m     *session.Machine
	at    [][]int // per machine state, where the ends are; -1 none
	slots []*session.EndType
	child *session.Machine
	limit int
}

// machine makes a component that holds ends at the start; further slots are there for ends that arrive.
func (g *generator) machine(name string, ends []*session.EndType, child *session.Machine) *session.Machine {
	m := &session.Machine{Name: name, Registers: 4, Vars: []session.Var{{Name: "x", Type: &session.Type{Kind: session.Range, Hi: 2}, Len: 1, Hi: 2},
		{Name: "y", Type: &session.Type{Kind: session.Range, Hi: 2}, Base: 1, Len: 1, Hi: 2}, {Name: "a", Type: &session.Type{Kind: session.Bool}, Base: 2, Len: 2, Hi: 1}}}
	w := &walker{generator: g, m: m, child: child, limit: 3 + g.pick(6)}
	start := []int{}
	add := func(name string, fields ...session.SlotField) {
		m.Groups = append(m.Groups, session.Group{Name: name, Base: m.Slots, Len: 1, Fields: fields})
		m.Slots += len(fields)
	}
	for k, e := range ends {
		add(fmt.Sprintf("e%d", k), session.SlotField{End: e})
		w.slots = append(w.slots, e)
		start = append(start, 0)
	}
	if g.rich {
		for range 2 {
			p := g.sys.Protocols[g.pick(len(g.sys.Protocols))]
			e := &session.EndType{Protocol: p, Role: g.pick(len(p.Roles))}
			add("f", session.SlotField{End: e})
			w.slots = append(w.slots, e)
			start = append(start, -1)
		}
		p := g.sys.Protocols[g.pick(len(g.sys.Protocols))]
		set := session.SlotField{End: &session.EndType{Protocol: p, Role: g.pick(len(p.Roles))}}
		m.Groups = append(m.Groups, session.Group{Name: "set", Kind: session.SetEnds, Base: m.Slots, Len: 2, Fields: []session.SlotField{set}})
		m.Slots += 2
		add("h", session.SlotField{Handle: true})
		add("g", session.SlotField{Handle: true})
	}
	w.state(start)
	for s := 0; s < len(m.States); s++ {
		w.fill(s)
	}
	return m
}

// state returns a machine state that stands at those points, new or old.
func (w *walker) state(at []int) int {
	var same []int
	for s := range w.at {
		if slices.Equal(w.at[s], at) {
			same = append(same, s)
		}
	}
	if len(same) > 0 && (len(w.at) >= w.limit || w.chance(60)) {
		return same[w.pick(len(same))]
	}
	w.at = append(w.at, at)
	w.m.States = append(w.m.States, session.State{})
	return len(w.at) - 1
}

// then returns a state that stands at those points, through a local step now and then. Local steps lead on to new states only, so none is endless.
func (w *walker) then(at []int) int {
	if !w.chance(25) {
		return w.state(at)
	}
	target := w.state(at)
	e := session.Edge{Next: target}
	switch w.pick(5) {
	case 0:
		e.Action = session.Action{Kind: session.Assert, Value: w.cond()}
		if w.chance(70) {
			e.Action = session.Action{}
		}
	case 1, 2:
		e.Action = session.Action{Kind: session.Assign, To: session.VarRef{Var: 0}, Value: w.value()}
	case 3:
		e.Action = session.Action{Kind: session.Assign, To: session.VarRef{Var: 2, Index: w.value()}, Value: w.cond()}
	case 4:
		if w.rich && w.chance(40) {
			if k := w.pick(len(w.slots) + 1); k < len(w.slots) {
				e.Action = session.Action{Kind: session.AbandonEnd, Slot: session.SlotRef{Group: k, Bind: session.VarRef{Var: -1}}}
			} else {
				e = w.move(e)
			}
		}
	}
	edges := []session.Edge{e}
	if w.chance(30) {
		edges = []session.Edge{{Guard: w.cond(), Next: target}, e}
	}
	w.at = append(w.at, nil)
	w.m.States = append(w.m.States, session.State{Kind: session.LocalStep, Edges: edges})
	return len(w.at) - 1
}

// move is a local step that moves an end, or a handle.
func (w *walker) move(e session.Edge) session.Edge {
	handle := session.SlotRef{Group: len(w.slots) + 1, Bind: nowhere}
	e.Action = session.Action{Kind: session.MoveEnd, Slot: handle, Into: []session.SlotRef{{Group: len(w.slots) + 2, Bind: nowhere}}}
	from, to := w.pick(len(w.slots)), w.pick(len(w.slots))
	if a, b := w.slots[from], w.slots[to]; a.Protocol == b.Protocol && a.Role == b.Role {
		e.Action.Slot.Group, e.Action.Into[0].Group = from, to
	}
	return e
}

func (w *walker) value() *session.Expr {
	x := &session.Expr{Op: session.OpVar, N: int32(w.pick(2))}
	switch w.pick(8) {
	case 0:
		return &session.Expr{Op: session.OpAdd, X: x, Y: &session.Expr{Op: session.OpConst, N: 1}}
	case 1, 2:
		return x
	case 3:
		return &session.Expr{Op: session.OpMod, X: &session.Expr{Op: session.OpAdd, X: x, Y: &session.Expr{Op: session.OpConst, N: 1}}, Y: &session.Expr{Op: session.OpConst, N: 2}}
	}
	return &session.Expr{Op: session.OpConst, N: int32(w.pick(2))}
}

func (w *walker) cond() *session.Expr {
	op := []session.Op{session.OpEq, session.OpNe, session.OpLt, session.OpLe}[w.pick(4)]
	e := &session.Expr{Op: op, X: w.value(), Y: w.value()}
	switch w.pick(14) {
	case 10:
		return &session.Expr{Op: session.OpAnd, X: e, Y: w.cond()}
	case 11:
		return &session.Expr{Op: session.OpOr, X: e, Y: w.cond()}
	case 12:
		n := &session.Expr{Op: session.OpMul, X: w.value(), Y: &session.Expr{Op: session.OpSub, X: w.value(), Y: w.value()}}
		return &session.Expr{Op: session.OpLe, X: &session.Expr{Op: session.OpNeg, X: n}, Y: w.value()}
	case 13:
		if w.rich {
			return &session.Expr{Op: session.OpPresent, N: int32(len(w.slots)), X: w.value()}
		}
	case 0:
		return &session.Expr{Op: session.OpVar, N: 2, X: w.value()}
	case 1:
		if w.rich {
			return &session.Expr{Op: session.OpLe, X: &session.Expr{Op: session.OpCount, N: int32(len(w.slots))}, Y: w.value()}
		}
	case 2:
		return &session.Expr{Op: session.OpNot, X: e}
	}
	return e
}

func (w *walker) guard() *session.Expr {
	if w.chance(12) {
		return w.cond()
	}
	return nil
}

// fill gives a state its edges.
func (w *walker) fill(s int) {
	if w.at[s] == nil {
		return // a local step
	}
	at := w.at[s]
	over := true
	for k, p := range at {
		over = over && (p < 0 || w.slots[k].Protocol.Locals[w.slots[k].Role].States[p].End)
	}
	st := session.State{Kind: session.Waiting, Priority: w.chance(12), Site: s}
	if over && w.chance(80) || w.chance(2) || s > 40 {
		w.m.States[s] = session.State{Kind: session.Ended}
		return
	}
	if w.chance(15) {
		st.Kind = session.Deciding
		for k := 1 + w.pick(2); k >= 0; k-- {
			st.Edges = append(st.Edges, session.Edge{Guard: w.guard(), Next: w.then(at), Action: session.Action{Kind: session.TakeCase, Name: fmt.Sprint("case", k)}})
		}
		if w.rich && w.chance(30) {
			st.Edges = append(st.Edges, session.Edge{Next: w.then(at), Action: session.Action{Kind: session.PickMember, Group: len(w.slots), Index: session.VarRef{Var: 1}}})
		}
		w.m.States[s] = st
		return
	}
	for tries := 0; tries < 8 && len(st.Edges) == 0; tries++ {
		for _, k := range w.Perm(len(at)) {
			if at[k] < 0 || len(st.Edges) > 0 && w.chance(60) {
				continue
			}
			l := w.slots[k].Protocol.Locals[w.slots[k].Role]
			for _, e := range l.States[at[k]].Edges {
				if w.chance(8) {
					continue
				}
				st.Edges = append(st.Edges, w.channel(at, k, w.slots[k].Protocol, e))
			}
		}
	}
	if w.rich {
		st.Edges = append(st.Edges, w.more(at)...)
	}
	sure := slices.ContainsFunc(st.Edges, func(e session.Edge) bool { return e.Guard == nil && e.Action.Kind != session.NewSession })
	if !st.Priority && sure && w.chance(20) {
		st.Edges = append(st.Edges, w.optional(at, st.Edges))
	} else if w.chance(8) {
		st.Edges = append(st.Edges, session.Edge{Next: w.then(at), Action: session.Action{Kind: session.ElseOption}})
	}
	if w.chance(10) && (len(st.Edges) == 0 || !st.Edges[len(st.Edges)-1].Optional) {
		st.Edges = append(st.Edges, session.Edge{Guard: w.guard(), Next: w.then(at), Action: session.Action{Kind: session.TimeoutOption, Rescues: w.chance(30)}})
	}
	w.m.States[s] = st
}

// optional is a step as environments have them; sessions that the state makes may be optional as well.
func (w *walker) optional(at []int, edges []session.Edge) session.Edge {
	for k := range edges {
		edges[k].Optional = edges[k].Action.Kind == session.NewSession && w.chance(50)
	}
	if k := w.pick(len(at) + 1); w.rich && k < len(at) && at[k] >= 0 && w.chance(60) {
		next := append([]int{}, at...)
		next[k] = -1
		return session.Edge{Optional: true, Next: w.then(next), Action: session.Action{Kind: session.AbandonEnd, Slot: session.SlotRef{Group: k, Bind: nowhere}}}
	}
	return session.Edge{Optional: true, Next: w.then(at), Action: session.Action{Kind: session.TakeCase, Name: "may"}}
}

var nowhere = session.VarRef{Var: -1}

// channel makes the option that takes a local edge of the end in slot k.
func (w *walker) channel(at []int, k int, p *session.Protocol, e session.LocalEdge) session.Edge {
	next := append([]int{}, at...)
	next[k] = e.Next
	if p.Locals[w.slots[k].Role].States[e.Next].End {
		next[k] = -1
	}
	a := session.Action{Kind: session.ReceiveMsg, Slot: session.SlotRef{Group: k, Bind: nowhere}, Peer: e.Peer, Label: e.Label}
	if e.Send {
		a.Kind = session.SendMsg
	}
	for _, f := range p.Labels[e.Label].Fields {
		x := session.Arg{To: nowhere, Slot: session.SlotRef{Bind: nowhere}}
		if f.Type.Kind == session.End {
			var fits []int
			for n, t := range w.slots {
				if t.Protocol == f.Type.End.Protocol && t.Role == f.Type.End.Role && (e.Send && next[n] == 0 || !e.Send && next[n] < 0) && n != k {
					fits = append(fits, n)
				}
			}
			if len(fits) > 0 {
				n := fits[w.pick(len(fits))]
				x.Kind, x.Slot.Group = session.Delegated, n
				next[n] = 0
				if e.Send {
					next[n] = -1
				}
			} else if e.Send {
				x.Kind, x.Slot.Group = session.Delegated, len(w.slots)+1 // the handle's slot: nothing
				for n, t := range w.slots {
					if t.Protocol == f.Type.End.Protocol && t.Role == f.Type.End.Role {
						x.Slot.Group, next[n] = n, -1
					}
				}
				if x.Slot.Group == len(w.slots)+1 {
					x.Kind = session.Unfollowed
				}
			}
		} else if w.chance(70) || f.Type.Hi == wide {
			x.Kind, x.Value, x.To = session.Value, w.value(), session.VarRef{Var: w.pick(2)}
		}
		if e.Send {
			a.Args = append(a.Args, x)
		} else {
			a.Binds = append(a.Binds, x)
		}
	}
	return session.Edge{Guard: w.guard(), Action: a, Next: w.then(next)}
}

// more makes options of the richer kind.
func (w *walker) more(at []int) (all []session.Edge) {
	set, handle := len(w.slots), len(w.slots)+1
	field := w.m.Groups[set].Fields[0]
	for k, t := range w.slots {
		if at[k] >= 0 && w.chance(15) {
			next := append([]int{}, at...)
			next[k] = -1
			to := w.then(next)
			if w.chance(80) { // then give it up
				w.at = append(w.at, nil)
				w.m.States = append(w.m.States, session.State{Kind: session.LocalStep, Edges: []session.Edge{{Next: to,
					Action: session.Action{Kind: session.AbandonEnd, Slot: session.SlotRef{Group: k, Bind: nowhere}}}}})
				to = len(w.at) - 1
			}
			all = append(all, session.Edge{Next: to, Action: session.Action{Kind: session.GonePeer, Slot: session.SlotRef{Group: k, Bind: nowhere},
				Peer: (t.Role + 1) % len(t.Protocol.Roles)}})
		}
		if at[k] >= 0 && t.Protocol == field.End.Protocol && t.Role == field.End.Role && w.chance(30) {
			next := append([]int{}, at...)
			next[k] = -1
			all = append(all, session.Edge{Next: w.then(next), Action: session.Action{Kind: session.AddMember, Group: set,
				Ends: []session.SlotRef{{Group: k, Bind: nowhere}}, Index: session.VarRef{Var: 1}}})
		}
	}
	if w.chance(15) { // make a session, the ends into slots that fit
		p := w.sys.Protocols[w.pick(len(w.sys.Protocols))]
		a := session.Action{Kind: session.NewSession, Protocol: p}
		next := append([]int{}, at...)
		for r := range p.Roles {
			into := session.SlotRef{Group: -1, Bind: nowhere}
			for n, t := range w.slots {
				if t.Protocol == p && t.Role == r && next[n] < 0 {
					into.Group, next[n] = n, 0
					break
				}
			}
			a.Into = append(a.Into, into)
		}
		all = append(all, session.Edge{Next: w.then(next), Action: a})
	}
	if w.child != nil && w.chance(30) {
		for n, t := range w.slots {
			if e := w.child.Groups[0].Fields[0].End; at[n] == 0 && t.Protocol == e.Protocol && t.Role == e.Role {
				next := append([]int{}, at...)
				next[n] = -1
				a := session.Action{Kind: session.StartChild, Child: w.child, Args: []session.Arg{{Kind: session.Delegated, To: nowhere,
					Slot: session.SlotRef{Group: n, Bind: nowhere}}, {Kind: session.Value, Value: w.value(), To: nowhere}}}
				if w.chance(30) {
					a.Args[1] = session.Arg{To: nowhere}
				}
				if w.chance(60) {
					a.Into = []session.SlotRef{{Group: handle, Bind: nowhere}}
				}
				all = append(all, session.Edge{Next: w.then(next), Action: a})
				break
			}
		}
	}
	if w.child != nil && w.chance(20) {
		k := []session.ActionKind{session.ChildEnded, session.ChildCrashed}[w.pick(2)]
		all = append(all, session.Edge{Next: w.then(at), Action: session.Action{Kind: k, Slot: session.SlotRef{Group: handle, Bind: nowhere}}})
	}
	if w.chance(20) { // members of the set speak
		l := field.End.Protocol.Locals[field.End.Role]
		s := w.pick(len(l.States))
		for _, e := range l.States[s].Edges {
			ref := session.SlotRef{Group: set, Any: true, Bind: session.VarRef{Var: 1}}
			if w.chance(50) {
				ref.States = []int{s}
			}
			a := session.Action{Kind: session.ReceiveMsg, Slot: ref, Peer: e.Peer, Label: e.Label}
			if e.Send {
				a.Kind = session.SendMsg
			}
			if w.chance(40) {
				a.Slot.Any, a.Slot.Index, a.Slot.Bind = false, w.value(), nowhere
			}
			for _, f := range field.End.Protocol.Labels[e.Label].Fields {
				x := session.Arg{To: nowhere}
				if f.Type.Hi == wide {
					x.Kind, x.Value = session.Value, w.value()
				}
				a.Args = append(a.Args, x)
				a.Binds = append(a.Binds, session.Arg{To: nowhere})
			}
			all = append(all, session.Edge{Next: w.then(at), Action: a})
		}
	}
	return all
}

// everything asks for all that the twin judges.
var everything = map[session.Property]bool{session.Deadlock: true, session.Reception: true, session.Orphan: true, session.Leak: true}

func compare(t *testing.T, sys *session.System, name string, most int) (outcome, bool) {
	t.Helper()
	m, err := compile(sys)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return outcome{}, false
	}
	forgetful := newSearch(m, Options{States: most}, everything)
	forgetful.explore(context.Background())
	m, err = compile(sys)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return outcome{}, false
	}
	m.remember()
	s := newSearch(m, Options{States: most}, everything)
	s.explore(context.Background())
	if s.cut != "" {
		return outcome{Cut: true}, true
	}
	s.continuations(context.Background())
	crew := newSearch(m, Options{States: most, Workers: 3}, everything)
	crew.alone = 1
	crew.explore(context.Background())
	crew.continuations(context.Background())
	if !sameSearch(s, crew) {
		t.Errorf("%s: three goroutines find something else than one", name)
		return outcome{}, false
	}
	if s.st.size()%16 == 0 { // files are slow
		if again := resumed(t, m, s.st.size()); !sameSearch(s, again) {
			t.Errorf("%s: a search that goes on from checkpoints finds something else", name)
			return outcome{}, false
		}
	}
	forgetful.continuations(context.Background())
	got, want := engineOutcome(s), newTwin(sys).explore(2*most)
	if less := engineOutcome(forgetful); less.States > got.States || less.Depth > got.Depth ||
		!maps.Equal(less.Codes, got.Codes) || !slices.Equal(less.Highest, got.Highest) {
		t.Errorf("%s:\n forgetting  %s\n remembering %s", name, less, got)
		return got, false
	}
	if got.String() != want.String() {
		t.Errorf("%s:\n engine %s\n twin   %s", name, got, want)
		return got, false
	}
	return got, true
}

// resumed explores a model in many searches, each of which goes on where the one before was cut short.
func resumed(t *testing.T, m *model, size int) *search {
	c := &Checkpoint{File: filepath.Join(t.TempDir(), "checkpoint"), Key: "k"}
	for bound := 1; ; bound += 1 + size/4 {
		s := newSearch(m, Options{States: bound, Workers: 2, Checkpoint: c}, everything)
		s.alone = 1
		s.explore(context.Background())
		if s.cut == "" {
			s.continuations(context.Background())
			return s
		}
		s.leave()
	}
}

// sameSearch reports whether two searches are the same, state for state.
func sameSearch(a, b *search) bool {
	if a.st.size() != b.st.size() || a.trans != b.trans || a.cut != b.cut || !slices.Equal(a.levels, b.levels) || !reflect.DeepEqual(a.marks, b.marks) {
		return false
	}
	for n := range a.st.size() {
		if a.st.root.at(uint32(n)) != b.st.root.at(uint32(n)) {
			return false
		}
	}
	a.sortFound()
	b.sortFound()
	return reflect.DeepEqual(a.found, b.found)
}

// TestRandomSystems holds the engine against its twin.
func TestRandomSystems(t *testing.T) {
	var mu sync.Mutex
	codes, cut, states := map[string]int{}, 0, 0
	next, last := *seed, *seed+int64(*random)
	work := func() {
		for {
			mu.Lock()
			n := next
			next++
			mu.Unlock()
			if n >= last || t.Failed() {
				return
			}
			o, ok := compare(t, randomSystem(n), fmt.Sprintf("seed %d", n), 60)
			mu.Lock()
			switch {
			case !ok:
			case o.Cut:
				cut++
			default:
				states += o.States
				for c := range o.Codes {
					codes[c[:6]]++
				}
				if len(o.Codes) == 0 {
					codes["ok"]++
				}
			}
			mu.Unlock()
		}
	}
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(work)
	}
	wait.Wait()
	t.Logf("%d systems from seed %d, %d too large, %d states on average; %v", *random, *seed, cut, states/max(1, *random-cut), codes)
	for _, c := range []string{"ok", "PO2001", "PO2002", "PO2003", "PO2004", "PO2005", "PO2006", "PO2007", "PO2008", "PO2009"} {
		if *random >= 10000 && codes[c] == 0 {
			t.Errorf("no random system has %s", c)
		}
	}
}
