package export

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// Promela writes a system for SPIN. Each component is a process and each step one d_step, so SPIN's states without its reductions are ours (it
// counts as many). A state from which nothing moves is judged by a process of its own; what is wrong is named by the assertion that fails.
// The error names what cannot be said in Promela.
func Promela(sys *session.System) ([]byte, error) {
	m, err := Commands(sys)
	if err != nil {
		return nil, err
	}
	if len(m.Processes) > 250 {
		return nil, fmt.Errorf("%d components: SPIN runs at most 255 processes", len(m.Processes))
	}
	w := &promela{m: m}
	w.head(nameOf(sys))
	w.variables()
	for _, p := range m.Processes {
		w.process(p)
	}
	w.watch()
	return w.out.Bytes(), nil
}

// nameOf is the system's name with its package, and its parameters.
func nameOf(sys *session.System) string {
	name := "a system"
	if sys.Decl != nil {
		name = sys.Decl.QName()
	}
	for _, p := range sys.Params {
		name += fmt.Sprintf(", %s = %d", p.Name, p.Check)
	}
	return name
}

// promela writes a Model.
type promela struct {
	m   *Model
	out bytes.Buffer
}

func (w *promela) line(depth int, format string, args ...any) {
	w.out.WriteString(strings.Repeat("\t", depth))
	fmt.Fprintf(&w.out, format, args...)
	w.out.WriteByte('\n')
}

func (w *promela) head(name string) {
	w.line(0, "/* %s, exported by protoc-os.", name)
	for _, n := range w.m.Notes {
		w.line(0, "   %s", n)
	}
	w.line(0, "   spin -a FILE; gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c; ./pan */")
	w.line(0, "")
	for _, f := range failureNames {
		w.line(0, "hidden byte no_%s;\t/* always 0: what fails is named by its assertion */", f)
	}
	w.line(0, "")
}

// variables declares all cells with what they hold at the start.
func (w *promela) variables() {
	for _, v := range w.m.Vars {
		kind := "int"
		switch {
		case v.Lo >= 0 && v.Hi <= 1 && !v.Array && !v.Scratch:
			kind = "bit"
		case v.Lo >= 0 && v.Hi <= 255:
			kind = "byte"
		case v.Lo >= -1<<15 && v.Hi < 1<<15:
			kind = "short"
		}
		if v.Scratch {
			kind = "hidden " + kind
		}
		name, same := v.Name, true
		for _, n := range v.Init {
			same = same && n == v.Init[0]
		}
		if v.Array {
			name = fmt.Sprintf("%s[%d]", v.Name, v.Len)
		}
		first := ""
		switch {
		case same && v.Init[0] != 0:
			first = fmt.Sprintf(" = %d", v.Init[0])
		case !same:
			var all []string
			for _, n := range v.Init {
				all = append(all, fmt.Sprint(n))
			}
			first = " = { " + strings.Join(all, ", ") + " }"
		}
		w.line(0, "%s %s%s;\t/* %s */", kind, name, first, comment(v.Says))
	}
}

// comment keeps text from ending a comment.
func comment(text string) string { return strings.ReplaceAll(text, "*/", "* /") }

func (w *promela) process(p *Process) {
	w.line(0, "")
	w.line(0, "/* %s */", comment(p.Says))
	w.line(0, "active proctype p_%s()", p.Name)
	w.line(0, "{")
	if len(p.Rules) == 0 {
		w.line(0, "end:\tfalse")
		w.line(0, "}")
		return
	}
	w.line(0, "end:\tdo")
	for _, r := range p.Rules {
		for _, r := range lift(r) {
			w.line(1, ":: d_step { /* %s */", comment(r.Says))
			w.line(2, "%s ->", w.expr(r.Guard))
			w.block(2, r.Body)
			w.line(1, "}")
		}
	}
	w.line(1, "od")
	w.line(0, "}")
}

