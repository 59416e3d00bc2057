package export

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// TLA writes a system for TLC: a module and the configuration that says what to check. The state is one record, a step is an action that makes
// the next one from it, and what fails is noted in the field `fault`, which the invariant NoFault wants empty. The error names what cannot be said.
func TLA(sys *session.System, module string) (tla, cfg []byte, err error) {
	m, err := Commands(sys)
	if err != nil {
		return nil, nil, err
	}
	w := &tlaWriter{m: m}
	w.head(nameOf(sys), module)
	w.first()
	var all []string
	for _, p := range m.Processes {
		all = append(all, w.process(p)...)
	}
	w.next(all)
	w.invariants()
	w.line(0, "%s", strings.Repeat("=", 78))
	return w.out.Bytes(), []byte("INIT Init\nNEXT Next\nINVARIANTS NoFault " + strings.Join(w.named(), " ") + "\nCHECK_DEADLOCK FALSE\n"), nil
}

// tlaWriter writes a Model. An expression is over the record that is named by rec.
type tlaWriter struct {
	m     *Model
	out   bytes.Buffer
	rec   string
	fresh int      // records named so far in a definition
	loops []string // definitions of loops, which come before those that use them
	rules int
	fails bool // a step of the rule at hand can fail, so each statement asks whether one has
}

func (w *tlaWriter) line(depth int, format string, args ...any) {
	w.out.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&w.out, format, args...)
	w.out.WriteByte('\n')
}

func (w *tlaWriter) head(name, module string) {
	w.line(0, "---- MODULE %s ----", module)
	w.line(0, "(* %s, exported by protoc-os.", starless(name))
	for _, n := range w.m.Notes {
		w.line(0, "   %s", n)
	}
	w.line(0, "   java -cp tla2tools.jar tlc2.TLC -config %s.cfg %s *)", module, module)
	w.line(0, "EXTENDS Integers")
	w.line(0, "VARIABLE s")
	w.line(0, "")
	w.line(0, "Truth(b) == IF b THEN 1 ELSE 0")
	w.line(0, "\\* The remainder of truncated division, as in Go and C: TLA+'s own has the divisor's sign.")
	w.line(0, "Abs(a) == IF a < 0 THEN -a ELSE a")
	w.line(0, "Rem(a, b) == IF a < 0 THEN -(Abs(a) %% Abs(b)) ELSE a %% Abs(b)")
	w.line(0, "")
}

// starless keeps text from ending or opening a comment.
func starless(text string) string {
	return strings.NewReplacer("(*", "( *", "*)", "* )").Replace(text)
}

// first is the state at the start. Arrays are functions from 0 on.
func (w *tlaWriter) first() {
	w.line(0, "Init == s = [")
	for _, v := range w.m.Vars {
		if v.Scratch {
			continue
		}
		value := fmt.Sprint(v.Init[0])
		if v.Array {
			value = fmt.Sprint(v.Init[len(v.Init)-1])
			for k := len(v.Init) - 2; k >= 0; k-- {
				if n := fmt.Sprint(v.Init[k]); n != value {
					value = fmt.Sprintf("IF i = %d THEN %s ELSE %s", k, n, value)
				}
			}
			value = fmt.Sprintf("[i \\in 0..%d |-> %s]", v.Len-1, value)
		}
		w.line(1, "%s |-> %s, \\* %s", v.Name, value, v.Says)
	}
	for _, v := range w.m.Vars {
		if v.Scratch {
			w.line(1, "%s |-> 0, \\* %s", v.Name, v.Says)
		}
	}
	fault := `""`
	if w.m.Start != nil {
		fault = fmt.Sprintf("%q", w.m.Start.Kind)
	}
	w.line(1, "fault |-> %s]", fault)
	w.line(0, "")
}

