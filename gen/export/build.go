package export

import (
	"fmt"
	"sort"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// Codes of a component's place beside its states, which follow.
const (
	absent  = 0
	ended   = 1
	crashed = 2
	first   = 3
)

// Codes of an end beside the local states, which follow.
const (
	over      = 0
	abandoned = 1
	live      = 2
)

// builder makes a Model. Everything in it is laid out first and used afterwards.
type builder struct {
	sys       *session.System
	rel       *session.Relevance
	m         *Model
	protocols []*protocol
	instances []*instance
	started   []*instance   // in order: a handle holds one of them + 1
	pools     [][]*instance // per machine, those that start makes
	abandons  bool          // ends can be abandoned
	crashes   *Var
	scratch   *Var // where local steps are
	message   *Var // the message that is being sent or received
	session   *Var // the session that a step is about, where a slot says so
	names     map[string]bool
	live      map[*session.Machine][][]bool
	problem   error
}

// protocol is a protocol with its sessions: those of the system, then those that new can make.
type protocol struct {
	decl     *session.Protocol
	given    int
	sessions int
	ends     []*Var     // per role, the code of its end in each session
	queues   [][]*queue // [from][to], nil where nothing is sent
	heldBy   [][]*place // per role, the slots that its end can be in
	fixed    [][]*place // per role and session, the only slot that ever holds it; nil entries
}

// queue is a direction of a protocol; the cells of all sessions lie in one array.
type queue struct {
	from, to int
	capacity int
	cells    *Var     // nil at capacity 0
	labels   []letter // per label
	count    int64    // of messages, with 0 for none
	travels  bool
}

// letter is the messages of one label: base + the sum of each payload times its stride.
type letter struct {
	base, count int64
	payloads    []payload
}

type payload struct {
	field     int
	lo        int64
	n, stride int64
	protocol  *protocol // of a travelling end
	role      int
}

func (l *letter) payload(field int) *payload {
	for p := range l.payloads {
		if l.payloads[p].field == field {
			return &l.payloads[p]
		}
	}
	return nil
}

// instance is a component, there from the start or a place for one that start makes.
type instance struct {
	name    string
	machine *session.Machine
	index   int
	given   *session.Instance
	place   *Var
	watched *Var // started: somebody holds its handle
	vars    []*Var
	initial []int64 // per Var of the machine
	kept    []bool
	slots   []*place
}

// place is a slot of an instance.
type place struct {
	inst     *instance
	slot     int
	handle   bool
	protocol *protocol
	role     int
	v        *Var // of a slot that moves: its session + 1, or its started instance + 1; 0: nothing
	session  int  // of one that does not; -1: nothing
}

// Commands returns a system as guarded commands. The error names what cannot be said.
func Commands(sys *session.System) (*Model, error) {
	sys = sys.Explicit() // no other checker knows optional steps
	b := &builder{sys: sys, rel: session.RelevanceOf(sys), m: &Model{}, names: map[string]bool{}, live: map[*session.Machine][][]bool{}}
	b.abandons = len(sys.Crash) > 0
	for _, mc := range sys.Machines {
		for s := range mc.States {
			for e := range mc.States[s].Edges {
				b.abandons = b.abandons || mc.States[s].Edges[e].Action.Kind == session.AbandonEnd
			}
		}
	}
	b.addProtocols()
	b.addQueues()
	if b.problem == nil {
		b.addInstances()
		b.addSlots()
		b.scratch = b.variable(&Var{Name: "step_", Len: 1, Hi: b.mostStates(), Scratch: true, Says: "the local step to be taken next, + 1"})
		b.message = b.variable(&Var{Name: "message_", Len: 1, Hi: b.mostMessage(), Scratch: true, Says: "the message that is being sent or received"})
		b.session = b.variable(&Var{Name: "session_", Len: 1, Hi: b.mostSessions(), Scratch: true, Says: "the session that a step is about"})
		if len(sys.Crash) > 0 {
			b.crashes = b.variable(&Var{Name: "crashes", Len: 1, Hi: int64(sys.CrashMost), Says: "so far"})
		}
		b.addRules()
		b.addBad()
		b.start()
	}
	if b.problem != nil {
		return nil, b.problem
	}
	return b.m, nil
}

func (b *builder) refuse(format string, args ...any) {
	if b.problem == nil {
		b.problem = fmt.Errorf(format, args...)
	}
}

// variable declares a Var under a name of its own.
func (b *builder) variable(v *Var) *Var {
	base := identifier(v.Name)
	v.Name = base
	for n := 2; b.names[v.Name]; n++ {
		v.Name = fmt.Sprintf("%s_%d", base, n)
	}
	b.names[v.Name] = true
	if v.Init == nil {
		v.Init = make([]int64, v.Len)
	}
	b.m.Vars = append(b.m.Vars, v)
	return v
}

func (b *builder) mostStates() int64 {
	n := 0
	for _, mc := range b.sys.Machines {
		n = max(n, len(mc.States))
	}
	return int64(n)
}

func (b *builder) mostMessage() int64 {
	n := int64(1)
	for _, p := range b.protocols {
		for _, row := range p.queues {
			for _, q := range row {
				if q != nil {
					n = max(n, q.count-1)
				}
			}
		}
	}
	return n
}

func (b *builder) mostSessions() int64 {
	n := 1
	for _, p := range b.protocols {
		n = max(n, p.sessions)
	}
	return int64(n)
}

// protocolOf returns a protocol of the system, or one that is only mentioned.
func (b *builder) protocolOf(p *session.Protocol) *protocol {
	for _, q := range b.protocols {
		if q.decl == p {
			return q
		}
	}
	q := &protocol{decl: p}
	b.protocols = append(b.protocols, q)
	return q
}

func (b *builder) addProtocols() {
	for _, p := range b.sys.Protocols {
		b.protocolOf(p)
	}
	for _, mc := range b.sys.Machines {
		for _, g := range mc.Groups {
			for _, f := range g.Fields {
				if f.End != nil {
					b.protocolOf(f.End.Protocol)
				}
			}
		}
	}
	for _, s := range b.sys.Sessions {
		b.protocols[s.Protocol].given++
		b.protocols[s.Protocol].sessions++
	}
	for p, n := range b.sys.NewLimit {
		b.protocols[p].sessions += n
	}
	for _, p := range b.protocols {
		p.heldBy = make([][]*place, len(p.decl.Roles))
		p.fixed = make([][]*place, len(p.decl.Roles))
		for r, role := range p.decl.Roles {
			p.fixed[r] = make([]*place, p.sessions)
			v := &Var{Name: "end_" + p.decl.Name + "_" + role, Len: p.sessions, Array: true, Hi: int64(live + len(p.decl.Locals[r].States)),
				Says: "where that role stands in each session: 0 over, 1 abandoned, then its points"}
			for s := range p.sessions {
				v.Init = append(v.Init, 0)
				if s < p.given {
					v.Init[s] = codeOf(p.decl.Locals[r], 0)
				}
			}
			if p.sessions == 0 {
				v.Len, v.Init = 1, []int64{0} // nobody ever looks at it, but slots can be made for its ends
			}
			p.ends = append(p.ends, b.variable(v))
		}
	}
}

// codeOf returns the code of a local state.
func codeOf(l *session.Local, s int) int64 {
	if l.States[s].End {
		return over
	}
	return live + int64(s)
}

// addQueues makes a queue for each direction in which some machine sends.
func (b *builder) addQueues() {
	sent := map[*protocol]map[[3]int]bool{}
	for _, mc := range b.sys.Machines {
		for s := range mc.States {
			for e := range mc.States[s].Edges {
				a := &mc.States[s].Edges[e].Action
				if a.Kind == session.SendMsg {
					t := mc.Groups[a.Slot.Group].Fields[a.Slot.Field].End
					p := b.protocolOf(t.Protocol)
					if sent[p] == nil {
						sent[p] = map[[3]int]bool{}
					}
					sent[p][[3]int{t.Role, a.Peer, a.Label}] = true
				}
			}
		}
	}
	for k, p := range b.protocols {
		capacity := p.decl.Capacity
		if k < len(b.sys.Protocols) && b.sys.Capacity != nil {
			capacity = b.sys.Capacity[k]
		}
		for from := range p.decl.Roles {
			p.queues = append(p.queues, make([]*queue, len(p.decl.Roles)))
			for to := range p.decl.Roles {
				q := &queue{from: from, to: to, capacity: capacity[from][to], count: 1, labels: make([]letter, len(p.decl.Labels))}
				for l, label := range p.decl.Labels {
					if sent[p][[3]int{from, to, l}] {
						q.labels[l] = b.letter(p, q, label)
						q.count += q.labels[l].count
					}
				}
				switch {
				case q.count == 1 || from == to:
					continue
				case q.capacity < 0:
					b.refuse("the capacity of %s is asked for (`capacity ?`) and has no value", p.decl.Name)
					return
				case q.count > 1<<30:
					b.refuse("the messages of %s have more values than a number of 32 bits", p.decl.Name)
					return
				case q.capacity > 0:
					q.cells = b.variable(&Var{Name: "queue_" + p.decl.Name + "_" + p.decl.Roles[from] + "_" + p.decl.Roles[to],
						Len: max(1, p.sessions*q.capacity), Array: true, Hi: q.count - 1, Says: b.spelled(p, q)})
				}
				p.queues[from][to] = q
			}
		}
	}
}

// letter numbers the messages of a label after those of q.
func (b *builder) letter(p *protocol, q *queue, label *session.Label) letter {
	x := letter{base: q.count, count: 1}
	for f := range label.Fields {
		y := payload{field: f, stride: x.count}
		switch t := label.Fields[f].Type; {
		case t.Kind == session.End:
			y.protocol, y.role = b.protocolOf(t.End.Protocol), t.End.Role
			y.n = int64(y.protocol.sessions) + 1
			q.travels = true
		case b.rel.Follows(label, f) && t.Finite():
			lo, hi := t.Bounds()
			y.lo, y.n = lo, hi-lo+1
		default:
			continue
		}
		if x.count *= y.n; x.count > 1<<30 || x.count <= 0 {
			b.refuse("message %s of %s has more values than a number of 32 bits", label.Name, p.decl.Name)
			x.count = 1
		}
		x.payloads = append(x.payloads, y)
	}
	return x
}

// spelled says which number stands for which message.
func (b *builder) spelled(p *protocol, q *queue) string {
	text := fmt.Sprintf("%d for each session, head first: 0 none", q.capacity)
	for l, x := range q.labels {
		switch {
		case x.count == 1:
			text += fmt.Sprintf(", %d %s", x.base, p.decl.Labels[l].Name)
		case x.count > 1:
			text += fmt.Sprintf(", %d to %d %s", x.base, x.base+x.count-1, p.decl.Labels[l].Name)
		}
	}
	return text
}

func (b *builder) addInstances() {
	b.pools = make([][]*instance, len(b.sys.Machines))
	add := func(name string, machine int, given *session.Instance) *instance {
		mc := b.sys.Machines[machine]
		i := &instance{name: name, machine: mc, index: machine, given: given, vars: make([]*Var, len(mc.Vars)), initial: make([]int64, len(mc.Vars)),
			kept: make([]bool, len(mc.Vars))}
		i.place = b.variable(&Var{Name: "at_" + name, Len: 1, Hi: int64(first + len(mc.States)), Says: "where " + name + " stands: 0 absent, 1 ended, 2 crashed, then its states"})
		if given == nil {
			i.watched = b.variable(&Var{Name: "watched_" + name, Len: 1, Hi: 1, Says: "somebody holds the handle of " + name})
		}
		for v := range mc.Vars {
			x := &mc.Vars[v]
			i.initial[v] = int64(x.Init)
			if given != nil && v < len(given.Values) {
				i.initial[v] = int64(given.Values[v])
			}
			i.kept[v] = given != nil && b.rel.Kept[mc][v]
			if !b.rel.Vars[mc][v] {
				continue
			}
			d := &Var{Name: name + "_" + x.Name, Len: x.Len, Array: x.Len > 1, Lo: int64(x.Lo), Hi: int64(x.Hi), Says: "the variable of " + name}
			for range x.Len {
				d.Init = append(d.Init, i.initial[v])
			}
			i.vars[v] = b.variable(d)
		}
		b.instances = append(b.instances, i)
		return i
	}
	for k := range b.sys.Instances {
		add(b.sys.Instances[k].Name, b.sys.Instances[k].Machine, &b.sys.Instances[k])
	}
	for mc, n := range b.sys.StartLimit {
		for k := range n {
			i := add(fmt.Sprintf("%s_%d", b.sys.Machines[mc].Name, k+1), mc, nil)
			b.pools[mc] = append(b.pools[mc], i)
			b.started = append(b.started, i)
		}
	}
}

// addSlots gives a Var to each slot that an action fills or empties; the others hold the same end for ever.
func (b *builder) addSlots() {
	for _, i := range b.instances {
		moves := movingGroups(i.machine)
		i.slots = make([]*place, i.machine.Slots)
		for g := range i.machine.Groups {
			x := &i.machine.Groups[g]
			for n := range x.Len * len(x.Fields) {
				f := &x.Fields[n%len(x.Fields)]
				p := &place{inst: i, slot: x.Base + n, handle: f.Handle, session: -1}
				i.slots[x.Base+n] = p
				name := fmt.Sprintf("slot_%s_%s", i.name, x.Name)
				if x.Len*len(x.Fields) > 1 {
					name = fmt.Sprintf("%s_%d", name, n)
				}
				if f.Handle {
					p.v = b.variable(&Var{Name: name, Len: 1, Hi: int64(len(b.started)), Says: "the started component + 1"})
					continue
				}
				p.protocol, p.role = b.protocolOf(f.End.Protocol), f.End.Role
				if i.given == nil || moves[g] {
					p.v = b.variable(&Var{Name: name, Len: 1, Hi: int64(p.protocol.sessions), Says: "the session of " + p.protocol.decl.Name + " + 1"})
					p.protocol.heldBy[p.role] = append(p.protocol.heldBy[p.role], p)
				}
			}
		}
	}
	within := make([]int, len(b.sys.Sessions)) // its number among those of its protocol
	count := make([]int, len(b.protocols))
	for s, x := range b.sys.Sessions {
		within[s] = count[x.Protocol]
		count[x.Protocol]++
	}
	for _, i := range b.instances {
		if i.given == nil {
			continue
		}
		for _, h := range i.given.Ends {
			p, s := i.slots[h.Slot], within[h.Session]
			if p.v != nil {
				if p.protocol.ends[p.role].Init[s] != over {
					p.v.Init[0] = int64(s) + 1
				}
				continue
			}
			p.session = s
			p.protocol.fixed[p.role][s] = p
		}
	}
}

// movingGroups marks the groups of a machine whose slots some action fills or empties.
func movingGroups(mc *session.Machine) []bool {
	moves := make([]bool, len(mc.Groups))
	mark := func(refs ...session.SlotRef) {
		for _, r := range refs {
			if r.Group >= 0 {
				moves[r.Group] = true
			}
		}
	}
	for s := range mc.States {
		for e := range mc.States[s].Edges {
			a := &mc.States[s].Edges[e].Action
			for _, x := range append(append([]session.Arg{}, a.Args...), a.Binds...) {
				if x.Kind == session.Delegated {
					mark(x.Slot)
				}
			}
			mark(a.Into...)
			mark(a.Ends...)
			switch a.Kind {
			case session.MoveEnd:
				mark(a.Slot)
			case session.AddMember:
				moves[a.Group] = true
			}
		}
	}
	return moves
}

// start runs the components to where they first stand.
func (b *builder) start() {
	body := b.body()
	for _, i := range b.instances {
		if i.given != nil {
			body.settle(i, 0)
		}
	}
	for _, p := range b.protocols {
		for s := range p.given {
			body.reclaim(p, num(int64(s)))
		}
	}
	x := b.m.newMachine()
	x.s = b.m.initial()
	b.m.Start = x.run(body.at)
	for i, v := range b.m.Vars {
		v.Init = x.s[i]
	}
}

// sorted is a set of numbers in order.
func sorted(set map[int64]bool) []int64 {
	var all []int64
	for n := range set {
		all = append(all, n)
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all
}
