package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// endOf finds the end that an event is about, held by i. peer is the other role.
func (j *Judge) endOf(i *instance, e *traces.Event) (x *end, peer int, why []string) {
	s := j.sessionOf(e)
	if s == nil {
		return nil, 0, []string{"there is no session " + e.Channel}
	}
	role := s.proto.RoleNamed(e.Role)
	peer = s.proto.RoleNamed(e.PeerRole)
	switch {
	case role < 0:
		return nil, 0, []string{fmt.Sprintf("%s has no role %q", qname(s.proto), e.Role)}
	case s.ends[role].holder != i:
		return nil, 0, []string{fmt.Sprintf("%s does not hold %s", i.name, s.ends[role])}
	}
	return s.ends[role], peer, nil
}

// fields puts what an event says of a message in the order of the label's fields. A value that it does not say is unknown.
func (j *Judge) fields(l *session.Label, args []string) (message, []string) {
	m := message{label: l.Index, values: make([]int64, len(l.Fields)), ends: make([]*end, len(l.Fields))}
	if len(args) != len(l.Fields) && (len(args) > 0 || j.exact) {
		return m, []string{fmt.Sprintf("%s has %d fields, not %d", l.Name, len(l.Fields), len(args))}
	}
	at := func(f int) string {
		if f < len(args) {
			return args[f]
		}
		return "_"
	}
	if j.recorded { // values first
		order := make([]string, len(l.Fields))
		n := 0
		for _, ends := range []bool{false, true} {
			for f := range l.Fields {
				if (l.Fields[f].Type.Kind == session.End) == ends {
					order[f] = at(n)
					n++
				}
			}
		}
		args = order
	}
	for f := range l.Fields {
		t, text := l.Fields[f].Type, at(f)
		m.values[f] = unknown
		switch {
		case text == "_":
		case t.Kind == session.End:
			x := j.named(text, t.End.Protocol)
			if x == nil || x.role != t.End.Role {
				return m, []string{fmt.Sprintf("field %s carries %s, which is no end of %s.%s", l.Fields[f].Name, text, qname(t.End.Protocol), t.End.Protocol.Roles[t.End.Role])}
			}
			m.ends[f] = x
		case t.Finite():
			v, ok := numberOf(t, text)
			if lo, hi := t.Bounds(); !ok || v < lo || v > hi {
				return m, []string{fmt.Sprintf("field %s carries %s, which is no %s", l.Fields[f].Name, text, t.Name)}
			}
			m.values[f] = v
		}
	}
	return m, nil
}

func numberOf(t *session.Type, text string) (int64, bool) {
	switch {
	case text == "false" && t.Kind == session.Bool:
		return 0, true
	case text == "true" && t.Kind == session.Bool:
		return 1, true
	}
	if k := slices.Index(t.Cases, text); k >= 0 {
		return int64(k), true
	}
	v, err := strconv.ParseInt(text, 10, 64)
	return v, err == nil
}

// sends finds the ways in which i can send a label from an end.
func (j *Judge) sends(i *instance, x *end, peer, label, roomSince int) []try {
	return j.options(i, session.Waiting, func(s *step, st *session.State, t try) (try, bool) {
		return s.matches(t, session.SendMsg, x, peer, label, func(n int) bool {
			turn := s.turn(st, t.index, n, j.before(i, roomSince)) // asked in any case: it forks where it must
			return turn || x.s.queue(x.role, peer).capacity == 0
		})
	})
}

// matches completes a way with the slot that holds an end, if its edge sends or receives that label there.
func (s *step) matches(t try, kind session.ActionKind, x *end, peer, label int, turn func(member int) bool) (try, bool) {
	a := &t.edge.Action
	if a.Kind != kind || a.Peer != peer || kind != session.GonePeer && a.Label != label {
		return t, false
	}
	for slot := range t.l.slots {
		if t.l.slots[slot].end != x {
			continue
		}
		if n := s.memberOf(&a.Slot, slot); n >= 0 && s.endAt(&a.Slot, n) != nil && turn(n) {
			t.slot, t.member = slot, n
			return t, true
		}
	}
	return t, false
}

