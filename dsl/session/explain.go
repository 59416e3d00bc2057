package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// cannotKnowSend reports a send that some of the runs that look alike do not allow.
func (b *builder) cannotKnowSend(v *view, state int, send *viewAction, other int) *dsl.Diagnostic {
	d := &dsl.Diagnostic{Code: dsl.SendUnknowable, At: send.edge.at,
		Message: fmt.Sprintf("%s cannot know whether to send %s here", b.of.Roles[v.role], b.message(send.edge))}
	b.bothWays(d, v, v.runWith(state, send, send.from[0]), v.runOn(state, other))
	if v.alive[other].has(v.role) {
		d.Notes = append(d.Notes, fmt.Sprintf("let somebody tell %s which way it went before it has to send", b.of.Roles[v.role]))
	}
	return d
}

// cannotKnowMixed reports a role that may send, while on another way that looks alike it has to receive.
func (b *builder) cannotKnowMixed(v *view, state int, send *viewAction, from int, receive *viewAction, other int) *dsl.Diagnostic {
	d := &dsl.Diagnostic{Code: dsl.SendUnknowable, At: send.edge.at,
		Message: fmt.Sprintf("%s cannot know whether to send %s here or to wait for %s", b.of.Roles[v.role], b.message(send.edge), b.message(receive.edge))}
	b.bothWays(d, v, v.runWith(state, send, from), v.runWith(state, receive, other))
	d.Notes = append(d.Notes, "mixed choice: the two messages could cross, and each side would hold the other to its own")
	return d
}

// cannotKnowReceive reports two receives that do not tell the ways apart.
func (b *builder) cannotKnowReceive(v *view, state int, first, second *viewAction, other int) *dsl.Diagnostic {
	role := b.of.Roles[v.role]
	d := &dsl.Diagnostic{Code: dsl.ReceiveUnknowable, At: first.edge.at,
		Message: fmt.Sprintf("%s cannot tell by %s which way it went", role, b.message(first.edge))}
	b.bothWays(d, v, v.runWith(state, first, first.from[0]), v.runWith(state, second, other))
	d.Notes = append(d.Notes, fmt.Sprintf("where %s comes first, %s can already wait in the queue from %s: %s may take either",
		b.message(second.edge), b.message(first.edge), b.of.Roles[first.edge.from], role))
	return d
}

// cannotKnowEnd reports a role that cannot tell whether its part is over.
func (b *builder) cannotKnowEnd(v *view, state, over int) *dsl.Diagnostic {
	a := &v.states[state].actions[0]
	d := &dsl.Diagnostic{Code: dsl.EndUnknowable, At: a.edge.at,
		Message: fmt.Sprintf("%s cannot know whether %s still comes or its part is over", b.of.Roles[v.role], b.message(a.edge))}
	b.bothWays(d, v, v.runWith(state, a, a.from[0]), v.runOn(state, over))
	d.Notes = append(d.Notes, fmt.Sprintf("send %s a last message on every way that ends its part", b.of.Roles[v.role]))
	return d
}

// bothWays adds where two runs part that look alike to the role up to its last step, and what it sees of them.
func (b *builder) bothWays(d *dsl.Diagnostic, v *view, r1, r2 []globalEdge) {
	n := 0
	for n < len(r1) && n < len(r2) && sameStep(r1[n], r2[n]) {
		n++
	}
	for _, run := range [][]globalEdge{r1, r2} {
		if n < len(run) {
			d.Related = append(d.Related, dsl.Related{At: run[n].at, Message: "if it goes this way, " + b.lastOf(v, run)})
		}
	}
	if len(d.Related) == 1 && n > 0 {
		d.Related = append(d.Related, dsl.Related{At: r1[n-1].at, Message: "if it goes no further than this, " + b.lastOf(v, r2)})
	}
	var seen []globalEdge
	for _, e := range r1[:len(r1)-1] {
		if e.involves(v.role) {
			seen = append(seen, e)
		}
	}
	d.Notes = append(d.Notes, "one run: "+b.text(r1), "another: "+b.text(r2),
		fmt.Sprintf("before that %s has seen the same of both: %s", b.of.Roles[v.role], b.text(seen)))
}

// lastOf says what the role does at the end of a run.
func (b *builder) lastOf(v *view, run []globalEdge) string {
	role := b.of.Roles[v.role]
	if len(run) > 0 {
		switch e := run[len(run)-1]; v.role {
		case e.from:
			return fmt.Sprintf("%s sends %s to %s", role, b.message(e), b.of.Roles[e.to])
		case e.to:
			return fmt.Sprintf("%s receives %s from %s", role, b.message(e), b.of.Roles[e.from])
		}
	}
	return role + " has no further part"
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

// runTo returns a shortest global run to a global state of a view's state.
func (v *view) runTo(state, global int) []globalEdge {
	var run []globalEdge
	for o := v.states[state].came[global]; o.state >= 0; o = v.states[o.state].came[o.global] {
		run = append(run, o.edge)
	}
	slices.Reverse(run)
	return run
}

// runWith returns a run that ends with an action, taken in a global state.
func (v *view) runWith(state int, a *viewAction, global int) []globalEdge {
	return append(v.runTo(state, global), v.edge(global, a))
}

// runOn returns a run to a global state and on to the first step that the role sees, if there is one.
func (v *view) runOn(state, global int) []globalEdge {
	type node struct{ global, before int }
	nodes, seen := []node{{global, -1}}, map[int]bool{global: true}
	var edges []globalEdge // into the node of the same number, from 1 on
	for i := 0; i < len(nodes); i++ {
		for _, e := range v.g.states[nodes[i].global].edges {
			if e.involves(v.role) {
				tail := []globalEdge{e}
				for k := i; k > 0; k = nodes[k].before {
					tail = append(tail, edges[k-1])
				}
				slices.Reverse(tail)
				return append(v.runTo(state, global), tail...)
			}
			if !seen[e.next] {
				seen[e.next] = true
				nodes, edges = append(nodes, node{e.next, i}), append(edges, e)
			}
		}
	}
	return v.runTo(state, global)
}

func sameStep(a, b globalEdge) bool {
	return a.from == b.from && a.to == b.to && a.label == b.label && a.next == b.next
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
