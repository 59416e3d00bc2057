package main

import (
	"fmt"

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
	c.AddCommand(a.convertVerb(), a.diffVerb(), a.shrinkVerb(), a.replayVerb(), &cobra.Command{
		Use:     "show FILE",
		Short:   "draw a trace as a sequence chart",
		Example: "  protoc-os trace show traces/fs.Files.PO2001.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.showTrace(args[0]) },
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
