package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
	"github.com/protoc-os/protoc-os/viz"
)

// graphFlags are the flags of graph.
type graphFlags struct {
	view, name, to, engine, direction string
	highlight, instance, output       string
	cover, load                       string
	unfold, occupancy, check, whole   bool
	states                            int
	params                            []string
}

func (a *app) graphVerb() *cobra.Command {
	f := new(graphFlags)
	c := &cobra.Command{
		Use:   "graph [./... | folders | files]",
		Short: "draw a protocol, a role, a component, a system's wiring or its states",
		Long: `graph draws what the packages named declare (those of this folder by default). Without --name it draws the only thing of that view; with
-o and a folder it writes one file for each. The same sources give the same bytes: with --check nothing is written, and a picture that differs
is stale (exit status 1). Nothing but --engine dot needs Graphviz.

Views: protocol (who sends what to whom), role (Protocol.role: what one role does), component (its machine), system (its wiring),
states (the states of a system; with --highlight those around the trace).`,
		Example: "  protoc-os graph --view system --to png -o boot.png ./protocols/boot\n" +
			"  protoc-os graph --view component --name Vnode --to html -o vnode.html ./protocols/vnode\n" +
			"  protoc-os graph --view protocol --name Block ./protocols/block\n" +
			"  protoc-os graph --load run.jsonl -o load.svg ./protocols/boot",
		RunE: func(c *cobra.Command, patterns []string) error {
			if len(patterns) == 0 {
				patterns = []string{"."}
			}
			return a.graph(c.Context(), f, patterns)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.view, "view", "", "protocol, role, component, system or states (default: what --name names, else system)")
	flags.StringVar(&f.name, "name", "", "what to draw: Name, package.Name, or Protocol.role")
	flags.StringVar(&f.to, "to", "", "text, svg, png, dot, mermaid or html (default: by the ending of -o, else text)")
	flags.StringVarP(&f.output, "output", "o", "", "file to write, or folder for one file each (default: standard output)")
	flags.StringVar(&f.engine, "engine", "own", "who lays it out: own, or dot (Graphviz; for svg and png)")
	flags.StringVar(&f.direction, "direction", "auto", "where arrows point: auto, down or right")
	flags.StringVar(&f.highlight, "highlight", "", "light what a trace file went through")
	flags.StringVar(&f.cover, "cover", "", "write onto each arrow how often tests took it: a file of test --cover")
	flags.StringVar(&f.load, "load", "", "system: write onto each arrow what a recorded run sent, and the most that waited: a file of run --record")
	flags.StringVar(&f.instance, "instance", "", "with --highlight: only what this instance did")
	flags.BoolVar(&f.unfold, "unfold", false, "system: draw each instance of an array")
	flags.BoolVar(&f.whole, "whole", false, "component: draw every state, even of a large machine: else what happens in a row there is one arrow")
	flags.BoolVar(&f.occupancy, "occupancy", false, "system: explore it and write the highest occupancy of each queue")
	flags.BoolVar(&f.check, "check", false, "write nothing; fail if a file differs")
	flags.IntVar(&f.states, "states", 200, "states: most states to draw; system with --occupancy: no bound")
	flags.StringArrayVar(&f.params, "param", nil, "another value of a system's parameter: n=4 (repeatable)")
	return c
}

// graph is the verb: load, find what is asked for, draw it, lay the trace over it, write it.
func (a *app) graph(ctx context.Context, f *graphFlags, patterns []string) error {
	if err := f.judge(); err != nil {
		return err
	}
	params, err := (&checkFlags{params: f.params}).paramValues()
	if err != nil {
		return err
	}
	var trace *traces.Trace
	if f.highlight != "" {
		if trace, err = traces.ReadFile(f.highlight); err != nil {
			return err
		}
	}
	var load *traces.Trace
	if f.load != "" {
		if load, err = traces.ReadFile(f.load); err != nil {
			return err
		}
		if f.view, f.name = "system", load.System; f.output != "" && f.intoFolder() {
			return fmt.Errorf("--load draws one system: -o wants a file")
		}
	}
	counts, err := f.counts()
	if err != nil {
		return err
	}
	prog, diags, err := session.Load(session.Config{}, patterns)
	if err != nil {
		return err
	}
	src := judgeSources(prog, diags, params)
	for _, d := range src.diags {
		a.render(a.err, d)
	}
	a.status |= src.status()
	g := &gallery{app: a, ctx: ctx, flags: f, sources: src, trace: trace, load: load}
	subjects, err := g.choose()
	if err != nil {
		return err
	}
	if len(subjects) != 1 && !f.intoFolder() {
		var names []string
		for _, s := range subjects {
			names = append(names, s.name)
		}
		return fmt.Errorf("%d %ss here: choose with --name, or write all with -o FOLDER/: %s", len(subjects), f.view, strings.Join(names, ", "))
	}
	for _, s := range subjects {
		drawn, err := s.draw()
		if err != nil {
			return err
		}
		drawn.Direction = directions[f.direction]
		if trace != nil && f.view != "states" {
			drawn = drawn.Highlight(trace, viz.HighlightOptions{Instance: f.instance})
		}
		if counts != nil {
			drawn = drawn.Cover(counts)
		}
		if f.view == "component" && f.to != "text" && !f.whole && drawn.Large() {
			drawn = drawn.Folded()
		}
		if err := a.deliver(f, s.name, drawn); err != nil {
			return err
		}
	}
	return nil
}

// counts reads the file of --cover; nil: none.
func (f *graphFlags) counts() (counts map[string]int, err error) {
	if f.cover == "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.cover)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &counts); err != nil {
		return nil, fmt.Errorf("%s: %w", f.cover, err)
	}
	return counts, nil
}

