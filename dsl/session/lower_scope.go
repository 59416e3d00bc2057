package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// symbolKind says what a name of a component stands for.
type symbolKind uint8

const (
	symVariable symbolKind = iota // a model variable: may be assigned if it is declared
	symValue                      // an expression: a size, a constant, an argument of a sub
	symGroup                      // a holder of ends
	symMember                     // one end, or one member of an array or set: an argument of a sub
	symOpaque                     // data that the checker does not follow
)

// symbol is what a name stands for.
type symbol struct {
	kind     symbolKind
	variable int
	declared bool  // by var: a receive may bind it; fresh names are bound anew
	value    *Expr // of symValue; nil: constant
	constant int64
	typ      *Type
	group    int
	member   memberRef
	at       dsl.Position
}

// bodyScope is a block's names. Names of an outer scope may be shadowed only by names that receives bind anew.
type bodyScope struct {
	outer   *bodyScope
	symbols map[string]*symbol
	hidden  []int // variables to give back at the end
	groups  []int // fresh groups to give back at the end
}

func (l *lowerer) push() { l.scope = &bodyScope{outer: l.scope, symbols: map[string]*symbol{}} }

// pop ends a scope. Its registers and slots may serve another scope of the same names.
func (l *lowerer) pop() {
	for _, v := range l.scope.hidden {
		l.busy[v] = false
	}
	for _, g := range l.scope.groups {
		l.held[g] = false
	}
	l.scope = l.scope.outer
}

// find returns what a name stands for, nil if nothing.
func (l *lowerer) find(name string) *symbol {
	for s := l.scope; s != nil; s = s.outer {
		if sym := s.symbols[name]; sym != nil {
			return sym
		}
	}
	if v, ok := l.c.Package.Consts[name]; ok {
		return &symbol{kind: symValue, constant: v, typ: numberType}
	}
	return nil
}

// declared refuses a name that the component has already declared.
func (l *lowerer) declared(name *dsl.Ident) bool {
	first := l.global.symbols[name.Name]
	if first == nil {
		return false
	}
	l.errorf(name, dsl.ComponentTwice, "%s is declared twice", name.Name).relatedAt(first.at, "the first declaration")
	return true
}

// param adds a parameter of the component.
func (l *lowerer) param(p *dsl.Field) {
	if l.declared(p.Name) {
		return
	}
	name := p.Name.Name
	if isSize(p.Type) {
		v, ok := l.env[name]
		if !ok {
			l.errorf(p, dsl.BoundWrong, "the size %s has no value", name).
				note("give it where the component is used, as in `fs %s(%s = 3)`, or declare a `param %s` in the system", l.c.Name, name, name)
			v = 1
			l.env[name] = v
		}
		l.global.symbols[name] = &symbol{kind: symValue, constant: v, typ: numberType, at: l.at(p.Name)}
		return
	}
	if g, ok := l.holder(p.Name, p.Type, true); ok {
		if g >= 0 {
			l.m.Params = append(l.m.Params, MachineParam{Name: name, Var: -1, Group: g})
		}
		l.wrong[name] = g < 0
		return
	}
	v := l.register(p.Name, p.Type, nil)
	if v >= 0 {
		l.m.Params = append(l.m.Params, MachineParam{Name: name, Var: v, Group: -1})
	}
	l.wrong[name] = v < 0
}

// variable adds a var of the component.
func (l *lowerer) variable(v *dsl.Var) {
	if l.declared(v.Name) {
		return
	}
	if g, ok := l.holder(v.Name, v.Type, false); ok {
		l.wrong[v.Name.Name] = g < 0
		if v.Init != nil {
			l.errorf(v.Init, dsl.EndMisplaced, "%s holds ends and starts empty: it has no initial value", v.Name.Name)
		}
		return
	}
	l.wrong[v.Name.Name] = l.register(v.Name, v.Type, v.Init) < 0
}

// undeclared reports a name that means nothing, unless its declaration has been reported.
func (l *lowerer) undeclared(n dsl.Node, name string) problem {
	if l.wrong[name] {
		return problem{&dsl.Diagnostic{}}
	}
	return l.errorf(n, dsl.ComponentName, "%s is not declared", name)
}

