package gen

import (
	"fmt"
	"strings"

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
	d := &protocolFile{Go: exported(p.Name), Name: p.Name, Roles: p.Roles, RoleNames: strings.Join(p.Roles, ", ")}
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
		payload := payloadType{Go: tables.payload(row.label), Label: label.Name}
		for _, field := range label.Fields {
			if field.Type.Kind == session.End {
				ends++
				continue
			}
			s, err := f.shapeOf(field.Type)
			if err != nil {
				return nil, fmt.Errorf("%s: field %s: %w", label.Name, field.Name, err)
			}
			payload.Fields = append(payload.Fields, structField{Name: exported(field.Name), Slot: s.Slot})
		}
		if len(payload.Fields) > 0 {
			entry += ", Payload: channel.PayloadOf[" + payload.Go + "]()"
			if !done[row.label] {
				done[row.label] = true
				d.Payloads = append(d.Payloads, payload)
			}
		}
		if ends > 0 {
			entry += fmt.Sprintf(", Ends: %d", ends)
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
		r, err := f.role(p, tables, role)
		if err != nil {
			return nil, err
		}
		d.Stubs = append(d.Stubs, r)
	}
	return d, nil
}
