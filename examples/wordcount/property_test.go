package main

import (
	"context"
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
	words := wordsTo(w, "left")
	channeltest.On(w, func(_ channeltest.Seen, m *count.CountLeftTotalPayload) error { return same(m.Words, *words) })
}

func TestLeft(t *testing.T) { channeltest.Check(t, Start) }

// startRight is the right worker in the same place.
func startRight(w *channeltest.World) {
	count.StartCountRight(w.Runtime, channel.Options{Name: "right"}, w.End(&count.Count, "right"), right).Discard()
	words := wordsTo(w, "right")
	channeltest.On(w, func(_ channeltest.Seen, m *count.CountRightTotalPayload) error { return same(m.Words, *words) })
}

func TestRight(t *testing.T) { channeltest.Check(t, startRight) }

// TestCoordinator is the coordinator against random workers: it hands out all words of a text, and what it returns is the sum of whatever
// the two workers say that they have counted.
func TestCoordinator(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"nothing", ""},
		{"one line", "one"},
		{"even", "a b\nc\nd e f\ng"},
		{"odd", "a b\nc\n\nd"},
		{"long lines", strings.Repeat("word ", 300) + "\n" + strings.Repeat("w ", 200)},
	} {
		t.Run(c.name, func(t *testing.T) {
			channeltest.Check(t, func(w *channeltest.World) { startCoordinator(w, c.text) })
		})
	}
}

func startCoordinator(w *channeltest.World, text string) {
	var words uint64
	done := false
	count.StartCountCoordinator(w.Runtime, channel.Options{Name: "coordinator"}, w.End(&count.Count, "coordinator"),
		func(_ context.Context, s count.CountCoordinatorCounting) (count.CountCoordinatorEnd, error) {
			end, n, err := coordinate(s, strings.NewReader(text))
			words, done = n, err == nil
			return end, err
		}).Discard()
	left, right := wordsTo(w, "left"), wordsTo(w, "right")
	var total uint64
	channeltest.On(w, func(_ channeltest.Seen, m *count.CountLeftTotalPayload) error { total += m.Words; return nil })
	channeltest.On(w, func(_ channeltest.Seen, m *count.CountRightTotalPayload) error { total += m.Words; return nil })
	w.AtEnd(func() error {
		if !done {
			return nil // a worker was lost
		}
		if err := same(*left+*right, uint64(len(strings.Fields(text)))); err != nil {
			return err
		}
		return same(words, total)
	})
}

// wordsTo counts the words of the lines that a worker is sent.
func wordsTo(w *channeltest.World, worker string) *uint64 {
	words := new(uint64)
	channeltest.On(w, func(s channeltest.Seen, m *count.CountLinePayload) error {
		if s.To == worker {
			*words += uint64(len(strings.Fields(string(m.Text.Data[:m.Text.Len]))))
		}
		return nil
	})
	return words
}

func same(got, want uint64) error {
	if got != want {
		return fmt.Errorf("%d words, want %d", got, want)
	}
	return nil
}
