// Package memory is the memory service of protocols/memory. There is nothing to it but what is declared: the stub counts, and what it has counted
// leaves one answer.
package memory

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/memory"
)

// Service is the memory service component.
func Service(_ context.Context, s memory.MemoryServiceComponentServing) error {
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *memory.MemoryServiceComponentServingAttach:
			s = o.Next
		case *memory.MemoryServiceComponentServingGrow:
			s, err = answer(o.Next)
		case *memory.MemoryServiceComponentServingShrink:
			s, err = answer(o.Next)
		case *memory.MemoryServiceComponentServingDetach:
			s = o.Next
		case *memory.MemoryServiceComponentServingGone:
			s = o.Next
		default:
			panic("memory: an option that the declaration does not have")
		}
		if err != nil {
			return err
		}
	}
}

// answer says what is left to say.
func answer(next any) (memory.MemoryServiceComponentServing, error) {
	switch s := next.(type) {
	case *memory.MemoryServiceComponentAfterGrow:
		return s.SendClientsRefused()
	case *memory.MemoryServiceComponentAfterShrink:
		return s.SendClientsRefused()
	case *memory.MemoryServiceComponentAfterGrow2:
		return s.SendClientsGranted()
	case *memory.MemoryServiceComponentAfterShrink2:
		return s.SendClientsGranted()
	}
	panic("memory: a state that the declaration does not have")
}
