package main

import (
	"encoding/json"
	"io"
	"path/filepath"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// jsonReport is the report for programs: one object when all is done. Its keys are stable; new ones may come.
type jsonReport struct {
	w   io.Writer
	doc jsonDocument
}

type jsonDocument struct {
	Version     int              `json:"version"`
	Exit        int              `json:"exit"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
	Expected    []jsonExpected   `json:"expectedPackages,omitempty"` // packages that fail with the diagnostics they announce
	Skipped     []string         `json:"skipped,omitempty"`          // systems not checked, because of errors in the sources
	Left        int              `json:"left,omitempty"`             // systems not checked, because the run was interrupted
	Systems     []jsonSystem     `json:"systems"`
	Lock        jsonLock         `json:"lock"`
}

type jsonExpected struct {
	Package string     `json:"package"`
	Codes   []dsl.Code `json:"codes"`
}

type jsonDiagnostic struct {
	Severity string        `json:"severity"`
	Code     dsl.Code      `json:"code"`
	Message  string        `json:"message"`
	At       *jsonSpan     `json:"at,omitempty"`
	Related  []jsonRelated `json:"related,omitempty"`
	Notes    []string      `json:"notes,omitempty"`
}

type jsonRelated struct {
	At      *jsonSpan `json:"at,omitempty"`
	Message string    `json:"message"`
}

// jsonSpan is a part of a source; lines and columns (in bytes) count from 1.
type jsonSpan struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

type jsonSystem struct {
	Name        string               `json:"name"`
	System      string               `json:"system"` // as in the lock file
	At          *jsonSpan            `json:"at,omitempty"`
	Digest      string               `json:"digest"`
	Outcome     outcome              `json:"outcome"`
	Reason      string               `json:"reason,omitempty"`
	Properties  []session.Property   `json:"properties"`
	Params      []jsonParam          `json:"params,omitempty"`
	Assumptions []string             `json:"assumptions,omitempty"`
	Capacity    []string             `json:"capacity,omitempty"`
	States      int                  `json:"states"`
	Transitions int                  `json:"transitions"`
	Depth       int                  `json:"depth"`
	Bytes       int64                `json:"bytes"`
	Seconds     float64              `json:"seconds"`
	Cached      bool                 `json:"cached,omitempty"` // by an earlier run, which took those seconds
	Queues      []jsonQueue          `json:"queues,omitempty"`
	Missed      *jsonDiagnostic      `json:"missed,omitempty"` // the expectation that is not met
	Violations  []jsonCounterexample `json:"violations,omitempty"`
}

type jsonParam struct {
	Name  string `json:"name"`
	Check int64  `json:"check"`
	Run   int64  `json:"run"`
}

type jsonQueue struct {
	Channel  string `json:"channel"`
	From     string `json:"from"`
	To       string `json:"to"`
	Capacity int    `json:"capacity"`
	Highest  int    `json:"highest"`
}

type jsonCounterexample struct {
	Property session.Property `json:"property,omitempty"`
	jsonDiagnostic
	Expected bool           `json:"expected,omitempty"`
	File     string         `json:"file,omitempty"` // the trace, if it was written
	Cycle    int            `json:"cycle,omitempty"`
	Events   []traces.Event `json:"events"`
	Final    *traces.State  `json:"final,omitempty"`
}

type jsonLock struct {
	File    string   `json:"file"`
	Written bool     `json:"written"`
	Stale   []string `json:"stale,omitempty"`
	LeftFor string   `json:"leftFor,omitempty"`
}

func newJSONReport(w io.Writer, _ look) reporter {
	return &jsonReport{w, jsonDocument{Version: 1, Diagnostics: []jsonDiagnostic{}, Systems: []jsonSystem{}}}
}

func (j *jsonReport) sources(s *sources) {
	for _, d := range s.diags {
		j.doc.Diagnostics = append(j.doc.Diagnostics, diagnosticJSON(d))
	}
	for _, p := range s.expected {
		j.doc.Expected = append(j.doc.Expected, jsonExpected{p.name, p.codes})
	}
	j.doc.Skipped = s.skipped
}

func (j *jsonReport) system(r *result) {
	v := r.verdict
	s := jsonSystem{
		Name: r.decl.QName(), System: r.decl.LockName(), Digest: r.decl.Digest(), At: spanJSON(v.System.At),
		Outcome: r.outcome(), Reason: v.Reason, Properties: v.Properties, Assumptions: assumptionsOf(r),
		States: v.Stats.States, Transitions: v.Stats.Transitions, Depth: v.Stats.Depth, Bytes: v.Stats.Bytes, Seconds: v.Stats.Elapsed.Seconds(),
		Cached: r.cached,
	}
	for _, p := range v.System.Params {
		s.Params = append(s.Params, jsonParam{p.Name, p.Check, p.Run})
	}
	for _, c := range r.capacity {
		s.Capacity = append(s.Capacity, c.String())
	}
	for _, b := range v.Bounds {
		s.Queues = append(s.Queues, jsonQueue{b.Channel, b.From, b.To, b.Capacity, b.Highest})
	}
	if r.missed != nil {
		d := diagnosticJSON(r.missed)
		s.Missed = &d
	}
	for _, v := range v.Violations {
		s.Violations = append(s.Violations, counterexampleJSON(r, v))
	}
	j.doc.Systems = append(j.doc.Systems, s)
}

func counterexampleJSON(r *result, v *checker.Violation) jsonCounterexample {
	c := jsonCounterexample{Property: v.Property, jsonDiagnostic: diagnosticJSON(diagnosticOf(v)), Expected: v == r.expected,
		File: filepath.ToSlash(r.traces[v]), Events: []traces.Event{}}
	if v.Trace != nil {
		c.Events, c.Final, c.Cycle = append(c.Events, v.Trace.Events...), v.Trace.Final, v.Trace.Cycle
	}
	return c
}

func (j *jsonReport) end(s *summary) error {
	for _, d := range s.findings {
		j.doc.Diagnostics = append(j.doc.Diagnostics, diagnosticJSON(d))
	}
	j.doc.Exit, j.doc.Left = s.exit.exit(), s.left
	j.doc.Lock = jsonLock{filepath.ToSlash(s.lock.path), s.lock.wrote, s.lock.stale, s.lock.leftFor}
	out := json.NewEncoder(j.w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(&j.doc)
}

func diagnosticJSON(d *dsl.Diagnostic) jsonDiagnostic {
	out := jsonDiagnostic{Severity: d.Severity.String(), Code: d.Code, Message: d.Message, At: spanJSON(d.At), Notes: d.Notes}
	for _, r := range d.Related {
		out.Related = append(out.Related, jsonRelated{spanJSON(r.At), r.Message})
	}
	return out
}

func spanJSON(p dsl.Position) *jsonSpan {
	if p.Source == nil {
		return nil
	}
	s := p.Source
	return &jsonSpan{filepath.ToSlash(s.Path), s.Line(p.Span.Start), s.Column(p.Span.Start), s.Line(p.Span.End), s.Column(p.Span.End)}
}
