package process

import "github.com/protoc-os/protoc-os/protocols/file"

// everything is all rights that WASI knows.
const everything = 1<<30 - 1

// The rights and flags that make a difference here.
const (
	rightRead  = 1 << 1
	rightWrite = 1 << 6

	flagAppend   = 1 << 0
	flagNonblock = 1 << 2
)

// descriptor is what a number means: a member of the files or of the directories of the stub, and what only the process knows of it.
type descriptor struct {
	used       bool
	dir        bool
	member     int // -1: a walk has borrowed it
	pos        uint64
	kind       file.Kind // once it is known
	known      bool
	flags      uint32
	rights     uint64
	inheriting uint64
	granted    string // the path under which the program was given it
}

// table is the descriptors by number.
type table struct{ fds []descriptor }

func (t *table) put(fd uint32, d descriptor) *descriptor {
	for int(fd) >= len(t.fds) {
		t.fds = append(t.fds, descriptor{})
	}
	d.used = true
	t.fds[fd] = d
	return &t.fds[fd]
}

// at is the descriptor of a number, or nil.
func (t *table) at(fd uint32) *descriptor {
	if int64(fd) >= int64(len(t.fds)) || !t.fds[fd].used {
		return nil
	}
	return &t.fds[fd]
}

// lowest is the least number that means nothing.
func (t *table) lowest() uint32 {
	for i := range t.fds {
		if !t.fds[i].used {
			return uint32(i)
		}
	}
	return uint32(len(t.fds))
}

// freeFile and freeDir are the places that the stub gives to the next end that is added: the lowest that are free.
func (t *table) freeFile() int { return t.free(false) }
func (t *table) freeDir() int  { return t.free(true) }

func (t *table) free(dir bool) int {
next:
	for m := 0; ; m++ {
		for i := range t.fds {
			if d := &t.fds[i]; d.used && d.dir == dir && d.member == m {
				continue next
			}
		}
		return m
	}
}
