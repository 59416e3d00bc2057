package analyzer

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// boxes are the values of type any that stand for a sum which no declaration has: what a function of the package asserts to be a state or a
// message, and whatever flows there within the package, through variables, arguments and results. They are followed like a sum.
type boxes struct {
	values  map[ssa.Value]bool
	results map[*ssa.Function]map[int]bool
	callers map[*ssa.Function][]*ssa.CallCommon
	calls   map[*ssa.Function][]ssa.Value // values of the calls
	todo    []ssa.Value
}

func findBoxes(prog *ssa.Program) *boxes {
	b := &boxes{values: map[ssa.Value]bool{}, results: map[*ssa.Function]map[int]bool{}, callers: map[*ssa.Function][]*ssa.CallCommon{}, calls: map[*ssa.Function][]ssa.Value{}}
	for fn := range ssautil.AllFunctions(prog) {
		for _, block := range fn.Blocks {
			for _, i := range block.Instrs {
				if a, ok := i.(*ssa.TypeAssert); ok && isAny(a.X.Type()) && kindOf(a.AssertedType) != plain {
					b.add(a.X)
				}
				if c, ok := i.(ssa.CallInstruction); ok {
					if callee := c.Common().StaticCallee(); callee != nil && len(callee.Blocks) > 0 {
						b.callers[callee] = append(b.callers[callee], c.Common())
						if v := c.Value(); v != nil {
							b.calls[callee] = append(b.calls[callee], v)
						}
					}
				}
			}
		}
	}
	for len(b.todo) > 0 {
		v := b.todo[len(b.todo)-1]
		b.todo = b.todo[:len(b.todo)-1]
		b.flow(v)
	}
	return b
}

func isAny(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

func (b *boxes) add(v ssa.Value) {
	if isAny(v.Type()) && !b.values[v] {
		b.values[v] = true
		b.todo = append(b.todo, v)
	}
}

// flow adds where a box comes from, and where it goes to.
func (b *boxes) flow(v ssa.Value) {
	switch v := v.(type) {
	case *ssa.Phi:
		for _, e := range v.Edges {
			b.add(e)
		}
	case *ssa.Extract:
		if c, ok := v.Tuple.(*ssa.Call); ok {
			b.result(c.Call.StaticCallee(), v.Index)
		}
	case *ssa.Call:
		b.result(v.Call.StaticCallee(), 0)
	case *ssa.Parameter:
		for i, p := range v.Parent().Params {
			if p == v {
				for _, c := range b.callers[v.Parent()] {
					b.add(c.Args[i])
				}
			}
		}
	case *ssa.UnOp:
		if a, ok := v.X.(*ssa.Alloc); ok {
			for _, r := range *a.Referrers() {
				if s, ok := r.(*ssa.Store); ok && s.Addr == a {
					b.add(s.Val)
				}
			}
		}
	}
	if v.Referrers() == nil {
		return
	}
	for _, r := range *v.Referrers() {
		switch r := r.(type) {
		case *ssa.Phi:
			b.add(r)
		case *ssa.Return:
			for i, x := range r.Results {
				if x == v {
					b.result(r.Parent(), i)
				}
			}
		}
	}
}

// result adds what a function returns and what its callers get.
func (b *boxes) result(fn *ssa.Function, i int) {
	if fn == nil || len(fn.Blocks) == 0 || b.results[fn][i] {
		return
	}
	if b.results[fn] == nil {
		b.results[fn] = map[int]bool{}
	}
	b.results[fn][i] = true
	for _, block := range fn.Blocks {
		if r, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Return); ok && i < len(r.Results) {
			b.add(r.Results[i])
		}
	}
	for _, c := range b.calls[fn] {
		b.add(c)
		for _, r := range *c.Referrers() {
			if e, ok := r.(*ssa.Extract); ok && e.Index == i {
				b.add(e)
			}
		}
	}
}

// tracked reports whether a value is, or holds, a state that is followed.
func (l *linear) tracked(v ssa.Value) bool { return kindOf(v.Type()) != plain || l.boxes.values[v] }
