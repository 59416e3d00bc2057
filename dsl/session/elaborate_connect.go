package session

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// quantified calls f once for each combination of values of the quantified names, with those added to env.
func (a *assembly) quantified(p *part, list []*dsl.Quantifier, env Env, f func(env Env)) {
	if len(list) == 0 {
		f(env)
		return
	}
	q := list[0]
	lo, hi, ok := a.rangeOf(p, q, env)
	if !ok {
		return
	}
	for i := lo; i <= hi; i++ {
		inner := Env{q.Name.Name: i}
		for name, v := range env {
			if name != q.Name.Name {
				inner[name] = v
			}
		}
		a.quantified(p, list[1:], inner, f)
	}
}

// rangeOf returns the values of a quantified name: the indexes of an array of instances, or numbers.
func (a *assembly) rangeOf(p *part, q *dsl.Quantifier, env Env) (lo, hi int64, ok bool) {
	if q.In == nil {
		lo, ok = a.constant(p, q.Lo, env)
		hi, fine := a.constant(p, q.Hi, env)
		if ok && fine && hi-lo > 1<<16 {
			a.errorf(p, q, dsl.SystemNumber, "%d..%d has more than %d values", lo, hi, 1<<16)
			return 0, 0, false
		}
		return lo, hi, ok && fine
	}
	m := p.members[q.In.Name.Name]
	if q.In.Package != nil || m == nil || !m.array {
		a.errorf(p, q.In, dsl.SystemName, "%s is no array of instances", qnameText(q.In))
		return 0, 0, false
	}
	return 0, int64(len(m.instances)) - 1, true
}

// connect = "connect" qname "(" role "=" sysend { "," role "=" sysend } ")" { "for" name "in" ( name | expr ".." expr ) }
func (a *assembly) connect(p *part, d *dsl.Connect) {
	proto, problem := lookupProtocol(p.decl.Package, p.decl.File, d.Protocol)
	if problem != nil {
		a.report(problem)
		return
	}
	byRole := make([]*dsl.NamedArg, len(proto.Roles))
	for _, e := range d.Ends {
		r := proto.RoleNamed(e.Name.Name)
		switch {
		case r < 0:
			a.errorf(p, e.Name, dsl.ConnectRoles, "%s has no role %s", proto.QName(), e.Name.Name).
				relatedAt(proto.At, "its roles are "+list(proto.Roles, "and"))
		case byRole[r] != nil:
			a.errorf(p, e.Name, dsl.ConnectRoles, "the role %s is given twice", e.Name.Name)
		default:
			byRole[r] = e
			continue
		}
		return
	}
	for r, e := range byRole {
		if e == nil {
			a.errorf(p, d, dsl.ConnectRoles, "nobody holds the role %s of %s", proto.Roles[r], proto.QName()).
				note("write `%s = instance.end`, or export the other end", proto.Roles[r])
			return
		}
	}
	a.quantified(p, d.For, p.env, func(env Env) { a.session(p, d, proto, byRole, env) })
}

// session adds one connected session.
func (a *assembly) session(p *part, d *dsl.Connect, proto *Protocol, byRole []*dsl.NamedArg, env Env) {
	ends := make([]endAt, len(byRole))
	for r, arg := range byRole {
		found, isList, ok := a.sysEnd(p, arg.Value, env)
		if !ok {
			return
		}
		if isList {
			a.errorf(p, arg.Value, dsl.ConnectRoles, "%s is several ends: say which, as in `%s[i]`", exprText(arg.Value), exprText(arg.Value))
			return
		}
		if end := found[0].end; end.Protocol != proto || end.Role != r {
			a.errorf(p, arg.Value, dsl.ConnectWrong, "%s is %s, and %s.%s is expected", found[0].name, endText(end), proto.QName(), proto.Roles[r]).
				relatedAt(a.groupAt(found[0]), "the parameter")
			return
		}
		ends[r] = found[0]
	}
	if !a.enter(ends) {
		return // between two parts that are not there
	}
	s := len(a.sys.Sessions)
	at := position(p.decl.File, d)
	a.sys.Sessions = append(a.sys.Sessions, Session{Name: ends[0].name, Protocol: a.protocolIndex(proto), At: at})
	for r, e := range ends {
		if a.take(p, byRole[r].Value, e) {
			a.hold(e, s, r)
		}
	}
}

