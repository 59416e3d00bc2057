package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// cache keeps verdicts in a folder, so that what has not changed is not checked again. An entry is found by the SHA-256 of everything that a verdict
// depends on: this very program, the system's digest and the text of its packages, its parameters, properties and reductions. It begins with the
// SHA-256 of the rest, and one that does not fit, or cannot be read for any reason, is as good as none. Only complete verdicts are kept: bounds
// make no difference to them. Beside the verdicts are checkpoints of searches that were cut short.
type cache struct {
	dir     string
	program string // the SHA-256 of this executable
}

// newCache returns the user's cache, nil if there is no place for it.
func newCache() *cache {
	dir, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	program, err := hashOfProgram()
	if err != nil {
		return nil
	}
	return &cache{filepath.Join(dir, "protoc-os"), program}
}

func hashOfProgram() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// key identifies what a verdict is about.
func (c *cache) key(e *elaboration, o checker.Options) string {
	sum := sha256.New()
	add := func(words ...any) {
		text := fmt.Sprint(words...)
		fmt.Fprintf(sum, "%d:%s\n", len(text), text)
	}
	add(c.program)
	add(checker.Version)
	add(e.decl.LockName())
	add(e.decl.Digest())
	add(e.sys.Params)
	add(e.opts.Run, e.opts.Params, e.opts.Capacity)
	add(o.Properties == nil, o.Properties)
	add(o.NoReduce, o.Forget, o.Any, o.Store)
	for _, s := range sourcesOf(e.decl.Package) {
		add(s.Path)
		add(string(s.Text))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// sourcesOf returns the files of a package and of all that it imports, directly or not, by path.
func sourcesOf(p *session.Package) []*dsl.Source {
	seen := map[*session.Package]bool{}
	var all []*dsl.Source
	var add func(p *session.Package)
	add = func(p *session.Package) {
		if p == nil || seen[p] {
			return
		}
		seen[p] = true
		for _, f := range p.Files {
			all = append(all, f.Source)
		}
		for _, q := range p.Imports {
			add(q)
		}
	}
	add(p)
	slices.SortFunc(all, func(a, b *dsl.Source) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// entry is a verdict without pointers.
type entry struct {
	Key         string
	Outcome     checker.Outcome
	Violations  []cachedViolation
	Bounds      []cachedBound
	Dead        []cachedDead
	Obligations []cachedObligation
	Any         string
	AnyWords    string
	Assumptions []string
	Properties  []session.Property
	Stats       checker.Stats
}

type cachedPlace struct {
	Path string // "": nowhere
	Span dsl.Span
}

type cachedViolation struct {
	Property session.Property
	Code     dsl.Code
	Message  string
	At       cachedPlace
	Related  []cachedRelated
	Trace    string // as in a file; "": none
}

type cachedRelated struct {
	At      cachedPlace
	Message string
}

type cachedBound struct {
	checker.Occupancy
	Protocol string
}

type cachedDead struct {
	Machine int
	At      cachedPlace
	Text    string
}

type cachedObligation struct {
	checker.Obligation
	At cachedPlace
}

// load returns the verdict on a system; nil if it is not there.
func (c *cache) load(key string, e *elaboration) *checker.Verdict {
	if c == nil {
		return nil
	}
	file, err := os.ReadFile(filepath.Join(c.dir, "verdicts", key))
	if err != nil {
		return nil
	}
	sum, text, _ := bytes.Cut(file, []byte("\n"))
	var x entry
	if string(sum) != hashOf(text) || json.Unmarshal(text, &x) != nil || x.Key != key {
		return nil
	}
	u := &unpacker{sources: map[string]*dsl.Source{}, ok: true}
	for _, s := range sourcesOf(e.decl.Package) {
		u.sources[s.Path] = s
	}
	v := u.verdict(&x, e.sys)
	if !u.ok {
		return nil
	}
	return v
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// unpacker gives an entry its pointers back.
type unpacker struct {
	sources map[string]*dsl.Source
	ok      bool
}

func (u *unpacker) place(p cachedPlace) dsl.Position {
	if p.Path == "" {
		return dsl.Position{}
	}
	s := u.sources[p.Path]
	u.ok = u.ok && s != nil
	return dsl.Position{Source: s, Span: p.Span}
}

func (u *unpacker) verdict(x *entry, sys *session.System) *checker.Verdict {
	v := &checker.Verdict{System: sys, Outcome: x.Outcome, Any: x.Any, AnyWords: x.AnyWords, Assumptions: x.Assumptions, Properties: x.Properties, Stats: x.Stats}
	for _, y := range x.Violations {
		z := &checker.Violation{Property: y.Property, Code: y.Code, Message: y.Message, At: u.place(y.At)}
		for _, r := range y.Related {
			z.Related = append(z.Related, dsl.Related{At: u.place(r.At), Message: r.Message})
		}
		if y.Trace != "" {
			t, err := traces.Read(strings.NewReader(y.Trace))
			u.ok = u.ok && err == nil
			z.Trace = t
		}
		v.Violations = append(v.Violations, z)
	}
	for _, y := range x.Bounds {
		k := slices.IndexFunc(sys.Protocols, func(p *session.Protocol) bool { return p.QName() == y.Protocol })
		if u.ok = u.ok && k >= 0; u.ok {
			y.Occupancy.Protocol = sys.Protocols[k]
			v.Bounds = append(v.Bounds, y.Occupancy)
		}
	}
	for _, y := range x.Dead {
		if u.ok = u.ok && y.Machine < len(sys.Machines); u.ok {
			v.Dead = append(v.Dead, checker.DeadOption{Machine: sys.Machines[y.Machine], At: u.place(y.At), Text: y.Text})
		}
	}
	for _, y := range x.Obligations {
		y.Obligation.At = u.place(y.At)
		v.Obligations = append(v.Obligations, y.Obligation)
	}
	return v
}

// pack takes the pointers out of a verdict; the error says what cannot be kept.
func pack(key string, v *checker.Verdict) (*entry, error) {
	place := func(p dsl.Position) cachedPlace {
		if p.Source == nil {
			return cachedPlace{}
		}
		return cachedPlace{p.Source.Path, p.Span}
	}
	x := &entry{Key: key, Outcome: v.Outcome, Any: v.Any, AnyWords: v.AnyWords, Assumptions: v.Assumptions, Properties: v.Properties, Stats: v.Stats}
	for _, y := range v.Violations {
		z := cachedViolation{Property: y.Property, Code: y.Code, Message: y.Message, At: place(y.At)}
		for _, r := range y.Related {
			z.Related = append(z.Related, cachedRelated{place(r.At), r.Message})
		}
		if y.Trace != nil {
			var b strings.Builder
			if err := traces.Write(&b, y.Trace); err != nil {
				return nil, err
			}
			z.Trace = b.String()
		}
		x.Violations = append(x.Violations, z)
	}
	for _, y := range v.Bounds {
		z := cachedBound{y, y.Protocol.QName()}
		z.Occupancy.Protocol = nil
		x.Bounds = append(x.Bounds, z)
	}
	for _, y := range v.Dead {
		k := slices.Index(v.System.Machines, y.Machine)
		if k < 0 {
			return nil, errors.New("an option of a machine that is not the system's")
		}
		x.Dead = append(x.Dead, cachedDead{k, place(y.At), y.Text})
	}
	for _, y := range v.Obligations {
		z := cachedObligation{y, place(y.At)}
		z.Obligation.At = dsl.Position{}
		x.Obligations = append(x.Obligations, z)
	}
	return x, nil
}

// store keeps a verdict, and forgets those that nobody has asked for in a month. A cache that cannot be written is only slower.
func (c *cache) store(key string, v *checker.Verdict) {
	if c == nil || v.Reason != "" || v.Outcome == checker.Inconclusive {
		return
	}
	x, err := pack(key, v)
	if err != nil {
		return
	}
	dir := filepath.Join(c.dir, "verdicts")
	text, err := json.Marshal(x)
	if err != nil || os.MkdirAll(dir, 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return
	}
	_, err = fmt.Fprintf(f, "%s\n%s", hashOf(text), text)
	if errors.Join(err, f.Close()) != nil || os.Rename(f.Name(), filepath.Join(dir, key)) != nil {
		os.Remove(f.Name())
		return
	}
	c.prune(time.Now().AddDate(0, -1, 0))
}

// checkpoint says where the search for a verdict is kept when it is cut short; nil: nowhere.
func (c *cache) checkpoint(key string) *checker.Checkpoint {
	if c == nil {
		return nil
	}
	return &checker.Checkpoint{File: filepath.Join(c.dir, "searches", key), Key: key, Every: 5 * time.Minute}
}

// prune removes what has not been written since then.
func (c *cache) prune(since time.Time) {
	filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil && info.ModTime().Before(since) {
			os.Remove(path)
		}
		return nil
	})
}
