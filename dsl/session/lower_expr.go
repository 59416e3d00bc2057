package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// numberType is the type of literals, sizes and arithmetic.
var numberType = &Type{Kind: Range, Name: "a number", Lo: -1 << 31, Hi: 1<<31 - 1}

var boolType = &Type{Kind: Bool, Name: "bool"}

func number(v int64) *Expr { return &Expr{Op: OpConst, N: int32(v)} }

// expr lowers an expression over model variables. want is the type that the place expects (nil: any); it gives bare enum cases their meaning.
// A nil Expr means that the expression is wrong, which has been reported.
func (l *lowerer) expr(e dsl.Expr, want *Type) (*Expr, *Type) {
	x, t := l.anyExpr(e, want)
	if x == nil {
		return nil, nil
	}
	if want != nil && !sameKind(t, want) {
		l.errorf(e, dsl.ValueType, "%s is expected here, and this is %s", want.Name, t.Name)
		return nil, nil
	}
	return x, t
}

// sameKind reports whether values of the types may be compared and assigned. Numbers of all ranges may: what lies outside a range is found by the checker.
func sameKind(a, b *Type) bool {
	if a.Kind != b.Kind {
		return false
	}
	return a.Kind != Enum || sameEnum(a, b)
}

func sameEnum(a, b *Type) bool {
	return a == b || a.Decl != "" && a.Decl == b.Decl || a.Decl == b.Decl && a.Name == b.Name
}

func (l *lowerer) anyExpr(e dsl.Expr, want *Type) (*Expr, *Type) {
	switch e := e.(type) {
	case *dsl.Number:
		return l.constantExpr(e, e.Value)
	case *dsl.Name:
		return l.nameExpr(e, want)
	case *dsl.Select:
		if t, i := enumCase(l.c.Package, l.c.File, e); t != nil {
			return number(int64(i)), t
		}
		if v, d := l.c.Package.ConstOf(l.c.File, e, l.env); d == nil {
			return l.constantExpr(e, v)
		}
		l.errorf(e, dsl.ComponentName, "%s is no enum case and no constant", exprText(e))
	case *dsl.Index:
		return l.indexExpr(e)
	case *dsl.Unary:
		if e.Op == "!" {
			if x, _ := l.expr(e.X, boolType); x != nil {
				return fold(&Expr{Op: OpNot, X: x}), boolType
			}
		} else if x, _ := l.expr(e.X, numberType); x != nil {
			return l.within(e, fold(&Expr{Op: OpNeg, X: x}), numberType)
		}
	case *dsl.Binary:
		return l.binary(e)
	case *dsl.Call:
		return l.callExpr(e)
	case *dsl.Wild:
		l.errorf(e, dsl.ValueType, "`_` has no value that can be used here")
	default:
		l.errorf(e, dsl.ValueType, "this is no expression over model variables")
	}
	return nil, nil
}

// constantExpr is a known number.
func (l *lowerer) constantExpr(n dsl.Node, v int64) (*Expr, *Type) {
	if !fits(v, v) {
		l.errorf(n, dsl.ValueType, "%d does not fit into 32 bits", v)
		return nil, nil
	}
	return number(v), numberType
}

func (l *lowerer) nameExpr(e *dsl.Name, want *Type) (*Expr, *Type) {
	switch e.Name {
	case "true":
		return number(1), boolType
	case "false":
		return number(0), boolType
	}
	sym := l.find(e.Name)
	if sym == nil {
		if want != nil && want.Kind == Enum {
			for i, c := range want.Cases {
				if c == e.Name {
					return number(int64(i)), want
				}
			}
			l.errorf(e, dsl.ComponentName, "%s is no variable and no case of %s", e.Name, want.Name)
			return nil, nil
		}
		p := l.undeclared(e, e.Name)
		if want == nil {
			p.note("an enum case is written with its enum where nothing else tells which enum is meant, as in `Color.Red`")
		}
		return nil, nil
	}
	switch sym.kind {
	case symValue:
		if sym.value == nil {
			return l.constantExpr(e, sym.constant)
		}
		return sym.value, sym.typ
	case symVariable:
		if l.m.Vars[sym.variable].Len > 1 {
			l.errorf(e, dsl.ValueType, "%s is an array: an element of it is a value, as in `%s[0]`", e.Name, e.Name)
			return nil, nil
		}
		return &Expr{Op: OpVar, N: int32(sym.variable)}, sym.typ
	case symOpaque:
		l.errorf(e, dsl.ValueType, "%s is carried but not followed: nothing can depend on it", e.Name).
			relatedAt(sym.at, "bound here to a field that is not finite")
	default:
		l.errorf(e, dsl.EndMisplaced, "%s holds an end and is no value", e.Name)
	}
	return nil, nil
}

