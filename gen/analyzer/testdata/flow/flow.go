// Package flow misuses states in less obvious ways: through closures, fields, calls, maps, generic functions and odd control flow.
package flow

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/gen/internal/sample"
	"github.com/protoc-os/protoc-os/kernel/channel"
)

type signal = parts.SignalFromRest

func stop(s signal) error {
	_, err := s.Stop()
	return err
}

func ifElse(s signal, a bool) error { // want `dropped: the function returns`
	if a {
		if err := stop(s); err != nil {
			return err
		}
	} else {
		fmt.Println("not now")
	}
	return nil
}

func switchNoCase(s signal, n int) error { // want `dropped: the function returns`
	switch n {
	case 0:
		return stop(s)
	case 1:
		return stop(s)
	}
	return nil
}

func boolSwitch(s signal, n int) error {
	switch {
	case n > 0:
		if err := stop(s); err != nil {
			return err
		}
		fallthrough
	case n < 0:
		return stop(s) // want `used twice: it is handed to stop, and was handed to stop`
	}
	s.Leave()
	return nil
}

func forRange(s signal, list []int) error { // want `dropped: the function returns`
	for range list {
		if err := stop(s); err != nil { // want `used twice: it is handed to stop, and was handed to stop`
			return err
		}
	}
	return nil
}

func forRangeBreak(s signal, list []int) error { // want `dropped: the function returns`
	for range list {
		return stop(s)
	}
	return nil
}

func seq(s signal, it iter.Seq[int]) error {
	for range it { // want `captured by a function literal that may run more than once`
		if err := stop(s); err != nil {
			return err
		}
	}
	return nil
}

func sorted(s signal, list []int) {
	slices.SortFunc(list, func(a, b int) int { // want `captured by a function literal that may run more than once`
		_ = stop(s)
		return a - b
	})
}

func once(s signal) error {
	var o sync.Once
	o.Do(func() { _ = stop(s) }) // want `captured by a function literal that may run more than once`
	return stop(s)
}

func closureStored(s signal) (f struct{ g func() error }) {
	f.g = func() error { return stop(s) } // want `captured by a function literal that may run more than once`
	return f
}

func closureVar(s signal) error {
	var f func() error
	f = func() error { return stop(s) }
	g := f
	if err := g(); err != nil {
		return err
	}
	return f() // want `used twice: it is used by a function literal, and was used by a function literal`
}

func deferInLoop(s signal, n int) { // want `dropped: the function returns`
	for range n {
		defer stop(s) // want `used twice: it is handed to stop, and was handed to stop`
	}
}

func deferTwice(s signal) {
	defer stop(s)
	defer stop(s) // want `used twice: it is handed to stop, and was handed to stop`
}

func deferAndUse(s signal) error {
	defer func() { _ = stop(s) }() // want `used by a function literal again after an error: it was handed to stop` `used twice: it is used by a function literal, and was handed to stop`
	return stop(s)
}

func goTwice(s signal) {
	go stop(s)
	go stop(s) // want `used twice: it is handed to stop, and was handed to stop`
}

func structByValue(s signal) error {
	type box struct{ s signal }
	b := box{s} // want `stored in field s of flow\.box`
	c := b
	if err := stop(b.s); err != nil {
		return err
	}
	return stop(c.s)
}

func arrayOf(s signal) error {
	var a [1]signal
	a[0] = s // want `stored in an array, a slice or a variadic argument`
	return stop(a[0])
}

func mapOfFuncs(s signal) map[string]func() error {
	return map[string]func() error{"stop": func() error { return stop(s) }} // want `captured by a function literal that may run more than once`
}

func tee[T any](v T, f ...func(T) error) error { // want `dropped: the function returns`
	for _, g := range f {
		if err := g(v); err != nil { // want `used twice: it is handed to a function, and was handed to a function`
			return err
		}
	}
	return nil
}

func genericTwice(s signal) error { return tee(s, stop, stop) }

type queue[T any] struct{ items []T }

func (q *queue[T]) push(v T) { q.items = append(q.items, v) } // want `stored in an array, a slice or a variadic argument`

func queued(q *queue[signal], s signal) { q.push(s) }

type opt[T any] struct{ v T }

func some[T any](v T) opt[T] { return opt[T]{v} } // want `stored in field v of flow\.opt\[flow\.signal\]`

func optional(s signal) opt[signal] { return some(s) }

func identity[T any](v T) T { return v }

func identical(s signal) error {
	a := identity(s)
	if err := stop(a); err != nil {
		return err
	}
	return stop(s) // want `used twice: it is handed to stop, and was handed to identity`
}

type stopper interface {
	Stop() (parts.SignalFromEnd, error)
}

func asInterface(s signal) error {
	var x stopper = s
	_, err := x.Stop() // want `converted to flow\.stopper`
	return err
}

func constrained[S stopper](s S) error {
	if _, err := s.Stop(); err != nil {
		return err
	}
	_, err := s.Stop() // want `used twice: it is used by Stop, and was used by Stop`
	return err
}

func useConstrained(s signal) error { return constrained(s) }

func pointerParam(s *signal) error {
	_, err := s.Stop()
	if err != nil {
		return err
	}
	_, err = s.Stop() // want `used twice: it is used by Stop, and was used by Stop`
	return err
}

func newState(s signal) error {
	p := new(signal)
	*p = s
	if err := stop(*p); err != nil {
		return err
	}
	return stop(*p) // want `used twice: it is handed to stop, and was handed to stop`
}

