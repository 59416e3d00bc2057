package channel_test

import (
	"context"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

//protocos:unchecked this test parks a state twice and drops it, to see what the cell says
func TestCell(t *testing.T) {
	_, s, _ := plain(context.Background())
	var c channel.Cell[Idle]
	if got, want := panicOf(func() { c.Take() }), "channel.Cell of channel_test.Idle: Take: the cell is empty"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	c.Put(s)
	if got, want := panicOf(func() { c.Put(s) }), "channel.Cell of channel_test.Idle: Put: the cell holds a state already"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !c.Full() || c.Take() != s || c.Full() {
		t.Error("the state that was parked is not the one that comes out, once")
	}
	if panicOf(func() { c.Take() }) == "" {
		t.Error("a state was taken twice")
	}
}
