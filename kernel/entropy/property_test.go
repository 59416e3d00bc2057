package entropy

import (
	"errors"
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	"github.com/protoc-os/protoc-os/protocols/entropy"
)

// enough is from how many bytes on chance gives no two equal ones.
const enough = 16

// start is the source with seeds that last for about two draws. Everyone gets as many bytes as asked for, and nobody what somebody had before,
// as long as the host gives no seed twice.
func start(w *channeltest.World) {
	given := entropy.EntropySourceComponentGiven{Users: 3, Port: w.End(&entropy.Port, "source"), Seed: w.End(&entropy.Seed, "source")}
	entropy.StartEntropySourceComponent(w.Runtime, channel.Options{Name: "entropy"}, given, stretching(entropy.Most)).Discard()
	w.Patient(&entropy.Entropy) // until there is a place for one more client, and a seed
	w.Survives(&entropy.Entropy)

	seeds, again := map[[64]byte]bool{}, false
	channeltest.On(w, func(_ channeltest.Seen, m *entropy.SeedNoisePayload) error {
		seed := m.Buf.Data
		clear(seed[m.Buf.Len:]) // zeros at the end add nothing
		again = again || seeds[seed]
		seeds[seed] = true
		return nil
	})
	asked := map[*channeltest.Session]int{}
	channeltest.On(w, func(s channeltest.Seen, m *entropy.EntropyDrawPayload) error { asked[s.Session] = m.Count; return nil })
	drawn := map[[enough]byte]bool{}
	channeltest.On(w, func(s channeltest.Seen, m *entropy.EntropyRandomPayload) error {
		if n := asked[s.Session]; int(m.Buf.Len) != n {
			return fmt.Errorf("%d bytes, and %d were asked for", m.Buf.Len, n)
		}
		if m.Buf.Len < enough {
			return nil
		}
		first := [enough]byte(m.Buf.Data[:enough])
		if drawn[first] && !again {
			return errors.New("somebody had these bytes before")
		}
		drawn[first] = true
		return nil
	})
}

func TestSource(t *testing.T) { channeltest.Config{MinCover: 100}.Check(t, start) }
