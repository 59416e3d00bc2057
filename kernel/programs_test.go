package kernel_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/traces"
)

var long = flag.Bool("long", false, "run what takes minutes too: the whole of Go's own tests, and its compiler")

// tool builds a program of a public module, unmodified. testdata/programs/go.mod says which version; it is a module of its own, so that this one
// does not depend on them.
func tool(t *testing.T, path string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and compiles a large program")
	}
	out := filepath.Join(t.TempDir(), "tool.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-o", out, path)
	cmd.Dir = "testdata/programs"
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=-mod=readonly")
	if text, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(string(text), "dial tcp") || strings.Contains(string(text), "no such host") || strings.Contains(string(text), "disabled by GOPROXY") {
			t.Skipf("the modules of testdata/programs cannot be had here: %s", text)
		}
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

// gojq is a JSON processor.
func TestGojq(t *testing.T) {
	module := tool(t, "github.com/itchyny/gojq/cmd/gojq")
	codes, out, errs := run(t, `{"parts":[{"name":"disk","size":4},{"name":"clock","size":1}]}`,
		kernel.Command{Module: module, Args: []string{"gojq", "-c", `.parts | map(.size) | add, (max | tostring)`}})
	if codes[0] != 0 || out != "5\n\"4\"\n" || errs != "" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], out, errs)
	}
	codes, _, errs = run(t, `{"parts":`, kernel.Command{Module: module, Args: []string{"gojq", "."}})
	if codes[0] != 5 || !strings.Contains(errs, "unexpected EOF") {
		t.Errorf("exit code %d, errors %q", codes[0], errs)
	}
}

// go-md2man renders Markdown.
func TestMarkdown(t *testing.T) {
	module := tool(t, "github.com/cpuguy83/go-md2man/v2")
	codes, out, errs := run(t, "# protoc-os\n\nA *kernel* of `components`.\n", kernel.Command{Module: module, Args: []string{"go-md2man"}})
	if codes[0] != 0 || !strings.Contains(out, `A \fIkernel\fP of \fBcomponents\fR\&.`) || errs != "" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], out, errs)
	}
}

// csvq is an SQL engine. It changes the tables of a folder that it was granted, and what it answers goes through a pipe to gojq.
func TestSQL(t *testing.T) {
	sql, jq := tool(t, "github.com/mithrandie/csvq"), tool(t, "github.com/itchyny/gojq/cmd/gojq")
	dir := t.TempDir()
	place(t, dir, "parts.csv=name,size\ndisk,4\nclock,1\nram,2\n", "stock.csv=part,pieces\ndisk,3\nram,5\n")
	codes, out := worked(t, &kernel.Grant{Host: dir, Guest: "/"},
		kernel.Command{Module: sql, Args: []string{"csvq", "-q", "-f", "JSON", "UPDATE parts SET size = size * 10 WHERE size > 1; INSERT INTO stock VALUES ('clock', 7); " +
			"SELECT name, size * pieces AS whole FROM parts JOIN stock ON name = part ORDER BY name"}, Piped: true},
		kernel.Command{Module: jq, Args: []string{"gojq", "-c", ".[]"}})
	if fmt.Sprint(codes) != "[0 0]" || out != `{"name":"clock","whole":7}`+"\n"+`{"name":"disk","whole":120}`+"\n"+`{"name":"ram","whole":100}`+"\n" {
		t.Errorf("exit codes %v, out %q", codes, out)
	}
	if has := lies(t, dir); has != "parts.csv=name,size\ndisk,40\nclock,1\nram,20\n stock.csv=part,pieces\ndisk,3\nram,5\nclock,7\n" {
		t.Errorf("the folder has %q", has)
	}
}

// tengo is a compiler of a small language, and a machine for what it makes.
func TestTengo(t *testing.T) {
	module := tool(t, "github.com/d5/tengo/v2/cmd/tengo")
	dir := t.TempDir()
	place(t, dir, "words=some words\nof text", `count.tengo=fmt := import("fmt"); os := import("os"); text := import("text")
fib := func(n) { return n < 2 ? n : fib(n-1) + fib(n-2) }
fmt.println(len(text.fields(string(os.read_file("words")))), " ", fib(20))
`)
	codes, out := worked(t, &kernel.Grant{Host: dir, Guest: "/"}, kernel.Command{Module: module, Args: []string{"tengo", "-o", "count", "count.tengo"}})
	if codes[0] != 0 || out != "count\n" {
		t.Errorf("exit code %d, out %q", codes[0], out)
	}
	if err := os.Remove(filepath.Join(dir, "count.tengo")); err != nil {
		t.Fatal(err)
	}
	codes, out = worked(t, &kernel.Grant{Host: dir, Guest: "/"}, kernel.Command{Module: module, Args: []string{"tengo", "count"}})
	if codes[0] != 0 || out != "4 6765\n" {
		t.Errorf("exit code %d, out %q", codes[0], out)
	}
}

// gofmt formats a file in its place.
func TestGofmt(t *testing.T) {
	module := tool(t, "cmd/gofmt")
	dir := t.TempDir()
	place(t, dir, "main.go=package  main\nfunc main( ) {\n  x:=1}\n", "fine.go=package main\n")
	codes, out := worked(t, &kernel.Grant{Host: dir, Guest: "/"}, kernel.Command{Module: module, Args: []string{"gofmt", "-l", "-w", "."}})
	if has := lies(t, dir); codes[0] != 0 || out != "main.go\n" || has != "fine.go=package main\n main.go=package main\n\nfunc main() {\n\tx := 1\n}\n" {
		t.Errorf("exit code %d, out %q, and the folder has %q", codes[0], out, has)
	}
}

