package launch_test

import (
	"fmt"
	"slices"
	"testing"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/launch"
	"github.com/protoc-os/protoc-os/kernel/pipe"
	"github.com/protoc-os/protoc-os/kernel/process"
	"github.com/protoc-os/protoc-os/protocols/boot"
	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/console"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/entropy"
	"github.com/protoc-os/protoc-os/protocols/memory"
	"github.com/protoc-os/protoc-os/protocols/syscall"
	"github.com/protoc-os/protoc-os/protocols/vnode"
)

const programs = 2

// command is what each program of a pipeline is.
var command = server.Command{Module: "m", Args: []string{"a"}, Env: []string{"K=V"}, Piped: true}

// Start has room for so few open files that a program may go without a stream of the console, or without one end of a pipe.
func Start(w *channeltest.World) { start(w, 4) }

// start is Init with real processes and pipes, and two places for programs, which a pipeline may be too long for. Each command gets the next number, and each is told once how it has ended.
func start(w *channeltest.World, files int) {
	given := boot.InitGiven{
		Fds: 4, Programs: programs, Stdio: 3, Waits: 8,
		Operator: w.End(&boot.Operating, "init"), Table: w.End(&vnode.Table, "client"),
		Renamers: w.End(&dir.RenamingPort, "opener"), Consoles: w.End(&console.Port, "opener"), Clocks: w.End(&clock.Port, "opener"),
		Sources: w.End(&entropy.Port, "opener"), Memories: w.End(&memory.Port, "opener"),
	}
	for range programs {
		given.Runners = append(given.Runners, w.End(&syscall.Runner, "kernel"))
	}
	limits := channel.NewLimits(channel.Limit{Of: "protocols/file.File", Most: files}, channel.Limit{Of: "protocols/dir.Opening", Most: 8},
		channel.Limit{Of: "protocols/pipe.Pipe", Most: 1})
	boot.StartInit(w.Runtime, channel.Options{Name: "init", Limits: limits}, given, server.Init(process.Process, pipe.Pipe)).Discard()
	w.Patient(&boot.Operating, &syscall.Runner, &syscall.Syscall, &syscall.Life)
	w.Survives(&syscall.Syscall)
	w.Weigh(&syscall.Runner, "Free", 2)
	w.Fuzz(func(m *boot.OperatingLaunchPayload, c fuzz.Continue) {
		pipeline := server.Pipelines(slices.Repeat([]server.Command{command}, 1+c.Intn(programs+1)))
		m.Pipeline.Len = uint32(copy(m.Pipeline.Data[:], pipeline[0]))
	}, func(m *syscall.SyscallGrowPayload, c fuzz.Continue) { // the runner asks grain by grain
		m.Grains = 1 + uint32(c.Uint64()>>63)
	}, func(*dir.DirEntriesPayload, fuzz.Continue) { // no entries, rather than any bytes
	}, func(v *uint32, c fuzz.Continue) { *v = uint32(c.Uint64() >> 62) })

	launched, ended := uint32(0), map[uint32]bool{}
	channeltest.On(w, func(_ channeltest.Seen, m *boot.OperatingLaunchPayload) error {
		launched += m.Pipeline.Len / uint32(len(server.Pipelines([]server.Command{command})[0]))
		return nil
	})
	channeltest.On(w, func(_ channeltest.Seen, m *boot.OperatingExitedPayload) error {
		if m.Job >= launched || ended[m.Job] {
			return fmt.Errorf("job %d of %d has ended", m.Job, launched)
		}
		ended[m.Job] = true
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *syscall.RunnerRunPayload) error {
		if got := string(m.Module.Data[:m.Module.Len]); got != "m" {
			return fmt.Errorf("%s is run", got)
		}
		return nil
	})
}

func TestInit(t *testing.T) { channeltest.Config{Runs: 600, Steps: 60}.Check(t, Start) }

// With room for more files there are too few pipes.
func TestPipes(t *testing.T) {
	channeltest.Config{Steps: 60}.Check(t, func(w *channeltest.World) { start(w, 6) })
}
