package analyzer

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// use takes a step with a state, or hands it on.
func (k *walk) use(w *world, v ssa.Value, how string, at token.Pos) {
	f := w.value(v)
	if p, ok := placeOf(v); ok {
		f = w.memory[p]
	}
	if f.is == zero {
		if kindOf(v.Type()) != end {
			k.report(at, "a zero %s is %s: it is dead", name(v.Type()), how)
		}
		return
	}
	if f.is == aThing {
		k.useThing(w, f.of, v.Type(), how, at)
	}
}

// useThing is use of a state that is known; what is the type by which it is called.
func (k *walk) useThing(w *world, s site, what types.Type, how string, at token.Pos) {
	t := w.things[s]
	before := fmt.Sprintf("%s (line %d)", t.how, k.pass.Fset.Position(t.at).Line)
	switch {
	case t.status == failed:
		k.report(at, "this %s is %s after an error: what %s returned is dead", name(what), how, before)
	case ended(t.typ) || t.is != nil && ended(t.is):
		return
	case t.left:
		k.report(at, "this %s is %s after Leave", name(what), how)
	case t.status == used && t.error:
		k.report(at, "this %s is %s again after an error: it was %s; a step that fails leaves no state behind, unless it refuses its argument, which is to be checked before", name(what), how, before)
	case t.status == used:
		k.report(at, "this %s is used twice: it is %s, and was %s", name(what), how, before)
	}
	w.change(s, func(t *thing) {
		if t.status != unsure {
			t.status, t.how, t.at = used, how, at
		}
	})
}

// call is a step of a stub, or hands states to a function and gets others.
func (k *walk) call(w *world, at ssa.Value, c *ssa.CallCommon, instr ssa.CallInstruction) []*world {
	if b, ok := c.Value.(*ssa.Builtin); ok && b.Name() != "append" {
		return []*world{w}
	}
	if asks(c) && w.nilness(c.Args[0]) == isNil {
		w.set(at, fact{is: isFalse})
		return []*world{w}
	}
	if inner, ok := c.Value.(*ssa.MakeClosure); ok && !bound(inner) {
		worlds := k.inline(w, inner, instr.Pos())
		var out []*world
		for _, r := range worlds {
			out = append(out, k.results(r.w, at, k.handOver(r.w, c, instr), r.err, callee(c))...)
		}
		return out
	}
	if k.leaveCall(w, c) || neutral(c) {
		return []*world{w}
	}
	for p, f := range w.memory { // what another function may have changed
		if a, ok := p.root.(*ssa.Alloc); ok && f.is != aThing && f.is != zero && (a.Heap || captured(a)) {
			w.memory[p] = fact{}
		}
	}
	if k.stops(w, c) {
		k.handOver(w, c, instr)
		return nil
	}
	err := k.outlook(w, c)
	handed := k.handOver(w, c, instr)
	worlds := []*world{w}
	for _, arg := range c.Args {
		inner, ok := arg.(*ssa.MakeClosure)
		if !ok || !once(c) || bound(inner) {
			continue
		}
		var next []*world
		for _, w := range worlds {
			for _, r := range k.inline(w, inner, instr.Pos()) {
				next = append(next, r.w)
			}
		}
		worlds = next
	}
	var out []*world
	for _, w := range worlds {
		out = append(out, k.results(w, at, handed, err, callee(c))...)
	}
	return out
}

// asks reports whether a call is errors.Is or errors.As.
func asks(c *ssa.CallCommon) bool {
	f := c.StaticCallee()
	return f != nil && (f.String() == "errors.Is" || f.String() == "errors.As")
}

// outlook is what is known of a step's error beforehand: a dead state has no other result.
func (k *walk) outlook(w *world, c *ssa.CallCommon) fate {
	if !stepOf(c) {
		return unknown
	}
	f := w.value(c.Args[0])
	if f.is == zero || f.is == aThing && (w.things[f.of].status == failed || w.things[f.of].status == used) {
		return notNil
	}
	return unknown
}

// given is a function of the package, and those of its parameters that are errors which are not nil, as bits.
type given struct {
	fn     *ssa.Function
	errors uint64
}

// stops reports whether a call does not return, because of the errors that it is given: as a check does that panics.
func (k *walk) stops(w *world, c *ssa.CallCommon) bool {
	fn := c.StaticCallee()
	return fn != nil && len(fn.Blocks) > 0 && len(k.outcomesOf(w, c)) == 0
}