// compose is the sender's half: what its state says that the message carries must be what the event says. Ends leave their slots.
func (s *step) compose(t try, said *message, heard *message) {
	if t.edge.Action.Slot.Any {
		s.assign(t.edge.Action.Slot.Bind, int64(t.member))
	}
	label := s.j.labelOf(s.i, &t.edge.Action)
	for f, a := range t.edge.Action.Args {
		typ := label.Fields[f].Type
		switch {
		case a.Kind == session.Delegated:
			k := s.slot(&a.Slot)
			if k < 0 {
				continue
			}
			x := s.l.slots[k].end
			if said.ends[f] != nil && x != said.ends[f] {
				s.fail(fmt.Sprintf("the model sends %s as %s, not %s", name(x), label.Fields[f].Name, said.ends[f]))
			}
			s.l.slots[k] = held{}
			heard.ends[f] = x
		case a.Kind == session.Value && typ.Finite():
			v := s.value(a.Value)
			lo, hi := typ.Bounds()
			switch {
			case s.why != "":
			case v < lo || v > hi:
				s.fail(fmt.Sprintf("the model sends %d as %s, out of its range", v, label.Fields[f].Name))
			case said.values[f] != unknown && v != said.values[f]:
				s.fail(fmt.Sprintf("the model sends %d as %s, not %d", v, label.Fields[f].Name, said.values[f]))
			default:
				heard.values[f] = v
			}
		}
	}
	if !s.l.slots[t.slot].end.live() {
		s.l.slots[t.slot] = held{}
	}
}

func name(x *end) string {
	if x == nil {
		return "no end"
	}
	return x.String()
}

func (j *Judge) labelOf(i *instance, a *session.Action) *session.Label {
	return i.machine.Groups[a.Slot.Group].Fields[a.Slot.Field].End.Protocol.Labels[a.Label]
}

// accept is the receiver's half.
func (s *step) accept(t try, m *message) {
	if !s.l.slots[t.slot].end.live() {
		s.l.slots[t.slot] = held{}
	}
	if t.edge.Action.Slot.Any {
		s.assign(t.edge.Action.Slot.Bind, int64(t.member))
	}
	label := s.j.labelOf(s.i, &t.edge.Action)
	for f, b := range t.edge.Action.Binds {
		switch {
		case b.Kind == session.Value && label.Fields[f].Type.Finite():
			s.assign(b.To, m.values[f])
		case b.Kind == session.Delegated:
			if k := s.slot(&b.Slot); k >= 0 {
				s.l.slots[k] = held{end: m.ends[f]}
			}
		}
	}
}

// send judges a send, and with it the receive if the channel has no queue.
func (j *Judge) send(i *instance, e *traces.Event) []string {
	x, peer, why := j.endOf(i, e)
	if why != nil {
		return why
	}
	p := x.s.proto
	label := p.LabelNamed(e.Label)
	if peer < 0 || label == nil {
		return []string{fmt.Sprintf("%s has no %s to %s", qname(p), e.Label, e.PeerRole)}
	}
	q, to := x.s.queue(x.role, peer), x.s.ends[peer]
	after, ok := x.after(true, peer, label.Index)
	switch {
	case !ok:
		return []string{j.protocolSays(x)}
	case q.capacity == 0 && to.at == gone:
		return []string{to.String() + " has been abandoned"}
	case q.capacity == 0 != (e.Kind == traces.Exchange) && j.exact:
		return []string{"its channel has capacity " + strconv.Itoa(q.capacity)}
	}
	late := to.at == gone
	switch {
	case late && (j.exact || i.last >= to.since || q.lenAtDrop >= q.capacity):
		return []string{to.String() + " has been abandoned"}
	case q.capacity > 0 && !late && q.full():
		return []string{fmt.Sprintf("its queue is full, %d of %d", len(q.messages), q.capacity)}
	}
	m, why := j.fields(label, e.Args)
	if why != nil {
		return why
	}
	if i.machine == nil {
		for _, t := range m.ends {
			if t != nil {
				t.holder = nil
			}
		}
		if q.capacity == 0 {
			_, why := j.meet(nil, x, to, &m, e, func() { x.at = after })
			return why
		}
		x.at = after
		j.push(q, x, m, late)
		return nil
	}
	if q.capacity == 0 {
		ways := j.sends(i, x, peer, label.Index, 0)
		if len(ways) == 0 {
			return j.could(i)
		}
		sent, why := j.meet(&rendezvous{i, ways}, x, to, &m, e, func() { x.at = after })
		if why != nil {
			return why
		}
		i.locals = sent
		return nil
	}
	ways := j.sends(i, x, peer, label.Index, q.roomSince)
	if len(ways) == 0 {
		return j.could(i)
	}
	before := x.at
	x.at = after
	next, heard, why := j.sent(i, ways, &m)
	if why := j.finish(i, next, why); why != nil {
		x.at = before
		return why
	}
	j.push(q, x, heard, late)
	return nil
}

