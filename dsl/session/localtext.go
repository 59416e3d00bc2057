package session

import (
	"strings"
)

// localStateText says where an end stands, in words: its points, else what may happen there.
func localStateText(l *Local, s int) string {
	st := l.States[s]
	if len(st.Names) > 0 {
		return "`" + strings.Join(st.Names, "`, `") + "`"
	}
	if st.End || len(st.Edges) == 0 {
		return "its end"
	}
	return "the point where " + localActions(l, s)
}

// localStatesText lists several states.
func localStatesText(l *Local, states []int) string {
	var names []string
	for _, s := range states {
		if text := localStateText(l, s); !contains(names, text) {
			names = append(names, text)
		}
	}
	return list(names, "or")
}

// localActions says what a role does at a state: "client sends Read or Detach".
func localActions(l *Local, s int) string {
	var parts []string
	role := l.Protocol.Roles[l.Role]
	for _, send := range []bool{true, false} {
		var labels []string
		for _, e := range l.States[s].Edges {
			if e.Send == send {
				labels = append(labels, l.Protocol.Labels[e.Label].Name)
			}
		}
		if len(labels) > 0 {
			verb := "receives "
			if send {
				verb = "sends "
			}
			parts = append(parts, verb+list(labels, "or"))
		}
	}
	return role + " " + strings.Join(parts, ", or ")
}
