package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "rewrite what scripts expect")

func TestMain(m *testing.M) {
	if os.Getenv("XDG_CACHE_HOME") == "" {
		os.Setenv("XDG_CACHE_HOME", "none") // no place: a test checks what it says it checks
	}
	testscript.Main(m, map[string]func(){
		"protoc-os":             main,
		"protoc-os-defect":      func() { os.Exit(run([]string{"stumble"}, os.Stdin, os.Stdout, os.Stderr, stumble)) },
		"protoc-os-interrupted": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, &interrupting{to: os.Stderr})) },
	})
}

// stumble is a verb that finds one of our invariants broken.
var stumble = &cobra.Command{Use: "stumble", Run: func(*cobra.Command, []string) { panic("two and two are five") }}

// interrupting is a stream that behaves like a user who presses ^C as soon as a search has begun, or a program asks for it.
type interrupting struct {
	to   io.Writer
	done atomic.Bool // a second ^C would end the process
}

func (w *interrupting) Write(text []byte) (int, error) {
	asked := bytes.HasPrefix(text, []byte("checking ")) || bytes.HasPrefix(text, []byte("press ^C"))
	if asked && !w.done.Swap(true) {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			return 0, err
		}
	}
	return w.to.Write(text)
}

// TestScript runs the scripts in testdata/script. Beside testscript's own commands they know
//
//	exits STATUS COMMAND…   which runs a command and compares its exit status
//	hex FILE.hex            which writes the bytes that FILE.hex tells, in pairs of digits, into FILE
//	spoil FILE OFFSET       which changes a byte of a file
//	touched FILE / same FILE: the file has changed, or has not even been written, since the last touched or same
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:             "testdata/script",
		UpdateScripts:   *update,
		ContinueOnError: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"hex":     unhex,
			"spoil":   spoil,
			"touched": func(ts *testscript.TestScript, neg bool, args []string) { remember(ts, args, true) },
			"same":    func(ts *testscript.TestScript, neg bool, args []string) { remember(ts, args, false) },
		},
		Setup: func(env *testscript.Env) error {
			env.Values["files"] = map[string]os.FileInfo{}
			env.Setenv("TERM", "dumb")
			env.Setenv("XDG_CACHE_HOME", "none")
			return goEnvironment(env)
		},
	})
}

// goEnvironment lets scripts run Go: with the caches of who runs the test, and ROOT is this module.
func goEnvironment(env *testscript.Env) error {
	root, err := filepath.Abs(moduleRoot)
	if err != nil {
		return err
	}
	env.Setenv("ROOT", root)
	modules, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return err
	}
	env.Setenv("GOMODCACHE", strings.TrimSpace(string(modules)))
	cache, err := goCache()
	env.Setenv("GOCACHE", cache)
	return err
}

// goCache is where Go keeps what it has built; TestMain has taken that place away from the command.
func goCache() (string, error) {
	if dir := os.Getenv("GOCACHE"); dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".cache", "go-build"), err
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var failed *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func unhex(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || filepath.Ext(args[0]) != ".hex" {
		ts.Fatalf("usage: hex FILE.hex")
	}
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(strings.TrimSuffix(args[0], ".hex")), b, 0o666))
}

func spoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: spoil FILE OFFSET")
	}
	offset, err := strconv.Atoi(args[1])
	ts.Check(err)
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	text[offset] ^= 0xff
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o666))
}

// remember compares a file with what it was at the last call: the same inode and time, or not.
func remember(ts *testscript.TestScript, args []string, changed bool) {
	files := ts.Value("files").(map[string]os.FileInfo)
	now, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	before := files[args[0]]
	files[args[0]] = now
	if same := before != nil && os.SameFile(before, now) && before.ModTime().Equal(now.ModTime()); same == changed {
		ts.Fatalf("%s: touched is %v, want %v", args[0], !same, changed)
	}
}
