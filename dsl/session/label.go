package session

import (
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// label returns the index of an interaction's label, entering it if it is new. One label has one list of fields.
func (b *builder) label(s *dsl.Interaction) int {
	f := b.frame()
	fields, ok := f.protocol.Package.fields(f.file, s.Fields, "message "+s.Label.Name)
	if !ok {
		b.bad = true
	}
	for _, l := range b.of.Labels {
		if l.Name != s.Label.Name {
			continue
		}
		if have, here := signature(l.Fields), signature(fields); ok && have != here {
			d := b.fail(s.Label, dsl.LabelFields, "message %s carries (%s) here and (%s) elsewhere", l.Name, here, have)
			d.Related = []dsl.Related{{At: l.At, Message: "elsewhere"}}
			d.Notes = []string{"in one protocol a label has the same fields wherever it stands; use two labels"}
		}
		return l.Index
	}
	l := &Label{Name: s.Label.Name, Index: len(b.of.Labels), Fields: fields, At: b.at(s)}
	b.of.Labels = append(b.of.Labels, l)
	return l.Index
}

// signature writes out fields so that equal ones are the same text.
func signature(fields []Field) string {
	var parts []string
	for _, f := range fields {
		parts = append(parts, f.Name+" "+f.Type.Name)
	}
	return strings.Join(parts, ", ")
}
