package session

import (
	"encoding/binary"
	"slices"

	"github.com/protoc-os/protoc-os/dsl"
)

// Conform asks of every end that a machine can come to hold whether the machine follows the protocol on it. One place for an end is followed at a
// time, from empty to filled, and its end wherever it moves; all else is silent: other ends may do anything, received values are tried
// in full, and the variables that guards and indexes depend on are kept. That is a finite product of control, variables and the
// local states of one end: sound, because everything that can happen in a system happens here too; it may refuse what no system would run into.
//
// The relation is synchronous subtyping (Gay and Hole): fewer labels may be sent than the role may choose, and where the machine waits on an end
// it offers, per sender, all that may come or nothing.
func Conform(m *Machine) []*dsl.Diagnostic {
	// Forgetting the variables that only guards read makes the product small, and what holds then holds. Where it does not, they are kept.
	coarse, fine := &exploration{m: m, keep: relevantVars(m, false)}, &exploration{m: m, keep: relevantVars(m, true)}
	var found []*dsl.Diagnostic
	seen := map[string]bool{}
	for slot := range max(m.Slots, 1) {
		if c := coarse.follow(slot); !c.tooLarge && len(c.refused) == 0 {
			continue
		}
		c := fine.follow(slot)
		if c.tooLarge {
			found = append(found, c.undecided(slot))
			break
		}
		for i, d := range c.refused {
			if !seen[c.keys[i]] {
				seen[c.keys[i]] = true
				found = append(found, d)
			}
		}
	}
	return sortDiagnostics(found)
}

// exploration follows the places of a machine, keeping some variables.
type exploration struct {
	m        *Machine
	keep     []bool
	arrivals map[arrival][]int
}

// follow explores one place. Where sets have tuples as members, all places are followed once before, without knowing how the other fields of a
// member stand, to find out how they arrive.
func (x *exploration) follow(slot int) *conformance {
	if x.arrivals == nil && tuples(x.m) {
		arrivals := map[arrival][]int{}
		for s := range x.m.Slots {
			c := newConformance(x.m, x.keep, nil)
			if c.run(s); c.tooLarge {
				return c
			}
			for k, list := range c.arrived {
				for _, status := range list {
					if !slices.Contains(arrivals[k], status) {
						arrivals[k] = append(arrivals[k], status)
					}
				}
			}
		}
		x.arrivals = arrivals
	}
	c := newConformance(x.m, x.keep, x.arrivals)
	c.run(slot)
	return c
}

// mostConfigurations bounds the product for one place.
const mostConfigurations = 200_000

// status of a followed place: a local state of its end, or why there is none.
const (
	neverFilled = -1 - iota
	movedAway
	abandoned
	reported // a handle that has reported
)

// configuration is one state of the product.
type configuration struct {
	state  int
	slot   int // the place that is followed
	status int
	others []int   // where the place is a field of a tuple: the status of each field of that member; nil: not known
	regs   []int32 // of the kept variables; those that are not live are 0
	facts  []fact  // what is still known of what the configuration does not follow
	from   int     // the configuration before, -1 at the start
	edge   *Edge   // taken there
}

// conformance is the exploration of one machine.
type conformance struct {
	m        *Machine
	keep     []bool // per variable
	base     []int  // per variable, its first register in a configuration; -1 if it is not kept
	width    int
	live     [][]bool
	slots    []place
	used     [][]bool // per state and group: something still uses its ends
	fresh    []bool   // per group: a name that a statement has made
	configs  []configuration
	known    map[string]bool // keys of the configurations
	key      []byte          // room for one
	tooLarge bool
	arrivals map[arrival][]int // with which statuses ends become fields of tuples; nil: not known yet
	arrived  map[arrival][]int // as seen in this exploration
	seen     map[string]bool   // what has been refused, and where
	refused  []*dsl.Diagnostic
	keys     []string       // of refused: the same for places of one group
	factsOf  [][]int        // per state, which facts matter there
	factKey  map[string]int // numbers of what facts are about
	factExpr []*Expr
}

// arrival is a field of a tuple that an add fills.
type arrival struct {
	add   *Edge
	field int
}

// place is what a slot is.
type place struct {
	group, field, member int
	end                  *EndType // nil for a handle
}

func newConformance(m *Machine, keep []bool, arrivals map[arrival][]int) *conformance {
	c := &conformance{
		m: m, keep: keep, live: m.Live(), known: map[string]bool{}, base: make([]int, len(m.Vars)), seen: map[string]bool{}, factKey: map[string]int{},
		arrivals: arrivals, arrived: map[arrival][]int{},
	}
	for v := range m.Vars {
		c.base[v] = -1
		if keep[v] {
			c.base[v] = c.width
			c.width += m.Vars[v].Len
		}
	}
	c.slots = make([]place, m.Slots)
	c.fresh = make([]bool, len(m.Groups))
	for g := range m.Groups {
		group := &m.Groups[g]
		c.fresh[g] = !m.declares(group.Name)
		for i := range group.Len {
			for f := range group.Fields {
				c.slots[group.Base+i*len(group.Fields)+f] = place{group: g, field: f, member: i, end: group.Fields[f].End}
			}
		}
	}
	c.used = m.usedGroups()
	c.findFacts()
	return c
}

