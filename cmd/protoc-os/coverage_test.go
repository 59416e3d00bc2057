package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var kernelCoverage = flag.Bool("kernel-coverage", false, "run the property-based tests of the kernel, and compare what they never do with kernel/coverage.txt")

// TestKernelCoverage: the tests of the kernel take at least 95 of 100 transitions of its components that code can take, and kernel/coverage.txt
// says of each of the others why not. What it lists and a test takes is to be removed from it, unless it is called rare. A line that begins with "impossible" is about
// transitions that no code takes as long as it keeps to the declaration of other components.
func TestKernelCoverage(t *testing.T) {
	if !*kernelCoverage {
		t.Skip("runs other tests; -kernel-coverage")
	}
	cache, err := goCache()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", cache)
	t.Chdir(moduleRoot)
	text, err := os.ReadFile("kernel/coverage.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed, impossible := map[string]string{}, 0 // the reason
	reason := ""
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "  "):
			if reason == "" {
				t.Fatalf("kernel/coverage.txt gives no reason for%s", line)
			}
			listed[strings.TrimSpace(line)] = reason
			if strings.HasPrefix(reason, "impossible") {
				impossible++
			}
		default:
			reason = line
		}
	}
	var out bytes.Buffer
	a := &app{out: &out}
	total, err := a.cover(t.Context(), new(testFlags), []string{"./kernel/..."})
	if err != nil || a.status != 0 {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	var never []string
	transitions := 0
	for _, c := range total.Components {
		transitions += len(c.Transitions)
		for _, i := range c.Transitions {
			if i.Count == 0 {
				never = append(never, fmt.Sprintf("%s: %s", c.Name, i.Name))
			}
		}
	}
	share := 100 * float64(transitions-len(never)) / float64(transitions-impossible)
	t.Logf("%.1f %% of %d transitions, not counting %d that are impossible", share, transitions, impossible)
	if share < 95 {
		t.Errorf("%.1f %% of the transitions are taken", share)
	}
	for _, n := range never {
		if listed[n] == "" {
			t.Errorf("%s is never taken, and kernel/coverage.txt does not say why", n)
		}
	}
	for n, reason := range listed {
		if !slices.Contains(never, n) && !strings.HasPrefix(reason, "rare") {
			t.Errorf("%s is in kernel/coverage.txt, and a test takes it", n)
		}
	}
}
