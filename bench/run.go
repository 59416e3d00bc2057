package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// runner runs both checkers.
type runner struct {
	dir     string // for what SPIN makes
	checker string
	runs    int
	level   string // of gcc
}

// figures are what one run showed.
type figures struct {
	verdict string        // holds, deadlock, assert
	states  float64       // stored
	total   time.Duration // from the command to the verdict; for SPIN spin + gcc + pan
	search  time.Duration // as the checker itself says
	bytes   float64       // that hold the states; for SPIN without the hash table
	rss     int64         // most memory of the process, in bytes
}

func (f figures) rate() float64 { return f.states / max(f.search.Seconds(), 1e-3) }
func (f figures) each() float64 { return f.bytes / f.states }

// check runs our checker.
func (b *runner) check(s subject, n int, flags ...string) (figures, error) {
	args := append([]string{"check", "--no-cache", "--format", "json", "--system", s.name + "." + s.system, "--param", fmt.Sprint("n=", n)}, flags...)
	p, err := command("", b.checker, append(args, "./bench/"+s.name)...)
	if err != nil && p.exit != 1 {
		return figures{}, err
	}
	var doc struct {
		Systems []struct {
			Outcome    string
			Violations []struct{ Property string }
			States     float64
			Bytes      float64
			Seconds    float64
		}
	}
	if err := json.Unmarshal(p.out, &doc); err != nil || len(doc.Systems) != 1 {
		return figures{}, fmt.Errorf("no verdict from protoc-os %s %d: %s", s.name, n, p.out)
	}
	sys := doc.Systems[0]
	f := figures{verdict: sys.Outcome, states: sys.States, total: p.took, search: time.Duration(sys.Seconds * 1e9), bytes: sys.Bytes, rss: p.rss}
	if len(sys.Violations) > 0 {
		f.verdict = sys.Violations[0].Property
	}
	return f, nil
}

// variant is a way to compile and run pan.
type variant struct {
	name   string
	flags  []string
	args   []string
	define string // what the model is told
}

var (
	plain    = variant{name: "NOREDUCE", flags: []string{"-DSAFETY", "-DNOREDUCE"}}
	collapse = variant{name: "NOREDUCE COLLAPSE", flags: []string{"-DSAFETY", "-DNOREDUCE", "-DCOLLAPSE"}}
	reduced  = variant{name: "POR", flags: []string{"-DSAFETY"}}
	breadth  = variant{name: "POR BFS", flags: []string{"-DSAFETY", "-DBFS"}}
	fairly   = variant{name: "-a -f", flags: []string{"-DNFAIR=4"}, args: []string{"-a", "-f"}, define: "LIVE"}
)

var (
	stored  = regexp.MustCompile(`(?m)^\s*([0-9.e+]+) states, stored`)
	errs    = regexp.MustCompile(`errors: (\d+)`)
	elapsed = regexp.MustCompile(`elapsed time ([0-9.e+]+) seconds`)
	memory  = regexp.MustCompile(`([0-9.]+)\s+actual memory usage for states`)
	equal   = regexp.MustCompile(`([0-9.]+)\s+equivalent memory usage for states`)
)

// pan runs SPIN on the twin; depth bounds its stack.
func (b *runner) pan(s subject, n int, v variant, depth int) (figures, error) {
	model, err := b.model(s, n)
	if err != nil {
		return figures{}, err
	}
	args := []string{"-a", fmt.Sprint("-DN=", n)}
	if v.define != "" {
		args = append(args, "-D"+v.define)
	}
	level := b.level
	if len(s.made) > 0 {
		level = "-O0"
	}
	for _, d := range s.defines {
		args = append(args, "-D"+d)
	}
	var total time.Duration
	for _, c := range [][]string{
		append(append([]string{"spin"}, args...), model),
		append(append([]string{"gcc", "-w", level, "-o", "pan"}, v.flags...), "pan.c"),
	} {
		p, err := command(b.dir, c[0], c[1:]...)
		if err != nil {
			return figures{}, fmt.Errorf("%s %d: %w", s.name, n, err)
		}
		total += p.took
	}
	p, err := command(b.dir, "./pan", append([]string{fmt.Sprint("-m", depth)}, v.args...)...)
	if err != nil {
		return figures{}, fmt.Errorf("%s %d: %w", s.name, n, err)
	}
	f := figures{total: total + p.took, verdict: "holds", rss: p.rss}
	if bytes.Contains(p.out, []byte("max search depth too small")) || bytes.Contains(p.out, []byte("out of memory")) {
		return f, fmt.Errorf("%s %d: pan did not finish: %s", s.name, n, p.out)
	}
	f.states = number(stored, p.out)
	f.search = time.Duration(number(elapsed, p.out) * 1e9)
	if f.bytes = number(memory, p.out) * (1 << 20); f.bytes == 0 { // as long as it saves nothing, pan prints one of the two
		f.bytes = number(equal, p.out) * (1 << 20)
	}
	switch {
	case bytes.Contains(p.out, []byte("invalid end state (")):
		f.verdict = "deadlock"
	case bytes.Contains(p.out, []byte("assertion violated (")):
		f.verdict = "always"
	case bytes.Contains(p.out, []byte("acceptance cycle (")):
		f.verdict = "progress"
	case number(errs, p.out) > 0:
		return f, fmt.Errorf("%s %d: pan found what this program does not know: %s", s.name, n, p.out)
	}
	return f, nil
}

// model returns the twin; one that is not written by hand is exported.
func (b *runner) model(s subject, n int) (string, error) {
	if len(s.made) == 0 {
		return filepath.Abs(filepath.Join("bench", s.name, s.name+".pml"))
	}
	file := filepath.Join(b.dir, s.name+".pml")
	_, err := command("", b.checker, "export", "--to", "promela", "--system", s.name+"."+s.system, "--param", fmt.Sprint("n=", n), "-o", file, "./bench/"+s.name)
	return file, err
}

// number returns what a pattern finds, 0 if nothing.
func number(re *regexp.Regexp, text []byte) float64 {
	m := re.FindSubmatch(text)
	if m == nil {
		return 0
	}
	x, _ := strconv.ParseFloat(string(m[1]), 64)
	return x
}

// process is a command that has ended.
type process struct {
	out  []byte
	took time.Duration
	rss  int64
	exit int
}

func command(dir, name string, args ...string) (process, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var diag bytes.Buffer
	cmd.Stderr = &diag
	began := time.Now()
	out, err := cmd.Output()
	p := process{out: out, took: time.Since(began)}
	if use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && use != nil {
		p.rss = use.Maxrss * 1024
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		p.exit = exit.ExitCode()
		err = fmt.Errorf("%s: %w\n%s%s", name, err, out, diag.Bytes())
	}
	if err != nil && !errors.As(err, &exit) && os.IsNotExist(err) {
		err = fmt.Errorf("%s is not installed: %w", name, err)
	}
	return p, err
}
