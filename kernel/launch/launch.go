// Package launch is the init of protocols/boot. What comes in are pipelines of commands; for each command a process is started with exactly what its
// program may reach: the root directory, the console or a pipe, and the services. What goes out is how each program has ended.
package launch

import (
	"context"
	"fmt"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/boot"
	"github.com/protoc-os/protoc-os/protocols/console"
	"github.com/protoc-os/protoc-os/protocols/pipe"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// RootFD is the descriptor of the root directory: those below it are the three standard streams.
const RootFD = 3

// Codes of programs that did not exit by themselves.
const (
	Crashed = 134 // the process or its program is no more
	NoRoot  = 126 // there is nothing to run on
	NoPlace = 125 // all places for programs are taken
)

// Process is the component that each program gets: with its arguments, its environment, and under which paths it is given which descriptors.
type Process func(args, env []string, granted map[uint32]string) syscall.ProcessFunc

// launcher numbers the commands, and knows which job each life is.
type launcher struct {
	process Process
	pipe    pipe.PipeFunc
	jobs    uint32
	of      []uint32
}

// Init is the init component: it starts processes and pipes.
func Init(process Process, pipe pipe.PipeFunc) boot.InitFunc {
	return func(_ context.Context, s boot.InitServing) error {
		v := &launcher{process: process, pipe: pipe}
		return v.serve(s)
	}
}

// serve does what is asked, and tells how programs end.
func (v *launcher) serve(s boot.InitServing) error {
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *boot.InitServingLaunch:
			s, err = v.launch(o.Next, o.Pipeline)
		case *boot.InitServingExited:
			s, err = ended(o.Next, v.of[o.Member], o.Code)
		case *boot.InitServingGoneLives:
			s, err = ended(o.Next, v.of[o.Member], Crashed)
		case *boot.InitServingFree:
			s = o.Next
		case *boot.InitServingGoneRunners:
			s = o.Next
		default:
			panic("launch: an option that the declaration does not have")
		}
		if err != nil {
			return err
		}
	}
}

// ended tells how a program has ended, when what is to be stored before has been.
func ended(next boot.InitAfterExitedOrAfterGone, job, code uint32) (none boot.InitServing, err error) {
	switch s := next.(type) {
	case *boot.InitAfterExited:
		asked, err := s.SendTableSettle()
		if err != nil {
			return none, err
		}
		m, err := asked.ReceiveTable()
		if err != nil {
			return none, err
		}
		return m.Next.SendOperatorExited(job, code)
	case *boot.InitAfterGone:
		return s.SendOperatorExited(job, code)
	}
	panic("launch: a state that the declaration does not have")
}

// launch runs a pipeline.
func (v *launcher) launch(next boot.InitLaunchingOrAfterLaunchOrOthers, pipeline []byte) (none boot.InitServing, err error) {
	commands, err := parse(pipeline)
	if err != nil {
		return none, err
	}
	for i, c := range commands {
		job := v.jobs
		v.jobs++
		var run boot.InitAfterRun
		switch s := next.(type) {
		case *boot.InitAfterLaunch:
			run, err = v.command(*s, c, job)
		case *boot.InitAfterMore:
			closed, e := s.SendInputClose()
			if e != nil {
				return none, e
			}
			run, err = closed.SendOperatorExited(job, NoPlace)
		case *boot.InitAfterLaunch2:
			run, err = s.SendOperatorExited(job, NoPlace)
		case *boot.InitLaunching:
			panic("launch: a place is free, and none can be taken")
		}
		switch {
		case err != nil:
			return none, err
		case i == len(commands)-1:
			return run.Last()
		}
		if next, err = run.More(); err != nil {
			return none, err
		}
	}
	panic("launch: a pipeline without commands")
}

// command runs a command in the first place that is free.
func (v *launcher) command(s boot.InitAfterLaunch, c Command, job uint32) (none boot.InitAfterRun, err error) {
	picked, err := s.PickRunners(s.First())
	if err != nil {
		return none, err
	}
	made, err := picked.NewOpening()
	if err != nil {
		return none, err
	}
	asked, err := made.SendTableGet(disk.Root)
	if err != nil {
		return none, err
	}
	o, err := asked.ReceiveOOpener()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *boot.InitAfterGetOpenedDir:
		return v.start(o.Next, c, job)
	case *boot.InitAfterGetOpened:
		next, err := o.Next.SendFClose()
		if err != nil {
			return none, err
		}
		switch s := next.(type) {
		case *boot.InitAfterClose2:
			dropped, err := s.SendInputClose()
			if err != nil {
				return none, err
			}
			return dropped.SendOperatorExited(job, NoRoot)
		case *boot.InitAfterClose3:
			return s.SendOperatorExited(job, NoRoot)
		}
	case *boot.InitAfterGetFailed:
		switch s := o.Next.(type) {
		case *boot.InitAfterFailed:
			dropped, err := s.SendInputClose()
			if err != nil {
				return none, err
			}
			return dropped.SendOperatorExited(job, NoRoot)
		case *boot.InitAfterFailed2:
			return s.SendOperatorExited(job, NoRoot)
		}
	}
	panic("launch: an option that the declaration does not have")
}

