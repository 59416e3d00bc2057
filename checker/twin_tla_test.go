package checker

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// This is a small evaluator of the part of TLA+ that exports are written in: enough to find the states of a module without TLC. It is strict where
// TLC is: a number is no truth value, and /\ and \/ do not mix without brackets.

// tlaModule is a module that was read.
type tlaModule struct {
	defs  map[string]*tlaDef
	rules []string // of Next
}

type tlaDef struct {
	params []string
	body   *tlaNode
}

// tlaNode is an expression: what it does, and with what.
type tlaNode struct {
	op    string
	name  string
	n     int64
	kids  []*tlaNode
	names []string
}

// tlaRecord is a record of the only kind there is: the state. Its values are int64, string or []int64.
type tlaRecord map[string]any

func (r tlaRecord) key() string {
	var names []string
	for n := range r {
		names = append(names, n)
	}
	sort.Strings(names)
	var out strings.Builder
	for _, n := range names {
		fmt.Fprint(&out, r[n], ";")
	}
	return out.String()
}

var tlaToken = regexp.MustCompile(`^(?:[A-Za-z_][A-Za-z_0-9]*'?|[0-9]+|"[^"]*"|==|<=|\|->|\.\.|\\[a-z]+|/\\|\\/|[-+*%~=#<(),.!\[\]{}])`)

// tlaParse reads a module. A definition begins at the first column.
func tlaParse(text string) *tlaModule {
	m := &tlaModule{defs: map[string]*tlaDef{}}
	text = regexp.MustCompile(`(?s)\(\*.*?\*\)`).ReplaceAllString(text, "")
	var parts []string
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, `\*`)
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "----") || strings.HasPrefix(line, "====") || strings.HasPrefix(line, "EXTENDS") ||
			strings.HasPrefix(line, "VARIABLE") || strings.HasPrefix(line, "RECURSIVE") || strings.HasPrefix(line, "Spec"):
		case line[0] != ' ':
			parts = append(parts, line)
		default:
			parts[len(parts)-1] += "\n" + line
		}
	}
	for _, part := range parts {
		p := &tlaParser{}
		for rest := strings.TrimSpace(part); rest != ""; rest = strings.TrimSpace(rest) {
			t := tlaToken.FindString(rest)
			if t == "" {
				panic("TLA+: " + rest)
			}
			p.tokens = append(p.tokens, t)
			rest = rest[len(t):]
		}
		name, d := p.next(), &tlaDef{}
		if p.is("(") {
			for p.next(); ; {
				d.params = append(d.params, p.next())
				if p.next() == ")" {
					break
				}
			}
		}
		p.take("==")
		d.body = p.expr()
		if p.at < len(p.tokens) {
			panic(fmt.Sprintf("TLA+: %s goes on with %v", name, p.tokens[p.at:]))
		}
		m.defs[name] = d
		if name == "Next" {
			switch d.body.op {
			case `\/`:
				for _, k := range d.body.kids {
					m.rules = append(m.rules, k.name)
				}
			case "name":
				m.rules = []string{d.body.name}
			}
		}
	}
	return m
}

type tlaParser struct {
	tokens []string
	at     int
}

func (p *tlaParser) is(t string) bool { return p.at < len(p.tokens) && p.tokens[p.at] == t }

func (p *tlaParser) next() string {
	p.at++
	return p.tokens[p.at-1]
}

func (p *tlaParser) take(t string) {
	if got := p.next(); got != t {
		panic(fmt.Sprintf("TLA+: want %s, got %s before %v", t, got, p.tokens[p.at:min(p.at+8, len(p.tokens))]))
	}
}

