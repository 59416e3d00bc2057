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
}

// Bytes is the command as a message carries it: each string after its length, each list after its own.
func (c Command) Bytes() []byte {
	b := str(nil, c.Module)
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

// ParseCommand reads what Bytes has written.
func ParseCommand(b []byte) (c Command, err error) {
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
	return c, err
}
