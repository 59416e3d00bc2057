package main

import (
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/viz"
)

// textReport is the report for people.
type textReport struct {
	w    io.Writer
	look look
	name int // columns of the widest system's name
	what int // and of the widest list of properties
}

// foldedSteps is how many rows of a counterexample are shown without -v.
const foldedSteps = 40

func newTextReport(w io.Writer, l look) reporter {
	t := &textReport{w: w, look: l}
	for _, e := range l.systems {
		t.name = max(t.name, len(e.decl.QName()))
		if e.sys.Expect == "" || e.sys.Expect == "ok" {
			t.what = max(t.what, len(joinProperties(e.sys.Checks, " ")))
		}
	}
	t.what = min(max(t.what, 30), 60)
	return t
}

func (t *textReport) printf(format string, args ...any) { fmt.Fprintf(t.w, format, args...) }

func (t *textReport) sources(s *sources) {
	for _, d := range s.diags {
		t.diagnostic(d)
	}
	for _, p := range s.expected {
		t.name = max(t.name, len(p.name))
	}
	for _, p := range s.expected {
		if !t.look.quiet {
			t.printf("  ok    %-*s  expected %s\n", t.name, p.name, joinCodes(p.codes))
		}
	}
	if len(s.skipped) > 0 && !t.look.quiet {
		t.printf("not checked, because of the errors above: %s\n", strings.Join(s.skipped, ", "))
	}
}

func (t *textReport) system(r *result) {
	name := fmt.Sprintf("%-*s", t.name, r.decl.QName())
	v := r.verdict
	figures := fmt.Sprintf("%10s states  depth %-4d %5.1fs", grouped(v.Stats.States), v.Stats.Depth, v.Stats.Elapsed.Seconds())
	what := fmt.Sprintf("%-*s", t.what, joinProperties(v.Properties, " "))
	switch r.outcome() {
	case holds:
		if t.look.quiet {
			return
		}
		t.printf("  %s    %s  %s %s%s\n", t.paint("ok", green), name, what, figures, bracketed(assumed(r)))
	case asExpected:
		if t.look.quiet {
			return
		}
		also := ""
		for _, v := range r.also {
			also += " " + string(v.Code)
		}
		if also != "" {
			also = "  (and" + also + ")"
		}
		t.printf("  %s    %s  expected %s%s%s\n", t.paint("ok", green), name, violationWords(r.expected), depthWords(r.expected), also)
	case inconclusive:
		t.printf("  %s     %s  %s %s\n        inconclusive: %s\n", t.paint("?", yellow), name, what, figures, v.Reason)
	case unexpected:
		t.printf("  %s  %s  %s %s\n", t.paint("FAIL", red), name, what, figures)
		t.diagnostic(r.missed)
	case violated:
		t.printf("  %s  %s  %s %s%s\n", t.paint("FAIL", red), name, what, figures, bracketed(assumed(r)))
		if v.Reason != "" {
			t.printf("        the rest is inconclusive: %s\n", v.Reason)
		}
	}
	for _, answer := range r.capacity {
		t.printf("        %s\n", answer)
	}
	shown := r.shown(t.look.verbose)
	for i, v := range shown {
		t.violation(r, v, sameRun(shown[:i], v))
	}
	if t.look.verbose {
		t.everything(r)
	}
}

// sameRun returns the violation that has been shown with the same steps, nil if there is none.
func sameRun(shown []*checker.Violation, v *checker.Violation) *checker.Violation {
	for _, s := range shown {
		if s.Trace != nil && v.Trace != nil && s.Trace.Cycle == v.Trace.Cycle && reflect.DeepEqual(s.Trace.Events, v.Trace.Events) {
			return s
		}
	}
	return nil
}

// violation prints where, how it comes about, and how to go on.
func (t *textReport) violation(r *result, v, same *checker.Violation) {
	t.printf("\n")
	t.diagnostic(diagnosticOf(v))
	switch {
	case same != nil:
		t.printf("  the run is that of %s above\n", same.Code)
	case v.Trace != nil:
		t.chart(v)
		if path := r.traces[v]; path != "" {
			t.printf("  replay: protoc-os trace replay %s\n", filepath.ToSlash(path))
		} else {
			t.printf("  replay: add --trace-dir traces, then protoc-os trace replay traces/%s.%s.jsonl\n", r.decl.QName(), v.Code)
		}
	}
	t.printf("  more: protoc-os explain %s\n", v.Code)
}

// chart prints the steps of a violation.
func (t *textReport) chart(v *checker.Violation) {
	o := viz.ChartOptions{Width: t.look.width, ASCII: t.look.ascii, Most: foldedSteps}
	if t.look.verbose {
		o.Most = 0
	}
	t.printf("\n%s", viz.Chart(v.Trace, o))
}

// everything prints what -v adds: all assumptions, how full each queue was, and why a part does not hold by itself.
func (t *textReport) everything(r *result) {
	for _, a := range assumptionsOf(r) {
		t.printf("        assumes: %s\n", a)
	}
	if r.verdict.Any != "" {
		t.printf("        %s\n", r.verdict.AnyWords)
	}
	for _, b := range r.verdict.Bounds {
		t.printf("        queue %s, %s to %s: at most %d of %d\n", b.Channel, b.From, b.To, b.Highest, b.Capacity)
	}
	if r.broken != nil {
		t.printf("\nthe parts are checked together because of this one:\n\n")
		t.diagnostic(diagnosticOf(r.broken))
		if r.broken.Trace != nil {
			t.chart(r.broken)
		}
	}
}

