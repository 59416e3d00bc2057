package checker

import (
	"fmt"
	"math/bits"

	"github.com/protoc-os/protoc-os/dsl/session"
)

func bitLen(v uint64) int { return bits.Len64(v) }

// compile lays a system out. The error says why the system is beyond exploring.
func compile(sys *session.System) (*model, error) {
	m := &model{sys: sys, rel: session.RelevanceOf(sys), abandons: len(sys.Crash) > 0}
	for _, mc := range sys.Machines {
		for s := range mc.States {
			for e := range mc.States[s].Edges {
				m.optional = m.optional || mc.States[s].Edges[e].Optional
				m.abandons = m.abandons || mc.States[s].Edges[e].Action.Kind == session.AbandonEnd
			}
		}
	}
	m.live = 1
	if m.abandons {
		m.live = 2
	}
	var l layout
	m.addProtocols(&l)
	if err := m.addAlphabets(); err != nil {
		return nil, err
	}
	if err := m.addQueues(&l); err != nil {
		return nil, err
	}
	m.addInstances(&l)
	m.addSlots(&l)
	if len(sys.Crash) > 0 {
		l.number(&m.crashes, uint64(sys.CrashMost)+1)
	}
	l.place()
	m.words = len(l.used)
	m.addStates()
	if m.abandons {
		for _, r := range m.abandonedRoles() {
			r.gives = true
		}
	}
	for _, i := range m.instances {
		for _, st := range i.stand {
			m.footprints[st.number] = m.footprintOf(i, st)
		}
	}
	for i := range sys.Always {
		m.invariant = append(m.invariant, m.property(sys.Always[i].Expr, nil))
	}
	for i := range sys.Eventually {
		m.responses = append(m.responses, response{m.property(sys.Eventually[i].When, nil), m.property(sys.Eventually[i].Then, nil)})
	}
	return m, nil
}

func (m *model) protocolOf(p *session.Protocol) *protocol {
	for _, q := range m.protocols {
		if q.decl == p {
			return q
		}
	}
	q := &protocol{decl: p}
	m.protocols = append(m.protocols, q)
	return q
}

// abandonedRoles are the roles whose ends may ever be abandoned. Protocols that only a label mentions have none: no session of them is ever made.
func (m *model) abandonedRoles() (all []*role) {
	for r := range m.sys.Abandoned() {
		for _, p := range m.protocols {
			if p.decl == r.Protocol && r.Role < len(p.roles) {
				all = append(all, p.roles[r.Role])
			}
		}
	}
	return all
}

// addProtocols makes protocols, sessions and ends.
func (m *model) addProtocols(l *layout) {
	for _, p := range m.sys.Protocols {
		m.protocolOf(p)
	}
	for _, mc := range m.sys.Machines { // those that are only mentioned have no sessions
		for _, g := range mc.Groups {
			for _, f := range g.Fields {
				if f.End != nil {
					m.protocolOf(f.End.Protocol)
				}
			}
		}
	}
	add := func(p *protocol, name string, pooled bool) {
		s := &sess{name: name, protocol: p, pooled: pooled, index: len(p.sessions)}
		p.sessions = append(p.sessions, s)
		if pooled {
			p.pool = append(p.pool, s)
		}
		m.sessions = append(m.sessions, s)
	}
	for _, s := range m.sys.Sessions {
		add(m.protocols[s.Protocol], s.Name, false)
	}
	for p, n := range m.sys.NewLimit {
		for k := range n {
			add(m.protocols[p], fmt.Sprintf("%s#%d", m.protocols[p].decl.Name, k+1), true)
		}
	}
	for _, p := range m.protocols {
		for r := range p.decl.Roles {
			p.roles = append(p.roles, m.roleOf(p.decl, r))
		}
		p.heldBy = make([][]place, len(p.roles))
	}
	group := m.groups()
	for n, s := range m.sessions {
		s.group, l.group = group[n], group[n]
		for r := range s.protocol.roles {
			k := s.protocol.roles[r]
			e := &end{id: len(m.ends), session: s, role: r, kind: k, value: uint64(s.index) + 1,
				in: make([]*queue, len(s.protocol.roles)), out: make([]*queue, len(s.protocol.roles))}
			l.number(&e.code, uint64(len(k.state)))
			m.ends = append(m.ends, e)
			s.ends = append(s.ends, e)
		}
	}
}

