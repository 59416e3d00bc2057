package analyzer

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// step is the transfer function: one instruction in one world. No world: the path is impossible.
func (k *walk) step(w *world, i ssa.Instruction) []*world {
	switch i := i.(type) {
	case *ssa.Alloc:
		elem := i.Type().(*types.Pointer).Elem()
		for p := range w.memory {
			if p.root == i {
				delete(w.memory, p)
			}
		}
		if kindOf(elem) != plain {
			w.memory[place{i, ""}] = fact{is: zero}
		} else if !isStruct(elem) && nillable(elem) {
			w.memory[place{i, ""}] = fact{is: isNil}
		}
	case *ssa.Store:
		k.store(w, i)
	case *ssa.UnOp:
		k.load(w, i)
	case *ssa.BinOp:
		k.compare(w, i)
	case *ssa.FieldAddr:
		k.field(w, i, i.X, fieldOf(i.X.Type(), i.Field))
	case *ssa.Field:
		k.field(w, i, i.X, fieldOf(i.X.Type(), i.Field))
	case *ssa.Extract:
		w.set(i, w.values[slot{i.Tuple, i.Index}])
	case *ssa.TypeAssert:
		return k.assert(w, i)
	case *ssa.MakeInterface:
		k.convert(w, i, i.X)
	case *ssa.ChangeInterface:
		if kindOf(i.X.Type()) == plain {
			w.set(i, w.value(i.X)) // an error stays nil or not, a box a box
		} else {
			k.convert(w, i, i.X)
		}
	case *ssa.ChangeType:
		if kindOf(i.X.Type()) != plain || kindOf(i.Type()) != plain {
			if !types.Identical(i.X.Type(), i.Type()) {
				k.report(i.Pos(), "a conversion forges a %s: only the stub's steps lead there", name(i.Type()))
				k.use(w, i.X, "converted", i.Pos())
				return []*world{w}
			}
			w.set(i, w.value(i.X))
		}
	case *ssa.Send:
		k.stray(w, i.X, i.Pos(), "sent on a channel of Go")
	case *ssa.MapUpdate:
		k.stray(w, i.Value, i.Pos(), "stored in a map")
		k.stray(w, i.Key, i.Pos(), "stored in a map")
	case *ssa.Select:
		for _, s := range i.States {
			if s.Send != nil {
				k.stray(w, s.Send, s.Pos, "sent on a channel of Go")
			}
		}
	case *ssa.MakeClosure:
		k.closure(w, i)
	case *ssa.Call:
		return k.call(w, i, i.Common(), i)
	case *ssa.Go:
		k.spawned(w, i)
	case *ssa.Defer:
		k.deferred(w, i)
	case *ssa.RunDefers:
		return k.runDefers(w)
	case *ssa.Return:
		k.leave(w, i)
	case *ssa.Panic:
		return nil
	}
	return []*world{w}
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

func nillable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Interface, *types.Pointer:
		return true
	}
	return false
}

func fieldOf(t types.Type, i int) *types.Var {
	return deref(t).Underlying().(*types.Struct).Field(i)
}

// placeOf returns the variable that an address is of, if that is one that is followed.
func placeOf(addr ssa.Value) (place, bool) {
	switch a := addr.(type) {
	case *ssa.Alloc:
		return place{a, ""}, true
	case *ssa.FreeVar:
		if _, ok := a.Type().(*types.Pointer); ok {
			return place{a, ""}, true
		}
	case *ssa.FieldAddr:
		if kindOf(deref(a.X.Type())) == message {
			return place{}, false
		}
		if alloc, ok := a.X.(*ssa.Alloc); ok && local(alloc) {
			return place{alloc, fieldOf(alloc.Type(), a.Field).Name()}, true
		}
	}
	return place{}, false
}

// local reports whether a struct is only ever looked at field by field, so that each of its fields is a variable.
func local(a *ssa.Alloc) bool {
	for _, r := range *a.Referrers() {
		f, ok := r.(*ssa.FieldAddr)
		if _, debug := r.(*ssa.DebugRef); debug {
			continue
		}
		if !ok {
			return false
		}
		for _, r := range *f.Referrers() {
			switch r := r.(type) {
			case *ssa.Store:
				if r.Val == f {
					return false
				}
			case *ssa.UnOp, *ssa.DebugRef:
			default:
				return false
			}
		}
	}
	return true
}

