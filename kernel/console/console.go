// Package console is the console of protocols/console: the terminal as a file that several programs have open. What goes in is what somebody
// types and what programs write; what comes out is shown in the order in which it came. A line is kept until it has been read.
package console

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/console"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// server keeps what is open by its number in the set.
type server struct {
	kinds   [3]file.Kind
	streams []console.Stream
	wanted  []uint32 // by who reads
	typed   []byte   // and not yet read
}

// at makes a place for member i.
func at[T any](list *[]T, i int) *T {
	for len(*list) <= i {
		*list = append(*list, *new(T))
	}
	return &(*list)[i]
}

// Server is the console component. Each of its streams says that it is what the host's is: a terminal, or something that has no positions either.
func Server(kinds [3]file.Kind) console.ConsoleFunc {
	return func(_ context.Context, s console.ConsoleServing) error {
		v := &server{kinds: kinds}
		for {
			o, err := s.Choose()
			if err != nil {
				return err
			}
			if s, err = v.serve(o); err != nil {
				return err
			}
		}
	}
}

// serve answers one option and returns to where the next is waited for.
func (v *server) serve(o console.ConsoleServingOption) (console.ConsoleServing, error) {
	switch o := o.(type) {
	case *console.ConsoleServingAttach:
		*at(&v.streams, o.Next.View().Added()) = o.Stream
		return o.Next, nil
	case *console.ConsoleServingInput:
		v.typed = append(v.typed[:0], o.Buf...)
		return v.wake(o.Next)
	case *console.ConsoleServingHangup:
		return v.wake(o.Next)
	case *console.ConsoleServingRead:
		*at(&v.wanted, o.Member) = o.Count
		return v.read(o.Next, o.Member)
	case *console.ConsoleServingWrite:
		n := uint32(len(o.Buf))
		asked, err := o.Next.SendScreenOutput(*at(&v.streams, o.Member), o.Buf)
		if err != nil {
			return console.ConsoleServing{}, err
		}
		return shown(asked, n)
	case *console.ConsoleServingAppend:
		n := uint32(len(o.Buf))
		asked, err := o.Next.SendScreenOutput(*at(&v.streams, o.Member), o.Buf)
		if err != nil {
			return console.ConsoleServing{}, err
		}
		return shownBehind(asked, n)
	case *console.ConsoleServingTruncate:
		return o.Next.SendFilesFailed()
	case *console.ConsoleServingSetTimes:
		return o.Next.SendFilesFailed()
	case *console.ConsoleServingSync:
		return o.Next.SendFilesDone()
	case *console.ConsoleServingStat:
		return o.Next.SendFilesIs(v.kinds[*at(&v.streams, o.Member)], file.Attr{Links: 1})
	case *console.ConsoleServingWatch:
		switch next := o.Next.(type) {
		case *console.ConsoleServing:
			return *next, nil
		case *console.ConsoleAfterWatch:
			return next.SendSleepersReady()
		case *console.ConsoleAfterWatch2:
			return next.SendKeysMore()
		}
	case *console.ConsoleServingClose:
		return o.Next, nil
	case *console.ConsoleServingGoneFiles:
		return o.Next, nil
	case *console.ConsoleServingGoneFiles2:
		return o.Next, nil
	case *console.ConsoleServingGoneSleepers:
		return o.Next, nil
	case *console.ConsoleServingReleaseSleepers:
		return o.Next.SendSleepersCancelled()
	case *console.ConsoleServingReleaseSleepers2:
		return o.Next, nil
	}
	panic("console: an option that the declaration does not have")
}

// shown answers a writer when the screen has.
func shown(s console.ConsoleAfterOutput, n uint32) (none console.ConsoleServing, err error) {
	o, err := s.ReceiveScreen()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *console.ConsoleAfterOutputShown:
		o2, err := o.Next.Choose()
		if err != nil {
			return none, err
		}
		switch o := o2.(type) {
		case *console.ConsoleAfterShownSentWritten:
			return o.Next.SendFilesWritten(n)
		case *console.ConsoleAfterShownGone:
			return o.Next, nil
		}
	case *console.ConsoleAfterOutputBlind:
		o2, err := o.Next.Choose()
		if err != nil {
			return none, err
		}
		switch o := o2.(type) {
		case *console.ConsoleAfterBlindSentFailed:
			return o.Next, nil
		case *console.ConsoleAfterBlindGone:
			return o.Next, nil
		}
	}
	panic("console: an option that the declaration does not have")
}

