package analyzer

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// Linear reports states that are not used exactly once.
var Linear = &analysis.Analyzer{
	Name: "linear",
	Doc:  "report states of protoc-os stubs that are used twice, dropped, or put where they cannot be followed",
	Run:  runLinear,
}

func runLinear(pass *analysis.Pass) (any, error) {
	r := newReporter(pass)
	defer r.flush()
	prog := program(pass)
	l := &linear{reporter: r, program: prog, boxes: findBoxes(prog), summaries: map[*ssa.Function]*summary{}, given: map[given][]outcome{}, switches: incomplete(pass)}
	for _, f := range pass.Files {
		if stub(pass, f) {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if fn := l.program.FuncValue(pass.TypesInfo.Defs[d.Name].(*types.Func)); fn != nil {
					l.judge(fn)
				}
			case *ast.GenDecl:
				l.variables(d)
			}
		}
	}
	for _, p := range l.program.AllPackages() {
		if p.Pkg == pass.Pkg {
			l.judge(p.Func("init")) // the literals in variables
		}
	}
	return nil, nil
}

// program builds the package's SSA form, with each generic function as it is instantiated here.
func program(pass *analysis.Pass) *ssa.Program {
	prog := ssa.NewProgram(pass.Fset, ssa.InstantiateGenerics)
	prog.SetNoReturn(noReturn)
	made := map[*types.Package]bool{}
	var imports func(p *types.Package)
	imports = func(p *types.Package) {
		for _, i := range p.Imports() {
			if !made[i] {
				made[i] = true
				prog.CreatePackage(i, nil, nil, true)
				imports(i)
			}
		}
	}
	imports(pass.Pkg)
	prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false).Build()
	return prog
}

// noReturn knows the functions of the standard library that end a goroutine or the program.
func noReturn(f *types.Func) bool {
	if f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "os":
		return f.Name() == "Exit"
	case "runtime":
		return f.Name() == "Goexit"
	case "log":
		switch f.Name() {
		case "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln":
			return true
		}
	case "testing":
		switch f.Name() {
		case "Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow":
			return true
		}
	}
	return false
}

// linear judges the functions of one package.
type linear struct {
	*reporter
	program   *ssa.Program
	boxes     *boxes
	summaries map[*ssa.Function]*summary
	given     map[given][]outcome
	switches  []ast.Node // over sums, that miss a case: what they drop is told once
}

// incomplete returns the switches that Cases reports.
func incomplete(pass *analysis.Pass) (found []ast.Node) {
	for _, f := range pass.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSwitchStmt); ok {
				if _, missing, _ := missingCases(pass.TypesInfo, s); len(missing) > 0 {
					found = append(found, s)
				}
			}
			return true
		})
	}
	return found
}

// judge looks at a function, the literals in it, and the generic functions that it instantiates.
func (l *linear) judge(fn *ssa.Function) {
	if fn == nil || l.summaries[fn] != nil || len(fn.Blocks) == 0 || fn.TypeParams().Len() > len(fn.TypeArgs()) {
		return
	}
	l.summarise(fn)
	for _, inner := range fn.AnonFuncs {
		l.judge(inner)
	}
	for _, b := range fn.Blocks {
		for _, i := range b.Instrs {
			for _, op := range i.Operands(nil) {
				if callee, ok := (*op).(*ssa.Function); ok && callee.Origin() != nil {
					l.judge(callee)
				}
			}
		}
	}
}

// variables refuses package variables that hold a state.
func (l *linear) variables(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for _, id := range v.Names {
			if obj, ok := l.pass.TypesInfo.Defs[id].(*types.Var); ok && kindOf(obj.Type()) != plain {
				l.report(id.Pos(), "a %s in a package variable cannot be followed: pass it from function to function, or park it in a channel.Cell", name(obj.Type()))
			}
		}
	}
}
