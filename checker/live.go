package checker

import (
	"github.com/protoc-os/protoc-os/checker/fair"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// liveGraph is the state graph of a complete search as package fair wants it, with what its labels mean here.
type liveGraph struct {
	fair.Graph
	steps   []liveStep // per label
	choices []choice
	number  map[choiceKey]int32
	labels  map[liveLabel]uint32
	words   int
}

// liveStep is what a label does to queues and ends.
type liveStep struct {
	got  int32    // the queue that a message leaves; -1: none
	ends [2]int32 // those that go on along their protocol; -1: none
}

// liveLabel tells labels apart.
type liveLabel struct {
	fair.Label
	liveStep
}

// choice is an option of a choose, or a case of a fair decide, of one instance: states with one site are one choice of the source, and each member
// of a set counts for itself.
type choice struct {
	choiceKey
	state  *state
	option *option
}

type choiceKey struct{ inst, site, index, member int }

// liveBytes is about the memory that the graph will take, with what judges it.
func (s *search) liveBytes() int64 {
	g := liveGraph{}
	g.Movers = len(s.m.instances)
	perState := 8 + 16*int64(g.Words()) + int64(cores(s.opts.Workers))*24
	return int64(s.st.size())*perState + int64(s.trans)*8
}

// liveGraph expands every state once more and notes its steps.
func (s *search) liveGraph(stop func() bool) *liveGraph {
	g := &liveGraph{number: map[choiceKey]int32{}, labels: map[liveLabel]uint32{}}
	g.Movers = len(s.m.instances)
	g.words = g.Words()
	n := s.st.size()
	g.Off = make([]uint64, 0, n+1)
	g.Enabled, g.Queues = make([]uint64, n*g.words), make([]uint64, n*g.words)
	g.To = make([]uint32, 0, s.trans)
	g.Label = make([]uint32, 0, s.trans)
	at, v := 0, s.st.view()
	r := s.m.newRun(func(r *run) {
		to := fair.Nowhere
		if r.step.failure == none {
			if to = uint32(v.find(r.next)); int32(to) == -1 {
				panic("checker: a successor of an explored state was not explored")
			}
		}
		l := g.label(r)
		g.edge(to, l)
		if l.Fault || r.step.optional() {
			return
		}
		for _, m := range l.Movers {
			if m >= 0 {
				g.Enabled[at*g.words+int(m)/64] |= 1 << (m % 64)
			}
		}
		// Whoever waits for a place under a limit gets one in his turn.
		if o := r.step.opt; o != nil && (o.kind == session.NewSession || o.kind == session.StartChild) {
			m := l.Movers[0]
			g.Queues[at*g.words+int(m)/64] |= 1 << (m % 64)
		}
	})
	for at = range n {
		if at&1023 == 0 && stop() {
			return nil
		}
		g.Off = append(g.Off, uint64(len(g.To)))
		r.expand(v.at(at))
		g.passed(r, uint32(at))
	}
	g.Off = append(g.Off, uint64(len(g.To)))
	g.Choices = len(g.choices)
	return g
}

func (g *liveGraph) edge(to uint32, l liveLabel) {
	k, ok := g.labels[l]
	if !ok {
		k = uint32(len(g.Labels))
		g.labels[l] = k
		g.Labels = append(g.Labels, l.Label)
		g.steps = append(g.steps, l.liveStep)
	}
	g.To = append(g.To, to)
	g.Label = append(g.Label, k)
}

// label describes the step that a run has just made.
func (g *liveGraph) label(r *run) liveLabel {
	t := r.step
	l := liveLabel{fair.Label{Movers: [2]int32{int32(t.inst.id), -1}, Options: [2]int32{-1, -1}, Renews: -1}, liveStep{-1, [2]int32{-1, -1}}}
	if t.kind == byFault {
		l.Fault = true
		return l
	}
	if t.opt == nil {
		return l
	}
	st := t.inst.standing(r.s)
	switch t.opt.kind {
	case session.TimeoutOption, session.ElseOption, session.AbandonEnd:
		return l
	case session.SendMsg, session.ReceiveMsg:
		l.ends[0] = int32(t.end.id)
		if t.got {
			l.got = int32(t.queue.id)
		}
	case session.StartChild:
		l.Renews = int32(t.child.id)
	}
	member := t.member
	if t.opt.kind == session.PickMember {
		member = t.picked
	} else if !t.opt.ref.any {
		member = 0
	}
	l.Options[0], l.Visits[0] = g.choice(t.inst, st, t.opt, member), promises(t.inst, st)
	l.Promised[0] = l.Visits[0] && t.with == nil
	if t.with == nil {
		return l
	}
	// A rendezvous: the promise binds the receiver's choose, and only where the sender does nothing but send.
	theirs := t.peer.standing(r.s)
	l.Movers[1] = int32(t.peer.id)
	l.ends[1] = int32(t.end.session.ends[t.opt.peer].id)
	if member = t.slot; !t.with.ref.any {
		member = 0
	}
	l.Options[1], l.Visits[1] = g.choice(t.peer, theirs, t.with, member), promises(t.peer, theirs)
	l.Promised[1] = l.Visits[1] && len(st.options) == 1
	return l
}

// promises reports whether an instance makes the promise of a fair choice where it stands. An environment promises nothing, nor does a choice by
// priority.
func promises(i *instance, st *state) bool {
	if i.machine.Component == nil {
		return false
	}
	if st.kind == session.Deciding {
		return st.decl.Fair
	}
	return st.kind == session.Waiting && !st.priority
}

// choice numbers an option; -1 if nothing else could be chosen, or nobody asks which is.
func (g *liveGraph) choice(i *instance, st *state, o *option, member int) int32 {
	if len(st.options) == 1 && !o.ref.any && o.kind != session.PickMember || st.kind == session.Deciding && !st.decl.Fair {
		return -1
	}
	k := choiceKey{i.id, st.decl.Site, o.index, member}
	n, ok := g.number[k]
	if !ok {
		n = int32(len(g.choices))
		g.number[k] = n
		g.choices = append(g.choices, choice{k, st, o})
	}
	return n
}

// passed notes the options that are ready in a state and that a choose by priority passes over.
func (g *liveGraph) passed(r *run, at uint32) {
	for _, i := range r.m.instances {
		if !i.liveIn(r.s) {
			continue
		}
		st := i.standing(r.s)
		if !st.priority {
			continue
		}
		first := r.first(i, st)
		for k := range st.options {
			o := &st.options[k]
			if o.kind == session.ElseOption || o.kind == session.TimeoutOption || !r.holds(i, o) {
				continue
			}
			lo, hi := r.members(i, o)
			for n := lo; n < hi; n++ {
				if first.admits(k, n) || !r.ready(i, o, n) {
					continue
				}
				member := n
				if !o.ref.any {
					member = 0
				}
				g.edge(at, liveLabel{fair.Label{Movers: [2]int32{int32(i.id), -1}, Options: [2]int32{g.choice(i, st, o, member), -1}, Renews: -1, Passed: true},
					liveStep{-1, [2]int32{-1, -1}}})
			}
		}
	}
}