// holder adds a group if the type is one of ends or handles. ok is false if it is a type of data; the group is -1 if it is wrong.
func (l *lowerer) holder(name *dsl.Ident, t dsl.Type, given bool) (group int, ok bool) {
	g := Group{Name: name.Name, Kind: Single, Len: 1, At: l.at(name)}
	elem := t
	switch t := t.(type) {
	case *dsl.SetType:
		g.Kind, g.Len, elem = SetEnds, l.length(t.Len), t.Elem
		if given {
			l.errorf(t, dsl.VariableType, "a set cannot be a parameter: an array of ends can")
			return -1, true
		}
	case *dsl.ArrayType:
		if !l.isEnd(t.Elem) {
			return -1, false
		}
		g.Kind, g.Len, elem = ArrayEnds, l.length(t.Len), t.Elem
	}
	if !l.isEnd(elem) {
		if g.Kind == SetEnds {
			l.errorf(elem, dsl.VariableType, "a set has ends as its members, as in `set[4] of File.server at rest`")
			return -1, true
		}
		return -1, false
	}
	fields := []*dsl.Field{{Name: &dsl.Ident{}, Type: elem}}
	if tuple, isTuple := elem.(*dsl.TupleType); isTuple {
		fields = tuple.Fields
		if given && g.Kind == Single {
			l.errorf(tuple, dsl.VariableType, "a parameter holds one end or an array of ends")
			return -1, true
		}
	}
	for _, f := range fields {
		field, fine := l.slotField(f, given)
		if !fine {
			return -1, true
		}
		g.Fields = append(g.Fields, field)
	}
	if given && g.Fields[0].Handle {
		l.errorf(t, dsl.VariableType, "a handle cannot be a parameter: whoever starts a component watches it")
		return -1, true
	}
	return l.group(g), true
}

// group adds a group to the machine and declares its name.
func (l *lowerer) group(g Group) int {
	g.Base = l.m.Slots
	l.m.Slots += g.Len * len(g.Fields)
	l.m.Groups = append(l.m.Groups, g)
	l.scope.symbols[g.Name] = &symbol{kind: symGroup, group: len(l.m.Groups) - 1, declared: true, at: g.At}
	return len(l.m.Groups) - 1
}

// isEnd reports whether a type is one of ends or handles.
func (l *lowerer) isEnd(t dsl.Type) bool {
	switch t := t.(type) {
	case *dsl.EndType, *dsl.TupleType:
		return true
	case *dsl.NamedType:
		if t.Name.Package == nil && t.Name.Name.Name == "handle" {
			return true
		}
		typ, _ := l.c.Package.TypeOf(l.c.File, t, l.env)
		return typ != nil && (typ.Kind == End || typ.Kind == Handle)
	}
	return false
}

// slotField resolves one end of a holder. A parameter stands at its protocol's start, a variable anywhere, unless they say where.
func (l *lowerer) slotField(f *dsl.Field, given bool) (SlotField, bool) {
	typ := l.typeOf(f.Type)
	if typ == nil {
		return SlotField{}, false
	}
	field := SlotField{Name: f.Name.Name}
	switch typ.Kind {
	case Handle:
		field.Handle = true
	case End:
		end := *typ.End
		if e, ok := f.Type.(*dsl.EndType); ok && e.At == nil {
			end.States = nil
			if given {
				end.States = []int{0}
			}
		}
		field.End = &end
	default:
		l.errorf(f.Type, dsl.EndMisplaced, "%s is no end of a protocol", f.Name.Name)
		return SlotField{}, false
	}
	return field, true
}

// fresh declares a single end (or the ends of a session) under a name of the current scope. Slots of scopes that are over are used again.
func (l *lowerer) fresh(name *dsl.Ident, fields []SlotField) int {
	for i, g := range l.m.Groups {
		if used, ours := l.held[i]; ours && !used && g.Name == name.Name && sameFields(g.Fields, fields) {
			l.take(i, name)
			return i
		}
	}
	g := l.group(Group{Name: name.Name, Kind: Single, Len: 1, Fields: fields, At: l.at(name)})
	l.take(g, name)
	return g
}

func (l *lowerer) take(g int, name *dsl.Ident) {
	l.held[g] = true
	l.scope.groups = append(l.scope.groups, g)
	l.scope.symbols[name.Name] = &symbol{kind: symGroup, group: g, at: l.at(name)}
}

func sameFields(a, b []SlotField) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Handle != b[i].Handle {
			return false
		}
		if !a[i].Handle && (a[i].End.Protocol != b[i].End.Protocol || a[i].End.Role != b[i].End.Role) {
			return false
		}
	}
	return true
}

