package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// Judge follows one run of a system.
type Judge struct {
	Open bool // components that are none of the system's may take part: they are held to the protocols of their ends

	sys      *session.System
	recorded bool
	exact    bool // the moment of an event is exactly that of its effect, and nothing is left out
	step     int  // of the event that is judged
	sessions map[string]*sess
	wired    []string       // per session of the system, what the recording calls it
	wiredTo  map[string]int // the other way
	all      []*instance    // in the order of their start
	names    map[string]*instance
	made     map[*session.Protocol]int // live sessions made by new
	faults   int
	touched  []*sess // in this step
	taken    map[option]bool
	failed   *Deviation
}

// Deviation is where a run leaves the model.
type Deviation struct {
	System string
	Step   int // of the event
	Event  traces.Event
	Why    []string       // one reason for each way that the component might have gone
	State  *traces.State  // before the event
	At     []dsl.Position // where the component stands that did what it could not
}

func (d *Deviation) Error() string {
	return fmt.Sprintf("%s leaves the model at step %d, %s: %s", d.System, d.Step, d.Did(), strings.Join(d.Why, "; "))
}

// Did says what the component did: "send of app Write on app.sys".
func (d *Deviation) Did() string { return spell(&d.Event) }

// Run judges a whole trace. The error is a *Deviation if the run leaves the model; another one if it cannot be judged.
func Run(sys *session.System, t *traces.Trace) error {
	j, err := New(sys, t)
	if err != nil {
		return err
	}
	return j.All(t.Events)
}

// All judges events up to the first that leaves the model.
func (j *Judge) All(events []traces.Event) error {
	for k := range events {
		if err := j.Step(&events[k]); err != nil {
			return err
		}
	}
	return nil
}

// New begins to judge a run of sys; of head no events are read. The error says that the system fails before its first step.
func New(sys *session.System, head *traces.Trace) (*Judge, error) {
	j := &Judge{sys: sys, recorded: head.Recorded, exact: !head.Recorded, sessions: map[string]*sess{}, wired: make([]string, len(sys.Sessions)),
		wiredTo: map[string]int{}, names: map[string]*instance{}, made: map[*session.Protocol]int{}, taken: map[option]bool{}}
	for k := range sys.Instances {
		j.Open = j.Open || sys.Instances[k].Environment
	}
	if j.recorded {
		return j, nil // each instance comes with its start
	}
	for _, s := range sys.Sessions {
		j.newSession(s.Name, sys.Protocols[s.Protocol])
	}
	for k := range sys.Instances {
		given := &sys.Instances[k]
		i, s := j.instance(given.Name, sys.Machines[given.Machine], given)
		for _, h := range given.Ends {
			x := &sys.Sessions[h.Session]
			e := j.sessions[j.key(x.Name, sys.Protocols[x.Protocol])].ends[h.Role]
			s.l.slots[h.Slot], e.holder = held{end: e}, i
		}
		if s.settle(0); s.why != "" {
			return nil, fmt.Errorf("%s fails before its first step: %s: %s", nameOf(sys), i.name, s.why)
		}
		i.locals = []*local{s.l}
	}
	return j, nil
}

// instance enters a component; the step is its state before the first local step.
func (j *Judge) instance(name string, m *session.Machine, given *session.Instance) (*instance, *step) {
	i := &instance{name: name, machine: m, given: given, last: j.step}
	j.names[name] = i
	j.all = append(j.all, i)
	l := &local{regs: make([]int64, m.Registers), slots: make([]held, m.Slots)}
	for v := range m.Vars {
		x := &m.Vars[v]
		for r := x.Base; r < x.Base+x.Len; r++ {
			l.regs[r] = int64(x.Init)
			if given != nil && v < len(given.Values) {
				l.regs[r] = int64(given.Values[v])
			}
		}
	}
	return i, &step{j: j, i: i, l: l}
}

// Step judges the next event. After an error the judge is of no more use, except for State.
func (j *Judge) Step(e *traces.Event) (err error) {
	if j.failed != nil {
		return j.failed
	}
	j.step++
	defer func() {
		switch v := recover().(type) {
		case nil:
		case tooMany:
			err = fmt.Errorf("step %d: the trace tells too little: %s may be in more than %d states", j.step, v.name, mostStates)
		default:
			panic(v)
		}
	}()
	i := j.names[e.Instance]
	var why []string
	switch {
	case e.Kind == traces.Start && e.Peer == "" && j.recorded:
		why = j.begin(e)
	case i == nil:
		why = []string{e.Instance + " has not been started"}
	case i.machine == nil:
		why = j.outside(i, e)
	case j.recorded && i.status == crashed && e.Kind == traces.Abandon: // what a crash means, in full
		if x := j.endNamed(e); x != nil && x.live() {
			why = []string{x.String() + " was not held"}
		}
	case i.status != running:
		why = []string{e.Instance + " has " + [...]string{"", "ended", "crashed"}[i.status]}
	case i.owed != nil && e.Kind != traces.Receive && e.Kind != traces.Crash:
		why = []string{"it takes no step before it has received " + i.owedBy.s.proto.Labels[i.owed.label].Name}
	default:
		why = j.component(i, e)
	}
	if why != nil {
		j.failed = &Deviation{System: nameOf(j.sys), Step: j.step, Event: *e, Why: why, State: j.State(), At: standing(i)}
		return j.failed
	}
	if i != nil {
		i.last = j.step
	}
	j.sweep()
	return nil
}

