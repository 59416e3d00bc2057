package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/traces"
	"github.com/protoc-os/protoc-os/viz"
)

func (a *app) diffVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "diff FILE FILE",
		Short: "show where two traces part",
		Long: `diff compares what each instance does in two traces, and draws the steps before the first that is another one. Traces in which everybody
does the same are the same run, even if independent steps stand in another order.
Exit status 1: they are not the same run.`,
		Example: "  protoc-os trace diff yesterday.jsonl today.jsonl",
		Args:    cobra.ExactArgs(2),
		RunE:    func(_ *cobra.Command, args []string) error { return a.diffTraces(args[0], args[1]) },
	}
}

func (a *app) diffTraces(first, second string) error {
	x, err := traces.ReadFile(first)
	if err != nil {
		return err
	}
	y, err := traces.ReadFile(second)
	if err != nil {
		return err
	}
	d := traces.Diff(x, y)
	if d == nil {
		fmt.Fprintf(a.out, "the same run: %s and %s\n", counted(len(x.Events), "step", "steps"), counted(len(y.Events), "step", "steps"))
		return nil
	}
	a.status |= violationFound
	fmt.Fprintf(a.out, "the traces part where %s takes another step\n", d.Instance)
	a.side(first, x, d.A)
	a.side(second, y, d.B)
	return nil
}

// side draws one of two traces up to the step at which they part; 0: it has none.
func (a *app) side(path string, t *traces.Trace, step int) {
	fmt.Fprintf(a.out, "\n%s: ", path)
	last := step
	if step == 0 {
		fmt.Fprintln(a.out, "no further step of it")
		last = len(t.Events)
	} else {
		fmt.Fprintf(a.out, "step %d\n", step)
	}
	part := *t
	part.Final, part.Cycle, part.Events = nil, 0, t.Events[max(0, last-shownSteps):last]
	fmt.Fprint(a.out, viz.Chart(&part, viz.ChartOptions{Width: a.width(), ASCII: a.ascii}))
}
