package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Confined reports what the model of a component does not know: another thread, another channel, the outside world, memory that others see.
//
// It looks at the functions that a component starts with, by their signature, and at what these mention in their package, from one function
// to the next; so an ordinary program may keep its components beside the rest. Below kernel/ it looks at all that is not a test, except at
// what stands below kernel/channel and kernel/host. A component that its declaration calls external is let off: its code is the outside.
var Confined = &analysis.Analyzer{
	Name: "confined",
	Doc:  "report goroutines, channels of Go, locks, the outside world and package variables in components of protoc-os",
	Run:  runConfined,
}

// outside are the packages that lead out of a component, with what is below them.
var outside = map[string]string{
	"sync": "a component shares no memory", "unsafe": "a component shares no memory", "os": "only an external component touches the outside",
	"net": "only an external component touches the outside", "syscall": "only an external component touches the outside",
	"C": "only an external component touches the outside",
}

// measures are what is allowed of package time: values that measure it, not what reads the clock or waits.
var measures = map[string]bool{"Duration": true, "Month": true, "Weekday": true, "ParseDuration": true}

func runConfined(pass *analysis.Pass) (any, error) {
	if host(pass.Pkg.Path()) {
		return nil, nil
	}
	c := &confined{reporter: newReporter(pass), bodies: map[types.Object]*ast.FuncDecl{}, seen: map[ast.Node]bool{}}
	defer c.flush()
	for _, f := range pass.Files {
		if stub(pass, f) {
			continue
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				c.bodies[pass.TypesInfo.Defs[fn.Name]] = fn
			}
		}
	}
	for _, f := range pass.Files {
		if stub(pass, f) || testFile(pass, f) {
			continue
		}
		if kernelComponent(pass.Pkg.Path()) {
			c.look(f)
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if obj, ok := pass.TypesInfo.Defs[n.Name].(*types.Func); ok && component(obj.Signature()) {
					c.look(n)
				}
			case *ast.FuncLit:
				if sig, ok := pass.TypesInfo.TypeOf(n).(*types.Signature); ok && component(sig) {
					c.look(n)
				}
			}
			return true
		})
	}
	return nil, nil
}

// host reports whether a package of the kernel is of its outside.
func host(path string) bool {
	return strings.HasPrefix(path+"/", strings.TrimSuffix(channelPath, "channel")+"host/")
}

// kernelComponent reports whether a package of the kernel is one of its components.
func kernelComponent(path string) bool {
	inside, ok := strings.CutPrefix(path, strings.TrimSuffix(channelPath, "channel"))
	first, _, _ := strings.Cut(inside, "/")
	return ok && first != "channel" && first != "host" && !strings.HasSuffix(path, ".test") // that one is go test's own
}

// component reports whether a function is what a generated Func of a component is for.
func component(sig *types.Signature) bool {
	if sig.Params().Len() != 2 {
		return false
	}
	s, ok := types.Unalias(sig.Params().At(1).Type()).(*types.Named)
	if !ok || holderOf(s) == nil || external(s) {
		return false
	}
	plain := types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), false)
	scope := s.Obj().Pkg().Scope()
	for _, n := range scope.Names() {
		if f, ok := scope.Lookup(n).(*types.TypeName); ok && strings.HasSuffix(n, "Func") && types.Identical(f.Type().Underlying(), plain) {
			return true
		}
	}
	return false
}

// confined is the search through one package.
type confined struct {
	*reporter
	bodies map[types.Object]*ast.FuncDecl
	seen   map[ast.Node]bool
}

// look reports what a piece of code does, and looks at the functions of the package that it mentions.
func (c *confined) look(code ast.Node) {
	if c.seen[code] {
		return
	}
	c.seen[code] = true
	var stack []ast.Node
	ast.Inspect(code, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		c.node(n, stack)
		stack = append(stack, n)
		return true
	})
}

func (c *confined) node(n ast.Node, parents []ast.Node) {
	switch n := n.(type) {
	case *ast.GoStmt:
		c.report(n.Pos(), "a goroutine in a component: the model has one thread; start a component, or make it two")
	case *ast.SelectStmt:
		c.report(n.Pos(), "a select in a component: wait with Choose, which the model knows")
	case *ast.ChanType:
		c.report(n.Pos(), "a channel of Go in a component: declare a protocol")
	case *ast.SendStmt:
		c.report(n.Pos(), "a channel of Go in a component: declare a protocol")
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			c.report(n.Pos(), "a channel of Go in a component: declare a protocol")
		}
	case *ast.RangeStmt:
		if t := c.pass.TypesInfo.TypeOf(n.X); t != nil {
			if _, ok := t.Underlying().(*types.Chan); ok {
				c.report(n.Pos(), "a channel of Go in a component: declare a protocol")
			}
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "close" {
			if _, ok := c.pass.TypesInfo.Uses[id].(*types.Builtin); ok {
				c.report(n.Pos(), "a channel of Go in a component: declare a protocol")
			}
		}
	case *ast.Ident:
		c.mention(n, parents)
	}
}

// mention is a name in the code of a component.
func (c *confined) mention(id *ast.Ident, parents []ast.Node) {
	obj := c.pass.TypesInfo.Uses[id]
	if obj == nil || obj.Pkg() == nil {
		return
	}
	path := obj.Pkg().Path()
	first, _, _ := strings.Cut(path, "/")
	if _, imported := obj.(*types.PkgName); imported {
		return
	}
	if why, ok := outside[first]; ok {
		c.report(id.Pos(), "%s.%s in a component: %s", obj.Pkg().Name(), id.Name, why)
		return
	}
	switch {
	case path == "time" && !measure(obj):
		c.report(id.Pos(), "time.%s in a component: it reads the clock or waits; ask a clock by its protocol, or use a timeout of Choose", id.Name)
	case path == "context" && waits(id.Name):
		c.report(id.Pos(), "context.%s in a component: it starts a timer or a goroutine; use a timeout of Choose", id.Name)
	}
	switch obj := obj.(type) {
	case *types.Var:
		if obj.Parent() == obj.Pkg().Scope() && !isError(obj.Type()) {
			c.variable(id, obj, parents)
		}
	case *types.Func:
		if body := c.bodies[obj.Origin()]; body != nil && !testFile(c.pass, body) {
			c.look(body)
		}
	}
}

// measure reports whether something of package time is a value only: a type that measures, its methods, a constant.
func measure(obj types.Object) bool {
	if _, ok := obj.(*types.Const); ok || measures[obj.Name()] {
		return true
	}
	f, ok := obj.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return false
	}
	named, ok := deref(f.Signature().Recv().Type()).(*types.Named)
	return ok && measures[named.Obj().Name()]
}

func waits(name string) bool {
	return strings.HasPrefix(name, "WithTimeout") || strings.HasPrefix(name, "WithDeadline") || name == "AfterFunc"
}

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
