package flat_test

import (
	"errors"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/flat"
	"github.com/protoc-os/protoc-os/protocols/boot"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/vnode"
)

const opens = 3

// Start is a root directory in which there is never anything.
func Start(w *channeltest.World) {
	limits := channel.NewLimits(channel.Limit{Of: "protocols/dir.Dir", Most: opens})
	given := boot.FlatGiven{Opens: opens, User: w.End(&vnode.Table, "table")}
	boot.StartFlat(w.Runtime, channel.Options{Name: "flat", Limits: limits}, given, server.Flat).Discard()
	w.Survives(&dir.Dir, &dir.Opening)
	channeltest.On(w, func(s channeltest.Seen, m *dir.DirEntriesPayload) error {
		if m.Buf.Len > 0 {
			return errors.New("there is something in it")
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *dir.DirIsPayload) error {
		if m.Attr.Ino != 1 || m.Attr.Links != 2 {
			return errors.New("it is no root directory")
		}
		return nil
	})
}

func TestFlat(t *testing.T) { channeltest.Config{MinCover: 95}.Check(t, Start) }
