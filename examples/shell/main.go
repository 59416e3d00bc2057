// Shell is a small command line for the kernel: go run ./cmd/protoc-os run ./examples/shell. It is an ordinary Go program, which knows nothing of
// messages; each of its system calls becomes some.
//
// A line is commands with | between them, and > FILE at the end. Commands are read from the arguments, one line each, or else from the terminal.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	lines := os.Args[1:]
	if len(lines) == 0 {
		fmt.Println("commands: " + strings.Join(names(), " ") + "; | and > FILE; exit or ^D ends")
		input := bufio.NewScanner(os.Stdin)
		for prompt(); input.Scan() && strings.TrimSpace(input.Text()) != "exit"; prompt() {
			report(input.Text(), line(input.Text(), os.Stdout))
		}
		return
	}
	failed := false
	for _, l := range lines {
		fmt.Println("$ " + l)
		err := line(l, os.Stdout)
		report(l, err)
		failed = failed || err != nil
	}
	if failed {
		os.Exit(1)
	}
}

func prompt() { fmt.Print("$ ") }

func report(line string, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "shell:", err)
	}
}

// line runs a pipeline. What one command writes, the next reads.
func line(text string, out io.Writer) error {
	text, target, redirected := strings.Cut(text, ">")
	if redirected {
		f, err := os.Create(strings.TrimSpace(target))
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	var between []byte
	parts := strings.Split(text, "|")
	for i, part := range parts {
		words := strings.Fields(part)
		if len(words) == 0 {
			if len(parts) == 1 {
				return nil
			}
			return errors.New("there is nothing on one side of a |")
		}
		run, ok := commands()[words[0]]
		if !ok {
			return fmt.Errorf("no command %q: there are %s", words[0], strings.Join(names(), " "))
		}
		var written bytes.Buffer
		w := io.Writer(&written)
		if i == len(parts)-1 {
			w = out
		}
		if err := run(words[1:], bytes.NewReader(between), w); err != nil {
			return fmt.Errorf("%s: %w", words[0], err)
		}
		between = written.Bytes()
	}
	return nil
}

type command func(args []string, in io.Reader, out io.Writer) error

func commands() map[string]command {
	return map[string]command{
		"cat": cat, "cp": copyFile, "date": date, "echo": echo, "find": find, "grep": grep, "ls": list, "mkdir": makeDir,
		"mv": move, "rm": remove, "sort": sortLines, "time": timed, "wc": count,
	}
}

func names() (list []string) {
	for name := range commands() {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func echo(args []string, _ io.Reader, out io.Writer) error {
	_, err := fmt.Fprintln(out, strings.Join(args, " "))
	return err
}

func cat(args []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 {
		_, err := io.Copy(out, in)
		return err
	}
	for _, name := range args {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func list(args []string, _ io.Reader, out io.Writer) error {
	if len(args) == 0 {
		args = []string{"."}
	}
	for _, name := range args {
		entries, err := os.ReadDir(name)
		if err != nil {
			return err
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%v %8d %s\n", info.Mode(), info.Size(), e.Name())
		}
	}
	return nil
}

func find(args []string, _ io.Reader, out io.Writer) error {
	root := "."
	if len(args) > 0 {
		root = args[0]
	}
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		fmt.Fprintln(out, path)
		return err
	})
}

func makeDir(args []string, _ io.Reader, _ io.Writer) error {
	return each(args, func(name string) error { return os.MkdirAll(name, 0o777) })
}

func remove(args []string, _ io.Reader, _ io.Writer) error { return each(args, os.RemoveAll) }

func each(names []string, do func(string) error) error {
	for _, name := range names {
		if err := do(name); err != nil {
			return err
		}
	}
	return nil
}

func move(args []string, _ io.Reader, _ io.Writer) error {
	if len(args) != 2 {
		return errors.New("mv FROM TO")
	}
	return os.Rename(args[0], args[1])
}

func copyFile(args []string, _ io.Reader, _ io.Writer) error {
	if len(args) != 2 {
		return errors.New("cp FROM TO")
	}
	b, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], b, 0o666)
}

func grep(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("grep WORD reads a pipe")
	}
	return lines(in, func(line string) {
		if strings.Contains(line, args[0]) {
			fmt.Fprintln(out, line)
		}
	})
}

func sortLines(_ []string, in io.Reader, out io.Writer) error {
	var all []string
	err := lines(in, func(line string) { all = append(all, line) })
	slices.Sort(all)
	for _, line := range all {
		fmt.Fprintln(out, line)
	}
	return err
}

func count(args []string, in io.Reader, out io.Writer) error {
	var text bytes.Buffer
	if err := cat(args, in, &text); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, bytes.Count(text.Bytes(), []byte("\n")), len(bytes.Fields(text.Bytes())), text.Len())
	return err
}

func lines(in io.Reader, do func(string)) error {
	s := bufio.NewScanner(in)
	for s.Scan() {
		do(s.Text())
	}
	return s.Err()
}

func date(_ []string, _ io.Reader, out io.Writer) error {
	_, err := fmt.Fprintln(out, time.Now().UTC().Format(time.RFC3339))
	return err
}

// timed runs a command and says how long that took.
func timed(args []string, _ io.Reader, out io.Writer) error {
	begin := time.Now()
	err := line(strings.Join(args, " "), out)
	fmt.Fprintln(os.Stderr, "took", time.Since(begin))
	return err
}
