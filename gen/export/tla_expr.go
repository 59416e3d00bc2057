package export

import (
	"fmt"
	"strings"
)

// next is the disjunction of all rules.
func (w *tlaWriter) next(rules []string) {
	if len(rules) == 0 {
		w.line(0, "Next == FALSE /\\ s' = s")
	} else {
		w.line(0, "Next ==")
		for _, r := range rules {
			w.line(1, "\\/ %s", r)
		}
	}
	w.line(0, "")
	w.line(0, "Spec == Init /\\ [][Next]_s")
	w.line(0, "")
}

// named lists the invariants beside NoFault.
func (w *tlaWriter) named() (names []string) {
	for f := range failures {
		for _, b := range w.m.Bad {
			if b.Kind == f {
				names = append(names, invariantOf(f))
				break
			}
		}
	}
	return names
}

func invariantOf(f Failure) string {
	name := f.String()
	return "No" + strings.ToUpper(name[:1]) + name[1:]
}

func (w *tlaWriter) invariants() {
	w.rec = "s"
	w.line(0, "NoFault == s.fault = \"\"")
	w.line(0, "")
	w.line(0, "\\* A step can be taken; timeouts that rescue nobody, and faults, do not count.")
	w.line(0, "Moves ==")
	w.line(1, "\\/ FALSE")
	n := 0
	for _, p := range w.m.Processes {
		for _, r := range p.Rules {
			if r.Kind == Step {
				w.line(1, "\\/ On_%s_%d", p.Name, n)
			}
			n++
		}
	}
	w.line(0, "")
	for f := range failures {
		var all []*Bad
		for _, b := range w.m.Bad {
			if b.Kind == f {
				all = append(all, b)
			}
		}
		if len(all) == 0 {
			continue
		}
		for k, b := range all {
			w.line(0, "Bad%s_%d == %s \\* %s", invariantOf(f)[2:], k, w.truth(b.When), b.Says)
		}
		w.line(0, "%s ==", invariantOf(f))
		w.line(1, "\\/ s.fault # \"\"")
		if f == Deadlock {
			w.line(1, "\\/ Moves")
		}
		w.line(1, "\\/ ~(\\/ FALSE")
		for k := range all {
			w.line(1, "     \\/ Bad%s_%d", invariantOf(f)[2:], k)
		}
		w.line(1, "    )")
		w.line(0, "")
	}
}

// cell reads a cell of the record at hand.
func (w *tlaWriter) cell(v *Var, index *Expr) string {
	if index == nil {
		return w.rec + "." + v.Name
	}
	return fmt.Sprintf("%s.%s[%s]", w.rec, v.Name, w.value(index))
}

var tlaSymbols = map[Op]string{Eq: "=", Ne: "#", Lt: "<", Le: "<=", Add: "+", Sub: "-", Mul: "*", Div: "\\div"}

// value writes an expression as a number.
func (w *tlaWriter) value(e *Expr) string {
	switch e.Op {
	case Const:
		if e.N < 0 {
			return fmt.Sprintf("(%d)", e.N)
		}
		return fmt.Sprint(e.N)
	case Cell:
		return w.cell(e.Var, e.X)
	case Add, Sub, Mul, Div:
		return "(" + w.value(e.X) + " " + tlaSymbols[e.Op] + " " + w.value(e.Y) + ")"
	case Mod:
		return "Rem(" + w.value(e.X) + ", " + w.value(e.Y) + ")"
	}
	return "Truth(" + w.truth(e) + ")"
}

// truth writes an expression as TRUE or FALSE.
func (w *tlaWriter) truth(e *Expr) string {
	switch e.Op {
	case Const:
		if e.N != 0 {
			return "TRUE"
		}
		return "FALSE"
	case Not:
		return "~" + w.truth(e.X)
	case In:
		var all []string
		for _, n := range e.Of {
			all = append(all, fmt.Sprint(n))
		}
		return "(" + w.value(e.X) + " \\in {" + strings.Join(all, ", ") + "})"
	case Eq, Ne, Lt, Le:
		return "(" + w.value(e.X) + " " + tlaSymbols[e.Op] + " " + w.value(e.Y) + ")"
	case And, Or: // long chains stay flat
		symbol := map[Op]string{And: " /\\ ", Or: " \\/ "}[e.Op]
		var all []string
		for x := e; ; x = x.X {
			all = append(all, w.truth(x.Y))
			if x.X.Op != e.Op {
				all = append(all, w.truth(x.X))
				break
			}
		}
		for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
			all[i], all[j] = all[j], all[i]
		}
		return "(" + strings.Join(all, symbol) + ")"
	}
	return "(" + w.value(e) + " # 0)"
}
