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

func runConfined(pass *analysis.Pass) (any, error) {
	if host(pass.Pkg.Path()) {
		return nil, nil
	}
	c := &confined{reporter: newReporter(pass), bodies: map[types.Object]*ast.FuncDecl{}, literals: map[types.Object]*ast.FuncLit{}, seen: map[ast.Node]bool{}}
	defer c.flush()
	for _, f := range pass.Files {
		if stub(pass, f) {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Body != nil {
					c.bodies[pass.TypesInfo.Defs[d.Name]] = d
				}
			case *ast.GenDecl:
				c.initial(d)
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

// initial notes the package variables that are functions.
func (c *confined) initial(d *ast.GenDecl) {
	for _, s := range d.Specs {
		v, ok := s.(*ast.ValueSpec)
		if !ok || len(v.Values) != len(v.Names) {
			continue
		}
		for i, name := range v.Names {
			if f, ok := v.Values[i].(*ast.FuncLit); ok {
				c.literals[c.pass.TypesInfo.Defs[name]] = f
			}
		}
	}
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
	bodies   map[types.Object]*ast.FuncDecl
	literals map[types.Object]*ast.FuncLit // what a package variable is from the start
	seen     map[ast.Node]bool
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
	if _, imported := obj.(*types.PkgName); imported {
		return
	}
	first, _, _ := strings.Cut(path, "/")
	for _, p := range []string{first, path} {
		if why, ok := outside[p]; ok {
			c.report(id.Pos(), "%s.%s in a component: %s", obj.Pkg().Name(), id.Name, why)
			return
		}
	}
	switch {
	case hidden(obj):
		c.report(id.Pos(), "%s.%s in a component: %s", obj.Pkg().Name(), id.Name, hiddens[path])
	case path == "time" && !measure(obj):
		c.report(id.Pos(), "time.%s in a component: it reads the clock or waits; ask a clock by its protocol, or use a timeout of Choose", id.Name)
	case path == "context" && waits(id.Name):
		c.report(id.Pos(), "context.%s in a component: it starts a timer or a goroutine; use a timeout of Choose", id.Name)
	}
	switch obj := obj.(type) {
	case *types.Var:
		if obj.Parent() == obj.Pkg().Scope() && !isError(obj.Type()) {
			c.variable(id, obj, parents)
			if f := c.literals[obj]; f != nil {
				c.look(f)
			}
		}
	case *types.Func:
		c.function(obj)
	}
}

// function looks at a function of the package, or at each that the method of an interface may be.
func (c *confined) function(f *types.Func) {
	if body := c.bodies[f.Origin()]; body != nil && !testFile(c.pass, body) {
		c.look(body)
	}
	recv := f.Signature().Recv()
	if recv == nil {
		return
	}
	of, ok := recv.Type().Underlying().(*types.Interface)
	if !ok {
		return
	}
	for obj, body := range c.bodies {
		m := obj.(*types.Func)
		if r := m.Signature().Recv(); m.Name() == f.Name() && r != nil && types.Implements(types.NewPointer(deref(r.Type())), of) && !testFile(c.pass, body) {
			c.look(body)
		}
	}
}
