package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// property lowers an expression of a system: over instances, and over constants where an initial value is given.
type property struct {
	*assembly
	part *part
	env  Env
	live string   // the name of "for v in Component"
	each *Machine // what live stands for
}

// always = "always" expr { "for" name "in" ( name | expr ".." expr ) }
func (a *assembly) always(p *part, d *dsl.Always) {
	at := position(p.decl.File, d)
	fixed, live, c, ok := a.liveQuantifier(p, d.For)
	if !ok {
		return
	}
	a.quantified(p, fixed, p.env, func(env Env) {
		text := textUnder(d.Cond, env, p.env)
		if live == nil {
			q := &property{assembly: a, part: p, env: env}
			if x, _ := q.expr(d.Cond, boolType); x != nil {
				a.sys.Always = append(a.sys.Always, Invariant{Expr: x, Text: text, At: at})
			}
			return
		}
		var all *Expr
		for i, m := range a.sys.Machines {
			if m.Component != c {
				continue
			}
			q := &property{assembly: a, part: p, env: env, live: live.Name.Name, each: m}
			x, _ := q.expr(d.Cond, boolType)
			if x == nil {
				return
			}
			all = both(all, &Expr{Op: OpEachLive, N: int32(i), X: x})
		}
		if all == nil {
			a.errorf(p, live, dsl.PropertyExpression, "%s is in no instance of this system and nothing starts it", c.QName())
			return
		}
		a.sys.Always = append(a.sys.Always, Invariant{Expr: all, Text: text + " for " + live.Name.Name + " in " + qnameText(live.In), At: at})
	})
}

// liveQuantifier takes "for v in Component" out of the quantifiers; the others range over values that are known now.
func (a *assembly) liveQuantifier(p *part, list []*dsl.Quantifier) (fixed []*dsl.Quantifier, live *dsl.Quantifier, c *Component, ok bool) {
	for _, q := range list {
		if q.In == nil || q.In.Package == nil && p.members[q.In.Name.Name] != nil {
			fixed = append(fixed, q)
			continue
		}
		found, problem := lookupComponent(p.decl.Package, p.decl.File, q.In)
		if problem != nil {
			a.report(problem)
			return nil, nil, nil, false
		}
		if live != nil {
			a.errorf(p, q, dsl.PropertyExpression, "only one name ranges over live instances")
			return nil, nil, nil, false
		}
		live, c = q, found
	}
	return fixed, live, c, true
}

// eventually = "eventually" expr "=>" expr { "for" name "in" ( name | expr ".." expr ) }
func (a *assembly) eventually(p *part, d *dsl.Eventually) {
	a.quantified(p, d.For, p.env, func(env Env) {
		q := &property{assembly: a, part: p, env: env}
		when, _ := q.expr(d.When, boolType)
		then, _ := q.expr(d.Then, boolType)
		if when == nil || then == nil {
			return
		}
		text := textUnder(d.When, env, p.env) + " => " + textUnder(d.Then, env, p.env)
		a.sys.Eventually = append(a.sys.Eventually, Response{When: when, Then: then, Text: text, At: position(p.decl.File, d)})
	})
}

// textUnder writes an expression with the quantified names filled in.
func textUnder(e dsl.Expr, env, outer Env) string {
	return exprText(fillIn(e, func(name string) (int64, bool) {
		v, ok := env[name]
		if have, was := outer[name]; was && have == v {
			return 0, false
		}
		return v, ok
	}))
}

func fillIn(e dsl.Expr, value func(string) (int64, bool)) dsl.Expr {
	switch e := e.(type) {
	case *dsl.Name:
		if v, ok := value(e.Name); ok {
			return &dsl.Number{Span: e.Span, Value: v}
		}
	case *dsl.Select:
		return &dsl.Select{Span: e.Span, X: fillIn(e.X, value), Name: e.Name}
	case *dsl.Index:
		return &dsl.Index{Span: e.Span, X: fillIn(e.X, value), I: fillIn(e.I, value), At: e.At}
	case *dsl.Unary:
		return &dsl.Unary{Span: e.Span, Op: e.Op, X: fillIn(e.X, value)}
	case *dsl.Binary:
		return &dsl.Binary{Span: e.Span, Op: e.Op, X: fillIn(e.X, value), Y: fillIn(e.Y, value)}
	case *dsl.At:
		return &dsl.At{Span: e.Span, X: fillIn(e.X, value), Points: e.Points}
	case *dsl.Call:
		out := &dsl.Call{Span: e.Span, Fun: e.Fun}
		for _, x := range e.Args {
			out.Args = append(out.Args, fillIn(x, value))
		}
		return out
	}
	return e
}

func (q *property) wrong(n dsl.Node, format string, args ...any) (*Expr, *Type) {
	q.errorf(q.part, n, dsl.PropertyExpression, format, args...)
	return nil, nil
}

