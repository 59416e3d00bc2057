package analyzer

import "golang.org/x/tools/go/ssa"

// liveness returns the values that are looked at from the start of each block on, its phis' results included: the usual backward iteration.
func liveness(fn *ssa.Function) map[*ssa.BasicBlock]map[slot]bool {
	in := map[*ssa.BasicBlock]map[slot]bool{}
	for _, b := range fn.Blocks {
		in[b] = map[slot]bool{}
	}
	for changed := true; changed; {
		changed = false
		for i := len(fn.Blocks) - 1; i >= 0; i-- {
			b := fn.Blocks[i]
			now := map[slot]bool{}
			for _, s := range b.Succs {
				edge := edgeOf(b, s)
				for v := range in[s] {
					if p, ok := v.v.(*ssa.Phi); ok && p.Block() == s {
						continue
					}
					now[v] = true
				}
				for _, i := range s.Instrs {
					p, ok := i.(*ssa.Phi)
					if !ok {
						break
					}
					if in[s][slot{p, -1}] {
						now[slot{p.Edges[edge], -1}] = true
					}
				}
			}
			for j := len(b.Instrs) - 1; j >= 0; j-- {
				i := b.Instrs[j]
				if _, ok := i.(*ssa.Phi); ok {
					continue
				}
				if v, ok := i.(ssa.Value); ok {
					delete(now, slot{v, -1})
				}
				if e, ok := i.(*ssa.Extract); ok {
					now[slot{e.Tuple, e.Index}] = true
				}
				for _, op := range i.Operands(nil) {
					if *op != nil {
						now[slot{*op, -1}] = true
					}
				}
				if v, ok := i.(ssa.Value); ok {
					for k := range now {
						if k.i >= 0 && k.v == v {
							delete(now, k)
						}
					}
				}
			}
			for v := range now {
				if !in[b][v] {
					in[b][v] = true
					changed = true
				}
			}
		}
	}
	return in
}
