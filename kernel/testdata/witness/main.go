// Witness asks the kernel for a little of everything whenever a line is typed, and says whether all answers were right. When clear is typed, it removes all files.
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		do := work
		if lines.Text() == "clear" {
			do = clear
		}
		fmt.Printf("witness %s: %v\n", lines.Text(), do())
	}
}

func clear() error {
	list, err := os.ReadDir("/")
	for _, e := range list {
		err = errors.Join(err, os.RemoveAll("/"+e.Name()))
	}
	return err
}

func work() error {
	return errors.Join(files(), noise(), sleep())
}

// files leaves nothing behind. That there is no room is no wrong answer, and told as what it is.
func files() (err error) {
	defer func() {
		err = errors.Join(err, os.RemoveAll("witness"))
		if errors.Is(err, syscall.ENOSPC) {
			err = errors.New("the disk is full")
		}
	}()
	text := bytes.Repeat([]byte("what the witness has written\n"), 500)
	if err := os.MkdirAll("witness/deeper", 0o777); err != nil {
		return err
	}
	if err := os.WriteFile("witness/a", text, 0o666); err != nil {
		return err
	}
	if err := os.Rename("witness/a", "witness/deeper/b"); err != nil {
		return err
	}
	if got, err := os.ReadFile("witness/deeper/b"); err != nil || !bytes.Equal(got, text) {
		return fmt.Errorf("read %d bytes of %d: %v", len(got), len(text), err)
	}
	list, err := os.ReadDir("witness")
	if err != nil || len(list) != 1 || list[0].Name() != "deeper" {
		return fmt.Errorf("listed %v: %v", list, err)
	}
	if _, err := os.Stat("witness/a"); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("what has moved away is there: %v", err)
	}
	return nil
}

func noise() error {
	one, two := make([]byte, 100), make([]byte, 100)
	rand.Read(one)
	rand.Read(two)
	if slices.Equal(one, two) {
		return errors.New("noise repeats itself")
	}
	return nil
}

func sleep() error {
	began := time.Now()
	time.Sleep(time.Millisecond)
	if time.Since(began) < time.Millisecond {
		return errors.New("it slept too short")
	}
	return nil
}
