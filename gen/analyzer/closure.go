package analyzer

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// inlined is a world after a function literal has run, and its error.
type inlined struct {
	w   *world
	err fate
}

// closure judges a literal, or a method value, where it is made. One that is only called by name is judged at its calls; one that goes
// elsewhere may run more than once, and must then put back what it takes.
func (k *walk) closure(w *world, c *ssa.MakeClosure) {
	if bound(c) {
		k.methodValue(w, c)
		return
	}
	s := k.summarise(c.Fn.(*ssa.Function))
	if calledOnly(c) {
		return
	}
	for i, b := range c.Bindings {
		p, ok := placeOf(b)
		if !ok || followed(c.Fn.(*ssa.Function).FreeVars[i]) == nil {
			continue
		}
		touched, back := false, true
		for _, o := range s.outcomes {
			e := o.captured[i]
			if e.covered {
				if f := w.memory[p]; f.is == aThing {
					w.cover(f.of)
				}
			}
			touched = touched || e.touched
			if e.touched && e.left.is != unknown && !e.now.error && e.now.status != live && e.now.status != unsure && e.now.status != failed && o.err != notNil {
				back = false
			}
		}
		if !touched {
			continue
		}
		elem := b.Type().(*types.Pointer).Elem()
		if !back {
			k.report(c.Fn.Pos(), "a %s is captured by a function literal that may run more than once, uses it up and does not put the next state back: pass it as an argument, call the literal at once, or park it in a channel.Cell", name(elem))
		}
		if f := w.memory[p]; f.is == aThing {
			w.change(f.of, func(t *thing) { t.status = unsure })
		}
	}
}

// methodValue refuses the method value of a step; that of Leave leaves.
func (k *walk) methodValue(w *world, c *ssa.MakeClosure) {
	if len(c.Bindings) != 1 || kindOf(c.Bindings[0].Type()) == plain {
		return
	}
	fn := c.Fn.(*ssa.Function)
	m, ok := fn.Object().(*types.Func)
	if !ok {
		return
	}
	if m.Name() == "Leave" && m.Signature().Results().Len() == 0 {
		if t, ok := w.thingOf(c.Bindings[0]); ok {
			w.cover(t.site)
		}
		return
	}
	if steps(m.Signature()) {
		k.report(c.Pos(), "the method value %s of a %s may be called more than once: call the method", m.Name(), name(c.Bindings[0].Type()))
		k.use(w, c.Bindings[0], "bound to a method value", c.Pos())
	}
}

// bound reports whether a closure is a method value.
func bound(c *ssa.MakeClosure) bool {
	return strings.HasPrefix(c.Fn.(*ssa.Function).Synthetic, "bound")
}

// calledOnly reports whether each use of a literal is a call of it, or hands it to what calls it once.
func calledOnly(c *ssa.MakeClosure) bool {
	for _, r := range *c.Referrers() {
		switch r := r.(type) {
		case *ssa.DebugRef:
		case ssa.CallInstruction:
			for _, a := range r.Common().Args {
				if _, call := r.(*ssa.Call); a == c && !(call && once(r.Common())) {
					return false
				}
			}
		default:
			return false
		}
	}
	return true
}

// once reports whether a function calls the literals that it is handed once: the starting functions of stubs, and some well-known ones.
func once(c *ssa.CallCommon) bool {
	f := c.StaticCallee()
	if f == nil || f.Object() == nil || f.Object().Pkg() == nil {
		return false
	}
	m := f.Object().(*types.Func)
	switch m.FullName() {
	case "(*testing.T).Run", "(*testing.common).Cleanup", "(*sync.WaitGroup).Go", "(*golang.org/x/sync/errgroup.Group).Go":
		return true
	}
	return stepOf(c) || starts(m)
}

// starts reports whether a function is a stub's Start: it takes what a component or a role does.
func starts(f *types.Func) bool {
	if !strings.HasPrefix(f.Name(), "Start") || f.Signature().Recv() != nil {
		return false
	}
	for p := range f.Signature().Params().Variables() {
		if sig, ok := p.Type().Underlying().(*types.Signature); ok && sig.Params().Len() == 2 {
			s, ok := sig.Params().At(1).Type().(*types.Named)
			return ok && kindOf(s) == state && s.Obj().Pkg() == f.Pkg()
		}
	}
	return false
}

// inline does to a world what the literal does to what it captures.
func (k *walk) inline(w *world, c *ssa.MakeClosure, at token.Pos) (out []inlined) {
	fn := c.Fn.(*ssa.Function)
	for _, o := range k.summarise(fn).outcomes {
		w := w.clone()
		for i, b := range c.Bindings {
			p, ok := placeOf(b)
			if !ok {
				continue
			}
			if followed(fn.FreeVars[i]) == nil {
				w.memory[p] = o.captured[i].left
				continue
			}
			k.apply(w, p, o.captured[i], o, at)
		}
		out = append(out, inlined{w, o.err})
	}
	return out
}

