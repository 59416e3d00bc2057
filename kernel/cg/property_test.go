package cg_test

import (
	"fmt"
	"testing"

	fuzz "github.com/google/gofuzz"

	server "github.com/protoc-os/protoc-os/kernel/cg"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/kernel/ram"
	"github.com/protoc-os/protoc-os/protocols/block"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/errno"
)

// free is how many blocks are free, unless somebody has disappeared who asked for some.
type free struct {
	blocks uint64
	vague  bool
}

func (f free) step(c channeltest.Call) (free, bool) {
	if r, ok := c.Reply.Values.(*cg.GroupFailedPayload); ok {
		return f, r.Err == errno.ErrnoIo || r.Err == errno.ErrnoNoSpc && (f.blocks == 0 || f.vague)
	}
	if q, ok := c.Request.Values.(*cg.GroupFreeBlocksPayload); ok {
		f.blocks += q.Count
		return f, true
	}
	r, ok := c.Reply.Values.(*cg.GroupBlocksPayload)
	if !ok {
		f.vague = true
		return f, true
	}
	f.blocks -= min(r.Count, f.blocks)
	return f, true
}

// Start is a group of a small disk. Nobody gets a block or an inode that somebody has, and what was given back is given again.
func Start(w *channeltest.World) {
	start(w, func(image *ram.Image) channel.End {
		client, driver := block.NewBlock(w.Runtime)
		_, port := block.NewPort(w.Runtime)
		given := block.RamGiven{Openers: 1, Wires: 1, Users: 1, Ports: []channel.End{port}, Wired: []channel.End{driver}}
		block.StartRam(w.Runtime, channel.Options{Name: "disk"}, given, ram.Disk(image)).Discard()
		return client
	})
}

// damaged is the same on a disk that now and then fails. What it is asked for is seen before it answers.
func damaged(w *channeltest.World) {
	start(w, func(image *ram.Image) channel.End {
		w.Weigh(&block.Block, "Failed", 1)
		var asked block.BlockReadPayload
		channeltest.On(w, func(_ channeltest.Seen, m *block.BlockReadPayload) error { asked = *m; return nil })
		channeltest.On(w, func(_ channeltest.Seen, m *block.BlockWritePayload) error {
			return image.WriteBlock(m.Lba, m.Buf.Data[:disk.BlockSize])
		})
		w.Fuzz(func(m *block.BlockDataPayload, _ fuzz.Continue) {
			m.Buf.Len = 0
			for i := range asked.Count {
				if image.ReadBlock(asked.Lba+uint64(i), m.Buf.Data[i*disk.BlockSize:]) == nil {
					m.Buf.Len += disk.BlockSize
				}
			}
		}, func(m *block.BlockFailedPayload, _ fuzz.Continue) { m.Err = errno.ErrnoIo })
		return w.End(&block.Block, "client")
	})
}

// start starts a group on a disk.
func start(w *channeltest.World, attach func(*ram.Image) channel.End) {
	const blocks = 12
	image := ram.NewImage(blocks)
	layout, err := disk.NewLayout(blocks, 1)
	if err == nil {
		err = disk.Format(image, layout, 1)
	}
	if err != nil {
		panic(err)
	}
	given := cg.CylinderGroupGiven{Users: 3, Port: w.End(&cg.Port, "group"), Disk: attach(image)}
	cg.StartCylinderGroup(w.Runtime, channel.Options{Name: "group"}, given, server.Group(0, func() uint64 { return 42 })).Discard()
	w.Patient(&cg.Group)
	w.Survives(&cg.Group)
	for _, label := range []string{"TakeBlocks", "FreeBlocks", "TakeInode"} {
		w.Weigh(&cg.Group, label, 24)
	}

	taken, last := map[uint64]bool{}, uint64(0)
	channeltest.On(w, func(_ channeltest.Seen, m *cg.GroupBlocksPayload) error {
		for b := m.Lba; b < m.Lba+m.Count; b++ {
			if taken[b] || b < layout.Data(0) || b >= layout.Base(0)+layout.GroupBlocks {
				return fmt.Errorf("block %d is taken, or none of the group's", b)
			}
			taken[b], last = true, b
		}
		return nil
	})
	guessed := false // a block is given back that nobody has, as by a script that was made shorter
	channeltest.On(w, func(_ channeltest.Seen, m *cg.GroupFreeBlocksPayload) error {
		guessed = guessed || m.Count > 0 && !taken[m.Lba]
		delete(taken, m.Lba)
		return nil
	})
	freed := false // some place
	inodes, places := map[uint64]bool{disk.Root: true}, map[uint64]bool{}
	channeltest.On(w, func(_ channeltest.Seen, m *cg.GroupInodePayload) error {
		_, place, _ := layout.Place(m.Ino)
		if inodes[m.Ino] || places[place] && !freed {
			return fmt.Errorf("inode %d was given before, or its place is taken", m.Ino)
		}
		inodes[m.Ino], places[place] = true, true
		return nil
	})
	channeltest.On(w, func(_ channeltest.Seen, m *cg.GroupFreeInodePayload) error {
		freed = true
		return nil
	})
	channeltest.Against(w, channeltest.Model[free]{
		Init: func() free { return free{blocks: layout.Base(0) + layout.GroupBlocks - layout.Data(0)} },
		Of: func(c channeltest.Call) bool {
			return !guessed && (c.Request.Label == "TakeBlocks" || c.Request.Label == "FreeBlocks")
		},
		Step: free.step,
	})

	w.Fuzz(func(m *cg.GroupTakeBlocksPayload, c fuzz.Continue) {
		m.Near, m.Count = c.Uint64()>>59, 1+c.Uint64()>>61
	}, func(m *cg.GroupFreeBlocksPayload, c fuzz.Continue) {
		if m.Lba = max(last, layout.Data(0)); taken[last] {
			m.Count = 1
		}
	}, func(v *uint64, c fuzz.Continue) { *v = layout.Ino(0, c.Uint64()>>61, uint32(c.Uint64()>>62)) })
}

func TestGroup(t *testing.T) { channeltest.Check(t, Start) }

func TestDamaged(t *testing.T) {
	channeltest.Config{Runs: 200, Steps: 60, MinCover: 95}.Check(t, damaged)
}
