package clock_test

import (
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/clock"
	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/wake"
)

// start is the clock of a machine whose time moves on with each tick of the timer.
func start(w *channeltest.World) {
	now := uint64(0)
	source := server.Source{Now: func(clock.Which) uint64 { return now }, Resolution: 1}
	w.Patient(&clock.Clock)
	given := clock.ClockServerGiven{Users: 3, Port: w.End(&clock.Port, "clock"), Alarm: w.End(&clock.Alarm, "clock")}
	clock.StartClockServer(w.Runtime, channel.Options{Name: "clock"}, given, server.Server(source)).Discard()

	asked := map[*channeltest.Session]uint64{}
	channeltest.On(w, func(_ channeltest.Seen, m *clock.AlarmTickPayload) error { now += 1 + m.At%8; return nil })
	channeltest.On(w, func(s channeltest.Seen, _ *clock.ClockNowPayload) error { asked[s.Session] = now; return nil })
	channeltest.On(w, func(s channeltest.Seen, _ *clock.ClockResolutionPayload) error { asked[s.Session] = never; return nil })
	channeltest.On(w, func(s channeltest.Seen, m *clock.ClockTimePayload) error {
		if asked[s.Session] == never && m.Nanoseconds != 1 || asked[s.Session] != never && (m.Nanoseconds < asked[s.Session] || m.Nanoseconds > now) {
			return fmt.Errorf("asked at %d, answered at %d: %d", asked[s.Session], now, m.Nanoseconds)
		}
		return nil
	})
	w.OnLabel(&wake.Wake, "Ready", func(s channeltest.Seen) error {
		if until := s.By.Values.(*clock.ClockSleepPayload).Until; now < until {
			return fmt.Errorf("woken at %d, due at %d", now, until)
		}
		return nil
	})
}

const never = ^uint64(0)

func TestServer(t *testing.T) { channeltest.Check(t, start) }
