package session

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// undecided says that the product is too large.
func (c *conformance) undecided(slot int) *dsl.Diagnostic {
	d := &dsl.Diagnostic{Code: dsl.ConformUndecided, At: machineAt(c.m),
		Message: fmt.Sprintf("whether %s follows its protocols was not decided: more than %d configurations", c.m.Name, mostConfigurations)}
	if slot < len(c.slots) {
		g := c.m.Groups[c.slots[slot].group]
		d.Related = []dsl.Related{{At: g.At, Message: "for the ends in " + g.Name}}
	}
	d.Notes = []string{"variables that guards depend on multiply the configurations, and forgetting them was not enough",
		"make their ranges smaller, or compare them in fewer places"}
	return d
}

// refuse reports one kind of mistake once per place in the source, at the first configuration that shows it.
func (c *conformance) refuse(i int, code dsl.Code, at dsl.Position, format string, args ...any) *dsl.Diagnostic {
	d := &dsl.Diagnostic{Code: code, At: at, Message: fmt.Sprintf(format, args...)}
	key := fmt.Sprintf("%s %s %d", code, at, c.groupOf(i))
	if c.seen[key] {
		return &dsl.Diagnostic{} // shown already: what is added goes nowhere
	}
	c.seen[key] = true
	if len(c.m.Vars) > 0 {
		if v := c.variables(i); v != "" {
			d.Notes = append(d.Notes, "with "+v)
		}
	}
	if r := c.runTo(i); r != "" {
		d.Notes = append(d.Notes, "after: "+r)
	}
	c.refused = append(c.refused, d)
	c.keys = append(c.keys, key)
	return d
}

func (c *conformance) groupOf(i int) int {
	if s := c.configs[i].slot; s >= 0 {
		return c.slots[s].group
	}
	return -1
}

// variables writes the kept variables that are live, arrays in brackets.
func (c *conformance) variables(i int) string {
	x := &c.configs[i]
	var parts []string
	for v := range c.m.Vars {
		if !c.keep[v] || !c.live[x.state][v] {
			continue
		}
		info := &c.m.Vars[v]
		var values []string
		for k := range info.Len {
			values = append(values, valueText(info.Type, x.regs[c.base[v]+k]))
		}
		text := values[0]
		if info.Len > 1 {
			text = "[" + strings.Join(values, " ") + "]"
		}
		parts = append(parts, strings.TrimPrefix(info.Name, "·")+" = "+text)
	}
	return strings.Join(parts, ", ")
}

// longestRun bounds how many steps of the way are shown.
const longestRun = 8

// runTo writes the steps that led to a configuration, the last ones if there are many.
func (c *conformance) runTo(i int) string {
	var steps []string
	for ; i >= 0 && c.configs[i].edge != nil; i = c.configs[i].from {
		if k := c.configs[i].edge.Action.Kind; k == Skip || k == Assign || k == Assert {
			continue
		}
		if len(steps) == longestRun {
			steps = append(steps, "…")
			break
		}
		steps = append(steps, c.m.ActionText(&c.configs[i].edge.Action))
	}
	for a, b := 0, len(steps)-1; a < b; a, b = a+1, b-1 {
		steps[a], steps[b] = steps[b], steps[a]
	}
	return strings.Join(steps, "; ")
}

// place writes the followed place: "file", "files[1].cmd".
func (c *conformance) place(i int) string {
	p := c.slots[c.configs[i].slot]
	g := &c.m.Groups[p.group]
	text := g.Name
	if g.Kind != Single {
		text += fmt.Sprintf("[%d]", p.member)
	}
	if len(g.Fields) > 1 {
		text += "." + g.Fields[p.field].Name
	}
	return text
}

// stands says where the followed end stands, and points at that place of the protocol.
func (c *conformance) stands(i int, d *dsl.Diagnostic) string {
	x := &c.configs[i]
	p := c.slots[x.slot]
	local := p.end.Protocol.Locals[p.end.Role]
	d.Related = append(d.Related, dsl.Related{At: local.States[x.status].At, Message: fmt.Sprintf("%s stands here in %s", c.place(i), p.end.Protocol.QName())})
	return localStateText(local, x.status)
}

