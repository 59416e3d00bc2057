package clock_test

import (
	"fmt"
	"testing"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/clock"
	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/wake"
)

// sleeping is a sleeper that was not woken.
type sleeping struct {
	session *channeltest.Session
	until   uint64
	known   bool // the clock has its request
	due     bool // and a tick since says that it is due
}

// Start is the clock of a machine whose time moves on with each tick of the timer.
func Start(w *channeltest.World) {
	now := uint64(0)
	source := server.Source{Now: func(clock.Which) uint64 { return now }, Resolution: 1}
	given := clock.ClockServerGiven{Users: 3, Port: w.End(&clock.Port, "clock"), Alarm: w.End(&clock.Alarm, "clock")}
	clock.StartClockServer(w.Runtime, channel.Options{Name: "clock"}, given, server.Server(source)).Discard()
	w.Patient(&clock.Clock) // while there is no place for a sleeper, requests wait
	w.Survives(&clock.Clock, &wake.Wake)
	w.Fuzz(func(m *clock.ClockSleepPayload, c fuzz.Continue) { m.Until = now + c.Uint64()>>62 })

	asked := map[*channeltest.Session]uint64{}
	channeltest.On(w, func(s channeltest.Seen, _ *clock.ClockNowPayload) error { asked[s.Session] = now; return nil })
	channeltest.On(w, func(s channeltest.Seen, _ *clock.ClockResolutionPayload) error { asked[s.Session] = never; return nil })
	channeltest.On(w, func(s channeltest.Seen, m *clock.ClockTimePayload) error {
		from := asked[s.Session]
		if from == never && m.Nanoseconds != 1 || from != never && (m.Nanoseconds < from || m.Nanoseconds > now) {
			return fmt.Errorf("asked at %d, answered at %d: %d", from, now, m.Nanoseconds)
		}
		return nil
	})

	sleepers := map[*channeltest.Session]*sleeping{}
	w.OnBorn(&wake.Wake, func(s *channeltest.Session) {
		sleepers[s] = &sleeping{session: s, until: s.By.Values.(*clock.ClockSleepPayload).Until}
	})
	var alarm *channeltest.Session
	channeltest.On(w, func(s channeltest.Seen, m *clock.AlarmTickPayload) error {
		alarm = s.Session
		now += 1 + m.At%4
		for _, s := range sleepers {
			s.due = s.due || s.known && s.until <= now
		}
		return nil
	})
	w.OnLabel(&wake.Wake, "Release", func(s channeltest.Seen) error { delete(sleepers, s.Session); return nil })
	w.OnLabel(&wake.Wake, "Ready", func(s channeltest.Seen) error {
		delete(sleepers, s.Session)
		if until := s.By.Values.(*clock.ClockSleepPayload).Until; now < until {
			return fmt.Errorf("woken at %d, due at %d", now, until)
		}
		return nil
	})
	w.Always(func() error {
		if alarm != nil && !alarm.Received() {
			return nil // the clock waits for room before it takes the tick
		}
		for _, s := range sleepers {
			if s.due && s.session.Listens() {
				return fmt.Errorf("it is %d, and a sleeper that is due is not woken", now)
			}
			s.known = s.session.Over.Received()
		}
		return nil
	})
}

const never = ^uint64(0)

func TestServer(t *testing.T) { channeltest.Config{MinCover: 100}.Check(t, Start) }
