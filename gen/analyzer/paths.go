package analyzer

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// mostWorlds bounds the paths through one function that are told apart.
const mostWorlds = 4000

// summary is what a function does to what it captures.
type summary struct {
	fn       *ssa.Function
	outcomes []outcome // one for each different way to leave it
}

// outcome is one way to leave a function.
type outcome struct {
	err      fate // of its last result, if that is an error
	captured []effect
}

// effect is what has become of a captured variable.
type effect struct {
	touched bool // it held a state, and that was used
	covered bool // its session will be left
	left    fact // what it holds in the end, in the function's own world
	now     thing
}

// walk is the exploration of one function.
type walk struct {
	*linear
	fn    *ssa.Function
	alive map[*ssa.BasicBlock]map[slot]bool // at its start, after the phis
	seen  map[*ssa.BasicBlock]map[string]bool
	todo  []arrival
	out   map[string]outcome
	order []string
}

type arrival struct {
	block *ssa.BasicBlock
	w     *world
}

// summarise explores a function, reports what it does wrong, and remembers what it does to what it captures.
func (l *linear) summarise(fn *ssa.Function) *summary {
	if s := l.summaries[fn]; s != nil {
		return s
	}
	s := &summary{fn: fn}
	l.summaries[fn] = s // what calls itself is taken to change nothing
	if !l.concerned(fn) {
		s.outcomes = []outcome{{captured: make([]effect, len(fn.FreeVars))}}
		return s
	}
	w := newWorld()
	for i, p := range fn.Params {
		if l.tracked(p) {
			w.alias(p, w.born(site{from: p, index: i}, thing{typ: p.Type(), at: p.Pos()}))
		}
	}
	for _, v := range fn.FreeVars {
		if t := followed(v); t != nil {
			w.memory[place{v, ""}] = fact{aThing, w.born(site{from: v}, thing{typ: t, at: v.Pos()})}
		}
	}
	var whole bool
	if s.outcomes, whole = l.explore(fn, w); !whole {
		l.report(fn.Pos(), "the states in this function cannot be followed, it has too many paths: split it")
	}
	return s
}

// explore follows all paths from the start of a function in a world, and returns the different ways in which they leave it; false: there
// are too many.
func (l *linear) explore(fn *ssa.Function, w *world) (outcomes []outcome, whole bool) {
	k := &walk{linear: l, fn: fn, alive: liveness(fn), seen: map[*ssa.BasicBlock]map[string]bool{}, out: map[string]outcome{}}
	k.arrive(nil, fn.Blocks[0], w)
	n := 0
	for ; len(k.todo) > 0 && n < mostWorlds; n++ {
		a := k.todo[0]
		k.todo = k.todo[1:]
		k.run(a.block, a.w)
	}
	for _, key := range k.order {
		outcomes = append(outcomes, k.out[key])
	}
	return outcomes, len(k.todo) == 0
}

// followed returns the type of the states that a captured variable holds; nil if it holds none.
func followed(v *ssa.FreeVar) types.Type {
	if p, ok := v.Type().(*types.Pointer); ok && kindOf(p.Elem()) != plain {
		return p.Elem()
	}
	return nil
}

// concerned reports whether a function has to do with states at all.
func (l *linear) concerned(fn *ssa.Function) bool {
	of := func(t types.Type) bool {
		if t == nil {
			return false
		}
		if tuple, ok := t.(*types.Tuple); ok {
			for v := range tuple.Variables() {
				if kindOf(v.Type()) != plain {
					return true
				}
			}
			return false
		}
		return kindOf(t) != plain || kindOf(deref(t)) != plain
	}
	for _, p := range fn.Params {
		if of(p.Type()) || l.boxes.values[p] {
			return true
		}
	}
	for _, v := range fn.FreeVars {
		if of(v.Type()) {
			return true
		}
	}
	for _, b := range fn.Blocks {
		for _, i := range b.Instrs {
			if v, ok := i.(ssa.Value); ok && (of(v.Type()) || l.boxes.values[v]) {
				return true
			}
			for _, op := range i.Operands(nil) {
				if *op != nil && of((*op).Type()) {
					return true
				}
			}
		}
	}
	return false
}

