package session

import (
	"github.com/protoc-os/protoc-os/dsl"
)

// returnFrame is the inlined call whose body is being lowered.
type returnFrame struct {
	sub     *dsl.Sub
	results map[string]int // per result the state after the call, -1 until something returns it; "" for a return without one
	named   bool           // its returns carry results
}

// returned is what a call leaves behind: an open state per result.
type returned struct {
	order   []string
	results map[string]int
}

// take returns the open state after a result, -1 if nothing returns it; it can be taken once.
func (r *returned) take(name string) int {
	s, ok := r.results[name]
	if !ok {
		return -1
	}
	delete(r.results, name)
	return s
}

// rest joins the results that have not been taken.
func (r *returned) rest(l *lowerer, n dsl.Node) int {
	var open []int
	for _, name := range r.order {
		open = append(open, r.take(name))
	}
	return l.join(n, open...)
}

// callStmt calls a sub for what it does; its result is dropped.
func (l *lowerer) callStmt(s *dsl.CallStmt, at int) int {
	if l.subs[s.Call.Fun.Name] == nil {
		l.errorf(s.Call.Fun, dsl.ComponentName, "%s is no sub of %s", s.Call.Fun.Name, l.c.Name)
		return at
	}
	after := l.inline(s.Call, at, nil)
	return after.rest(l, s)
}

// inline lowers the body of a sub at a call. Ends and variables are passed by reference. asked are the results that the caller tells apart.
func (l *lowerer) inline(call *dsl.Call, at int, asked []*dsl.Ident) *returned {
	sub := l.subs[call.Fun.Name]
	results := resultsOf(sub)
	none := &returned{order: results, results: map[string]int{}}
	for _, r := range results {
		none.results[r] = l.state(call)
	}
	for _, open := range l.calls {
		if open == sub {
			l.errorf(call, dsl.SubRecursive, "%s calls itself: a sub is inlined and cannot recur", sub.Name.Name).related(l, sub.Name, "the sub")
			return none
		}
	}
	for _, name := range asked {
		if !contains(results, name.Name) {
			p := l.errorf(name, dsl.ResultUnknown, "%s never returns %s", sub.Name.Name, name.Name).related(l, sub.Name, "the sub")
			if results[0] != "" {
				p.note("it returns %s", list(results, "or"))
			}
		}
	}
	if len(call.Args) != len(sub.Params) {
		l.errorf(call, dsl.ArgumentCount, "%s takes %s, not %d", sub.Name.Name, plural(len(sub.Params), "argument"), len(call.Args)).related(l, sub.Name, "the sub")
		return none
	}
	l.push()
	defer l.pop()
	body := &bodyScope{outer: l.global, symbols: map[string]*symbol{}}
	for i, p := range sub.Params {
		sym, ok := l.reference(call.Args[i])
		if !ok {
			return none
		}
		body.symbols[p.Name] = sym
	}
	l.m.Calls = append(l.m.Calls, SubCall{Sub: sub, Caller: l.call, At: l.at(call)})
	caller, scope, loops, ret := l.call, l.scope, l.loops, l.ret
	l.loops, l.scope = nil, body
	l.calls = append(l.calls, sub)
	frame := &returnFrame{sub: sub, results: map[string]int{}, named: results[0] != "" || len(results) > 1}
	for _, r := range results {
		frame.results[r] = l.state(call)
	}
	l.ret = frame
	l.call = len(l.m.Calls) - 1
	entry := l.state(sub.Body)
	l.link(at, entry)
	if out := l.block(sub.Body, entry); out >= 0 {
		if frame.named {
			d := &dsl.Diagnostic{Code: dsl.ResultMissing, At: l.closing(sub.Body), Message: sub.Name.Name + " ends here without a result: its other returns have one"}
			l.report(d)
		}
		l.returnTo(out, "", sub.Body)
	}
	l.call, l.scope, l.loops, l.ret = caller, scope, loops, ret
	l.calls = l.calls[:len(l.calls)-1]
	after := &returned{order: results, results: map[string]int{}}
	for _, r := range results {
		after.results[r] = -1
		if s := frame.results[r]; l.reached(s) {
			after.results[r] = s
		}
	}
	return after
}

