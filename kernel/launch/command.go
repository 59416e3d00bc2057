package launch

import (
	"encoding/binary"
	"fmt"
)

// Command is a program that is to run.
type Command struct {
	Module string   // what the place for programs is asked to run
	Args   []string // from the program's own name on
	Env    []string // K=V
	Piped  bool     // the next one of the pipeline reads what this one writes
}

// Pipelines groups commands: a pipeline ends with the first that is not piped. Each is as a message carries it.
func Pipelines(commands []Command) [][]byte {
	var all [][]byte
	var pipeline []byte
	for i, c := range commands {
		pipeline = c.append(pipeline)
		if !c.Piped || i == len(commands)-1 {
			all = append(all, pipeline)
			pipeline = nil
		}
	}
	return all
}

// append writes the command: each string after its length, each list after its own.
func (c Command) append(b []byte) []byte {
	b = str(b, c.Module)
	for _, list := range [][]string{c.Args, c.Env} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, s := range list {
			b = str(b, s)
		}
	}
	return b
}

func str(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// parse reads a pipeline. All of its commands but the last are piped.
func parse(b []byte) (pipeline []Command, err error) {
	for len(b) > 0 {
		var c Command
		if c, b, err = parseCommand(b); err != nil {
			return nil, err
		}
		c.Piped = len(b) > 0
		pipeline = append(pipeline, c)
	}
	return pipeline, nil
}

// parseCommand reads the first command, and returns what is behind it.
func parseCommand(b []byte) (c Command, rest []byte, err error) {
	number := func() int {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)) {
			err = fmt.Errorf("a command ends in the middle")
			return 0
		}
		b = b[size:]
		return int(n)
	}
	str := func() string {
		n := number()
		if n > len(b) {
			err = fmt.Errorf("a command ends in the middle")
			return ""
		}
		s := string(b[:n])
		b = b[n:]
		return s
	}
	c.Module = str()
	for _, list := range []*[]string{&c.Args, &c.Env} {
		for range number() {
			*list = append(*list, str())
		}
	}
	return c, b, err
}