// run explores the product for what is, or will be, in one place.
func (c *conformance) run(slot int) {
	c.initial(slot)
	for i := 0; i < len(c.configs) && !c.tooLarge; i++ {
		if !c.dropped(&c.configs[i]) {
			c.expand(i)
		}
	}
}

// initial adds the place with every initial value of the kept parameters.
func (c *conformance) initial(slot int) {
	regs := make([]int32, c.width)
	var params []int
	for v := range c.m.Vars {
		if c.keep[v] {
			for i := range c.m.Vars[v].Len {
				regs[c.base[v]+i] = c.m.Vars[v].Init
			}
		}
	}
	given := map[int]bool{}
	for _, p := range c.m.Params {
		if p.Var >= 0 && c.keep[p.Var] {
			params = append(params, p.Var)
		}
		if p.Group >= 0 {
			given[p.Group] = true
		}
	}
	var each func(k int)
	each = func(k int) {
		if c.tooLarge {
			return
		}
		if k < len(params) {
			v := &c.m.Vars[params[k]]
			for x := v.Lo; x <= v.Hi && !c.tooLarge; x++ {
				for i := range v.Len {
					regs[c.base[params[k]]+i] = x
				}
				each(k + 1)
			}
			return
		}
		if len(c.slots) == 0 { // nothing to follow, but decisions are looked at
			c.add(configuration{slot: -1, status: neverFilled, regs: regs, from: -1})
			return
		}
		p := c.slots[slot]
		if !given[p.group] {
			c.add(configuration{slot: slot, status: neverFilled, others: c.emptyTuple(p), regs: regs, from: -1})
			return
		}
		for _, s := range statesOf(p.end) {
			c.add(configuration{slot: slot, status: s, regs: regs, from: -1})
		}
	}
	each(0)
}

// statesOf lists where an end may stand.
func statesOf(e *EndType) []int {
	if e.States != nil {
		return e.States
	}
	all := make([]int, len(e.Protocol.Locals[e.Role].States))
	for i := range all {
		all[i] = i
	}
	return all
}

// add enters a configuration if it is new. Registers that are not live are cleared.
func (c *conformance) add(x configuration) {
	regs := slices.Clone(x.regs)
	for v := range c.m.Vars {
		if c.keep[v] && !c.live[x.state][v] {
			clear(regs[c.base[v] : c.base[v]+c.m.Vars[v].Len])
		}
	}
	x.regs = regs
	if x.others != nil {
		x.others = slices.Clone(x.others)
		x.others[c.slots[x.slot].field] = x.status
	}
	key := c.key[:0]
	for _, n := range []int{x.state, x.slot, x.status} {
		key = binary.LittleEndian.AppendUint32(key, uint32(n))
	}
	for _, n := range x.others {
		key = binary.LittleEndian.AppendUint16(key, uint16(n))
	}
	for _, r := range regs {
		key = binary.LittleEndian.AppendUint32(key, uint32(r))
	}
	x.facts = c.mattering(x.state, x.facts)
	for _, f := range x.facts {
		key = binary.LittleEndian.AppendUint32(key, uint32(f.about))
		key = binary.LittleEndian.AppendUint32(key, uint32(f.value))
	}
	c.key = key
	if c.known[string(key)] {
		return
	}
	if len(c.configs) >= mostConfigurations {
		c.tooLarge = true
		return
	}
	c.known[string(key)] = true
	c.configs = append(c.configs, x)
	if x.from >= 0 && c.dropped(&x) {
		c.refuseDropped(len(c.configs) - 1)
	}
}

// dropped reports whether the place was made by a statement, holds an end whose session goes on, and nothing will use it.
func (c *conformance) dropped(x *configuration) bool {
	if x.slot < 0 {
		return false
	}
	p := c.slots[x.slot]
	return p.end != nil && c.fresh[p.group] && c.holds(x) && !c.used[x.state][p.group] && c.m.States[x.state].Kind != Ended
}

// holds reports whether the followed place holds an end whose session is not over for it.
func (c *conformance) holds(x *configuration) bool {
	if x.slot < 0 || x.status < 0 {
		return false
	}
	p := c.slots[x.slot]
	return p.end == nil || !isOver(p.end, x.status)
}

func isOver(e *EndType, state int) bool {
	s := &e.Protocol.Locals[e.Role].States[state]
	return s.End || len(s.Edges) == 0
}