// fails reports whether a call returns an error in any case, because of those that it is given: as what wraps one does.
func (k *walk) fails(w *world, c *ssa.CallCommon) bool {
	fn := c.StaticCallee()
	if fn == nil || len(fn.Blocks) == 0 {
		return false
	}
	outcomes := k.outcomesOf(w, c)
	return len(outcomes) > 0 && !slices.ContainsFunc(outcomes, func(o outcome) bool { return o.err != notNil })
}

// outcomesOf explores a function that is given errors, without reporting anything.
func (k *walk) outcomesOf(w *world, c *ssa.CallCommon) []outcome {
	g := given{fn: c.StaticCallee()}
	start := newWorld()
	for i, a := range c.Args {
		if i < 64 && isError(a.Type()) && w.nilness(a) == notNil {
			g.errors |= 1 << i
			start.set(g.fn.Params[i], fact{is: notNil})
		}
	}
	if o, ok := k.given[g]; ok {
		return o
	}
	k.given[g] = []outcome{{}} // what calls itself is taken to return
	quiet := *k.linear
	quiet.reporter = &reporter{pass: k.pass, meant: map[string]bool{}, said: map[string]bool{}}
	quiet.summaries = maps.Clone(k.summaries)
	if o, whole := quiet.explore(g.fn, start); whole {
		k.given[g] = o
	}
	return k.given[g]
}

func captured(a *ssa.Alloc) bool {
	for _, r := range *a.Referrers() {
		if _, ok := r.(*ssa.MakeClosure); ok {
			return true
		}
	}
	return false
}

// handOver uses the states among the arguments, and returns them.
func (k *walk) handOver(w *world, c *ssa.CallCommon, instr ssa.CallInstruction) (handed []site) {
	excused := false // a dead state may go along with the error that says so
	for _, a := range c.Args {
		excused = excused || isError(a.Type()) && k.failing(w, a) != isNil
	}
	step := stepOf(c)
	for i, a := range c.Args {
		if !k.tracked(a) {
			continue
		}
		if _, ok := placeOf(a); ok {
			if _, field := a.(*ssa.FieldAddr); !field || w.values[slot{a, -1}].is != aThing {
				k.leak(w, a, instr.Pos())
				continue
			}
		}
		how := "handed to " + callee(c)
		switch {
		case step && i == 0:
			how = "used by " + callee(c)
		case step:
			how = "given away by " + callee(c)
		}
		t, ok := w.thingOf(a)
		if excused && (w.value(a).is == zero || ok && t.status == failed) {
			continue
		}
		k.use(w, a, how, instr.Pos())
		if ok {
			handed = append(handed, t.site)
		}
	}
	return handed
}

// stepOf reports whether a call is a step of a stub.
func stepOf(c *ssa.CallCommon) bool {
	f := c.StaticCallee()
	if f == nil || f.Signature.Recv() == nil && (f.Object() == nil || f.Object().(*types.Func).Signature().Recv() == nil) {
		return false
	}
	return len(c.Args) > 0 && kindOf(c.Args[0].Type()) == state && steps(f.Signature)
}

// neutral reports whether a call only looks at a state: a method of the stub that is no step.
func neutral(c *ssa.CallCommon) bool {
	f := c.StaticCallee()
	if f == nil || len(c.Args) == 0 {
		return false
	}
	m, ok := f.Object().(*types.Func)
	if !ok || m.Signature().Recv() == nil {
		return false
	}
	k := kindOf(m.Signature().Recv().Type())
	return (k == state || k == end) && !steps(m.Signature())
}

// leaveCall is Leave, after which nothing is left to do.
func (k *walk) leaveCall(w *world, c *ssa.CallCommon) bool {
	if !isLeave(c.StaticCallee()) || len(c.Args) != 1 {
		return false
	}
	if t, ok := w.thingOf(c.Args[0]); ok {
		w.cover(t.site)
		w.change(t.site, func(t *thing) { t.left = true })
	}
	return true
}

func isLeave(f *ssa.Function) bool {
	if f == nil {
		return false
	}
	m, ok := f.Object().(*types.Func)
	return ok && m.Name() == "Leave" && m.Signature().Results().Len() == 0 && m.Signature().Recv() != nil && kindOf(m.Signature().Recv().Type()) == state
}

