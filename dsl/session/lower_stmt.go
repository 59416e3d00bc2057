package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// block lowers statements one after the other, in a scope of their own.
func (l *lowerer) block(b *dsl.Block, at int) int {
	if b == nil {
		return at
	}
	l.push()
	defer l.pop()
	for _, s := range b.List {
		if at < 0 {
			l.errorf(s, dsl.StatementUnreachable, "this is never reached")
			return -1
		}
		at = l.stmt(s, at)
	}
	return at
}

func (l *lowerer) stmt(s dsl.Stmt, at int) int {
	switch s := s.(type) {
	case *dsl.Send, *dsl.Receive, *dsl.New, *dsl.Start, *dsl.Add:
		return l.single(s, at)
	case *dsl.Choose:
		return l.choose(s, at)
	case *dsl.Decide:
		return l.decide(s, at)
	case *dsl.Pick:
		return l.pick(s, at)
	case *dsl.Loop:
		return l.loop(s, at)
	case *dsl.For:
		return l.forEach(s, at)
	case *dsl.If:
		return l.ifElse(s, at)
	case *dsl.Switch:
		return l.switchOn(s, at)
	case *dsl.OnGone:
		return l.onGone(s, at)
	case *dsl.CallStmt:
		return l.callStmt(s, at)
	case *dsl.Assign:
		return l.assign(s, at)
	case *dsl.Abandon:
		return l.abandon(s, at)
	case *dsl.Assert:
		if x, _ := l.expr(s.Cond, boolType); x != nil {
			return l.local(at, Action{Kind: Assert, Value: x, To: VarRef{Var: -1}, Index: VarRef{Var: -1}}, s)
		}
		return at
	case *dsl.Label:
		l.m.States[at].Names = append(l.m.States[at].Names, s.Name.Name)
		next := l.state(s)
		l.link(at, next)
		return next
	case *dsl.Leave:
		return l.leave(s, at)
	}
	l.errorf(s, dsl.OptionWrong, "this stands only in a choose")
	return at
}

// assign = name [ "[" expr "]" ] "=" expr. An end assigned to a holder moves there.
func (l *lowerer) assign(s *dsl.Assign, at int) int {
	base := s.To
	if i, ok := base.(*dsl.Index); ok {
		base = i.X
	}
	name, ok := base.(*dsl.Name)
	if !ok {
		return l.moveEnd(s, at)
	}
	sym := l.find(name.Name)
	if sym == nil {
		l.undeclared(name, name.Name)
		return at
	}
	if sym.kind == symGroup || sym.kind == symMember {
		return l.moveEnd(s, at)
	}
	if sym.kind != symVariable || !sym.declared {
		l.errorf(s.To, dsl.EndMisplaced, "only a variable can be assigned to, and %s is none", name.Name)
		return at
	}
	to := VarRef{Var: sym.variable}
	if _, isIndex := s.To.(*dsl.Index); isIndex {
		x, _ := l.anyExpr(s.To, nil)
		if x == nil {
			return at
		}
		to.Index = x.X
	} else if l.m.Vars[sym.variable].Len > 1 {
		l.errorf(s.To, dsl.ValueType, "%s is an array: assign to one element of it", name.Name)
		return at
	}
	x, _ := l.expr(s.Value, sym.typ)
	if x == nil {
		return at
	}
	return l.local(at, Action{Kind: Assign, To: to, Value: x, Index: VarRef{Var: -1}}, s)
}

func (l *lowerer) moveEnd(s *dsl.Assign, at int) int {
	to, ok := l.end(s.To, false)
	if !ok {
		return at
	}
	from, ok := l.end(s.Value, false)
	if !ok {
		return at
	}
	have, want := l.field(from), l.field(to)
	if have.Handle != want.Handle {
		l.errorf(s, dsl.EndWrong, "a handle and an end cannot stand for each other")
		return at
	}
	if !want.Handle && !l.endFits(s.Value, have, want.End) {
		return at
	}
	none := VarRef{Var: -1}
	return l.local(at, Action{Kind: MoveEnd, Slot: from.slot(), Into: []SlotRef{to.slot()}, To: none, Index: none}, s)
}

// abandon = "abandon" end
func (l *lowerer) abandon(s *dsl.Abandon, at int) int {
	r, ok := l.end(s.End, false)
	if !ok {
		return at
	}
	if l.field(r).Handle {
		l.errorf(s, dsl.EndMisplaced, "a handle cannot be abandoned: nobody waits for its holder")
		return at
	}
	return l.local(at, Action{Kind: AbandonEnd, Slot: r.slot(), To: VarRef{Var: -1}, Index: VarRef{Var: -1}}, s)
}

// ifElse = "if" cond block { "else" "if" cond block } [ "else" block ]
func (l *lowerer) ifElse(s *dsl.If, at int) int {
	if call, result, equal := l.comparedCall(s.Cond); call != nil {
		after := l.inline(call, at, []*dsl.Ident{result})
		yes, no := after.take(result.Name), -1
		if equal {
			no = after.rest(l, s)
		} else {
			yes, no = after.rest(l, s), yes
		}
		return l.branches(s, yes, no)
	}
	cond, _ := l.expr(s.Cond, boolType)
	if cond == nil {
		cond = number(1)
	}
	yes, no := l.state(s.Then), l.state(s)
	l.m.States[at].At = l.at(s.Cond)
	l.m.States[at].Edges = []Edge{
		{Guard: cond, Action: skip(), Next: yes, At: l.at(s.Cond)},
		{Action: skip(), Next: no, At: l.at(s.Cond)},
	}
	return l.branches(s, yes, no)
}

