package checker

import (
	"fmt"
	"strconv"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// The twin is the explorer once more, as simply as can be: structs that are copied, slices, maps with strings for keys. It was written from the
// language's description and shares nothing with the engine but the types of package session. What the two find must agree.

type twin struct {
	sys     *session.System
	protos  []*session.Protocol
	comps   []twinComp // what never changes of a component
	sess    []twinSess
	follows map[string]bool
	kept    map[string]bool
}

type twinComp struct {
	machine *session.Machine
	index   int
	given   *session.Instance
}

type twinSess struct {
	proto *session.Protocol
	fresh bool
}

const (
	roleOver      = -1
	roleAbandoned = -2
)

type twinRef struct {
	what string // "", "end", "handle"
	s, r int    // session and role; or instance
}

type twinMsg struct {
	label int
	vals  []int64
	ends  []twinRef
}

type twinState struct {
	status  []string // absent, live, ended, crashed
	pc      []int
	regs    [][]int64
	slots   [][]twinRef
	watched []bool
	roles   [][]int
	queues  []map[string][]twinMsg
	crashes int
}

func (s *twinState) clone() *twinState {
	c := &twinState{crashes: s.crashes}
	c.status = append(c.status, s.status...)
	c.pc = append(c.pc, s.pc...)
	c.watched = append(c.watched, s.watched...)
	for i := range s.regs {
		c.regs = append(c.regs, append([]int64{}, s.regs[i]...))
		c.slots = append(c.slots, append([]twinRef{}, s.slots[i]...))
	}
	for i := range s.roles {
		c.roles = append(c.roles, append([]int{}, s.roles[i]...))
		q := map[string][]twinMsg{}
		for k, v := range s.queues[i] {
			if len(v) > 0 {
				q[k] = append([]twinMsg{}, v...)
			}
		}
		c.queues = append(c.queues, q)
	}
	return c
}

func (s *twinState) key() string {
	var b []byte
	num := func(n int64) { b = append(strconv.AppendInt(b, n, 10), ' ') }
	ref := func(x twinRef) {
		b = append(b, x.what...)
		num(int64(x.s))
		num(int64(x.r))
	}
	num(int64(s.crashes))
	for i := range s.status {
		b = append(b, s.status[i]...)
		b = strconv.AppendBool(b, s.watched[i])
		num(int64(s.pc[i]))
		for _, v := range s.regs[i] {
			num(v)
		}
		for _, x := range s.slots[i] {
			ref(x)
		}
	}
	for i := range s.roles {
		for from, at := range s.roles[i] {
			num(int64(at))
			for to := range s.roles[i] {
				b = append(b, '|')
				for _, msg := range s.queues[i][way(from, to)] {
					num(int64(msg.label))
					for _, v := range msg.vals {
						num(v)
					}
					for _, x := range msg.ends {
						ref(x)
					}
				}
			}
		}
	}
	return string(b)
}

func way(from, to int) string { return string([]byte{byte(from) + '0', '>', byte(to) + '0'}) }

// twinStep is a successor.
type twinStep struct {
	to        *twinState // nil if it fails
	code      string     // of the failure
	movers    []int
	edges     []int    // per mover, the edge that it takes; nil: none of its own
	members   []int    // and the member
	begins    int      // 1 + the component that is started
	leaves    []string // queues that a message leaves, "session from>to"
	fault     bool
	optional  bool
	timeout   bool
	rescues   bool
	highQueue string
	highLen   int
}

func newTwin(sys *session.System) *twin {
	t := &twin{sys: sys, follows: map[string]bool{}, kept: map[string]bool{}}
	for i := range sys.Instances {
		t.comps = append(t.comps, twinComp{sys.Machines[sys.Instances[i].Machine], sys.Instances[i].Machine, &sys.Instances[i]})
	}
	for m, n := range sys.StartLimit {
		for ; n > 0; n-- {
			t.comps = append(t.comps, twinComp{sys.Machines[m], m, nil})
		}
	}
	for _, s := range sys.Sessions {
		t.sess = append(t.sess, twinSess{sys.Protocols[s.Protocol], false})
	}
	for p, n := range sys.NewLimit {
		for ; n > 0; n-- {
			t.sess = append(t.sess, twinSess{sys.Protocols[p], true})
		}
	}
	t.relevance()
	return t
}

func varKey(m *session.Machine, v int) string { return fmt.Sprintf("%p v%d", m, v) }
func fieldKey(p *session.Protocol, l, f int) string {
	return fmt.Sprintf("%p l%d f%d", p, l, f)
}

// relevance finds by repetition what has to be remembered.
func (t *twin) relevance() {
	var all func(m *session.Machine, e *session.Expr)
	all = func(m *session.Machine, e *session.Expr) {
		if e != nil {
			if e.Op == session.OpVar {
				t.follows[varKey(m, int(e.N))] = true
			}
			all(m, e.X)
			all(m, e.Y)
		}
	}
	var props func(e *session.Expr, each *session.Machine)
	props = func(e *session.Expr, each *session.Machine) {
		if e == nil {
			return
		}
		if e.Op == session.OpEachLive {
			each = t.sys.Machines[e.N]
		}
		if e.Op == session.OpInstVar {
			m := each
			if e.I >= 0 {
				m = t.sys.Machines[t.sys.Instances[e.I].Machine]
			}
			t.follows[varKey(m, int(e.N))] = true
			t.kept[varKey(m, int(e.N))] = true
		}
		props(e.X, each)
		props(e.Y, each)
	}
	for _, a := range t.sys.Always {
		props(a.Expr, nil)
	}
	for _, a := range t.sys.Eventually {
		props(a.When, nil)
		props(a.Then, nil)
	}
	for before := -1; before != len(t.follows); {
		before = len(t.follows)
		for _, m := range t.sys.Machines {
			for _, st := range m.States {
				for _, e := range st.Edges {
					a := e.Action
					all(m, e.Guard)
					if a.Kind == session.Assert {
						all(m, a.Value)
					}
					refs := append(append([]session.SlotRef{a.Slot}, a.Into...), a.Ends...)
					vars := []session.VarRef{a.To, a.Index}
					for _, x := range append(append([]session.Arg{}, a.Args...), a.Binds...) {
						refs = append(refs, x.Slot)
						vars = append(vars, x.To)
						if a.Kind == session.SendMsg || a.Kind == session.StartChild {
							t.inner(m, x.Value, all)
						}
					}
					t.inner(m, a.Value, all)
					for _, r := range refs {
						all(m, r.Index)
						vars = append(vars, r.Bind)
					}
					for _, v := range vars {
						all(m, v.Index)
					}
					switch a.Kind {
					case session.Assign:
						v := m.Vars[a.To.Var]
						if t.follows[varKey(m, a.To.Var)] || !t.within(m, a.Value, int64(v.Lo), int64(v.Hi)) {
							all(m, a.Value)
						}
					case session.SendMsg:
						p := m.Groups[a.Slot.Group].Fields[a.Slot.Field].End.Protocol
						for f, x := range a.Args {
							if ty := p.Labels[a.Label].Fields[f].Type; x.Kind == session.Value && ty.Finite() {
								lo, hi := ty.Bounds()
								if t.follows[fieldKey(p, a.Label, f)] || !t.within(m, x.Value, lo, hi) {
									all(m, x.Value)
								}
							}
						}
					case session.ReceiveMsg:
						p := m.Groups[a.Slot.Group].Fields[a.Slot.Field].End.Protocol
						for f, x := range a.Binds {
							if ty := p.Labels[a.Label].Fields[f].Type; x.Kind == session.Value && x.To.Var >= 0 && ty.Finite() {
								lo, hi := ty.Bounds()
								v := m.Vars[x.To.Var]
								if t.follows[varKey(m, x.To.Var)] || lo < int64(v.Lo) || hi > int64(v.Hi) {
									t.follows[fieldKey(p, a.Label, f)] = true
								}
							}
						}
					case session.StartChild:
						for k, p := range a.Child.Params {
							if p.Var >= 0 && a.Args[k].Kind == session.Value {
								v := a.Child.Vars[p.Var]
								if t.follows[varKey(a.Child, p.Var)] || !t.within(m, a.Args[k].Value, int64(v.Lo), int64(v.Hi)) {
									all(m, a.Args[k].Value)
								}
							}
						}
					}
				}
			}
		}
	}
}

// inner follows indices and divisors inside a value.
func (t *twin) inner(m *session.Machine, e *session.Expr, all func(*session.Machine, *session.Expr)) {
	if e == nil {
		return
	}
	if e.Op == session.OpVar || e.Op == session.OpPresent {
		all(m, e.X)
	}
	if e.Op == session.OpMod {
		all(m, e.Y)
	}
	t.inner(m, e.X, all)
	t.inner(m, e.Y, all)
}

// within reports whether an expression can be seen to lie in a range. It uses interval, whose precision is part of what is followed.
func (t *twin) within(m *session.Machine, e *session.Expr, lo, hi int64) bool {
	a, b := m.Interval(e)
	return a >= lo && b <= hi
}

func (t *twin) initial() (*twinState, string) {
	s := &twinState{}
	for _, c := range t.comps {
		s.status = append(s.status, "absent")
		s.pc = append(s.pc, 0)
		s.watched = append(s.watched, false)
		s.slots = append(s.slots, make([]twinRef, c.machine.Slots))
		s.regs = append(s.regs, make([]int64, c.machine.Registers))
	}
	for i, x := range t.sess {
		s.roles = append(s.roles, make([]int, len(x.proto.Roles)))
		s.queues = append(s.queues, map[string][]twinMsg{})
		for r := range x.proto.Roles {
			s.roles[i][r] = roleOver
			if !x.fresh && !x.proto.Locals[r].States[0].End {
				s.roles[i][r] = 0
			}
		}
	}
	for i, c := range t.comps {
		t.reset(s, i, true)
		if c.given == nil {
			continue
		}
		s.status[i] = "live"
		for _, h := range c.given.Ends {
			s.slots[i][h.Slot] = twinRef{"end", h.Session, h.Role}
		}
	}
	for i, c := range t.comps {
		if c.given != nil {
			if code := t.settle(s, i, 0); code != "" {
				return nil, code
			}
		}
	}
	t.tidy(s)
	return s, ""
}

func (t *twin) reset(s *twinState, i int, everything bool) {
	c := t.comps[i]
	for v, x := range c.machine.Vars {
		for r := x.Base; r < x.Base+x.Len; r++ {
			if !everything && c.given != nil && t.kept[varKey(c.machine, v)] {
				continue
			}
			s.regs[i][r] = int64(x.Init)
			if c.given != nil && v < len(c.given.Values) {
				s.regs[i][r] = int64(c.given.Values[v])
			}
		}
	}
}

// tidy forgets ends that are over, and sessions that nobody is left in.
func (t *twin) tidy(s *twinState) {
	for i := range s.slots {
		for k, x := range s.slots[i] {
			if x.what == "end" && s.roles[x.s][x.r] < 0 {
				s.slots[i][k] = twinRef{}
			}
		}
	}
	for x := range t.sess {
		for name, q := range s.queues[x] {
			if len(q) == 0 {
				delete(s.queues[x], name)
			}
		}
		if t.deserted(s, x) {
			for r := range s.roles[x] {
				s.roles[x][r] = roleOver
			}
		}
	}
	for i, c := range t.comps { // what is not followed is not known
		for v, x := range c.machine.Vars {
			if !t.follows[varKey(c.machine, v)] {
				for r := x.Base; r < x.Base+x.Len; r++ {
					s.regs[i][r] = 0
				}
			}
		}
	}
}

func (t *twin) deserted(s *twinState, x int) bool {
	for r := range s.roles[x] {
		if s.roles[x][r] >= 0 {
			return false
		}
	}
	for _, q := range s.queues[x] {
		if len(q) > 0 {
			return false
		}
	}
	return true
}

// failed is thrown by a computation that leaves a range.
type failed string

func (t *twin) eval(s *twinState, i int, e *session.Expr) int64 {
	m := t.comps[i].machine
	switch e.Op {
	case session.OpVar:
		k := int64(0)
		if e.X != nil {
			k = t.eval(s, i, e.X)
		}
		if k < 0 || k >= int64(m.Vars[e.N].Len) {
			panic(failed("PO2008"))
		}
		if !t.follows[varKey(m, int(e.N))] {
			return int64(m.Vars[e.N].Lo)
		}
		return s.regs[i][m.Vars[e.N].Base+int(k)]
	case session.OpCount:
		n := int64(0)
		for k := range m.Groups[e.N].Len {
			if t.there(s, i, int(e.N), k, e.States) {
				n++
			}
		}
		return n
	case session.OpPresent:
		k := t.eval(s, i, e.X)
		if k < 0 || k >= int64(m.Groups[e.N].Len) {
			panic(failed("PO2008"))
		}
		return truth(t.there(s, i, int(e.N), int(k), e.States))
	}
	return t.apply(e, func(x *session.Expr) int64 { return t.eval(s, i, x) })
}

func (t *twin) apply(e *session.Expr, f func(*session.Expr) int64) int64 {
	switch e.Op {
	case session.OpConst:
		return int64(e.N)
	case session.OpNot:
		return 1 - f(e.X)
	case session.OpNeg:
		return -f(e.X)
	case session.OpAnd:
		return truth(f(e.X) != 0 && f(e.Y) != 0)
	case session.OpOr:
		return truth(f(e.X) != 0 || f(e.Y) != 0)
	case session.OpEq:
		return truth(f(e.X) == f(e.Y))
	case session.OpNe:
		return truth(f(e.X) != f(e.Y))
	case session.OpLt:
		return truth(f(e.X) < f(e.Y))
	case session.OpLe:
		return truth(f(e.X) <= f(e.Y))
	case session.OpAdd:
		return f(e.X) + f(e.Y)
	case session.OpSub:
		return f(e.X) - f(e.Y)
	case session.OpMul:
		return f(e.X) * f(e.Y)
	case session.OpMod:
		d := f(e.Y)
		if d == 0 {
			panic(failed("PO2008"))
		}
		return f(e.X) % d
	}
	panic("twin: operator")
}

func (t *twin) prop(s *twinState, e *session.Expr, each int) int64 {
	i := int(e.I)
	if i < 0 {
		i = each
	}
	switch e.Op {
	case session.OpInstVar:
		m := t.comps[i].machine
		k := int64(0)
		if e.X != nil {
			k = t.prop(s, e.X, each)
		}
		if k < 0 || k >= int64(m.Vars[e.N].Len) {
			panic(failed("PO2008"))
		}
		return s.regs[i][m.Vars[e.N].Base+int(k)]
	case session.OpInstAt:
		for _, p := range e.States {
			if s.status[i] == "live" && s.pc[i] == p {
				return 1
			}
		}
		return 0
	case session.OpInstCount:
		return t.eval(s, i, &session.Expr{Op: session.OpCount, N: e.N, States: e.States})
	case session.OpEachLive:
		for k, c := range t.comps {
			if c.index == int(e.N) && s.status[k] == "live" && t.prop(s, e.X, k) == 0 {
				return 0
			}
		}
		return 1
	}
	return t.apply(e, func(x *session.Expr) int64 { return t.prop(s, x, each) })
}

// try runs f; a computation that leaves its range yields the code.
func try(f func()) (code string) {
	defer func() {
		if p := recover(); p != nil {
			c, ok := p.(failed)
			if !ok {
				panic(p)
			}
			code = string(c)
		}
	}()
	f()
	return ""
}

func (t *twin) there(s *twinState, i, group, k int, states []int) bool {
	g := t.comps[i].machine.Groups[group]
	base := g.Base + k*len(g.Fields)
	if states != nil {
		x := s.slots[i][base]
		return x.what == "end" && has(states, s.roles[x.s][x.r])
	}
	for f := range g.Fields {
		if s.slots[i][base+f].what != "" {
			return true
		}
	}
	return false
}

func has(list []int, x int) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// where lists the members that a SlotRef stands for.
func (t *twin) where(s *twinState, i int, r session.SlotRef) []int {
	g := t.comps[i].machine.Groups[r.Group]
	if r.Any {
		var all []int
		for k := range g.Len {
			all = append(all, k)
		}
		return all
	}
	if r.Index == nil {
		return []int{0}
	}
	k := t.eval(s, i, r.Index)
	if k < 0 || k >= int64(g.Len) {
		panic(failed("PO2008"))
	}
	return []int{int(k)}
}

func (t *twin) slot(i int, r session.SlotRef, k int) int {
	g := t.comps[i].machine.Groups[r.Group]
	return g.Base + k*len(g.Fields) + r.Field
}

// end returns the live end that a ref names at member k.
func (t *twin) end(s *twinState, i int, r session.SlotRef, k int) (twinRef, bool) {
	x := s.slots[i][t.slot(i, r, k)]
	if x.what != "end" || s.roles[x.s][x.r] < 0 || r.States != nil && !has(r.States, s.roles[x.s][x.r]) {
		return x, false
	}
	return x, true
}

func (t *twin) edge(s *twinState, x twinRef, send bool, peer, label int) *session.LocalEdge {
	if s.roles[x.s][x.r] < 0 {
		return nil
	}
	return t.sess[x.s].proto.Locals[x.r].Edge(s.roles[x.s][x.r], send, peer, label)
}

func (t *twin) advance(s *twinState, x twinRef, send bool, peer, label int) {
	e := t.edge(s, x, send, peer, label)
	s.roles[x.s][x.r] = e.Next
	if t.sess[x.s].proto.Locals[x.r].States[e.Next].End {
		s.roles[x.s][x.r] = roleOver
		for i := range s.slots {
			for k := range s.slots[i] {
				if s.slots[i][k] == x {
					s.slots[i][k] = twinRef{}
				}
			}
		}
	}
}

func (t *twin) assign(s *twinState, i int, v session.VarRef, x int64) {
	if v.Var < 0 || v.Var >= len(t.comps[i].machine.Vars) {
		return
	}
	d := t.comps[i].machine.Vars[v.Var]
	k := int64(0)
	if v.Index != nil {
		k = t.eval(s, i, v.Index)
	}
	if k < 0 || k >= int64(d.Len) || x < int64(d.Lo) || x > int64(d.Hi) {
		panic(failed("PO2008"))
	}
	s.regs[i][d.Base+int(k)] = x
}

func (t *twin) put(s *twinState, i, slot int, x twinRef) {
	if old := s.slots[i][slot]; old.what == "handle" {
		t.drop(s, old)
	}
	s.slots[i][slot] = x
}

func (t *twin) drop(s *twinState, h twinRef) {
	s.watched[h.s] = false
	if s.status[h.s] != "live" {
		s.status[h.s] = "absent"
	}
}

// target resolves a single slot, -1 for nowhere.
func (t *twin) target(s *twinState, i int, r session.SlotRef) int {
	if r.Group < 0 {
		return -1
	}
	return t.slot(i, r, t.where(s, i, r)[0])
}

func (t *twin) stop(s *twinState, i int, status string) {
	s.pc[i] = 0
	for k := range s.slots[i] {
		t.put(s, i, k, twinRef{})
	}
	t.reset(s, i, false)
	s.status[i] = status
	if t.comps[i].given == nil && !s.watched[i] {
		s.status[i] = "absent"
	}
}

func (t *twin) abandon(s *twinState, x twinRef, leaves *[]string) {
	if s.roles[x.s][x.r] < 0 {
		return
	}
	s.roles[x.s][x.r] = roleAbandoned
	var inside []twinRef
	for from := range s.roles[x.s] {
		q := s.queues[x.s][way(from, x.r)]
		if len(q) > 0 {
			*leaves = append(*leaves, fmt.Sprint(x.s, " ", way(from, x.r)))
		}
		for _, msg := range q {
			inside = append(inside, msg.ends...)
		}
		delete(s.queues[x.s], way(from, x.r))
	}
	for _, y := range inside {
		if y.what == "end" {
			t.abandon(s, y, leaves)
		}
	}
}

func (t *twin) crash(s *twinState, i int, leaves *[]string) {
	for _, x := range append([]twinRef{}, s.slots[i]...) {
		if x.what == "end" {
			t.abandon(s, x, leaves)
		}
	}
	t.stop(s, i, "crashed")
}

// settle runs local steps. It returns the code of a failure.
func (t *twin) settle(s *twinState, i, pc int) string {
	var leaves []string
	return t.settleInto(s, i, pc, &leaves, false)
}

// settleInto stops before a live end is abandoned, unless it resumes just there.
func (t *twin) settleInto(s *twinState, i, pc int, leaves *[]string, resumed bool) string {
	from := pc
	return try(func() {
		for {
			st := t.comps[i].machine.States[pc]
			switch st.Kind {
			case session.Waiting, session.Deciding:
				s.pc[i], s.status[i] = pc, "live"
				return
			case session.Ended:
				t.stop(s, i, "ended")
				return
			}
			done := false
			for _, e := range st.Edges {
				if e.Guard != nil && t.eval(s, i, e.Guard) == 0 {
					continue
				}
				a := e.Action
				switch a.Kind {
				case session.Assign:
					t.assign(s, i, a.To, t.eval(s, i, a.Value))
				case session.Assert:
					if t.eval(s, i, a.Value) == 0 {
						panic(failed("PO2007"))
					}
				case session.AbandonEnd:
					k := t.target(s, i, a.Slot)
					if x := s.slots[i][k]; x.what == "end" && s.roles[x.s][x.r] >= 0 {
						if !resumed || pc != from {
							s.pc[i], s.status[i] = pc, "live"
							return
						}
						resumed = false
						t.abandon(s, x, leaves)
					}
					t.put(s, i, k, twinRef{})
				case session.MoveEnd:
					from, to := t.target(s, i, a.Slot), t.target(s, i, a.Into[0])
					if from != to {
						x := s.slots[i][from]
						s.slots[i][from] = twinRef{}
						t.put(s, i, to, x)
					}
				}
				pc, done = e.Next, true
				break
			}
			if !done {
				panic("twin: no local edge")
			}
		}
	})
}