// store puts a value into memory.
func (k *walk) store(w *world, s *ssa.Store) {
	if p, ok := placeOf(s.Addr); ok {
		if kindOf(s.Val.Type()) != plain || nillable(s.Val.Type()) || isBool(s.Val.Type()) {
			f := w.value(s.Val)
			if f.is == unknown && kindOf(s.Val.Type()) != plain && !types.IsInterface(s.Val.Type()) {
				k.leak(w, s.Val, s.Pos())
			}
			w.memory[p] = f
		}
		return
	}
	switch a := s.Addr.(type) {
	case *ssa.FieldAddr:
		f := fieldOf(a.X.Type(), a.Field)
		k.stray(w, s.Val, s.Pos(), "stored in field "+f.Name()+" of "+name(deref(a.X.Type())))
	case *ssa.IndexAddr:
		k.stray(w, s.Val, s.Pos(), "stored in an array, a slice or a variadic argument")
	case *ssa.Global:
		k.stray(w, s.Val, s.Pos(), "stored in package variable "+a.Name())
	default:
		k.stray(w, s.Val, s.Pos(), "stored through a pointer")
	}
}

// stray reports a state that goes where it cannot be followed. A dead one may go anywhere.
func (k *walk) stray(w *world, v ssa.Value, at token.Pos, where string) {
	if !k.tracked(v) || kindOf(v.Type()) == end {
		return
	}
	if f := w.value(v); f.is == zero || f.is == aThing && ended(w.things[f.of].typ) {
		return
	}
	k.report(at, "a %s is %s, where it cannot be followed: keep it in a variable, or park it in a channel.Cell", name(v.Type()), where)
	k.use(w, v, where, at)
}

// leak reports the address of a followed variable that goes elsewhere.
func (k *walk) leak(w *world, v ssa.Value, at token.Pos) {
	p, ok := placeOf(v)
	if _, addr := v.(*ssa.UnOp); addr || !ok {
		return
	}
	f := w.memory[p]
	elem := v.Type().(*types.Pointer).Elem()
	if kindOf(elem) == plain || kindOf(elem) == end {
		return
	}
	if !at.IsValid() {
		at = v.Pos()
	}
	k.report(at, "the address of a %s is taken, so that it cannot be followed: pass the state and return the next", name(elem))
	if f.is == aThing {
		w.change(f.of, func(t *thing) { t.status = unsure })
	}
	w.memory[p] = fact{}
}

// load reads memory, negates, or receives from a channel of Go.
func (k *walk) load(w *world, u *ssa.UnOp) {
	switch u.Op {
	case token.NOT:
		switch w.value(u.X).is {
		case isTrue:
			w.set(u, fact{is: isFalse})
		case isFalse:
			w.set(u, fact{is: isTrue})
		}
	case token.MUL:
		if p, ok := placeOf(u.X); ok {
			f, known := w.memory[p]
			if !known && p.field != "" && kindOf(u.Type()) != plain {
				f = fact{is: zero}
			}
			w.set(u, f)
		} else if f, ok := w.values[slot{u.X, -1}]; ok {
			w.set(u, f)
		}
	}
}

// compare evaluates a comparison with nil.
func (k *walk) compare(w *world, b *ssa.BinOp) {
	if b.Op != token.EQL && b.Op != token.NEQ {
		return
	}
	x, y := w.nilness(b.X), w.nilness(b.Y)
	if isNilConst(b.X) {
		x = isNil
	}
	if isNilConst(b.Y) {
		y = isNil
	}
	if x == unknown || y == unknown || x == notNil && y == notNil {
		return
	}
	f := fact{is: isFalse}
	if (x == y) == (b.Op == token.EQL) {
		f.is = isTrue
	}
	w.set(b, f)
}

// field takes the next state, or an end that has travelled, out of a message.
func (k *walk) field(w *world, v, x ssa.Value, f *types.Var) {
	if kindOf(x.Type()) != message || kindOf(f.Type()) == plain {
		return
	}
	of := w.value(x)
	if p, ok := placeOf(x); ok {
		of = w.memory[p]
	}
	if of.is != aThing {
		w.set(v, of)
		return
	}
	if f.Name() == "Next" {
		w.set(v, of)
		return
	}
	if sub := of.of.sub(f.Name()); w.things[sub].typ != nil {
		w.alias(v, sub)
	}
}