// standing is where a component may be.
func standing(i *instance) (at []dsl.Position) {
	if i == nil || i.machine == nil {
		return nil
	}
	for _, l := range i.locals {
		if x := i.machine.States[l.state].At; x.Source != nil && !slices.Contains(at, x) {
			at = append(at, x)
		}
	}
	return at
}

// component judges an event of a component of the system.
func (j *Judge) component(i *instance, e *traces.Event) []string {
	switch e.Kind {
	case traces.Send, traces.Exchange:
		return j.send(i, e)
	case traces.Receive:
		return j.receive(i, e)
	case traces.Crash:
		return j.crash(i)
	case traces.End:
		return j.end(i)
	case traces.Abandon:
		return j.leave(i, e)
	case traces.Start:
		return j.start(i, e)
	}
	return j.other(i, e)
}

// ways are the local states in which i may be when it takes its next visible step: those that it is in, and those that steps lead to which
// a recording does not show.
func (j *Judge) ways(i *instance) []*local {
	if j.exact || !slices.ContainsFunc(i.locals, func(l *local) bool { return hidden(&i.machine.States[l.state]) }) {
		return i.locals
	}
	all := slices.Clone(i.locals)
	for k := 0; k < len(all); k++ {
		st := &i.machine.States[all[k].state]
		if !hidden(st) {
			continue
		}
		var found []try
		j.forked(i, []try{{l: all[k]}}, func(t try) {
			s := &step{j: j, i: i, l: t.l}
			for n := range st.Edges {
				e := &st.Edges[n]
				adds := e.Action.Kind == session.AddMember && s.holds(e) && s.freeMember(e.Action.Group) >= 0 && s.turn(st, n, 0, i.last)
				if adds || passedOver(st) && s.passes(st, e, traces.Else) {
					found = append(found, try{l: t.l, edge: e})
				}
			}
		})
		next, _ := j.take(i, found, func(s *step, t try) {
			if t.edge.Action.Kind == session.AddMember {
				s.add(t.edge)
			}
		})
		all = distinct(append(all, next...))
		if len(all) > mostStates {
			panic(tooMany{i.name})
		}
	}
	return all
}

// hidden reports whether a state has a way on that a recording does not show.
func hidden(st *session.State) bool {
	return st.Kind == session.Waiting && slices.ContainsFunc(st.Edges, func(e session.Edge) bool { return e.Action.Kind == session.AddMember })
}

// passedOver reports whether a recording does not show which way a choose goes: an add or else is no step of code.
func passedOver(st *session.State) bool {
	return !slices.ContainsFunc(st.Edges, func(e session.Edge) bool {
		return e.Action.Kind != session.AddMember && e.Action.Kind != session.ElseOption
	})
}

// take applies an action to each way and runs the local steps after it. It returns the states that are reached, and why others are not.
func (j *Judge) take(i *instance, ways []try, apply func(s *step, t try)) (next []*local, why []string) {
	j.forked(i, ways, func(t try) {
		s := &step{j: j, i: i, l: t.l.copy(), heard: t.heard}
		apply(s, t)
		if s.why == "" {
			s.settle(t.edge.Next)
		}
		if s.why != "" {
			why = append(why, s.why)
			return
		}
		next = append(next, s.l)
		if st := &i.machine.States[t.l.state]; st.Kind != session.LocalStep {
			j.taken[optionOf(i.machine, st, t.edge)] = true
		}
	})
	return distinct(next), why
}

// options finds the ways in which i can take an option of a kind.
func (j *Judge) options(i *instance, kind session.StateKind, fits func(s *step, st *session.State, t try) (try, bool)) (found []try) {
	var from []try
	for _, l := range j.ways(i) {
		if i.machine.States[l.state].Kind == kind {
			from = append(from, try{l: l})
		}
	}
	j.forked(i, from, func(t try) {
		s := &step{j: j, i: i, l: t.l}
		st := &i.machine.States[t.l.state]
		var here []try
		for k := range st.Edges {
			t.edge, t.index = &st.Edges[k], k
			if x, ok := fits(s, st, t); ok && s.holds(t.edge) {
				here = append(here, x)
			}
		}
		found = append(found, here...)
	})
	return found
}