func shownBehind(s console.ConsoleAfterOutput2, n uint32) (none console.ConsoleServing, err error) {
	o, err := s.ReceiveScreen()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *console.ConsoleAfterOutput2Shown:
		o2, err := o.Next.Choose()
		if err != nil {
			return none, err
		}
		switch o := o2.(type) {
		case *console.ConsoleAfterShown2SentWritten:
			return o.Next.SendFilesWritten(n)
		case *console.ConsoleAfterShown2Gone:
			return o.Next, nil
		}
	case *console.ConsoleAfterOutput2Blind:
		o2, err := o.Next.Choose()
		if err != nil {
			return none, err
		}
		switch o := o2.(type) {
		case *console.ConsoleAfterBlind2SentFailed:
			return o.Next, nil
		case *console.ConsoleAfterBlind2Gone:
			return o.Next, nil
		}
	}
	panic("console: an option that the declaration does not have")
}

// take takes what a reader gets: nothing, if there is nothing more to come.
func (v *server) take(member int) []byte {
	n := min(len(v.typed), int(*at(&v.wanted, member)))
	b := v.typed[:n]
	v.typed = v.typed[n:]
	return b
}

// read answers a reader at once if it can.
func (v *server) read(next any, member int) (console.ConsoleServing, error) {
	switch next := next.(type) {
	case *console.ConsoleServing:
		return *next, nil
	case *console.ConsoleAfterRead2:
		return next.SendKeysMore()
	case *console.ConsoleAfterRead:
		o, err := next.Choose()
		if err != nil {
			return console.ConsoleServing{}, err
		}
		switch o := o.(type) {
		case *console.ConsoleAfterReadGone:
			return o.Next, nil
		case *console.ConsoleAfterReadSentData:
			given, err := o.Next.SendFilesData(v.take(member))
			if err != nil {
				return console.ConsoleServing{}, err
			}
			if len(v.typed) > 0 {
				return given.Rest()
			}
			return given.All()
		}
	}
	panic("console: a state that the declaration does not have")
}

// wake tells all who wait that there is something to read, be it the end.
func (v *server) wake(next any) (console.ConsoleServing, error) {
	for {
		var err error
		switch s := next.(type) {
		case *console.ConsoleServing:
			return *s, nil
		case *console.ConsoleAfterInput:
			next, err = v.giveInput(s)
		case *console.ConsoleAfterHangup:
			next, err = v.giveEnd(s)
		case *console.ConsoleAfterGone:
			next, err = s.SendKeysMore()
		case *console.ConsoleAfterRest:
			next, err = s.SendSleepersReady()
		case *console.ConsoleAfterAll:
			next, err = s.SendKeysMore()
		case *console.ConsoleAfterMore:
			next, err = s.SendSleepersReady()
		default:
			panic("console: a state that the declaration does not have")
		}
		if err != nil {
			return console.ConsoleServing{}, err
		}
	}
}

func (v *server) giveInput(s *console.ConsoleAfterInput) (any, error) {
	member := s.View().F()
	o, err := s.Choose()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *console.ConsoleAfterInputGone:
		return o.Next, nil
	case *console.ConsoleAfterInputSentData:
		given, err := o.Next.SendFilesData(v.take(member))
		if err != nil {
			return nil, err
		}
		if len(v.typed) > 0 {
			return given.Rest()
		}
		return given.All()
	}
	panic("console: an option that the declaration does not have")
}

func (v *server) giveEnd(s *console.ConsoleAfterHangup) (any, error) {
	member := s.View().F()
	o, err := s.Choose()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *console.ConsoleAfterHangupGone:
		return o.Next, nil
	case *console.ConsoleAfterHangupSentData:
		given, err := o.Next.SendFilesData(v.take(member))
		if err != nil {
			return nil, err
		}
		return given.All()
	}
	panic("console: an option that the declaration does not have")
}
