// Package event is the hub of protocols/event. What comes in is what drivers publish: power, heat, devices that come and go, memory that runs short. What
// goes out is the same to every subscriber that has room for it; one that has none hears later that it has missed something.
package event

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/event"
)

// Hub is the component. Who has missed something is known to its stub.
func Hub(_ context.Context, s event.HubServing) error {
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *event.HubServingSubscribe:
			s = o.Next
		case *event.HubServingHappened:
			s, err = publish(o.Next, o.Detail)
		case *event.HubServingUnsubscribe:
			s = o.Next
		case *event.HubServingSentOver:
			s = o.Next
		case *event.HubServingGone:
			s = o.Next
		default:
			panic("event: an option that the declaration does not have")
		}
		if err != nil {
			return err
		}
	}
}

// publish tells all who listen.
func publish(next event.HubServingOrAfterHappened, detail string) (none event.HubServing, err error) {
	for {
		s, more := next.(*event.HubAfterHappened)
		if !more {
			return *next.(*event.HubServing), nil
		}
		o, err := s.Choose()
		if err != nil {
			return none, err
		}
		switch o := o.(type) {
		case *event.HubAfterHappenedSentEvent:
			next, err = o.Next.SendFeedsEvent(detail)
		case *event.HubAfterHappenedGone:
			next = o.Next
		case *event.HubAfterHappenedElse:
			next = o.Next
		}
		if err != nil {
			return none, err
		}
	}
}
