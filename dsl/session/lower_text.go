package session

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// exprText writes an expression as the source has it, with single spaces.
func exprText(e dsl.Expr) string {
	switch e := e.(type) {
	case *dsl.Name:
		return e.Name
	case *dsl.Number:
		return fmt.Sprint(e.Value)
	case *dsl.Wild:
		return "_"
	case *dsl.Select:
		return exprText(e.X) + "." + e.Name.Name
	case *dsl.Index:
		return exprText(e.X) + "[" + exprText(e.I) + pointsText(e.At) + "]"
	case *dsl.Unary:
		return e.Op + exprText(e.X)
	case *dsl.Binary:
		return operandText(e.X, e.Op) + " " + e.Op + " " + operandText(e.Y, e.Op)
	case *dsl.Call:
		var args []string
		for _, a := range e.Args {
			args = append(args, exprText(a))
		}
		return e.Fun.Name + "(" + strings.Join(args, ", ") + ")"
	case *dsl.At:
		return exprText(e.X) + pointsText(e.Points)
	case *dsl.Tuple:
		var elems []string
		for _, x := range e.Elems {
			elems = append(elems, exprText(x))
		}
		return "{" + strings.Join(elems, ", ") + "}"
	}
	return "?"
}

// operandText puts an operand that is itself an operation into parentheses, unless it is the same operation.
func operandText(e dsl.Expr, op string) string {
	if b, ok := e.(*dsl.Binary); ok && b.Op != op {
		return "(" + exprText(e) + ")"
	}
	return exprText(e)
}

func pointsText(points []*dsl.Ident) string {
	if len(points) == 0 {
		return ""
	}
	var names []string
	for _, p := range points {
		names = append(names, p.Name)
	}
	if len(names) == 1 {
		return " at " + names[0]
	}
	return " at {" + strings.Join(names, ", ") + "}"
}

func qnameText(q *dsl.QName) string {
	if q.Package != nil {
		return q.Package.Name + "." + q.Name.Name
	}
	return q.Name.Name
}

// plural writes a number of things: "1 field", "2 fields", "no fields".
func plural(n int, thing string) string {
	switch n {
	case 0:
		return "no " + thing + "s"
	case 1:
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// list writes names as people do: "a, b or c".
func list(names []string, word string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + word + " " + names[len(names)-1]
}

// sameExpr compares two expressions by form; nil is member 0.
func sameExpr(a, b *Expr) bool {
	if a == nil || b == nil {
		return a == b || a == nil && b.Op == OpConst && b.N == 0 || b == nil && a.Op == OpConst && a.N == 0
	}
	if a.Op != b.Op || a.N != b.N || a.I != b.I || !sameStates(a.States, b.States) {
		return false
	}
	return (a.X == nil) == (b.X == nil) && (a.X == nil || sameExpr(a.X, b.X)) && (a.Y == nil) == (b.Y == nil) && (a.Y == nil || sameExpr(a.Y, b.Y))
}
