package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

func TestWords(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       uint64
	}{
		{"nothing", "", 0},
		{"one line", "to be or not to be\n", 6},
		{"many lines", strings.Repeat("the quick brown fox\n", 5000), 20000},
		{"a line longer than a message", strings.Repeat("word ", 1000), 1000},
		{"no end of line", "a b\nc", 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Words(context.Background(), strings.NewReader(test.text))
			if err != nil || got != test.want {
				t.Errorf("got %d, %v, want %d", got, err, test.want)
			}
		})
	}
}

// An input that fails stops the workers too; its error comes out.
func TestInputFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, err := Words(context.Background(), io.MultiReader(strings.NewReader("a b\nc d\n"), failing{broken}))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A done context stops all three, in the middle of an endless input.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in := &endless{after: 1000, then: cancel}
	_, err := Words(ctx, in)
	var aborted *channel.AbortedError
	if !errors.As(err, &aborted) {
		t.Errorf("got %v", err)
	}
}

// endless repeats a line, and calls a function after some of them.
type endless struct {
	after int
	then  func()
}

func (r *endless) Read(b []byte) (int, error) {
	if r.after--; r.after == 0 {
		r.then()
	}
	return copy(b, bytes.Repeat([]byte("again "), 5)[:29]) + copy(b[29:], "\n"), nil
}

func BenchmarkWords(b *testing.B) {
	text := strings.Repeat("the quick brown fox jumps over the lazy dog\n", 10000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Words(context.Background(), strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}
