package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"

	"example.org/wordcount/count"
)

// Start is the left worker against random coordinators: its total is the words of all lines that it was sent.
func Start(w *channeltest.World) {
	count.StartCountLeft(w.Runtime, channel.Options{Name: "left"}, w.End(&count.Count, "left"), left).Discard()
	var words uint64
	channeltest.On(w, func(s channeltest.Seen, m *count.CountLinePayload) error {
		if s.To == "left" {
			words += uint64(len(strings.Fields(string(m.Text.Data[:m.Text.Len]))))
		}
		return nil
	})
	channeltest.On(w, func(_ channeltest.Seen, m *count.CountLeftTotalPayload) error {
		if m.Words != words {
			return fmt.Errorf("%d words were sent", words)
		}
		return nil
	})
}

func TestLeft(t *testing.T) { channeltest.Check(t, Start) }