// block writes statements; there is at least one.
func (w *promela) block(depth int, b *Block) {
	if len(b.Stmts) == 0 {
		w.line(depth, "skip")
	}
	for k, s := range b.Stmts {
		end := ";"
		if k == len(b.Stmts)-1 {
			end = ""
		}
		switch s := s.(type) {
		case *Set:
			w.line(depth, "%s = %s%s", w.cell(s.Var, s.Index), w.expr(s.Value), end)
		case *If:
			w.line(depth, "if")
			w.line(depth, ":: %s ->", w.expr(s.Cond))
			w.block(depth+1, s.Then)
			w.line(depth, ":: else ->")
			w.block(depth+1, s.Else)
			w.line(depth, "fi%s", end)
		case *While:
			w.line(depth, "do")
			w.line(depth, ":: %s ->", w.expr(s.Cond))
			w.block(depth+1, s.Body)
			w.line(depth, ":: else -> break")
			w.line(depth, "od;")
			w.line(depth, "skip%s", end) // SPIN loses where a loop ends that is the last of a d_step
		case *Fail:
			w.line(depth, "assert(no_%s)%s\t/* %s */", s.Kind, end, comment(s.Says))
		}
	}
}

// watch is the process that finds bad states.
func (w *promela) watch() {
	w.line(0, "")
	w.line(0, "/* what must not be reached */")
	w.line(0, "active proctype watch()")
	w.line(0, "{")
	w.line(0, "end:\tdo")
	if f := w.m.Start; f != nil {
		w.line(1, ":: d_step { true -> assert(no_%s) }\t/* the first step: %s */", f.Kind, comment(f.Says))
	}
	for _, b := range w.m.Bad {
		when, step := w.expr(b.When), "d_step"
		if b.Kind == Deadlock {
			when, step = w.still()+" && "+when, "atomic" // no d_step may ask for timeout
		}
		w.line(1, ":: %s { /* %s */", step, comment(b.Says))
		w.line(2, "%s ->", when)
		w.line(2, "assert(no_%s)", b.Kind)
		w.line(1, "}")
	}
	w.line(1, ":: false -> skip")
	w.line(1, "od")
	w.line(0, "}")
}

// still is whether no rule counts as a step. SPIN knows when nothing at all can move; where faults and timeouts can, it is spelled out.
func (w *promela) still() string {
	spelled := false
	for _, p := range w.m.Processes {
		for _, r := range p.Rules {
			spelled = spelled || r.Kind != Step
		}
	}
	if !spelled {
		return "timeout"
	}
	some := no
	for _, p := range w.m.Processes {
		for _, r := range p.Rules {
			if r.Kind == Step {
				some = or(some, r.Guard)
			}
		}
	}
	return w.expr(not(some))
}

func (w *promela) cell(v *Var, index *Expr) string {
	if index == nil {
		return v.Name
	}
	return fmt.Sprintf("%s[%s]", v.Name, w.expr(index))
}

var symbols = map[Op]string{And: "&&", Or: "||", Eq: "==", Ne: "!=", Lt: "<", Le: "<=", Add: "+", Sub: "-", Mul: "*", Div: "/", Mod: "%"}

// expr writes an expression that can stand anywhere.
func (w *promela) expr(e *Expr) string {
	switch e.Op {
	case Const:
		if e.N < 0 {
			return fmt.Sprintf("(%d)", e.N)
		}
		return fmt.Sprint(e.N)
	case Cell:
		return w.cell(e.Var, e.X)
	case Not:
		return "!" + w.expr(e.X)
	case In:
		x := w.expr(e.X)
		var all []string
		for _, n := range e.Of {
			all = append(all, fmt.Sprintf("%s == %d", x, n))
		}
		return "(" + strings.Join(all, " || ") + ")"
	case And, Or: // long chains stay flat
		var all []string
		for x := e; ; x = x.X {
			all = append(all, w.expr(x.Y))
			if x.X.Op != e.Op {
				all = append(all, w.expr(x.X))
				break
			}
		}
		for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
			all[i], all[j] = all[j], all[i]
		}
		return "(" + strings.Join(all, " "+symbols[e.Op]+" ") + ")"
	}
	return "(" + w.expr(e.X) + " " + symbols[e.Op] + " " + w.expr(e.Y) + ")"
}
