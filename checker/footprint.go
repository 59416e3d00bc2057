package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// footprint is the part of a state that the steps of an instance, from where it stands, read or write. It is gathered from the machine, and may be
// too large but never too small: run.learn holds every use against it.
type footprint struct {
	m       *model
	bits    []uint64       // per word of a state
	unknown bool           // some step reaches beyond what is followed here
	settled map[place]bool // instances and machine states
	edges   map[edgeOf]bool
}

type edgeOf struct {
	inst *instance
	edge *session.Edge
}

// footprintOf returns the footprint of i standing at st; nil if it is not known.
func (m *model) footprintOf(i *instance, st *state) []mask {
	f := &footprint{m: m, bits: make([]uint64, m.words), settled: map[place]bool{}, edges: map[edgeOf]bool{}}
	f.waiting(i, st)
	if f.unknown {
		return nil
	}
	var all []mask
	for w, b := range f.bits {
		if b != 0 {
			all = append(all, mask{w, b})
		}
	}
	return all
}

// waiting adds what the options of a standing state read and write.
func (f *footprint) waiting(i *instance, st *state) {
	f.add(i.control)
	if st.kind == session.Waiting && f.m.abandons {
		f.stop(i) // it may lose a peer
	}
	for e := range st.decl.Edges {
		f.edge(i, &st.decl.Edges[e])
	}
}

func (f *footprint) add(x field) { f.bits[x.word] |= x.mask << x.shift }

// edge adds an edge, and the local steps that follow it.
func (f *footprint) edge(i *instance, e *session.Edge) {
	if f.edges[edgeOf{i, e}] {
		return
	}
	f.edges[edgeOf{i, e}] = true
	a := &e.Action
	f.expr(i, e.Guard)
	f.expr(i, a.Value)
	f.target(i, a.To)
	f.target(i, a.Index)
	for _, x := range append(append([]session.Arg(nil), a.Args...), a.Binds...) {
		f.expr(i, x.Value)
		f.target(i, x.To)
		if x.Kind == session.Delegated {
			f.slots(i, x.Slot)
		}
	}
	switch a.Kind {
	case session.Skip, session.Assign, session.Assert, session.TakeCase, session.ElseOption, session.TimeoutOption:
	case session.SendMsg, session.ReceiveMsg, session.GonePeer:
		for _, end := range f.slots(i, a.Slot) {
			f.channel(end, a)
		}
	case session.AbandonEnd:
		f.slots(i, a.Slot)
	case session.MoveEnd:
		f.slots(i, a.Slot)
		f.slots(i, a.Into[0])
	case session.AddMember:
		f.group(i, a.Group)
		for _, s := range a.Ends {
			f.slots(i, s)
		}
	case session.PickMember:
		f.group(i, a.Group)
	default:
		f.unknown = true
	}
	f.settle(i, e.Next)
}

// channel adds what a send or receive on an end reads and writes of its session.
func (f *footprint) channel(e *end, a *session.Action) {
	var q *queue
	switch a.Kind {
	case session.SendMsg:
		q = e.out[a.Peer]
	case session.ReceiveMsg:
		q = e.in[a.Peer]
	}
	if q == nil {
		return
	}
	for _, c := range q.chunks {
		f.add(c)
	}
	if q.capacity == 0 && a.Kind == session.SendMsg {
		f.partners(e.session.ends[a.Peer], e.role)
	}
}

// partners adds what becomes of those who may take a message from role on the other end of a rendezvous.
func (f *footprint) partners(e *end, role int) {
	f.add(e.code)
	holders := e.session.protocol.heldBy[e.role]
	if e.fixed != nil {
		holders = []place{*e.fixed}
	}
	for _, p := range holders {
		j := p.inst
		f.add(j.control)
		f.slot(&j.slots[p.slot])
		for s := range j.states {
			st := &j.states[s]
			if st.kind != session.Waiting {
				continue
			}
			for k := range st.decl.Edges {
				x := &st.decl.Edges[k]
				if st.priority || x.Action.Kind == session.ReceiveMsg && x.Action.Peer == role {
					f.edge(j, x)
				}
			}
		}
	}
}

// settle adds the local steps from a machine state on.
func (f *footprint) settle(i *instance, at int) {
	if f.settled[place{i, at}] {
		return
	}
	f.settled[place{i, at}] = true
	f.add(i.control)
	st := &i.states[at]
	for _, x := range st.forgets {
		f.add(x.reg)
	}
	switch st.kind {
	case session.Ended:
		f.stop(i)
	case session.LocalStep:
		for e := range st.decl.Edges {
			f.edge(i, &st.decl.Edges[e])
		}
	}
}

// stop adds everything that i has.
func (f *footprint) stop(i *instance) {
	f.add(i.control)
	f.add(i.watched)
	for _, r := range i.regs {
		f.add(r)
	}
	for s := range i.slots {
		f.slot(&i.slots[s])
	}
}

// slots adds the slots that a reference can mean, and returns the ends that they can hold.
func (f *footprint) slots(i *instance, s session.SlotRef) []*end {
	if s.Group < 0 {
		return nil
	}
	f.expr(i, s.Index)
	f.target(i, s.Bind)
	g := &i.machine.Groups[s.Group]
	var all []*end
	for n := range g.Len {
		all = append(all, f.slot(&i.slots[g.Base+s.Field+n*len(g.Fields)])...)
	}
	return all
}

// group adds every slot of a group.
func (f *footprint) group(i *instance, group int) {
	g := &i.machine.Groups[group]
	for n := range g.Len * len(g.Fields) {
		f.slot(&i.slots[g.Base+n])
	}
}

// slot adds a slot with the ends that it can hold. Where ends can be abandoned, the last one out gives the session back, and all of it counts.
func (f *footprint) slot(s *slot) []*end {
	f.unknown = f.unknown || s.handles != nil
	f.add(s.f)
	ends := s.ends
	if !s.moves {
		ends = nil
		if s.fixed != nil {
			ends = []*end{s.fixed}
		}
	}
	for _, e := range ends {
		f.add(e.code)
		if !f.m.abandons {
			continue
		}
		for _, other := range e.session.ends {
			f.add(other.code)
		}
		for _, q := range e.session.queues {
			f.unknown = f.unknown || q.travels
			for _, c := range q.chunks {
				f.add(c)
			}
		}
	}
	return ends
}

// target adds what a variable reference writes.
func (f *footprint) target(i *instance, v session.VarRef) {
	if v.Var < 0 || v.Var >= len(i.machine.Vars) {
		return
	}
	f.expr(i, v.Index)
	f.variable(i, v.Var)
}

func (f *footprint) variable(i *instance, v int) {
	x := &i.machine.Vars[v]
	for r := x.Base; r < x.Base+x.Len; r++ {
		f.add(i.regs[r])
	}
}

// expr adds what an expression over an instance reads.
func (f *footprint) expr(i *instance, e *session.Expr) {
	if e == nil {
		return
	}
	switch e.Op {
	case session.OpVar:
		f.variable(i, int(e.N))
	case session.OpCount, session.OpPresent:
		f.group(i, int(e.N))
	}
	f.expr(i, e.X)
	f.expr(i, e.Y)
}