func (l *lowerer) indexExpr(e *dsl.Index) (*Expr, *Type) {
	name, ok := e.X.(*dsl.Name)
	if !ok {
		l.errorf(e, dsl.ValueType, "only a variable has elements")
		return nil, nil
	}
	sym := l.find(name.Name)
	if sym == nil {
		l.undeclared(name, name.Name)
		return nil, nil
	}
	if sym.kind != symVariable || l.arrayLen(sym) == 0 {
		l.errorf(name, dsl.ValueType, "%s is no array of values", name.Name)
		return nil, nil
	}
	i, _ := l.expr(e.I, numberType)
	if i == nil || !l.inside(e.I, i, l.m.Vars[sym.variable].Len, name.Name) {
		return nil, nil
	}
	return &Expr{Op: OpVar, N: int32(sym.variable), X: i}, sym.typ
}

// arrayLen is the length of an array variable; 0 for what is none. Arrays of one element are told apart by their declaration.
func (l *lowerer) arrayLen(sym *symbol) int {
	v := l.m.Vars[sym.variable]
	if v.Len > 1 || sym.declared {
		return v.Len
	}
	return 0
}

// inside refuses a constant index that lies outside. Others are checked where they are used.
func (l *lowerer) inside(n dsl.Node, i *Expr, length int, name string) bool {
	if i.Op == OpConst && (i.N < 0 || int(i.N) >= length) {
		l.errorf(n, dsl.IndexOutside, "%s has no member %d: it has %d, from 0 on", name, i.N, length)
		return false
	}
	return true
}

var binaryOps = map[string]Op{
	"&&": OpAnd, "||": OpOr, "==": OpEq, "!=": OpNe, "<": OpLt, "<=": OpLe, "+": OpAdd, "-": OpSub, "*": OpMul, "%": OpMod,
}

func (l *lowerer) binary(e *dsl.Binary) (*Expr, *Type) {
	operand, result := numberType, numberType
	switch e.Op {
	case "&&", "||":
		operand, result = boolType, boolType
	case "==", "!=":
		return l.equality(e)
	case "<", "<=", ">", ">=":
		result = boolType
	}
	x, _ := l.expr(e.X, operand)
	y, _ := l.expr(e.Y, operand)
	if x == nil || y == nil {
		return nil, nil
	}
	return l.within(e, binaryExpr(e.Op, x, y), result)
}

// binaryExpr turns > and >= round.
func binaryExpr(op string, x, y *Expr) *Expr {
	switch op {
	case ">":
		return fold(&Expr{Op: OpLt, X: y, Y: x})
	case ">=":
		return fold(&Expr{Op: OpLe, X: y, Y: x})
	}
	return fold(&Expr{Op: binaryOps[op], X: x, Y: y})
}

// equality lowers the side whose type is known by itself first, so that the other may be a bare enum case.
func (l *lowerer) equality(e *dsl.Binary) (*Expr, *Type) {
	first, second := e.X, e.Y
	if l.bareCase(first) {
		first, second = second, first
	}
	a, t := l.expr(first, nil)
	if a == nil {
		return nil, nil
	}
	b, _ := l.expr(second, t)
	if b == nil {
		return nil, nil
	}
	return fold(&Expr{Op: binaryOps[e.Op], X: a, Y: b}), boolType
}

func (l *lowerer) bareCase(e dsl.Expr) bool {
	n, ok := e.(*dsl.Name)
	return ok && n.Name != "true" && n.Name != "false" && l.find(n.Name) == nil
}

// callExpr lowers count, full and empty. Subs are called only where their result is compared.
func (l *lowerer) callExpr(e *dsl.Call) (*Expr, *Type) {
	if l.subs[e.Fun.Name] != nil {
		l.errorf(e, dsl.ResultUnknown, "the result of a sub can only be compared with == or !=, or be switched on")
		return nil, nil
	}
	if e.Fun.Name != "count" && e.Fun.Name != "full" && e.Fun.Name != "empty" {
		l.errorf(e.Fun, dsl.ComponentName, "%s is no sub; the functions are count, full and empty", e.Fun.Name)
		return nil, nil
	}
	if len(e.Args) != 1 {
		l.errorf(e, dsl.ArgumentCount, "%s takes one holder of ends", e.Fun.Name)
		return nil, nil
	}
	if index, ok := e.Args[0].(*dsl.Index); ok {
		return l.placeExpr(e, index)
	}
	g, states, ok := l.slots(e.Args[0], nil)
	if !ok {
		return nil, nil
	}
	n := &Expr{Op: OpCount, N: int32(g), States: states}
	switch e.Fun.Name {
	case "full":
		return &Expr{Op: OpEq, X: n, Y: number(int64(l.m.Groups[g].Len))}, boolType
	case "empty":
		return &Expr{Op: OpEq, X: n, Y: number(0)}, boolType
	}
	return n, numberType
}