// sent takes the sender's half, and returns the message as far as it is known then.
func (j *Judge) sent(i *instance, ways []try, said *message) (next []*local, heard message, why []string) {
	heard = message{label: said.label, values: slices.Clone(said.values), ends: slices.Clone(said.ends)}
	first := true
	next, why = j.take(i, ways, func(s *step, t try) {
		m := message{values: slices.Clone(said.values), ends: slices.Clone(said.ends)}
		s.compose(t, said, &m)
		if s.why != "" {
			return
		}
		for f, v := range m.values {
			switch {
			case first:
				heard.values[f], heard.ends[f] = v, m.ends[f]
			case heard.values[f] != v:
				heard.values[f] = unknown // the states that i may be in differ in it
			}
		}
		first = false
	})
	return next, heard, why
}

// push queues a message, or drops it if its receiver has gone meanwhile.
func (j *Judge) push(q *queue, x *end, m message, late bool) {
	for _, t := range m.ends {
		if t != nil {
			t.holder = nil
		}
	}
	j.touched = append(j.touched, x.s)
	if late {
		j.drop(m)
		return
	}
	if len(q.messages) == 0 {
		q.headSince = j.step
	}
	q.messages = append(q.messages, m)
	if !x.live() {
		x.holder = nil
	}
}

// rendezvous is the sender's side of an exchange; nil: it is of the world outside.
type rendezvous struct {
	i    *instance
	ways []try
}

// meet takes a send and its receive in one step.
func (j *Judge) meet(from *rendezvous, x, to *end, said *message, e *traces.Event, advance func()) (next []*local, why []string) {
	r := to.holder
	after, ok := to.after(false, x.role, said.label)
	switch {
	case !ok:
		return nil, []string{j.protocolSays(to)}
	case r == nil:
		return nil, []string{"nobody holds " + to.String()}
	case j.exact && e.Peer != r.name:
		return nil, []string{to.String() + " is held by " + r.name}
	case r.owed != nil:
		return nil, []string{r.name + " has another message to receive first"}
	}
	var takes []try
	if r.machine != nil {
		takes = j.options(r, session.Waiting, func(s *step, st *session.State, t try) (try, bool) {
			return s.matches(t, session.ReceiveMsg, to, x.role, said.label, func(n int) bool { s.turn(st, t.index, n, now); return true })
		})
		if len(takes) == 0 {
			return nil, j.could(r)
		}
	}
	if from != nil {
		from.ways, takes = j.allowed(from, r, takes)
		if len(from.ways) == 0 {
			return nil, []string{"an option that comes before it was ready"}
		}
	}
	was, wasTo := x.at, to.at
	advance()
	to.at = after
	heard := *said
	if from != nil {
		if next, heard, why = j.sent(from.i, from.ways, said); len(next) == 0 {
			x.at, to.at = was, wasTo
			return nil, why
		}
	}
	if r.machine != nil {
		got, why := j.take(r, takes, func(s *step, t try) { s.accept(t, &heard) })
		if why := j.finish(r, got, why); why != nil {
			x.at, to.at = was, wasTo
			return nil, why
		}
	}
	for _, t := range heard.ends {
		if t != nil {
			t.holder = r
		}
	}
	for _, y := range []*end{x, to} {
		if !y.live() {
			y.holder = nil
		}
	}
	j.touched = append(j.touched, x.s)
	if !j.exact {
		heard.label = said.label
		r.owed, r.owedBy = &heard, to
	} else {
		r.last = j.step
	}
	return next, nil
}

