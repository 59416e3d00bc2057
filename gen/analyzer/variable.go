package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
)

// variable is a package variable: it may be read where nothing is shared by reading it, as a table is.
func (c *confined) variable(id *ast.Ident, v *types.Var, parents []ast.Node) {
	at := len(parents)
	var e ast.Node = id
	parent := func() ast.Node {
		if at == 0 {
			return nil
		}
		return parents[at-1]
	}
	if s, ok := parent().(*ast.SelectorExpr); ok && s.Sel == id { // p.Variable
		e, at = s, at-1
	}
	t := v.Type()
	for { // down to the part that is meant
		switch p := parent().(type) {
		case *ast.ParenExpr:
			e, at = p, at-1
			continue
		case *ast.SelectorExpr:
			if sel := c.pass.TypesInfo.Selections[p]; sel != nil && sel.Kind() == types.FieldVal {
				e, at, t = p, at-1, sel.Type()
				continue
			}
		case *ast.IndexExpr:
			if p.X == e {
				e, at, t = p, at-1, c.pass.TypesInfo.TypeOf(p)
				continue
			}
		}
		break
	}
	const advice = "pass it to the component, as an argument or a field of what it belongs to"
	switch p := parent().(type) {
	case *ast.AssignStmt:
		for _, l := range p.Lhs {
			if l == e {
				c.report(id.Pos(), "a component writes package variable %s, which is shared by all that use the package: %s", v.Name(), advice)
				return
			}
		}
	case *ast.IncDecStmt:
		c.report(id.Pos(), "a component writes package variable %s, which is shared by all that use the package: %s", v.Name(), advice)
		return
	case *ast.UnaryExpr:
		if p.Op == token.AND {
			if reads(v) {
				return
			}
			c.report(id.Pos(), "a component takes the address of package variable %s, which is shared by all that use the package: %s", v.Name(), advice)
			return
		}
	case *ast.RangeStmt:
		if p.X == e {
			return
		}
		c.report(id.Pos(), "a component writes package variable %s, which is shared by all that use the package: %s", v.Name(), advice)
		return
	case *ast.CallExpr:
		if f, ok := p.Fun.(*ast.Ident); ok && (f.Name == "len" || f.Name == "cap") {
			return
		}
	case *ast.SelectorExpr:
		if f, ok := c.pass.TypesInfo.Uses[p.Sel].(*types.Func); ok && f.Signature().Recv() != nil {
			if _, pointer := f.Signature().Recv().Type().(*types.Pointer); pointer {
				c.report(id.Pos(), "a component calls %s of package variable %s, which may change what all that use the package see: %s", f.Name(), v.Name(), advice)
				return
			}
		}
	}
	if c.assigned(v) {
		c.report(id.Pos(), "a component reads package variable %s, which is assigned after the start: %s", v.Name(), advice)
	} else if shares(t) {
		c.report(id.Pos(), "a component hands on package variable %s, through which others may change it: %s", v.Name(), advice)
	}
}

// reads reports whether a variable is a table that the generator has written: protocols are pointed to.
func reads(v *types.Var) bool {
	named, ok := v.Type().(*types.Named)
	return ok && isChannel(named.Obj().Pkg())
}

// shares reports whether a copy of a value of the type leads to the same memory.
func shares(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan:
		return true
	case *types.Array:
		return shares(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if shares(f.Type()) {
				return true
			}
		}
	}
	return false
}

// assigned reports whether a function of this package writes a variable; what other packages do to it is not looked at.
func (c *confined) assigned(v *types.Var) (yes bool) {
	for _, fn := range c.bodies {
		if testFile(c.pass, fn) {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, l := range n.Lhs {
					yes = yes || c.rootOf(l) == v
				}
			case *ast.IncDecStmt:
				yes = yes || c.rootOf(n.X) == v
			case *ast.UnaryExpr:
				yes = yes || n.Op == token.AND && c.rootOf(n.X) == v
			}
			return true
		})
	}
	return yes
}

// rootOf returns the variable that an expression is a part of.
func (c *confined) rootOf(e ast.Expr) types.Object {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return c.pass.TypesInfo.Uses[x]
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			if c.pass.TypesInfo.Selections[x] == nil {
				return c.pass.TypesInfo.Uses[x.Sel]
			}
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}
