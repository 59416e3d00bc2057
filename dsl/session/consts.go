package session

import (
	"math/bits"

	"github.com/protoc-os/protoc-os/dsl"
)

// ConstOf evaluates a constant expression of file f: numbers, names given by env, constants of this and of imported packages, and + - * % on
// them, all checked. A constant whose declaration is wrong counts as 1: that has been reported.
func (p *Package) ConstOf(f *dsl.File, e dsl.Expr, env Env) (int64, *dsl.Diagnostic) {
	switch e := e.(type) {
	case *dsl.Number:
		return e.Value, nil
	case *dsl.Name:
		if v, ok := env[e.Name]; ok {
			return v, nil
		}
		if e.Name == "true" || e.Name == "false" {
			return 0, at(f, e, dsl.ConstNot, "%s is not a number", e.Name)
		}
		id := &dsl.Ident{Span: e.Span, Name: e.Name}
		return p.constNamed(f, &dsl.QName{Span: e.Span, Name: id})
	case *dsl.Select:
		if x, ok := e.X.(*dsl.Name); ok {
			return p.constNamed(f, &dsl.QName{Span: e.Span, Package: &dsl.Ident{Span: x.Span, Name: x.Name}, Name: e.Name})
		}
	case *dsl.Unary:
		if e.Op == "-" {
			x, diag := p.ConstOf(f, e.X, env)
			if diag != nil {
				return 0, diag
			}
			if v, ok := subtract(0, x); ok {
				return v, nil
			}
			return 0, at(f, e, dsl.ConstOverflow, "-(%d) does not fit in 64 bits", x)
		}
	case *dsl.Binary:
		return p.constBinary(f, e, env)
	}
	return 0, at(f, e, dsl.ConstNot, "this is not a constant number")
}

func (p *Package) constBinary(f *dsl.File, e *dsl.Binary, env Env) (int64, *dsl.Diagnostic) {
	var operate func(x, y int64) (int64, bool)
	switch e.Op {
	case "+":
		operate = add
	case "-":
		operate = subtract
	case "*":
		operate = multiply
	case "%":
		operate = func(x, y int64) (int64, bool) { return x % y, true }
	default:
		return 0, at(f, e, dsl.ConstNot, "%s does not make a number", e.Op)
	}
	x, diag := p.ConstOf(f, e.X, env)
	if diag != nil {
		return 0, diag
	}
	y, diag := p.ConstOf(f, e.Y, env)
	if diag != nil {
		return 0, diag
	}
	if e.Op == "%" && y == 0 {
		return 0, at(f, e, dsl.ConstDivision, "%d %% 0 is not a number", x)
	}
	v, ok := operate(x, y)
	if !ok {
		return 0, at(f, e, dsl.ConstOverflow, "%d %s %d does not fit in 64 bits", x, e.Op, y)
	}
	return v, nil
}

// constNamed returns the value of a constant.
func (p *Package) constNamed(f *dsl.File, q *dsl.QName) (int64, *dsl.Diagnostic) {
	o, diag := p.Lookup(f, q)
	if diag != nil {
		return 0, diag
	}
	if o == nil {
		return 1, nil // the mistake is where it is declared
	}
	v, ok := o.(int64)
	if !ok {
		return 0, at(f, q, dsl.NameKind, "%s is %s, and a number is needed here", q.Name.Name, kindOf(o))
	}
	return v, nil
}

func add(x, y int64) (int64, bool) {
	sum := x + y
	return sum, (sum > x) == (y > 0)
}

func subtract(x, y int64) (int64, bool) {
	diff := x - y
	return diff, (diff < x) == (y > 0)
}

func multiply(x, y int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	if hi != 0 || lo > 1<<63 || lo == 1<<63 && !negative {
		return 0, false
	}
	return x * y, true
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}
