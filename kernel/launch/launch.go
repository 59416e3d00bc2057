// Package launch is the init of protocols/boot. What comes in are commands; for each of them a process is started with exactly what its program may
// reach: the root directory, the console and the services. What goes out is how each program has ended.
package launch

import (
	"context"
	"fmt"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/protocols/boot"
	"github.com/protoc-os/protoc-os/protocols/console"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// Root is the inode of the root directory, and RootFD its descriptor: those below it are the three standard streams.
const (
	Root   = 1
	RootFD = 3
)

// Codes of programs that did not exit by themselves.
const (
	Crashed = 134 // the process or its program is no more
	NoRoot  = 126 // there is nothing to run on
)

// Process is the component that each program gets: with its arguments, its environment, and under which paths it is given which descriptors.
type Process func(args, env []string, granted map[uint32]string) syscall.ProcessFunc

// launcher numbers the commands, and knows which job each life is.
type launcher struct {
	process Process
	jobs    uint32
	of      []uint32
}

// Init is the init component.
func Init(process Process) boot.InitFunc {
	return func(_ context.Context, s boot.InitServing) error {
		v := &launcher{process: process}
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
			s, err = v.launch(o.Next, o.Command)
		case *boot.InitServingExited:
			s, err = o.Next.SendOperatorExited(v.of[o.Member], o.Code)
		case *boot.InitServingGoneLives:
			s, err = o.Next.SendOperatorExited(v.of[o.Member], Crashed)
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

// launch runs a command in the first place that is free.
func (v *launcher) launch(next boot.InitServingOrAfterLaunch, command []byte) (none boot.InitServing, err error) {
	c, err := ParseCommand(command)
	if err != nil {
		return none, err
	}
	pick, ok := next.(*boot.InitAfterLaunch)
	if !ok {
		panic("launch: a command was taken while no place is free")
	}
	picked, err := pick.PickRunners(pick.First())
	if err != nil {
		return none, err
	}
	made, err := picked.NewOpening()
	if err != nil {
		return none, err
	}
	asked, err := made.SendTableGet(Root)
	if err != nil {
		return none, err
	}
	o, err := asked.ReceiveOOpener()
	if err != nil {
		return none, err
	}
	job := v.jobs
	v.jobs++
	switch o := o.(type) {
	case *boot.InitAfterGetOpenedDir:
		return v.start(o.Next, c, job)
	case *boot.InitAfterGetOpened:
		closed, err := o.Next.SendFClose()
		if err != nil {
			return none, err
		}
		return closed.SendOperatorExited(job, NoRoot)
	case *boot.InitAfterGetFailed:
		return o.Next.SendOperatorExited(job, NoRoot)
	}
	panic("launch: an option that the declaration does not have")
}

// start makes the channels of a program, its process and then the program itself.
func (v *launcher) start(s boot.InitAfterOpenedDir, c Command, job uint32) (none boot.InitServing, err error) {
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
	root, err := v.streams(giving)
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

// streams gives a process its standard streams. One for which there is no room is missing.
func (v *launcher) streams(s boot.InitAfterStartProcess) (none boot.InitAfterElse, err error) {
	var next any = &s
	for fd := uint32(0); ; fd++ {
		switch at := next.(type) {
		case *boot.InitAfterElse:
			return *at, nil
		case *boot.InitAfterStartProcess:
			o, err := at.Choose()
			if err != nil {
				return none, err
			}
			switch o := o.(type) {
			case *boot.InitAfterStartProcessNewFile:
				attached, err := o.Next.SendConsolesAttach(console.Stream(fd))
				if err != nil {
					return none, err
				}
				if next, err = attached.SendLifeParentGive(fd); err != nil {
					return none, err
				}
			case *boot.InitAfterStartProcessElse:
				next = o.Next
			}
		}
	}
}