func swapped(s, t signal) error { // want `dropped: the function returns`
	s, t = t, s
	if err := stop(s); err != nil {
		t.Leave()
		return err
	}
	return stop(s) // want `used twice: it is handed to stop, and was handed to stop`
}

func errorShadow(s signal) error {
	next, err := s.Again() // want `dropped: the function returns`
	if err != nil {
		fmt.Println(err)
	}
	_ = next
	return nil
}

func swallow(s signal) error {
	next, err := s.Again()
	if err != nil {
		fmt.Println(err)
	}
	_, err = next.Stop() // want `used by Stop after an error: what Again .* returned is dead`
	return err
}

func joined(s signal) error {
	next, err := s.Again() // want `dropped: the function returns`
	_ = next
	return errors.Join(err)
}

func namedErr(s signal) (err error) {
	next, err := s.Again()
	if err == nil {
		_, _ = next.Again() // want `dropped: the function returns`
	}
	return
}

func ret2(s signal) (signal, error) {
	if _, err := s.Stop(); err != nil {
		return signal{}, err
	}
	return s, nil // want `used twice: it is returned, and was used by Stop`
}

func taken(c *channel.Cell[signal]) error {
	s := c.Take()
	c.Put(s)
	return stop(s) // want `used twice: it is handed to stop, and was handed to Put`
}

func gift(s sample.GiftTakerStart) error {
	m, err := s.Receive() // want `the end Line that came with the message, a sample\.LineCallerStart, is dropped: the function returns`
	if err != nil {
		return err
	}
	_ = m
	return nil
}

func selectState(c chan int, s signal) error { // want `dropped: the function returns`
	select {
	case <-c:
		return stop(s)
	default:
	}
	return nil
}

func recovering(s signal) (err error) {
	defer func() { // want `used by a function literal again after an error: it was handed to stop` `used twice: it is used by a function literal, and was handed to stop`
		if recover() != nil {
			_ = stop(s)
		}
	}()
	return stop(s)
}

func gotoDrop(s signal, n int) error { // want `dropped: the function returns`
	if n > 0 {
		goto out
	}
	return stop(s)
out:
	return nil
}

func methodExpr(s signal) error {
	f := signal.Stop
	if _, err := f(s); err != nil {
		return err
	}
	_, err := f(s) // want `used twice: it is used by Stop, and was used by Stop`
	return err
}

type server struct{}

func (server) run(s signal) error { return stop(s) }

type runner interface{ run(signal) error }

func dynamic(r runner, s signal) error {
	if err := r.run(s); err != nil {
		return err
	}
	return r.run(s) // want `used twice: it is handed to run, and was handed to run`
}

func funcs(fs []func(signal) error, s signal) error { // want `dropped: the function returns`
	for _, f := range fs {
		if err := f(s); err != nil { // want `used twice: it is handed to a function, and was handed to a function`
			return err
		}
	}
	return nil
}

func chanOfFunc(c chan func(), s signal) {
	c <- func() { _ = stop(s) } // want `captured by a function literal that may run more than once`
}

func caseOfTwo(m sample.ShopServerRestMessage) error { // want `a \*sample\.ShopServerPut is dropped: the function returns`
	switch m := m.(type) {
	case *sample.ShopServerPut, *sample.ShopServerOpen:
		_ = m
	case *sample.ShopServerBye:
	}
	return nil
}

func retryLoop(s signal) error {
	for i := 0; i < 3; i++ {
		if _, err := s.Stop(); err == nil { // want `used by Stop again after an error: it was used by Stop`
			return nil
		}
	}
	return errors.New("gave up")
}

func ctxValue(ctx context.Context, s signal) context.Context {
	return context.WithValue(ctx, "s", s) // want `converted to any`
}

func viaAny(v any) error {
	s := v.(signal)
	if err := stop(s); err != nil {
		return err
	}
	return stop(s) // want `used twice: it is handed to stop, and was handed to stop`
}

func yields(s signal) iter.Seq[signal] {
	return func(yield func(signal) bool) { // want `captured by a function literal that may run more than once`
		yield(s)
	}
}

func earlyClosure(s signal) error { // want `dropped: the function returns`
	f := func() error { return stop(s) }
	_ = f
	return nil
}

func deferredNext(s signal) (err error) {
	next := s
	defer func() { next.Leave() }()
	next, err = s.Again()
	if err != nil {
		return err
	}
	_, err = s.Again() // want `used twice: it is used by Again, and was used by Again`
	return err
}

func partial(s signal, n int) error {
	var next signal
	if n > 0 {
		var err error
		if next, err = s.Again(); err != nil {
			return err
		}
	} else {
		s.Leave()
	}
	return stop(next) // want `a zero parts\.SignalFromRest is handed to stop: it is dead`
}

func wg(s signal) error {
	var w sync.WaitGroup
	w.Go(func() { _ = stop(s) })
	w.Wait()
	return stop(s) // want `handed to stop again after an error: it was used by a function literal` `used twice: it is handed to stop, and was used by a function literal`
}

func component(_ context.Context, s parts.RelayRelaying) (parts.RelayEnd, error) {
	for {
		o, err := s.Choose(0) // want `this parts\.RelayRelaying is used twice: it is used by Choose, and was used by Choose`
		if err != nil {
			return parts.RelayEnd{}, err
		}
		switch o := o.(type) {
		case *parts.RelayRelayingAgain:
			if _, err = o.Next.SendOutAgain(); err != nil { // want `a parts\.RelayRelaying is dropped: the loop goes on without it`
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