func (c *conformance) refuseMessage(i int, e *Edge) {
	x := &c.configs[i]
	p := c.slots[x.slot]
	local := p.end.Protocol.Locals[p.end.Role]
	code, verb := dsl.SendForbidden, "sent"
	if e.Action.Kind == ReceiveMsg {
		code, verb = dsl.ReceiveForbidden, "received"
	}
	d := c.refuse(i, code, e.At, "%s cannot be %s here", c.m.label(&e.Action).Name, verb)
	if isOver(p.end, x.status) {
		d.Message += fmt.Sprintf(": the session of %s is over", c.place(i))
		return
	}
	d.Message += fmt.Sprintf(": %s stands at %s", c.place(i), c.stands(i, d))
	d.Notes = append([]string{localActions(local, x.status) + " there"}, d.Notes...)
}

func (c *conformance) refuseOffer(i int, offered *Edge, missing []int) {
	p := c.slots[c.configs[i].slot]
	var names []string
	var related []dsl.Related
	for _, l := range missing {
		label := p.end.Protocol.Labels[l]
		names = append(names, label.Name)
		related = append(related, dsl.Related{At: label.At, Message: label.Name + " may come too"})
	}
	d := c.refuse(i, dsl.OfferIncomplete, offered.At, "")
	d.Message = fmt.Sprintf("%s may come too and is not offered: %s stands at %s", list(names, "or"), c.place(i), c.stands(i, d))
	if len(names) > 1 {
		d.Message = strings.Replace(d.Message, " is not offered", " are not offered", 1)
	}
	d.Related = append(d.Related, related...)
	d.Notes = append([]string{"where a component waits on an end it offers every message that may come from there, or none"}, d.Notes...)
}

func (c *conformance) refuseEnded(i int) {
	d := c.refuse(i, dsl.EndStillHeld, c.m.States[c.configs[i].state].At, "")
	d.Message = fmt.Sprintf("%s ends here and still holds %s, which stands at %s", c.m.Name, c.place(i), c.stands(i, d))
	help := []string{"go on to the end of the session, hand the end to somebody, or `abandon` it"}
	if g := c.m.Groups[c.slots[c.configs[i].slot].group]; g.Kind != Single {
		help = append(help, fmt.Sprintf("`if empty(%s) { end }` ends when no session goes on: a counter of yours tells nothing of each one", g.Name))
	}
	d.Notes = append(help, d.Notes...)
}

// refuseEmpty speaks of a place that holds no end where one is needed.
func (c *conformance) refuseEmpty(i int, e *Edge) {
	why := map[int]string{
		neverFilled: "nothing has been put there",
		movedAway:   "its end has been handed on",
		abandoned:   "its end has been abandoned",
		reported:    "its component has reported already",
	}[c.configs[i].status]
	c.refuse(i, dsl.EndMissing, e.At, "%s holds no end here: %s", c.place(i), why)
}

func (c *conformance) refuseOverwritten(i int, e *Edge) {
	d := c.refuse(i, dsl.EndOverwritten, e.At, "")
	d.Message = fmt.Sprintf("%s is filled anew while its session goes on: it stands at %s", c.place(i), c.stands(i, d))
}

func (c *conformance) refuseState(i int, e *Edge, want *EndType) {
	d := c.refuse(i, dsl.EndElsewhere, e.At, "")
	local := want.Protocol.Locals[want.Role]
	d.Message = fmt.Sprintf("%s is expected at %s here, and %s stands at %s", endText(want), localStatesText(local, want.States), c.place(i), c.stands(i, d))
}

func (c *conformance) refuseUndecided(i int) {
	d := c.refuse(i, dsl.DecideImpossible, c.m.States[c.configs[i].state].At, "no case of this decide may be taken")
	d.Notes = append([]string{"give one case no `when`, or wait until one of the conditions holds"}, d.Notes...)
}

func (c *conformance) refuseDropped(i int) {
	at := c.m.States[c.configs[i].state].At
	if e := c.configs[i].edge; e != nil {
		at = e.At
	}
	d := c.refuse(i, dsl.EndDropped, at, "")
	d.Message = fmt.Sprintf("%s is dropped here: its session goes on, from %s, and nothing uses it any more", c.place(i), c.stands(i, d))
	d.Notes = append([]string{"use it, hand it to somebody, or `abandon` it"}, d.Notes...)
}