// reached reports whether an edge leads to the state.
func (l *lowerer) reached(s int) bool {
	for i := s + 1; i < len(l.m.States); i++ {
		for _, e := range l.m.States[i].Edges {
			if e.Next == s {
				return true
			}
		}
	}
	return false
}

// returns = "return" [ name ]
func (l *lowerer) returns(s *dsl.Leave, at int) {
	if l.ret == nil {
		l.errorf(s, dsl.LeaveMisplaced, "return stands only in a sub; a component ends with `end`")
		return
	}
	result := ""
	if s.Target != nil {
		result = s.Target.Name
	}
	if result == "" && l.ret.named {
		l.errorf(s, dsl.ResultMissing, "this return has no result: the other returns of %s have one", l.ret.sub.Name.Name)
	}
	l.returnTo(at, result, s)
}

func (l *lowerer) returnTo(at int, result string, n dsl.Node) {
	a := skip()
	a.Name = "return"
	if result != "" {
		a.Name += " " + result
	}
	to, ok := l.ret.results[result]
	if !ok { // a missing result, which has been reported
		return
	}
	l.m.States[at].At = l.at(n)
	l.m.States[at].Edges = []Edge{{Action: a, Next: to, At: l.at(n)}}
}

// reference resolves an argument of a sub: whatever a name stands for, an end, or a value.
func (l *lowerer) reference(x dsl.Expr) (*symbol, bool) {
	switch x := x.(type) {
	case *dsl.Wild:
		return &symbol{kind: symOpaque, at: l.at(x)}, true
	case *dsl.Name:
		sym := l.find(x.Name)
		if sym != nil {
			return sym, true
		}
	case *dsl.Index:
		if name, ok := x.X.(*dsl.Name); ok {
			if sym := l.find(name.Name); sym != nil && sym.kind == symGroup {
				return l.memberSymbol(x)
			}
		}
	case *dsl.Select:
		if t, _ := enumCase(l.c.Package, l.c.File, x); t == nil {
			if _, d := l.c.Package.ConstOf(l.c.File, x, l.env); d != nil {
				return l.memberSymbol(x)
			}
		}
	}
	v, t := l.expr(x, nil)
	if v == nil {
		return nil, false
	}
	return &symbol{kind: symValue, value: v, typ: t, at: l.at(x)}, true
}

func (l *lowerer) memberSymbol(x dsl.Expr) (*symbol, bool) {
	r, ok := l.member(x, false)
	if !ok {
		return nil, false
	}
	return &symbol{kind: symMember, member: r, declared: true, at: l.at(x)}, true
}

// resultsOf returns the names after return, in order of appearance; "" alone if there are none.
func resultsOf(sub *dsl.Sub) []string {
	var names []string
	eachStmt(sub.Body, func(s dsl.Stmt) {
		if r, ok := s.(*dsl.Leave); ok && r.Word == "return" && r.Target != nil && !contains(names, r.Target.Name) {
			names = append(names, r.Target.Name)
		}
	})
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// unusedSubs warns of subs that nothing calls: they have not been lowered, so nothing is known of them.
func (l *lowerer) unusedSubs() {
	if l.broken {
		return
	}
	called := map[*dsl.Sub]bool{}
	for _, c := range l.m.Calls {
		called[c.Sub] = true
	}
	for _, s := range l.c.Decl.Subs {
		if !called[s] && l.subs[s.Name.Name] == s {
			l.report(&dsl.Diagnostic{Code: dsl.StatementUnreachable, Severity: dsl.Warning, At: l.at(s.Name), Message: "nothing calls " + s.Name.Name + ": it has not been checked"})
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
