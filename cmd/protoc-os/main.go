// Command protoc-os verifies, formats and explains session-type protocols (.chan files) and the systems composed of them.
//
//	protoc-os VERB [flags] [./... | folders | files]
//
// Results go to stdout, progress and notes to stderr. Each verb is a short file that reads like a list of passes; what a pass means is in the
// package that it comes from. The exit status is that of type status.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns the exit status. verbs come on top of the command's own.
func run(args []string, in io.Reader, out, err io.Writer, verbs ...*cobra.Command) (exit int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)() // the second signal ends the process at once
	results := &stream{to: out}
	a := &app{in: in, out: results, err: err}
	defer func() {
		if defect := recover(); defect != nil {
			a.reportDefect(defect, debug.Stack())
			exit = defectFound.exit()
		}
	}()
	root := a.root()
	root.AddCommand(verbs...)
	root.SetArgs(args)
	if failure := root.ExecuteContext(ctx); failure != nil {
		var program programExit
		if errors.As(failure, &program) {
			return int(program)
		}
		a.status |= a.fail(failure)
	}
	if ctx.Err() != nil {
		a.status |= interrupted
	}
	if results.failed != nil {
		a.status |= a.fail(fmt.Errorf("write the results: %w", results.failed))
	}
	return a.status.exit()
}

// stream is stdout. It remembers the first failure, so that results which nobody can read are no success.
type stream struct {
	to     io.Writer
	failed error
}

func (s *stream) Write(text []byte) (int, error) {
	n, err := s.to.Write(text)
	if s.failed == nil {
		s.failed = err
	}
	return n, err
}

// Stat is what stdout is, a terminal or not.
func (s *stream) Stat() (os.FileInfo, error) {
	if f, ok := s.to.(*os.File); ok {
		return f.Stat()
	}
	return nil, errors.ErrUnsupported
}

// fail prints an error and says what it means for the exit status.
func (a *app) fail(failure error) status {
	var s statusError
	if errors.As(failure, &s) {
		if s.text != "" {
			fmt.Fprintf(a.err, "protoc-os: %s\n", s.text)
		}
		return s.status
	}
	if errors.Is(failure, context.Canceled) {
		return interrupted
	}
	fmt.Fprintf(a.err, "protoc-os: %v\n", failure)
	return usageWrong
}

// reportDefect says what to send to whom when one of our own invariants is broken.
func (a *app) reportDefect(defect any, stack []byte) {
	fmt.Fprintf(a.err, `protoc-os: this is a defect of protoc-os, not of your sources: %v

Please report it at https://github.com/protoc-os/protoc-os/issues with the command line, the .chan files it was run on, and:

%s
%s`, defect, versionLine(), stack)
}
