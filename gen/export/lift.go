package export

// heavy is how many branches and loops a rule may have in Promela: SPIN takes some 2,000 jumps in a d_step, and each needs a few.
const heavy = 300

// lift divides a rule that SPIN would find too long: the branches of a condition that it begins with become rules of their own, whose guards say the
// condition. What comes before such a condition changes nothing.
func lift(r *Rule) []*Rule {
	if weight(r.Body) <= heavy {
		return []*Rule{r}
	}
	for k, s := range r.Body.Stmts {
		x, ok := s.(*If)
		if !ok {
			break
		}
		if only(x.Then) && only(x.Else) {
			continue // a check
		}
		if !plain(x.Cond) {
			break
		}
		branch := func(cond *Expr, taken *Block) []*Rule {
			all := append([]Stmt{}, r.Body.Stmts[:k]...)
			all = append(append(all, taken.Stmts...), r.Body.Stmts[k+1:]...)
			return lift(&Rule{Says: r.Says, Kind: r.Kind, Guard: and(r.Guard, cond), Body: &Block{Stmts: all}})
		}
		return append(branch(x.Cond, x.Then), branch(not(x.Cond), x.Else)...)
	}
	return []*Rule{r}
}

// weight counts branches and loops.
func weight(b *Block) int {
	n := 0
	for _, s := range b.Stmts {
		switch s := s.(type) {
		case *If:
			n += 1 + weight(s.Then) + weight(s.Else)
		case *While:
			n += 1 + weight(s.Body)
		}
	}
	return n
}

// only reports whether a block does nothing but fail.
func only(b *Block) bool {
	for _, s := range b.Stmts {
		if _, ok := s.(*Fail); !ok {
			return false
		}
	}
	return true
}

// plain reports whether an expression can be looked at anywhere: it has no index that a check would have to hold first.
func plain(e *Expr) bool {
	return e == nil || (e.Op != Cell || e.X == nil) && (e.Op != Div && e.Op != Mod) && plain(e.X) && plain(e.Y)
}
