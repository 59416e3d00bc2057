// Package pipe is the pipe of protocols/pipe: a buffer with two ends, both of which are files. What comes in is what one program writes; what goes out
// is the same bytes in the same order, in pieces as large as the reader asks for, and the end when the writer has closed and all was read.
package pipe

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/pipe"
)

// Room is how many bytes a pipe holds that nobody has read yet.
const Room = file.Most

// buffer is what was written and not yet read, and what a writer waits to write. Where less fits than is written the writer hears how much did.
type buffer struct {
	held    []byte
	writing []byte
	wanted  uint32 // by who reads
}

// Pipe is the component.
func Pipe(_ context.Context, s pipe.PipeFlowing) (pipe.PipeEnd, error) {
	b := &buffer{}
	for {
		o, err := s.Choose()
		if err != nil {
			return pipe.PipeEnd{}, err
		}
		next, err := b.take(o)
		for err == nil {
			if end, over := next.(*pipe.PipeEnd); over {
				return *end, nil
			}
			if flowing, settled := next.(*pipe.PipeFlowing); settled {
				s = *flowing
				break
			}
			next, err = b.settle(next)
		}
		if err != nil {
			return pipe.PipeEnd{}, err
		}
	}
}

// take takes one message. Who reads or writes is answered when the pipe settles.
func (b *buffer) take(o pipe.PipeFlowingOption) (any, error) {
	switch o := o.(type) {
	case *pipe.PipeFlowingReadReaders:
		b.wanted = o.Count
		return o.Next, nil
	case *pipe.PipeFlowingWriteWriters:
		b.writing = append(b.writing[:0], o.Buf...)
		return o.Next, nil
	case *pipe.PipeFlowingAppendWriters:
		b.writing = append(b.writing[:0], o.Buf...)
		return o.Next, nil

	// The wrong way round, or what makes no sense on a pipe.
	case *pipe.PipeFlowingWriteReaders:
		return o.Next.SendReadersFailed()
	case *pipe.PipeFlowingAppendReaders:
		return o.Next.SendReadersFailed()
	case *pipe.PipeFlowingTruncateReaders:
		return o.Next.SendReadersFailed()
	case *pipe.PipeFlowingSetTimesReaders:
		return o.Next.SendReadersFailed()
	case *pipe.PipeFlowingSyncReaders:
		return o.Next.SendReadersFailed()
	case *pipe.PipeFlowingReadWriters:
		return o.Next.SendWritersFailed()
	case *pipe.PipeFlowingTruncateWriters:
		return o.Next.SendWritersFailed()
	case *pipe.PipeFlowingSetTimesWriters:
		return o.Next.SendWritersFailed()
	case *pipe.PipeFlowingSyncWriters:
		return o.Next.SendWritersFailed()

	case *pipe.PipeFlowingStatReaders:
		return o.Next.SendReadersIs(b.attr())
	case *pipe.PipeFlowingStatWriters:
		return o.Next.SendWritersIs(b.attr())

	case *pipe.PipeFlowingWatchReaders:
		return o.Next, nil
	case *pipe.PipeFlowingWatchWriters:
		return o.Next, nil
	case *pipe.PipeFlowingReleaseSleepers:
		return o.Next.SendSleepersCancelled()
	case *pipe.PipeFlowingReleaseSleepers2:
		return o.Next, nil
	case *pipe.PipeFlowingGoneSleepers:
		return o.Next, nil

	case *pipe.PipeFlowingCloseReaders:
		return o.Next, nil
	case *pipe.PipeFlowingCloseWriters:
		return o.Next, nil
	case *pipe.PipeFlowingGoneReaders:
		return o.Next, nil
	case *pipe.PipeFlowingGoneReaders2:
		return o.Next, nil
	case *pipe.PipeFlowingGoneWriters:
		return o.Next, nil
	case *pipe.PipeFlowingGoneWriters2:
		return o.Next, nil
	}
	panic("pipe: an option that the declaration does not have")
}

func (b *buffer) attr() file.Attr { return file.Attr{Links: 1, Size: uint64(len(b.held))} }

// settle answers the next one who can be answered now.
func (b *buffer) settle(next any) (any, error) {
	switch s := next.(type) {
	case *pipe.PipeAfterRead: // a writer whose reader is gone
		return s.SendWritersFailed()
	case *pipe.PipeAfterFailed:
		return s.SendWritersFailed()
	case *pipe.PipeAfterWatch:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *pipe.PipeAfterWatchSentWritten:
			n := b.fill()
			written, err := o.Next.SendWritersWritten(n)
			switch {
			case err != nil:
				return nil, err
			case n == 0: // a reader would take it for the end
				return written.Nothing()
			case b.full():
				return written.NoRoom()
			}
			return written.Room()
		case *pipe.PipeAfterWatchGone:
			return o.Next, nil
		}
	case *pipe.PipeAfterIs: // as before, of a writer for whom a read has just made room
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *pipe.PipeAfterIsSentWritten:
			n := b.fill()
			written, err := o.Next.SendWritersWritten(n)
			switch {
			case err != nil:
				return nil, err
			case n == 0: // a reader would take it for the end
				return written.Nothing()
			case b.full():
				return written.NoRoom()
			}
			return written.Room()
		case *pipe.PipeAfterIsGone:
			return o.Next, nil
		}
	case *pipe.PipeAfterClose:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *pipe.PipeAfterCloseSentData:
			data, err := o.Next.SendReadersData(b.drain())
			if err != nil {
				return nil, err
			}
			if len(b.held) > 0 {
				return data.Rest()
			}
			return data.All()
		case *pipe.PipeAfterCloseGone:
			return o.Next, nil
		}
	case *pipe.PipeAfterGone: // the end
		return s.SendReadersData(nil)
	case *pipe.PipeAfterCancelled:
		return s.SendSleepersReady()
	}
	panic("pipe: a state that the declaration does not have")
}

// fill moves what fits of what is being written into the buffer, and tells how much that was.
func (b *buffer) fill() uint32 {
	n := min(len(b.writing), Room-len(b.held))
	if len(b.held) == 0 {
		b.held, b.writing = b.writing[:n], b.held
	} else {
		b.held = append(b.held, b.writing[:n]...)
	}
	return uint32(n)
}

func (b *buffer) full() bool { return len(b.held) == Room }

// drain takes as much out as the reader wants. It is valid until the next write.
func (b *buffer) drain() []byte {
	n := min(len(b.held), int(b.wanted))
	out := b.held[:n]
	b.held = b.held[n:]
	return out
}