// allowed drops the pairs that choices by priority do not admit: a choice may be overruled only by the other side's.
func (j *Judge) allowed(from *rendezvous, r *instance, takes []try) (ways, kept []try) {
	if r.machine == nil {
		for _, t := range from.ways {
			if s := (&step{j: j, i: from.i, l: t.l}); s.turn(&from.i.machine.States[t.l.state], t.index, t.member, j.before(from.i, 0)) {
				ways = append(ways, t)
			}
		}
		return ways, nil
	}
	got := make([]bool, len(takes))
	for _, t := range from.ways {
		st := &from.i.machine.States[t.l.state]
		mine := (&step{j: j, i: from.i, l: t.l}).turn(st, t.index, t.member, j.before(from.i, 0))
		any := false
		for k, u := range takes {
			theirs := &r.machine.States[u.l.state]
			ok := mine
			if theirs.Priority && (!mine || !st.Priority) {
				ok = (&step{j: j, i: r, l: u.l}).turn(theirs, u.index, u.member, j.before(r, 0))
			}
			any, got[k] = any || ok, got[k] || ok
		}
		if any {
			ways = append(ways, t)
		}
	}
	for k := range takes {
		if got[k] {
			kept = append(kept, takes[k])
		}
	}
	return ways, kept
}

// receive judges a receive from a queue, or the second half of a rendezvous.
func (j *Judge) receive(i *instance, e *traces.Event) []string {
	if i.owed != nil {
		x := i.owedBy
		if got := x.s.proto.Labels[i.owed.label].Name; e.Channel != x.s.name || e.Label != got {
			return []string{"it takes no step before it has received " + got + " on " + x.s.name}
		}
		i.owed = nil
		return nil
	}
	x, peer, why := j.endOf(i, e)
	if why != nil {
		return why
	}
	p := x.s.proto
	label := p.LabelNamed(e.Label)
	if peer < 0 || label == nil {
		return []string{fmt.Sprintf("%s has no %s from %s", qname(p), e.Label, e.PeerRole)}
	}
	q := x.s.queue(peer, x.role)
	if q == nil || len(q.messages) == 0 {
		return []string{"nothing is there to be received from " + e.PeerRole}
	}
	if got := q.messages[0].label; got != label.Index {
		return []string{fmt.Sprintf("the next message from %s is %s", e.PeerRole, p.Labels[got].Name)}
	}
	after, ok := x.after(false, peer, label.Index)
	if !ok {
		return []string{j.protocolSays(x)}
	}
	m := q.messages[0]
	said, why := j.fields(label, e.Args)
	if why != nil {
		return why
	}
	for f := range said.values {
		if v := said.values[f]; v != unknown && m.values[f] != unknown && v != m.values[f] || said.ends[f] != nil && said.ends[f] != m.ends[f] {
			return []string{fmt.Sprintf("field %s is not what was sent", label.Fields[f].Name)}
		} else if v != unknown {
			m.values[f] = v
		}
	}
	pop := func() {
		q.messages = q.messages[1:]
		q.headSince, q.roomSince = j.step, j.step
		for _, t := range m.ends {
			if t != nil {
				t.holder = i
			}
		}
		if !x.live() {
			x.holder = nil
		}
		j.touched = append(j.touched, x.s)
	}
	if i.machine == nil {
		x.at = after
		pop()
		return nil
	}
	ways := j.options(i, session.Waiting, func(s *step, st *session.State, t try) (try, bool) {
		return s.matches(t, session.ReceiveMsg, x, peer, label.Index, func(n int) bool { return s.turn(st, t.index, n, j.before(i, q.headSince)) })
	})
	if len(ways) == 0 {
		return j.could(i)
	}
	before := x.at
	x.at = after
	next, why := j.take(i, ways, func(s *step, t try) { s.accept(t, &m) })
	if why := j.finish(i, next, why); why != nil {
		x.at = before
		return why
	}
	pop()
	return nil
}

// protocolSays says what an end may do where it stands.
func (j *Judge) protocolSays(x *end) string {
	switch x.at {
	case over:
		return x.String() + " is at the end of its protocol"
	case gone:
		return x.String() + " has been abandoned"
	}
	p := x.s.proto
	var may []string
	for _, e := range p.Locals[x.role].States[x.at].Edges {
		verb := "receive "
		if e.Send {
			verb = "send "
		}
		may = append(may, verb+p.Labels[e.Label].Name)
	}
	return x.String() + " may " + strings.Join(may, " or ") + " there"
}
