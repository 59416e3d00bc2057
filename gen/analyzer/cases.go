package analyzer

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Cases reports type switches over generated sums that do not name every case. A default does not stand for a case: when the declaration
// gains one, the compiler and this analyzer are to say where the code has to follow.
var Cases = &analysis.Analyzer{
	Name: "cases",
	Doc:  "report type switches over the sums of protoc-os stubs that miss a case",
	Run:  runCases,
}

func runCases(pass *analysis.Pass) (any, error) {
	r := newReporter(pass)
	defer r.flush()
	for _, f := range pass.Files {
		if stub(pass, f) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSwitchStmt); ok {
				if of, missing, hidden := missingCases(pass.TypesInfo, s); len(missing) > 0 {
					if hidden {
						r.report(s.Pos(), "the default of this switch over %s hides %s: name each case", name(of), strings.Join(missing, ", "))
					} else {
						r.report(s.Pos(), "this switch over %s misses %s", name(of), strings.Join(missing, ", "))
					}
				}
			}
			return true
		})
	}
	return nil, nil
}

// missingCases returns the sum that a switch is over (nil: none), the cases that it does not name, and whether a default takes them.
func missingCases(info *types.Info, s *ast.TypeSwitchStmt) (of types.Type, missing []string, hidden bool) {
	var subject ast.Expr
	switch a := s.Assign.(type) {
	case *ast.AssignStmt:
		subject = a.Rhs[0]
	case *ast.ExprStmt:
		subject = a.X
	}
	of = info.TypeOf(ast.Unparen(subject).(*ast.TypeAssertExpr).X)
	if kindOf(of) != sum {
		return nil, nil, false
	}
	var named []types.Type
	for _, clause := range s.Body.List {
		clause := clause.(*ast.CaseClause)
		hidden = hidden || clause.List == nil
		for _, e := range clause.List {
			named = append(named, info.TypeOf(e))
		}
	}
	for _, m := range members(types.Unalias(of).(*types.Named)) {
		if !contains(named, m) {
			missing = append(missing, name(m))
		}
	}
	return of, missing, hidden
}

func contains(list []types.Type, t types.Type) bool {
	for _, l := range list {
		if types.Identical(l, t) {
			return true
		}
	}
	return false
}
