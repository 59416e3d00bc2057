package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/kernel/channel/follow"
	"github.com/protoc-os/protoc-os/traces"
)

func (a *app) replayVerb() *cobra.Command {
	var code string
	c := &cobra.Command{
		Use:   "replay FILE… [./... | folders]",
		Short: "take a trace's steps again: is it a run of the system?",
		Long: `replay takes the steps of trace files (.jsonl) again, one by one, on the sources as they are now (all below this folder by default).
A counterexample goes through the checker's own successor function: does the run exist, does it reach the state that the file claims, does
its cycle close? With --code the real components follow it too, under the controlled scheduler: a test of that Go package starts them, by
follow.Test. A recorded run is judged with the run values of the parameters: is there a step of the model for each event?
Exit status 1: no, or the system has changed since, or code and model part.`,
		Example: "  protoc-os trace replay traces/fs.Files.PO2001.jsonl ./fs\n  protoc-os trace replay --code ./fs traces/fs.Files.PO2001.jsonl",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			files := args[:1]
			for len(files) < len(args) && strings.HasSuffix(args[len(files)], ".jsonl") {
				files = args[:len(files)+1]
			}
			for _, file := range files {
				if err := a.replayTrace(file, args[len(files):]); err != nil {
					return err
				}
				if code != "" && a.status == 0 {
					if err := a.replayCode(c.Context(), file, code); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&code, "code", "", "the Go package whose components follow a counterexample")
	return c
}

// replayCode has the components of a Go package follow a counterexample.
func (a *app) replayCode(ctx context.Context, file, pkg string) error {
	path, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "protoc-os-replay-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	said := filepath.Join(dir, "said")
	c := exec.CommandContext(ctx, "go", "test", "-count=1", pkg)
	c.Env = append(os.Environ(), follow.EnvTrace+"="+path, follow.EnvSaid+"="+said)
	out, failed := c.CombinedOutput()
	text, err := os.ReadFile(said)
	switch {
	case err != nil && failed != nil:
		return fmt.Errorf("go test %s: %w\n%s", pkg, failed, out)
	case err != nil:
		return fmt.Errorf("no test of %s follows this trace: it takes one that calls follow.Test with the name of the system", pkg)
	case failed != nil:
		a.status |= violationFound
	}
	_, err = a.out.Write(text)
	return err
}

// replayTrace takes the steps of a trace file through the checker's successor function and compares where they lead with what the file claims.
func (a *app) replayTrace(path string, patterns []string) error {
	t, err := traces.ReadFile(path)
	if err != nil {
		return err
	}
	decl, err := a.systemOf(t, patterns)
	if decl == nil || err != nil {
		return err
	}
	if t.Recorded {
		return a.judgeRun(t, decl)
	}
	sys, err := a.elaborateFor(t, decl)
	if sys == nil || err != nil {
		return err
	}
	final, steps, err := checker.Replay(sys, t)
	switch {
	case err != nil:
		a.status |= violationFound
		_, err = fmt.Fprintf(a.out, "%s: the run does not exist: %v\n", t.System, err)
	case t.Final != nil && !sameState(t.Final, final):
		a.status |= violationFound
		_, err = fmt.Fprintf(a.out, "%s: %s replayed, but not to the state that the trace claims\n", t.System, counted(steps, "step", "steps"))
	default:
		_, err = fmt.Fprintf(a.out, "%s: %s replayed, up to the state that the trace claims", t.System, counted(steps, "step", "steps"))
		if t.Code != "" {
			fmt.Fprintf(a.out, " (%s %s)", t.Property, t.Code)
		}
		fmt.Fprintln(a.out)
	}
	return err
}

// systemOf finds the declaration of the system that a trace is of. It is nil, and the status set, if the sources are wrong or have changed.
func (a *app) systemOf(t *traces.Trace, patterns []string) (*session.SystemDecl, error) {
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	prog, diags, err := session.Load(session.Config{}, patterns)
	if err != nil {
		return nil, err
	}
	var found []*session.SystemDecl
	for _, p := range prog.Asked {
		for _, s := range p.Systems {
			if s.QName() == t.System {
				found = append(found, s)
			}
		}
	}
	if len(found) == 0 {
		for _, d := range diags {
			if d.Severity == dsl.Error {
				a.render(a.out, d)
				a.status |= sourceWrong
			}
		}
		if a.status != 0 {
			return nil, nil
		}
		return nil, fmt.Errorf("no system %s in %s", t.System, strings.Join(patterns, " "))
	}
	if i := slices.IndexFunc(found, func(s *session.SystemDecl) bool { return t.Digest == "" || s.Digest() == t.Digest }); i >= 0 {
		return found[i], nil
	}
	a.status |= violationFound
	_, err = fmt.Fprintf(a.out, "%s: the system has changed since the trace was made; check it again\n", t.System)
	return nil, err
}

// elaborateFor puts the system together with the parameters of the trace. It is nil, and the status set, if the sources are wrong.
func (a *app) elaborateFor(t *traces.Trace, decl *session.SystemDecl) (*session.System, error) {
	params := map[string]int64{}
	for _, p := range t.Params {
		name, text, _ := strings.Cut(p, "=")
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("parameter %q of the trace: want name=number", p)
		}
		params[name] = n
	}
	options := session.ElaborateOptions{Params: paramsOf(decl, params)}
	sys, diags := session.Elaborate(decl, options)
	if sys == nil {
		for _, d := range diags {
			a.render(a.out, d)
		}
		a.status |= sourceWrong
		return nil, nil
	}
	if asked := askedCapacities(sys); len(asked) > 0 {
		options.Capacity = equalCapacities(asked, 1)
		sys, _ = session.Elaborate(decl, options)
	}
	return sys, nil
}

// sameState compares two states without their source positions: those move with the layout.
func sameState(a, b *traces.State) bool {
	return reflect.DeepEqual(withoutPositions(a), withoutPositions(b))
}

func withoutPositions(s *traces.State) *traces.State {
	if s == nil {
		return new(traces.State)
	}
	plain := &traces.State{}
	for _, c := range s.Components {
		c.At, c.Waits, c.For = "", nonEmpty(c.Waits), nonEmpty(c.For)
		plain.Components = append(plain.Components, c)
	}
	for _, q := range s.Queues {
		q.Messages = nonEmpty(q.Messages)
		plain.Queues = append(plain.Queues, q)
	}
	plain.Cycle = nonEmpty(s.Cycle)
	return plain
}

// nonEmpty makes lists that are empty alike.
func nonEmpty(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}
