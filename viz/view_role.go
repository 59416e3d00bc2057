package viz

import (
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// mostRunes bounds a line of text in a graph.
const mostRunes = 38

// RoleGraph draws the local type of a role: states and what the role sends (!) and receives (?). States from which the same can happen, under the
// same name, are one.
func RoleGraph(l *session.Local) *Graph {
	p := l.Protocol
	g := &Graph{Title: p.QName() + "." + p.Roles[l.Role], About: "The local type of role " + p.Roles[l.Role] + " of protocol " + p.QName() +
		": ! sends, ? receives; a doubled border means that silence is allowed there."}
	g.addLocal(l, "")
	return g.merged()
}

// addLocal adds the states of a local type, an entry before the first.
func (g *Graph) addLocal(l *session.Local, group string) {
	p := l.Protocol
	prefix := p.Roles[l.Role] + "."
	base := len(g.Nodes) + 1
	g.Nodes = append(g.Nodes, Node{ID: prefix + "start", Kind: Entry, Group: group})
	if len(l.States) > 0 {
		g.Edges = append(g.Edges, Edge{From: base - 1, To: base})
	}
	for i, s := range l.States {
		n := Node{ID: number(prefix, i), Title: pointName(s.Names), Group: group, Keys: []string{keyAt(s.At.String())}}
		switch {
		case s.End:
			n.Kind = Final
		case s.Rest:
			n.Kind = Resting
		}
		g.Nodes = append(g.Nodes, n)
		for _, e := range s.Edges {
			g.Edges = append(g.Edges, localEdge(l, e, base+i, base+e.Next))
		}
	}
}

func localEdge(l *session.Local, e session.LocalEdge, from, to int) Edge {
	p := l.Protocol
	peer := ""
	if len(p.Roles) > 2 {
		peer = p.Roles[e.Peer] + " "
	}
	label := p.Labels[e.Label]
	out := Edge{From: from, To: to, Kind: Receiving, Lines: []string{shorten(peer+"? "+labelText(label), mostRunes)},
		Keys: []string{keyAt(e.At.String()), keyMessage(p.QName(), p.Roles[e.Peer], p.Roles[l.Role], label.Name)}}
	if e.Send {
		out.Kind = Sending
		out.Lines[0] = shorten(peer+"! "+labelText(label), mostRunes)
		out.Keys[1] = keyMessage(p.QName(), p.Roles[l.Role], p.Roles[e.Peer], label.Name)
	}
	return out
}

// pointName joins the names of a control point.
func pointName(names []string) string { return strings.Join(names, " · ") }

// labelText is a label with the names of its fields.
func labelText(l *session.Label) string {
	names := make([]string, len(l.Fields))
	for i, f := range l.Fields {
		names[i] = f.Name
	}
	return l.Name + "(" + strings.Join(names, ", ") + ")"
}