// enter gives environments to the ends that belong to parts that are not there; false if all do.
func (a *assembly) enter(ends []endAt) bool {
	for k := range ends {
		if !ends[k].outside {
			for k := range ends {
				if e := &ends[k]; e.outside {
					m := a.environment(&EndType{Protocol: e.end.Protocol, Role: e.end.Role, States: []int{0}})
					e.instance, e.slot = len(a.sys.Instances), 0
					a.sys.Instances = append(a.sys.Instances, Instance{Name: e.name, Machine: a.machineIndex(m), Values: make([]int32, len(m.Vars)),
						Environment: true, At: e.at})
				}
			}
			return true
		}
	}
	return false
}

// take marks an end as connected or exported; each is, once.
func (a *assembly) take(p *part, n dsl.Node, e endAt) bool {
	key := [2]int{e.instance, e.slot}
	if first, ok := a.held[key]; ok {
		a.errorf(p, n, dsl.EndConnectedTwice, "%s is connected twice", e.name).relatedAt(first, "the first connection")
		return false
	}
	a.held[key] = position(p.decl.File, n)
	return true
}

func (a *assembly) hold(e endAt, session, role int) {
	inst := &a.sys.Instances[e.instance]
	inst.Ends = append(inst.Ends, Holding{Slot: e.slot, Session: session, Role: role})
}

// groupAt is where the parameter of an end is declared.
func (a *assembly) groupAt(e endAt) dsl.Position {
	m := a.sys.Machines[a.sys.Instances[e.instance].Machine]
	for _, g := range m.Groups {
		if e.slot >= g.Base && e.slot < g.Base+g.Len*len(g.Fields) {
			return g.At
		}
	}
	return dsl.Position{}
}

// sysEnd resolves "instance.end", "instance[i].end[j]", "part.export[j]" to one end, or to a list where a whole array is named.
func (a *assembly) sysEnd(p *part, e dsl.Expr, env Env) (ends []endAt, isList, ok bool) {
	var index dsl.Expr
	if i, isIndex := e.(*dsl.Index); isIndex {
		if _, isName := i.X.(*dsl.Name); !isName {
			e, index = i.X, i.I
		}
	}
	s, isSelect := e.(*dsl.Select)
	if !isSelect {
		a.errorf(p, e, dsl.SystemName, "an end is written `instance.end`")
		return nil, false, false
	}
	m, insts, whole, ok := a.instances(p, s.X, env)
	if !ok {
		return nil, false, false
	}
	if m.part != nil {
		x := m.part.exports[s.Name.Name]
		if x == nil {
			a.errorf(p, s.Name, dsl.SystemName, "the part %s exports no %s", exprText(s.X), s.Name.Name).
				note("it exports %s", orNothing(m.part.order))
			return nil, false, false
		}
		x.used = true
		ends, isList = x.ends, x.list
	} else {
		for _, inst := range insts {
			found, array := a.endsNamed(inst, s.Name.Name)
			if len(found) == 0 {
				a.errorf(p, s.Name, dsl.SystemName, "%s has no end %s", a.sys.Instances[inst].Name, s.Name.Name).
					note("the ends of %s are %s", a.sys.Machines[a.sys.Instances[inst].Machine].Name, orNothing(a.endNames(inst)))
				return nil, false, false
			}
			isList = isList || array
			ends = append(ends, found...)
		}
		isList = isList || whole
	}
	if index == nil {
		return ends, isList, true
	}
	if !isList {
		a.errorf(p, e, dsl.ConnectRoles, "%s is one end and has no members", exprText(e))
		return nil, false, false
	}
	i, fine := a.constant(p, index, env)
	if !fine {
		return nil, false, false
	}
	if i < 0 || i >= int64(len(ends)) {
		a.errorf(p, index, dsl.SystemIndex, "%s[%d] is out of range: it has %s, from 0 on", exprText(e), i, plural(len(ends), "member"))
		return nil, false, false
	}
	return ends[i : i+1], false, true
}

