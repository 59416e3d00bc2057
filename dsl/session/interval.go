package session

import "github.com/protoc-os/protoc-os/dsl"

// Interval bounds the values that an expression of the machine can have.
func (m *Machine) Interval(e *Expr) (lo, hi int64) {
	return interval(e, func(e *Expr) (lo, hi int64) {
		if e.Op == OpVar {
			return int64(m.Vars[e.N].Lo), int64(m.Vars[e.N].Hi)
		}
		return 0, int64(m.Groups[e.N].Len)
	})
}

// interval bounds an expression, leaf its variables and counts. What is not a number is 0 or 1.
func interval(e *Expr, leaf func(*Expr) (lo, hi int64)) (lo, hi int64) {
	switch e.Op {
	case OpConst:
		return int64(e.N), int64(e.N)
	case OpVar, OpCount, OpInstVar, OpInstCount:
		return leaf(e)
	case OpNeg:
		lo, hi = interval(e.X, leaf)
		return -hi, -lo
	case OpAdd, OpSub, OpMul, OpMod:
		a, b := interval(e.X, leaf)
		c, d := interval(e.Y, leaf)
		switch e.Op {
		case OpAdd:
			return a + c, b + d
		case OpSub:
			return a - d, b - c
		case OpMul:
			return min(a*c, a*d, b*c, b*d), max(a*c, a*d, b*c, b*d)
		}
		most := max(d, -c, 1) - 1
		if a >= 0 {
			return 0, min(b, most)
		}
		return -most, most
	}
	return 0, 1
}

// fits reports whether an interval lies within 32 bits, as all numbers do.
func fits(lo, hi int64) bool { return lo >= numberType.Lo && hi <= numberType.Hi }

// within refuses arithmetic whose result may not fit: checker, conformance and stubs would not agree on what it is.
func (l *lowerer) within(n dsl.Node, x *Expr, t *Type) (*Expr, *Type) {
	if lo, hi := l.m.Interval(x); !fits(lo, hi) {
		l.errorf(n, dsl.ValueType, "%s can be anything from %d to %d, and does not fit into 32 bits", exprText(n.(dsl.Expr)), lo, hi)
		return nil, nil
	}
	return x, t
}
