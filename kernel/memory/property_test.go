package memory_test

import (
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/memory"
	"github.com/protoc-os/protoc-os/protocols/memory"
)

const total, quota = 3, 2

// client is what a client has for sure, and what its request may still change.
type client struct {
	held, asked, back int
	most              int // what all together may have had since it asked for more
}

// Start is the service with fewer grains than three clients may have together. It never grants more than there is, nor more than the quota to
// one, and refuses only who asks for more.
func Start(w *channeltest.World) {
	given := memory.MemoryServiceComponentGiven{Users: 3, Total: total, Quota: quota, Port: w.End(&memory.Port, "service")}
	memory.StartMemoryServiceComponent(w.Runtime, channel.Options{Name: "memory"}, given, server.Service).Discard()
	w.Patient(&memory.Memory) // until there is a place for one more client
	w.Survives(&memory.Memory)

	clients := map[*channeltest.Session]*client{}
	w.OnBorn(&memory.Memory, func(s *channeltest.Session) { clients[s] = &client{} })
	channeltest.On(w, func(s channeltest.Seen, m *memory.MemoryGrowPayload) error {
		clients[s.Session].asked, clients[s.Session].most = m.Grains, 0
		most := 0
		for _, c := range clients {
			most += c.held + c.asked
		}
		for _, c := range clients {
			c.most = max(c.most, most)
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *memory.MemoryShrinkPayload) error {
		clients[s.Session].back = m.Grains
		return nil
	})
	w.OnLabel(&memory.Memory, "Granted", func(s channeltest.Seen) error {
		c := clients[s.Session]
		if c.back > c.held {
			return fmt.Errorf("%d grains are taken back of %d", c.back, c.held)
		}
		c.held += c.asked - c.back
		c.asked, c.back = 0, 0
		least := 0
		for s, c := range clients {
			if !s.Ended() {
				least += c.held - min(c.back, c.held)
			}
		}
		if c.held > quota || least > total {
			return fmt.Errorf("one client has %d of at most %d grains, all have %d of %d", c.held, quota, least, total)
		}
		return nil
	})
	w.OnLabel(&memory.Memory, "Refused", func(s channeltest.Seen) error {
		c := clients[s.Session]
		if c.back > 0 && c.back <= c.held || c.asked > 0 && c.held+c.asked <= quota && c.most <= total {
			return fmt.Errorf("who has %d grains may not change by %d - %d, although all together would have %d", c.held, c.asked, c.back, c.most)
		}
		c.asked, c.back = 0, 0
		return nil
	})
	w.Always(func() error {
		for s := range clients {
			if s.Ended() && s.Received() {
				delete(clients, s) // all is quiet: the service has learned of it
			}
		}
		return nil
	})
}

func TestService(t *testing.T) { channeltest.Config{MinCover: 100}.Check(t, Start) }
