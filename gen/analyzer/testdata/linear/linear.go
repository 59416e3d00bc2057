// Package linear misuses states in every way that the analyzer is to find.
package linear

import (
	"context"
	"errors"
	"sync"

	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/gen/internal/sample"
	"github.com/protoc-os/protoc-os/kernel/channel"
)

type (
	idle   = sample.LineCallerStart
	asked  = sample.LineCallerAfterAsk
	signal = parts.SignalFromRest
)

func open(rt *channel.Runtime, end channel.End) idle {
	return sample.OpenLineCaller(context.Background(), rt, end)
}

// finish is correct.
func finish(s asked) (uint64, error) {
	m, err := s.Receive()
	if err != nil {
		return 0, err
	}
	return m.X, nil
}

func twice(s idle) error {
	a, err := s.Ask(1)
	if err != nil {
		return err
	}
	if _, err := finish(a); err != nil {
		return err
	}
	b, err := s.Ask(2) // want `this sample.LineCallerStart is used twice: it is used by Ask, and was used by Ask \(line 34\)`
	if err != nil {
		return err
	}
	_, err = finish(b)
	return err
}

func twiceOnOnePath(s asked, again bool) error {
	if again {
		if _, err := finish(s); err != nil {
			return err
		}
	}
	_, err := finish(s) // want `is used twice: it is handed to finish, and was handed to finish`
	return err
}

func copied(s signal) error {
	t := s
	a, err := s.Again()
	if err != nil {
		return err
	}
	a.Leave()
	_, err = t.Stop() // want `is used twice`
	return err
}

func dropped(s idle) error {
	_, err := s.Ask(1) // want `a sample.LineCallerAfterAsk is dropped: the function returns \(line 72\); take its next step, hand it on, or Leave`
	return err
}

func never(s idle) {} // want `a sample.LineCallerStart is dropped`

func ignored(s idle) {
	s.Ask(1) // want `a sample.LineCallerAfterAsk is dropped`
}

func droppedEarly(s signal, stop bool) error { // want `a parts.SignalFromRest is dropped: the function returns \(line 83\)`
	if stop {
		return nil
	}
	_, err := s.Stop()
	return err
}

func droppedInLoop(rt *channel.Runtime, ends []channel.End) {
	for _, e := range ends {
		s := open(rt, e) // want `a sample.LineCallerStart is dropped: the loop goes on without it`
		_ = s
	}
}

func shadowed(s signal) error {
	for i := range 3 {
		s, err := s.Again() // want `used twice` `a parts.SignalFromRest is dropped`
		if err != nil {
			return err
		}
		_, _ = i, s
	}
	_, err := s.Stop() // want `used twice`
	return err
}

func labelled(s signal, n int) error {
outer:
	for range n {
		next, err := s.Again() // want `used twice`
		if err != nil {
			return err
		}
		for range n {
			if n > 3 {
				s = next
				continue outer
			}
		}
		next.Leave()
		if n > 7 {
			continue outer
		}
		return nil
	}
	s.Leave()
	return nil
}

func afterError(s idle) error {
	a, err := s.Ask(1)
	if err != nil {
		_, err = a.Receive() // want `used by Receive after an error: what Ask \(line 132\) returned is dead`
		return err
	}
	_, err = finish(a)
	return err
}

func retried(s signal) error {
	next, err := s.Again()
	if err != nil {
		next, err = s.Again() // want `used by Again again after an error`
		if err != nil {
			return err
		}
	}
	_, err = next.Stop()
	return err
}

func unchecked(s idle) error {
	a, _ := s.Ask(1)
	_, err := a.Receive() // want `used by Receive after an error`
	return err
}

func given(s sample.ShopServerAfterOpen, line idle) error {
	rest, err := s.Opened(line)
	if err != nil {
		return err
	}
	defer rest.Leave()
	a, err := line.Ask(1) // want `is used twice: it is used by Ask, and was given away by Opened`
	if err != nil {
		return err
	}
	_, err = finish(a)
	return err
}

func endOfMessage(s sample.ShopClientAfterOpen) (sample.ShopClientRest, error) {
	m, err := s.Receive() // want `the end Line that came with the message, a sample.LineCallerStart, is dropped`
	if err != nil {
		return sample.ShopClientRest{}, err
	}
	return m.Next, nil
}

func messageDropped(s sample.ShopServerRest) error {
	m, err := s.Receive() // want `a \*sample.ShopServerPut is dropped`
	if err != nil {
		return err
	}
	switch m := m.(type) {
	case *sample.ShopServerPut:
		println(m.N)
	case *sample.ShopServerOpen:
		m.Next.Leave()
	case *sample.ShopServerBye:
	}
	return nil
}