// expr reads a chain of /\ or of \/, which may begin with its sign.
func (p *tlaParser) expr() *tlaNode {
	sign := ""
	if p.is(`/\`) || p.is(`\/`) {
		sign = p.next()
	}
	first := p.comparison()
	n := &tlaNode{op: sign, kids: []*tlaNode{first}}
	for p.is(`/\`) || p.is(`\/`) {
		t := p.next()
		if n.op != "" && n.op != t {
			panic("TLA+: /\\ and \\/ mixed")
		}
		n.op = t
		n.kids = append(n.kids, p.comparison())
	}
	if len(n.kids) == 1 {
		return first
	}
	return n
}

func (p *tlaParser) comparison() *tlaNode {
	x := p.sum()
	for _, op := range []string{"=", "#", "<", "<=", `\in`} {
		if p.is(op) {
			p.next()
			return &tlaNode{op: op, kids: []*tlaNode{x, p.sum()}}
		}
	}
	return x
}

func (p *tlaParser) sum() *tlaNode {
	x := p.product()
	for p.is("+") || p.is("-") {
		x = &tlaNode{op: p.next(), kids: []*tlaNode{x, p.product()}}
	}
	return x
}

func (p *tlaParser) product() *tlaNode {
	x := p.unary()
	for p.is("*") || p.is("%") || p.is(`\div`) {
		x = &tlaNode{op: p.next(), kids: []*tlaNode{x, p.unary()}}
	}
	return x
}

func (p *tlaParser) unary() *tlaNode {
	switch {
	case p.is("~"):
		p.next()
		return &tlaNode{op: "~", kids: []*tlaNode{p.unary()}}
	case p.is("-"):
		p.next()
		return &tlaNode{op: "neg", kids: []*tlaNode{p.unary()}}
	case p.is("IF"):
		p.next()
		c := p.expr()
		p.take("THEN")
		x := p.expr()
		p.take("ELSE")
		return &tlaNode{op: "IF", kids: []*tlaNode{c, x, p.expr()}}
	case p.is("LET"):
		n := &tlaNode{op: "LET"}
		for p.next(); !p.is("IN"); {
			n.names = append(n.names, p.next())
			p.take("==")
			n.kids = append(n.kids, p.expr())
		}
		p.next()
		n.kids = append(n.kids, p.expr())
		return n
	}
	return p.postfix(p.primary())
}

func (p *tlaParser) postfix(x *tlaNode) *tlaNode {
	for {
		switch {
		case p.is("."):
			p.next()
			x = &tlaNode{op: ".", name: p.next(), kids: []*tlaNode{x}}
		case p.is("["):
			p.next()
			x = &tlaNode{op: "at", kids: []*tlaNode{x, p.expr()}}
			p.take("]")
		default:
			return x
		}
	}
}

func (p *tlaParser) primary() *tlaNode {
	switch t := p.next(); {
	case t == "(":
		x := p.expr()
		p.take(")")
		return x
	case t == "{":
		n := &tlaNode{op: "set"}
		for !p.is("}") {
			n.kids = append(n.kids, p.expr())
			if p.is(",") {
				p.next()
			}
		}
		p.next()
		return n
	case t == "[":
		return p.bracket()
	case t[0] == '"':
		return &tlaNode{op: "string", name: strings.Trim(t, `"`)}
	case t[0] >= '0' && t[0] <= '9':
		n, _ := strconv.ParseInt(t, 10, 64)
		return &tlaNode{op: "number", n: n}
	case p.is("("):
		n := &tlaNode{op: "call", name: t}
		for p.next(); ; {
			n.kids = append(n.kids, p.expr())
			if p.next() == ")" {
				return n
			}
		}
	default:
		return &tlaNode{op: "name", name: t}
	}
}

// bracket reads [r EXCEPT !.f[i] = x], [i \in 0..n |-> x] or [f |-> x, …].
func (p *tlaParser) bracket() *tlaNode {
	name := p.next()
	switch t := p.next(); t {
	case "EXCEPT":
		p.take("!")
		p.take(".")
		n := &tlaNode{op: "EXCEPT", name: p.next(), kids: []*tlaNode{{op: "name", name: name}}}
		if p.is("[") {
			p.next()
			n.kids = append(n.kids, p.expr())
			p.take("]")
		}
		p.take("=")
		n.kids = append(n.kids, p.expr())
		p.take("]")
		return n
	case `\in`:
		p.take("0")
		p.take("..")
		n := &tlaNode{op: "function", name: name}
		n.n, _ = strconv.ParseInt(p.next(), 10, 64)
		p.take("|->")
		n.kids = []*tlaNode{p.expr()}
		p.take("]")
		return n
	}
	n := &tlaNode{op: "record", names: []string{name}, kids: []*tlaNode{p.expr()}}
	for p.is(",") {
		p.next()
		n.names = append(n.names, p.next())
		p.take("|->")
		n.kids = append(n.kids, p.expr())
	}
	p.take("]")
	return n
}

// tlaScope binds names to values.
type tlaScope struct {
	name  string
	value any
	outer *tlaScope
}

func (m *tlaModule) truth(n *tlaNode, at *tlaScope) bool { return m.value(n, at).(bool) }

