package depot

import (
	"fmt"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
)

// Start is the depot in a world that knows what it must do.
func Start(w *channeltest.World) {
	given := DepotGiven{Users: 3, Port: w.End(&Port, "store"), Log: w.End(&Log, "store")}
	StartDepot(w.Runtime, channel.Options{Name: "depot"}, given, Server).Discard()
	w.Patient(&Store) // while there is no place for a bell, requests wait
	w.Survives(&Store, &Bell)
	channeltest.Against(w, model)
	watchLog(w)
	watchBells(w)
}

// state is what the depot holds.
type state struct {
	values [Keys]uint64
	used   [Blocks]bool
}

var model = channeltest.Model[state]{
	Protocols: []*channel.Protocol{&Store},
	Init:      func() state { return state{} },
	Step: func(s state, c channeltest.Call) (state, bool) {
		switch q := c.Request.Values.(type) {
		case *StoreGetPayload:
			a, ok := c.Reply.Values.(*StoreValuePayload)
			return s, !ok || a.Value == s.values[q.Key]
		case *StorePutPayload:
			s.values[q.Key] = q.Value
		case *StoreAddPayload:
			s.values[q.Key] += q.By
			a, ok := c.Reply.Values.(*StoreSumPayload)
			return s, !ok || a.Value == s.values[q.Key]
		case *StoreGivePayload:
			s.used[q.N] = false
		}
		return take(s, c)
	},
}

// take is the part of the model that has no values in its request.
func take(s state, c channeltest.Call) (state, bool) {
	switch c.Reply.Label {
	case "Block":
		n := c.Reply.Values.(*StoreBlockPayload).N
		free := !s.used[n]
		s.used[n] = true
		return s, free
	case "Full":
		return s, s.used == [Blocks]bool{true, true, true}
	}
	if c.Request.Label == "Take" { // whoever asked is gone: the first free block may be taken
		for n := range s.used {
			if !s.used[n] {
				s.used[n] = true
				break
			}
		}
	}
	return s, true
}

// watchLog: the numbers in the log follow each other.
func watchLog(w *channeltest.World) {
	logged := uint64(0)
	channeltest.On(w, func(_ channeltest.Seen, m *LogIntentPayload) error {
		if logged++; m.N != logged {
			return fmt.Errorf("%d is due", logged)
		}
		return nil
	})
	channeltest.On(w, func(_ channeltest.Seen, m *LogCommitPayload) error {
		if m.N != logged {
			return fmt.Errorf("%d is due", logged)
		}
		return nil
	})
}

// bell is one that has not rung.
type bell struct {
	session *channeltest.Session
	key     int
	quiet   bool // the depot knows of it
	due     bool // a put of its key was answered since
}

// watchBells: a bell rings when its key is put, and at no other time.
func watchBells(w *channeltest.World) {
	var bells []*bell
	var put [Keys]bool
	known := map[*channeltest.Session][]*bell{} // by who puts: the bells that wait when it asks
	remove := func(s channeltest.Seen) error {
		for i, b := range bells {
			if b.session == s.Session {
				bells = append(bells[:i:i], bells[i+1:]...)
				break
			}
		}
		return nil
	}
	w.OnBorn(&Bell, func(s *channeltest.Session) {
		bells = append(bells, &bell{session: s, key: s.By.Values.(*StoreWatchPayload).Key})
	})
	channeltest.On(w, func(s channeltest.Seen, m *StorePutPayload) error {
		put[m.Key], known[s.Session] = true, nil
		for _, b := range bells {
			if b.quiet && b.key == m.Key {
				known[s.Session] = append(known[s.Session], b)
			}
		}
		return nil
	})
	w.OnLabel(&Store, "Stored", func(s channeltest.Seen) error {
		for _, b := range known[s.Session] {
			b.due = true
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *BellRingPayload) error {
		if key := s.By.Values.(*StoreWatchPayload).Key; !put[key] {
			return fmt.Errorf("nobody has put key %d", key)
		}
		return remove(s)
	})
	w.OnLabel(&Bell, "Forget", remove)
	w.Always(func() error {
		for _, b := range bells {
			if b.due && b.session.Listens() {
				return fmt.Errorf("%s does not ring", b.session.Name)
			}
			b.quiet = b.session.Over.Received()
		}
		return nil
	})
}
