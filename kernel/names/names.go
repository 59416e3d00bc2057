// Package names is the name server of protocols/names: it introduces who dials a name to who has published it, by a channel of their own, and is then
// no part of what they say. What comes in are names with doors, and names to dial; what goes out are the two ends of a fresh channel.
package names

import (
	"context"
	"slices"

	"github.com/protoc-os/protoc-os/protocols/names"
)

// server knows the names of the doors by their number in the set; "" for one that is withdrawn. Of two doors with one name, callers come to the first.
type server struct{ names []string }

// Server is the component.
func Server() names.NameServerFunc {
	return func(_ context.Context, s names.NameServerServing) error {
		v := &server{}
		for {
			o, err := s.Choose()
			if err != nil {
				return err
			}
			if s, err = v.serve(o); err != nil {
				return err
			}
		}
	}
}

func (v *server) serve(o names.NameServerServingOption) (names.NameServerServing, error) {
	switch o := o.(type) {
	case *names.NameServerServingPublish:
		switch s := o.Next.(type) {
		case *names.NameServerAfterPublish:
			v.open(s.View().Added(), o.Name)
			return s.SendClientsPublished()
		case *names.NameServerAfterPublish2:
			return s.SendClientsRefused()
		}
	case *names.NameServerServingDial:
		return v.dial(o.Next, o.Name)
	case *names.NameServerServingDetach:
		return o.Next, nil
	case *names.NameServerServingWithdraw:
		v.names[o.Member] = ""
		return o.Next, nil
	case *names.NameServerServingSentOver:
		return o.Next, nil
	case *names.NameServerServingGoneDoors:
		v.names[o.Member] = ""
		return o.Next, nil
	case *names.NameServerServingGoneClients:
		return o.Next, nil
	}
	panic("names: an option that the declaration does not have")
}

func (v *server) open(member int, name string) {
	for len(v.names) <= member {
		v.names = append(v.names, "")
	}
	v.names[member] = name
}

// dial introduces a caller, if there is such a name.
func (v *server) dial(s names.NameServerAfterDial, name string) (none names.NameServerServing, err error) {
	member := slices.Index(v.names, name)
	if name == "" || member < 0 {
		unknown, err := s.Unknown()
		if err != nil {
			return none, err
		}
		return unknown.SendClientsFailed()
	}
	next, err := s.Known()
	if err != nil {
		return none, err
	}
	known, ok := next.(*names.NameServerAfterKnown)
	if !ok {
		panic("names: a name is known, and no door is published")
	}
	door, err := known.PickDoors(member)
	if err != nil {
		return none, err
	}
	return v.introduce(door, member)
}

// introduce makes the channel, and gives its ends away. A door whose publisher is gone is no door any more.
func (v *server) introduce(s names.NameServerAfterPickDoors, member int) (none names.NameServerServing, err error) {
	o, err := s.Choose()
	if err != nil {
		return none, err
	}
	made, ok := o.(*names.NameServerAfterPickDoorsNewFile)
	if !ok {
		return o.(*names.NameServerAfterPickDoorsElse).Next.SendClientsFailed()
	}
	answer, err := made.Next.Choose()
	if err != nil {
		return none, err
	}
	switch o := answer.(type) {
	case *names.NameServerAfterNewFileSentCaller:
		return o.Next.SendClientsConnected()
	case *names.NameServerAfterNewFileGone:
		v.names[member] = ""
		return o.Next.SendClientsFailed()
	case *names.NameServerAfterNewFileElse:
		return o.Next.SendClientsFailed()
	}
	panic("names: an option that the declaration does not have")
}
