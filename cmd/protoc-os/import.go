package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/automata"
)

// importFlags are the flags of import.
type importFlags struct {
	capacity    int
	pkg, output string
}

func (a *app) importVerb() *cobra.Command {
	f := new(importFlags)
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "turn communicating automata into a package",
		Long: `import reads communicating automata as research tools write them, and writes a package of them: a protocol that is given role by role, a
component for each automaton and the system of all. Checking it explores the automata with queues of the capacity given, 0 for rendezvous.

It reads state graphs (GMC, ChorGram, KMC --fsm) and session automata (KMC); which of them a file has is seen from its first word. Only
deterministic automata can be imported.`,
		Example: "  protoc-os import --capacity 1 -o logger/logger.chan logger.fsa && protoc-os check ./logger",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.importAutomata(f, args[0]) },
	}
	flags := c.Flags()
	flags.IntVar(&f.capacity, "capacity", 1, "of every queue; 0: rendezvous")
	flags.StringVar(&f.pkg, "package", "", "its name (default: the folder of -o, else automata)")
	flags.StringVarP(&f.output, "output", "o", "", "file to write (default: standard output)")
	return c
}

// importAutomata is the verb: read, parse, write.
func (a *app) importAutomata(f *importFlags, path string) error {
	if f.capacity < 0 || f.capacity > 1<<10 {
		return fmt.Errorf("--capacity %d: want 0 to %d", f.capacity, 1<<10)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sys, err := automata.Parse(path, string(text))
	var wrong *automata.Error
	if errors.As(err, &wrong) {
		return statusError{sourceWrong, wrong.Error()}
	}
	if err != nil {
		return err
	}
	pkg := f.pkg
	if pkg == "" {
		pkg = "automata"
		if dir := filepath.Base(filepath.Dir(f.output)); f.output != "" && dsl.IsName(dir) {
			pkg = dir
		}
	}
	if !dsl.IsName(pkg) {
		return fmt.Errorf("--package %s: want a name", pkg)
	}
	source, err := sys.Source(pkg, filepath.Base(path), f.capacity)
	if err != nil {
		return err
	}
	if f.output == "" {
		_, err = a.out.Write(source)
		return err
	}
	if !strings.HasSuffix(f.output, ".chan") {
		return fmt.Errorf("-o %s: want a file that ends in .chan", f.output)
	}
	if err := os.MkdirAll(filepath.Dir(f.output), 0o755); err != nil {
		return err
	}
	return os.WriteFile(f.output, source, 0o644)
}
