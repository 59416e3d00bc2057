package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/kernel/channel/channeltest/cover"
)

// testFlags are the flags of test.
type testFlags struct {
	runs             uint64
	seed             *uint64 // nil: what the tests say
	faults, schedule string
	minCover         float64
	coverFile        string
}

// channeltestPath is what tests import that this verb runs.
const channeltestPath = "github.com/protoc-os/protoc-os/kernel/channel/channeltest"

func (a *app) testVerb() *cobra.Command {
	f, seed := new(testFlags), uint64(1)
	c := &cobra.Command{
		Use:   "test [packages]",
		Short: "run the property-based tests of components, and count what they cover",
		Long: `test runs the tests of the Go packages (./... by default) that use ` + channeltestPath + `,
and prints how much of each protocol's roles and of each component all of them together went through, and what none ever did.
Exit status 1: a test fails, or a component is covered less than --min-cover asks for.`,
		Example: "  protoc-os test ./kernel/...\n  protoc-os test --runs 100000 --seed 0 ./kernel/clock",
		RunE: func(c *cobra.Command, patterns []string) error {
			if len(patterns) == 0 {
				patterns = []string{"./..."}
			}
			if c.Flags().Changed("seed") {
				f.seed = &seed
			}
			return a.test(c.Context(), f, patterns)
		},
	}
	flags := c.Flags()
	flags.Uint64Var(&f.runs, "runs", 0, "runs of each test (default: what the test says, or 100)")
	flags.Uint64Var(&seed, "seed", seed, "of the random runs; 0: another one each time")
	flags.StringVar(&f.faults, "faults", "", "inject faults: on or off (default: what the test says, or on)")
	flags.StringVar(&f.schedule, "schedule", "", "how interleavings are decided: mixed, promised, random, pct or exhaustive (default: what the test says, or mixed)")
	flags.Float64Var(&f.minCover, "min-cover", 0, "least share of the transitions of each component, in percent")
	flags.StringVar(&f.coverFile, "cover", "", "write how often each statement was taken, for graph --cover")
	return c
}

// test is the verb: run the tests, and say what they have covered.
func (a *app) test(ctx context.Context, f *testFlags, patterns []string) error {
	switch {
	case !slices.Contains([]string{"", "on", "off"}, f.faults):
		return fmt.Errorf("--faults %s: want on or off", f.faults)
	case !slices.Contains([]string{"", "mixed", "promised", "random", "pct", "exhaustive"}, f.schedule):
		return fmt.Errorf("--schedule %s: want mixed, promised, random, pct or exhaustive", f.schedule)
	case f.minCover < 0 || f.minCover > 100:
		return fmt.Errorf("--min-cover %v: want a share from 0 to 100", f.minCover)
	}
	total, err := a.cover(ctx, f, patterns)
	if err != nil {
		return err
	}
	fmt.Fprint(a.out, total.Text())
	for _, v := range total.Components {
		if v.Share() < f.minCover {
			a.status |= violationFound
			fmt.Fprintf(a.out, "%s: %.1f %% of its transitions were taken, and %.1f %% are asked for\n", v.Name, v.Share(), f.minCover)
		}
	}
	if f.coverFile == "" {
		return nil
	}
	text, err := json.MarshalIndent(total.Counted(), "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(f.coverFile, append(text, '\n'), 0o644)
}

// cover runs the tests and adds up what they have covered.
func (a *app) cover(ctx context.Context, f *testFlags, patterns []string) (*cover.Coverage, error) {
	packages, err := propertyTested(ctx, patterns)
	if err != nil {
		return nil, err
	}
	if len(packages) == 0 {
		return nil, fmt.Errorf("no package of %s has a test that imports %s", strings.Join(patterns, " "), channeltestPath)
	}
	dir, err := os.MkdirTemp("", "protoc-os-test-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := a.runTests(ctx, f, packages, dir); err != nil {
		return nil, err
	}
	list, err := cover.Read(dir)
	if err != nil {
		return nil, err
	}
	total := &cover.Coverage{Test: fmt.Sprintf("%d tests of %d packages", len(list), len(packages))}
	for _, c := range list {
		total.Merge(c)
	}
	return total, nil
}

// propertyTested asks go list for the packages whose tests import channeltest.
func propertyTested(ctx context.Context, patterns []string) ([]string, error) {
	const form = `{{$p := .ImportPath}}{{range .TestImports}}{{.}} {{$p}}{{"\n"}}{{end}}{{range .XTestImports}}{{.}} {{$p}}{{"\n"}}{{end}}`
	c := exec.CommandContext(ctx, "go", append([]string{"list", "-f", form}, patterns...)...)
	var complaints bytes.Buffer
	c.Stderr = &complaints
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w %s", err, strings.TrimSpace(complaints.String()))
	}
	var packages []string
	for line := range strings.Lines(string(out)) {
		if imported, pkg, ok := strings.Cut(strings.TrimSpace(line), " "); ok && imported == channeltestPath {
			packages = append(packages, pkg)
		}
	}
	slices.Sort(packages)
	return slices.Compact(packages), nil
}

// runTests runs go test, whose words go to the results only if something is wrong.
func (a *app) runTests(ctx context.Context, f *testFlags, packages []string, dir string) error {
	args := []string{"test", "-count=1", "-timeout=0"} // as many runs as are asked for take their time
	if a.verbose {
		args = append(args, "-v")
	}
	c := exec.CommandContext(ctx, "go", append(args, packages...)...)
	c.Env = append(os.Environ(), cover.EnvCover+"="+dir)
	if f.seed != nil {
		c.Env = append(c.Env, cover.EnvSeed+"="+fmt.Sprint(*f.seed))
	}
	if f.faults != "" {
		c.Env = append(c.Env, cover.EnvFaults+"="+f.faults)
	}
	if f.schedule != "" {
		c.Env = append(c.Env, cover.EnvSchedule+"="+f.schedule)
	}
	if f.runs > 0 {
		c.Env = append(c.Env, cover.EnvRuns+"="+fmt.Sprint(f.runs))
	}
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	err := c.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && ctx.Err() == nil:
		a.status |= violationFound
	case err != nil:
		return fmt.Errorf("go test: %w", err)
	}
	if err != nil || a.verbose {
		_, err = a.out.Write(said.Bytes())
		return err
	}
	return nil
}