func (t *textReport) end(s *summary) error {
	t.findings(s.findings)
	if s.left > 0 {
		t.printf("interrupted: %s left unchecked\n", counted(s.left, "system", "systems"))
	}
	if t.look.quiet && s.exit == 0 {
		return nil
	}
	t.printf("%s\n", strings.TrimSpace(s.counts()+" "+s.lock.words()))
	return nil
}

// findings prints warnings; options that no run takes are many in a package that others are still to use, and are counted unless there are few.
func (t *textReport) findings(list []*dsl.Diagnostic) {
	if t.look.quiet {
		return
	}
	dead := 0
	for _, d := range list {
		if d.Code == dsl.DeadOption {
			dead++
		}
	}
	counting := dead > fewFindings && !t.look.verbose
	for _, d := range list {
		if d.Code != dsl.DeadOption || !counting {
			t.diagnostic(d)
		}
	}
	if counting {
		t.printf("note: no run takes %d of the options and cases; -v lists them\n", dead)
	}
}

// fewFindings is how many dead options are listed one by one without -v.
const fewFindings = 3

// counts says in one sentence how many systems did what.
func (s *summary) counts() string {
	count := map[outcome]int{}
	for _, r := range s.results {
		count[r.outcome()]++
	}
	var parts []string
	for _, p := range []struct {
		n          int
		one, other string
	}{
		{count[violated] + count[unexpected], "%d system is violated", "%d systems are violated"},
		{count[inconclusive], "%d is inconclusive", "%d are inconclusive"},
		{count[holds], "%d system holds", "%d systems hold"},
		{count[asExpected], "%d fails as expected", "%d fail as expected"},
		{s.failing, "%d package fails as expected", "%d packages fail as expected"},
	} {
		switch {
		case p.n == 1:
			parts = append(parts, fmt.Sprintf(p.one, p.n))
		case p.n > 1:
			parts = append(parts, fmt.Sprintf(p.other, p.n))
		}
	}
	if len(parts) == 0 {
		return "No system was checked."
	}
	return strings.Join(parts, ", ") + "."
}

// words says what became of the lock file.
func (l locking) words() string {
	switch {
	case l.leftFor != "":
		return fmt.Sprintf("%s is left alone with %s.", session.LockFile, l.leftFor)
	case len(l.stale) > 0:
		return fmt.Sprintf("%s is out of date: %s.", session.LockFile, strings.Join(l.changed, ", "))
	case l.wrote:
		return session.LockFile + " is written."
	case l.none:
		return ""
	}
	return session.LockFile + " is up to date."
}

// diagnostic prints an error or a warning with its source.
func (t *textReport) diagnostic(d *dsl.Diagnostic) {
	d.Render(t.w, dsl.RenderOptions{Color: t.look.color, ASCII: t.look.ascii}) // a stream that fails is seen at the end
}

// The colours of a terminal.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (t *textReport) paint(text, color string) string {
	if !t.look.color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// assumptionsOf returns all assumptions of a verdict, each once.
func assumptionsOf(r *result) []string {
	var all []string
	seen := map[string]bool{}
	list := r.verdict.Assumptions
	if r.verdict.System != nil {
		list = append(append([]string(nil), r.verdict.System.Assumptions...), list...)
	}
	for _, a := range list {
		if !seen[a] {
			seen[a] = true
			all = append(all, a)
		}
	}
	return all
}

// assumed returns what a verdict is most easily mistaken about: the values of the parameters, and assumptions that are short. -v has all.
func assumed(r *result) []string {
	var params, all []string
	said := map[string]bool{"the search was complete": true}
	for _, p := range r.verdict.System.Params {
		if p.Name == r.verdict.Any {
			params = append(params, "any "+p.Name)
		} else {
			params = append(params, fmt.Sprintf("%s=%d", p.Name, p.Check))
		}
		said[fmt.Sprintf("%s is %d", p.Name, p.Check)] = true
	}
	if len(params) > 0 {
		all = append(all, "to "+strings.Join(params, ", "))
	}
	for _, a := range assumptionsOf(r) {
		if len(a) <= 24 && !said[a] {
			all = append(all, a)
		}
	}
	if r.cached {
		all = append(all, "cached")
	}
	return all
}

func bracketed(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "  (" + strings.Join(list, "; ") + ")"
}

// violationWords is "deadlock PO2001".
func violationWords(v *checker.Violation) string {
	return strings.TrimSpace(string(v.Property) + " " + string(v.Code))
}

func depthWords(v *checker.Violation) string {
	if v.Trace == nil {
		return ""
	}
	return fmt.Sprintf(" at depth %d", len(v.Trace.Events))
}

func joinProperties(list []session.Property, by string) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = string(p)
	}
	return strings.Join(words, by)
}

func joinCodes(list []dsl.Code) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = string(c)
	}
	return strings.Join(words, " ")
}

func counted(n int, one, other string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, other)
}
