package checker

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Checkpoint makes a search that is interrupted, in whatever way, go on where it was. The file is written now and then, always whole, and removed once
// the search is complete; one that is damaged, or of another key, is not used. A search that has found a violation writes none any more.
type Checkpoint struct {
	File  string
	Key   string        // of what is checked, by which program, with which options
	Every time.Duration // 0: only when a bound ends the search
}

// progressMade is what a checkpoint holds beside the states.
type progressMade struct {
	Key     string
	Levels  []int
	At      int
	Trans   int
	Taken   []bool
	Highest []int
	All     future
	Timely  future
	Filled  []fullness // with an ample set
	Chosen  int        // likewise: states that choice knows of
	Numbers []int      // per node: how many words it numbers
	States  int
}

// save writes a checkpoint. Nobody expands anything meanwhile.
func (s *search) save() error {
	c := s.opts.Checkpoint
	p := progressMade{Key: c.Key, Levels: s.levels, At: s.at, Trans: s.trans, Taken: s.taken, Highest: s.highest, All: s.all, Timely: s.timely,
		Chosen: len(s.choice), States: s.st.size()}
	p.Filled = s.fullness
	for k := range s.st.nodes {
		n := 0
		if x := s.st.nodes[k].numbers; x != nil {
			n = x.list.n
		}
		p.Numbers = append(p.Numbers, n)
	}
	if err := os.MkdirAll(filepath.Dir(c.File), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.File), "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // unless it has its name by then
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	head, err := json.Marshal(&p)
	if err != nil {
		return err
	}
	out.Write(append(head, '\n')) // a failure shows at Flush
	for k := range s.st.nodes {
		if x := s.st.nodes[k].numbers; x != nil {
			x.list.write(out)
		}
	}
	s.st.root.write(out)
	for _, i := range s.choice {
		out.Write([]byte{byte(i), byte(i >> 8)})
	}
	if err := out.Flush(); err != nil {
		return errors.Join(err, f.Close())
	}
	_, err = f.Write(sum.Sum(nil))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.File)
}

// restore takes up the search of a checkpoint; false if there is none that fits.
func (s *search) restore() bool {
	c := s.opts.Checkpoint
	if !intact(c.File) {
		return false
	}
	f, err := os.Open(c.File)
	if err != nil {
		return false
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	line, err := in.ReadBytes('\n')
	var p progressMade
	if err != nil || json.Unmarshal(line, &p) != nil || p.Key != c.Key || len(p.Numbers) != len(s.st.nodes) || len(p.Taken) != len(s.taken) {
		return false
	}
	st := newStore(s.m.words)
	for k := range st.nodes {
		for range p.Numbers[k] {
			word, err := readKey(in, 1)
			if err != nil {
				return false
			}
			st.nodes[k].numbers.put(word.a)
		}
	}
	for range p.States {
		k, err := readKey(in, st.root.width)
		if err != nil {
			return false
		}
		st.root.put(k, k.tag())
	}
	choice := make([]uint16, p.Chosen)
	if binary.Read(in, binary.LittleEndian, choice) != nil {
		return false
	}
	s.st, s.levels, s.at, s.trans, s.choice = st, p.Levels, p.At, p.Trans, choice
	copy(s.taken, p.Taken)
	copy(s.highest, p.Highest)
	copy(s.all, p.All)
	copy(s.timely, p.Timely)
	if s.fullness = p.Filled; s.ample != nil && len(s.fullness) > 0 {
		s.ample.full = s.fullness[len(s.fullness)-1].Full
	}
	return true
}

// intact reports whether a file ends with the SHA-256 of what is before.
func intact(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() < sha256.Size {
		return false
	}
	sum := sha256.New()
	if _, err := io.CopyN(sum, f, info.Size()-sha256.Size); err != nil {
		return false
	}
	end, err := io.ReadAll(f)
	return err == nil && bytes.Equal(end, sum.Sum(nil))
}

// write writes the keys in order.
func (l *keyList) write(out *bufio.Writer) {
	var b [16]byte
	for n := range l.n {
		k := l.at(uint32(n))
		binary.LittleEndian.PutUint64(b[:8], k.a)
		binary.LittleEndian.PutUint64(b[8:], k.b)
		out.Write(b[:8*l.width])
	}
}

func readKey(in *bufio.Reader, width int) (key, error) {
	var b [16]byte
	_, err := io.ReadFull(in, b[:8*width])
	return key{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}, err
}

// leave ends a search that may have been cut short: with a checkpoint, or without one if it is complete.
func (s *search) leave() {
	c := s.opts.Checkpoint
	switch {
	case c == nil:
	case s.cut == "":
		os.Remove(c.File)
	case len(s.found) == 0:
		if err := s.save(); err != nil {
			s.cut += fmt.Sprintf("; it cannot be resumed: %v", err)
		} else {
			s.cut += "; the next check goes on from there"
		}
	}
}
