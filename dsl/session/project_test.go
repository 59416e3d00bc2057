package session

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
)

// small generates all global types over three roles with a number of interactions. Options of a choose send X and Y, all other interactions Z.
type small struct{ roles []string }

func (s small) send(from, to int, label string) *dsl.Interaction {
	return &dsl.Interaction{From: &dsl.Ident{Name: s.roles[from]}, To: &dsl.Ident{Name: s.roles[to]}, Label: &dsl.Ident{Name: label}}
}

// each calls f with each list of steps with n interactions.
func (s small) each(n int, inLoop bool, f func([]dsl.Step)) {
	if n == 0 {
		f([]dsl.Step{&dsl.Jump{Word: "end"}})
		if inLoop {
			f([]dsl.Step{&dsl.Jump{Word: "continue"}})
		}
		return
	}
	for from := range s.roles {
		for to := range s.roles {
			if from != to {
				s.each(n-1, inLoop, func(rest []dsl.Step) { f(append([]dsl.Step{s.send(from, to, "Z")}, rest...)) })
			}
			if from == to || n < 2 {
				continue
			}
			for to2 := range s.roles {
				if to2 == from {
					continue
				}
				for k := 0; k <= n-2; k++ {
					s.each(k, inLoop, func(left []dsl.Step) {
						s.each(n-2-k, inLoop, func(right []dsl.Step) { f([]dsl.Step{s.choose(from, to, to2, left, right)}) })
					})
				}
			}
		}
	}
}

func (s small) choose(from, to, to2 int, left, right []dsl.Step) *dsl.Branch {
	return &dsl.Branch{Role: &dsl.Ident{Name: s.roles[from]}, Options: []*dsl.BranchOption{
		{First: s.send(from, to, "X"), Rest: &dsl.Steps{List: left}},
		{First: s.send(from, to2, "Y"), Rest: &dsl.Steps{List: right}},
	}}
}

// first reports whether a step is the one of those alike up to the names of roles: the first sender is a, its receiver b.
func (s small) first(step dsl.Step) bool {
	i, ok := step.(*dsl.Interaction)
	if b, choice := step.(*dsl.Branch); choice {
		i, ok = b.Options[0].First, true
	}
	return ok && i.From.Name == s.roles[0] && i.To.Name == s.roles[1]
}

// agree holds the decision against trying it out.
func agree(t *testing.T, roles []string, steps []dsl.Step, events, most int) (implementable, decided bool) {
	t.Helper()
	locals, codes := decide(roles, steps)
	if slices.Contains(codes, dsl.ChoiceAmbiguous) || slices.Contains(codes, dsl.ParShared) || slices.Contains(codes, dsl.LoopUnguarded) || slices.Contains(codes, dsl.StepUnreachable) {
		return false, false
	}
	try := &tryout{roles: roles, start: &spot{steps: steps}, events: events, most: most}
	wrong := try.violation()
	if wrong == "" && locals == nil { // perhaps it takes longer
		try = &tryout{roles: roles, start: try.start, events: 2 * events, most: 10 * most}
		wrong = try.violation()
	}
	if try.cut {
		return false, false
	}
	if (wrong == "") != (locals != nil) {
		t.Fatalf("decided %v, and trying it out says %q for\n%s", codes, wrong, show(steps))
	}
	for r := range roles {
		if locals != nil {
			sameActions(t, try, locals[r], r)
		}
	}
	return wrong == "", true
}

// sameActions holds a local type against what the role knows in the twin, for all its histories up to a length.
func sameActions(t *testing.T, try *tryout, l *Local, r int) {
	t.Helper()
	type node struct {
		state int
		own   string
	}
	queue := []node{{}}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		actions := try.view(r, n.own).actions
		if len(actions) != len(l.States[n.state].Edges) || l.States[n.state].End != (len(actions) == 0) {
			t.Fatalf("state %d of role %d has not the actions of the twin:\n%s", n.state, r, l)
		}
		for _, a := range actions {
			label := l.Protocol.LabelNamed(try.labels[a.event].label).Index
			e := l.Edge(n.state, a.from == r, a.from+a.to-r, label)
			if e == nil {
				t.Fatalf("state %d of role %d lacks %v:\n%s", n.state, r, try.labels[a.event], l)
			}
			if len(n.own) < 5 {
				queue = append(queue, node{e.Next, n.own + string([]byte{byte(a.event)})})
			}
		}
	}
}

