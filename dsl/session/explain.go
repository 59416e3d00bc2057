package session

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// cannotKnowSend reports a send that some of the runs that look alike do not allow.
func (b *builder) cannotKnowSend(v *view, state int, send *viewAction, other int) *dsl.Diagnostic {
	d := &dsl.Diagnostic{Code: dsl.SendUnknowable, At: send.edge.at,
		Message: fmt.Sprintf("%s cannot know whether to send %s here", b.of.Roles[v.role], b.message(send.edge))}
	b.bothWays(d, v, state, send.from[0], "then "+b.next(v, send.from[0]), other, "but here "+b.next(v, other))
	if over := !v.alive[other].has(v.role); !over {
		d.Notes = append(d.Notes, fmt.Sprintf("let somebody tell %s which way it went before it has to send", b.of.Roles[v.role]))
	}
	return d
}

// cannotKnowMixed reports a role that may send, while on another way that looks alike it has to receive.
func (b *builder) cannotKnowMixed(v *view, state int, send *viewAction, from int, receive *viewAction, other int) *dsl.Diagnostic {
	d := &dsl.Diagnostic{Code: dsl.SendUnknowable, At: send.edge.at,
		Message: fmt.Sprintf("%s cannot know whether to send %s here or to wait for %s", b.of.Roles[v.role], b.message(send.edge), b.message(receive.edge))}
	b.bothWays(d, v, state, from, "then "+b.next(v, from), other, "but here "+b.next(v, other))
	d.Notes = append(d.Notes, "mixed choice: the two messages could cross, and each side would hold the other to its own")
	return d
}

// cannotKnowReceive reports two receives that do not tell the ways apart.
func (b *builder) cannotKnowReceive(v *view, state int, first, second *viewAction, other int) *dsl.Diagnostic {
	role := b.of.Roles[v.role]
	d := &dsl.Diagnostic{Code: dsl.ReceiveUnknowable, At: first.edge.at,
		Message: fmt.Sprintf("%s cannot tell by %s which way it went", role, b.message(first.edge))}
	b.bothWays(d, v, state, first.from[0], "then "+b.next(v, first.from[0]),
		other, fmt.Sprintf("then %s, and %s can be there before it", b.next(v, other), b.message(first.edge)))
	d.Notes = append(d.Notes, fmt.Sprintf("%s and %s come through different queues: %s may find either first", b.message(first.edge), b.message(second.edge), role))
	return d
}

// cannotKnowEnd reports a role that cannot tell whether its part is over.
func (b *builder) cannotKnowEnd(v *view, state, over int) *dsl.Diagnostic {
	a := &v.states[state].actions[0]
	d := &dsl.Diagnostic{Code: dsl.EndUnknowable, At: a.edge.at,
		Message: fmt.Sprintf("%s cannot know whether %s still comes or its part is over", b.of.Roles[v.role], b.message(a.edge))}
	b.bothWays(d, v, state, a.from[0], "then "+b.next(v, a.from[0]), over, "but here "+b.next(v, over))
	d.Notes = append(d.Notes, fmt.Sprintf("send %s a last message on every way that ends its part", b.of.Roles[v.role]))
	return d
}

// bothWays adds where two runs part that look alike to the role, and what it sees of them.
func (b *builder) bothWays(d *dsl.Diagnostic, v *view, state, g1 int, says1 string, g2 int, says2 string) {
	r1, r2 := v.run(state, g1), v.run(state, g2)
	n := 0
	for n < len(r1) && n < len(r2) && sameStep(r1[n], r2[n]) {
		n++
	}
	add := func(run []globalEdge, says string) {
		switch {
		case n < len(run):
			d.Related = append(d.Related, dsl.Related{At: run[n].at, Message: "one way goes here, " + says})
		case n > 0:
			d.Related = append(d.Related, dsl.Related{At: run[n-1].at, Message: "one way goes no further than this, " + says})
		}
	}
	add(r1, says1)
	add(r2, says2)
	if len(d.Related) == 2 {
		d.Related[1].Message = "the other" + strings.TrimPrefix(d.Related[1].Message, "one")
	}
	d.Notes = append(d.Notes, "one run: "+b.text(r1), "another: "+b.text(r2))
	var seen []globalEdge
	for _, e := range r1 {
		if e.involves(v.role) {
			seen = append(seen, e)
		}
	}
	d.Notes = append(d.Notes, fmt.Sprintf("of both %s has seen: %s", b.of.Roles[v.role], b.text(seen)))
}