// expr lowers an expression of the wanted type (nil: any). A nil result has been reported.
func (q *property) expr(e dsl.Expr, want *Type) (*Expr, *Type) {
	x, t := q.anyExpr(e, want)
	if x != nil && want != nil && !sameKind(t, want) {
		return q.wrong(e, "%s is expected here, and this is %s", want.Name, t.Name)
	}
	return x, t
}

func (q *property) anyExpr(e dsl.Expr, want *Type) (*Expr, *Type) {
	switch e := e.(type) {
	case *dsl.Number:
		return q.constant(e, e.Value)
	case *dsl.Name:
		return q.name(e, want)
	case *dsl.Select:
		if t, i := enumCase(q.part.decl.Package, q.part.decl.File, e); t != nil {
			return number(int64(i)), t
		}
		return q.variable(e, nil)
	case *dsl.Index:
		if s, ok := e.X.(*dsl.Select); ok {
			i, _ := q.expr(e.I, numberType)
			if i == nil {
				return nil, nil
			}
			return q.variable(s, i)
		}
		return q.wrong(e, "%s is no value: a variable of an instance is written `%s.name`", exprText(e), exprText(e))
	case *dsl.Unary:
		operand, op := numberType, OpNeg
		if e.Op == "!" {
			operand, op = boolType, OpNot
		}
		if x, _ := q.expr(e.X, operand); x != nil {
			return q.within(e, fold(&Expr{Op: op, X: x}), operand)
		}
		return nil, nil
	case *dsl.Binary:
		return q.binary(e)
	case *dsl.At:
		return q.at(e)
	case *dsl.Call:
		return q.count(e)
	}
	return q.wrong(e, "this is no expression of a property")
}

func (q *property) name(e *dsl.Name, want *Type) (*Expr, *Type) {
	switch e.Name {
	case "true":
		return number(1), boolType
	case "false":
		return number(0), boolType
	}
	if v, ok := q.env[e.Name]; ok {
		return q.constant(e, v)
	}
	if v, ok := q.part.decl.Package.Consts[e.Name]; ok {
		return q.constant(e, v)
	}
	if want != nil && want.Kind == Enum {
		for i, c := range want.Cases {
			if c == e.Name {
				return number(int64(i)), want
			}
		}
	}
	return q.wrong(e, "%s is no param, no constant and no case of an enum", e.Name)
}

func (q *property) bareCase(e dsl.Expr) bool {
	n, ok := e.(*dsl.Name)
	if !ok || n.Name == "true" || n.Name == "false" {
		return false
	}
	_, param := q.env[n.Name]
	_, constant := q.part.decl.Package.Consts[n.Name]
	return !param && !constant
}

func (q *property) binary(e *dsl.Binary) (*Expr, *Type) {
	operand, result := numberType, numberType
	switch e.Op {
	case "&&", "||":
		operand, result = boolType, boolType
	case "<", "<=", ">", ">=":
		result = boolType
	case "==", "!=":
		first, second := e.X, e.Y
		if q.bareCase(first) {
			first, second = second, first
		}
		x, t := q.expr(first, nil)
		if x == nil {
			return nil, nil
		}
		y, _ := q.expr(second, t)
		if y == nil {
			return nil, nil
		}
		return fold(&Expr{Op: binaryOps[e.Op], X: x, Y: y}), boolType
	}
	x, _ := q.expr(e.X, operand)
	y, _ := q.expr(e.Y, operand)
	if x == nil || y == nil {
		return nil, nil
	}
	return q.within(e, binaryExpr(e.Op, x, y), result)
}

// within is that of lowerer.
func (q *property) within(n dsl.Node, x *Expr, t *Type) (*Expr, *Type) {
	lo, hi := interval(x, func(e *Expr) (lo, hi int64) {
		m := q.each
		if e.I >= 0 {
			m = q.sys.Machines[q.sys.Instances[e.I].Machine]
		}
		if e.Op == OpInstVar {
			return int64(m.Vars[e.N].Lo), int64(m.Vars[e.N].Hi)
		}
		return 0, int64(m.Groups[e.N].Len)
	})
	if !fits(lo, hi) {
		return q.wrong(n, "%s can be anything from %d to %d, and does not fit into 32 bits", exprText(n.(dsl.Expr)), lo, hi)
	}
	return x, t
}

func (q *property) constant(n dsl.Node, v int64) (*Expr, *Type) {
	if !fits(v, v) {
		return q.wrong(n, "%d does not fit into 32 bits", v)
	}
	return number(v), numberType
}