func nextTwice(m *sample.ShopServerOpen, a, b idle) error {
	one, err := m.Next.Opened(a)
	if err != nil {
		return err
	}
	one.Leave()
	two, err := m.Next.Opened(b) // want `used twice`
	if err != nil {
		return err
	}
	two.Leave()
	return nil
}

func literal(s signal) []func() error {
	return []func() error{
		func() error { // want `a parts.SignalFromRest is captured by a function literal that may run more than once`
			_, err := s.Stop()
			return err
		},
	}
}

func literalCalledTwice(s signal) error {
	stop := func() error {
		_, err := s.Stop()
		return err
	}
	if err := stop(); err != nil {
		return err
	}
	return stop() // want `used twice: it is used by a function literal`
}

func literalAndAfter(s signal) error {
	if err := func() error { _, err := s.Stop(); return err }(); err != nil {
		return err
	}
	_, err := s.Stop() // want `used twice`
	return err
}

func literalInLoop(s signal) (err error) {
	for {
		func() {
			if _, err = s.Stop(); err != nil {
				panic(err)
			}
		}() // want `used twice: it is used by a function literal`
	}
}

func methodValue(s signal) func() (parts.SignalFromEnd, error) {
	return s.Stop // want `the method value Stop of a parts.SignalFromRest may be called more than once`
}

func goroutine(s signal) error {
	var w sync.WaitGroup
	w.Add(1)
	go func() {
		defer w.Done()
		_, _ = s.Stop()
	}()
	_, err := s.Stop() // want `used twice: it is used by Stop, and was taken by a goroutine`
	w.Wait()
	return err
}

func goLost(s signal) {
	go s.Again() // want `the parts.SignalFromRest that Again returns is dropped by go`
}

func deferLost(s signal) {
	defer s.Again() // want `the parts.SignalFromRest that Again returns is dropped by defer`
}

func deferredAndUsed(s signal) error {
	defer s.Stop()
	next, err := s.Again() // want `used twice`
	if err != nil {
		return err
	}
	next.Leave()
	return nil
}

func left(s signal) error {
	s.Leave()
	_, err := s.Stop() // want `is used by Stop after Leave`
	return err
}

type holder struct {
	s    signal
	cell channel.Cell[signal]
}

func field(h *holder, s signal) {
	h.s = s // want `stored in field s of linear.holder, where it cannot be followed`
}

func composite(s signal) holder {
	return holder{s: s} // want `stored in field s of linear.holder`
}

func slice(s, t signal) []signal {
	return []signal{s, t} // want `stored in an array, a slice or a variadic argument` `stored in an array, a slice or a variadic argument`
}

func appended(list []signal, s signal) []signal {
	return append(list, s) // want `stored in an array, a slice or a variadic argument`
}

func mapped(m map[string]signal, s signal) {
	m["s"] = s // want `stored in a map`
}

func channelOf(c chan signal, s signal) {
	c <- s // want `sent on a channel of Go`
}

var global signal // want `a parts.SignalFromRest in a package variable cannot be followed`

func global1(s signal) {
	global = s // want `stored in package variable global`
}

func boxed(s signal) any {
	return s // want `is converted to any, where it cannot be followed`
}

func dressed(s signal) interface{ Leave() } {
	return s // want `is converted to interface\{Leave\(\)\}`
}

func address(s signal) error {
	if err := through(&s); err != nil { // want `the address of a parts.SignalFromRest is taken`
		return err
	}
	_, err := s.Stop()
	return err
}

func through(s *signal) error {
	next, err := s.Again()
	if err != nil {
		return err
	}
	*s = next // want `stored through a pointer`
	return nil
}

func zero() error {
	var s signal
	_, err := s.Stop() // want `a zero parts.SignalFromRest is used by Stop: it is dead`
	return err
}

func forged(s asked) (sample.LineCallerEnd, error) {
	s.Leave()
	return sample.LineCallerEnd{}, nil // want `a dead sample.LineCallerEnd is returned without an error`
}

func cast(s idle) asked {
	return asked(s) // want `a conversion forges a sample.LineCallerAfterAsk`
}

func both(s signal) (signal, signal) {
	return s, s // want `used twice: it is returned, and was returned`
}

func duplicate[S any](s S) (S, S) {
	return s, s // want `used twice: it is returned, and was returned`
}

func generic(s signal) {
	a, b := duplicate(s)
	a.Leave()
	b.Leave()
}