// groups says beside which instance the fields of each session lie: beside that of its holders that holds the fewest, so beside a client rather
// than beside the server. Those that new makes lie after everything else.
func (m *model) groups() []int {
	group := make([]int, len(m.sessions))
	for n := range group {
		group[n] = len(m.sys.Instances)
	}
	for k := range m.sys.Instances {
		ends := m.sys.Instances[k].Ends
		for _, h := range ends {
			if g := &group[h.Session]; *g == len(m.sys.Instances) || len(ends) < len(m.sys.Instances[*g].Ends) {
				*g = k
			}
		}
	}
	return group
}

// roleOf turns a local type into tables.
func (m *model) roleOf(p *session.Protocol, r int) *role {
	local := p.Locals[r]
	k := &role{local: local, peers: len(p.Roles), names: len(p.Labels), codes: make([]uint64, len(local.States))}
	for range m.live {
		k.state = append(k.state, -1)
		k.rest = append(k.rest, false)
	}
	for s := range local.States {
		if !local.States[s].End {
			k.codes[s] = uint64(len(k.state))
			k.state = append(k.state, s)
			k.rest = append(k.rest, local.States[s].Rest)
		}
	}
	size := len(k.state) * 2 * k.peers * k.names
	k.next, k.ever = make([]uint64, size), make([]bool, size)
	for s := range local.States {
		for _, e := range local.States[s].Edges {
			at := k.at(k.codes[s], e.Send, e.Peer, e.Label)
			k.next[at] = k.codes[e.Next] + 1
			k.ever[at] = true
		}
	}
	for grew := true; grew; { // ever: backwards over everything but receives from that peer
		grew = false
		for s := range local.States {
			for _, e := range local.States[s].Edges {
				for peer := range k.peers {
					if !e.Send && e.Peer == peer {
						continue
					}
					for label := range k.names {
						from, to := k.at(k.codes[s], false, peer, label), k.at(k.codes[e.Next], false, peer, label)
						if k.ever[to] && !k.ever[from] {
							k.ever[from], grew = true, true
						}
					}
				}
			}
		}
	}
	return k
}

// addAlphabets finds the messages that some machine sends.
func (m *model) addAlphabets() error {
	sent := map[*protocol]map[[3]int]bool{}
	for _, mc := range m.sys.Machines {
		for s := range mc.States {
			for e := range mc.States[s].Edges {
				a := &mc.States[s].Edges[e].Action
				if a.Kind != session.SendMsg {
					continue
				}
				t := mc.Groups[a.Slot.Group].Fields[a.Slot.Field].End
				p := m.protocolOf(t.Protocol)
				if sent[p] == nil {
					sent[p] = map[[3]int]bool{}
				}
				sent[p][[3]int{t.Role, a.Peer, a.Label}] = true
			}
		}
	}
	for _, p := range m.protocols {
		for from := range p.roles {
			p.alphabets = append(p.alphabets, make([]*alphabet, len(p.roles)))
			for to := range p.roles {
				a := &alphabet{labels: make([]letter, len(p.decl.Labels)), count: 1}
				for l, label := range p.decl.Labels {
					if !sent[p][[3]int{from, to, l}] {
						continue
					}
					x := letter{base: a.count, count: 1}
					for f := range label.Fields {
						y := payload{field: f, stride: x.count}
						switch t := label.Fields[f].Type; {
						case t.Kind == session.End:
							for _, s := range m.protocolOf(t.End.Protocol).sessions {
								y.ends = append(y.ends, s.ends[t.End.Role])
							}
							y.n = uint64(len(y.ends)) + 1
						case m.rel.Follows(label, f) && t.Finite():
							lo, hi := t.Bounds()
							y.lo, y.n = lo, uint64(hi-lo)+1
						default:
							continue
						}
						if hi, _ := bits.Mul64(x.count, y.n); hi != 0 || x.count*y.n > 1<<62 {
							return fmt.Errorf("message %s of %s has too many values to follow", label.Name, p.decl.Name)
						}
						x.count *= y.n
						x.payloads = append(x.payloads, y)
					}
					a.labels[l] = x
					a.count += x.count
				}
				if a.bits = bitLen(a.count - 1); a.count > 1 {
					p.alphabets[from][to] = a
				}
			}
		}
	}
	return nil
}

// capacityOf returns the capacities of a protocol in this system.
func (m *model) capacityOf(p *protocol) [][]int {
	for k, q := range m.sys.Protocols {
		if q == p.decl && m.sys.Capacity != nil {
			return m.sys.Capacity[k]
		}
	}
	return p.decl.Capacity
}

