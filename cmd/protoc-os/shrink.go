package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/traces"
)

func (a *app) shrinkVerb() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "shrink FILE [./... | folders]",
		Short: "make a recorded run that leaves the model shorter",
		Long: `shrink takes instances, sessions and steps away from a recorded run that leaves the model, as long as it leaves it in the same way, and
writes what remains. (The checker's counterexamples are as short as they can be.)`,
		Example: "  protoc-os trace shrink -o short.jsonl traces/run.jsonl",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.shrink(args[0], output, args[1:]) },
	}
	c.Flags().StringVarP(&output, "output", "o", "", "file to write (default: standard output)")
	return c
}

func (a *app) shrink(path, output string, patterns []string) error {
	t, err := traces.ReadFile(path)
	if err != nil {
		return err
	}
	if !t.Recorded {
		return errors.New(path + " is no recorded run")
	}
	decl, err := a.systemOf(t, patterns)
	if decl == nil || err != nil {
		return err
	}
	sys, err := judge.Elaborate(decl, t)
	if err != nil {
		return err
	}
	short, err := judge.Shrink(sys, t)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if output == "" {
		return traces.Write(a.out, short)
	}
	fmt.Fprintf(a.out, "%s: %s of %s remain\n", output, counted(len(short.Events), "step", "steps"), counted(len(t.Events), "step", "steps"))
	return traces.WriteFile(output, short)
}
