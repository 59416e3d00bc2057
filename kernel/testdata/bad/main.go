// Bad does what its arguments say, one after the other, and says so before each: things that a program should not do.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	for _, word := range os.Args[1:] {
		fmt.Fprintf(os.Stderr, "bad %s\n", word)
		verb, rest, _ := strings.Cut(word, ":")
		if err := do(verb, rest); err != nil {
			fmt.Fprintf(os.Stderr, "bad %s: %v\n", word, why(err))
		}
	}
	fmt.Fprintln(os.Stderr, "bad has done all")
}

// why is an error as all systems call it.
func why(err error) any {
	var no syscall.Errno
	if errors.As(err, &no) {
		return no
	}
	return err
}

var (
	held  [][]byte
	files []*os.File
)

func do(verb, arg string) error {
	switch verb {
	case "spin":
		for {
		}
	case "allocate": // without end
		for {
			held = append(held, make([]byte, 64<<20))
		}
	case "hold": // so many MiB
		n, err := strconv.Atoi(arg)
		held = append(held, make([]byte, n<<20))
		return err
	case "open": // files without end, and closes none
		for i := 0; ; i++ {
			f, err := os.Create(arg + strconv.Itoa(i))
			if err != nil {
				return err
			}
			files = append(files, f)
		}
	case "folders": // without end
		for i := 0; ; i++ {
			if err := os.Mkdir(arg+strconv.Itoa(i), 0o777); err != nil {
				return err
			}
		}
	case "fill": // the disk, by a file, to the last byte
		f, err := os.Create(arg)
		for b := make([]byte, 1<<16); len(b) > 0; {
			if _, err = f.Write(b); err != nil {
				b = b[:len(b)/2]
			}
		}
		files = append(files, f)
		return err
	case "links": // of a file, without end
		err := os.WriteFile(arg, nil, 0o666)
		for i := 0; err == nil; i++ {
			err = os.Link(arg, arg+strings.Repeat("x", 200)+strconv.Itoa(i))
		}
		return err
	case "remove": // what is in a folder
		list, err := os.ReadDir(arg)
		for _, e := range list {
			err = errors.Join(err, os.RemoveAll(arg+"/"+e.Name()))
		}
		return err
	case "await": // a file
		for {
			if _, err := os.Stat(arg); err == nil {
				return nil
			}
			time.Sleep(time.Millisecond)
		}
	case "write": // a file
		return os.WriteFile(arg, []byte("written"), 0o666)
	case "once":
		return stir(arg)
	case "stir": // files of its own, for ever
		for {
			if err := stir(arg); err != nil {
				return err
			}
		}
	case "sleep":
		time.Sleep(time.Hour)
	case "read": // to the end
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	case "flood": // the output, for ever
		for {
			if _, err := os.Stdout.Write(bytes.Repeat([]byte("flood\n"), 1000)); err != nil {
				return err
			}
		}
	case "panic":
		panic("I panic")
	default:
		return errors.New("no such verb")
	}
	return nil
}

// stir makes, moves, links, lists, cuts and removes.
func stir(top string) error {
	a, b := top+"/a", top+"/b"
	if err := errors.Join(os.MkdirAll(a, 0o777), os.MkdirAll(b, 0o777)); err != nil {
		return err
	}
	f, err := os.Create(top + "/open")
	if err != nil {
		return err
	}
	defer f.Close()
	f.Write(make([]byte, 30_000))
	_, err = os.ReadDir(top)
	return errors.Join(err,
		os.Remove(top+"/open"),
		f.Truncate(10),
		os.WriteFile(a+"/f", make([]byte, 10_000), 0o666),
		os.Rename(a+"/f", b+"/g"),
		os.Link(b+"/g", a+"/h"),
		os.Symlink("../b/g", a+"/s"),
		os.Chtimes(a+"/s", time.Now(), time.Now()),
		os.RemoveAll(a), os.RemoveAll(b))
}