func cellTwice(h *holder, s signal) error {
	h.cell.Put(s)
	_, err := s.Stop() // want `used twice: it is used by Stop, and was handed to Put`
	return err
}

func cellTaken(h *holder) {
	h.cell.Take() // want `a parts.SignalFromRest is dropped`
}

func helper(s signal) { // want `a parts.SignalFromRest is dropped`
	println("looks, and drops")
}

func component(_ context.Context, s parts.RelayRelaying) (parts.RelayEnd, error) {
	o, err := s.Choose(0)
	if err != nil {
		return parts.RelayEnd{}, err
	}
	if m, ok := o.(*parts.RelayRelayingTimeout); ok {
		return m.Next.SendOutStop()
	}
	if m, ok := o.(*parts.RelayRelayingAgain); ok {
		if s, err = m.Next.SendOutAgain(); err != nil {
			return parts.RelayEnd{}, err
		}
	}
	if s, ok := o.(*parts.RelayRelayingStop); ok {
		_ = s
	}
	return parts.RelayEnd{}, errors.New("errors excuse what is dropped")
}

func meant(s signal) error {
	_, _ = s.Stop()
	_, err := s.Stop() //protocos:unchecked to see the panic
	return err
}

func boxDropped(next any, stop bool) error { // want `a state in an any is dropped`
	if stop {
		return nil
	}
	switch s := next.(type) {
	case *signal:
		_, err := s.Stop()
		return err
	}
	panic("not a state")
}

func boxTwice(s signal) error {
	if err := boxDropped(&s, false); err != nil {
		return err
	}
	_, err := s.Stop() // want `used twice: it is used by Stop, and was handed to boxDropped`
	return err
}

func boxMatched(next any) error { // want `a state in an any is dropped`
	if s, ok := next.(*signal); ok {
		println(s)
	}
	return nil
}

func copiedMessage(m *sample.ShopServerOpen, a, b idle) error {
	other := *m
	one, err := other.Next.Opened(a)
	if err != nil {
		return err
	}
	one.Leave()
	two, err := m.Next.Opened(b) // want `used twice`
	if err != nil {
		return err
	}
	two.Leave()
	return nil
}

type embedded struct{ signal }

func embeds(s signal) embedded {
	return embedded{s} // want `stored in field SignalFromRest of linear.embedded|stored in field signal of linear.embedded`
}

func wholeStruct(s signal) {
	h := pairOf{s: s} // want `stored in field s of linear.pairOf`
	both := [2]pairOf{h, h}
	_ = both
}

type pairOf struct{ s signal }

func jumps(s signal, n int) error {
again:
	next, err := s.Again() // want `used twice`
	if err != nil {
		return err
	}
	if n--; n > 0 {
		next.Leave()
		goto again
	}
	next.Leave()
	return nil
}

func nestedLiterals(s signal) (f func()) {
	func() {
		f = func() { _, _ = s.Stop() } // want `captured by a function literal that may run more than once`
	}()
	return f
}

func forgotten(s signal, other error) error {
	next, err := s.Again() // want `a parts.SignalFromRest is dropped`
	if err != nil {
		return err
	}
	_ = next
	return maybeNil(other)
}

func maybeNil(err error) error { return err }

func overwritten(s, t signal) error { // want `a parts.SignalFromRest is dropped`
	s = t
	_, err := s.Stop()
	return err
}

func namedResult(s signal) (out signal, err error) { // want `a parts.SignalFromRest is dropped`
	return // want `a dead parts.SignalFromRest is returned without an error`
}

func maybe(s signal, ok bool) (signal, bool) { return s, ok }

func optionTwice(s signal) error {
	next, ok := maybe(s, true)
	if !ok {
		return nil
	}
	if _, err := next.Stop(); err != nil {
		return err
	}
	_, err := next.Stop() // want `used twice`
	return err
}

func optionDropped(s signal) {
	next, ok := maybe(s, true) // want `a parts.SignalFromRest is dropped`
	if ok {
		_ = next
	}
}

func gift(s sample.GiftTakerStart) error {
	m, err := s.Receive() // want `the end Line that came with the message, a sample.LineCallerStart, is dropped`
	if err != nil {
		return err
	}
	_ = m
	return nil
}

func giftTwice(s sample.GiftTakerStart, to sample.GiftGiverStart) error {
	m, err := s.Receive()
	if err != nil {
		to.Leave()
		return err
	}
	line := m.Line
	if _, err = to.Give(m.Line); err != nil {
		return err
	}
	line.Leave()
	_, err = line.Ask(1) // want `is used twice|after Leave`
	return err
}