// instance resolves what stands before the dot: the index of an instance, -1 for the live one that is meant, and its machine.
func (q *property) instance(e dsl.Expr) (i int32, m *Machine, ok bool) {
	if n, isName := e.(*dsl.Name); isName && q.live != "" && n.Name == q.live {
		return -1, q.each, true
	}
	p, x := q.part, e
	for {
		s, isSelect := x.(*dsl.Select)
		if index, isIndex := x.(*dsl.Index); isIndex && !isSelect {
			s, isSelect = index.X.(*dsl.Select)
		}
		if !isSelect {
			break
		}
		// "part.instance": go into the part and look there.
		name, isName := s.X.(*dsl.Name)
		if !isName || p.members[name.Name] == nil || p.members[name.Name].part == nil {
			q.wrong(s.X, "%s is no part of this system", exprText(s.X))
			return 0, nil, false
		}
		p = p.members[name.Name].part
		inner := dsl.Expr(&dsl.Name{Span: s.Name.Span, Name: s.Name.Name})
		if index, isIndex := x.(*dsl.Index); isIndex {
			inner = &dsl.Index{Span: index.Span, X: inner, I: index.I}
		}
		x = inner
	}
	reported := len(q.reports)
	member, found, whole, fine := q.instances(p, x, q.env)
	if !fine {
		return 0, nil, false
	}
	if member.part != nil || whole || len(found) != 1 {
		if len(q.reports) == reported {
			q.wrong(e, "one instance is expected here; %s is several", exprText(e))
		}
		return 0, nil, false
	}
	return int32(found[0]), q.sys.Machines[q.sys.Instances[found[0]].Machine], true
}

// variable resolves "instance.name" and "instance.name[i]".
func (q *property) variable(e *dsl.Select, index *Expr) (*Expr, *Type) {
	i, m, ok := q.instance(e.X)
	if !ok {
		return nil, nil
	}
	for v := range m.Vars {
		if m.Vars[v].Name != e.Name.Name {
			continue
		}
		if index == nil && m.Vars[v].Len > 1 {
			return q.wrong(e, "%s is an array: an element of it is a value", exprText(e))
		}
		if index != nil && index.Op == OpConst && (index.N < 0 || int(index.N) >= m.Vars[v].Len) {
			return q.wrong(e, "%s has no element %d", exprText(e), index.N)
		}
		return &Expr{Op: OpInstVar, N: int32(v), I: i, X: index}, m.Vars[v].Type
	}
	return q.wrong(e.Name, "%s has no variable %s", m.Name, e.Name.Name)
}

// at resolves "instance at point".
func (q *property) at(e *dsl.At) (*Expr, *Type) {
	i, m, ok := q.instance(e.X)
	if !ok {
		return nil, nil
	}
	in := map[int]bool{}
	for _, p := range e.Points {
		found := false
		for s := range m.States {
			if contains(m.States[s].Names, p.Name) {
				in[s], found = true, true
			}
		}
		if !found {
			return q.wrong(p, "%s has no point or loop %s that it can stand at", m.Name, p.Name)
		}
	}
	var states []int
	for s := range m.States {
		if in[s] {
			states = append(states, s)
		}
	}
	return &Expr{Op: OpInstAt, I: i, States: states}, boolType
}

// count resolves count, full and empty of a holder of ends of an instance.
func (q *property) count(e *dsl.Call) (*Expr, *Type) {
	if f := e.Fun.Name; f != "count" && f != "full" && f != "empty" || len(e.Args) != 1 {
		return q.wrong(e, "the functions of a property are count, full and empty, of one holder of ends")
	}
	x := e.Args[0]
	var points []*dsl.Ident
	if at, ok := x.(*dsl.At); ok {
		x, points = at.X, at.Points
	}
	s, ok := x.(*dsl.Select)
	if !ok {
		return q.wrong(x, "a holder of ends is written `instance.name`")
	}
	i, m, ok := q.instance(s.X)
	if !ok {
		return nil, nil
	}
	for g := range m.Groups {
		if m.Groups[g].Name != s.Name.Name {
			continue
		}
		var states []int
		for _, p := range points {
			end := m.Groups[g].Fields[0].End
			if end == nil || len(end.Protocol.Locals[end.Role].StateNamed(p.Name)) == 0 {
				return q.wrong(p, "the ends of %s have no point %s", exprText(s), p.Name)
			}
			states = append(states, end.Protocol.Locals[end.Role].StateNamed(p.Name)...)
		}
		n := &Expr{Op: OpInstCount, N: int32(g), I: i, States: states}
		switch e.Fun.Name {
		case "full":
			return &Expr{Op: OpEq, X: n, Y: number(int64(m.Groups[g].Len))}, boolType
		case "empty":
			return &Expr{Op: OpEq, X: n, Y: number(0)}, boolType
		}
		return n, numberType
	}
	return q.wrong(s.Name, "%s holds no ends named %s", m.Name, s.Name.Name)
}
