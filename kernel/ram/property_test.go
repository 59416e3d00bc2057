package ram_test

import (
	"testing"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/ram"
	"github.com/protoc-os/protoc-os/protocols/block"
)

const sectors = 4

// disk is the reference model: the first byte of each sector.
type disk [sectors]byte

// Start is a disk with one user from the start and others that come and go. What is read is what was written last.
func Start(w *channeltest.World) {
	given := block.RamGiven{Openers: 1, Wires: 1, Users: 2, Ports: w.Ends(&block.Port, "driver"), Wired: w.Ends(&block.Block, "driver")}
	block.StartRam(w.Runtime, channel.Options{Name: "disk"}, given, server.Disk(server.NewImage(sectors))).Discard()
	w.Patient(&block.Block)
	w.Survives(&block.Block)
	w.Fuzz(func(m *block.BlockReadPayload, c fuzz.Continue) { m.Lba, m.Count = c.Uint64()>>61, 1 },
		func(m *block.BlockWritePayload, c fuzz.Continue) {
			m.Lba, m.Buf.Len, m.Buf.Data[0] = c.Uint64()>>61, block.SectorSize, byte(c.Uint64()>>56)
		})
	channeltest.Against(w, channeltest.Model[disk]{Protocols: []*channel.Protocol{&block.Block}, Step: func(d disk, c channeltest.Call) (disk, bool) {
		switch q := c.Request.Values.(type) {
		case *block.BlockWritePayload:
			if q.Lba < sectors {
				d[q.Lba] = q.Buf.Data[0]
			}
		case *block.BlockReadPayload:
			a, ok := c.Reply.Values.(*block.BlockDataPayload)
			return d, !ok || q.Lba >= sectors && a.Buf.Len == 0 || q.Lba < sectors && a.Buf.Len == block.SectorSize && a.Buf.Data[0] == d[q.Lba]
		}
		return d, true
	}})
}

func TestDisk(t *testing.T) { channeltest.Config{MinCover: 100}.Check(t, Start) }
