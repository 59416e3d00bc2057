// Package correct uses states once, in many ways.
package correct

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/gen/internal/sample"
	"github.com/protoc-os/protoc-os/kernel/channel"
)

type signal = parts.SignalFromRest

func loop(s signal, n int) (parts.SignalFromEnd, error) {
	var err error
	for range n {
		if s, err = s.Again(); err != nil {
			return parts.SignalFromEnd{}, err
		}
	}
	return s.Stop()
}

func labelled(s signal, n int) (parts.SignalFromEnd, error) {
outer:
	for i := range n {
		next, err := s.Again()
		if err != nil {
			return parts.SignalFromEnd{}, err
		}
		s = next
		for j := range n {
			if j > i {
				continue outer
			}
			if j+i > 100 {
				break outer
			}
		}
	}
	return s.Stop()
}

func branches(s signal, stop bool) error {
	if stop {
		_, err := s.Stop()
		return err
	}
	next, err := s.Again()
	if err != nil {
		return fmt.Errorf("again: %w", err)
	}
	next.Leave()
	return nil
}

func deferredLeave(s signal, early bool) error {
	defer s.Leave()
	if early {
		return nil
	}
	next, err := s.Again()
	if err != nil {
		return err
	}
	_ = next
	return nil
}

func deferredLiteral(s signal) error {
	defer func() { s.Leave() }()
	_, err := s.Again()
	return err
}

func deferredStop(s signal) (err error) {
	defer func() { _, err = s.Stop() }()
	return nil
}

func leftAfterwards(rt *channel.Runtime, end channel.End) error {
	s := parts.OpenSignalFrom(context.Background(), rt, end)
	_, err := loop(s, 3)
	s.Leave()
	return err
}

func immediately(s signal) (err error) {
	func() {
		_, err = s.Stop()
	}()
	return err
}

func named(s signal) error {
	stop := func() error {
		_, err := s.Stop()
		return err
	}
	return stop()
}

func putBack(s signal) error {
	var err error
	step := func() {
		s, err = s.Again()
	}
	for range 3 {
		if step(); err != nil {
			return err
		}
	}
	_, err = s.Stop()
	return err
}

func argument(s signal) error {
	return func(s signal) error {
		_, err := s.Stop()
		return err
	}(s)
}

func goroutine(s signal) {
	go func() {
		_, _ = s.Stop()
	}()
}

func goroutineOfLoop(list []channel.End, rt *channel.Runtime) {
	for _, end := range list {
		s := parts.OpenSignalFrom(context.Background(), rt, end)
		go loop(s, 2)
	}
}

func started(rt *channel.Runtime, o channel.Options, end channel.End, other signal) {
	parts.StartSignalFrom(rt, o, end, func(_ context.Context, s signal) (parts.SignalFromEnd, error) {
		if _, err := other.Stop(); err != nil {
			return parts.SignalFromEnd{}, err
		}
		return s.Stop()
	}).Discard()
}

type handler struct{ at channel.Cell[signal] }

func (h *handler) event(stop bool) error {
	s := h.at.Take()
	if stop {
		_, err := s.Stop()
		return err
	}
	next, err := s.Again()
	if err != nil {
		return err
	}
	h.at.Put(next)
	return nil
}

type pair struct {
	s signal
	n int
}

func localStruct(s signal) error {
	var p pair
	p.s = s
	p.n++
	_, err := p.s.Stop()
	return err
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func generic(s signal) {
	must(must(s.Again()).Stop())
}

func apply[S, R any](s S, f func(S) (R, error)) (R, error) { return f(s) }

func applied(s signal) error {
	_, err := apply(s, signal.Stop)
	return err
}

func messages(s sample.ShopServerRest, line sample.LineCallerStart) (sample.ShopServerEnd, error) {
	defer line.Leave()
	for {
		m, err := s.Receive()
		if err != nil {
			return sample.ShopServerEnd{}, err
		}
		switch m := m.(type) {
		case *sample.ShopServerPut:
			if m.N == 8 {
				s, err = m.Next.Refused("too many")
				break
			}
			s, err = m.Next.Kept(m.Who, m.Raw, m.More, m.Wait)
		case *sample.ShopServerOpen:
			m.Next.Leave()
			return sample.ShopServerEnd{}, errors.New("closed")
		case *sample.ShopServerBye:
			return m.Next, nil
		}
		if err != nil {
			return sample.ShopServerEnd{}, err
		}
	}
}

func delegated(s sample.ShopServerAfterOpen, line sample.LineCallerStart) error {
	rest, err := s.Opened(line)
	if err != nil {
		return err
	}
	rest.Leave()
	return nil
}

func arrived(m *sample.ShopClientOpened) (sample.ShopClientRest, error) {
	a, err := m.Line.Ask(1)
	if err != nil {
		return sample.ShopClientRest{}, err
	}
	if _, err := a.Receive(); err != nil {
		return sample.ShopClientRest{}, err
	}
	return m.Next, nil
}

func nested(_ context.Context, s parts.RelayRelaying) (parts.RelayEnd, error) {
	for {
		o, err := s.Choose(0)
		if err != nil {
			return parts.RelayEnd{}, err
		}
		switch o := o.(type) {
		case *parts.RelayRelayingAgain:
			if s, err = o.Next.SendOutAgain(); err != nil {
				return parts.RelayEnd{}, err
			}
		case *parts.RelayRelayingStop:
			switch next := o.Next.(type) {
			case *parts.RelayRelaying:
				s = *next
			case *parts.RelayAfterStop:
				return next.SendOutStop()
			}
		case *parts.RelayRelayingTimeout:
			return o.Next.SendOutStop()
		}
	}
}

func maybe(s signal, ok bool) (signal, bool) {
	if !ok {
		s.Leave()
		return signal{}, false
	}
	return s, true
}

func asked(s signal) error {
	s, ok := maybe(s, true)
	if !ok {
		return nil
	}
	_, err := s.Stop()
	return err
}

func whole(s signal) {
	next, err := s.Again()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	next.Leave()
}

func inTest(t *testing.T, s signal, shop sample.ShopServerRest) {
	t.Cleanup(s.Leave)
	if _, err := s.Again(); err != nil {
		t.Fatal(err)
	}
	m, err := shop.Receive()
	if err != nil {
		t.Fatal(err)
	}
	bye, ok := m.(*sample.ShopServerBye)
	if !ok {
		t.Fatalf("got %T", m)
	}
	_ = bye
}

func flags(to parts.SignalToRest) error {
	for stopped := false; !stopped; {
		m, err := to.Receive()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *parts.SignalToAgain:
			to = m.Next
		case *parts.SignalToStop:
			stopped = true
		}
	}
	return nil
}

