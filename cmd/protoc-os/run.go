package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
	c := &cobra.Command{
		Use:   "run [flags] PROGRAM [arguments] ['|' PROGRAM [arguments]] ...",
		Short: "run WebAssembly programs on the kernel",
		Long: `run boots the kernel of boot.Services, which protoc-os.lock shows as verified, and runs WASI preview 1 programs on it. Every system call
of a program becomes messages to the kernel; the program reaches nothing else. A program is a .wasm file, or the folder of a Go program, which is built first.

A | between two programs is a pipe from one to the other, and an & lets both run at once with nothing between them; quote them for your shell. A
\| or \& is an argument. The exit code is that of the last program; 125 says that there was no place for it, 134 that it crashed, 137 that it was killed.`,
		Example: `  protoc-os run ./examples/hello a b
  protoc-os run --record run.jsonl --env KEY=VALUE program.wasm
  protoc-os run --timeout 10s list.wasm '|' count.wasm`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
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
			config := kernel.Config{Lock: protocos.Lock, Stdin: a.in, Stdout: a.out, Stderr: a.err, Engine: engine}
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
			ctx := c.Context()
			if timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, timeout, fmt.Errorf("stopped after %v (--timeout)", timeout))
				defer cancel()
			}
			codes, err := kernel.Run(ctx, config, commands...)
			if err != nil {
				return err
			}
			return programExit(codes[len(codes)-1])
		},
	}
	c.Flags().SetInterspersed(false)
	c.Flags().StringArrayVar(&env, "env", nil, "an environment variable of the program: KEY=VALUE (repeatable)")
	c.Flags().StringVar(&record, "record", "", "write every message into this file; protoc-os trace replay judges it")
	c.Flags().DurationVar(&timeout, "timeout", 0, "stop the kernel and its programs after this time; 0: never")
	c.Flags().Uint64Var(&seed, "seed", 0, "make the kernel's random numbers follow from this")
	return c
}

// compiledModules is the folder where compiled modules are kept, if there is a place for it.
func compiledModules() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "protoc-os", "modules")
}
