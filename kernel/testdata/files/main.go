// Files does what its arguments say, one after the other, with the files that it finds.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	for _, word := range os.Args[1:] {
		verb, rest, _ := strings.Cut(word, ":")
		name, arg, _ := strings.Cut(rest, ":")
		fmt.Printf("%s: %v\n", word, why(do(verb, name, arg)))
	}
}

// why is an error as all systems call it.
func why(err error) any {
	var no syscall.Errno
	if errors.As(err, &no) {
		return no
	}
	return err
}

func do(verb, name, arg string) error {
	switch verb {
	case "write":
		return os.WriteFile(name, []byte(arg), 0o666)
	case "read":
		b, err := os.ReadFile(name)
		fmt.Printf("%q\n", b)
		return err
	case "list":
		return fs.WalkDir(os.DirFS(name), ".", func(path string, d fs.DirEntry, err error) error {
			fmt.Println(path)
			return err
		})
	case "chdir":
		return os.Chdir(name)
	case "mkdir":
		return os.MkdirAll(name, 0o777)
	case "remove":
		return os.RemoveAll(name)
	case "rename":
		return os.Rename(name, arg)
	case "begin": // so many bytes
		n, err := strconv.Atoi(arg)
		if err != nil {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		b := make([]byte, n)
		_, err = io.ReadFull(f, b)
		fmt.Printf("%q\n", b)
		return err
	case "link":
		return os.Link(name, arg)
	case "times":
		info, err := os.Stat(name)
		if err == nil {
			fmt.Println(info.ModTime().UnixNano())
		}
		return err
	case "symlink":
		return os.Symlink(name, arg)
	case "fill": // writes blocks of 64 KiB until it may not any more
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		n := 0
		for b := make([]byte, 1<<16); err == nil; n++ {
			_, err = f.Write(b)
		}
		fmt.Println(n > 0)
		return errors.Join(err, f.Close())
	case "many": // makes so many empty files, as far as that goes
		n, err := strconv.Atoi(arg)
		for i := 0; i < n && err == nil; i++ {
			err = os.WriteFile(name+strconv.Itoa(i), nil, 0o666)
		}
		return err
	case "hold": // makes so many empty files, and keeps them open
		n, err := strconv.Atoi(arg)
		for i := 0; i < n && err == nil; i++ {
			var f *os.File
			f, err = os.Create(name + strconv.Itoa(i))
			held = append(held, f)
		}
		return err
	case "open": // opens files without end, and closes none
		for i := 0; ; i++ {
			f, err := os.Create(name + strconv.Itoa(i))
			if err != nil {
				fmt.Println(i > 10)
				return err
			}
			held = append(held, f)
		}
	case "wait": // until standard input ends
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	case "hang": // writes for ever
		f, err := os.Create(name)
		for err == nil {
			_, err = f.WriteAt(make([]byte, 1<<16), 0)
		}
		return err
	}
	return fmt.Errorf("no verb %s", verb)
}

var held []*os.File
