package process_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/process"
	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/entropy"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/memory"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// path is how a path, and a target of a link, looks in a queue.
type path = struct {
	Len  uint32
	Data [syscall.PathMost]byte
}

var paths = []string{"", "a", "a/b", "..", "a/..", "a/../b", ".", "/", "a/", "a/b/c", "/b", "../a", "a/./b", "//", "b"}

// fill makes values that mean something: descriptors that may be open, paths that lead somewhere, links, entries, and times to wait for.
func fill(w *channeltest.World) {
	w.Fuzz(
		func(v *uint32, c fuzz.Continue) { *v = uint32(c.Uint64() >> 62) },
		func(v *syscall.LifeGivePayload, c fuzz.Continue) { v.Fd = uint32(c.Uint64() >> 63) },
		func(v *syscall.LifeGiveDirPayload, c fuzz.Continue) { v.Fd = 2 + uint32(c.Uint64()>>63) },
		func(v *path, c fuzz.Continue) {
			v.Len = uint32(copy(v.Data[:], paths[c.Uint64()>>32%uint64(len(paths))]))
		},
		func(v *syscall.SyscallOpenPayload, c fuzz.Continue) {
			c.Fuzz(&v.Fd)
			c.Fuzz(&v.Path)
			c.Fuzz(&v.Lookup)
			v.How, v.Rights = uint32(c.Uint64()>>60), c.Uint64()>>34
		},
		func(v *syscall.SyscallListPayload, c fuzz.Continue) {
			c.Fuzz(&v.Fd)
			v.Count = uint32(c.Uint64() >> 56)
		},
		func(v *file.Kind, c fuzz.Continue) {
			*v = []file.Kind{file.KindRegular, file.KindDirectory}[c.Uint64()>>63]
		},
		func(v *syscall.SyscallGrowPayload, c fuzz.Continue) { // the runner asks grain by grain
			v.Grains = 1 + uint32(c.Uint64()>>63)
		},
		func(v *dir.DirFailedPayload, c fuzz.Continue) {
			v.Err = []errno.Errno{errno.ErrnoNoEnt, errno.ErrnoLoop}[c.Uint64()>>63]
		},
		func(v *dir.OpeningFailedPayload, c fuzz.Continue) {
			v.Err = []errno.Errno{errno.ErrnoNoEnt, errno.ErrnoLoop}[c.Uint64()>>63]
		},
		func(v *syscall.SyscallSetFlagsPayload, c fuzz.Continue) {
			c.Fuzz(&v.Fd)
			v.Flags = uint32(c.Uint64() >> 61)
		},
		func(v *dir.DirEntriesPayload, c fuzz.Continue) {
			b := v.Buf.Data[:0]
			for n := range c.Uint64() >> 62 {
				b = binary.LittleEndian.AppendUint64(b, n+1)
				b = binary.LittleEndian.AppendUint64(b, n)
				b = append(b, byte(file.KindRegular), 1, 0, 'a'+byte(n))
			}
			v.Buf.Len = uint32(len(b))
		},
		func(v *syscall.SyscallPollPayload, c fuzz.Continue) {
			for range c.Uint64() >> 62 {
				s := v.Subscriptions.Data[v.Subscriptions.Len:][:48]
				s[8] = byte(c.Uint64() >> 62 % 3)
				s[16] = byte(c.Uint64() >> 62)
				s[24] = byte(c.Uint64() >> 62)
				s[40] = byte(c.Uint64() >> 63)
				v.Subscriptions.Len += 48
			}
		},
	)
}

// Start is a process among peers who answer anything. Its parent hears with which code the program has ended, and by then it has let go of
// everything that it held.
func Start(w *channeltest.World) {
	given := syscall.ProcessGiven{
		Fds: 3, Waits: 8, // as many naps as the process takes
		Sys: w.End(&syscall.Syscall, "process"), Parent: w.End(&syscall.Life, "process"),
		Renamer: w.End(&dir.Renaming, "client"), Time: w.End(&clock.Clock, "client"), Chance: w.End(&entropy.Entropy, "client"), Ram: w.End(&memory.Memory, "client"),
	}
	run := server.Process([]string{"program", "argument"}, []string{"K=V"}, map[uint32]string{2: "/", 3: "/tmp"})
	syscall.StartProcess(w.Runtime, channel.Options{Name: "process"}, given, run).Discard()
	w.Patient(&syscall.Syscall, &syscall.Life)
	w.Survives(&syscall.Syscall)
	w.Weigh(&syscall.Life, "Begin", 1)
	for _, last := range []string{"Exit", "Close", "Renumber"} {
		w.Weigh(&syscall.Syscall, last, 1)
	}
	fill(w)

	code := uint32(server.Killed)
	channeltest.On(w, func(_ channeltest.Seen, m *syscall.SyscallExitPayload) error { code = m.Code; return nil })
	channeltest.On(w, func(_ channeltest.Seen, m *syscall.LifeExitedPayload) error {
		if m.Code != code && m.Code != server.Killed {
			return fmt.Errorf("it ends with %d, and the program with %d", m.Code, code)
		}
		return nil
	})
	time := uint64(0)
	channeltest.On(w, func(_ channeltest.Seen, m *clock.ClockTimePayload) error { time = m.Nanoseconds; return nil })
	channeltest.On(w, func(_ channeltest.Seen, m *syscall.SyscallTimePayload) error {
		if m.Nanoseconds != time {
			return fmt.Errorf("it is %d, and the clock says %d", m.Nanoseconds, time)
		}
		return nil
	})
	var held []*channeltest.Session
	for _, p := range []*channel.Protocol{&file.File, &dir.Dir} {
		w.OnBorn(p, func(s *channeltest.Session) { held = append(held, s) })
	}
	ended := false
	w.OnLabel(&syscall.Life, "Exited", func(channeltest.Seen) error { ended = true; return nil })
	w.AtEnd(func() error {
		for _, s := range held {
			if ended && s.Held() {
				return fmt.Errorf("it has ended, and holds %s", s.Name)
			}
		}
		return nil
	})
}

// likely is Start with programs that prefer some calls.
func likely(calls ...string) func(*channeltest.World) {
	return func(w *channeltest.World) {
		Start(w)
		w.Weigh(&syscall.Life, "GiveDir", 40)
		for _, call := range calls {
			w.Weigh(&syscall.Syscall, call, 100)
		}
	}
}

func TestPaths(t *testing.T) {
	channeltest.Config{Runs: 800, Steps: 100}.Check(t, likely("Open", "Rename", "Link"))
}

func TestFiles(t *testing.T) {
	channeltest.Config{Runs: 400, Steps: 60}.Check(t, likely("Write", "Open", "Truncate", "List"))
}

func TestProcess(t *testing.T) {
	channeltest.Config{Runs: 300, Steps: 100}.Check(t, Start)
}
