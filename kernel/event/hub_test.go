package event_test

import (
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/event"
	"github.com/protoc-os/protoc-os/protocols/event"
)

// start is the hub with two drivers. A subscriber hears only of what has happened, and of each kind at most as often.
func start(w *channeltest.World) {
	given := event.HubGiven{Drivers: 2, Users: 3, Port: w.End(&event.Port, "hub"),
		Sources: []channel.End{w.End(&event.Source, "hub"), w.End(&event.Source, "hub")}}
	event.StartHub(w.Runtime, channel.Options{Name: "hub"}, given, server.Hub).Discard()
	w.Patient(&event.Feed)
	w.Survives(&event.Feed)
	happened := map[event.Kind]int{}
	channeltest.On(w, func(s channeltest.Seen, m *event.SourceHappenedPayload) error {
		happened[m.Kind]++
		return nil
	})
	heard := map[*channeltest.Session]map[event.Kind]int{}
	channeltest.On(w, func(s channeltest.Seen, m *event.FeedEventPayload) error {
		of := heard[s.Session]
		if of == nil {
			of = map[event.Kind]int{}
			heard[s.Session] = of
		}
		if of[m.Kind]++; of[m.Kind] > happened[m.Kind] {
			return fmt.Errorf("%v is heard of %d times, and happened %d times", m.Kind, of[m.Kind], happened[m.Kind])
		}
		return nil
	})
}

func TestHub(t *testing.T) { channeltest.Config{MinCover: 100}.Check(t, start) }
