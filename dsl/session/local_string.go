package session

import (
	"fmt"
	"strings"
)

// String writes the machine one state a line: number, names, and the edges ("!" sends, "?" receives).
//
//	0 rest*: driver!Read→1 driver!Detach→2
//	1 owed: driver?Data→0 driver?Fail→0
//	2: end
func (l *Local) String() string {
	var b strings.Builder
	for i, s := range l.States {
		fmt.Fprint(&b, i)
		if len(s.Names) > 0 {
			fmt.Fprint(&b, " ", strings.Join(s.Names, ","))
		}
		if s.Rest {
			b.WriteString("*")
		}
		b.WriteString(":")
		if s.End {
			b.WriteString(" end")
		}
		for _, e := range s.Edges {
			action := "?"
			if e.Send {
				action = "!"
			}
			fmt.Fprintf(&b, " %s%s%s→%d", l.Protocol.Roles[e.Peer], action, l.Protocol.Labels[e.Label].Name, e.Next)
		}
		b.WriteString("\n")
	}
	return b.String()
}
