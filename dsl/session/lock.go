package session

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// LockFile is the name of the lock file, at the module root.
const LockFile = "protoc-os.lock"

// lockVersion is the version of the lock file's format.
const lockVersion = 1

// Lock says which systems a complete search has shown to hold, like go.sum: check writes it, gen and boot compare it. One set of
// systems has one spelling. The file is line by line, so that version control can merge it:
//
//	protoc-os lock 1
//
//	system protocols/fs.Files
//		digest 8b1a…
//		checker 1
//		property deadlock
//		param n check 3 run 64
//		assume no component crashes
type Lock struct {
	systems map[string]LockEntry
}

// LockEntry is what is known of one system.
type LockEntry struct {
	System      string // SystemDecl.LockName
	Digest      string // SystemDecl.Digest
	Checker     int    // checker.Version
	Properties  []Property
	Params      []ParamValue
	Assumptions []string // one line each
}

// LockName names a system in a lock: the folder of its package below the module root, and its name.
func (s *SystemDecl) LockName() string {
	if s.Package.Path == "." || s.Package.Path == "" {
		return s.Name
	}
	return s.Package.Path + "." + s.Name
}

// ReadLock reads the lock file below a module root. One that does not exist is an empty lock.
func ReadLock(root string) (*Lock, error) {
	path := filepath.Join(root, LockFile)
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return new(Lock), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the lock: %w", err)
	}
	l, err := ParseLock(text)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", path, err)
	}
	return l, nil
}

// WriteLock writes the lock file below a module root unless it is there with that content; no file is made for an empty lock.
// It reports whether it wrote.
func WriteLock(root string, l *Lock) (bool, error) {
	path := filepath.Join(root, LockFile)
	before, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return false, fmt.Errorf("read the lock: %w", err)
	}
	if os.IsNotExist(err) && len(l.systems) == 0 || err == nil && bytes.Equal(before, l.Bytes()) {
		return false, nil
	}
	temp, err := os.CreateTemp(root, "."+LockFile+"-*")
	if err != nil {
		return false, fmt.Errorf("write the lock: %w", err)
	}
	defer os.Remove(temp.Name()) // without effect once it has its name
	_, err = temp.Write(l.Bytes())
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return false, fmt.Errorf("write the lock: %w", err)
	}
	return true, nil
}

// Names returns the names of the systems, sorted.
func (l *Lock) Names() []string { return slices.Sorted(maps.Keys(l.systems)) }

// Entry returns what is known of a system, nil if nothing is.
func (l *Lock) Entry(name string) *LockEntry {
	e, ok := l.systems[name]
	if !ok {
		return nil
	}
	return &e
}

// With returns a lock in which e takes the place of what was known of its system. Properties and assumptions are kept sorted and
// each once: the order in which they were found says nothing.
func (l *Lock) With(e LockEntry) *Lock {
	e.Properties = sortedOnce(e.Properties)
	e.Assumptions = sortedOnce(e.Assumptions)
	e.Params = slices.Clone(e.Params)
	slices.SortFunc(e.Params, func(a, b ParamValue) int { return strings.Compare(a.Name, b.Name) })
	for i, a := range e.Assumptions {
		e.Assumptions[i] = strings.Join(strings.Fields(a), " ")
	}
	next := l.Without(e.System)
	next.systems[e.System] = e
	return next
}

// Without returns a lock that knows nothing of a system.
func (l *Lock) Without(name string) *Lock {
	next := &Lock{systems: map[string]LockEntry{}}
	maps.Copy(next.systems, l.systems)
	delete(next.systems, name)
	return next
}

func sortedOnce[T ~string](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// Bytes returns the content of the lock file.
func (l *Lock) Bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "protoc-os lock %d\n", lockVersion)
	for _, name := range l.Names() {
		e := l.systems[name]
		fmt.Fprintf(&b, "\nsystem %s\n\tdigest %s\n\tchecker %d\n", e.System, e.Digest, e.Checker)
		for _, p := range e.Properties {
			fmt.Fprintf(&b, "\tproperty %s\n", p)
		}
		for _, p := range e.Params {
			fmt.Fprintf(&b, "\tparam %s check %d run %d\n", p.Name, p.Check, p.Run)
		}
		for _, a := range e.Assumptions {
			fmt.Fprintf(&b, "\tassume %s\n", a)
		}
	}
	return b.Bytes()
}

// ParseLock reads the content of a lock file. An error starts with its line number.
func ParseLock(text []byte) (*Lock, error) {
	l := new(Lock)
	var e *LockEntry
	take := func() {
		if e != nil {
			l = l.With(*e)
		}
	}
	in := bufio.NewScanner(bytes.NewReader(text))
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan(); n++ {
		err := error(nil)
		key, value, _ := strings.Cut(in.Text(), " ")
		switch {
		case n == 1:
			if in.Text() != fmt.Sprintf("protoc-os lock %d", lockVersion) {
				err = fmt.Errorf("not a lock file of version %d", lockVersion)
			}
		case in.Text() == "":
		case key == "system" && value != "":
			take()
			if e = (&LockEntry{System: value}); l.Entry(value) != nil {
				err = fmt.Errorf("system %s stands here twice", value)
			}
		case e == nil:
			err = fmt.Errorf("a line outside of a system")
		default:
			err = e.parse(key, value)
		}
		if err != nil {
			return nil, fmt.Errorf("%d: %w", n, err)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("1: %w", err)
	}
	take()
	return l, nil
}

// parse takes one line of an entry.
func (e *LockEntry) parse(key, value string) (err error) {
	switch key {
	case "\tdigest":
		e.Digest = value
	case "\tchecker":
		e.Checker, err = strconv.Atoi(value)
	case "\tproperty":
		e.Properties = append(e.Properties, Property(value))
	case "\tassume":
		e.Assumptions = append(e.Assumptions, value)
	case "\tparam":
		var p ParamValue
		if _, err := fmt.Sscanf(value, "%s check %d run %d", &p.Name, &p.Check, &p.Run); err != nil {
			return fmt.Errorf("param %q: want name check number run number", value)
		}
		e.Params = append(e.Params, p)
	default:
		return fmt.Errorf("unknown key %q", strings.TrimSpace(key))
	}
	return err
}
