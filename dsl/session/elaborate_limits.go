package session

import (
	"fmt"
	"regexp"
	"sort"

	"github.com/protoc-os/protoc-os/dsl"
)

// limit = "limit" qname expr
func (a *assembly) limit(p *part, d *dsl.Limit) {
	n, ok := a.constant(p, d.Most, p.env)
	if !ok {
		return
	}
	if n < 1 || n > 1<<16 {
		a.errorf(p, d.Most, dsl.SystemNumber, "a limit is 1 to %d, not %d", 1<<16, n)
		return
	}
	l := limit{of: p, most: int(n), at: position(p.decl.File, d)}
	o, problem := p.decl.Package.Lookup(p.decl.File, d.What)
	if problem != nil {
		a.report(problem)
		return
	}
	switch o := o.(type) {
	case *Protocol:
		l.protocol = o
	case *Component:
		l.component = o
	default:
		a.errorf(p, d.What, dsl.LimitWrong, "a limit is one of sessions of a protocol or of instances of a component, and %s is %s", qnameText(d.What), kindOf(o))
		return
	}
	for _, other := range a.limits {
		if other.protocol == l.protocol && other.component == l.component && other.of == p {
			a.errorf(p, d, dsl.SystemTwice, "the limit of %s is given twice", qnameText(d.What)).relatedAt(other.at, "the first one")
			return
		}
	}
	a.limits = append(a.limits, l)
}

// finish adds what can only be said once all instances are there.
func (a *assembly) finish(top *part) {
	a.reachable()
	a.unconnected()
	a.unusedMembers()
	if failed(a.reports) {
		return
	}
	a.bounds(top)
	a.capacities()
	for _, p := range a.ordered {
		a.items(p, p == top)
	}
	if a.sys.Checks == nil {
		a.sys.Checks = []Property{Deadlock, Reception, Orphan, Leak}
	}
	for i := range a.sys.Instances {
		ends := a.sys.Instances[i].Ends
		sort.Slice(ends, func(x, y int) bool { return ends[x].Slot < ends[y].Slot })
	}
}

// reachable adds the machines that can be started and the protocols that are spoken or made.
func (a *assembly) reachable() {
	for i := 0; i < len(a.sys.Machines); i++ {
		m := a.sys.Machines[i]
		for _, g := range m.Groups {
			for _, f := range g.Fields {
				if f.End != nil {
					a.protocolIndex(f.End.Protocol)
				}
			}
		}
		for _, s := range m.States {
			for _, e := range s.Edges {
				if e.Action.Kind == StartChild {
					a.machineIndex(e.Action.Child)
				}
				if e.Action.Kind == NewSession {
					a.protocolIndex(e.Action.Protocol)
				}
			}
		}
	}
}

// unusedMembers warns of instances that nothing is connected to: they hold no end, so nobody sees what they do.
func (a *assembly) unusedMembers() {
	for _, p := range a.ordered {
		for _, name := range p.names {
			m := p.members[name]
			if m.part != nil || len(m.instances) == 0 || m.used || len(a.endNames(m.instances[0])) > 0 || a.makes(m.instances[0]) {
				continue
			}
			a.report(&dsl.Diagnostic{Code: dsl.InstanceUnused, Severity: dsl.Warning, At: m.at, Message: fmt.Sprintf("%s holds no end: nothing connects it to the system", name)})
		}
	}
}

// makes reports whether an instance makes sessions, and so is connected to what it starts.
func (a *assembly) makes(instance int) bool {
	for _, s := range a.sys.Machines[a.sys.Instances[instance].Machine].States {
		for _, e := range s.Edges {
			if e.Action.Kind == NewSession {
				return true
			}
		}
	}
	return false
}