// register adds a model variable, -1 if its type cannot be followed.
func (l *lowerer) register(name *dsl.Ident, t dsl.Type, init dsl.Expr) int {
	typ := l.typeOf(t)
	if typ == nil {
		return -1
	}
	v := Var{Name: name.Name, Type: typ, Len: 1, At: l.at(name)}
	if typ.Kind == Array {
		v.Type, v.Len = typ.Elem, typ.Len
	}
	if v.Type == nil || !v.Type.Finite() {
		l.errorf(t, dsl.VariableType, "%s cannot be a model variable: %s is not finite", name.Name, typ.Name).
			note("a model variable is a bool, an enum, a range or a small array of them; other data lives in the component's Go code")
		return -1
	}
	lo, hi := v.Type.Bounds()
	v.Lo, v.Hi, v.Init = int32(lo), int32(hi), int32(lo)
	if int64(v.Lo) != lo || int64(v.Hi) != hi {
		l.errorf(t, dsl.VariableType, "%s cannot be a model variable: %s does not fit into 32 bits", name.Name, v.Type.Name)
		return -1
	}
	if v.Len < 1 || v.Len > 1024 {
		l.errorf(t, dsl.BoundWrong, "an array has 1 to 1024 elements, not %d", v.Len)
		return -1
	}
	if init != nil {
		if x, _ := l.expr(init, v.Type); x != nil {
			switch {
			case x.Op != OpConst:
				l.errorf(init, dsl.BoundWrong, "the initial value of %s is no constant", name.Name)
			case x.N < v.Lo || x.N > v.Hi:
				l.errorf(init, dsl.BoundWrong, "%d is no value of %s", x.N, v.Type.Name)
			default:
				v.Init = x.N
			}
		}
	}
	i := l.addVar(v)
	l.scope.symbols[name.Name] = &symbol{kind: symVariable, variable: i, declared: true, typ: v.Type, at: v.At}
	return i
}

func (l *lowerer) addVar(v Var) int {
	v.Base = l.m.Registers
	l.m.Registers += v.Len
	l.m.Vars = append(l.m.Vars, v)
	return len(l.m.Vars) - 1
}

// hide returns a hidden variable for the current scope, one that no scope is using if there is one of that name.
func (l *lowerer) hide(name string, typ *Type, lo, hi int64, length int, n dsl.Node) int {
	for i, v := range l.m.Vars {
		used, ours := l.busy[i]
		if ours && !used && v.Name == "·"+name && v.Lo == int32(lo) && v.Hi == int32(hi) && v.Len == length {
			l.busy[i] = true
			l.scope.hidden = append(l.scope.hidden, i)
			return i
		}
	}
	i := l.addVar(Var{Name: "·" + name, Type: typ, Len: length, Lo: int32(lo), Hi: int32(hi), Init: int32(lo), At: l.at(n)})
	l.busy[i] = true
	l.scope.hidden = append(l.scope.hidden, i)
	return i
}

// bindNew declares a fresh name for a finite value in the current scope.
func (l *lowerer) bindNew(name *dsl.Ident, typ *Type) int {
	lo, hi := typ.Bounds()
	v := l.hide(name.Name, typ, lo, hi, 1, name)
	l.scope.symbols[name.Name] = &symbol{kind: symVariable, variable: v, typ: typ, at: l.at(name)}
	return v
}

// typeOf resolves a type and reports what is wrong with it.
func (l *lowerer) typeOf(t dsl.Type) *Type {
	typ, problems := l.c.Package.TypeOf(l.c.File, t, l.env)
	for _, d := range problems {
		l.report(d)
	}
	if failed(problems) {
		return nil
	}
	return typ
}

// length evaluates the length of an array or set.
func (l *lowerer) length(e dsl.Expr) int {
	n, ok := l.constant(e)
	if ok && (n < 1 || n > 4096) {
		l.errorf(e, dsl.BoundWrong, "a holder of ends has 1 to 4096 places, not %d", n)
		return 1
	}
	return int(max(n, 1))
}

// constant evaluates an expression over constants and sizes.
func (l *lowerer) constant(e dsl.Expr) (int64, bool) {
	n, d := l.c.Package.ConstOf(l.c.File, e, l.env)
	if d != nil {
		l.report(d)
		return 0, false
	}
	return n, true
}
