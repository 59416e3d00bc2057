package names_test

import (
	"fmt"
	"testing"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/names"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/names"
)

// Start is the name server with three clients, of which each may publish, dial and disappear. Nobody is connected by a name that was never published,
// or hears that such a name is busy.
func Start(w *channeltest.World) {
	given := names.NameServerGiven{Users: 3, Names: 3}
	for range given.Users {
		given.Clients = append(given.Clients, w.End(&names.Names, "names"))
	}
	limits := channel.NewLimits(channel.Limit{Of: "protocols/file.File", Most: 3})
	names.StartNameServer(w.Runtime, channel.Options{Name: "names", Limits: limits}, given, server.Server()).Discard()
	w.Patient(&names.Door)
	w.Survives(&names.Names, &names.Door)
	w.MayLeave(&file.File)
	w.Fuzz(func(m *names.NamesPublishPayload, c fuzz.Continue) {
		m.Name.Len = uint32(copy(m.Name.Data[:], name(c)))
	})
	w.Fuzz(func(m *names.NamesDialPayload, c fuzz.Continue) { m.Name.Len = uint32(copy(m.Name.Data[:], name(c))) })

	published := map[string]bool{}
	dialled := map[*channeltest.Session]string{}
	channeltest.On(w, func(s channeltest.Seen, m *names.NamesPublishPayload) error {
		published[string(m.Name.Data[:m.Name.Len])] = true
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *names.NamesDialPayload) error {
		dialled[s.Session] = string(m.Name.Data[:m.Name.Len])
		return nil
	})
	w.OnLabel(&names.Names, "Connected", func(s channeltest.Seen) error {
		if !published[dialled[s.Session]] {
			return fmt.Errorf("connected by the name %q, which was never published", dialled[s.Session])
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *names.NamesFailedPayload) error {
		if m.Err == errno.ErrnoAgain && !published[dialled[s.Session]] {
			return fmt.Errorf("the name %q is said to be busy, and was never published", dialled[s.Session])
		}
		return nil
	})
}

func name(c fuzz.Continue) string { return []string{"printer", "clock", ""}[c.Intn(3)] }

func TestServer(t *testing.T) { channeltest.Config{Runs: 600, MinCover: 100}.Check(t, Start) }
