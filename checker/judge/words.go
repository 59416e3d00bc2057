package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

func nameOf(sys *session.System) string {
	if sys.Decl == nil {
		return "the system"
	}
	return sys.Decl.QName()
}

// spell names an event in an error.
func spell(e *traces.Event) string {
	text := string(e.Kind) + " of " + e.Instance
	for _, x := range []string{e.Peer, e.Label, e.Case} {
		if x != "" {
			text += " " + x
		}
	}
	if e.Channel != "" {
		text += " on " + e.Channel
	}
	return text
}

// could says what i could have done instead, for each state that it may be in.
func (j *Judge) could(i *instance) []string {
	var all []string
	seen := map[string]bool{}
	for _, l := range i.locals {
		st := &i.machine.States[l.state]
		text := fmt.Sprintf("in the model %s stands at %s", i.name, st.At)
		switch {
		case st.Kind == session.Ended:
			text = "in the model " + i.name + " has ended"
		case st.Kind == session.Deciding:
			text += " and decides"
		default:
			if w := (&step{j: j, i: i, l: l}).waits(); len(w) > 0 {
				text += " and waits for " + strings.Join(w, ", or ")
			}
		}
		if !seen[text] {
			seen[text] = true
			all = append(all, text)
		}
	}
	return all
}

// State puts the state before the next event into words. Of a component that may be in several states, the first is told.
func (j *Judge) State() *traces.State {
	s := new(traces.State)
	for _, i := range j.all {
		c := traces.ComponentState{Instance: i.name, Status: "waiting"}
		switch {
		case i.status == crashed:
			c.Status = "crashed"
		case i.status == ended || i.machine != nil && i.over():
			c.Status = "ended"
		case i.machine == nil || len(i.locals) == 0: // or it has not begun
			c.Status = "idle"
		default:
			st := &i.machine.States[i.locals[0].state]
			c.At = st.At.String()
			if st.Kind != session.Waiting {
				c.Status = "deciding"
			}
			c.Waits = (&step{j: j, i: i, l: i.locals[0]}).waits()
		}
		s.Components = append(s.Components, c)
	}
	for _, n := range slices.Sorted(maps.Keys(j.sessions)) {
		x := j.sessions[n]
		for _, q := range x.queues {
			if len(q.messages) == 0 {
				continue
			}
			k := traces.QueueState{Channel: x.name, From: j.holderName(x.ends[q.from]), To: j.holderName(x.ends[q.to]), Capacity: q.capacity}
			for _, m := range q.messages {
				k.Messages = append(k.Messages, x.proto.Labels[m.label].Name)
			}
			s.Queues = append(s.Queues, k)
		}
	}
	return s
}

// Standing is where a component stands: in one of these states of its machine, as far as the trace tells. Without a machine it is of the world
// outside, without states it is over.
type Standing struct {
	Instance string
	Machine  *session.Machine
	States   []int
}

// Standings tells where each component stands before the next event, in the order of their starts: those of State.
func (j *Judge) Standings() (all []Standing) {
	for _, i := range j.all {
		s := Standing{Instance: i.name, Machine: i.machine}
		if i.status == running && i.machine != nil {
			for _, l := range i.locals {
				if !slices.Contains(s.States, l.state) {
					s.States = append(s.States, l.state)
				}
			}
		}
		all = append(all, s)
	}
	return all
}

func (j *Judge) holderName(e *end) string {
	if e.holder != nil {
		return e.holder.name
	}
	return e.s.proto.Roles[e.role]
}

// waits lists what a component waits for, in the order of its options.
func (s *step) waits() (all []string) {
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(needs); !ok {
				panic(v)
			}
		}
	}()
	st := &s.i.machine.States[s.l.state]
	if st.Kind != session.Waiting {
		return nil
	}
	peers := map[string][]string{} // by what is waited for
	say := func(what, peer string) {
		if peers[what] == nil {
			all = append(all, what)
		}
		if !slices.Contains(peers[what], peer) {
			peers[what] = append(peers[what], peer)
		}
	}
	for k := range st.Edges {
		e := &st.Edges[k]
		if !s.holds(e) {
			continue
		}
		a := &e.Action
		switch a.Kind {
		case session.SendMsg, session.ReceiveMsg, session.GonePeer:
			lo, hi := s.members(&a.Slot)
			for n := lo; n < hi; n++ {
				x := s.endAt(&a.Slot, n)
				if x == nil {
					continue
				}
				peer := s.j.holderName(x.s.ends[a.Peer])
				switch a.Kind {
				case session.SendMsg:
					say("room for "+x.s.proto.Labels[a.Label].Name+" to %s", peer)
				case session.ReceiveMsg:
					say(x.s.proto.Labels[a.Label].Name+" from %s", peer)
				default:
					say("%s to be gone", peer)
				}
			}
		case session.NewSession:
			say("a new "+qname(a.Protocol), "")
		case session.StartChild:
			say("the start of a "+a.Child.Name, "")
		case session.AddMember:
			say("room in "+s.i.machine.Groups[a.Group].Name, "")
		case session.ChildEnded, session.ChildCrashed:
			say("a child to end", "")
		case session.TimeoutOption:
			say("a timeout", "")
		}
	}
	for k, what := range all {
		all[k] = strings.Replace(what, "%s", some(peers[what]), 1)
	}
	return all
}

// some lists names, of many the first.
func some(names []string) string {
	if len(names) > 4 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d others", len(names)-3)
	}
	return strings.Join(names, ", ")
}

// qname is a protocol's name with its package, if it has one.
func qname(p *session.Protocol) string {
	if p.Package == nil {
		return p.Name
	}
	return p.QName()
}
