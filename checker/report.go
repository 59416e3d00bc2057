package checker

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// violations puts what was found into words, each with the shortest run to it.
func (s *search) violations() []*Violation {
	var targets []int
	for _, f := range s.found {
		if f.state >= 0 {
			targets = append(targets, f.state)
		}
	}
	parents := s.hops(targets)
	var all []*Violation
	for _, f := range s.found {
		v := &Violation{Property: f.key.property, Code: f.key.code}
		if f.state < 0 {
			v.Message = s.failureWords(f) + " before the first step"
			v.At = f.edge.At
			v.Trace = s.trace(v, history{})
			all = append(all, v)
			continue
		}
		h := s.history(parents, f)
		s.explain(v, f, h)
		v.Trace = s.trace(v, h)
		all = append(all, v)
	}
	return all
}

// trace writes a history down.
func (s *search) trace(v *Violation, h history) *traces.Trace {
	t := &traces.Trace{Version: traces.Version, System: systemName(s.m.sys), Property: string(v.Property), Code: string(v.Code), Message: v.Message}
	for _, p := range s.m.sys.Params {
		t.Params = append(t.Params, fmt.Sprintf("%s=%d", p.Name, p.Check))
	}
	seen := map[string]bool{}
	for _, e := range h.steps {
		t.Events = append(t.Events, e.Event)
		seen[e.Instance], seen[e.Peer] = true, true
	}
	if h.final != nil {
		t.Final = s.r.describe(h.final)
		for _, c := range t.Final.Components {
			seen[c.Instance] = true
		}
	}
	for _, i := range s.m.instances {
		if i.given != nil || seen[i.name] {
			t.Instances = append(t.Instances, i.name)
		}
	}
	return t
}

func systemName(sys *session.System) string {
	if sys.Decl == nil {
		return "system"
	}
	return sys.Decl.QName()
}

func (s *search) failureWords(f *finding) string {
	if f.key.code == dsl.OutOfRange {
		return "value out of range in " + f.inst.name
	}
	return "assertion fails in " + f.inst.name
}

// explain fills in the message and the positions of a violation.
func (s *search) explain(v *Violation, f *finding, h history) {
	w := h.final
	switch f.key.code {
	case dsl.Deadlock, dsl.PartialDeadlock, dsl.OnlyTimeout:
		s.explainStuck(v, f, h)
	case dsl.Reception:
		st := f.inst.standing(w)
		v.At = positionOf(st.decl.At, f.edge.At)
		from := f.end.session.ends[f.opt.peer]
		label := f.end.session.protocol.decl.Labels[f.label].Name
		if q := f.end.in[f.opt.peer]; q != nil && q.capacity > 0 {
			v.Message = fmt.Sprintf("unspecified reception: %s waits for %s, but the next message from %s is %s, which it can never accept there",
				f.inst.name, s.waitsFor(f.inst, from, w), s.m.holderName(from, w), q.spell(q.head(w)))
			s.relateSend(v, h, q, q.len(w)-1, "%s was sent here (step %d)")
		} else {
			v.Message = fmt.Sprintf("unspecified reception: %s waits for %s, but %s offers %s, which it cannot take",
				f.inst.name, s.waitsFor(f.inst, from, w), s.m.holderName(from, w), label)
			if j, _ := s.m.holder(from, w); j != nil && j.liveIn(w) {
				v.Related = append(v.Related, dsl.Related{At: j.standing(w).decl.At, Message: fmt.Sprintf("%s offers %s here", j.name, label)})
			}
		}
		s.relateLast(v, h, f.inst)
	case dsl.Orphan:
		q := f.queue
		v.Message = fmt.Sprintf("orphan message: nobody ever receives %s, which %s has sent to %s on %s", q.spell(q.head(w)),
			s.roleName(q.session.ends[q.from]), s.roleName(q.session.ends[q.to]), q.session.name)
		if e := s.sendOf(h, q, q.len(w)-1); e != nil {
			v.At = e.at
		}
		if j, _ := s.m.holder(q.session.ends[q.to], w); j != nil && j.liveIn(w) {
			v.Related = append(v.Related, dsl.Related{At: j.standing(w).decl.At, Message: j.name + " stands here"})
		}
	case dsl.LeakedEnd:
		v.Message = fmt.Sprintf("leaked end: no component can reach %s of %s any more", f.end, nameOf(f.end.session.protocol.decl))
		if n := len(h.steps); n > 0 {
			v.At = h.steps[n-1].at
			v.Related = append(v.Related, dsl.Related{At: v.At, Message: fmt.Sprintf("it is lost in step %d, by %s", n, h.steps[n-1].Instance)})
		}
	case dsl.AssertionFails, dsl.OutOfRange:
		if f.inst == nil {
			v.Message = "a property reads outside an array"
			break
		}
		v.Message, v.At = s.failureWords(f), f.edge.At
		s.relateLast(v, h, f.inst)
	case dsl.AlwaysFails:
		inv := s.m.sys.Always[f.key.index]
		v.Message, v.At = "does not always hold: "+inv.Text, inv.At
		if n := len(h.steps); n > 0 {
			e := h.steps[n-1]
			v.Related = append(v.Related, dsl.Related{At: e.at, Message: fmt.Sprintf("it fails after step %d, by %s", n, e.Instance)})
		}
	}
}

