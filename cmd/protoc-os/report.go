package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// reporter prints what check finds, in the order in which it is found.
type reporter interface {
	sources(*sources)
	system(*result)
	end(*summary) error
}

// summary is what is known when all is done.
type summary struct {
	results  []*result
	left     int               // systems not checked: interrupted
	failing  int               // packages that fail as they announce
	findings []*dsl.Diagnostic // warnings that follow from all verdicts together
	lock     locking
	exit     status
}

// look is how a report is to look.
type look struct {
	width          int
	color, ascii   bool
	quiet, verbose bool
	systems        []*elaboration // that will be reported
}

// reporters makes the reporter of each format.
var reporters = map[string]func(w io.Writer, l look) reporter{
	"text":   newTextReport,
	"json":   newJSONReport,
	"github": newGitHubReport,
}

func formats() string { return strings.Join(slices.Sorted(maps.Keys(reporters)), ", ") }

// openReports returns a reporter for stdout and one for each --report.
func (a *app) openReports(systems []*elaboration) (reporter, error) {
	all := reports{reporters[a.format](a.out, look{a.width(), a.colored(), a.ascii, a.quiet, a.verbose, systems})}
	for _, r := range a.reports {
		format, path, _ := strings.Cut(r, "=")
		file := &reportFile{path: path}
		file.reporter = reporters[format](&file.text, look{width: 80, ascii: a.ascii, verbose: a.verbose, systems: systems})
		all = append(all, file)
	}
	return all, nil
}

// reports are several reports of one run.
type reports []reporter

func (all reports) sources(s *sources) {
	for _, r := range all {
		r.sources(s)
	}
}

func (all reports) system(r *result) {
	for _, to := range all {
		to.system(r)
	}
}

func (all reports) end(s *summary) error {
	for _, r := range all {
		if err := r.end(s); err != nil {
			return err
		}
	}
	return nil
}

// reportFile is a report that goes to a file when it is complete.
type reportFile struct {
	reporter
	path string
	text bytes.Buffer
}

func (f *reportFile) end(s *summary) error {
	if err := f.reporter.end(s); err != nil {
		return err
	}
	if err := os.WriteFile(f.path, f.text.Bytes(), 0o666); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
