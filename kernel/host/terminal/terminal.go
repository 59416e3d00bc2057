// Package terminal is the keyboard and the screen of protocols/console on a host: what is typed is read when a program wants it, and what programs
// write goes to standard output and standard error.
package terminal

import (
	"context"
	"io"
	"os"

	"github.com/protoc-os/protoc-os/protocols/console"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// Kinds tells of each stream whether it is a terminal; if not, it is no more than a pipe.
func Kinds(in io.Reader, out, errs io.Writer) (kinds [3]file.Kind) {
	for i, stream := range []any{in, out, errs} {
		kinds[i] = file.KindPipe
		if f, ok := stream.(interface{ Stat() (os.FileInfo, error) }); ok {
			if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
				kinds[i] = file.KindTerminal
			}
		}
	}
	return kinds
}

// Keyboard reads from r until its end.
func Keyboard(r io.Reader) console.KeyboardFunc {
	return func(ctx context.Context, s console.KeyboardStart) (console.KeyboardEnd, error) {
		lines := &reader{from: r}
		for {
			m, err := s.ReceiveConsole()
			if err != nil {
				return console.KeyboardEnd{}, err
			}
			typed, err := lines.next(ctx)
			if err != nil {
				return console.KeyboardEnd{}, err
			}
			if len(typed) == 0 {
				over, err := m.Next.Over()
				if err != nil {
					return console.KeyboardEnd{}, err
				}
				return over.SendConsoleHangup()
			}
			line, err := m.Next.Line()
			if err != nil {
				return console.KeyboardEnd{}, err
			}
			if s, err = line.SendConsoleInput(typed); err != nil {
				return console.KeyboardEnd{}, err
			}
		}
	}
}

// reader reads beside its owner, who may have to leave in the middle: a read of a terminal cannot be called off.
type reader struct {
	from io.Reader
	read chan []byte
	buf  [4096]byte
}

// next is what is read next; nothing at the end.
func (r *reader) next(ctx context.Context) ([]byte, error) {
	if r.read == nil {
		r.read = make(chan []byte)
	}
	go func() {
		n := 0
		for n == 0 {
			var err error
			if n, err = r.from.Read(r.buf[:]); err != nil {
				break
			}
		}
		select {
		case r.read <- r.buf[:n]:
		case <-ctx.Done():
		}
	}()
	select {
	case b := <-r.read:
		return b, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Screen writes to out and errs. A program that writes to one that is closed hears so.
func Screen(out, errs io.Writer) console.ScreenFunc {
	return func(ctx context.Context, s console.ScreenStart) error {
		lines := &writer{done: make(chan error, 1)}
		for {
			m, err := s.ReceiveConsole()
			if err != nil {
				return err
			}
			w := out
			if m.Stream == console.StreamErrors {
				w = errs
			}
			failed, err := lines.write(ctx, w, m.Buf)
			if err != nil {
				return err
			}
			if failed != nil {
				blind, err := m.Next.Blind()
				if err != nil {
					return err
				}
				s, err = blind.SendConsoleBlind()
				if err != nil {
					return err
				}
				continue
			}
			shown, err := m.Next.Shown()
			if err != nil {
				return err
			}
			if s, err = shown.SendConsoleShown(); err != nil {
				return err
			}
		}
	}
}

// writer writes beside its owner, who may have to leave in the middle: nobody may ever read what is written.
type writer struct {
	done chan error
	buf  []byte
}

// write writes all of b; failed says why it could not.
func (w *writer) write(ctx context.Context, to io.Writer, b []byte) (failed, err error) {
	w.buf = append(w.buf[:0], b...)
	go func() {
		_, err := to.Write(w.buf)
		w.done <- err
	}()
	select {
	case failed = <-w.done:
		return failed, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
