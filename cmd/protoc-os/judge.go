package main

import (
	"errors"
	"fmt"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
	"github.com/protoc-os/protoc-os/viz"
)

// shownSteps is how many steps before a deviation are drawn.
const shownSteps = 12

// judgeRun tells whether a recorded run is one of its system, and if not, where it leaves the model.
func (a *app) judgeRun(t *traces.Trace, decl *session.SystemDecl) error {
	sys, err := judge.Elaborate(decl, t)
	if err != nil {
		return err
	}
	err = judge.Run(sys, t)
	if d := (*judge.Deviation)(nil); errors.As(err, &d) {
		a.status |= violationFound
		a.deviation(t, d)
		return nil
	}
	if err != nil {
		a.status |= undecided
		fmt.Fprintf(a.out, "%s: not judged: %v\n", t.System, err)
		return nil
	}
	_, err = fmt.Fprintf(a.out, "%s: the recorded run of %s is one of the model\n", t.System, counted(len(t.Events), "step", "steps"))
	return err
}

// deviation prints where a run leaves the model: the source lines where the component stands, and the steps before.
func (a *app) deviation(t *traces.Trace, d *judge.Deviation) {
	report := &dsl.Diagnostic{Severity: dsl.Error, Message: fmt.Sprintf("the run leaves the model of %s at step %d", t.System, d.Step)}
	if len(d.At) == 0 {
		fmt.Fprintln(a.out, "error: "+report.Message)
	} else {
		report.At = d.At[0]
		for _, at := range d.At {
			report.Related = append(report.Related, dsl.Related{At: at, Message: "in the model " + d.Event.Instance + " stands here"})
		}
		a.render(a.out, report)
	}
	fmt.Fprintf(a.out, "  the run:   %s\n", d.Did())
	for _, why := range d.Why {
		fmt.Fprintln(a.out, "  the model: "+why)
	}
	fmt.Fprint(a.out, "\n"+viz.Chart(around(t, d), viz.ChartOptions{Width: a.width(), ASCII: a.ascii}))
}

// around is the trace of the steps before a deviation, with where those stand who take part in them.
func around(t *traces.Trace, d *judge.Deviation) *traces.Trace {
	part := *t
	part.Cycle, part.Events = 0, t.Events[max(0, d.Step-1-shownSteps):d.Step-1]
	takes := map[string]bool{d.Event.Instance: true}
	for _, e := range part.Events {
		takes[e.Instance] = true
		if e.Peer != "" {
			takes[e.Peer] = true
		}
	}
	part.Instances = nil
	part.Final = new(traces.State)
	for _, c := range d.State.Components {
		if takes[c.Instance] {
			part.Final.Components = append(part.Final.Components, c)
			part.Instances = append(part.Instances, c.Instance)
		}
	}
	for _, q := range d.State.Queues {
		if takes[q.From] && takes[q.To] {
			part.Final.Queues = append(part.Final.Queues, q)
		}
	}
	return &part
}
