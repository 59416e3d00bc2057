package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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
		Use:   "run [flags] PROGRAM.wasm | FOLDER [arguments]",
		Short: "run a WebAssembly program on the kernel",
		Long: `run boots the kernel of boot.Services, which protoc-os.lock shows as verified, and runs a WASI preview 1 program on it. Every system call
of the program becomes messages to the kernel; the program reaches nothing else. Its exit code is that of the command.
A folder is a Go program, which is built first.`,
		Example: `  protoc-os run ./examples/hello a b
  protoc-os run --record run.jsonl --env KEY=VALUE program.wasm`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			module, remove, err := programOf(c.Context(), args[0])
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
				fmt.Fprintf(a.err, "protoc-os: ps will not find this kernel: %v\n", err)
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
			command := kernel.Command{Module: module, Args: append([]string{filepath.Base(args[0])}, args[1:]...), Env: env}
			ctx := c.Context()
			if timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, timeout, fmt.Errorf("stopped after %v (--timeout)", timeout))
				defer cancel()
			}
			codes, err := kernel.Run(ctx, config, command)
			if err != nil {
				return err
			}
			return programExit(codes[0])
		},
	}
	c.Flags().SetInterspersed(false)
	c.Flags().StringArrayVar(&env, "env", nil, "an environment variable of the program: KEY=VALUE (repeatable)")
	c.Flags().StringVar(&record, "record", "", "write every message into this file; protoc-os trace replay judges it")
	c.Flags().DurationVar(&timeout, "timeout", 0, "stop the kernel and its program after this time; 0: never")
	c.Flags().Uint64Var(&seed, "seed", 0, "make the kernel's random numbers follow from this")
	return c
}

// programOf is the file of a program. That of a folder is built, and removed afterwards.
func programOf(ctx context.Context, name string) (file string, remove func(), err error) {
	remove = func() {}
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return name, remove, err
	}
	folder, err := os.MkdirTemp("", "protoc-os-run-")
	if err != nil {
		return "", remove, err
	}
	remove = func() { os.RemoveAll(folder) }
	file = filepath.Join(folder, "program.wasm")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", file, ".")
	build.Dir = name
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if text, err := build.CombinedOutput(); err != nil {
		remove()
		return "", func() {}, fmt.Errorf("building %s for WASI: %w\n%s", name, err, text)
	}
	return file, remove, nil
}

// compiledModules is the folder where compiled modules are kept, if there is a place for it.
func compiledModules() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "protoc-os", "modules")
}
