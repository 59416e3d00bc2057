package session

import "fmt"

// environmentsOf gives each exported end of the system an environment per other role of its session.
func (a *assembly) environmentsOf(top *part) {
	for _, name := range top.order {
		x := top.exports[name]
		for i, e := range x.ends {
			if e.outside {
				continue // between whoever uses this system and a part that is not there
			}
			if !a.take(top, top.decl.Decl.Name, e) {
				continue
			}
			proto := e.end.Protocol
			s := len(a.sys.Sessions)
			a.sys.Sessions = append(a.sys.Sessions, Session{Name: e.name, Protocol: a.protocolIndex(proto), At: x.at})
			a.hold(e, s, e.end.Role)
			for r, role := range proto.Roles {
				if r == e.end.Role {
					continue
				}
				m := a.environment(&EndType{Protocol: proto, Role: r, States: []int{0}})
				inst := Instance{Name: "outside." + name, Machine: a.machineIndex(m), Values: make([]int32, len(m.Vars)), Environment: true, At: x.at}
				if len(proto.Roles) > 2 {
					inst.Name += "." + role
				}
				if x.list {
					inst.Array, inst.Index = inst.Name, i
					inst.Name = fmt.Sprintf("%s[%d]", inst.Name, i)
				}
				inst.Ends = []Holding{{Slot: 0, Session: s, Role: r}}
				a.sys.Instances = append(a.sys.Instances, inst)
			}
		}
		if len(x.ends) > 0 {
			a.sys.Assumptions = append(a.sys.Assumptions, fmt.Sprintf("whoever is connected to %s obeys %s", name, x.ends[0].end.Protocol.QName()))
		}
	}
	a.sys.Assumptions = append(a.sys.Assumptions, a.unsaid...)
}
