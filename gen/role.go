package gen

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// roleStub is one role's part of protocol.tmpl.
type roleStub struct {
	Go       string // prefix of its names: BlockClient
	Endpoint string // type of its endpoint
	Table    string // its channel.Component
	Role     string // as declared
	Index    int
	Protocol string // Go name of the protocol's table
	Start    string // Go name of the first state
	Ends     bool   // the session can end
	States   []*stateStub
	Messages []*messageType
	Ops      []opTable
	Choices  []choiceTable
}

type stateStub struct {
	Go      string
	Doc     []string
	End     bool
	Carried bool // may be the type of a field: a named point or the start
	Sends   []sendMethod
	Receive *receiveMethod
}

// sendMethod sends one label.
type sendMethod struct {
	Method, Op string
	Doc        string
	Params     string
	Checks     []argCheck
	Payload    string // Go type, "" if there is none
	Puts       []string
	Ends       []string // parameters that travel
	Next       string
	Over       bool // the session is over afterwards
}

type argCheck struct{ Cond, Why string }

// receiveMethod waits for what the others may send.
type receiveMethod struct {
	Sum     string // the interface
	Marker  string // its method
	Op      string // from one peer; or
	Choice  string // from several
	Doc     string
	Options []receiveOption
}

type receiveOption struct {
	Label   int // of the table
	Message *messageType
	Payload string
}

// messageType is the struct that a receive returns a pointer to.
type messageType struct {
	Go, Field string // type, and field of the endpoint
	Label     string
	Fields    []structField // Name, API, Get
	Ends      []endField
	Next      string
	Over      bool // the session is over
	Sums      []string
}

type endField struct{ Name, API, From string }

type opTable struct{ Go, State, Method, Fields string }

type choiceTable struct {
	Go, State string
	ID        int
	Options   []string
}

// role builds the stubs of one role.
func (f *goFile) role(p *session.Protocol, tables *labelTables, role int) (*roleStub, error) {
	l := p.Locals[role]
	names := stateNames(l)
	prefix := exported(p.Name) + exported(p.Roles[role])
	r := &roleStub{Go: prefix, Endpoint: unexported(prefix) + "Endpoint", Table: unexported(prefix) + "Table",
		Role: p.Roles[role], Index: role, Protocol: exported(p.Name), Start: names[0]}
	messages := map[string]*messageType{}
	shared := messageNames(l, prefix, names)
	for i := range l.States {
		s := &l.States[i]
		stub := &stateStub{Go: names[i], End: s.End, Carried: i == 0 || len(s.Names) > 0}
		stub.Doc = stateDoc(p, l, i)
		r.States = append(r.States, stub)
		r.Ends = r.Ends || s.End
		var incoming []*session.LocalEdge
		for k := range s.Edges {
			e := &s.Edges[k]
			if !e.Send {
				incoming = append(incoming, e)
				continue
			}
			m, err := f.send(p, tables, l, role, names, i, e)
			if err != nil {
				return nil, err
			}
			stub.Sends = append(stub.Sends, m)
			r.Ops = append(r.Ops, opTable{m.Op, names[i], m.Method, fmt.Sprintf("Peer: %d, Label: %d, At: %q", e.Peer, tables.index(e.Label, role, e.Peer), statement(p.Package, e.At))})
		}
		if len(incoming) == 0 {
			continue
		}
		m := &receiveMethod{Sum: names[i] + "Message", Marker: unexported(names[i])}
		from := map[int]bool{}
		var bits []string
		choice := choiceTable{Go: unexported(names[i]) + "Choice", State: names[i], ID: len(r.Choices)}
		var words []string
		single := len(incoming) == 1
		for _, e := range incoming {
			from[e.Peer] = true
			label := tables.index(e.Label, e.Peer, role)
			bits = append(bits, fmt.Sprintf("1<<%d", label))
			choice.Options = append(choice.Options, fmt.Sprintf("{Kind: channel.Recv, Peer: %d, Label: %d, At: %q}", e.Peer, label, statement(p.Package, e.At)))
			msg := messages[shared[i][e.Label]]
			if msg == nil {
				var err error
				if msg, err = f.message(p, e, shared[i][e.Label], names, l); err != nil {
					return nil, err
				}
				messages[msg.Go] = msg
				r.Messages = append(r.Messages, msg)
			}
			if !single {
				msg.Sums = append(msg.Sums, m.Marker)
			}
			words = append(words, "*"+msg.Go)
			o := receiveOption{Label: label, Message: msg}
			if len(msg.Fields) > 0 {
				o.Payload = tables.payload(e.Label)
			}
			m.Options = append(m.Options, o)
		}
		m.Doc = strings.Join(words, ", ")
		if n := len(words) - 1; n > 0 {
			m.Doc = strings.Join(words[:n], ", ") + " or " + words[n]
		}
		if len(from) == 1 {
			m.Op = unexported(names[i]) + "ReceiveOp"
			r.Ops = append(r.Ops, opTable{m.Op, names[i], "Receive", fmt.Sprintf("Peer: %d, Labels: %s, At: %q", incoming[0].Peer, strings.Join(bits, " | "), statement(p.Package, incoming[0].At))})
		} else {
			m.Choice = choice.Go
			r.Choices = append(r.Choices, choice)
		}
		stub.Receive = m
	}
	return r, nil
}