func callee(c *ssa.CallCommon) string {
	if c.IsInvoke() {
		return c.Method.Name()
	}
	switch f := c.Value.(type) {
	case *ssa.Function:
		if f.Object() != nil {
			return f.Object().Name()
		}
	case *ssa.Builtin:
		return f.Name()
	case *ssa.MakeClosure:
		return "a function literal"
	}
	return "a function"
}

// results gives a call its values. Where it returns states and an error, the path splits into the one on which the states live and the one
// on which they are dead; a bool says it less surely.
func (k *walk) results(w *world, call ssa.Value, handed []site, err fate, callee string) []*world {
	if call == nil {
		return []*world{w}
	}
	session := ""
	if len(handed) > 0 {
		session = w.things[handed[0]].session
	}
	results := resultTypes(call)
	last := len(results) - 1
	tracked := func(i int, t types.Type) bool {
		c, ok := call.(*ssa.Call)
		return kindOf(t) != plain || ok && k.boxes.results[c.Call.StaticCallee()][i]
	}
	births := func(w *world, s status, option bool) *world {
		for i, t := range results {
			at := slot{call, i}
			if len(results) == 1 {
				at.i = -1
			}
			if tracked(i, t) {
				born := thing{typ: t, status: s, session: session, at: call.Pos(), option: option}
				if s == failed {
					born.how = callee
				}
				w.values[at] = fact{aThing, w.born(site{from: call, index: i}, born)}
			}
		}
		return w
	}
	states := 0
	for i, t := range results {
		if tracked(i, t) {
			states++
		}
	}
	if last < 0 {
		return []*world{w}
	}
	at := slot{call, last}
	if last == 0 {
		at.i = -1
	}
	switch {
	case isError(results[last]):
		if f := made(call); f != unknown {
			w.values[at] = fact{is: f}
			return []*world{w}
		}
		if c, ok := call.(*ssa.Call); ok && err == unknown && k.fails(w, &c.Call) {
			err = notNil
		}
		if states == 0 && len(handed) == 0 && err == unknown {
			return []*world{w}
		}
		var out []*world
		if err != notNil {
			ok := births(w.clone(), live, states > 1)
			ok.values[at] = fact{is: isNil}
			out = append(out, ok)
		}
		if err != isNil {
			for _, s := range handed {
				w.fail(w.things[s].session)
			}
			w = births(w, failed, false)
			w.values[at] = fact{is: notNil}
			out = append(out, w)
		}
		return out
	case isBool(results[last]) && states > 0:
		no := births(w.clone(), live, true)
		no.values[at] = fact{is: isFalse}
		yes := births(w, live, false)
		yes.values[at] = fact{is: isTrue}
		return []*world{yes, no}
	}
	return []*world{births(w, live, false)}
}

func resultTypes(call ssa.Value) (list []types.Type) {
	if tuple, ok := call.Type().(*types.Tuple); ok {
		for v := range tuple.Variables() {
			list = append(list, v.Type())
		}
		return list
	}
	return []types.Type{call.Type()}
}

// made is what the functions that make errors return.
func made(call ssa.Value) fate {
	c, ok := call.(*ssa.Call)
	if !ok || c.Call.IsInvoke() && c.Call.Method.FullName() != "(context.Context).Err" {
		return unknown
	}
	if c.Call.IsInvoke() {
		return notNil // asked for when it is done
	}
	if f := c.Call.StaticCallee(); f != nil && f.Object() != nil && f.Object().Pkg() != nil {
		switch f.Object().Pkg().Path() + "." + f.Object().Name() {
		case "fmt.Errorf", "errors.New", "context.Cause":
			return notNil
		}
	}
	return unknown
}

// failing is whether an error is nil; one that is joined of others is not when one of those is not.
func (k *walk) failing(w *world, v ssa.Value) fate {
	f := w.nilness(v)
	if f != unknown {
		return f
	}
	c, ok := v.(*ssa.Call)
	if !ok || c.Call.StaticCallee() == nil || c.Call.StaticCallee().String() != "errors.Join" {
		return unknown
	}
	if s, ok := c.Call.Args[0].(*ssa.Slice); ok {
		for _, r := range *s.X.Referrers() {
			at, ok := r.(*ssa.IndexAddr)
			if !ok {
				continue
			}
			for _, r := range *at.Referrers() {
				if store, ok := r.(*ssa.Store); ok && w.nilness(store.Val) == notNil {
					return notNil
				}
			}
		}
	}
	return unknown
}
