package gen

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// protocolFile is what protocol.tmpl shows.
type protocolFile struct {
	Go, Name  string // Go name of its table, name as declared
	Doc       string
	Roles     []string
	RoleNames string // "client, driver"
	Capacity  int
	Pairs     []string
	Labels    []string
	Payloads  []payloadType
	Stubs     []*roleStub
	Package   string
	Digest    string
	Locals    [][]string // by role, the states
	Carries   []string
}

type payloadType struct {
	Go, Label string
	Fields    []structField // Name, Slot
}

// labelTables numbers the messages of a protocol as kernel/channel does: a label in a direction.
type labelTables struct {
	p       *session.Protocol
	rows    []directed
	numbers map[directed]int
}

type directed struct{ label, from, to int }

// newLabelTables numbers in the order of the source, so that numbers do not move.
func newLabelTables(p *session.Protocol) *labelTables {
	t := &labelTables{p: p, numbers: map[directed]int{}}
	for role, l := range p.Locals {
		for _, s := range l.States {
			for _, e := range s.Edges {
				if e.Send {
					t.index(e.Label, role, e.Peer)
				}
			}
		}
	}
	return t
}

func (t *labelTables) index(label, from, to int) int {
	d := directed{label, from, to}
	if i, ok := t.numbers[d]; ok {
		return i
	}
	t.numbers[d] = len(t.rows)
	t.rows = append(t.rows, d)
	return len(t.rows) - 1
}

func (t *labelTables) payload(label int) string {
	return exported(t.p.Name) + exported(t.p.Labels[label].Name) + "Payload"
}

func (f *goFile) protocol(p *session.Protocol) (*protocolFile, error) {
	f.imports["context"] = "context"
	f.imports[channelPath] = "channel"
	d := &protocolFile{Go: exported(p.Name), Name: p.Name, Roles: p.Roles, RoleNames: strings.Join(p.Roles, ", "),
		Package: p.Package.Path, Digest: p.Digest()}
	tables := newLabelTables(p)
	if len(tables.rows) > 64 {
		return nil, fmt.Errorf("%d kinds of messages, and a protocol has at most 64: split it into a protocol for each concern", len(tables.rows))
	}
	talks := map[[2]int]bool{}
	done := map[int]bool{}
	for _, row := range tables.rows {
		label := p.Labels[row.label]
		entry := fmt.Sprintf("{Name: %q, From: %d, To: %d", label.Name, row.from, row.to)
		ends := 0
		var fields, carries []string
		payload := payloadType{Go: tables.payload(row.label), Label: label.Name}
		for _, field := range label.Fields {
			if field.Type.Kind == session.End {
				ends++
				carries = append(carries, f.carries(field.Type.End))
				continue
			}
			fields = append(fields, fieldTable(field))
			s, err := f.shapeOf(field.Type)
			if err != nil {
				return nil, fmt.Errorf("%s: field %s: %w", label.Name, field.Name, err)
			}
			payload.Fields = append(payload.Fields, structField{Name: exported(field.Name), Slot: s.Slot})
		}
		if len(payload.Fields) > 0 {
			entry += ", Payload: channel.PayloadOf[" + payload.Go + "](), Fields: []channel.Field{" + strings.Join(fields, ", ") + "}"
			if !done[row.label] {
				done[row.label] = true
				d.Payloads = append(d.Payloads, payload)
			}
		}
		if ends > 0 {
			entry += fmt.Sprintf(", Ends: %d", ends)
			d.Carries = append(d.Carries, fmt.Sprintf("%s.Labels[%d].Carries = []channel.Carried{%s}", d.Go, len(d.Labels), strings.Join(carries, ", ")))
		}
		d.Labels = append(d.Labels, entry+"}")
		if pair := [2]int{row.from, row.to}; !talks[pair] {
			talks[pair] = true
			c := p.Capacity[row.from][row.to]
			if c == session.AskCapacity {
				return nil, fmt.Errorf("capacity ? is a question: run protoc-os check, and write the capacity that it answers with")
			}
			d.Pairs = append(d.Pairs, fmt.Sprintf("{From: %d, To: %d, Capacity: %d}", row.from, row.to, c))
		}
	}
	for role := range p.Roles {
		d.Locals = append(d.Locals, localTable(p, tables, role))
		r, err := f.role(p, tables, role)
		if err != nil {
			return nil, err
		}
		d.Stubs = append(d.Stubs, r)
	}
	return d, nil
}

// localTable is the machine of one role, state by state.
func localTable(p *session.Protocol, tables *labelTables, role int) []string {
	l := p.Locals[role]
	prefix := exported(p.Name) + exported(p.Roles[role])
	var states []string
	for i, name := range stateNames(l) {
		s := &l.States[i]
		name = unexported(strings.TrimPrefix(name, prefix))
		if len(s.Names) > 0 {
			name = s.Names[0]
		}
		state := fmt.Sprintf("{Name: %q", name)
		if s.Rest {
			state += ", Rest: true"
		}
		if s.End {
			state += ", End: true"
		}
		if len(s.Edges) > 0 {
			state += ", Edges: []channel.LocalEdge{"
			for _, e := range s.Edges {
				from, to := role, e.Peer
				if !e.Send {
					from, to = e.Peer, role
				}
				state += fmt.Sprintf("{Label: %d, Next: %d, At: %q}, ", tables.index(e.Label, from, to), e.Next, statement(p.Package, e.At))
			}
			state += "}"
		}
		states = append(states, state+"}")
	}
	return states
}

// statement is where something is declared, by the path of its package: the same from whatever folder gen was called.
func statement(pkg *session.Package, at dsl.Position) string {
	if at.Source == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", path.Join(pkg.Path, filepath.Base(at.Source.Path)), at.Source.Line(at.Span.Start), at.Source.Column(at.Span.Start))
}

// fieldTable says what the Go type of a field does not.
func fieldTable(f session.Field) string {
	text := fmt.Sprintf("{Name: %q", f.Name)
	t := f.Type
	for t.Elem != nil && t.Kind != session.Struct {
		t = t.Elem
	}
	switch t.Kind {
	case session.Enum:
		text += fmt.Sprintf(", Hi: %d, Cases: %#v", len(t.Cases)-1, t.Cases)
	case session.Range:
		text += fmt.Sprintf(", Lo: %d, Hi: %d", t.Lo, t.Hi)
	}
	if len(t.Fields) > 0 {
		var parts []string
		for _, part := range t.Fields {
			parts = append(parts, fieldTable(part))
		}
		text += ", Fields: []channel.Field{" + strings.Join(parts, ", ") + "}"
	}
	return text + "}"
}

// carries is an end that a message carries.
func (f *goFile) carries(t *session.EndType) string {
	state := 0
	if len(t.States) > 0 {
		state = t.States[0]
	}
	return fmt.Sprintf("{Protocol: &%s, Role: %d, State: %d}", f.qualified(t.Protocol.Package, exported(t.Protocol.Name)), t.Role, state)
}
