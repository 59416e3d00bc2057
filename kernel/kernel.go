// Package kernel boots a kernel from the generated assembly of its verified system. What goes in are the commands to run and the host's side of
// terminal, time and noise; what comes out is how each program ended.
package kernel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path"
	"slices"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/clock"
	"github.com/protoc-os/protoc-os/kernel/console"
	"github.com/protoc-os/protoc-os/kernel/entropy"
	"github.com/protoc-os/protoc-os/kernel/host/door"
	"github.com/protoc-os/protoc-os/kernel/host/hardware"
	"github.com/protoc-os/protoc-os/kernel/host/operator"
	"github.com/protoc-os/protoc-os/kernel/host/terminal"
	"github.com/protoc-os/protoc-os/kernel/host/wasi"
	"github.com/protoc-os/protoc-os/kernel/launch"
	"github.com/protoc-os/protoc-os/kernel/memory"
	"github.com/protoc-os/protoc-os/kernel/pipe"
	"github.com/protoc-os/protoc-os/kernel/process"
	"github.com/protoc-os/protoc-os/kernel/renamer"
	"github.com/protoc-os/protoc-os/kernel/tree"
	"github.com/protoc-os/protoc-os/protocols/boot"
	declared "github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
	"github.com/protoc-os/protoc-os/traces"
)

// Command is a program that is to run.
type Command = launch.Command

// DefaultRoom is how many bytes there are for files if nobody says.
const DefaultRoom = 256 << 20

// Config is what a kernel is booted with.
type Config struct {
	Lock     []byte // the content of protoc-os.lock
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
	Engine   *wasi.Engine
	Seed     *uint64          // nil: the host's own noise
	Disk     string           // a file of the host that is a disk: the kernel's files are read from it, and written back; empty: none
	Room     uint64           // bytes for files; 0: those of the disk, or DefaultRoom
	Cores    int              // that the components run on; 0: 1. Programs run on threads of their own
	Place    Placement        // of the components on the cores
	Grants   []*Grant         // folders of the host that programs find in their files
	Recorder channel.Recorder // nil: off
	Door     net.Listener     // where the running kernel answers questions; nil: nowhere. It is closed in the end
}

// NewRecord records a run of this kernel.
func NewRecord() *channel.Trace {
	return channel.NewTrace("boot.Services", boot.ServicesDigest)
}

// StreamRecord records a run into w while it goes on; whole ends the recording.
func StreamRecord(w io.Writer) (record *channel.Trace, whole func() error, err error) {
	return channel.StreamTrace(w, "boot.Services", boot.ServicesDigest)
}

// FollowRecord hands on each event of a run, and keeps none. It is for runs that are too long to be kept.
func FollowRecord(each func(traces.Event) error) *channel.Trace {
	return channel.FollowTrace(each, "boot.Services", boot.ServicesDigest)
}

func wallClock() uint64 { return hardware.Now(declared.WhichRealtime) }

// errDone stops a kernel whose programs have all ended.
var errDone = errors.New("all programs have ended")

// Run boots a kernel, runs the commands on it, all at once, and stops it when they have all ended. It returns the exit code of each. What the programs have changed
// on the disk and in folders that they were granted is written back however the run ends.
func Run(ctx context.Context, c Config, commands ...Command) (codes []uint32, err error) {
	if c.Door != nil {
		defer c.Door.Close()
	}
	pipelines := launch.Pipelines(commands)
	for _, p := range pipelines {
		if len(p) > file.Most {
			return nil, fmt.Errorf("arguments and environment of a command line have %d bytes, and at most %d: give them in a file or on standard input", len(p), file.Most)
		}
	}
	if err := Apart(c.Grants); err != nil {
		return nil, err
	}
	var d *stored
	room := uint64(DefaultRoom)
	if c.Disk != "" {
		if d, err = openStored(c.Disk); err != nil {
			return nil, err
		}
		room = d.room()
	}
	files := tree.New(cmp.Or(c.Room, room), wallClock)
	if d != nil {
		if err := d.in(files); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, d.out(files, c.Grants)) }()
	}
	for _, g := range c.Grants {
		if d != nil && g.Guest == "/" {
			return nil, fmt.Errorf("%s: programs find the disk at /: give the folder another place, such as %s:/%s", g.Host, g.Host, path.Base(g.Host))
		}
		if err := g.in(files); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, g.out(files)) }()
	}
	files.Device("dev/null", tree.Null)
	files.Device("dev/zero", tree.Zero)
	files.Device("dev/random", hardware.Random(c.Seed))
	files.Device("dev/urandom", hardware.Random(c.Seed))
	return run(ctx, c, files, pipelines, len(commands))
}

func run(ctx context.Context, c Config, files *tree.Files, pipelines [][]byte, jobs int) ([]uint32, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cores := cmp.Or(c.Cores, 1)
	rt := channel.New(channel.Config{Cores: cores, Outside: true, Spin: -1, Recorder: c.Recorder, Place: c.Place.policy(cores)})
	codes := slices.Repeat([]uint32{codeStopped}, jobs)
	running := jobs
	err := boot.BootServices(rt, c.Lock, boot.ServicesParts{
		Operator: operator.Run(pipelines, jobs, func(job, code uint32) { codes[job], running = code, running-1 }, func() { cancel(errDone) }),
		Init:     launch.Init(process.Process, pipe.Pipe),
		Tree:     tree.Server(files),
		Renamer:  renamer.Renamer,
		Console:  console.Server(terminal.Kinds(c.Stdin, c.Stdout, c.Stderr)),
		Keyboard: terminal.Keyboard(c.Stdin),
		Screen:   terminal.Screen(c.Stdout, c.Stderr),
		Clock:    clock.Server(clock.Source{Now: hardware.Now, Resolution: 1}),
		Timer:    hardware.Timer,
		Source:   entropy.Source(),
		Host:     hardware.Noise(c.Seed),
		Memory:   memory.Service,
		Program:  func(int) syscall.ProgramFunc { return c.Engine.Place() },
	})
	if err != nil {
		return nil, err
	}
	if c.Door != nil {
		go door.Serve(c.Door, rt)
	}
	err = rt.Run(ctx)
	switch cause := context.Cause(ctx); {
	case cause == errDone:
		return codes, crashes(err, cause)
	case cause == nil && running > 0:
		return codes, fmt.Errorf("the kernel has stopped before all programs had ended, for a component that it needs is gone: %w", err)
	default:
		return codes, errors.Join(cause, crashes(err, cause))
	}
}

// codeStopped is the exit code of a program that was still running when the kernel stopped.
const codeStopped = 134

// crashes are the errors of a run that do not come from its being stopped, or from a fault that was asked for: who was stopped, and whose peer was
// stopped first, is well.
func crashes(err, cause error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var left []error
	for _, err := range joined.Unwrap() {
		var aborted *channel.AbortedError
		var gone *channel.GoneError
		if !errors.Is(err, cause) && !errors.Is(err, channel.ErrCrashed) && !errors.As(err, &aborted) && !errors.As(err, &gone) {
			left = append(left, err)
		}
	}
	return errors.Join(left...)
}