// assert follows a type assertion on a sum: where it succeeds the state is of that type, where it fails it is one of the others.
func (k *walk) assert(w *world, a *ssa.TypeAssert) []*world {
	t, ok := w.thingOf(a.X)
	if kindOf(a.X.Type()) != sum && !k.boxes.values[a.X] || !ok || t.status == failed || types.IsInterface(a.AssertedType) {
		if !a.CommaOk {
			return []*world{w}
		}
		no := w.clone()
		w.setAt(a, 1, fact{is: isTrue})
		no.setAt(a, 1, fact{is: isFalse})
		no.setAt(a, 0, fact{is: zero})
		return []*world{w, no}
	}
	var out []*world
	of := a.X.Type()
	if k.boxes.values[a.X] {
		switch {
		case kindOf(a.AssertedType) == plain:
			w.change(t.site, func(t *thing) { t.status = unsure })
		case contains(membersOf(t.of), a.AssertedType):
			of = t.of
		case t.of == nil && contains(membersOf(t.typ), a.AssertedType):
			of = t.typ
		}
	}
	all := membersOf(of)
	if t.of != nil && !types.Identical(t.of, of) {
		t.is, t.not = nil, nil // that was the message; this is what comes next
	}
	if t.is == nil && !contains(t.not, a.AssertedType) || t.is != nil && types.Identical(t.is, a.AssertedType) {
		yes := w.clone()
		yes.change(t.site, func(t *thing) { t.of, t.is, t.not = of, a.AssertedType, nil })
		if t.is == nil && kindOf(a.AssertedType) == message {
			yes.open(t.site, a.AssertedType)
		}
		if a.CommaOk {
			yes.setAt(a, 0, fact{aThing, t.site})
			yes.setAt(a, 1, fact{is: isTrue})
		} else {
			yes.alias(a, t.site)
		}
		out = append(out, yes)
	}
	if !a.CommaOk || t.is != nil && types.Identical(t.is, a.AssertedType) {
		return out
	}
	if t.is != nil {
		w.setAt(a, 0, fact{is: zero})
		w.setAt(a, 1, fact{is: isFalse})
		return append(out, w)
	}
	not := t.not
	if !contains(not, a.AssertedType) {
		not = append(not[:len(not):len(not)], a.AssertedType)
	}
	if len(not) == len(all) && t.status != unsure {
		return out // it is one of them
	}
	told := t.told
	for _, s := range k.switches {
		told = told || s.Pos() <= a.Pos() && a.Pos() < s.End()
	}
	w.change(t.site, func(t *thing) { t.of, t.is, t.not, t.told = of, nil, not, told })
	w.setAt(a, 0, fact{is: zero})
	w.setAt(a, 1, fact{is: isFalse})
	return append(out, w)
}

// convert makes an interface of a state: its own sum is one, what prints it is another, and all others cannot be followed.
func (k *walk) convert(w *world, v, x ssa.Value) {
	if kindOf(x.Type()) == plain {
		return
	}
	if kindOf(v.Type()) == sum || k.boxes.values[v] {
		if p, ok := placeOf(x); ok {
			w.set(v, w.memory[p])
			return
		}
		w.set(v, w.value(x))
		return
	}
	if kindOf(x.Type()) != end && !printed(v) {
		k.stray(w, x, posOf(v.(ssa.Instruction)), "converted to "+name(v.Type()))
	}
}

// posOf is where an instruction comes from; a conversion has no place of its own, and is where its result is used first.
func posOf(i ssa.Instruction) token.Pos {
	later := i.Block().Instrs
	for n, at := range later {
		if at == i {
			later = later[n:]
			break
		}
	}
	for _, i := range later {
		if i.Pos().IsValid() {
			return i.Pos()
		}
	}
	return i.Parent().Pos()
}

// printed reports whether a value is only handed to a function of fmt, log or testing, as one of its variadic arguments.
func printed(v ssa.Value) bool {
	for _, r := range *v.Referrers() {
		s, ok := r.(*ssa.Store)
		if !ok {
			if _, ok := r.(*ssa.DebugRef); ok {
				continue
			}
			return false
		}
		at, ok := s.Addr.(*ssa.IndexAddr)
		if !ok {
			return false
		}
		for _, r := range *at.X.Referrers() {
			switch r := r.(type) {
			case *ssa.IndexAddr:
			case *ssa.Slice:
				for _, r := range *r.Referrers() {
					c, ok := r.(ssa.CallInstruction)
					if !ok || c.Common().StaticCallee() == nil || !prints(c.Common().StaticCallee()) {
						return false
					}
				}
			default:
				return false
			}
		}
	}
	return true
}

func prints(f *ssa.Function) bool {
	if obj := f.Object(); obj != nil && obj.Pkg() != nil {
		switch obj.Pkg().Path() {
		case "fmt", "log", "testing":
			return true
		}
	}
	return false
}