// finish makes next the states of i, or says why there are none.
func (j *Judge) finish(i *instance, next []*local, why []string) []string {
	if len(next) == 0 {
		if len(why) == 0 {
			why = []string{"it cannot"}
		}
		return why
	}
	i.locals = next
	return nil
}

// over reports whether i has ended, in one of the states that it may be in.
func (i *instance) over() bool {
	return slices.ContainsFunc(i.locals, func(l *local) bool { return i.machine.States[l.state].Kind == session.Ended })
}

// begin is the start of an instance that is there from the start.
func (j *Judge) begin(e *traces.Event) []string {
	k := slices.IndexFunc(j.sys.Instances, func(x session.Instance) bool { return x.Name == e.Instance })
	if k < 0 || j.sys.Instances[k].Environment {
		if !j.Open {
			return []string{"the system has no instance of that name, and exports no end"}
		}
		i := &instance{name: e.Instance, last: j.step}
		j.names[e.Instance] = i
		j.all = append(j.all, i)
		return j.hold(i, e)
	}
	if j.names[e.Instance] != nil {
		return []string{"it has been started before"}
	}
	given := &j.sys.Instances[k]
	i, s := j.instance(e.Instance, j.sys.Machines[given.Machine], given)
	if why := j.bind(s, e, given); why != nil {
		return why
	}
	if s.settle(0); s.why != "" {
		return []string{s.why}
	}
	i.locals = []*local{s.l}
	return nil
}

// hold notes the ends of a component of the world outside.
func (j *Judge) hold(i *instance, e *traces.Event) []string {
	for _, a := range e.Args {
		_, name, _ := strings.Cut(a, "=")
		if x := j.named(name, j.protocolOf(name)); x != nil {
			x.holder = i
		}
	}
	return nil
}

// protocolOf finds the protocol of an end's name, "Port#3.clock", where its own name is enough for that.
func (j *Judge) protocolOf(name string) *session.Protocol {
	short, _, _ := strings.Cut(name, "#")
	var found *session.Protocol
	for _, p := range j.sys.Protocols {
		if p.Name == short || qname(p) == short {
			if found != nil {
				return nil
			}
			found = p
		}
	}
	return found
}

// bind gives an instance the ends that its start names, and holds them against how the system is wired.
func (j *Judge) bind(s *step, e *traces.Event, given *session.Instance) []string {
	for _, a := range e.Args {
		place, name, _ := strings.Cut(a, "=")
		slot, t := slotNamed(s.i.machine, place)
		if slot < 0 {
			return []string{"it has no place " + place}
		}
		x := j.named(name, t.Protocol)
		if x == nil || x.role != t.Role {
			return []string{fmt.Sprintf("%s holds no %s.%s but %s", place, t.Protocol.Name, t.Protocol.Roles[t.Role], name)}
		}
		s.l.slots[slot], x.holder = held{end: x}, s.i
	}
	for _, h := range given.Ends {
		x := s.l.slots[h.Slot].end
		what := j.sys.Sessions[h.Session].Name
		switch {
		case x == nil:
			return []string{"its end of " + what + " is missing"}
		case j.wired[h.Session] == "":
			if k, taken := j.wiredTo[x.s.name]; taken {
				return []string{fmt.Sprintf("its end of %s is of %s", what, j.sys.Sessions[k].Name)}
			}
			j.wired[h.Session], j.wiredTo[x.s.name] = x.s.name, h.Session
		case j.wired[h.Session] != x.s.name:
			return []string{fmt.Sprintf("its end of %s is of another session, %s", what, x.s.name)}
		}
	}
	return nil
}

// slotNamed finds "port", "clients[3]" or "w.waker" in a machine; -1 if there is no such slot for an end.
func slotNamed(m *session.Machine, place string) (int, *session.EndType) {
	base, member := place, 0
	if open := strings.IndexByte(place, '['); open >= 0 {
		end := strings.IndexByte(place, ']')
		n, err := strconv.Atoi(place[open+1 : max(end, open+1)])
		if err != nil {
			return -1, nil
		}
		base, member = place[:open]+place[end+1:], n
	}
	for _, g := range m.Groups {
		for f, field := range g.Fields {
			name := g.Name
			if field.Name != "" {
				name += "." + field.Name
			}
			if name == base && field.End != nil && member >= 0 && member < g.Len {
				return g.Base + member*len(g.Fields) + f, field.End
			}
		}
	}
	return -1, nil
}
