// Package hardware is the timer of protocols/clock and the noise of protocols/entropy on a host.
package hardware

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
	mathrand "math/rand/v2"
	"time"

	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/entropy"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// start is when this machine's monotonic clock began.
var start = time.Now()

// Now tells the time in nanoseconds.
func Now(which clock.Which) uint64 {
	if which == clock.WhichRealtime {
		return uint64(time.Now().UnixNano())
	}
	return uint64(time.Since(start))
}

// Timer ticks when the monotonic clock has come to the time that it was set to last.
func Timer(_ context.Context, s clock.TimerStart) error {
	for {
		m, err := s.ReceiveAlarm()
		if err != nil {
			return err
		}
		at, waiting := m.At, m.Next
		for rung := false; !rung; {
			o, err := waiting.Choose(left(at))
			if err != nil {
				return err
			}
			switch o := o.(type) {
			case *clock.TimerWaitingSet:
				at, waiting = o.At, o.Next
			case *clock.TimerWaitingTimeout:
				o2, err := o.Next.Choose()
				if err != nil {
					return err
				}
				switch o := o2.(type) {
				case *clock.TimerAfterTimeoutSentTick:
					if s, err = o.Next.SendAlarmTick(Now(clock.WhichMonotonic)); err != nil {
						return err
					}
					rung = true
				case *clock.TimerAfterTimeoutSet:
					at, waiting = o.At, o.Next
				}
			}
		}
	}
}

// left is how long it is until a time. What is further away than a day is looked at again then.
func left(at uint64) time.Duration {
	now := Now(clock.WhichMonotonic)
	return time.Duration(min(max(at, now)-now, uint64(24*time.Hour)))
}

// Noise gives seeds: the host's own, or for a run that is to be repeated those that follow from a number.
func Noise(seed *uint64) entropy.HostFunc {
	return func(_ context.Context, s entropy.HostStart) error {
		for round := uint64(0); ; round++ {
			m, err := s.ReceiveSeed()
			if err != nil {
				return err
			}
			b := make([]byte, 32)
			if seed == nil {
				rand.Read(b)
			} else {
				binary.LittleEndian.PutUint64(b, *seed)
				binary.LittleEndian.PutUint64(b[8:], round)
			}
			if s, err = m.Next.SendSeedNoise(b); err != nil {
				return err
			}
		}
	}
}

// Random makes a source of random bytes, of at most as many as are asked for. What one returns is good until the next. A seed makes them the same each time.
func Random(seed *uint64) func(count uint32) []byte {
	var source io.Reader = rand.Reader
	if seed != nil {
		var key [32]byte
		binary.LittleEndian.PutUint64(key[:], *seed)
		source = mathrand.NewChaCha8(key)
	}
	var b [file.Most]byte
	return func(count uint32) []byte {
		some := b[:min(int(count), len(b))]
		if _, err := io.ReadFull(source, some); err != nil {
			panic(err) // neither source fails
		}
		return some
	}
}