// arrive takes a world along an edge: the phis get their values, what is not looked at again is forgotten. What is lost when a loop goes
// round is dropped, because the error that might excuse it would have left the loop.
func (k *walk) arrive(from, to *ssa.BasicBlock, w *world) {
	if from != nil {
		var phis []*ssa.Phi
		var facts []fact
		edge := edgeOf(from, to)
		for _, i := range to.Instrs {
			p, ok := i.(*ssa.Phi)
			if !ok {
				break
			}
			phis = append(phis, p)
			facts = append(facts, w.value(p.Edges[edge]))
		}
		for i, p := range phis {
			w.set(p, facts[i])
		}
	}
	alive := k.alive[to]
	lost := w.prune(func(s slot) bool { return alive[s] })
	if from != nil && to.Dominates(from) {
		for _, t := range lost {
			k.drop(t, from.Instrs[len(from.Instrs)-1].Pos(), "the loop goes on without it")
		}
	}
	key := w.key()
	if k.seen[to] == nil {
		k.seen[to] = map[string]bool{}
	}
	if !k.seen[to][key] {
		k.seen[to][key] = true
		k.todo = append(k.todo, arrival{to, w})
	}
}

func edgeOf(from, to *ssa.BasicBlock) int {
	for i, p := range to.Preds {
		if p == from {
			return i
		}
	}
	panic("analyzer: an edge that the block does not have")
}

// run takes a world through a block, which may split it.
func (k *walk) run(b *ssa.BasicBlock, w *world) {
	worlds := []*world{w}
	for _, i := range b.Instrs {
		var next []*world
		for _, w := range worlds {
			next = append(next, k.step(w, i)...)
		}
		worlds = next
	}
	for _, w := range worlds {
		switch last := b.Instrs[len(b.Instrs)-1].(type) {
		case *ssa.If:
			k.branch(b, w, last.Cond)
		case *ssa.Jump:
			k.arrive(b, b.Succs[0], w)
		}
	}
}

// branch follows a condition where it may lead, and notes what it says.
func (k *walk) branch(b *ssa.BasicBlock, w *world, cond ssa.Value) {
	f := w.value(cond).is
	if f != isFalse {
		t := w.clone()
		learn(t, cond, true)
		k.arrive(b, b.Succs[0], t)
	}
	if f != isTrue {
		learn(w, cond, false)
		k.arrive(b, b.Succs[1], w)
	}
}

// learn notes that a condition holds, or does not.
func learn(w *world, cond ssa.Value, holds bool) {
	f := fact{is: isFalse}
	if holds {
		f.is = isTrue
	}
	w.set(cond, f)
	switch c := cond.(type) {
	case *ssa.UnOp:
		switch c.Op {
		case token.NOT:
			learn(w, c.X, !holds)
		case token.MUL:
			remember(w, c, f)
		}
	case *ssa.BinOp:
		if c.Op != token.EQL && c.Op != token.NEQ {
			return
		}
		x := c.X
		if isNilConst(x) {
			x = c.Y
		} else if !isNilConst(c.Y) {
			return
		}
		f := fact{is: notNil}
		if holds == (c.Op == token.EQL) {
			f.is = isNil
		}
		if w.value(x).is == unknown {
			w.set(x, f)
			if load, ok := x.(*ssa.UnOp); ok && load.Op == token.MUL {
				remember(w, load, f)
			}
		}
	}
}

// remember notes the value of a variable in memory that was just read.
func remember(w *world, load *ssa.UnOp, f fact) {
	if p, ok := placeOf(load.X); ok {
		w.memory[p] = f
	}
}

