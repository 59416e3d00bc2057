// Command bench measures the checker beside SPIN: it runs both on the same systems in one go, stops if their verdicts or, without reductions,
// their numbers of states differ, and prints the ratios. README.md says what is compared with what.
//
//	go run ./bench --quick     small sizes, for the agreement
//	go run ./bench             all sizes, for the figures
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// subject is a folder of bench with the sizes that it is measured at.
type subject struct {
	name    string
	system  string
	defines []string // of the Promela twin, beside N
	extra   int      // states that the twin has more, unreduced
	quick   int
	small   []int // below 10^5 states
	large   []int // 10^6 to 10^7
	fair    []int // the twin has a claim for pan -a -f
	made    []int // the twin is exported: only whether the two agree, for compiling it takes minutes
}

// subjects are the systems. Each twin counts the state before init has started the processes; Starving ends at its violation.
var subjects = []subject{
	{name: "coherence", system: "Caches", extra: 1, quick: 3, small: []int{3, 4}, large: []int{6}},
	{name: "commit", system: "Transactions", quick: 3, small: []int{4, 5}, large: []int{7}, fair: []int{3, 5}},
	{name: "election", system: "Ring", extra: 1, quick: 4, small: []int{6, 8}, large: []int{10, 11}, fair: []int{6, 8}},
	{name: "fileserver", system: "Files", extra: 1, quick: 3, small: []int{3, 4}, large: []int{6}},
	{name: "philosophers", system: "Dinner", extra: 1, quick: 3, small: []int{3, 4}, large: []int{6}},
	{name: "philosophers", system: "Starving", defines: []string{"STARVING"}, quick: 3, small: []int{3, 4}},
	{name: "tokenring", system: "Ring", extra: 1, quick: 4, small: []int{5, 7}, large: []int{9, 10}, fair: []int{4, 6}},
	{name: "window", system: "Window", extra: 1, quick: 1, small: []int{1}, large: []int{2, 3}},
	{name: "kernelfs", system: "Files", made: []int{1}},
}

func main() {
	quick := flag.Bool("quick", false, "small sizes only: do the verdicts and the numbers of states agree?")
	only := flag.String("only", "", "measure only this folder")
	first := flag.Bool("first", false, "only the first of each list of sizes, and no exported twins")
	runs := flag.Int("runs", 3, "how often small sizes are run; the median counts")
	flag.Parse()
	if err := bench(*quick, *first, *only, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(quick, first bool, only string, runs int) error {
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is needed and not installed (Debian: apt-get install spin gcc)", tool)
		}
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &runner{dir: dir, checker: filepath.Join(dir, "protoc-os"), runs: runs, level: "-O2"}
	if quick {
		b.level = "-O0" // small models are searched sooner than they are compiled
	}
	if _, err := command("", "go", "build", "-trimpath", "-o", b.checker, "./cmd/protoc-os"); err != nil {
		return fmt.Errorf("build the checker (from the root of the module): %w", err)
	}
	t := &table{}
	for _, s := range subjects {
		if only != "" && s.name != only {
			continue
		}
		if first {
			s.small, s.large, s.fair = s.small[:min(1, len(s.small))], s.large[:min(1, len(s.large))], s.fair[:min(1, len(s.fair))]
			if len(s.made) > 0 && only == "" {
				continue
			}
		}
		switch {
		case quick && s.quick > 0:
			err = b.agree(s, s.quick)
		case quick:
		default:
			for _, n := range s.small {
				err = firstError(err, b.small(s, n, t))
			}
			for _, n := range s.large {
				err = firstError(err, b.large(s, n, t))
			}
			for _, n := range s.fair {
				err = firstError(err, b.fair(s, n, t))
			}
			for _, n := range s.made {
				err = firstError(err, b.agree(s, n))
			}
		}
		if err != nil {
			return err
		}
	}
	if quick {
		fmt.Println("the verdicts and the numbers of states agree")
		return nil
	}
	fmt.Printf("\n%s, %d cores, %s; medians over the folder\n\n", cpu(), runtime.NumCPU(), spinVersion())
	t.print(os.Stdout)
	return nil
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// cpu names the processor as Linux does.
func cpu() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, model, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return runtime.GOARCH
}

func spinVersion() string {
	out, _ := exec.Command("spin", "-V").Output()
	return strings.TrimSpace(string(out))
}
