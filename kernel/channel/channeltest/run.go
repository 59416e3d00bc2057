package channeltest

import (
	"reflect"

	"pgregory.net/rapid"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/traces"
)

// newWorld starts a run: the runtime, and what the test's function starts.
func newWorld(cover *counts, start func(*World)) *World {
	w := &World{
		byNumber: map[uint64]*Session{}, byName: map[string]*Session{},
		on: map[reflect.Type][]func(Seen, any) error{}, onLabel: map[labelOf][]func(Seen) error{}, weights: map[labelOf]int{},
		patient: map[*channel.Protocol]bool{}, leaves: map[*channel.Protocol]bool{}, survives: map[*channel.Protocol]bool{}, born: map[*channel.Protocol][]func(*Session){},
		player: &player{cover: cover, lost: map[*channel.Protocol]bool{}},
	}
	w.Runtime = channel.New(channel.Config{Cores: 1, Poison: true, Recorder: w})
	w.control = w.Runtime.Control(channel.Control{Decider: &w.scheduler, Took: w.took})
	start(w)
	w.payloads = newPayloads(w.fuzzers)
	return w
}

// attempt runs something of a run and returns the verdict that stopped it.
func (w *World) attempt(f func()) (failed *Failure) {
	defer func() {
		if v := recover(); v != nil {
			s, ok := v.(stop)
			if !ok {
				panic(v)
			}
			failed = s.Failure
		}
	}()
	f()
	return nil
}

// close ends a run, and judges that no thread is left.
func (w *World) close(failed *Failure) *Failure {
	w.closing = true
	w.control.Close()
	if s := w.Runtime.Stats(); failed == nil && (s.Threads > 0 || s.Components > 0) {
		failed = w.attempt(func() {
			w.fail(Leaks, "%d threads and %d components are left when everything was cancelled", s.Threads, s.Components)
		})
	}
	return failed
}

// drawn is one run whose script is drawn by rapid.
func (c *Config) drawn(t *rapid.T, cover *counts, start func(*World)) (*World, *Failure) {
	d := &drawer{t}
	w := newWorld(cover, start)
	defer func() {
		if v := recover(); v != nil { // rapid gives the run up
			w.closing, w.scheduler.draw = true, nil
			w.control.Close()
			panic(v)
		}
	}()
	w.choose(c.Schedule, d.below)
	faulty := c.Faults != "off" && d.below(2) == 1
	failed := w.attempt(func() {
		w.settle(untilQuiet)
		quiet := true
		t.Repeat(map[string]func(*rapid.T){"step": func(*rapid.T) {
			if w.died {
				d.below(2) // rapid wants something drawn
				return
			}
			m, ok := w.next(d, faulty)
			if !ok {
				if !quiet {
					quiet = w.settle(untilQuiet)
				}
				return
			}
			if w.make(m) {
				quiet = w.settle(m.pace)
			}
		}})
		w.scripted = len(w.moves)
		w.scheduler.draw, w.scheduler.script = nil, nil
		if !w.died {
			w.finish()
		}
	})
	if !w.calm {
		w.scripted = len(w.moves)
	}
	return w, w.close(failed)
}

// next draws a move: a fault now and then, else a message. Faults are likelier while the component has not noticed the last message.
func (w *World) next(d *drawer, faulty bool) (move, bool) {
	u, rare := d.below(256), 16
	if n := len(w.moves); n > 0 && w.moves[n-1].pace == notAtAll {
		rare = 4
	}
	if faulty && u%rare == rare-1 {
		if moves := w.faults(); len(moves) > 0 {
			return moves[d.below(len(moves))], true
		}
	}
	moves, weights := w.enabled()
	if len(moves) == 0 {
		return move{}, false
	}
	total := 0
	for _, n := range weights {
		total += n
	}
	k, at := d.below(total), 0
	for k >= weights[at] {
		k -= weights[at]
		at++
	}
	m := moves[at]
	p := w.byName[m.session].peers[m.role]
	m.values = w.payloads.of(p.label(p.at().Edges[m.edge].Label), d.word)
	switch pace := u / 16; {
	case w.rush > 0 && pace > 0: // the component never comes to rest
		m.pace = pace%4 - 1
		if m.pace == untilQuiet {
			m.pace = 2
		}
	case pace < 8:
	case pace < 12:
		m.pace = notAtAll
	default:
		m.pace = 1 + pace%4
	}
	return m, true
}

// drawer draws from rapid. Below spreads what rapid prefers, small numbers,
// over all answers, and keeps 0 where it is: shrinking still aims at it.
type drawer struct{ t *rapid.T }

var (
	word  = rapid.Uint64()
	short = rapid.Uint16() // fewer bits for rapid to try one by one
)

func (d *drawer) word() uint64 { return word.Draw(d.t, "") }

func (d *drawer) below(n int) int {
	if n == 1 {
		return 0
	}
	u := uint64(short.Draw(d.t, ""))
	if u == 0 {
		return 0
	}
	u *= 0x9E3779B97F4A7C15
	u ^= u >> 32
	u *= 0xD6E8FEB86659FD93
	return int((u >> 33) % uint64(n))
}

// replayed is one run whose script is given. Moves that are not possible are
// left out.
func replayed(s *script, start func(*World)) (*World, *Failure) {
	w := newWorld(newCounts(newCounts(nil)), start)
	w.scheduler.script, w.promised = s.decisions, s.promised
	failed := w.attempt(func() {
		w.settle(untilQuiet)
		for i, m := range s.moves {
			if w.died {
				break
			}
			if s.args != nil {
				m.args = s.args[i]
			}
			if w.again(m) {
				w.settle(m.pace)
			}
		}
		w.scripted = len(w.moves)
		w.scheduler.script = nil
		if !w.died {
			w.finish()
		}
	})
	if !w.calm {
		w.scripted = len(w.moves)
	}
	return w, w.close(failed)
}

// again makes a move of a script. The component may have to run on first: a
// script that was made shorter, or is replayed after the code has changed,
// comes to the same place by other steps.
func (w *World) again(m move) bool {
	if w.read(&m) && w.make(m) {
		return true
	}
	w.settle(untilQuiet)
	return !w.died && w.read(&m) && w.make(m)
}

// read gives a move that comes from a file its role, values and ends.
func (w *World) read(m *move) bool {
	if m.roleName == "" {
		return true // from a script that was drawn, or of a crash
	}
	s := w.byName[m.session]
	if s == nil {
		return false
	}
	for r, name := range s.Protocol.Roles {
		if name == m.roleName {
			m.role = uint8(r)
		}
	}
	if m.kind != traces.Send {
		return true
	}
	for i := range s.Protocol.Labels {
		l := &s.Protocol.Labels[i]
		if l.Name != m.label || l.From != m.role {
			continue
		}
		values, err := parse(l, m.args)
		if err != nil {
			return false
		}
		m.values = values
		if n := len(m.args) - l.Ends; n >= 0 {
			m.ends = m.args[n:]
		}
		return true
	}
	return false
}
