// Package clock is the clock of protocols/clock: it answers what time it is, and wakes sleepers when they are due. What goes in is the
// machine's own way to tell the time; nothing else of the world is known here. A sleeper is never woken early, and never forgotten.
package clock

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/clock"
)

// Source tells the time in nanoseconds, and how fine it is.
type Source struct {
	Now        func(clock.Which) uint64
	Resolution uint64
}

// sleeper is what a sleeper waits for.
type sleeper struct {
	which clock.Which
	until uint64
}

// server keeps the sleepers by their number in the set.
type server struct {
	Source
	sleepers []sleeper
	alarm    uint64 // what the timer is set to, by the monotonic clock
}

const never = ^uint64(0)

// due is when a sleeper is due by the monotonic clock; a time that has passed is due now.
func (v *server) due(s sleeper) uint64 {
	now := v.Now(s.which)
	return v.Now(clock.WhichMonotonic) + max(s.until, now) - now
}

// Server is the clock component.
func Server(source Source) clock.ClockServerFunc {
	return func(_ context.Context, s clock.ClockServerServing) error {
		v := &server{Source: source, alarm: never}
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

// serve answers one option and returns to where the next is waited for.
func (v *server) serve(o clock.ClockServerServingOption) (clock.ClockServerServing, error) {
	switch o := o.(type) {
	case *clock.ClockServerServingAttach:
		return o.Next, nil
	case *clock.ClockServerServingNow:
		return o.Next.SendClientsTime(v.Now(o.Which))
	case *clock.ClockServerServingResolution:
		return o.Next.SendClientsTime(v.Resolution)
	case *clock.ClockServerServingSleep:
		added := o.Next.View().Added()
		for len(v.sleepers) <= added {
			v.sleepers = append(v.sleepers, sleeper{})
		}
		v.sleepers[added] = sleeper{o.Which, o.Until}
		v.alarm = min(v.alarm, v.due(v.sleepers[added]))
		return o.Next.SendAlarmSet(v.alarm)
	case *clock.ClockServerServingDetach:
		return o.Next, nil
	case *clock.ClockServerServingReleaseSleepers:
		return o.Next.SendSleepersCancelled()
	case *clock.ClockServerServingReleaseSleepers2:
		return o.Next, nil
	case *clock.ClockServerServingGoneSleepers:
		return o.Next, nil
	case *clock.ClockServerServingGoneClients:
		return o.Next, nil
	case *clock.ClockServerServingTick:
		return v.tick(o.Next)
	}
	panic("clock: an option that the declaration does not have")
}

// tick wakes who is due, and sets the alarm for the earliest of the others.
func (v *server) tick(next clock.ClockServerServingOrAfterTickOrOthers) (clock.ClockServerServing, error) {
	v.alarm = never
	for {
		var err error
		switch s := next.(type) {
		case *clock.ClockServerAfterTick:
			waits := v.sleepers[s.View().S()]
			if v.Now(waits.which) < waits.until {
				v.alarm = min(v.alarm, v.due(waits))
				next, err = s.Later()
				break
			}
			var due clock.ClockServerAfterDue
			if due, err = s.Due(); err == nil {
				next, err = due.SendSleepersReady()
			}
		case *clock.ClockServerAfterLater:
			return s.SendAlarmSet(v.alarm)
		case *clock.ClockServerServing:
			return *s, nil
		}
		if err != nil {
			return clock.ClockServerServing{}, err
		}
	}
}
