package channeltest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// Outcome is what the replay of a saved trace shows.
type Outcome string

// The outcomes.
const (
	Passes Outcome = "passes"
	Fails  Outcome = "fails"
	Stale  Outcome = "stale" // a protocol in it was declared anew since, or it cannot be read
)

type savedTrace struct {
	path  string
	trace *traces.Trace
	err   error
}

// folder is where the traces of a test are.
func (c Config) folder(test string) string {
	dir := c.Traces
	if dir == "" {
		dir = filepath.Join("testdata", "traces")
	}
	return filepath.Join(dir, strings.ReplaceAll(test, "/", "_"))
}

// save writes the trace of a failure. It is named after its content.
func (c Config) save(test string, f *Failure) (string, error) {
	if c.Traces == "-" {
		return "", nil
	}
	var b bytes.Buffer
	if err := traces.Write(&b, f.Trace); err != nil {
		return "", err
	}
	path := filepath.Join(c.folder(test), fmt.Sprintf("%s-%.4x.jsonl", f.Verdict, sha256.Sum256(b.Bytes())))
	return path, traces.WriteFile(path, f.Trace)
}

// saved reads the traces of a test, in order of name.
func (c Config) saved(test string) (list []savedTrace) {
	if c.Traces == "-" {
		return nil
	}
	entries, err := os.ReadDir(c.folder(test))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".jsonl" {
			path := filepath.Join(c.folder(test), e.Name())
			t, err := traces.ReadFile(path)
			list = append(list, savedTrace{path, t, err})
		}
	}
	slices.SortFunc(list, func(a, b savedTrace) int { return strings.Compare(a.path, b.path) })
	return list
}

// again replays a saved trace.
func (s savedTrace) again(start func(*World)) (Outcome, *Failure) {
	if s.err != nil {
		return Stale, nil
	}
	return Replay(s.trace, start)
}

// Replay makes the run of a saved trace again.
func Replay(t *traces.Trace, start func(*World)) (Outcome, *Failure) {
	s, err := readScript(t)
	if err != nil {
		return Stale, nil
	}
	stale := false
	w, f := replayed(s, func(w *World) {
		start(w)
		stale = digest(t.Events, w.protocols()) != t.Digest
	})
	switch {
	case stale:
		return Stale, nil
	case f == nil:
		return Passes, nil
	}
	f.Trace, f.Steps = w.trace(t.System, f), w.scripted
	return Fails, f
}

// protocols are those of the sessions there are, and all whose ends travel
// over them, by name.
func (w *World) protocols() map[string]*channel.Protocol {
	all := map[string]*channel.Protocol{}
	var add func(p *channel.Protocol)
	add = func(p *channel.Protocol) {
		if all[p.QName()] == nil {
			all[p.QName()] = p
			for _, l := range p.Labels {
				for _, c := range l.Carries {
					add(c.Protocol)
				}
			}
		}
	}
	for _, s := range w.sessions {
		add(s.Protocol)
	}
	return all
}

// digest identifies the declarations of the protocols that events name.
func digest(events []traces.Event, protocols map[string]*channel.Protocol) string {
	var names []string
	for _, e := range events {
		if p := protocols[e.Protocol]; p != nil {
			names = append(names, p.QName()+" "+p.Digest)
		} else {
			names = append(names, e.Protocol+" is unknown")
		}
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(names), "\n")))
	return hex.EncodeToString(sum[:])
}