// placeExpr lowers count, full and empty of one place: count(s[i]) is 1 if a member is there.
func (l *lowerer) placeExpr(e *dsl.Call, index *dsl.Index) (*Expr, *Type) {
	name, ok := index.X.(*dsl.Name)
	if !ok {
		l.errorf(index, dsl.EndMisplaced, "a holder of ends is expected here")
		return nil, nil
	}
	g, states, ok := l.slots(name, index.At)
	if !ok {
		return nil, nil
	}
	i, _ := l.expr(index.I, numberType)
	if i == nil || !l.inside(index.I, i, l.m.Groups[g].Len, name.Name) {
		return nil, nil
	}
	n := &Expr{Op: OpPresent, N: int32(g), X: i, States: states}
	switch e.Fun.Name {
	case "empty":
		return &Expr{Op: OpNot, X: n}, boolType
	case "full":
		return n, boolType
	}
	return n, numberType
}

// slots resolves "name [at points]" to a group and the local states of its first end.
func (l *lowerer) slots(e dsl.Expr, points []*dsl.Ident) (group int, states []int, ok bool) {
	if at, isAt := e.(*dsl.At); isAt {
		e, points = at.X, at.Points
	}
	name, isName := e.(*dsl.Name)
	if !isName {
		l.errorf(e, dsl.EndMisplaced, "a holder of ends is expected here")
		return 0, nil, false
	}
	sym := l.find(name.Name)
	if sym == nil {
		l.undeclared(name, name.Name)
		return 0, nil, false
	}
	if sym.kind != symGroup {
		l.errorf(name, dsl.EndMisplaced, "%s holds no ends", name.Name)
		return 0, nil, false
	}
	states, ok = l.points(l.m.Groups[sym.group].Fields[0].End, points)
	return sym.group, states, ok
}

// points resolves the names of points of an end's protocol; nil means anywhere.
func (l *lowerer) points(end *EndType, names []*dsl.Ident) ([]int, bool) {
	if len(names) == 0 {
		return nil, true
	}
	if end == nil {
		l.errorf(names[0], dsl.MessageUnknown, "a handle stands at no point of a protocol")
		return nil, false
	}
	local := end.Protocol.Locals[end.Role]
	in := make([]bool, len(local.States))
	for _, n := range names {
		found := local.StateNamed(n.Name)
		if len(found) == 0 {
			l.errorf(n, dsl.MessageUnknown, "%s has no point %s that %s can stand at", end.Protocol.QName(), n.Name, end.Protocol.Roles[end.Role]).
				relatedAt(end.Protocol.At, "the protocol")
			return nil, false
		}
		for _, s := range found {
			in[s] = true
		}
	}
	var states []int
	for s, is := range in {
		if is {
			states = append(states, s)
		}
	}
	return states, true
}

// fold evaluates an operator whose operands are constants. A result beyond 32 bits stays an operator.
func fold(e *Expr) *Expr {
	if e.Op == OpNot && e.X.Op == OpNot {
		return e.X.X
	}
	if e.X == nil || e.X.Op != OpConst || e.Y != nil && e.Y.Op != OpConst {
		return e
	}
	y := int32(0)
	if e.Y != nil {
		y = e.Y.N
	}
	if e.Op == OpMod && y == 0 {
		return e
	}
	if lo, hi := interval(e, nil); !fits(lo, hi) {
		return e
	}
	return &Expr{Op: OpConst, N: apply(e.Op, e.X.N, y)}
}

// apply is the meaning of the operators on values. x % 0 is x: the checker reports it before it gets here.
func apply(op Op, x, y int32) int32 {
	truth := func(b bool) int32 {
		if b {
			return 1
		}
		return 0
	}
	switch op {
	case OpNot:
		return 1 - x
	case OpNeg:
		return -x
	case OpAnd:
		return x & y
	case OpOr:
		return x | y
	case OpEq:
		return truth(x == y)
	case OpNe:
		return truth(x != y)
	case OpLt:
		return truth(x < y)
	case OpLe:
		return truth(x <= y)
	case OpAdd:
		return x + y
	case OpSub:
		return x - y
	case OpMul:
		return x * y
	case OpMod:
		if y == 0 {
			return x
		}
		return x % y
	}
	panic("session: apply of an operator that is none on values")
}
