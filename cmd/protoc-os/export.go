package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/gen/export"
)

// exportFlags are the flags of export.
type exportFlags struct {
	to, system, output string
	params             []string
}

func (a *app) exportVerb() *cobra.Command {
	f := new(exportFlags)
	c := &cobra.Command{
		Use:   "export [./... | folders | files]",
		Short: "write a system for another checker: Promela for SPIN, TLA+ for TLC",
		Long: `export writes a system of the packages named (this folder by default) as a model for another checker, with the same steps and so the same
states and verdicts. What the other checker cannot judge is said at the top of the model; a system that it cannot be told is refused, never
approximated.`,
		Example: "  protoc-os export --to promela --system Dinner -o dinner.pml ./dinner\n  protoc-os export --to tla --param n=5 -o Dinner.tla ./dinner",
		RunE: func(_ *cobra.Command, patterns []string) error {
			if len(patterns) == 0 {
				patterns = []string{"."}
			}
			return a.export(f, patterns)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.to, "to", "promela", "promela or tla")
	flags.StringVar(&f.system, "system", "", "which one: Name or package.Name (default: the only one there)")
	flags.StringVarP(&f.output, "output", "o", "", "file to write (default: standard output)")
	flags.StringArrayVar(&f.params, "param", nil, "another value of the system's parameter: n=4 (repeatable)")
	return c
}

// export is the verb: load, judge the sources, find the system, write it.
func (a *app) export(f *exportFlags, patterns []string) error {
	if f.to != "promela" && f.to != "tla" {
		return fmt.Errorf("--to %s: want promela or tla", f.to)
	}
	params, err := (&checkFlags{params: f.params}).paramValues()
	if err != nil {
		return err
	}
	prog, diags, err := session.Load(session.Config{}, patterns)
	if err != nil {
		return err
	}
	src := judgeSources(prog, diags, params)
	var names []string
	if f.system != "" {
		names = []string{f.system}
	}
	found, err := src.choose(names, params)
	if err != nil {
		return err
	}
	if src.wrong {
		a.status |= src.status()
		return fmt.Errorf("the sources have errors: run `protoc-os check` on them first")
	}
	if len(found) != 1 {
		return fmt.Errorf("%d systems here: say which one with --system", len(found))
	}
	return a.write(f, found[0])
}

// write writes the model; TLC is also told what to check, in a file beside it.
func (a *app) write(f *exportFlags, e *elaboration) error {
	files := map[string][]byte{}
	text, err := []byte(nil), error(nil)
	if f.to == "promela" {
		text, err = export.Promela(e.sys)
	} else {
		module := e.decl.Name
		if f.output != "" {
			module = strings.TrimSuffix(filepath.Base(f.output), ".tla")
		}
		var cfg []byte
		text, cfg, err = export.TLA(e.sys, module)
		files[strings.TrimSuffix(f.output, ".tla")+".cfg"] = cfg
	}
	if err != nil {
		return fmt.Errorf("%s cannot be exported: %w", e.decl.QName(), err)
	}
	if f.output == "" {
		_, err = a.out.Write(text)
		return err
	}
	files[f.output] = text
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