// addQueues makes a queue for each direction in which something is sent.
func (m *model) addQueues(l *layout) error {
	for _, s := range m.sessions {
		p := s.protocol
		l.group = s.group
		for from := range p.roles {
			for to := range p.roles {
				a := p.alphabets[from][to]
				if a == nil || from == to {
					continue
				}
				q := &queue{id: len(m.queues), session: s, from: from, to: to, capacity: m.capacityOf(p)[from][to], alpha: a}
				if q.capacity < 0 {
					return fmt.Errorf("the capacity of %s is asked for (`capacity ?`) and has no value", p.decl.Name)
				}
				for i := range a.labels {
					for _, y := range a.labels[i].payloads {
						q.travels = q.travels || y.ends != nil
					}
				}
				q.per = 64 / a.bits
				for left := q.capacity; left > 0; left -= q.per {
					q.chunks = append(q.chunks, field{})
				}
				for c := range q.chunks {
					l.bits(&q.chunks[c], min(q.per, q.capacity-c*q.per)*a.bits)
				}
				m.queues = append(m.queues, q)
				s.queues = append(s.queues, q)
				s.ends[from].out[to] = q
				s.ends[to].in[from] = q
			}
		}
	}
	return nil
}

// addInstances makes the instances with their control and registers.
func (m *model) addInstances(l *layout) {
	m.pools = make([][]*instance, len(m.sys.Machines))
	add := func(name string, machine int, given *session.Instance) *instance {
		mc := m.sys.Machines[machine]
		i := &instance{id: len(m.instances), name: name, machine: mc, index: machine, given: given,
			regs: make([]field, mc.Registers), lo: make([]int32, mc.Registers), hi: make([]int32, mc.Registers),
			initial: make([]int32, mc.Registers), keep: make([]bool, mc.Registers)}
		l.group = i.id
		if given == nil {
			i.ended, i.crashed, i.first = 1, 2, 3
			l.number(&i.watched, 2)
			m.pools[machine] = append(m.pools[machine], i)
		} else {
			i.ended, i.crashed, i.first = 0, 1, 1
			if m.abandons {
				i.first = 2
			}
		}
		n := i.first
		for s := range mc.States {
			if stands(&mc.States[s]) {
				n++
			}
		}
		l.number(&i.control, n)
		for v := range mc.Vars {
			x := &mc.Vars[v]
			for r := x.Base; r < x.Base+x.Len; r++ {
				i.lo[r], i.hi[r], i.initial[r] = x.Lo, x.Hi, x.Init
				i.keep[r] = given != nil && m.rel.Kept[mc][v]
				if m.rel.Vars[mc][v] {
					l.number(&i.regs[r], uint64(int64(x.Hi)-int64(x.Lo))+1)
				}
				if given != nil && v < len(given.Values) {
					i.initial[r] = given.Values[v]
				}
			}
		}
		m.instances = append(m.instances, i)
		return i
	}
	for k := range m.sys.Instances {
		add(m.sys.Instances[k].Name, m.sys.Instances[k].Machine, &m.sys.Instances[k])
	}
	for mc, n := range m.sys.StartLimit {
		for k := range n {
			add(fmt.Sprintf("%s#%d", m.sys.Machines[mc].Name, k+1), mc, nil)
		}
	}
	for _, c := range m.sys.Crash {
		m.instances[c].fault = true
	}
}

// addSlots decides which slots have to be in the state, and who can hold which end.
func (m *model) addSlots(l *layout) {
	var started []*instance
	for _, p := range m.pools {
		started = append(started, p...)
	}
	for _, i := range m.instances {
		l.group = i.id
		moves := movingGroups(i.machine)
		i.slots = make([]slot, i.machine.Slots)
		for g := range i.machine.Groups {
			x := &i.machine.Groups[g]
			for n := range x.Len * len(x.Fields) {
				s, f := &i.slots[x.Base+n], &x.Fields[n%len(x.Fields)]
				s.moves = i.given == nil || moves[g]
				if f.Handle {
					s.handles = started
					l.number(&s.f, uint64(len(started))+1)
					continue
				}
				p := m.protocolOf(f.End.Protocol)
				for _, t := range p.sessions {
					s.ends = append(s.ends, t.ends[f.End.Role])
				}
				if s.moves {
					l.number(&s.f, uint64(len(s.ends))+1)
					p.heldBy[f.End.Role] = append(p.heldBy[f.End.Role], place{i, x.Base + n})
				}
			}
		}
		if i.given == nil {
			continue
		}
		for _, h := range i.given.Ends {
			if s := &i.slots[h.Slot]; !s.moves {
				s.fixed = m.sessions[h.Session].ends[h.Role]
				s.fixed.fixed = &place{i, h.Slot}
			}
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
