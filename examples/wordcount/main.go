// Command wordcount counts the words of its standard input with two workers. Everything that the three say to each other is declared in
// count/count.chan, checked by protoc-os, and sent through the stubs generated beside it.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/channel"

	"example.org/wordcount/count"
)

//go:generate go tool protoc-os gen ./...

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	words, err := Words(ctx, os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "wordcount:", err)
		os.Exit(1)
	}
	fmt.Println(words)
}

// Words counts the words that r holds. The workers are components on cores of the runtime; the coordinator is the calling goroutine,
// because it reads from the outside world. When ctx is done, all three stop.
func Words(ctx context.Context, r io.Reader) (uint64, error) {
	rt := channel.New(channel.Config{Outside: true})
	coordinatorEnd, leftEnd, rightEnd := count.NewCount(rt)
	count.StartCountLeft(rt, channel.Options{Name: "left"}, leftEnd, left).Discard()
	count.StartCountRight(rt, channel.Options{Name: "right"}, rightEnd, right).Discard()
	workers := make(chan error, 1)
	go func() { workers <- rt.Run(ctx) }()

	c := count.OpenCountCoordinator(ctx, rt, coordinatorEnd)
	_, words, err := coordinate(c, r)
	c.Leave() // after an error, the workers learn that nothing more comes
	return words, errors.Join(err, <-workers)
}

// coordinate hands out the lines in turn, and adds up.
func coordinate(s count.CountCoordinatorCounting, r io.Reader) (none count.CountCoordinatorEnd, words uint64, err error) {
	lines := &pieces{from: bufio.NewScanner(r)}
	for lines.next() {
		halfway, err := s.Line(lines.piece)
		if err != nil {
			return none, 0, err
		}
		lines.next() // an empty piece when there is no more
		if s, err = halfway.Line(lines.piece); err != nil {
			return none, 0, err
		}
	}
	if err := lines.from.Err(); err != nil {
		return none, 0, err
	}
	finishing, err := s.Finish()
	if err != nil {
		return none, 0, err
	}
	adding, err := finishing.Finish()
	if err != nil {
		return none, 0, err
	}
	first, err := adding.Receive()
	if err != nil {
		return none, 0, err
	}
	switch first := first.(type) {
	case *count.CountCoordinatorAddingLeftTotal:
		words = first.Words
		second, err := first.Next.Receive()
		if err != nil {
			return none, 0, err
		}
		return second.Next, words + second.Words, nil
	case *count.CountCoordinatorAddingRightTotal:
		words = first.Words
		second, err := first.Next.Receive()
		if err != nil {
			return none, 0, err
		}
		return second.Next, words + second.Words, nil
	}
	panic("unreachable: the sum has two cases")
}

func left(_ context.Context, s count.CountLeftCounting) (count.CountLeftEnd, error) {
	var words uint64
	for {
		m, err := s.Receive()
		if err != nil {
			return count.CountLeftEnd{}, err
		}
		switch m := m.(type) {
		case *count.CountLeftLine:
			words += uint64(len(strings.Fields(m.Text)))
			s = m.Next
		case *count.CountLeftFinish:
			return m.Next.LeftTotal(words)
		}
	}
}

func right(_ context.Context, s count.CountRightCounting) (count.CountRightEnd, error) {
	var words uint64
	for {
		m, err := s.Receive()
		if err != nil {
			return count.CountRightEnd{}, err
		}
		switch m := m.(type) {
		case *count.CountRightLine:
			words += uint64(len(strings.Fields(m.Text)))
			s = m.Next
		case *count.CountRightFinish:
			return m.Next.RightTotal(words)
		}
	}
}

// pieces cuts lines where a word ends, so that each fits into a message.
type pieces struct {
	from        *bufio.Scanner
	rest, piece string
}

// next makes the next piece; false, and an empty piece, when there is none.
func (p *pieces) next() bool {
	p.piece = ""
	if p.rest == "" {
		if !p.from.Scan() {
			return false
		}
		p.rest = p.from.Text()
	}
	p.piece, p.rest = p.rest, ""
	if len(p.piece) > count.LineMost {
		cut := strings.LastIndexAny(p.piece[:count.LineMost], " \t")
		if cut <= 0 {
			cut = count.LineMost // one word of this length counts as two
		}
		p.piece, p.rest = p.piece[:cut], p.piece[cut:]
	}
	return true
}
