package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/protoc-os/protoc-os/kernel"
)

// The words that stand between programs: what is left of a bar is read by what is right of it, and an ampersand makes both run at once. With a
// backslash before it each is an argument like others.
const (
	bar       = "|"
	ampersand = "&"
)

// commandsOf reads a command line into programs. Folders are built, into files that remove takes away again.
func commandsOf(ctx context.Context, words, env []string) (commands []kernel.Command, remove func(), err error) {
	var built []func()
	clean := func() {
		for _, f := range built {
			f()
		}
	}
	defer func() {
		if err != nil {
			clean()
		}
	}()
	var one []string
	end := func(piped bool) error {
		if len(one) == 0 {
			return errors.New("a program is missing before or behind | or &")
		}
		module, done, err := programOf(ctx, one[0])
		if err != nil {
			return err
		}
		built = append(built, done)
		commands = append(commands, kernel.Command{Module: module, Args: append([]string{filepath.Base(one[0])}, one[1:]...), Env: env, Piped: piped})
		one = nil
		return nil
	}
	for _, w := range words {
		switch w {
		case bar, ampersand:
			if err := end(w == bar); err != nil {
				return nil, nil, err
			}
		case `\` + bar, `\` + ampersand:
			one = append(one, w[1:])
		default:
			one = append(one, w)
		}
	}
	return commands, clean, end(false)
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
