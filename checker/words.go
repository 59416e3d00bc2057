package checker

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// words describes states and steps. It is not for the inner loop.

// nameOf returns a protocol's name with its package.
func nameOf(p *session.Protocol) string {
	if p.Package == nil {
		return p.Name
	}
	return p.QName()
}

func (e *end) String() string { return e.session.name + "." + e.session.protocol.decl.Roles[e.role] }

// fieldsOf spells the fields of a message.
func (q *queue) fieldsOf(msg uint64) []string {
	l := q.alpha.labelOf(msg)
	x := &q.alpha.labels[l]
	label := q.session.protocol.decl.Labels[l]
	var all []string
	for f := range label.Fields {
		y := x.payload(f)
		if y == nil {
			all = append(all, "_")
			continue
		}
		v := x.value(y, msg)
		switch {
		case label.Fields[f].Type.Kind != session.End:
			all = append(all, valueOf(label.Fields[f].Type, y.lo+int64(v)))
		case v == 0:
			all = append(all, "_")
		default:
			all = append(all, y.ends[v-1].String())
		}
	}
	return all
}

func (q *queue) labelOf(msg uint64) string {
	return q.session.protocol.decl.Labels[q.alpha.labelOf(msg)].Name
}

// spell returns a message as "Read(_, 3)".
func (q *queue) spell(msg uint64) string {
	return q.labelOf(msg) + "(" + strings.Join(q.fieldsOf(msg), ", ") + ")"
}

func valueOf(t *session.Type, v int64) string {
	switch {
	case t.Kind == session.Bool:
		return strconv.FormatBool(v != 0)
	case t.Kind == session.Enum && v >= 0 && v < int64(len(t.Cases)):
		return t.Cases[v]
	}
	return strconv.FormatInt(v, 10)
}

// holderName returns who holds an end: an instance, or else the role.
func (m *model) holderName(e *end, w []uint64) string {
	if i, _ := m.holder(e, w); i != nil {
		return i.name
	}
	return e.session.protocol.decl.Roles[e.role]
}

// happening is an event with what text alone does not tell.
type happening struct {
	traces.Event
	step  step
	at    dsl.Position // of the statement
	inst  *instance
	queue *queue
}

// happening describes the step that a run has just made from r.s to r.next.
func (m *model) happening(r *run, n int) happening {
	t := r.step
	h := happening{step: *t, inst: t.inst, queue: t.queue}
	h.Event = traces.Event{Step: n, Instance: t.inst.name, Option: r.count}
	standing := t.inst.standing(r.s)
	h.at = standing.decl.At
	if t.opt == nil {
		h.Kind, h.At = traces.Crash, h.at.String()
		return h
	}
	if t.opt.edge.At.Source != nil {
		h.at = t.opt.edge.At
	}
	h.At = h.at.String()
	channel := func(e *end, peer int) {
		f := e.session.ends[peer]
		h.Channel, h.Protocol = e.session.name, nameOf(e.session.protocol.decl)
		h.Role, h.PeerRole = e.session.protocol.decl.Roles[e.role], e.session.protocol.decl.Roles[peer]
		if j, _ := m.holder(f, r.s); j != nil {
			h.Peer = j.name
		}
	}
	switch t.opt.kind {
	case session.SendMsg, session.ReceiveMsg:
		channel(t.end, t.opt.peer)
		h.Kind = traces.Send
		if t.opt.kind == session.ReceiveMsg {
			h.Kind = traces.Receive
		}
		if t.with != nil {
			h.Kind, h.PeerAt = traces.Exchange, t.with.edge.At.String()
			if t.with.edge.At.Source == nil {
				h.PeerAt = t.peer.standing(r.s).decl.At.String()
			}
		}
		h.Label, h.Args, h.Queue = t.queue.labelOf(t.msg), t.queue.fieldsOf(t.msg), t.queue.len(r.next)
	case session.GonePeer:
		channel(t.end, t.opt.peer)
		h.Kind, h.Peer = traces.Gone, ""
	case session.TimeoutOption:
		h.Kind = traces.Timeout
	case session.ElseOption:
		h.Kind = traces.Else
	case session.NewSession:
		h.Kind, h.Channel, h.Protocol = traces.New, t.made.name, nameOf(t.made.protocol.decl)
	case session.StartChild:
		h.Kind, h.Peer = traces.Start, t.child.name
	case session.ChildEnded:
		h.Kind, h.Peer = traces.Ended, t.child.name
	case session.ChildCrashed:
		h.Kind, h.Peer = traces.Crashed, t.child.name
	case session.AddMember:
		h.Kind, h.Args = traces.Add, []string{fmt.Sprintf("%s[%d]", t.opt.group.Name, t.picked)}
	case session.PickMember:
		h.Kind, h.Case = traces.Decide, fmt.Sprintf("%s[%d]", t.opt.group.Name, t.picked)
	case session.AbandonEnd:
		channel(t.end, (t.end.role+1)%len(t.end.session.ends))
		h.Kind = traces.Abandon
		if len(t.end.session.ends) > 2 {
			h.Peer, h.PeerRole = "", ""
		}
	case session.TakeCase:
		h.Kind, h.Case = traces.Decide, t.opt.edge.Action.Name
	}
	return h
}

