package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// app is one run of the command: its streams, its global flags, and what it has found so far.
type app struct {
	in       io.Reader
	out, err io.Writer
	status   status

	dir     string
	color   string
	format  string
	reports []string
	ascii   bool
	quiet   bool
	verbose bool
	cache   *cache // of verdicts; nil: none
}

// root returns the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "protoc-os",
		Short: "verify session-type protocols and the systems composed of them",
		Long: `protoc-os verifies, formats and explains session-type protocols (.chan files) and the systems composed of them.
It has nothing to do with protocol buffers.

Exit status: 0 everything asked for holds · 1 a violation or a stale file · 2 usage · 3 the source is wrong ·
4 inconclusive, never rounded up to 0 · 5 a defect of protoc-os · 130 interrupted`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.prepare() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	f := root.PersistentFlags()
	f.StringVarP(&a.dir, "directory", "C", "", "run in this folder")
	f.StringVar(&a.color, "color", "auto", "auto, always or never")
	f.StringVar(&a.format, "format", "text", "of the results: text, json or github")
	f.StringArrayVar(&a.reports, "report", nil, "write the results to a file too: FORMAT=FILE (repeatable)")
	f.BoolVar(&a.ascii, "ascii", false, "draw with ASCII only")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "print only what is wrong")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "print all assumptions, bounds and steps")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w (see %s --help)", err, c.CommandPath())
	})
	root.AddCommand(a.checkVerb(), a.crashVerb(), a.explainVerb(), a.exploreVerb(), a.exportVerb(), a.fmtVerb(), a.fsckVerb(), a.graphVerb(), a.genVerb(), a.importVerb(), a.initVerb(), a.mkfsVerb(), a.psVerb(), a.runVerb(), a.testVerb(), a.traceVerb(), a.versionVerb())
	return root
}

// prepare judges the global flags before a verb runs.
func (a *app) prepare() error {
	if !slices.Contains([]string{"auto", "always", "never"}, a.color) {
		return fmt.Errorf("--color %s: want auto, always or never", a.color)
	}
	if reporters[a.format] == nil {
		return fmt.Errorf("--format %s: want %s", a.format, formats())
	}
	for _, r := range a.reports {
		format, file, ok := strings.Cut(r, "=")
		if !ok || file == "" || reporters[format] == nil {
			return fmt.Errorf("--report %s: want FORMAT=FILE with a format of %s", r, formats())
		}
	}
	if a.dir != "" {
		return os.Chdir(a.dir)
	}
	return nil
}

// terminal returns the width of a stream that is a terminal; 0 for any other.
func terminal(w any) int {
	if s, ok := w.(*stream); ok {
		w = s.to
	}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// width of the results in columns.
func (a *app) width() int {
	if w := terminal(a.out); w > 0 {
		return w
	}
	return 80
}

// colored reports whether results carry colour.
func (a *app) colored() bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && terminal(a.out) > 0
}

// note prints a line for people, which no program reads.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.err, format+"\n", args...)
	}
}