// instances resolves "name" or "name[i]" to instances; whole says that a whole array was named. For a part the list is empty.
func (a *assembly) instances(p *part, e dsl.Expr, env Env) (m *member, found []int, whole, ok bool) {
	var index dsl.Expr
	if i, isIndex := e.(*dsl.Index); isIndex {
		e, index = i.X, i.I
	}
	name, isName := e.(*dsl.Name)
	if !isName {
		a.errorf(p, e, dsl.SystemName, "an instance is expected here")
		return nil, nil, false, false
	}
	m = p.members[name.Name]
	if m == nil {
		suggested := a.errorf(p, name, dsl.SystemName, "%s has no instance %s", p.decl.QName(), name.Name)
		suggest(suggested.d, name.Name, append([]string(nil), p.names...))
		return nil, nil, false, false
	}
	m.used = true
	if index == nil {
		return m, m.instances, m.array, true
	}
	if !m.array {
		a.errorf(p, e, dsl.ConnectRoles, "%s is no array", name.Name)
		return nil, nil, false, false
	}
	i, fine := a.constant(p, index, env)
	if !fine {
		return nil, nil, false, false
	}
	if i < 0 || i >= int64(len(m.instances)) {
		a.errorf(p, index, dsl.SystemIndex, "%s[%d] is out of range: there are %s, from 0 on", name.Name, i, plural(len(m.instances), "instance"))
		return nil, nil, false, false
	}
	return m, m.instances[i : i+1], false, true
}

// endsNamed returns the ends of a parameter of an instance.
func (a *assembly) endsNamed(inst int, name string) (ends []endAt, array bool) {
	i := a.sys.Instances[inst]
	m := a.sys.Machines[i.Machine]
	for _, p := range m.Params {
		if p.Name == name && p.Group >= 0 {
			return endsOf(m, p.Group, inst, i, nil), m.Groups[p.Group].Kind == ArrayEnds
		}
	}
	return nil, false
}

func (a *assembly) endNames(inst int) []string {
	var names []string
	for _, p := range a.sys.Machines[a.sys.Instances[inst].Machine].Params {
		if p.Group >= 0 {
			names = append(names, p.Name)
		}
	}
	return names
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return list(names, "and")
}

// export = "export" name "=" sysend
func (a *assembly) export(p *part, d *dsl.Export) {
	if first := p.exports[d.Name.Name]; first != nil {
		a.errorf(p, d.Name, dsl.SystemTwice, "%s is exported twice", d.Name.Name).relatedAt(first.at, "the first export")
		return
	}
	ends, isList, ok := a.sysEnd(p, d.End, p.env)
	if !ok {
		return
	}
	at := position(p.decl.File, d)
	for _, e := range ends {
		key := [2]int{e.instance, e.slot}
		if first, twice := a.held[key]; twice {
			a.errorf(p, d.End, dsl.EndConnectedTwice, "%s is connected already", e.name).relatedAt(first, "the connection")
			return
		}
	}
	p.exports[d.Name.Name] = &exported{ends: ends, list: isList, at: at}
	p.order = append(p.order, d.Name.Name)
}

// unconnected reports the ends that nobody speaks to, one diagnostic per instance.
func (a *assembly) unconnected() {
	var names []string
	var first endAt
	flush := func() {
		if len(names) == 0 {
			return
		}
		d := &dsl.Diagnostic{Code: dsl.EndUnconnected, At: first.at, Message: fmt.Sprintf("%s is not connected", names[0])}
		if len(names) > 1 {
			d.Message = fmt.Sprintf("%s are not connected", list(names, "and"))
		}
		var roles []string
		for r, role := range first.end.Protocol.Roles {
			if r == first.end.Role {
				roles = append(roles, role+" = "+first.name)
			} else {
				roles = append(roles, role+" = …")
			}
		}
		d.Notes = append(d.Notes, fmt.Sprintf("write `connect %s(%s)`, or `export name = %s` to leave it to whoever uses this system",
			nameIn(first.owner, first.end.Protocol.Package, first.end.Protocol.Name), strings.Join(roles, ", "), first.name))
		d.Related = append(d.Related, dsl.Related{At: a.groupAt(first), Message: "the end that is asked for"})
		a.report(d)
		names = nil
	}
	for _, e := range a.ends {
		if _, ok := a.held[[2]int{e.instance, e.slot}]; ok {
			continue
		}
		if len(names) > 0 && e.at != first.at {
			flush()
		}
		if len(names) == 0 {
			first = e
		}
		names = append(names, e.name)
	}
	flush()
}
