package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/cmd/protoc-os/explore"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// exploreFlags are the flags of explore.
type exploreFlags struct {
	system, addr, trace string
	states              int
	timeout             time.Duration
	params              []string
}

func (a *app) exploreVerb() *cobra.Command {
	f := new(exploreFlags)
	c := &cobra.Command{
		Use:   "explore [./... | folders | files]",
		Short: "walk a system's states by hand, on a local web page",
		Long: `explore serves a page on this machine until it is interrupted: the steps that may be taken, every component beside its machine with the current
state lit, the queues, the steps so far as a chart. It goes back and forth, jumps to a counterexample, and its link restores the view. Nothing is
fetched from a network. With --trace it opens a counterexample, or a recorded run with the sizes that it ran with.`,
		Example: "  protoc-os explore --system Files ./fs\n  protoc-os explore --trace traces/fs.Files.PO2001.jsonl ./fs\n" +
			"  protoc-os explore --trace run.jsonl ./protocols/boot",
		RunE: func(c *cobra.Command, patterns []string) error {
			if len(patterns) == 0 {
				patterns = []string{"."}
			}
			return a.explore(c.Context(), f, patterns)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.system, "system", "", "the system: Name or package.Name (default: the only one, or that of the trace)")
	flags.StringVar(&f.addr, "addr", "127.0.0.1:0", "where to serve")
	flags.StringVar(&f.trace, "trace", "", "open a trace file")
	flags.IntVar(&f.states, "states", 2_000_000, "most states in the search for counterexamples")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "longest search for counterexamples")
	flags.StringArrayVar(&f.params, "param", nil, "another value of a system's parameter: n=4 (repeatable)")
	return c
}

// explore is the verb: load, find the system, open the trace, serve.
func (a *app) explore(ctx context.Context, f *exploreFlags, patterns []string) error {
	params, err := (&checkFlags{params: f.params}).paramValues()
	if err != nil {
		return err
	}
	var trace *traces.Trace
	if f.trace != "" {
		if trace, err = traces.ReadFile(f.trace); err != nil {
			return err
		}
		if f.system == "" {
			f.system = trace.System
		}
	}
	prog, diags, err := session.Load(session.Config{}, patterns)
	if err != nil {
		return err
	}
	src := judgeSources(prog, diags, params)
	for _, d := range src.diags {
		a.render(a.err, d)
	}
	a.status |= src.status()
	var names []string
	if f.system != "" {
		names = []string{f.system}
	}
	systems, err := src.choose(names, params)
	switch {
	case err != nil:
		return err
	case len(systems) == 0 && a.status != 0:
		return statusError{status: a.status}
	case len(systems) != 1:
		return fmt.Errorf("%d systems here: choose one with --system", len(systems))
	}
	if trace != nil && trace.Recorded {
		return a.serveRecording(ctx, f.addr, systems[0].decl, trace)
	}
	x, err := explore.New(systems[0].decl.QName(), systems[0].sys, checker.Options{States: f.states, Timeout: f.timeout})
	if err != nil {
		return err
	}
	path := ""
	if trace != nil {
		if path, err = x.Open(trace); err != nil {
			return err
		}
	}
	return a.serve(ctx, f.addr, path, x.Handler())
}

// serveRecording serves a recorded run, of the system with the sizes that it ran with.
func (a *app) serveRecording(ctx context.Context, addr string, decl *session.SystemDecl, trace *traces.Trace) error {
	sys, err := judge.Elaborate(decl, trace)
	if err != nil {
		return err
	}
	r, err := explore.NewRecording(sys, trace)
	if err != nil {
		return err
	}
	return a.serve(ctx, addr, "", r.Handler())
}

// serve listens until the command is interrupted.
func (a *app) serve(ctx context.Context, addr, path string, page http.Handler) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: page, ReadHeaderTimeout: 10 * time.Second}
	url := "http://" + listener.Addr().String() + "/"
	if path != "" {
		url += "#" + path
	}
	if _, err := fmt.Fprintln(a.out, url); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // Serve reports it
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
