package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/traces"
	"github.com/protoc-os/protoc-os/viz"
)

func (a *app) traceVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "trace",
		Short: "look at recorded runs and counterexamples",
		Args:  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath())
			}
			return c.Help()
		},
	}
	c.AddCommand(a.convertVerb(), a.diffVerb(), a.shrinkVerb(), &cobra.Command{
		Use:     "show FILE",
		Short:   "draw a trace as a sequence chart",
		Example: "  protoc-os trace show traces/fs.Files.PO2001.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.showTrace(args[0]) },
	}, &cobra.Command{
		Use:   "replay FILE… [./... | folders]",
		Short: "take a trace's steps again: is it a run of the system?",
		Long: `replay takes the steps of trace files (.jsonl) again, one by one, on the sources as they are now (all below this folder by default).
A counterexample goes through the checker's own successor function: does the run exist, does it reach the state that the file claims, does
its cycle close? A recorded run is judged with the run values of the parameters: is there a step of the model for each event?
Exit status 1: no, or the system has changed since.`,
		Example: "  protoc-os trace replay traces/fs.Files.PO2001.jsonl ./fs",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			files := args[:1]
			for len(files) < len(args) && strings.HasSuffix(args[len(files)], ".jsonl") {
				files = args[:len(files)+1]
			}
			for _, file := range files {
				if err := a.replayTrace(file, args[len(files):]); err != nil {
					return err
				}
			}
			return nil
		},
	})
	return c
}

// showTrace prints a trace: what it is of, and its chart.
func (a *app) showTrace(path string) error {
	t, err := traces.ReadFile(path)
	if err != nil {
		return err
	}
	fmt.Fprint(a.out, traceHeading(t))
	o := viz.ChartOptions{Width: a.width(), ASCII: a.ascii}
	if terminal(a.out) > 0 && !a.verbose {
		o.Most = foldedSteps
	}
	_, err = fmt.Fprint(a.out, viz.Chart(t, o))
	return err
}

// traceHeading is "fs.Files (n=3): deadlock PO2001: no component can move".
func traceHeading(t *traces.Trace) string {
	text := t.System
	for i, p := range t.Params {
		sep := " ("
		if i > 0 {
			sep = ", "
		}
		text += sep + p
	}
	if len(t.Params) > 0 {
		text += ")"
	}
	if t.Property != "" {
		text += ": " + t.Property + " " + t.Code
	}
	if t.Message != "" {
		text += ": " + t.Message
	}
	return text + "\n"
}
