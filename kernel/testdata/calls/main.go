// Calls makes so many system calls of one kind, and says how many nanoseconds one took.
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

func main() {
	n, err := strconv.Atoi(os.Args[2])
	if err == nil {
		err = calls(os.Args[1], n)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func calls(kind string, n int) error {
	f, err := os.OpenFile("file", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	one, block := make([]byte, 1), make([]byte, 1<<16)
	do, ok := map[string]func(i int) error{
		"read 1":       func(i int) error { return must(f.ReadAt(one, int64(i)%1000)) },
		"read 64 KiB":  func(i int) error { return must(f.ReadAt(block, int64(i)%16<<16)) },
		"write 1":      func(i int) error { return must(f.WriteAt(one, int64(i)%1000)) },
		"write 64 KiB": func(i int) error { return must(f.WriteAt(block, int64(i)%16<<16)) },
		"seek":         func(i int) error { _, err := f.Seek(int64(i)%1000, io.SeekStart); return err },
		"fstat":        func(int) error { _, err := f.Stat(); return err },
		"stat":         func(int) error { _, err := os.Stat("file"); return err },
		"stat a/b/c/d": func(int) error { _, err := os.Stat("a/b/c/d"); return err },
		"list":         func(int) error { _, err := os.ReadDir("a"); return err },
		"now":          func(int) error { time.Now(); return nil },
		"open, close": func(int) error {
			f, err := os.Open("file")
			if err != nil {
				return err
			}
			return f.Close()
		},
		"make, remove": func(int) error {
			f, err := os.Create("made" + os.Args[3])
			if err != nil {
				return err
			}
			f.Close()
			return os.Remove("made" + os.Args[3])
		},
	}[kind]
	if !ok {
		return fmt.Errorf("no call %q", kind)
	}
	for i := range n / 10 {
		if err := do(i); err != nil {
			return err
		}
	}
	began := time.Now()
	for i := range n {
		if err := do(i); err != nil {
			return err
		}
	}
	fmt.Println(time.Since(began).Nanoseconds() / int64(n))
	return nil
}

func must(_ int, err error) error { return err }
