package main

import (
	"fmt"
	"slices"
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
	c.AddCommand(a.convertVerb(), a.diffVerb(), a.shrinkVerb(), a.replayVerb(), a.showVerb())
	return c
}

func (a *app) showVerb() *cobra.Command {
	component, most := "", 0
	c := &cobra.Command{
		Use:   "show FILE",
		Short: "draw a trace as a sequence chart",
		Long: `show draws a trace in the terminal, as wide as that is; trace convert draws it as a picture. On a terminal the middle of a long trace is folded
(-v or --most 0 shows all).`,
		Example: "  protoc-os trace show traces/fs.Files.PO2001.jsonl\n  protoc-os trace show --component init run.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !c.Flags().Changed("most") && terminal(a.out) > 0 && !a.verbose {
				most = foldedSteps
			}
			return a.showTrace(args[0], component, most)
		},
	}
	c.Flags().StringVar(&component, "component", "", "only what this instance takes part in")
	c.Flags().IntVar(&most, "most", 0, "most rows, the middle of a longer trace is folded; 0: all")
	return c
}

// showTrace prints a trace, or what an instance takes part in: what it is of, and its chart.
func (a *app) showTrace(path, component string, most int) error {
	t, err := traces.ReadFile(path)
	if err != nil {
		return err
	}
	if t, err = partOf(t, component); err != nil {
		return err
	}
	_, err = fmt.Fprint(a.out, traceHeading(t)+viz.Chart(t, viz.ChartOptions{Width: a.width(), ASCII: a.ascii, Most: most}))
	return err
}

// partOf is what an instance takes part in; all for "".
func partOf(t *traces.Trace, instance string) (*traces.Trace, error) {
	switch {
	case instance == "":
		return t, nil
	case !slices.Contains(t.Instances, instance):
		return nil, fmt.Errorf("--component %s: the trace has no such instance, but %s", instance, strings.Join(t.Instances, ", "))
	}
	return viz.Only(t, instance), nil
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