// ambiguous reports continuations after one message that do not go together.
func (b *builder) ambiguous(c clash, same []clash) *dsl.Diagnostic {
	d := &dsl.Diagnostic{Code: dsl.ChoiceAmbiguous, At: c.first.at}
	if c.over {
		d.Message = fmt.Sprintf("after the same messages the session may be over or go on with %s from %s", b.message(c.first), b.of.Roles[c.first.from])
	} else {
		d.Message = fmt.Sprintf("after the same messages %s sends %s or %s sends %s: mixed choice",
			b.of.Roles[c.first.from], b.message(c.first), b.of.Roles[c.second.from], b.message(c.second))
		d.Related = []dsl.Related{{At: c.second.at, Message: "the other continuation"}}
	}
	if len(same) > 0 {
		d.Related = append(d.Related, dsl.Related{At: same[0].first.at, Message: "this message is sent on one way"},
			dsl.Related{At: same[0].second.at, Message: "and the same message on the other: nobody but the sender can tell them apart"})
	}
	return d
}

// ambiguousBlock reports two steps of a role block that do the same and go on differently.
func (b *builder) ambiguousBlock(c clash) *dsl.Diagnostic {
	return &dsl.Diagnostic{Code: dsl.RoleBlockAmbiguous, At: c.second.at,
		Message: fmt.Sprintf("%s can take the step with %s in two ways", b.of.Roles[b.role], b.message(c.second)),
		Related: []dsl.Related{{At: c.first.at, Message: "the other way"}}}
}

// run returns a shortest global run to a global state of a view's state.
func (v *view) run(state, global int) []globalEdge {
	var back []globalEdge
	for o := v.states[state].came[global]; o.state >= 0; o = v.states[o.state].came[o.global] {
		back = append(back, o.edge)
	}
	run := make([]globalEdge, len(back))
	for i, e := range back {
		run[len(back)-1-i] = e
	}
	return run
}

func sameStep(a, b globalEdge) bool {
	return a.from == b.from && a.to == b.to && a.label == b.label && a.next == b.next
}

// next says what a role does first from a global state on.
func (b *builder) next(v *view, state int) string {
	order, seen := []int{state}, map[int]bool{state: true}
	for i := 0; i < len(order); i++ {
		for _, e := range v.g.states[order[i]].edges {
			switch {
			case e.from == v.role:
				return fmt.Sprintf("%s sends %s to %s", b.of.Roles[v.role], b.message(e), b.of.Roles[e.to])
			case e.to == v.role:
				return fmt.Sprintf("%s receives %s from %s", b.of.Roles[v.role], b.message(e), b.of.Roles[e.from])
			case !seen[e.next]:
				seen[e.next] = true
				order = append(order, e.next)
			}
		}
	}
	return b.of.Roles[v.role] + " has no more part"
}

// message names an edge's message.
func (b *builder) message(e globalEdge) string { return b.of.Labels[e.label].Name }

// text writes out a run; of a long one the end.
func (b *builder) text(run []globalEdge) string {
	const most = 8
	if len(run) == 0 {
		return "nothing"
	}
	var parts []string
	if len(run) > most {
		parts = append(parts, "…")
		run = run[len(run)-most:]
	}
	for _, e := range run {
		parts = append(parts, fmt.Sprintf("%s -> %s: %s", b.of.Roles[e.from], b.of.Roles[e.to], b.message(e)))
	}
	return strings.Join(parts, ", ")
}
