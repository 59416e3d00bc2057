package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// gitHubReport prints workflow commands, which GitHub shows beside the lines of a pull request.
type gitHubReport struct{ w io.Writer }

func newGitHubReport(w io.Writer, _ look) reporter { return &gitHubReport{w} }

func (g *gitHubReport) sources(s *sources) {
	for _, d := range s.diags {
		g.command(d)
	}
}

func (g *gitHubReport) system(r *result) {
	switch r.outcome() {
	case unexpected:
		g.command(r.missed)
	case inconclusive:
		g.command(&dsl.Diagnostic{Severity: dsl.Error, At: r.verdict.System.At, Message: r.decl.QName() + " is inconclusive: " + r.verdict.Reason})
	}
	for _, v := range r.shown(false) {
		g.command(diagnosticOf(v))
	}
}

func (g *gitHubReport) end(s *summary) error {
	for _, d := range s.findings {
		if d.Code != dsl.DeadOption { // a package that others are still to use has many
			g.command(d)
		}
	}
	if len(s.lock.stale) > 0 {
		g.command(&dsl.Diagnostic{Severity: dsl.Error, Message: s.lock.words()})
	}
	return nil
}

func (g *gitHubReport) command(d *dsl.Diagnostic) {
	var properties []string
	if at := spanJSON(d.At); at != nil {
		properties = append(properties, "file="+property(at.File), fmt.Sprintf("line=%d", at.Line), fmt.Sprintf("col=%d", at.Column))
		if at.EndLine == at.Line && at.EndColumn > at.Column {
			properties = append(properties, fmt.Sprintf("endColumn=%d", at.EndColumn))
		}
	}
	if d.Code != "" {
		properties = append(properties, "title="+property(string(d.Code)))
	}
	message := d.Message
	for _, r := range d.Related {
		message += fmt.Sprintf("\n%s: %s", r.At, r.Message)
	}
	for _, n := range d.Notes {
		message += "\n" + n
	}
	fmt.Fprintln(g.w, strings.TrimSuffix("::"+d.Severity.String()+" "+strings.Join(properties, ","), " ")+"::"+data(message))
}

// data and property escape as GitHub's runner unescapes.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
