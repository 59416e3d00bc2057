package checker

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/checker/fair"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// lassos puts duties that some run neglects into words: per property (and `eventually`) the one whose cycle is nearest to the first state.
func (s *search) lassos(duties []*duty, g *liveGraph) []*Violation {
	var nearest []*duty
	more := map[*duty]int{}
	var vacuous []*Violation
	for _, d := range duties {
		if d.Property == session.EventuallyProperty && !d.Raised {
			vacuous = append(vacuous, &Violation{Property: d.Property, Code: dsl.Vacuous, At: d.At, Message: "vacuous: no run ever owes " + d.Text})
		}
		if d.Weakest <= fair.Declared {
			continue
		}
		k := 0
		for k < len(nearest) && (nearest[k].Property != d.Property || d.Property == session.EventuallyProperty) {
			k++
		}
		if k == len(nearest) {
			nearest = append(nearest, d)
			continue
		}
		old := nearest[k]
		if d.start < old.start {
			nearest[k] = d
			more[d] = more[old]
			old = d
		}
		more[nearest[k]]++
	}
	var targets []int
	for _, d := range nearest {
		targets = append(targets, int(d.start))
	}
	parents := s.hops(targets)
	var all []*Violation
	for _, d := range nearest {
		h := s.history(parents, &finding{state: int(d.start), option: -1})
		stem := len(h.steps)
		at := d.start
		r := s.m.newRun(nil)
		for _, e := range d.cycle {
			if !r.replay(s.st.view().at(int(at)), int(e-g.Off[at]), func(r *run) { h.steps = append(h.steps, s.m.happening(r, len(h.steps)+1)) }) {
				panic("checker: a step of a cycle is not there any more")
			}
			at = g.To[e]
		}
		v := &Violation{Property: d.Property, Code: d.code}
		s.explainLasso(v, d, h, stem)
		if n := more[d]; n > 0 {
			v.Message += fmt.Sprintf("; %s", also(n))
		}
		v.Trace = s.trace(v, h)
		if !d.ends {
			v.Trace.Cycle = stem + 1
		}
		all = append(all, v)
	}
	return append(all, vacuous...)
}

func also(n int) string {
	if n == 1 {
		return "one more obligation fails"
	}
	return fmt.Sprintf("%d more obligations fail", n)
}

// explainLasso words a neglected duty: what never happens, where it is waited for, and what happens instead, for ever.
func (s *search) explainLasso(v *Violation, d *duty, h history, stem int) {
	w := h.final
	v.At = d.At
	waits := func(i *instance, text string) {
		v.At = i.standing(w).decl.At
		v.Related = append(v.Related, dsl.Related{At: v.At, Message: text})
	}
	switch {
	case d.code == dsl.EventuallyFails:
		v.Message = "does not always come to pass: " + d.Text
	case d.code == dsl.Starvation:
		v.Message = fmt.Sprintf("starvation: %s of %s can be ready again and again, and never be taken", d.option(), d.inst.name)
		v.Related = append(v.Related, dsl.Related{At: v.At, Message: "never taken, from " + stepText(stem+1) + " on"})
	case d.inst != nil:
		v.Message = fmt.Sprintf("no progress: %s can wait for ever%s", d.inst.name, s.reason(d.inst, w))
		waits(d.inst, fmt.Sprintf("%s waits here for ever, from %s on", d.inst.name, stepText(stem+1)))
	case d.queue != nil:
		q := d.queue
		v.Message = fmt.Sprintf("no progress: %s, which %s has sent to %s on %s, may never be received", q.spell(q.head(w)), s.roleName(q.session.ends[q.from]),
			s.roleName(q.session.ends[q.to]), q.session.name)
		if e := s.sendOf(history{steps: h.steps[:stem]}, q, q.len(w)-1); e != nil {
			v.At = e.at
			v.Related = append(v.Related, dsl.Related{At: e.at, Message: fmt.Sprintf("sent here (step %d)", e.Step)})
		}
		if j, _ := s.m.holder(q.session.ends[q.to], w); j != nil && j.liveIn(w) {
			v.Related = append(v.Related, dsl.Related{At: j.standing(w).decl.At, Message: j.name + " stands here when the cycle begins"})
		}
	default:
		i, _ := s.m.holder(d.end, w)
		v.Message = fmt.Sprintf("no progress: what %s waits for on %s may never come", i.name, d.end)
		for _, x := range s.r.waits(i, w) {
			if x.end != nil && x.end.session == d.end.session {
				v.Message = fmt.Sprintf("no progress: %s can wait for %s for ever", i.name, x.text)
			}
		}
		waits(i, fmt.Sprintf("%s waits here, from %s on", i.name, stepText(stem+1)))
	}
	if d.Weakest == fair.Violated {
		v.Message += ": once there, it cannot happen any more"
	} else {
		v.Message += ", unless every step that is possible again and again is taken"
	}
	v.Related = append(v.Related, s.round(d, h, stem)...)
}

func stepText(n int) string { return fmt.Sprintf("step %d", n) }

// option names what a duty of starvation is about.
func (d *duty) option() string { return strings.TrimSuffix(d.Text, " of "+d.inst.name+" is taken") }

// round says what the scheduler does round the cycle: who moves how often and where, who could and does not.
func (s *search) round(d *duty, h history, stem int) []dsl.Related {
	if d.ends {
		return nil
	}
	var all []dsl.Related
	cycle := h.steps[stem:]
	moves := map[*instance]int{}
	first := map[*instance]*happening{}
	for k := range cycle {
		e := &cycle[k]
		for _, i := range []*instance{e.inst, e.step.peer} {
			if i == nil {
				continue
			}
			if moves[i]++; moves[i] == 1 {
				first[i] = e
			}
		}
	}
	for _, i := range s.m.instances {
		e := first[i]
		if e == nil || len(all) == 4 {
			continue
		}
		times := "once"
		if n := moves[i]; n > 1 {
			times = fmt.Sprintf("%d times", n)
		}
		at := e.at
		if e.inst != i && e.step.with != nil {
			at = positionOf(e.step.with.edge.At, e.at)
		}
		all = append(all, dsl.Related{At: at, Message: fmt.Sprintf("round the cycle (steps %d to %d) %s moves %s, first here", stem+1, len(h.steps), i.name, times)})
	}
	return all
}
