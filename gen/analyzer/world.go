package analyzer

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// status is what has become of a state on one path.
type status uint8

const (
	live   status = iota
	used          // a step was taken with it, or it was handed on
	failed        // the result of a call that returned an error
	unsure        // it came from where it was not followed: nothing is said about it
)

// thing is one state on one path. It is known by where it came from.
type thing struct {
	site    site
	typ     types.Type
	status  status
	left    bool         // by Leave
	error   bool         // the step taken with it, or the call that was to make it, has failed
	how     string       // it was used, or has failed
	at      token.Pos    // where
	session string       // the site of the first state of its session
	of      types.Type   // the sum on which type assertions have found out something
	is      types.Type   // what they have found it to be
	not     []types.Type // what they have found it not to be
	option  bool         // it came with others, or with a bool, and may be a zero value
	told    bool         // a switch that misses a case was reported
}

// site is where a state comes from: a result of a call, a parameter, a captured variable, a field of a message. gen tells those of two turns
// of a loop apart.
type site struct {
	from  ssa.Value
	index int
	field string
	gen   int
}

// fact is what is known of a value: nothing, that it is nil or not, true or false, a dead zero value, or which state it is.
type fact struct {
	is fate
	of site // if is == aThing
}

type fate uint8

const (
	unknown fate = iota
	isNil
	notNil
	isTrue
	isFalse
	zero
	aThing
)

// slot names a value, or one of the values of a tuple.
type slot struct {
	v ssa.Value
	i int // -1: the value itself
}

// place is a variable in memory that is followed: a local one, a captured one, or a field of a local struct.
type place struct {
	root  ssa.Value
	field string
}

// world is what is known at one point of one path.
type world struct {
	values  map[slot]fact
	memory  map[place]fact
	things  map[site]thing
	covered map[string]bool // sessions that a deferred Leave ends
	defers  []*ssa.Defer
}

func newWorld() *world {
	return &world{values: map[slot]fact{}, memory: map[place]fact{}, things: map[site]thing{}, covered: map[string]bool{}}
}

func (w *world) clone() *world {
	return &world{maps.Clone(w.values), maps.Clone(w.memory), maps.Clone(w.things), maps.Clone(w.covered), slices.Clone(w.defers)}
}

func (w *world) set(v ssa.Value, f fact)          { w.setAt(v, -1, f) }
func (w *world) setAt(v ssa.Value, i int, f fact) { w.values[slot{v, i}] = f }
func (w *world) change(s site, f func(t *thing))  { t := w.things[s]; f(&t); w.things[s] = t }
func (w *world) cover(s site)                     { w.covered[w.things[s].session] = true }
func (w *world) alias(v ssa.Value, s site)        { w.set(v, fact{aThing, s}) }
func (w *world) dropped(t thing) bool             { return t.status == live && !w.free(t) }
func (s site) String() string                     { return fmt.Sprintf("%p.%d.%s.%d", s.from, s.index, s.field, s.gen) }
func (s site) sub(field string) site              { s.field += "." + field; return s }
func (w *world) thingOf(v ssa.Value) (thing, bool) {
	f := w.value(v)
	return w.things[f.of], f.is == aThing
}

// free reports whether a state need not be used: there is nothing to do with it, or its session is left in any case. The ends that a message
// has brought are states of their own.
func (w *world) free(t thing) bool {
	return t.left || t.option || w.covered[t.session] || t.told || last(t.typ) || t.is != nil && last(t.is)
}

// fail notes that a step has failed: the whole session is dead.
func (w *world) fail(session string) {
	for s, t := range w.things {
		if t.session == session {
			t.error = true
			w.things[s] = t
		}
	}
}

// value is what is known of a value.
func (w *world) value(v ssa.Value) fact {
	if f, ok := w.values[slot{v, -1}]; ok {
		return f
	}
	switch v := v.(type) {
	case *ssa.Const:
		switch {
		case v.Value == nil && kindOf(v.Type()) != plain:
			return fact{is: zero}
		case v.IsNil():
			return fact{is: isNil}
		case isBool(v.Type()) && v.Value != nil && v.Value.String() == "true":
			return fact{is: isTrue}
		case isBool(v.Type()):
			return fact{is: isFalse}
		}
	case *ssa.MakeInterface, *ssa.MakeClosure, *ssa.Function:
		return fact{is: notNil}
	case *ssa.UnOp:
		if g, ok := v.X.(*ssa.Global); ok && v.Op == token.MUL && isError(g.Type().(*types.Pointer).Elem()) {
			return fact{is: notNil} // io.EOF and the like
		}
	}
	return fact{}
}

