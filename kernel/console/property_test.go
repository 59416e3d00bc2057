package console_test

import (
	"fmt"
	"strings"
	"testing"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/console"
	"github.com/protoc-os/protoc-os/protocols/console"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/wake"
)

// line is what was typed and not read yet.
type line struct {
	text   string
	some   bool // there is something to read, be it nothing
	hungUp bool
}

// typed is the keyboard as one line that readers share: each gets what is next, and nothing when there is nothing more to come.
func typed(s line, c channeltest.Call) (line, bool) {
	switch q := c.Request.Values.(type) {
	case *console.KeysInputPayload:
		s.text, s.some = string(q.Buf.Data[:q.Buf.Len]), true
	case *file.FileReadPayload:
		if !s.some && !s.hungUp {
			return s, false
		}
		n := min(len(s.text), int(q.Count))
		if a, ok := c.Reply.Values.(*file.FileDataPayload); ok && string(a.Buf.Data[:a.Buf.Len]) != s.text[:n] {
			return s, false
		}
		s.text = s.text[n:]
		s.some = s.text != ""
	}
	if c.Request.Label == "Hangup" {
		s.hungUp = true
	}
	return s, true
}

// shown is what a program writes, and for which stream.
type shown struct {
	stream console.Stream
	text   string
}

// Start is the console with three programs. What is typed is read in order, once; what is written is shown, once, before its writer hears of it.
func Start(w *channeltest.World) {
	given := console.ConsoleGiven{Users: 3, Port: w.End(&console.Port, "console"), Keys: w.End(&console.Keys, "console"), Screen: w.End(&console.Display, "console")}
	console.StartConsole(w.Runtime, channel.Options{Name: "console"}, given, server.Server([3]file.Kind{file.KindTerminal, file.KindTerminal, file.KindTerminal})).Discard()
	w.Patient(&file.File, &wake.Wake) // until somebody types
	w.Survives(&file.File, &wake.Wake)
	next := byte('a')
	w.Fuzz(func(m *console.KeysInputPayload, c fuzz.Continue) {
		m.Buf.Len = 1 + uint32(c.Uint64()>>62)
		for i := range m.Buf.Len {
			m.Buf.Data[i] = next
			next++
		}
	}, func(m *file.FileReadPayload, c fuzz.Continue) { m.Count = uint32(c.Uint64() >> 62) })
	channeltest.Against(w, channeltest.Model[line]{Protocols: []*channel.Protocol{&console.Keys, &file.File}, Step: typed})

	writes := map[*channeltest.Session]shown{}
	wrote := func(s channeltest.Seen, text []byte) error {
		writes[s.Session] = shown{s.By.Values.(*console.PortAttachPayload).Stream, strings.Clone(string(text))}
		return nil
	}
	channeltest.On(w, func(s channeltest.Seen, m *file.FileWritePayload) error { return wrote(s, m.Buf.Data[:m.Buf.Len]) })
	channeltest.On(w, func(s channeltest.Seen, m *file.FileAppendPayload) error { return wrote(s, m.Buf.Data[:m.Buf.Len]) })
	onScreen := map[shown]int{}
	channeltest.On(w, func(_ channeltest.Seen, m *console.DisplayOutputPayload) error {
		what := shown{m.Stream, string(m.Buf.Data[:m.Buf.Len])}
		onScreen[what]++
		for _, write := range writes {
			if write == what {
				return nil
			}
		}
		return fmt.Errorf("nobody writes %q", what.text)
	})
	channeltest.On(w, func(s channeltest.Seen, m *file.FileWrittenPayload) error {
		what := writes[s.Session]
		if onScreen[what]--; onScreen[what] < 0 || int(m.Count) != len(what.text) {
			return fmt.Errorf("%q of %d bytes is written, %d bytes of it", what.text, len(what.text), m.Count)
		}
		return nil
	})
}

func TestServer(t *testing.T) { channeltest.Config{Runs: 400, Steps: 50}.Check(t, Start) }

// TestReaders is the console with programs that mostly read.
func TestReaders(t *testing.T) {
	channeltest.Config{Runs: 300, Steps: 50}.Check(t, func(w *channeltest.World) {
		Start(w)
		w.Weigh(&file.File, "Read", 150)
		w.Weigh(&console.Port, "Attach", 20)
		w.Weigh(&file.File, "Close", 1)
	})
}