// bounds sets how many sessions and instances may live at once.
func (a *assembly) bounds(top *part) {
	sys := a.sys
	sys.NewLimit, sys.StartLimit = make([]int, len(sys.Protocols)), make([]int, len(sys.Machines))
	given := func(p *Protocol, c *Component) (most int) {
		if l := a.opts.lent; l != nil {
			if p != nil {
				return l.sessions[p]
			}
			return l.instances[c]
		}
		for _, l := range a.limits {
			if l.protocol == p && l.component == c {
				most += l.most
			}
		}
		return most
	}
	for i, p := range sys.Protocols {
		sys.NewLimit[i] = given(p, nil)
	}
	for i, m := range sys.Machines {
		if m.Component != nil {
			sys.StartLimit[i] = given(nil, m.Component)
		}
	}
	byEnvironment, byOthers := make([]bool, len(sys.Protocols)), make([]bool, len(sys.Protocols))
	for _, m := range sys.Machines {
		for _, s := range m.States {
			for _, e := range s.Edges {
				switch e.Action.Kind {
				case NewSession:
					p := a.protocol[e.Action.Protocol]
					if m.Component == nil {
						byEnvironment[p] = true
						continue
					}
					byOthers[p] = true
					if given(e.Action.Protocol, nil) == 0 {
						a.unlimited(top, m, "makes sessions", nameIn(top, e.Action.Protocol.Package, e.Action.Protocol.Name), e.At)
					}
				case StartChild:
					if c := e.Action.Child.Component; c != nil && given(nil, c) == 0 {
						a.unlimited(top, m, "starts instances", nameIn(top, c.Package, c.Name), e.At)
					}
				}
			}
		}
	}
	for p, is := range byEnvironment {
		if is && (byOthers[p] || given(sys.Protocols[p], nil) == 0) && a.opts.lent == nil {
			sys.NewLimit[p]++
			sys.Assumptions = append(sys.Assumptions, fmt.Sprintf("environments have at most 1 session of %s more at a time than the limit says", sys.Protocols[p].QName()))
		}
	}
	// An environment holds one end, so there are never more of its kind alive than sessions of its protocol: starting one never waits.
	for i, m := range sys.Machines {
		if m.Component == nil && a.started(m) {
			p := a.protocol[m.Groups[0].Fields[0].End.Protocol]
			sys.StartLimit[i] = sys.NewLimit[p]
			for _, s := range sys.Sessions {
				if s.Protocol == p {
					sys.StartLimit[i]++
				}
			}
		}
	}
	a.idleLimits(top)
}

// nameIn is how the file of a system writes a name of a package.
func nameIn(p *part, of *Package, name string) string {
	if of == p.decl.Package {
		return name
	}
	for _, alias := range sortedKeys(p.decl.Package.Imports) {
		if p.decl.Package.Imports[alias] == of {
			return alias + "." + name
		}
	}
	return of.Name + "." + name // to be imported first
}

// started reports whether some machine of the system starts m.
func (a *assembly) started(m *Machine) bool {
	for _, by := range a.sys.Machines {
		for _, s := range by.States {
			for _, e := range s.Edges {
				if e.Action.Kind == StartChild && e.Action.Child == m {
					return true
				}
			}
		}
	}
	return false
}

func (a *assembly) unlimited(top *part, m *Machine, does, what string, at dsl.Position) {
	a.errorf(top, top.decl.Decl.Name, dsl.LimitMissing, "%s %s of %s, and nothing limits how many live at once", m.Name, does, what).
		relatedAt(at, "here").
		note("write `limit %s 2` in the system; the verdict then holds up to that many", what)
}

// idleLimits warns of limits of what nobody makes.
func (a *assembly) idleLimits(top *part) {
	used := map[any]bool{}
	for _, m := range a.sys.Machines {
		for _, s := range m.States {
			for _, e := range s.Edges {
				switch e.Action.Kind {
				case NewSession:
					used[e.Action.Protocol] = true
				case StartChild:
					used[e.Action.Child.Component] = true
				}
			}
		}
	}
	for _, l := range a.limits {
		what, name := any(l.protocol), ""
		if l.protocol == nil {
			what, name = l.component, l.component.QName()
		} else {
			name = l.protocol.QName()
		}
		if !used[what] {
			a.report(&dsl.Diagnostic{Code: dsl.LimitWrong, Severity: dsl.Warning, At: l.at, Message: "no component of this system makes " + name + ": the limit bounds nothing"})
		}
	}
}