// nilness is whether a value is nil.
func (w *world) nilness(v ssa.Value) fate {
	switch f := w.value(v); f.is {
	case isNil, notNil:
		return f.is
	case zero:
		return isNil
	case aThing:
		switch t := w.things[f.of]; {
		case t.status == failed:
			return isNil
		case t.status != unsure && !t.option:
			return notNil
		}
	}
	return unknown
}

// born adds a fresh state and returns its site. A state of the same site that still lives is of an earlier turn of a loop.
func (w *world) born(s site, t thing) site {
	if _, ok := w.things[s]; ok {
		w.age(s)
	}
	t.site = s
	if t.session == "" {
		t.session = s.String()
	}
	w.things[s] = t
	if kindOf(t.typ) == message {
		w.open(s, t.typ)
	}
	return s
}

// open makes the ends that a message has brought states of their own.
func (w *world) open(s site, t types.Type) {
	for _, f := range carried(deref(t)) {
		sub := s.sub(f.Name())
		w.things[sub] = thing{site: sub, typ: f.Type(), session: sub.String()}
	}
}

// oldest bounds how many states of one site are told apart.
const oldest = 3

// age makes room for a fresh state at a site: one that a variable still holds becomes one of an earlier turn of the loop.
func (w *world) age(s site) {
	if s.gen == oldest || !w.reachable(nil)[s] {
		return
	}
	older := s
	older.gen++
	if _, ok := w.things[older]; ok {
		w.age(older)
	}
	w.rename(s, older)
	for sub := range maps.Clone(w.things) {
		if sub.from == s.from && sub.index == s.index && sub.gen == s.gen && strings.HasPrefix(sub.field, s.field+".") {
			to := sub
			to.gen++
			w.rename(sub, to)
		}
	}
}

func (w *world) rename(from, to site) {
	t := w.things[from]
	t.site = to
	w.things[to] = t
	delete(w.things, from)
	for k, f := range w.values {
		if f.is == aThing && f.of == from {
			w.values[k] = fact{aThing, to}
		}
	}
	for k, f := range w.memory {
		if f.is == aThing && f.of == from {
			w.memory[k] = fact{aThing, to}
		}
	}
}

// reachable returns the states that a variable still holds; alive says which values are looked at again (nil: all).
func (w *world) reachable(alive func(slot) bool) map[site]bool {
	held := map[site]bool{}
	for k, f := range w.values {
		if f.is == aThing && (alive == nil || alive(k)) {
			held[f.of] = true
		}
	}
	for _, f := range w.memory {
		if f.is == aThing {
			held[f.of] = true
		}
	}
	for s := range w.things {
		if outer, _, ok := strings.Cut(s.field, "."); ok {
			if held[site{s.from, s.index, outer, s.gen}] {
				held[s] = true
			}
		}
	}
	return held
}

// prune forgets the values that are not looked at again, and the states that are done with. It returns those that are lost.
func (w *world) prune(alive func(slot) bool) (lost []thing) {
	for k := range w.values {
		if !alive(k) {
			delete(w.values, k)
		}
	}
	held := w.reachable(nil)
	for s, t := range w.things {
		switch {
		case held[s]:
		case w.dropped(t):
			lost = append(lost, t)
		default:
			delete(w.things, s)
		}
	}
	return inOrder(lost)
}

// inOrder sorts states by where they come from.
func inOrder(list []thing) []thing {
	slices.SortFunc(list, func(a, b thing) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.site.index, b.site.index), cmp.Compare(a.site.field, b.site.field), cmp.Compare(a.site.gen, b.site.gen))
	})
	return list
}

// key tells worlds at one point apart.
func (w *world) key() string {
	var lines []string
	for k, f := range w.values {
		if f.is != unknown {
			lines = append(lines, fmt.Sprintf("v%p.%d=%d%v", k.v, k.i, f.is, f.of))
		}
	}
	for k, f := range w.memory {
		if f.is != unknown {
			lines = append(lines, fmt.Sprintf("m%p.%s=%d%v", k.root, k.field, f.is, f.of))
		}
	}
	for s, t := range w.things {
		not := make([]string, len(t.not))
		for i, n := range t.not {
			not[i] = n.String()
		}
		sort.Strings(not)
		lines = append(lines, fmt.Sprintf("t%v=%d%v%v%v%d%s%v%v%v", s, t.status, t.option, t.left, t.error, t.at, t.session, t.is, not, w.covered[t.session]))
	}
	for _, d := range w.defers {
		lines = append(lines, fmt.Sprintf("d%p", d))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
