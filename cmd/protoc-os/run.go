package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	protocos "github.com/protoc-os/protoc-os"
	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/host/wasi"
)

func (a *app) runVerb() *cobra.Command {
	var env []string
	var seed uint64
	c := &cobra.Command{
		Use:   "run [flags] PROGRAM.wasm [arguments]",
		Short: "run a WebAssembly program on the kernel",
		Long: `run boots the kernel of boot.Services, which protoc-os.lock shows as verified, and runs a WASI preview 1 program on it. Every system call
of the program becomes messages to the kernel; the program reaches nothing else. Its exit code is that of the command.`,
		Example: `  GOOS=wasip1 GOARCH=wasm go build -o hello.wasm ./kernel/testdata/hello
  protoc-os run --env NAME=world hello.wasm a b`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			folder, err := compiledModules()
			if err != nil {
				return err
			}
			engine, err := wasi.NewEngine(folder, a.err)
			if err != nil {
				return err
			}
			defer engine.Close()
			config := kernel.Config{Lock: protocos.Lock, Stdin: a.in, Stdout: a.out, Stderr: a.err, Engine: engine}
			if c.Flags().Changed("seed") {
				config.Seed = &seed
			}
			command := kernel.Command{Module: args[0], Args: append([]string{filepath.Base(args[0])}, args[1:]...), Env: env}
			codes, err := kernel.Run(c.Context(), config, command)
			if err != nil {
				return err
			}
			return programExit(codes[0])
		},
	}
	c.Flags().SetInterspersed(false)
	c.Flags().StringArrayVar(&env, "env", nil, "an environment variable of the program: KEY=VALUE (repeatable)")
	c.Flags().Uint64Var(&seed, "seed", 0, "make the kernel's random numbers follow from this")
	return c
}

// compiledModules is the folder where compiled modules are kept.
func compiledModules() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("keeping compiled modules: %w", err)
	}
	return filepath.Join(cache, "protoc-os", "modules"), nil
}
