package pipe_test

import (
	"bytes"
	"fmt"
	"testing"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/pipe"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/pipe"
	"github.com/protoc-os/protoc-os/protocols/wake"
)

// start is a pipe between peers who do everything that a file allows. What is read is what was written, and the end comes when all was read.
func start(w *channeltest.World) {
	reader, writer := w.End(&file.File, "server"), w.End(&file.File, "server")
	pipe.StartPipe(w.Runtime, channel.Options{Name: "pipe"}, pipe.PipeGiven{Reader: reader, Writer: writer}, server.Pipe).Discard()
	w.Patient(&file.File) // who reads waits for who writes, and the other way round
	w.Survives(&file.File, &wake.Wake)
	content := byte(0)
	fill := func(c fuzz.Continue) []byte {
		b := make([]byte, []int{file.Most, file.Most / 2, 0, file.Most}[c.Uint64()>>62])
		for i := range b {
			content++
			b[i] = content
		}
		return b
	}
	w.Fuzz(func(m *file.FileWritePayload, c fuzz.Continue) { m.Buf.Len = uint32(copy(m.Buf.Data[:], fill(c))) })
	w.Fuzz(func(m *file.FileAppendPayload, c fuzz.Continue) { m.Buf.Len = uint32(copy(m.Buf.Data[:], fill(c))) })
	w.Fuzz(func(m *file.FileReadPayload, c fuzz.Continue) { m.Count = 1 + uint32(c.Intn(file.Most)) })

	// A reader may hear of bytes before their writer hears that they are written: ahead is how many.
	var flow, writing []byte
	ahead := 0
	var writes *channeltest.Session
	put := func(s channeltest.Seen, b []byte) error {
		if s.Session.Name == writerName {
			writing, writes = bytes.Clone(b), s.Session
		}
		return nil
	}
	channeltest.On(w, func(s channeltest.Seen, m *file.FileWritePayload) error { return put(s, m.Buf.Data[:m.Buf.Len]) })
	channeltest.On(w, func(s channeltest.Seen, m *file.FileAppendPayload) error { return put(s, m.Buf.Data[:m.Buf.Len]) })
	channeltest.On(w, func(s channeltest.Seen, m *file.FileWrittenPayload) error {
		if n := int(m.Count); n < ahead || n > len(writing) || n == 0 && len(writing) > 0 {
			return fmt.Errorf("%d of %d bytes are written, and %d of them were read", n, len(writing), ahead)
		}
		flow = append(flow, writing[ahead:m.Count]...)
		writing, ahead = nil, 0
		return nil
	})
	var asked int
	channeltest.On(w, func(s channeltest.Seen, m *file.FileReadPayload) error {
		if s.Session.Name == readerName {
			asked = int(m.Count)
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *file.FileDataPayload) error {
		b := m.Buf.Data[:m.Buf.Len]
		n := min(len(b), len(flow))
		rest := b[n:]
		if len(b) > asked || !bytes.Equal(b[:n], flow[:n]) || len(rest) > len(writing)-ahead || !bytes.Equal(rest, writing[ahead:ahead+len(rest)]) {
			return fmt.Errorf("%d bytes are read that are not the next ones", len(b))
		}
		if len(b) == 0 && (len(flow) > 0 || writes != nil && !writes.Ended()) {
			return fmt.Errorf("the end comes while %d bytes are in the pipe, or its writer has not closed", len(flow))
		}
		flow, ahead = flow[n:], ahead+len(rest)
		return nil
	})
}

// The sessions in the order in which they are made.
const (
	readerName = "File"
	writerName = "File 2"
)

// Peers that mostly write and read fill the pipe, drain it, and disappear while they wait.
func TestFull(t *testing.T) {
	channeltest.Config{Runs: 800, Steps: 12}.Check(t, func(w *channeltest.World) {
		start(w)
		for _, label := range []string{"Truncate", "SetTimes", "Sync", "Stat", "Watch", "Close"} {
			w.Weigh(&file.File, label, 1)
		}
	})
}

func TestPipe(t *testing.T) {
	c := channeltest.Config{Runs: 300, MinCover: 90}
	if testing.Short() {
		c.MinCover = 0 // fewer runs reach less
	}
	c.Check(t, start)
}
