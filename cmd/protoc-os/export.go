package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/gen/export"
)

// exportFlags are the flags of export.
type exportFlags struct {
	to, system, output string
	params             []string
}

// exporters write a system for another checker.
var exporters = map[string]func(*session.System) ([]byte, error){"promela": export.Promela}

func (a *app) exportVerb() *cobra.Command {
	f := new(exportFlags)
	c := &cobra.Command{
		Use:   "export [./... | folders | files]",
		Short: "write a system for another checker: Promela for SPIN",
		Long: `export writes a system of the packages named (this folder by default) as a model for another checker, with the same steps and so the same
states and verdicts. What the other checker cannot judge is said at the top of the model; a system that it cannot be told is refused, never
approximated.`,
		Example: "  protoc-os export --to promela --system Dinner -o dinner.pml ./dinner\n  protoc-os export --to promela --param n=5 ./dinner",
		RunE: func(_ *cobra.Command, patterns []string) error {
			if len(patterns) == 0 {
				patterns = []string{"."}
			}
			return a.export(f, patterns)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.to, "to", "promela", "promela")
	flags.StringVar(&f.system, "system", "", "which one: Name or package.Name (default: the only one there)")
	flags.StringVarP(&f.output, "output", "o", "", "file to write (default: standard output)")
	flags.StringArrayVar(&f.params, "param", nil, "another value of the system's parameter: n=4 (repeatable)")
	return c
}

// export is the verb: load, judge the sources, find the system, write it.
func (a *app) export(f *exportFlags, patterns []string) error {
	write := exporters[f.to]
	if write == nil {
		return fmt.Errorf("--to %s: want promela", f.to)
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
	text, err := write(found[0].sys)
	if err != nil {
		return fmt.Errorf("%s cannot be exported: %w", found[0].decl.QName(), err)
	}
	if f.output == "" {
		_, err = a.out.Write(text)
		return err
	}
	return os.WriteFile(f.output, text, 0o644)
}