// capacities fills in what a "?" stands for.
func (a *assembly) capacities() {
	for _, p := range a.sys.Protocols {
		rows := make([][]int, len(p.Capacity))
		for from, row := range p.Capacity {
			rows[from] = append([]int(nil), row...)
			for to, c := range row {
				if v, ok := a.opts.Capacity[p.QName()]; c == AskCapacity && ok {
					rows[from][to] = v
				}
			}
		}
		a.sys.Capacity = append(a.sys.Capacity, rows)
	}
}

// checkable are the properties that a check item may name.
var checkable = []Property{Deadlock, Reception, Orphan, Leak, Dead, Progress, Starvation}

// verdictCode is the form of the codes of verdicts.
var verdictCode = regexp.MustCompile(`^PO20\d\d$`)

// items adds faults, properties and what is expected. Of a part only what must always hold is taken over: the rest was asked of it alone.
func (a *assembly) items(p *part, top bool) {
	for _, item := range p.decl.Decl.Items {
		switch d := item.(type) {
		case *dsl.Faults:
			if top {
				a.faults(p, d)
			}
		case *dsl.Check:
			if top {
				a.checks(p, d)
			}
		case *dsl.ExpectVerdict:
			if top {
				a.expect(p, d)
			}
		case *dsl.Always:
			a.always(p, d)
		case *dsl.Eventually:
			if top {
				a.eventually(p, d)
			}
		}
	}
}

// faults = "faults" "crash" name { "," name } [ "limit" expr ]
func (a *assembly) faults(p *part, d *dsl.Faults) {
	most := int64(1)
	if d.Most != nil {
		v, ok := a.constant(p, d.Most, p.env)
		if !ok {
			return
		}
		if most = v; most < 1 {
			a.errorf(p, d.Most, dsl.SystemNumber, "a limit of faults is 1 or more, not %d", most)
		}
	}
	a.sys.CrashMost += int(most)
	for _, name := range d.Crash {
		m := p.members[name.Name]
		if m == nil || m.part != nil {
			a.errorf(p, name, dsl.SystemName, "%s has no instance %s", p.decl.QName(), name.Name)
			continue
		}
		a.sys.Crash = append(a.sys.Crash, m.instances...)
	}
	sort.Ints(a.sys.Crash)
}

// checks = "check" name { "," name }
func (a *assembly) checks(p *part, d *dsl.Check) {
	for _, name := range d.Properties {
		known := false
		var names []string
		for _, k := range checkable {
			known = known || string(k) == name.Name
			names = append(names, string(k))
		}
		if !known {
			e := a.errorf(p, name, dsl.PropertyUnknown, "there is no property %s", name.Name)
			suggest(e.d, name.Name, append([]string(nil), names...))
			e.note("the properties are %s; assertions, ranges and `always` are always checked", list(names, "and"))
			continue
		}
		property := Property(name.Name)
		twice := false
		for _, have := range a.sys.Checks {
			twice = twice || have == property
		}
		if twice {
			a.errorf(p, name, dsl.SystemTwice, "%s is asked for twice", name.Name)
			continue
		}
		a.sys.Checks = append(a.sys.Checks, property)
	}
}

// expect = "expect" ( "ok" | name | code )
func (a *assembly) expect(p *part, d *dsl.ExpectVerdict) {
	if a.sys.Expect != "" {
		a.errorf(p, d, dsl.SystemTwice, "what is expected is said twice").relatedAt(a.sys.ExpectAt, "the first time")
		return
	}
	known := append([]Property{"ok", Assertion, Always, Timeout, EventuallyProperty}, checkable...)
	fine := verdictCode.MatchString(d.What.Name)
	for _, k := range known {
		fine = fine || string(k) == d.What.Name
	}
	if !fine {
		a.errorf(p, d.What, dsl.ExpectWrong, "%s is no verdict: expect ok, a property or a code such as PO2001", d.What.Name)
		return
	}
	a.sys.Expect, a.sys.ExpectAt = d.What.Name, position(p.decl.File, d)
}