func positionOf(all ...dsl.Position) dsl.Position {
	for _, p := range all {
		if p.Source != nil {
			return p
		}
	}
	return dsl.Position{}
}

// explainStuck words deadlocks. The blamed component is one that waits in a circle, if there is a circle.
func (s *search) explainStuck(v *Violation, f *finding, h history) {
	w := h.final
	final := s.r.describe(w)
	blamed := f.stuck[0]
	for _, name := range final.Cycle {
		for _, i := range f.stuck {
			if i.name == name && blamed != i && !contains(final.Cycle, blamed.name) {
				blamed = i
			}
		}
	}
	var names []string
	for _, i := range f.stuck {
		names = append(names, i.name)
	}
	switch f.key.code {
	case dsl.Deadlock:
		live := 0
		for _, i := range s.m.instances {
			if i.given != nil || i.control.get(w) != 0 {
				live++
			}
		}
		v.Message = fmt.Sprintf("deadlock: no component can move, and %d of %d have not ended", len(f.stuck), live)
	case dsl.PartialDeadlock:
		v.Message = fmt.Sprintf("partial deadlock: %s never moves again, whatever the others do", list(names))
		if len(names) > 1 {
			v.Message = fmt.Sprintf("partial deadlock: %s never move again, whatever the others do", list(names))
		}
	case dsl.OnlyTimeout:
		v.Message = fmt.Sprintf("only a timeout that is not marked `rescues` lets %s go on from here", list(names))
	}
	st := blamed.standing(w)
	v.At = st.decl.At
	v.Related = append(v.Related, dsl.Related{At: v.At, Message: fmt.Sprintf("%s waits here%s", blamed.name, s.reason(blamed, w))})
	s.relateLast(v, h, blamed)
	for _, i := range f.stuck {
		if i != blamed && len(v.Related) < 6 {
			v.Related = append(v.Related, dsl.Related{At: i.standing(w).decl.At, Message: fmt.Sprintf("%s waits here%s", i.name, s.reason(i, w))})
		}
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// list joins names as a sentence does.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// reason says what a standing component waits for.
func (s *search) reason(i *instance, w []uint64) string {
	var words []string
	seen := map[string]bool{}
	for _, x := range s.r.waits(i, w) {
		text := x.text
		if strings.HasPrefix(text, "room to ") && x.end != nil {
			for _, q := range x.end.in {
				if q != nil && q.capacity > 0 && q.len(w) == q.capacity {
					text = fmt.Sprintf("the queue to %s is full (%d of %d)", strings.TrimPrefix(text, "room to "), q.capacity, q.capacity)
				}
			}
		} else {
			text = "for " + text
		}
		if !seen[text] {
			words = append(words, text)
		}
		seen[text] = true
	}
	if len(words) == 0 {
		return ""
	}
	return ": " + strings.Join(words, ", or ")
}

// waitsFor spells the labels that an instance waits for from one end.
func (s *search) waitsFor(i *instance, from *end, w []uint64) string {
	for _, x := range s.r.waits(i, w) {
		if x.end == from && strings.Contains(x.text, " from ") {
			return x.text
		}
	}
	return "another message"
}

// roleName names an end by its protocol role.
func (s *search) roleName(e *end) string { return e.session.protocol.decl.Roles[e.role] }

// sendOf returns the event that sent the message before the last `behind` ones of a queue.
func (s *search) sendOf(h history, q *queue, behind int) *happening {
	for n := len(h.steps) - 1; n >= 0; n-- {
		if e := &h.steps[n]; e.Kind == traces.Send && e.queue == q {
			if behind == 0 {
				return e
			}
			behind--
		}
	}
	return nil
}

func (s *search) relateSend(v *Violation, h history, q *queue, behind int, format string) {
	if e := s.sendOf(h, q, behind); e != nil {
		v.Related = append(v.Related, dsl.Related{At: e.at, Message: fmt.Sprintf(format, e.Label, e.Step)})
	}
}

// relateLast points at the last message that an instance received.
func (s *search) relateLast(v *Violation, h history, i *instance) {
	for n := len(h.steps) - 1; n >= 0; n-- {
		e := &h.steps[n]
		switch {
		case e.Kind == traces.Receive && e.inst == i:
			v.Related = append(v.Related, dsl.Related{At: e.at, Message: fmt.Sprintf("the last message that %s received (step %d)", i.name, e.Step)})
		case e.Kind == traces.Exchange && e.step.peer == i:
			v.Related = append(v.Related, dsl.Related{At: e.step.with.edge.At, Message: fmt.Sprintf("the last message that %s received (step %d)", i.name, e.Step)})
		default:
			continue
		}
		return
	}
}

// bounds lists the highest occupancy of each queue.
func (s *search) bounds() []Occupancy {
	if s.sym != nil {
		s.sym.level(s.highest)
	}
	s.m.level(s.highest)
	var all []Occupancy
	for _, q := range s.m.queues {
		p := q.session.protocol.decl
		all = append(all, Occupancy{Channel: q.session.name, From: p.Roles[q.from], To: p.Roles[q.to], Protocol: p, Capacity: q.capacity, Highest: s.highest[q.id]})
	}
	return all
}

// level gives the queues of all places of a pool the highest occupancy of any: which place a session has is nobody's concern.
func (m *model) level(highest []int) {
	type kind struct {
		protocol *protocol
		from, to int
	}
	most := map[kind]int{}
	for _, q := range m.queues {
		if q.session.pooled {
			k := kind{q.session.protocol, q.from, q.to}
			most[k] = max(most[k], highest[q.id])
		}
	}
	for _, q := range m.queues {
		if q.session.pooled {
			highest[q.id] = most[kind{q.session.protocol, q.from, q.to}]
		}
	}
}

// assumptions says what the verdict rests on.
func (s *search) assumptions() []string {
	sys, all := s.m.sys, []string(nil)
	for _, p := range sys.Params {
		all = append(all, fmt.Sprintf("%s is %d", p.Name, p.Check))
	}
	seen := map[string]bool{}
	for _, q := range s.m.queues {
		p := q.session.protocol.decl
		text := fmt.Sprintf("the queue of %s from %s to %s has capacity %d", nameOf(p), p.Roles[q.from], p.Roles[q.to], q.capacity)
		if !seen[text] {
			all = append(all, text)
		}
		seen[text] = true
	}
	for p, n := range sys.NewLimit {
		if n > 0 {
			all = append(all, fmt.Sprintf("at most %d sessions of %s made by new live at once", n, nameOf(sys.Protocols[p])))
		}
	}
	for m, n := range sys.StartLimit {
		if n > 0 {
			all = append(all, fmt.Sprintf("at most %d started instances of %s live at once", n, sys.Machines[m].Name))
		}
	}
	if len(sys.Crash) == 0 {
		all = append(all, "no component crashes or is cancelled")
	} else {
		var names []string
		for _, c := range sys.Crash {
			names = append(names, sys.Instances[c].Name)
		}
		all = append(all, fmt.Sprintf("only %s can crash, %d in all", list(names), sys.CrashMost))
	}
	for _, mc := range sys.Machines {
		for k := range mc.States {
			if st := &mc.States[k]; st.Kind == session.Deciding && st.Fair && st.Bound == 0 {
				text := fmt.Sprintf("nobody enforces the `decide fair` of %s at %s", mc.Name, st.At)
				if !seen[text] {
					all = append(all, text)
				}
				seen[text] = true
			}
		}
	}
	if s.sym != nil {
		all = append(all, fmt.Sprintf("states that differ by a permutation of %s were explored once (symmetry)", s.sym))
	}
	if s.ample != nil {
		all = append(all, "steps that commute were not tried in every order (partial-order reduction)")
	}
	if s.cut == "" {
		all = append(all, "the search was complete")
	}
	return all
}
