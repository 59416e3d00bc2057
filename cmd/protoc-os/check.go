package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// checkFlags are the flags of check.
type checkFlags struct {
	systems    []string
	properties []string
	states     int
	timeout    time.Duration
	memory     string
	workers    int
	noReduce   bool
	any        bool
	store      string
	noCache    bool
	forget     bool
	locked     bool
	traceDir   string
	params     []string
}

func (a *app) checkVerb() *cobra.Command {
	f := new(checkFlags)
	c := &cobra.Command{
		Use:   "check [./... | folders | files]",
		Short: "verify protocols, components and systems",
		Long: `check reads the packages named (all below this folder by default), reports what is wrong in their sources, explores every state of
every system, and prints a verdict each. Systems that hold are noted in protoc-os.lock at the module root.

What an earlier run has decided is not searched again, and a search that was cut short goes on where it was: both are kept in the user's
cache folder. --no-cache neither reads nor writes it.`,
		Example: "  protoc-os check ./...\n  protoc-os check --system Files --param n=4 --trace-dir traces ./fs",
		RunE: func(c *cobra.Command, patterns []string) error {
			if len(patterns) == 0 {
				patterns = []string{"./..."}
			}
			return a.check(c.Context(), f, patterns)
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.systems, "system", nil, "check only this system: Name or package.Name (repeatable)")
	flags.StringSliceVar(&f.properties, "property", nil, "check only these properties")
	flags.IntVar(&f.states, "states", 0, "most states to store per system; 0: no bound")
	flags.DurationVar(&f.timeout, "timeout", 0, "longest time per system; 0: no bound")
	flags.StringVar(&f.memory, "memory", "", "most memory per system, as in 512MB or 2GB (default: most of what the machine has left)")
	flags.IntVar(&f.workers, "workers", 0, "threads that search; 0: one per core")
	flags.BoolVar(&f.noReduce, "no-reduce", false, "explore without reductions")
	flags.StringVar(&f.store, "store", "exact", "how states are remembered: exact; or, for what no machine can hold, compact (a hash each) or bitstate\n(bits of an array of --memory), which may leave states out and so never say that a system holds")
	flags.BoolVar(&f.any, "any", false, "try to show that what holds does so for any number of interchangeable instances")
	flags.BoolVar(&f.forget, "forget", false, "with --no-reduce: forget variables that nobody reads any more all the same, as SPIN does")
	flags.BoolVar(&f.noCache, "no-cache", false, "check again what an earlier run has checked")
	flags.BoolVar(&f.locked, "locked", false, "fail if "+session.LockFile+" would change")
	flags.StringVar(&f.traceDir, "trace-dir", "", "write counterexamples into this folder")
	flags.StringArrayVar(&f.params, "param", nil, "check with another value of a system's parameter: n=4 (repeatable)")
	return c
}

// check is the verb: load, judge the sources, verify each system, compare or write the lock.
func (a *app) check(ctx context.Context, f *checkFlags, patterns []string) error {
	bounds, err := f.options()
	if err != nil {
		return err
	}
	params, err := f.paramValues()
	if err != nil {
		return err
	}
	if flag := f.partial(); f.locked && flag != "" {
		return fmt.Errorf("--locked and %s do not go together: the lock is about what the source asks for", flag)
	}
	prog, diags, err := session.Load(session.Config{}, patterns)
	if err != nil {
		return err
	}
	src := judgeSources(prog, diags, params)
	wanted, err := src.choose(f.systems, params)
	if err != nil {
		return err
	}
	out, err := a.openReports(wanted)
	if err != nil {
		return err
	}
	out.sources(src)
	a.status |= src.status()
	if !f.noCache {
		a.cache = newCache()
	}
	var results []*result
	for _, s := range wanted {
		if ctx.Err() != nil {
			break
		}
		r := a.verify(ctx, s, bounds, params)
		if err := r.writeTraces(f.traceDir); err != nil {
			return err
		}
		out.system(r)
		a.status |= r.status()
		results = append(results, r)
	}
	end := &summary{results: results, left: len(wanted) - len(results), failing: len(src.expected), findings: findingsOf(results, prog)}
	if end.lock, err = f.lock(prog, src, results); err != nil {
		return err
	}
	a.status |= end.lock.status()
	end.exit = a.status
	if ctx.Err() != nil {
		end.exit |= interrupted
	}
	return out.end(end)
}

// options turns the flags into those of the checker.
func (f *checkFlags) options() (checker.Options, error) {
	o := checker.Options{States: f.states, Timeout: f.timeout, Workers: f.workers, NoReduce: f.noReduce, Any: f.any, Forget: f.forget}
	if f.states < 0 || f.timeout < 0 || f.workers < 0 {
		return o, fmt.Errorf("--states, --timeout and --workers are not negative")
	}
	switch f.store {
	case "exact":
	case string(checker.Compact), string(checker.Bitstate):
		o.Store = checker.Store(f.store)
	default:
		return o, fmt.Errorf("--store %s: want exact, compact or bitstate", f.store)
	}
	for _, name := range f.properties {
		p := session.Property(strings.TrimSpace(name))
		if !slices.Contains(properties, p) {
			return o, fmt.Errorf("--property %s: want one of %s", name, joinProperties(properties, ", "))
		}
		o.Properties = append(o.Properties, p)
	}
	var err error
	if o.Memory, err = parseBytes(f.memory); o.Memory == 0 && err == nil {
		o.Memory = machineMemory()
	}
	if err != nil {
		return o, fmt.Errorf("--memory %w", err)
	}
	if o.Memory > 0 { // what is not used any more is returned in time
		debug.SetMemoryLimit(o.Memory)
	}
	return o, nil
}

// properties are those that a system can ask for.
var properties = []session.Property{session.Deadlock, session.Reception, session.Orphan, session.Leak, session.Dead, session.Progress, session.Starvation}

// parseBytes reads "512MB"; units are powers of 1024.
func parseBytes(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	number := strings.TrimRight(s, "BKMGTibkmgt ")
	n, err := strconv.ParseFloat(number, 64)
	unit := strings.ToUpper(strings.TrimSpace(s[len(number):]))
	factor, ok := map[string]float64{"": 1, "B": 1, "K": 1 << 10, "KB": 1 << 10, "KIB": 1 << 10, "M": 1 << 20, "MB": 1 << 20, "MIB": 1 << 20,
		"G": 1 << 30, "GB": 1 << 30, "GIB": 1 << 30, "T": 1 << 40, "TB": 1 << 40, "TIB": 1 << 40}[unit]
	if err != nil || !ok || n <= 0 || n*factor > 1<<62 {
		return 0, fmt.Errorf("%s: want a size such as 512MB or 2GB", s)
	}
	return int64(n * factor), nil
}

// paramValues reads the --param flags.
func (f *checkFlags) paramValues() (map[string]int64, error) {
	values := map[string]int64{}
	for _, p := range f.params {
		name, text, _ := strings.Cut(p, "=")
		n, err := strconv.ParseInt(text, 0, 32)
		if err != nil || name == "" {
			return nil, fmt.Errorf("--param %s: want NAME=NUMBER", p)
		}
		values[name] = n
	}
	return values, nil
}

// partial names the flag by which a verdict says less than what the source asks for; "" none.
func (f *checkFlags) partial() string {
	switch {
	case len(f.params) > 0:
		return "--param"
	case len(f.properties) > 0:
		return "--property"
	case f.store != "exact":
		return "--store"
	}
	return ""
}
