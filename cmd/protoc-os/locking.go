package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// locking is what became of the lock file.
type locking struct {
	path    string
	wrote   bool
	stale   []string // systems by which it is out of date, with --locked
	changed []string // the same, each with the file that declares it
	leftFor string   // the flag for which it was left alone
	none    bool     // there is none, and nothing to write
}

func (l locking) status() status {
	if len(l.stale) > 0 {
		return violationFound
	}
	return 0
}

// lock notes the systems that hold, forgets those that no longer do or no longer exist, and writes or compares the lock file.
func (f *checkFlags) lock(prog *session.Program, src *sources, results []*result) (locking, error) {
	l := locking{path: shownPath(filepath.Join(prog.Root, session.LockFile))}
	if l.leftFor = f.partial(); l.leftFor != "" {
		return l, nil
	}
	before, err := session.ReadLock(prog.Root)
	if err != nil {
		return l, err
	}
	after := before
	for _, r := range results {
		switch r.outcome() {
		case holds:
			if len(r.capacity) == 0 {
				after = after.With(r.lockEntry())
				continue
			}
			fallthrough
		case violated, asExpected, unexpected:
			after = after.Without(r.decl.LockName())
		}
	}
	for _, name := range after.Names() {
		if !exists(prog, src, name) {
			after = after.Without(name)
		}
	}
	if f.locked {
		l.stale = differences(before, after)
		for _, name := range l.stale {
			l.changed = append(l.changed, name+declaredIn(results, name))
		}
		return l, nil
	}
	l.wrote, err = session.WriteLock(prog.Root, after)
	l.none = len(after.Names()) == 0
	return l, err
}

// shownPath is a path as people type it: relative to the working directory if that is shorter.
func shownPath(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(dir, path)
	if err != nil || len(rel) > len(path) {
		return path
	}
	return rel
}

func (r *result) lockEntry() session.LockEntry {
	v := r.verdict
	return session.LockEntry{System: r.decl.LockName(), Digest: r.decl.Digest(), Checker: checker.Version,
		Properties: v.Properties, Params: v.System.Params, Assumptions: append(append([]string(nil), v.System.Assumptions...), v.Assumptions...)}
}

// exists reports whether the system of an entry may still be there: its package was not read, or declares it, and its folder is there.
func exists(prog *session.Program, src *sources, name string) bool {
	folder := "."
	if i := strings.LastIndex(name, "."); i >= 0 {
		folder = name[:i]
	}
	for _, p := range prog.Asked {
		if p.Path != folder {
			continue
		}
		for _, s := range p.Systems {
			if s.LockName() == name {
				return true
			}
		}
		return src.wrong // what does not parse may have held it
	}
	info, err := os.Stat(filepath.Join(prog.Root, filepath.FromSlash(folder)))
	return err == nil && info.IsDir()
}

// declaredIn says in which file a system is declared; nothing of one that is gone.
func declaredIn(results []*result, name string) string {
	for _, r := range results {
		if r.decl.LockName() == name {
			return " (" + r.decl.File.Source.Path + ")"
		}
	}
	return ""
}

// differences names the systems in which two locks differ.
func differences(before, after *session.Lock) []string {
	var names []string
	for _, name := range after.Names() {
		one := new(session.Lock).With(*after.Entry(name))
		if e := before.Entry(name); e == nil || string(new(session.Lock).With(*e).Bytes()) != string(one.Bytes()) {
			names = append(names, name)
		}
	}
	for _, name := range before.Names() {
		if after.Entry(name) == nil {
			names = append(names, name)
		}
	}
	return names
}