func shadowed(s signal) error {
	if s, err := s.Again(); err != nil {
		return err
	} else if _, err = s.Stop(); err != nil {
		return err
	}
	return nil
}

func expression(s signal) error {
	_, err := signal.Stop(s)
	return err
}

func rangeFunc(s signal, seq func(yield func(int) bool)) error {
	var err error
	for range seq {
		if s, err = s.Again(); err != nil {
			return err
		}
	}
	_, err = s.Stop()
	return err
}

func panics(s signal) {
	panic("not yet")
}

// A state of several sums goes through any, within the package.
func boxed(s parts.OpenerWatching) (parts.OpenerEnd, error) {
	var next any = &s
	for {
		var err error
		switch s := next.(type) {
		case *parts.OpenerWatching:
			next, err = watch(s)
		case *parts.OpenerEnd:
			return *s, nil
		default:
			panic("not a state of Opener")
		}
		if err != nil {
			return parts.OpenerEnd{}, err
		}
	}
}

func watch(s *parts.OpenerWatching) (any, error) {
	o, err := s.Choose()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *parts.OpenerWatchingEnded:
		return o.Next, nil
	case *parts.OpenerWatchingCrashed:
		return o.Next, nil
	}
	panic("not an option of Opener")
}

// check is how some write it: it does not return where there is an error.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func fail(s signal) {
	s.Leave()
	panic("failed")
}

func checked(s signal, bad bool) parts.SignalFromEnd {
	if bad {
		fail(s)
	}
	next, err := s.Again()
	check(err)
	end, err := next.Stop()
	check(err)
	return end
}

type problem struct{ of error }

func (p *problem) Error() string { return p.of.Error() }

func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return &problem{err}
}

func refuse(n int) error { return fmt.Errorf("refused %d", n) }

func excused(s signal, n int) (signal, error) {
	if n > 3 {
		return signal{}, refuse(n)
	}
	if _, err := fmt.Sscan("1", &n); err != nil {
		return signal{}, wrapped(err)
	}
	return s.Again()
}

func namedResults(s signal) (out signal, err error) {
	defer func() {
		if err != nil {
			err = wrapped(err)
		}
	}()
	out, err = s.Again()
	return
}

func jumps(s signal, n int) (parts.SignalFromEnd, error) {
	var err error
again:
	if n > 0 {
		if s, err = s.Again(); err != nil {
			return parts.SignalFromEnd{}, err
		}
		n--
		goto again
	}
	return s.Stop()
}

func recursive(s signal, n int) (parts.SignalFromEnd, error) {
	if n == 0 {
		return s.Stop()
	}
	next, err := s.Again()
	if err != nil {
		return parts.SignalFromEnd{}, err
	}
	return recursive(next, n-1)
}

// One of two results is a state.
func either(s signal, stop bool) (going signal, end parts.SignalFromEnd, err error) {
	if stop {
		end, err = s.Stop()
		return going, end, err
	}
	going, err = s.Again()
	return going, end, err
}

// The analyzer takes the first result for one that may be dead, when there is another.
func instead(s signal, other parts.SignalToRest, which bool) (signal, any, error) {
	if which {
		other.Leave()
		next, err := s.Again()
		return next, nil, err
	}
	s.Leave()
	return signal{}, other, nil
}

func insteadOf(s signal, other parts.SignalToRest) error {
	next, a, err := instead(s, other, true)
	if err != nil {
		return err
	}
	if o, ok := a.(parts.SignalToRest); ok {
		o.Leave()
		return nil
	}
	next.Leave()
	return nil
}

// The message that brings the end is the last of its session.
func received(s sample.GiftTakerStart) error {
	m, err := s.Receive()
	if err != nil {
		return err
	}
	m.Line.Leave()
	return nil
}

func handedOn(s sample.GiftTakerStart, to sample.GiftGiverStart) error {
	m, err := s.Receive()
	if err != nil {
		to.Leave()
		return err
	}
	_, err = to.Give(m.Line)
	return err
}