func TestProjectionAgreesWithTryingOutAllSmallTypes(t *testing.T) {
	s := small{[]string{"a", "b", "c"}}
	yes, no := 0, 0
	count := func(steps []dsl.Step, events int) {
		ok, decided := agree(t, s.roles, steps, events, 20000)
		switch {
		case decided && ok:
			yes++
		case decided:
			no++
		}
	}
	most := 4
	if testing.Short() {
		most = 3
	}
	for n := 1; n <= most; n++ {
		s.each(n, false, func(steps []dsl.Step) {
			if s.first(steps[0]) {
				count(steps, 2*n)
			}
		})
		s.each(n, true, func(steps []dsl.Step) {
			if s.first(steps[0]) {
				count([]dsl.Step{&dsl.Repeat{Body: &dsl.Steps{List: steps}}}, 2*n+2)
			}
		})
	}
	t.Logf("%d implementable, %d not", yes, no)
	if yes < 100 || no < 100 {
		t.Errorf("too few of one kind: %d implementable, %d not", yes, no)
	}
}

// random makes a global type of about n interactions.
func (s small) random(r *rand.Rand, n int, inLoop, par bool) []dsl.Step {
	pair := func() (int, int) {
		from := r.IntN(len(s.roles))
		return from, (from + 1 + r.IntN(len(s.roles)-1)) % len(s.roles)
	}
	var steps []dsl.Step
	for n > 0 {
		from, to := pair()
		switch k := r.IntN(10); {
		case k < 3 && n >= 2:
			_, to2 := from, (from+1+r.IntN(len(s.roles)-1))%len(s.roles)
			left := (n - 2) * r.IntN(3) / 2
			steps = append(steps, s.choose(from, to, to2, s.random(r, left, inLoop, par), s.random(r, n-2-left, inLoop, par)))
			return steps
		case k == 3 && !inLoop && n >= 2:
			return append(steps, &dsl.Repeat{Body: &dsl.Steps{List: s.random(r, n, true, par)}})
		case k < 7 && par && n >= 2:
			left := 1 + r.IntN(n-1)
			return append(steps, &dsl.Par{Branches: []*dsl.Steps{{List: s.random(r, left, false, r.IntN(3) == 0)}, {List: s.random(r, n-left, false, r.IntN(3) == 0)}}})
		}
		steps = append(steps, s.send(from, to, []string{"X", "Y", "Z"}[r.IntN(3)]))
		n--
	}
	if inLoop && r.IntN(2) == 0 {
		return append(steps, &dsl.Jump{Word: "continue"})
	}
	return append(steps, &dsl.Jump{Word: "end"})
}

func TestProjectionAgreesWithTryingOutRandomTypes(t *testing.T) {
	const seed = 7
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, c := range []struct {
		roles []string
		par   bool
		least int // of each kind
		size  int
	}{
		{[]string{"a", "b", "c"}, false, 50, 6},
		{[]string{"a", "b", "c", "d"}, false, 20, 7},
		{[]string{"a", "b", "c"}, true, 50, 6},
		{[]string{"a", "b", "c", "d"}, true, 50, 7},
	} {
		s := small{c.roles}
		yes, no := 0, 0
		for range 1000 {
			ok, decided := agree(t, c.roles, s.random(r, 2+r.IntN(c.size-1), false, c.par), 12, 3000)
			switch {
			case decided && ok:
				yes++
			case decided:
				no++
			}
		}
		t.Logf("%d roles, par %v: %d implementable, %d not", len(c.roles), c.par, yes, no)
		if yes < c.least || no < c.least {
			t.Errorf("too few of one kind")
		}
	}
}
