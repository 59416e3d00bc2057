package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/host/door"
)

func (a *app) psVerb() *cobra.Command {
	var pid int
	var interval time.Duration
	c := &cobra.Command{
		Use:   "ps",
		Short: "show the components of running kernels",
		Long: `ps asks each kernel of this user (protoc-os run) for its components: where each is and what it waits for, how many messages are queued for it,
how many ends of sessions it holds, and how many steps a second it has taken between two looks. What runs on a goroutine of its own, because it
waits for the world, is not looked into.`,
		Example: `  protoc-os ps
  protoc-os ps --pid 4711 --interval 2s`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			pids, err := kernels(pid)
			if err != nil {
				return err
			}
			for _, pid := range pids {
				before, err := door.Components(door.Folder(), pid)
				if err != nil {
					return err
				}
				began := time.Now()
				time.Sleep(interval)
				after, err := door.Components(door.Folder(), pid)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "process %d: %d components\n", pid, len(after))
				writeComponents(a.out, before, after, time.Since(began))
			}
			return nil
		},
	}
	c.Flags().IntVar(&pid, "pid", 0, "of this process only")
	c.Flags().DurationVar(&interval, "interval", 500*time.Millisecond, "time between the two looks")
	return c
}

// kernels are the processes to ask: one, or all of this user.
func kernels(pid int) ([]int, error) {
	if pid != 0 {
		return []int{pid}, nil
	}
	pids, err := door.Kernels(door.Folder())
	if err == nil && len(pids) == 0 {
		err = errors.New("no kernel of yours is running (protoc-os run)")
	}
	return pids, err
}

// writeComponents writes a table, in the order in which the components were started.
func writeComponents(w io.Writer, before, after []channel.Status, between time.Duration) {
	steps := map[string]uint32{}
	for _, s := range before {
		steps[s.Name] = s.Steps
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "  NAME\tCOMPONENT\tCORE\tSTEPS/S\tQUEUED\tENDS\tSTATE")
	for i := 0; i < len(after); i++ {
		s, name := after[i], after[i].Name
		if array, _, ok := strings.Cut(name, "["); ok { // members of an array that are alike are one line
			last := i
			for last+1 < len(after) && alike(after[last+1], s, array) {
				last++
			}
			if last > i {
				name = fmt.Sprintf("%s … %s", name, strings.TrimPrefix(after[last].Name, array))
				i = last
			}
		}
		core, rate, ends := "-", "-", "-"
		if s.Core >= 0 {
			core, ends = fmt.Sprint(s.Core), fmt.Sprint(s.Ends)
			if from, known := steps[s.Name]; known {
				rate = fmt.Sprintf("%.0f", float64(s.Steps-from)/between.Seconds())
			}
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%d\t%s\t%s\n", name, s.Component, core, rate, s.Queued, ends, s.State)
	}
	t.Flush()
}

// alike reports whether there is nothing to tell of a member of an array that was not told of another.
func alike(s, other channel.Status, array string) bool {
	return strings.HasPrefix(s.Name, array+"[") && s.Component == other.Component && s.Core == other.Core && s.State == other.State &&
		s.Queued == 0 && other.Queued == 0 && s.Ends == other.Ends && s.Steps == other.Steps
}

func (a *app) crashVerb() *cobra.Command {
	var pid int
	c := &cobra.Command{
		Use:   "crash COMPONENT",
		Short: "make a component of a running kernel crash",
		Long: `crash makes a component crash in the middle of what it does, as a fault of its own would. All ends that it holds are abandoned in one step, and its
peers take that as their declarations say. A program may crash in the verified system (faults crash program), so a run in which one did is still
one of the model; protoc-os ps names the components.`,
		Example: `  protoc-os crash 'program[0]'`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			pids, err := kernels(pid)
			if err != nil {
				return err
			}
			if len(pids) > 1 {
				return fmt.Errorf("there are several kernels: say which with --pid (%v)", pids)
			}
			return door.Crash(door.Folder(), pids[0], args[0])
		},
	}
	c.Flags().IntVar(&pid, "pid", 0, "in the kernel of this process")
	return c
}