var directions = map[string]viz.Direction{"auto": viz.Auto, "down": viz.TopDown, "right": viz.LeftRight}

// endings are those of the files of each form.
var endings = map[string]string{"text": ".txt", "svg": ".svg", "png": ".png", "dot": ".dot", "mermaid": ".mmd", "html": ".html"}

// judge completes the flags and refuses what does not go together.
func (f *graphFlags) judge() error {
	if f.to == "" {
		f.to = "text"
		for form, ending := range endings {
			if filepath.Ext(f.output) == ending {
				f.to = form
			}
		}
	}
	_, hasDirection := directions[f.direction]
	switch {
	case !slices.Contains([]string{"", "protocol", "role", "component", "system", "states"}, f.view):
		return fmt.Errorf("--view %s: want protocol, role, component, system or states", f.view)
	case endings[f.to] == "":
		return fmt.Errorf("--to %s: want text, svg, png, dot, mermaid or html", f.to)
	case f.engine != "own" && f.engine != "dot":
		return fmt.Errorf("--engine %s: want own or dot", f.engine)
	case f.engine == "dot" && f.to != "svg" && f.to != "png":
		return fmt.Errorf("--engine dot makes svg and png, not %s", f.to)
	case !hasDirection:
		return fmt.Errorf("--direction %s: want auto, down or right", f.direction)
	case f.check && f.output == "":
		return fmt.Errorf("--check compares with files: it needs -o")
	case f.instance != "" && f.highlight == "":
		return fmt.Errorf("--instance chooses part of a trace: it needs --highlight")
	case f.load != "" && (f.name != "" || f.view != "" && f.view != "system" || f.occupancy || len(f.params) > 0):
		return fmt.Errorf("--load says itself which system it draws, with which parameters: no --name, --occupancy or --param, and no view but system")
	case f.states < 1:
		return fmt.Errorf("--states %d: want at least 1", f.states)
	}
	return nil
}

// intoFolder reports whether the output is a folder: one that is there, or a name that ends in a slash.
func (f *graphFlags) intoFolder() bool {
	if f.output == "" {
		return false
	}
	info, err := os.Stat(f.output)
	return err == nil && info.IsDir() || strings.HasSuffix(f.output, "/") || strings.HasSuffix(f.output, string(filepath.Separator))
}

// deliver writes a graph to its file, or compares it with what is there. A file that would not change is left alone.
func (a *app) deliver(f *graphFlags, name string, g *viz.Graph) error {
	var b bytes.Buffer
	if err := a.form(f, &b, g); err != nil {
		return err
	}
	if f.output == "" {
		_, err := a.out.Write(b.Bytes())
		return err
	}
	path := f.output
	if f.intoFolder() {
		path = filepath.Join(f.output, name+endings[f.to])
	}
	old, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(old, b.Bytes()):
		return nil
	case f.check:
		a.status |= violationFound
		_, err := fmt.Fprintf(a.out, "%s is stale\n", path)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// form writes a graph in the form asked for.
func (a *app) form(f *graphFlags, w io.Writer, g *viz.Graph) error {
	if f.engine == "dot" {
		return graphviz(f.to, w, g)
	}
	switch f.to {
	case "svg":
		return viz.WriteSVG(w, viz.Arrange(g))
	case "png":
		return viz.WritePNG(w, viz.Arrange(g))
	case "html":
		return viz.WriteHTML(w, viz.Arrange(g))
	case "dot":
		return viz.WriteDOT(w, g)
	case "mermaid":
		return viz.WriteMermaid(w, g)
	}
	width := 80
	if f.output == "" {
		width = a.width()
	}
	return viz.WriteText(w, g, viz.TextOptions{Width: width, ASCII: a.ascii})
}

// graphviz lets Graphviz lay a graph out.
func graphviz(to string, w io.Writer, g *viz.Graph) error {
	var text, complaints bytes.Buffer
	if err := viz.WriteDOT(&text, g); err != nil {
		return err
	}
	c := exec.Command("dot", "-T"+to)
	c.Stdin, c.Stdout, c.Stderr = &text, w, &complaints
	if err := c.Run(); err != nil {
		return fmt.Errorf("running Graphviz's dot (--engine own needs none): %w %s", err, strings.TrimSpace(complaints.String()))
	}
	return nil
}