// apply does to one captured variable what the literal does.
func (k *walk) apply(w *world, p place, e effect, o outcome, at token.Pos) {
	f := w.memory[p]
	if e.covered && f.is == aThing {
		w.cover(f.of)
	}
	session := ""
	if f.is == aThing {
		session = w.things[f.of].session
	}
	if e.touched {
		if f.is == zero {
			k.report(at, "a zero state is used by this function literal: it is dead")
		}
		if f.is == aThing {
			k.useThing(w, f.of, w.things[f.of].typ, "used by a function literal", at)
			w.change(f.of, func(t *thing) { t.error = e.now.error || o.err == notNil })
		}
	}
	switch {
	case e.left.is == zero:
		w.memory[p] = e.left
	case e.left.is == aThing && !isFreeVar(e.now.site.from):
		t := e.now
		t.session = session
		w.memory[p] = fact{aThing, w.born(t.site, t)}
	case e.left.is == unknown && e.touched:
		w.memory[p] = fact{}
	}
}

func isFreeVar(v ssa.Value) bool {
	_, ok := v.(*ssa.FreeVar)
	return ok
}

// spawned is a go statement: what goes along is the goroutine's from there on.
func (k *walk) spawned(w *world, g *ssa.Go) {
	if k.leaveCall(w, &g.Call) || neutral(&g.Call) {
		return
	}
	k.handOver(w, &g.Call, g)
	k.lost(w, &g.Call, g.Pos(), "go")
	if c, ok := g.Call.Value.(*ssa.MakeClosure); ok && !bound(c) {
		s := k.summarise(c.Fn.(*ssa.Function))
		for i, b := range c.Bindings {
			p, ok := placeOf(b)
			if !ok || followed(c.Fn.(*ssa.Function).FreeVars[i]) == nil {
				continue
			}
			for _, o := range s.outcomes {
				f := w.memory[p]
				if !o.captured[i].touched || f.is != aThing || w.things[f.of].how == "taken by a goroutine" {
					continue
				}
				k.useThing(w, f.of, w.things[f.of].typ, "taken by a goroutine", g.Pos())
			}
		}
	}
}

// lost reports the states that a deferred call or a go statement returns to nobody.
func (k *walk) lost(w *world, c *ssa.CallCommon, at token.Pos, by string) {
	for v := range c.Signature().Results().Variables() {
		if kindOf(v.Type()) == plain || ended(v.Type()) {
			continue
		}
		session := ""
		for _, a := range c.Args {
			if t, ok := w.thingOf(a); ok {
				session = t.session
				break
			}
		}
		if !w.covered[session] {
			k.report(at, "the %s that %s returns is dropped by %s: call it where its result can be used", name(v.Type()), callee(c), by)
		}
	}
}

// deferred is a defer statement: its arguments are used here, a literal runs at the end, and Leave promises to end the session.
func (k *walk) deferred(w *world, d *ssa.Defer) {
	if isLeave(d.Call.StaticCallee()) && len(d.Call.Args) == 1 {
		if t, ok := w.thingOf(d.Call.Args[0]); ok {
			w.cover(t.site)
		}
		return
	}
	if c, ok := d.Call.Value.(*ssa.MakeClosure); ok && !bound(c) {
		k.promise(w, c)
		for _, old := range w.defers {
			if old == d {
				return
			}
		}
		w.defers = append(w.defers, d)
		return
	}
	if neutral(&d.Call) {
		return
	}
	k.handOver(w, &d.Call, d)
	k.lost(w, &d.Call, d.Pos(), "defer")
}

// promise notes the sessions that a deferred literal leaves.
func (k *walk) promise(w *world, c *ssa.MakeClosure) {
	for _, o := range k.summarise(c.Fn.(*ssa.Function)).outcomes {
		for i, b := range c.Bindings {
			if p, ok := placeOf(b); ok && o.captured[i].covered && w.memory[p].is == aThing {
				w.cover(w.memory[p].of)
			}
		}
	}
}

// runDefers runs the deferred literals, the last first.
func (k *walk) runDefers(w *world) []*world {
	worlds := []*world{w}
	for i := len(w.defers) - 1; i >= 0; i-- {
		d := w.defers[i]
		var next []*world
		for _, w := range worlds {
			for _, r := range k.inline(w, d.Call.Value.(*ssa.MakeClosure), d.Pos()) {
				next = append(next, r.w)
			}
		}
		worlds = next
	}
	return worlds
}