func (m *tlaModule) value(n *tlaNode, at *tlaScope) any {
	num := func(k int) int64 { return m.value(n.kids[k], at).(int64) }
	switch n.op {
	case "number":
		return n.n
	case "string":
		return n.name
	case "name":
		for s := at; s != nil; s = s.outer {
			if s.name == n.name {
				return s.value
			}
		}
		switch n.name {
		case "TRUE":
			return true
		case "FALSE":
			return false
		}
		return m.call(n.name, at)
	case "call":
		var args []any
		for _, k := range n.kids {
			args = append(args, m.value(k, at))
		}
		return m.call(n.name, at, args...)
	case `/\`:
		for _, k := range n.kids {
			if !m.truth(k, at) {
				return false
			}
		}
		return true
	case `\/`:
		for _, k := range n.kids {
			if m.truth(k, at) {
				return true
			}
		}
		return false
	case "~":
		return !m.truth(n.kids[0], at)
	case "=", "#":
		x, y := m.value(n.kids[0], at), m.value(n.kids[1], at)
		if fmt.Sprintf("%T", x) != fmt.Sprintf("%T", y) {
			panic(fmt.Sprintf("TLA+: %v is compared with %v", x, y))
		}
		return (x == y) == (n.op == "=")
	case "<":
		return num(0) < num(1)
	case "<=":
		return num(0) <= num(1)
	case `\in`:
		x := num(0)
		for _, k := range n.kids[1].kids {
			if m.value(k, at).(int64) == x {
				return true
			}
		}
		return false
	case "+":
		return num(0) + num(1)
	case "-":
		return num(0) - num(1)
	case "*":
		return num(0) * num(1)
	case "neg":
		return -num(0)
	case "%", `\div`:
		x, y := num(0), num(1)
		if x < 0 || y <= 0 {
			panic("TLA+: % and \\div of what is not positive")
		}
		if n.op == "%" {
			return x % y
		}
		return x / y
	case "IF":
		if m.truth(n.kids[0], at) {
			return m.value(n.kids[1], at)
		}
		return m.value(n.kids[2], at)
	case "LET":
		for k, name := range n.names {
			at = &tlaScope{name, m.value(n.kids[k], at), at}
		}
		return m.value(n.kids[len(n.names)], at)
	case ".":
		v, ok := m.value(n.kids[0], at).(tlaRecord)[n.name]
		if !ok {
			panic("TLA+: no field " + n.name)
		}
		return v
	case "at":
		return m.value(n.kids[0], at).([]int64)[num(1)]
	case "function":
		var f []int64
		for k := range n.n + 1 {
			f = append(f, m.value(n.kids[0], &tlaScope{n.name, k, at}).(int64))
		}
		return f
	case "record":
		r := tlaRecord{}
		for k, name := range n.names {
			r[name] = m.value(n.kids[k], at)
		}
		return r
	case "EXCEPT":
		r := tlaRecord{}
		for name, v := range m.value(n.kids[0], at).(tlaRecord) {
			r[name] = v
		}
		if len(n.kids) == 2 {
			r[n.name] = m.value(n.kids[1], at)
			return r
		}
		f := append([]int64(nil), r[n.name].([]int64)...)
		f[num(1)] = num(2)
		r[n.name] = f
		return r
	}
	panic("TLA+: " + n.op)
}

// call evaluates a definition; it sees the variable s and its parameters.
func (m *tlaModule) call(name string, at *tlaScope, args ...any) any {
	d := m.defs[name]
	if d == nil || len(d.params) != len(args) {
		panic("TLA+: no definition of " + name)
	}
	var scope *tlaScope
	for s := at; s != nil; s = s.outer {
		if s.name == "s" {
			scope = &tlaScope{"s", s.value, nil}
		}
	}
	for k, p := range d.params {
		scope = &tlaScope{p, args[k], scope}
	}
	return m.value(d.body, scope)
}

// step takes a rule; nil if it is not enabled.
func (m *tlaModule) step(rule string, s tlaRecord) tlaRecord {
	at := &tlaScope{"s", s, nil}
	for _, k := range m.defs[rule].body.kids {
		if k.op == "=" && k.kids[0].op == "name" && k.kids[0].name == "s'" {
			return m.value(k.kids[1], at).(tlaRecord)
		}
		if !m.truth(k, at) {
			return nil
		}
	}
	panic("TLA+: " + rule + " says nothing of s'")
}

// explore finds the states that a run without a fault can reach, and the names of the invariants that some state breaks.
func (m *tlaModule) explore(cfg string) (states int, broken map[string]bool) {
	var invariants []string
	for _, line := range strings.Split(cfg, "\n") {
		if list, ok := strings.CutPrefix(line, "INVARIANTS "); ok {
			invariants = strings.Fields(list)
		}
	}
	broken = map[string]bool{}
	first := m.value(m.defs["Init"].body.kids[1], nil).(tlaRecord)
	seen := map[string]bool{first.key(): true}
	for todo := []tlaRecord{first}; len(todo) > 0; todo = todo[1:] {
		s := todo[0]
		for _, inv := range invariants {
			if !m.call(inv, &tlaScope{"s", s, nil}).(bool) {
				if inv == "NoFault" {
					inv = s["fault"].(string)
				}
				broken[inv] = true
			}
		}
		if s["fault"] != "" {
			continue
		}
		states++
		for _, rule := range m.rules {
			if next := m.step(rule, s); next != nil && !seen[next.key()] {
				seen[next.key()] = true
				todo = append(todo, next)
			}
		}
	}
	return states, broken
}