// start makes the channels of a program, its process and then the program itself.
func (v *launcher) start(s boot.InitAfterOpenedDir, c Command, job uint32) (none boot.InitAfterRun, err error) {
	renaming, err := s.NewRenaming()
	if err != nil {
		return none, err
	}
	renames, err := renaming.SendRenamersAttach()
	if err != nil {
		return none, err
	}
	clock, err := renames.NewClock()
	if err != nil {
		return none, err
	}
	ticks, err := clock.SendClocksAttach()
	if err != nil {
		return none, err
	}
	entropy, err := ticks.NewEntropy()
	if err != nil {
		return none, err
	}
	draws, err := entropy.SendSourcesAttach()
	if err != nil {
		return none, err
	}
	memory, err := draws.NewMemory()
	if err != nil {
		return none, err
	}
	grows, err := memory.SendMemoriesAttach()
	if err != nil {
		return none, err
	}
	calls, err := grows.NewSyscall()
	if err != nil {
		return none, err
	}
	life, err := calls.NewLife()
	if err != nil {
		return none, err
	}
	run := v.process(c.Args, c.Env, map[uint32]string{RootFD: "/"})
	giving, err := life.StartProcess(channel.Options{Name: fmt.Sprintf("process-%d", job)}, run)
	if err != nil {
		return none, err
	}
	root, err := v.streams(giving, c.Piped, job)
	if err != nil {
		return none, err
	}
	rooted, err := root.SendLifeParentGiveDir(RootFD)
	if err != nil {
		return none, err
	}
	begun, err := rooted.SendLifeParentBegin()
	if err != nil {
		return none, err
	}
	member := begun.View().Added()
	for len(v.of) <= member {
		v.of = append(v.of, 0)
	}
	v.of[member] = job
	return begun.SendRunnersRun(c.Module)
}

// output is the descriptor that a pipe begins at; what it leads to reads it as descriptor 0.
const output = 1

// streams gives a process its standard streams. One for which there is no room is missing.
func (v *launcher) streams(next any, piped bool, job uint32) (none boot.InitAfterElse, err error) {
	for fd := uint32(0); ; fd++ {
		switch s := next.(type) {
		case *boot.InitAfterElse:
			return *s, nil
		case *boot.InitAfterStartProcess:
			next, err = s.SendLifeParentGive(fd)
		case *boot.InitAfterGive:
			if piped && fd == output {
				next, err = v.plumb(*s, fd, job)
			} else {
				next, err = terminal(*s, fd)
			}
		}
		if err != nil {
			return none, err
		}
	}
}

// plumb gives a process a pipe to write into.
func (v *launcher) plumb(s boot.InitAfterGive, fd, job uint32) (any, error) {
	piped, err := s.Piped()
	if err != nil {
		return nil, err
	}
	o, err := piped.Choose()
	if err != nil {
		return nil, err
	}
	reader, ok := o.(*boot.InitAfterPipedNewFile)
	if !ok {
		return o.(*boot.InitAfterPipedElse).Next, nil
	}
	o2, err := reader.Next.Choose()
	if err != nil {
		return nil, err
	}
	writer, ok := o2.(*boot.InitAfterNewFileNewFile)
	if !ok {
		return o2.(*boot.InitAfterNewFileElse).Next, nil
	}
	o3, err := writer.Next.Choose()
	if err != nil {
		return nil, err
	}
	start, ok := o3.(*boot.InitAfterNewFile3StartPipe)
	if !ok {
		return o3.(*boot.InitAfterNewFile3Else).Next, nil
	}
	started, err := start.Next.StartPipe(channel.Options{Name: fmt.Sprintf("pipe-%d", job)}, v.pipe)
	if err != nil {
		return nil, err
	}
	return started.SendLifeParentGive(fd)
}

// terminal gives a process a stream of the console.
func terminal(s boot.InitAfterGive, fd uint32) (any, error) {
	wanted, err := s.Console()
	if err != nil {
		return nil, err
	}
	o, err := wanted.Choose()
	if err != nil {
		return nil, err
	}
	made, ok := o.(*boot.InitAfterConsoleNewFile)
	if !ok {
		return o.(*boot.InitAfterConsoleElse).Next, nil
	}
	attached, err := made.Next.SendConsolesAttach(console.Stream(fd))
	if err != nil {
		return nil, err
	}
	return attached.SendLifeParentGive(fd)
}