func isNilConst(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// leave judges a world at a return.
func (k *walk) leave(w *world, r *ssa.Return) {
	err := isNil
	if n := len(r.Results); n > 0 && isError(r.Results[n-1].Type()) {
		err = k.failing(w, r.Results[n-1])
	}
	for _, v := range r.Results {
		if !k.tracked(v) {
			continue
		}
		f := w.value(v)
		dead := f.is == zero || f.is == aThing && w.things[f.of].status == failed
		switch {
		case !dead:
			k.use(w, v, "returned", r.Pos())
		case err == isNil && !k.optional(w, r):
			k.report(r.Pos(), "a dead %s is returned without an error: its zero value, and what a failed step returned, is no state", name(v.Type()))
		}
	}
	var o outcome
	o.err = err
	for _, v := range k.fn.FreeVars {
		o.captured = append(o.captured, k.effect(w, v))
	}
	held := map[site]bool{}
	for p, f := range w.memory {
		if _, ok := p.root.(*ssa.FreeVar); ok && f.is == aThing {
			held[f.of] = true
		}
	}
	if err != notNil {
		for _, t := range inOrder(slices.Collect(maps.Values(w.things))) {
			if w.dropped(t) && !held[t.site] && !isFreeVar(t.site.from) {
				k.drop(t, r.Pos(), "the function returns")
			}
		}
	}
	key := fmt.Sprintf("%d", o.err)
	for _, e := range o.captured {
		key += fmt.Sprintf(" %v %v %d %d %v", e.touched, e.covered, e.left.is, e.now.status, e.now.error)
	}
	if _, ok := k.out[key]; !ok {
		k.order = append(k.order, key)
		k.out[key] = o
	}
}

// optional reports whether a dead result may be meant: a bool says so, or another result is a state instead.
func (k *walk) optional(w *world, r *ssa.Return) bool {
	for _, v := range r.Results {
		if t, ok := w.thingOf(v); k.tracked(v) && ok && t.status != failed {
			return true
		}
	}
	return isBool(r.Results[len(r.Results)-1].Type())
}

// effect is what a world has made of a captured variable.
func (k *walk) effect(w *world, v *ssa.FreeVar) effect {
	if followed(v) == nil {
		return effect{left: w.memory[place{v, ""}]} // an error, or a flag
	}
	first, ok := w.things[site{from: v}]
	e := effect{left: w.memory[place{v, ""}], covered: w.covered[site{from: v}.String()]}
	e.touched = !ok || first.status != live
	if e.left.is == aThing {
		e.now = w.things[e.left.of]
		if e.left.of == (site{from: v}) && !e.touched {
			e.left = fact{}
		}
	}
	return e
}

// drop reports a state that was not used, where it comes from.
func (k *walk) drop(t thing, at token.Pos, why string) {
	line := ""
	if at.IsValid() {
		line = fmt.Sprintf(" (line %d)", k.pass.Fset.Position(at).Line)
	}
	what := name(t.typ)
	if isAny(t.typ) {
		what = "state in an any"
	}
	switch {
	case t.is != nil:
		what = name(t.is)
	case len(t.not) > 0 && kindOf(t.of) == sum:
		var left []string
		for _, m := range membersOf(t.of) {
			if !contains(t.not, m) {
				left = append(left, name(m))
			}
		}
		what = name(t.of) + " that is " + strings.Join(left, " or ")
	}
	advice := "take its next step, hand it on, or Leave"
	if strings.Contains(t.site.field, ".") {
		what = "the end " + t.site.field[1:] + " that came with the message, a " + what + ","
	} else {
		what = "a " + what
	}
	if !hasLeave(t.typ) {
		advice = "take its next step, or hand it on"
	}
	pos := t.at
	if !pos.IsValid() {
		pos = t.site.from.Pos()
	}
	key := fmt.Sprintf("drop %v", pos)
	if k.said[key] {
		return
	}
	k.said[key] = true
	k.report(pos, "%s is dropped: %s%s; %s", what, why, line, advice)
}

// hasLeave reports whether the states of a type have Leave: those of role stubs.
func hasLeave(t types.Type) bool {
	switch kindOf(t) {
	case state:
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "Leave")
		f, ok := obj.(*types.Func)
		return ok && f.Signature().Results().Len() == 0
	case message:
		return hasLeave(nextOf(deref(t)).Type())
	case sum:
		for _, m := range members(types.Unalias(t).(*types.Named)) {
			if hasLeave(m) {
				return true
			}
		}
	}
	return false
}