func skip() Action { return Action{Kind: Skip, To: VarRef{Var: -1}, Index: VarRef{Var: -1}} }

func (l *lowerer) branches(s *dsl.If, yes, no int) int {
	if yes >= 0 {
		yes = l.block(s.Then, yes)
	}
	if no >= 0 {
		no = l.block(s.Else, no)
	}
	return l.join(s, yes, no)
}

// join lets several open states go on at one, -1 if none is open.
func (l *lowerer) join(n dsl.Node, open ...int) int {
	joined := -1
	for _, s := range open {
		if s < 0 {
			continue
		}
		if joined < 0 {
			joined = l.state(n)
		}
		l.link(s, joined)
	}
	return joined
}

// comparedCall recognises "sub(…) == name" and "sub(…) != name".
func (l *lowerer) comparedCall(e dsl.Expr) (call *dsl.Call, result *dsl.Ident, equal bool) {
	b, ok := e.(*dsl.Binary)
	if !ok || b.Op != "==" && b.Op != "!=" {
		return nil, nil, false
	}
	call, ok = b.X.(*dsl.Call)
	if !ok || l.subs[call.Fun.Name] == nil {
		return nil, nil, false
	}
	name, ok := b.Y.(*dsl.Name)
	if !ok {
		l.errorf(b.Y, dsl.ResultUnknown, "the result of a sub is compared with one of the names that it returns")
		return call, &dsl.Ident{Span: b.Y.Range(), Name: "?"}, b.Op == "=="
	}
	return call, &dsl.Ident{Span: name.Span, Name: name.Name}, b.Op == "=="
}

// switchOn = "switch" ( expr | call ) "{" { "case" expr { "," expr } ":" stmts } [ "else" ":" stmts ] "}"
func (l *lowerer) switchOn(s *dsl.Switch, at int) int {
	if call, ok := s.Subject.(*dsl.Call); ok && l.subs[call.Fun.Name] != nil {
		return l.switchOnCall(s, call, at)
	}
	x, t := l.expr(s.Subject, nil)
	if x == nil {
		return at
	}
	seen := map[int32]bool{}
	var open []int
	var edges []Edge
	for _, c := range s.Cases {
		var guard *Expr
		for _, value := range c.Values {
			v, _ := l.expr(value, t)
			if v == nil {
				continue
			}
			if v.Op != OpConst {
				l.errorf(value, dsl.BoundWrong, "a case is a constant")
				continue
			}
			if seen[v.N] {
				l.errorf(value, dsl.ComponentTwice, "this case stands twice")
			}
			seen[v.N] = true
			equal := fold(&Expr{Op: OpEq, X: x, Y: v})
			if guard != nil {
				equal = fold(&Expr{Op: OpOr, X: guard, Y: equal})
			}
			guard = equal
		}
		body := l.state(c)
		if guard != nil {
			edges = append(edges, Edge{Guard: guard, Action: skip(), Next: body, At: l.at(c)})
		}
		open = append(open, l.block(c.Body, body))
	}
	lo, hi := t.Bounds()
	if int64(len(seen)) < hi-lo+1 {
		other := l.state(s)
		edges = append(edges, Edge{Action: skip(), Next: other, At: l.at(s)})
		open = append(open, l.block(s.Else, other))
	} else if s.Else != nil {
		l.errorf(s.Else, dsl.StatementUnreachable, "this is never reached: the cases cover every value of %s", t.Name)
	}
	l.m.States[at].At = l.at(s.Subject)
	l.m.States[at].Edges = edges
	return l.join(s, open...)
}

func (l *lowerer) switchOnCall(s *dsl.Switch, call *dsl.Call, at int) int {
	var names []*dsl.Ident
	of := map[*dsl.SwitchCase][]string{}
	seen := map[string]bool{}
	for _, c := range s.Cases {
		for _, v := range c.Values {
			n, ok := v.(*dsl.Name)
			if !ok {
				l.errorf(v, dsl.ResultUnknown, "a case is one of the names that the sub returns")
				continue
			}
			if seen[n.Name] {
				l.errorf(v, dsl.ComponentTwice, "this case stands twice")
				continue
			}
			seen[n.Name] = true
			names = append(names, &dsl.Ident{Span: n.Span, Name: n.Name})
			of[c] = append(of[c], n.Name)
		}
	}
	after := l.inline(call, at, names)
	var open []int
	for _, c := range s.Cases {
		var from []int
		for _, name := range of[c] {
			from = append(from, after.take(name))
		}
		if body := l.join(c, from...); body >= 0 {
			open = append(open, l.block(c.Body, body))
		}
	}
	if other := after.rest(l, s); other >= 0 {
		open = append(open, l.block(s.Else, other))
	}
	return l.join(s, open...)
}

// leave = "break" [ name ] | "continue" [ name ] | "return" [ name ] | "end"
func (l *lowerer) leave(s *dsl.Leave, at int) int {
	switch s.Word {
	case "end":
		l.m.States[at].Kind = Ended
		l.m.States[at].At = l.at(s)
	case "return":
		l.returns(s, at)
	default:
		f := l.loopNamed(s)
		if f == nil {
			return -1
		}
		if s.Word == "break" {
			f.broken = true
			l.link(at, f.exit)
		} else {
			l.link(at, f.again)
		}
	}
	return -1
}
