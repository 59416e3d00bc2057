package checker

import (
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// violations turns what was found into words.
func (s *search) violations() []*Violation {
	var all []*Violation
	for _, f := range s.found {
		all = append(all, &Violation{Property: f.key.property, Code: f.key.code, Message: string(f.key.property)})
	}
	return all
}

// bounds lists the highest occupancy of each queue.
func (s *search) bounds() []Occupancy {
	var all []Occupancy
	for _, q := range s.m.queues {
		p := q.session.protocol.decl
		all = append(all, Occupancy{Channel: q.session.name, From: p.Roles[q.from], To: p.Roles[q.to], Protocol: p, Capacity: q.capacity, Highest: s.highest[q.id]})
	}
	return all
}

func (s *search) dead() []DeadOption { return nil }

func deadViolation(dead []DeadOption) *Violation {
	return &Violation{Property: session.Dead, Code: codeDead, Message: dead[0].Text, At: dead[0].At, Related: []dsl.Related{}}
}

func (s *search) assumptions(properties []session.Property) []string { return nil }
