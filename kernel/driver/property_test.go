package driver_test

import (
	"bytes"
	"fmt"
	"testing"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/driver"
	"github.com/protoc-os/protoc-os/protocols/block"
)

// request is what a user has asked, and then what the hardware has said to it.
type request struct {
	user      *channeltest.Session
	op        block.Op
	count     int
	data      []byte
	submitted bool
	ended     bool
	well      bool
}

// barriers are flushes, which nothing tells apart.
type barriers struct{ asked, submitted, well, badly, answered int }

// Start is a driver of hardware with two commands, for one user who is there and two who come. Each request is submitted once, as it was asked, and who asked
// hears what the hardware said.
func Start(w *channeltest.World) {
	given := block.DriverGiven{Openers: 1, Wires: 1, Depth: 2, Users: 2,
		Ports: []channel.End{w.End(&block.Port, "driver")}, Wired: []channel.End{w.End(&block.Block, "driver")},
		Slots: []channel.End{w.End(&block.Command, "driver"), w.End(&block.Command, "driver")}}
	block.StartDriver(w.Runtime, channel.Options{Name: "driver"}, given, server.Driver).Discard()
	w.Patient(&block.Block) // until the hardware has done it
	w.Survives(&block.Block)

	lba := uint64(0)
	w.Fuzz(func(m *block.BlockReadPayload, c fuzz.Continue) {
		lba++
		m.Lba, m.Count = lba, 1+c.Intn(block.SectorsMost)
	}, func(m *block.BlockWritePayload, c fuzz.Continue) {
		lba++
		m.Lba, m.Buf.Len = lba, block.SectorSize*(1+uint32(c.Intn(3)))
		m.Buf.Data[0], m.Buf.Data[m.Buf.Len-1] = byte(c.Uint32()), byte(c.Uint32())
	}, func(m *block.CommandInterruptPayload, c fuzz.Continue) {
		m.Ok, m.Buf.Len = c.Intn(3) > 0, uint32(c.Intn(3))
		m.Buf.Data[0], m.Buf.Data[1] = byte(c.Uint32()), byte(c.Uint32())
	})

	asked := map[uint64]*request{} // by sector
	last := map[*channeltest.Session]*request{}
	ask := func(s channeltest.Seen, lba uint64, r *request) {
		r.user = s.Session
		asked[lba], last[s.Session] = r, r
	}
	channeltest.On(w, func(s channeltest.Seen, m *block.BlockReadPayload) error {
		ask(s, m.Lba, &request{op: block.OpIn, count: m.Count})
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *block.BlockWritePayload) error {
		b := bytes.Clone(m.Buf.Data[:m.Buf.Len])
		ask(s, m.Lba, &request{op: block.OpOut, count: len(b) / block.SectorSize, data: b})
		return nil
	})
	var flushes barriers
	w.OnLabel(&block.Block, "Flush", func(s channeltest.Seen) error {
		flushes.asked++
		last[s.Session] = nil
		return nil
	})

	commands := map[*channeltest.Session]*request{}
	channeltest.On(w, func(s channeltest.Seen, m *block.CommandSubmitPayload) error {
		if m.Op == block.OpBarrier {
			flushes.submitted++
			commands[s.Session] = nil
			if flushes.submitted > flushes.asked {
				return fmt.Errorf("%d flushes are submitted, %d were asked for", flushes.submitted, flushes.asked)
			}
			return nil
		}
		r := asked[m.Lba]
		if r == nil || r.submitted || r.op != m.Op || r.count != m.Count || !bytes.Equal(r.data, m.Buf.Data[:m.Buf.Len]) {
			return fmt.Errorf("%v of sector %d is submitted, and nobody asks for that", m.Op, m.Lba)
		}
		r.submitted = true
		commands[s.Session] = r
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *block.CommandInterruptPayload) error {
		switch r := commands[s.Session]; {
		case r != nil:
			r.ended, r.well, r.data = true, m.Ok, bytes.Clone(m.Buf.Data[:m.Buf.Len])
		case m.Ok:
			flushes.well++
		default:
			flushes.badly++
		}
		return nil
	})

	heard := func(s channeltest.Seen, op block.Op, well bool, data []byte) error {
		r := last[s.Session]
		if r == nil {
			if flushes.answered++; flushes.answered > flushes.well+flushes.badly {
				return fmt.Errorf("%d flushes are answered, of %d that the hardware has ended", flushes.answered, flushes.well+flushes.badly)
			}
			return nil
		}
		if !r.ended || r.well != well || well && (r.op != op || op == block.OpIn && !bytes.Equal(r.data, data)) {
			return fmt.Errorf("who asked for %+v hears %v of %d bytes, well: %v", *r, op, len(data), well)
		}
		return nil
	}
	channeltest.On(w, func(s channeltest.Seen, m *block.BlockDataPayload) error {
		return heard(s, block.OpIn, true, m.Buf.Data[:m.Buf.Len])
	})
	w.OnLabel(&block.Block, "Written", func(s channeltest.Seen) error { return heard(s, block.OpOut, true, nil) })
	w.OnLabel(&block.Block, "Flushed", func(s channeltest.Seen) error { return heard(s, block.OpBarrier, true, nil) })
	w.OnLabel(&block.Block, "Failed", func(s channeltest.Seen) error { return heard(s, 0, false, nil) })
}

func TestDriver(t *testing.T) { channeltest.Config{MinCover: 90}.Check(t, Start) }
