package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/checker"
)

// TestExit: of several findings, the one that takes most away from what was found is the exit status.
func TestExit(t *testing.T) {
	order := []struct {
		status status
		exit   int
	}{{defectFound, 5}, {interrupted, 130}, {usageWrong, 2}, {sourceWrong, 3}, {violationFound, 1}, {undecided, 4}}
	all := status(0)
	if all.exit() != 0 {
		t.Error("nothing found is not 0")
	}
	for i := len(order) - 1; i >= 0; i-- {
		if all |= order[i].status; all.exit() != order[i].exit {
			t.Errorf("%b is %d, want %d", all, all.exit(), order[i].exit)
		}
	}
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "1": 1, "2kB": 2048, "512MB": 512 << 20, "1.5 GiB": 3 << 29, "2G": 2 << 30} {
		if got, err := parseBytes(text); got != want || err != nil {
			t.Errorf("%q is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"x", "-1", "0", "1 fathom", "MB", "99999999999TB"} {
		if got, err := parseBytes(text); err == nil {
			t.Errorf("%q is %d, want an error", text, got)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1 000", 41208: "41 208", 1234567: "1 234 567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// TestProgress: a terminal gets one line that is rewritten, never wraps, and is taken away; nothing comes before it is worth it.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := &progress{err: &out, name: "fs.Files", width: 40}
	p.show(checker.Stats{States: 10, Elapsed: time.Millisecond})
	p.done()
	if out.Len() > 0 {
		t.Errorf("a short search shows %q", out.String())
	}
	p.show(checker.Stats{States: 41208, Frontier: 12, Depth: 7, Bytes: 3 << 20, Elapsed: time.Second})
	p.done()
	const want = "\rfs.Files: 41 208 states, 41 208/s, 12 t\x1b[K\r\x1b[K"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}

	out.Reset()
	p = &progress{err: &out, name: "fs.Files", lines: true}
	for i := range 9 {
		p.show(checker.Stats{States: 1000 * i, Elapsed: time.Duration(i) * time.Second})
	}
	if n := strings.Count(out.String(), "\n"); n != 4 || strings.Contains(out.String(), "\r") {
		t.Errorf("eight seconds give %d lines:\n%s", n, out.String())
	}
}

// A program that is not there is an error, wherever in the command line it stands.
func TestCommandMissing(t *testing.T) {
	for _, words := range [][]string{{"nowhere.wasm"}, {"nowhere.wasm", "|", "b.wasm"}, {"|"}, {"a", "|"}} {
		if _, _, err := commandsOf(t.Context(), words, nil); err == nil {
			t.Errorf("%q is taken", words)
		}
	}
}