// messageNames names the messages of a role: one type for a label wherever the same state follows, else one for each state.
func messageNames(l *session.Local, prefix string, names []string) []map[int]string {
	next := map[int]int{}
	differs := map[int]bool{}
	taken := map[string]bool{}
	for _, n := range names {
		taken[n] = true
	}
	for _, s := range l.States {
		for _, e := range s.Edges {
			if e.Send {
				continue
			}
			if n, seen := next[e.Label]; seen && n != e.Next {
				differs[e.Label] = true
			}
			next[e.Label] = e.Next
		}
	}
	all := make([]map[int]string, len(l.States))
	for i, s := range l.States {
		all[i] = map[int]string{}
		for _, e := range s.Edges {
			if e.Send {
				continue
			}
			name := prefix + exported(l.Protocol.Labels[e.Label].Name)
			if differs[e.Label] {
				name = names[i] + exported(l.Protocol.Labels[e.Label].Name)
			}
			if taken[name] {
				name += "Received"
			}
			all[i][e.Label] = name
		}
	}
	return all
}

func (f *goFile) send(p *session.Protocol, tables *labelTables, l *session.Local, role int, names []string, state int, e *session.LocalEdge) (sendMethod, error) {
	label := p.Labels[e.Label]
	m := sendMethod{Method: method(label.Name, "Send", "Leave", "Delegate", "Receive"), Next: names[e.Next], Over: l.States[e.Next].End}
	m.Op = unexported(names[state]) + m.Method + "Op"
	m.Doc = fmt.Sprintf("%s sends %s to %s (%s).", m.Method, label.Name, p.Roles[e.Peer], line(e))
	var params []string
	for _, field := range label.Fields {
		arg := local(field.Name)
		if field.Type.Kind == session.End {
			typ, err := f.carried(field.Type.End)
			if err != nil {
				return m, fmt.Errorf("%s: field %s: %w", label.Name, field.Name, err)
			}
			params = append(params, arg+" "+typ)
			m.Ends = append(m.Ends, arg)
			continue
		}
		s, err := f.shapeOf(field.Type)
		if err != nil {
			return m, fmt.Errorf("%s: field %s: %w", label.Name, field.Name, err)
		}
		params = append(params, arg+" "+s.API)
		if s.Check != "" {
			m.Checks = append(m.Checks, argCheck{strings.ReplaceAll(s.Check, "%[1]s", arg), field.Name + " " + s.Why})
		}
		m.Puts = append(m.Puts, fmt.Sprintf(s.Put, arg, "p."+exported(field.Name)))
	}
	if len(m.Puts) > 0 {
		m.Payload = tables.payload(e.Label)
	}
	m.Params = strings.Join(params, ", ")
	return m, nil
}

func (f *goFile) message(p *session.Protocol, e *session.LocalEdge, name string, names []string, l *session.Local) (*messageType, error) {
	label := p.Labels[e.Label]
	msg := &messageType{Go: name, Field: unexported(name), Label: label.Name, Next: names[e.Next], Over: l.States[e.Next].End}
	for _, field := range label.Fields {
		goName := exported(field.Name)
		if goName == "Next" {
			goName = "NextField"
		}
		if field.Type.Kind == session.End {
			typ, err := f.carried(field.Type.End)
			if err != nil {
				return nil, fmt.Errorf("%s: field %s: %w", label.Name, field.Name, err)
			}
			msg.Ends = append(msg.Ends, endField{goName, typ, typ + "From"})
			continue
		}
		s, err := f.shapeOf(field.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: field %s: %w", label.Name, field.Name, err)
		}
		msg.Fields = append(msg.Fields, structField{Name: goName, API: s.API, Get: fmt.Sprintf(s.Get, "p."+exported(field.Name))})
	}
	return msg, nil
}

// carried is the state type of an end that travels.
func (f *goFile) carried(t *session.EndType) (string, error) {
	state := 0
	if len(t.States) > 1 {
		return "", fmt.Errorf("an end that may stand at %d points has no one Go type: send it at one of them", len(t.States))
	} else if len(t.States) == 1 {
		state = t.States[0]
	}
	return f.qualified(t.Protocol.Package, stateNames(t.Protocol.Locals[t.Role])[state]), nil
}

// stateDoc says where the state stands in the source and what may happen next.
func stateDoc(p *session.Protocol, l *session.Local, i int) []string {
	s := &l.States[i]
	doc := []string{fmt.Sprintf("is the %s of %s", p.Roles[l.Role], p.QName())}
	if len(s.Names) > 0 {
		doc[0] += " at " + strings.Join(s.Names, ", ")
	}
	if s.At.Source != nil {
		doc[0] += fmt.Sprintf(" (%s:%d)", filepath.Base(s.At.Source.Path), s.At.Source.Line(s.At.Span.Start))
	}
	doc[0] += "."
	var next []string
	for _, e := range s.Edges {
		dir := "%s is sent to %s"
		if !e.Send {
			dir = "%s is received from %s"
		}
		next = append(next, fmt.Sprintf(dir, p.Labels[e.Label].Name, p.Roles[e.Peer]))
	}
	if s.End {
		return append(doc, "The session is over.")
	}
	text := "Next: " + strings.Join(next, ", or ") + "."
	if s.Rest {
		text += " It may stay so for ever."
	}
	return append(doc, text)
}

func line(e *session.LocalEdge) string {
	if e.At.Source == nil {
		return "-"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(e.At.Source.Path), e.At.Source.Line(e.At.Span.Start))
}

func unexported(name string) string { return strings.ToLower(name[:1]) + name[1:] }