// wait is what one option of a standing component waits for.
type wait struct {
	text string
	end  *end // the other side
	who  *instance
}

// waits lists what an instance waits for, in the order of its options.
func (r *run) waits(i *instance, w []uint64) []wait {
	old, oldW := r.s, r.w
	r.s, r.w = w, w
	defer func() { r.s, r.w = old, oldW }()
	var all []wait
	heard := map[*end]int{} // per peer, where its receives are gathered
	st := i.standing(w)
	for k := range st.options {
		o := &st.options[k]
		if !r.holds(i, o) {
			continue
		}
		lo, hi := 0, 1
		switch o.kind {
		case session.SendMsg, session.ReceiveMsg, session.GonePeer, session.ChildEnded, session.ChildCrashed:
			lo, hi = r.members(i, o)
		case session.NewSession:
			all = append(all, wait{text: "a free session of " + o.protocol.decl.Name})
			continue
		case session.StartChild:
			all = append(all, wait{text: "a free " + o.edge.Action.Child.Name})
			continue
		case session.AddMember:
			all = append(all, wait{text: "room in " + o.group.Name})
			continue
		case session.TimeoutOption:
			all = append(all, wait{text: "a timeout"})
			continue
		default:
			continue
		}
		for n := lo; n < hi; n++ {
			if o.kind == session.ChildEnded || o.kind == session.ChildCrashed {
				s := &i.slots[o.ref.base+n*o.ref.stride]
				if v := s.f.get(w); v != 0 {
					verb := "end"
					if o.kind == session.ChildCrashed {
						verb = "crash"
					}
					all = append(all, wait{text: s.handles[v-1].name + " to " + verb, who: s.handles[v-1]})
				}
				continue
			}
			e := r.endAt(i, &o.ref, n)
			if e == nil {
				continue
			}
			f := e.session.ends[o.peer]
			who, _ := r.m.holder(f, w)
			name := r.m.holderName(f, w)
			label := e.session.protocol.decl.Labels[o.label].Name
			switch o.kind {
			case session.GonePeer:
				all = append(all, wait{text: name + " to be gone", end: f, who: who})
			case session.SendMsg:
				if q := e.out[o.peer]; q.capacity == 0 {
					all = append(all, wait{text: fmt.Sprintf("%s to take %s", name, label), end: f, who: who})
				} else {
					all = append(all, wait{text: "room to " + name, end: f, who: who})
				}
			case session.ReceiveMsg:
				if at, ok := heard[f]; ok {
					before, from, _ := strings.Cut(all[at].text, " from ")
					all[at].text = before + "|" + label + " from " + from
					continue
				}
				heard[f] = len(all)
				all = append(all, wait{text: label + " from " + name, end: f, who: who})
			}
		}
	}
	return all
}

// describe puts a state into words.
func (r *run) describe(w []uint64) *traces.State {
	m, s := r.m, &traces.State{}
	blocks := map[*instance][]*instance{}
	for _, i := range m.instances {
		c := traces.ComponentState{Instance: i.name}
		switch code := i.control.get(w); {
		case code == 0 && i.given == nil:
			continue
		case i.liveIn(w):
			st := i.standing(w)
			c.At = st.decl.At.String()
			switch {
			case st.kind != session.Waiting:
				c.Status = "deciding"
			case r.idle(i, w):
				c.Status = "idle"
			default:
				c.Status = "waiting"
			}
			seen := map[string]bool{}
			for _, x := range r.waits(i, w) {
				if !seen[x.text] {
					c.Waits = append(c.Waits, x.text)
				}
				seen[x.text] = true
				if x.who != nil && !seen["\x00"+x.who.name] {
					seen["\x00"+x.who.name] = true
					c.For = append(c.For, x.who.name)
				}
				if x.who != nil && c.Status == "waiting" {
					blocks[i] = append(blocks[i], x.who)
				}
			}
		case code == i.ended:
			c.Status = "ended"
		default:
			c.Status = "crashed"
		}
		s.Components = append(s.Components, c)
	}
	for _, q := range m.queues {
		msgs := q.messages(w)
		if len(msgs) == 0 {
			continue
		}
		x := traces.QueueState{Channel: q.session.name, From: m.holderName(q.session.ends[q.from], w), To: m.holderName(q.session.ends[q.to], w), Capacity: q.capacity}
		for _, msg := range msgs {
			x.Messages = append(x.Messages, q.spell(msg))
		}
		s.Queues = append(s.Queues, x)
	}
	for _, i := range m.instances {
		if c := circle(i, blocks); c != nil {
			for _, j := range append(c, c[0]) {
				s.Cycle = append(s.Cycle, j.name)
			}
			break
		}
	}
	return s
}

// circle returns the shortest way from i back to itself along who waits for whom, nil if there is none.
func circle(i *instance, blocks map[*instance][]*instance) []*instance {
	from := map[*instance]*instance{}
	for todo := []*instance{i}; len(todo) > 0; todo = todo[1:] {
		for _, j := range blocks[todo[0]] {
			if j == i {
				var back []*instance
				for k := todo[0]; k != i; k = from[k] {
					back = append([]*instance{k}, back...)
				}
				return append([]*instance{i}, back...)
			}
			if from[j] == nil {
				from[j] = todo[0]
				todo = append(todo, j)
			}
		}
	}
	return nil
}
