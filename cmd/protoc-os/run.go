package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	protocos "github.com/protoc-os/protoc-os"
	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/host/door"
	"github.com/protoc-os/protoc-os/kernel/host/wasi"
)

func (a *app) runVerb() *cobra.Command {
	var env []string
	var seed uint64
	var record string
	var timeout time.Duration
	var dirs, copies []string
	var room, placement, disk string
	var cores int
	c := &cobra.Command{
		Use:   "run [flags] PROGRAM [arguments] ['|' PROGRAM [arguments]] ...",
		Short: "run WebAssembly programs on the kernel",
		Long: `run boots the kernel of boot.Services, which protoc-os.lock shows as verified, and runs WASI preview 1 programs on it. Every system call
of a program becomes messages to the kernel; the program reaches nothing else. A program is a .wasm file, or the folder of a Go program, which is built first.

A program finds an empty root to begin with, or with --disk the files on a disk that mkfs has made; --dir HOST:GUEST puts a folder of the host there. What programs change in it is written back when all have
ended. What has changed on the host meanwhile is never written over: what the programs have made of it is kept elsewhere, and run says where.

A | between two programs is a pipe from one to the other, and an & lets both run at once with nothing between them; quote them for your shell. A
\| or \& is an argument. The exit code is that of the last program; 124 says that --timeout stopped it, 125 that there was no place for it, 126 that it is
nothing that can run, 130 that you did (^C), 134 that it crashed, 137 that it was killed.`,
		Example: `  protoc-os run ./examples/hello a b
  protoc-os run --record run.jsonl --env KEY=VALUE program.wasm
  protoc-os run --dir . sort.wasm words.txt
  protoc-os run --copy /usr/share/dict:/words --dir out:/out index.wasm
  protoc-os mkfs disk.img 64M && protoc-os run --disk disk.img ./examples/shell
  protoc-os run --timeout 10s list.wasm '|' count.wasm`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			granted, err := grants(dirs, copies)
			if err != nil {
				return err
			}
			bytes, err := parseBytes(room)
			if err != nil {
				return fmt.Errorf("--room %w", err)
			}
			place, err := kernel.ParsePlacement(placement)
			if err != nil {
				return fmt.Errorf("--placement %w", err)
			}
			if cores < 1 || cores > 64 {
				return fmt.Errorf("--cores %d: want 1 to 64", cores)
			}
			commands, remove, err := commandsOf(c.Context(), args, env)
			if err != nil {
				return err
			}
			defer remove()
			engine, err := wasi.NewEngine(compiledModules(), a.err)
			if err != nil {
				return err
			}
			defer engine.Close()
			config := kernel.Config{Lock: protocos.Lock, Stdin: a.in, Stdout: a.out, Stderr: a.err, Engine: engine, Room: uint64(bytes), Grants: granted, Disk: disk,
				Cores: cores, Place: place}
			if config.Door, err = door.Open(door.Folder()); err != nil {
				fmt.Fprintf(a.err, "protoc-os: ps and crash will not find this kernel: %v\n", err)
				config.Door = nil
			}
			if c.Flags().Changed("seed") {
				config.Seed = &seed
			}
			if record != "" {
				f, err := os.Create(record)
				if err != nil {
					return err
				}
				defer f.Close()
				trace, whole, err := kernel.StreamRecord(f)
				if err != nil {
					return err
				}
				config.Recorder = trace
				defer func() {
					if e := whole(); e != nil {
						err = fmt.Errorf("recording to %s: %w", record, e)
					}
				}()
			}
			ctx, timedOut := c.Context(), fmt.Errorf("stopped after %v (--timeout)", timeout)
			if timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, timeout, timedOut)
				defer cancel()
			}
			signal.Ignore(syscall.SIGPIPE) // who writes what nobody reads hears so, and what has changed is still written back
			codes, err := kernel.Run(ctx, config, commands...)
			if errors.Is(err, timedOut) {
				fmt.Fprintf(a.err, "protoc-os: %v\n", err)
				return programExit(codeTimeout)
			}
			if err != nil {
				return a.interruptedBut(err)
			}
			return programExit(codes[len(codes)-1])
		},
	}
	c.Flags().SetInterspersed(false)
	c.Flags().StringArrayVar(&env, "env", nil, "an environment variable of the program: KEY=VALUE (repeatable)")
	c.Flags().StringVar(&record, "record", "", "write every message into this file; protoc-os trace replay judges it")
	c.Flags().DurationVar(&timeout, "timeout", 0, "stop the kernel and its programs after this time; 0: never")
	c.Flags().StringArrayVar(&dirs, "dir", nil, "a folder of the host, and where programs find it (default: /): HOST:GUEST (repeatable)")
	c.Flags().StringArrayVar(&copies, "copy", nil, "the same, but nothing is written back")
	c.Flags().StringVar(&disk, "disk", "", "the files are those of this disk (protoc-os mkfs): read at the boot, written back at the end")
	c.Flags().StringVar(&room, "room", "", "room for files, in memory, as in 512MB or 2GB (default: that of the disk, or 256MB)")
	c.Flags().IntVar(&cores, "cores", 1, "cores that the kernel's components run on; programs run on threads of their own")
	c.Flags().StringVar(&placement, "placement", "together", "which component runs on which core: together with those that it talks to, spread, or\ndivided: the processes on the first, the services on the others")
	c.Flags().Uint64Var(&seed, "seed", 0, "make the kernel's random numbers follow from this")
	return c
}

// codeTimeout is the exit code of programs that --timeout has stopped.
const codeTimeout = 124

// interruptedBut says what went wrong beside an interruption, of which the user knows.
func (a *app) interruptedBut(err error) error {
	joined, several := err.(interface{ Unwrap() []error })
	switch {
	case !errors.Is(err, context.Canceled):
		return err
	case several:
		for _, one := range joined.Unwrap() {
			if other := a.interruptedBut(one); !errors.Is(other, context.Canceled) {
				fmt.Fprintf(a.err, "protoc-os: %v\n", other)
			}
		}
	}
	return context.Canceled
}

// grants are the folders that programs find in their files.
func grants(dirs, copies []string) (all []*kernel.Grant, err error) {
	for i, s := range append(dirs, copies...) {
		g, err := kernel.ParseGrant(s)
		if err != nil {
			return nil, err
		}
		g.Copy = i >= len(dirs)
		all = append(all, g)
	}
	return all, kernel.Apart(all)
}

// compiledModules is the folder where compiled modules are kept, if there is a place for it.
func compiledModules() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "protoc-os", "modules")
}
