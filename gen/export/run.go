package export

import "fmt"

// state holds the cells of every Var, in order.
type state [][]int64

func (m *Model) initial() state {
	s := make(state, len(m.Vars))
	for i, v := range m.Vars {
		s[i] = append([]int64(nil), v.Init...)
	}
	return s
}

func (s state) clone() state {
	c := make(state, len(s))
	for i := range s {
		c[i] = append([]int64(nil), s[i]...)
	}
	return c
}

// machine runs guarded commands: to find the first state, and in tests to hold them against the checker.
type machine struct {
	at map[*Var]int
	s  state
}

func (m *Model) newMachine() *machine {
	x := &machine{at: map[*Var]int{}}
	for i, v := range m.Vars {
		x.at[v] = i
	}
	return x
}

func (m *machine) index(v *Var, index *Expr) int64 {
	if index == nil {
		return 0
	}
	k := m.value(index)
	if k < 0 || k >= int64(v.Len) {
		panic(fmt.Sprintf("export: %s has no cell %d", v.Name, k))
	}
	return k
}

func (m *machine) value(e *Expr) int64 {
	switch e.Op {
	case Const:
		return e.N
	case Cell:
		return m.s[m.at[e.Var]][m.index(e.Var, e.X)]
	case Not:
		return 1 - m.value(e.X)
	case And:
		if m.value(e.X) == 0 {
			return 0
		}
		return m.value(e.Y)
	case Or:
		if m.value(e.X) != 0 {
			return 1
		}
		return m.value(e.Y)
	case In:
		x := m.value(e.X)
		for _, n := range e.Of {
			if n == x {
				return 1
			}
		}
		return 0
	}
	return apply(e.Op, m.value(e.X), m.value(e.Y))
}

// run returns the failure that ends the block, nil if none does.
func (m *machine) run(b *Block) *Fail {
	for _, s := range b.Stmts {
		switch s := s.(type) {
		case *Set:
			k, v := m.index(s.Var, s.Index), m.value(s.Value)
			if v < s.Var.Lo || v > s.Var.Hi {
				panic(fmt.Sprintf("export: %s cannot be %d", s.Var.Name, v))
			}
			m.s[m.at[s.Var]][k] = v
		case *If:
			next := s.Else
			if m.value(s.Cond) != 0 {
				next = s.Then
			}
			if f := m.run(next); f != nil {
				return f
			}
		case *While:
			for m.value(s.Cond) != 0 {
				if f := m.run(s.Body); f != nil {
					return f
				}
			}
		case *Fail:
			return s
		}
	}
	return nil
}

// Outcome is what Explore finds.
type Outcome struct {
	States int
	Found  map[string]bool // names of failures; "timeout": a deadlock that a timeout could leave
	Cut    bool            // there are more states than it was allowed
}

// Explore visits every state of a model, as simply as can be: what the exports say, without the tools that they are for.
func (m *Model) Explore(most int) Outcome {
	o := Outcome{Found: map[string]bool{}}
	if m.Start != nil {
		o.Found[m.Start.Kind.String()] = true
		return o
	}
	x := m.newMachine()
	first := m.initial()
	seen := map[string]bool{fmt.Sprint(first): true}
	for todo := []state{first}; len(todo) > 0; todo = todo[1:] {
		if len(seen) > most {
			o.Cut = true
			return o
		}
		steps, timeouts := 0, 0
		for _, p := range m.Processes {
			for _, r := range p.Rules {
				if x.s = todo[0]; x.value(r.Guard) == 0 {
					continue
				}
				switch r.Kind {
				case Step:
					steps++
				case Timeout:
					timeouts++
				}
				x.s = todo[0].clone()
				if f := x.run(r.Body); f != nil {
					o.Found[f.Kind.String()] = true
				} else if key := fmt.Sprint(x.s); !seen[key] {
					seen[key] = true
					todo = append(todo, x.s)
				}
			}
		}
		x.s = todo[0]
		for _, b := range m.Bad {
			if b.Kind == Deadlock && steps > 0 || x.value(b.When) == 0 {
				continue
			}
			if b.Kind == Deadlock && timeouts > 0 {
				o.Found["timeout"] = true
			} else {
				o.Found[b.Kind.String()] = true
			}
		}
	}
	o.States = len(seen)
	return o
}