// process writes a definition for each rule and returns their names.
func (w *tlaWriter) process(p *Process) (names []string) {
	w.line(0, "\\* %s: %s", p.Name, p.Says)
	for _, r := range p.Rules {
		name := fmt.Sprintf("%s_%d", p.Name, w.rules)
		w.rules++
		var body bytes.Buffer
		w.out, body = body, w.out
		w.fresh, w.rec, w.fails = 0, "s", canFail(r.Body)
		guard := w.truth(r.Guard)
		w.fresh = 1
		w.line(1, "/\\ s' = LET s1 == s")
		w.statements(3, r.Body, name)
		w.line(3, "IN s%d", w.fresh)
		text := w.out.String()
		w.out = body
		for _, l := range w.loops {
			w.out.WriteString(l)
		}
		w.loops = nil
		w.line(0, "\\* %s", r.Says)
		w.line(0, "On_%s == %s", name, guard)
		w.line(0, "%s ==", name)
		w.line(1, "/\\ s.fault = \"\"")
		w.line(1, "/\\ On_%s", name)
		w.out.WriteString(text)
		names = append(names, name)
	}
	w.line(0, "")
	return names
}

// statements writes each statement as the definition of the next record in a LET: s2 == what it makes of s1. After a fault nothing happens.
func (w *tlaWriter) statements(depth int, b *Block, rule string) {
	for _, s := range b.Stmts {
		w.rec = fmt.Sprintf("s%d", w.fresh)
		text := w.statement(depth, s, rule)
		w.fresh++
		w.line(depth, "s%d == %s", w.fresh, text)
	}
}

// statement returns an expression for the record after a statement, given the one before it in rec.
func (w *tlaWriter) statement(depth int, s Stmt, rule string) string {
	rec := w.rec
	switch s := s.(type) {
	case *Set:
		if s.Index == nil {
			return w.unless(rec, fmt.Sprintf("[%s EXCEPT !.%s = %s]", rec, s.Var.Name, w.value(s.Value)))
		}
		return w.unless(rec, fmt.Sprintf("[%s EXCEPT !.%s[%s] = %s]", rec, s.Var.Name, w.value(s.Index), w.value(s.Value)))
	case *Fail:
		return w.unless(rec, fmt.Sprintf("[%s EXCEPT !.fault = %q]", rec, s.Kind))
	case *If:
		cond := w.truth(s.Cond)
		yes, no := w.block(depth+1, s.Then, rule), w.block(depth+1, s.Else, rule)
		tab := "\n" + strings.Repeat("  ", depth+1)
		return w.unless(rec, fmt.Sprintf("IF %s%sTHEN %s%sELSE %s", cond, tab, yes, tab, no))
	case *While:
		loop := fmt.Sprintf("Loop_%s_%d", rule, len(w.loops))
		old := w.rec
		w.rec = "r"
		cond := w.truth(s.Cond)
		body := w.block(2, s.Body, rule)
		w.rec = old
		w.loops = append(w.loops, fmt.Sprintf("RECURSIVE %s(_)\n%s(r) == IF r.fault = \"\" /\\ %s\n  THEN %s(%s)\n  ELSE r\n", loop, loop, cond, loop, body))
		return fmt.Sprintf("%s(%s)", loop, rec)
	}
	panic("export: no such statement")
}

// unless is a record, or the one before if there is a fault.
func (w *tlaWriter) unless(rec, text string) string {
	if !w.fails {
		return text
	}
	return fmt.Sprintf("IF %s.fault # \"\" THEN %s ELSE %s", rec, rec, text)
}

// canFail reports whether a block has a Fail.
func canFail(b *Block) bool {
	for _, s := range b.Stmts {
		switch s := s.(type) {
		case *Fail:
			return true
		case *If:
			if canFail(s.Then) || canFail(s.Else) {
				return true
			}
		case *While:
			if canFail(s.Body) {
				return true
			}
		}
	}
	return false
}

// block returns an expression for the record after a block, which begins with rec.
func (w *tlaWriter) block(depth int, b *Block, rule string) string {
	if len(b.Stmts) == 0 {
		return w.rec
	}
	old := w.rec
	var text strings.Builder
	fmt.Fprintf(&text, "LET")
	var outer bytes.Buffer
	w.out, outer = outer, w.out
	first := w.rec
	for k, s := range b.Stmts {
		if k > 0 {
			w.rec = fmt.Sprintf("s%d", w.fresh)
		} else {
			w.rec = first
		}
		expr := w.statement(depth+1, s, rule)
		w.fresh++
		fmt.Fprintf(&text, "\n%ss%d == %s", strings.Repeat("  ", depth+1), w.fresh, expr)
	}
	w.out = outer
	w.rec = old
	fmt.Fprintf(&text, "\n%sIN s%d", strings.Repeat("  ", depth+1), w.fresh)
	return text.String()
}