// Go's own compiler and linker make a program, which then runs on the kernel too. What it imports was compiled outside.
func TestGo(t *testing.T) {
	if !*long {
		t.Skip("compiles a very large program; -long")
	}
	compile, link := tool(t, "cmd/compile"), tool(t, "cmd/link")
	dir := t.TempDir()
	list := exec.Command("go", "list", "-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}} {{.Export}}{{end}}", "fmt", "strings")
	list.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=-trimpath")
	exports, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(string(exports)), "\n") {
		pkg, export, _ := strings.Cut(line, " ")
		name := fmt.Sprintf("pkg%d.a", i)
		if err := copied(export, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&config, "packagefile %s=%s\n", pkg, name)
	}
	place(t, dir, "imports="+config.String(), "everything="+config.String()+"packagefile main=main.a\n",
		"main.go=package main\nimport (\"fmt\"; \"os\"; \"strings\")\nfunc main() { fmt.Println(strings.Join(os.Args[1:], \" and \")) }\n")
	for _, c := range []kernel.Command{
		{Module: compile, Args: []string{"compile", "-p", "main", "-importcfg", "imports", "-o", "main.a", "main.go"}},
		{Module: link, Args: []string{"link", "-importcfg", "everything", "-o", "main.wasm", "main.a"}, Env: []string{"GOOS=wasip1", "GOARCH=wasm", "TMPDIR=/"}},
	} {
		if codes, out := worked(t, &kernel.Grant{Host: dir, Guest: "/"}, c); codes[0] != 0 || out != "" {
			t.Fatalf("%s: exit code %d, out %q", c.Args[0], codes[0], out)
		}
	}
	codes, out, errs := run(t, "", kernel.Command{Module: filepath.Join(dir, "main.wasm"), Args: []string{"main", "this", "that"}})
	if codes[0] != 0 || out != "this and that\n" || errs != "" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], out, errs)
	}
}

// worked runs programs with a folder of the host, and judges the run while it happens: it may be too long to be kept.
func worked(t *testing.T, g *kernel.Grant, c ...kernel.Command) (codes []uint32, out string) {
	t.Helper()
	var both bytes.Buffer
	config, record := configured(t, strings.NewReader(""), &both)
	config.Stderr, config.Grants = &both, []*kernel.Grant{g}
	sys, err := judge.System("protocols/boot", record.Trace())
	if err != nil {
		t.Fatal(err)
	}
	j, err := judge.New(sys, record.Trace())
	if err != nil {
		t.Fatal(err)
	}
	events, left := 0, error(nil)
	config.Recorder = kernel.FollowRecord(func(e traces.Event) error {
		events++
		e.Step = events
		left = j.Step(&e)
		return left
	})
	if codes, err = kernel.Run(context.Background(), config, c...); err != nil {
		t.Errorf("the kernel says %v", err)
	}
	if left != nil {
		t.Errorf("after %d events: %v", events, left)
	}
	t.Logf("%d events judged", events)
	return codes, both.String()
}

// clang builds a C program with Debian's wasi-libc.
func clang(t *testing.T, source string) string {
	t.Helper()
	for _, tool := range []string{"clang", "wasm-ld"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed (Debian: clang lld wasi-libc libclang-rt-dev-wasm32)", tool)
		}
	}
	if _, err := os.Stat("/usr/include/wasm32-wasi/stdio.h"); err != nil {
		t.Skip("there is no C library for WASI (Debian: wasi-libc)")
	}
	out := filepath.Join(t.TempDir(), "c.wasm")
	if text, err := exec.Command("clang", "--target=wasm32-wasi", "-O2", "-o", out, source).CombinedOutput(); err != nil {
		if strings.Contains(string(text), "libclang_rt.builtins") {
			t.Skipf("clang cannot link for WASI (Debian: libclang-rt-dev-wasm32): %s", text)
		}
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

// A C program runs as one in Go does.
func TestC(t *testing.T) {
	codes, text, errs := run(t, "a line\nand another\n", kernel.Command{Module: clang(t, "testdata/count.c"), Args: []string{"count", "here"}, Env: []string{"WHO=me"}})
	if codes[0] != 7 || text != "here: 2 lines, 19 bytes, me\n" || errs != "missing: No such file or directory\n" {
		t.Errorf("exit code %d, out %q, errors %q", codes[0], text, errs)
	}
}

// C's library makes, reads, renames and removes files.
func TestCFiles(t *testing.T) {
	dir := t.TempDir()
	codes, out := worked(t, &kernel.Grant{Host: dir, Guest: "/"}, kernel.Command{Module: clang(t, "testdata/notes.c"), Args: []string{"notes"}})
	if codes[0] != 0 || out != "at 98890: line 9999\n98890 bytes\nnotes/link is a link: 1\n" {
		t.Errorf("exit code %d, out %q", codes[0], out)
	}
	if has := lies(t, dir); has != "b=line 0\n notes/ notes/link->../b" {
		t.Errorf("the folder has %q", has)
	}
}
