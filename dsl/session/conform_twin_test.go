package session

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestConformAgreesWithWalks runs random components with all their ends at once, against peers that do whatever they may. A component that
// conforms never breaks a protocol on such a walk; walks that do break one show that the test can fail.
func TestConformAgreesWithWalks(t *testing.T) {
	const seed = 7
	conform, refused, broke := 0, 0, 0
	for i := range 500 {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		text := randomComponent(r)
		prog, problems := LoadText(map[string]string{"twin/twin.chan": text})
		if failed(problems) {
			t.Fatalf("seed %d, component %d: %v\n%s", seed, i, problems, text)
		}
		m, problems := MachineOf(prog.Asked[0].Components[0], nil)
		if failed(problems) {
			continue // an unreachable statement, or a loop that never waits
		}
		found := Conform(m)
		fault := ""
		for range 60 {
			if fault = walk(m, r, 60); fault != "" {
				break
			}
		}
		switch {
		case len(found) == 0 && fault != "":
			t.Fatalf("seed %d, component %d conforms, and on a walk %s\n%s\n%s", seed, i, fault, text, m)
		case len(found) == 0:
			conform++
		default:
			refused++
			if fault != "" {
				broke++
			}
		}
	}
	t.Logf("seed %d: %d conform, %d are refused, %d of those break a protocol on a walk", seed, conform, refused, broke)
	if conform < 100 || broke < 50 {
		t.Error("the components are too much alike to test anything")
	}
}

const twinProtocols = `package twin

protocol Ask(client, server) {
    loop rest {
        choose client {
        option client -> server: Question(n range 0..2)
            at owed:
            choose server {
            option server -> client: Answer()
            option server -> client: No()
            }
        option client -> server: Bye()
            end
        }
    }
}

protocol Give(from, to) { loop rest { choose from { option from -> to: Take(what Ask.server)  option from -> to: Over() end } } }

`

// randomComponent writes a component that mostly keeps to its protocols and sometimes forgets something.
func randomComponent(r *rand.Rand) string {
	g := &generator{r: r}
	var b strings.Builder
	b.WriteString(twinProtocols)
	b.WriteString("component C(a Ask.client, b Ask.server, many [2]Ask.server, g Give.to) {\n")
	b.WriteString("var x bool\nvar k range 0..2\nvar spare Ask.server\nvar s set[2] of Ask.server at {rest, owed}\n")
	b.WriteString(g.block(3))
	if g.mostly() {
		b.WriteString("abandon a abandon b for i in many { abandon many[i] } abandon g for i in s { abandon s[i] }\n")
	}
	b.WriteString("}\n")
	return b.String()
}

type generator struct {
	r     *rand.Rand
	fresh int
}

func (g *generator) mostly() bool { return g.r.IntN(7) > 0 }

func (g *generator) name() string {
	g.fresh++
	return fmt.Sprintf("v%d", g.fresh)
}

func (g *generator) block(depth int) string {
	var b strings.Builder
	for range 1 + g.r.IntN(2) {
		b.WriteString(g.stmt(depth) + "\n")
	}
	return b.String()
}

// reply answers a question, mostly once.
func (g *generator) reply(end string) string {
	switch g.r.IntN(12) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s <- Answer() %s <- No()", end, end)
	case 2, 3, 4:
		return fmt.Sprintf("if x { %s <- Answer() } else { %s <- No() }", end, end)
	}
	return end + " <- Answer()"
}

func (g *generator) stmt(depth int) string {
	kind := g.r.IntN(14)
	if depth == 0 {
		kind = g.r.IntN(7)
	}
	switch kind {
	case 0:
		return "x = !x"
	case 1:
		return "k = (k + 1) % 3"
	case 2:
		if g.mostly() {
			return "a <- Question(k) choose { option Answer() <- a: x = true option No() <- a: }"
		}
		return "a <- Question(1) Answer() <- a"
	case 3:
		if g.mostly() {
			return "choose { option Question(k) <- b: " + g.reply("b") + " option Bye() <- b: abandon a abandon g for i in many { abandon many[i] } for i in s { abandon s[i] } end }"
		}
		return "Question(_) <- b " + g.reply("b")
	case 4:
		i := g.name()
		return fmt.Sprintf("choose { option Question(_) <- many[%s at rest]: %s option Bye() <- many[%s at rest]: }", i, g.reply("many["+i+"]"), i)
	case 5:
		i, c := g.name(), g.name()
		body := fmt.Sprintf("if full(s) { abandon %s } else { s add %s as %s }", c, c, i)
		if !g.mostly() {
			body = fmt.Sprintf("s add %s", c)
		}
		return fmt.Sprintf("choose { option Take(%s) <- g: %s option Over() <- g: abandon a abandon b for i in many { abandon many[i] } for i in s { abandon s[i] } end }", c, body)
	case 6:
		i := g.name()
		return fmt.Sprintf("choose { option Question(_) <- s[%s at rest]: option Bye() <- s[%s]: option s[%s at owed] <- Answer(): option timeout: }", i, i, i)
	case 7:
		return "loop upto 2 {\n" + g.block(depth-1) + "}"
	case 8:
		return "if x && k < 2 {\n" + g.block(depth-1) + "} else {\n" + g.block(depth-1) + "}"
	case 9:
		return "decide { case p: " + g.block(depth-1) + " case q when k > 0: " + g.block(depth-1) + "}"
	case 10:
		i := g.name()
		return fmt.Sprintf("for %s in s at owed { s[%s] <- No() }", i, i)
	case 11:
		i := g.name()
		return fmt.Sprintf("decide %s in s at owed { s[%s] <- Answer() }", i, i)
	case 12:
		i := g.name()
		return fmt.Sprintf("decide { case p when count(many at rest) > 0: decide %s in many at rest { if empty(many[%s]) { a <- Bye() } } case q: }", i, i)
	}
	c := g.name()
	return fmt.Sprintf("choose { option Take(%s) <- g: spare = %s abandon spare option Over() <- g: abandon a abandon b for i in many { abandon many[i] } for i in s { abandon s[i] } end }", c, c)
}

// walker runs a machine: registers, and per slot the local state of its end, -1 if there is none.
type walker struct {
	m     *Machine
	r     *rand.Rand
	state int
	regs  []int32
	slots []int
	ends  []*EndType
}

// walk takes random steps and says which protocol is broken, "" if none is.
func walk(m *Machine, r *rand.Rand, steps int) (fault string) {
	w := &walker{m: m, r: r, regs: make([]int32, m.Registers), slots: make([]int, m.Slots), ends: make([]*EndType, m.Slots)}
	for _, v := range m.Vars {
		for i := range v.Len {
			w.regs[v.Base+i] = v.Init
		}
	}
	given := map[int]bool{}
	for _, p := range m.Params {
		given[p.Group] = true
	}
	for g, group := range m.Groups {
		for i := range group.Len {
			w.slots[group.Base+i], w.ends[group.Base+i] = -1, group.Fields[0].End
			if given[g] {
				w.slots[group.Base+i] = 0
			}
		}
	}
	defer func() {
		if f := recover(); f != nil {
			if s, ok := f.(fmt.Stringer); ok {
				fault = s.String()
				return
			}
			panic(f)
		}
	}()
	for range steps {
		if !w.step() {
			break
		}
	}
	return ""
}

// broken is thrown where a protocol is broken.
type broken string

func (b broken) String() string { return string(b) }

func (w *walker) alive(slot int) bool {
	return w.slots[slot] >= 0 && !isOver(w.ends[slot], w.slots[slot])
}

func (w *walker) eval(e *Expr) int32 {
	switch e.Op {
	case OpConst:
		return e.N
	case OpVar:
		i := 0
		if e.X != nil {
			i = int(w.eval(e.X))
		}
		return w.regs[w.m.Vars[e.N].Base+i]
	case OpCount, OpPresent:
		g := &w.m.Groups[e.N]
		n := int32(0)
		for i := range g.Len {
			if w.alive(g.Base+i) && (e.States == nil || slices.Contains(e.States, w.slots[g.Base+i])) && (e.Op == OpCount || int(w.eval(e.X)) == i) {
				n++
			}
		}
		return n
	case OpNot, OpNeg:
		return apply(e.Op, w.eval(e.X), 0)
	}
	return apply(e.Op, w.eval(e.X), w.eval(e.Y))
}

// candidates lists the slots that a reference may mean.
func (w *walker) candidates(s SlotRef) []int {
	g := &w.m.Groups[s.Group]
	if !s.Any {
		i := 0
		if s.Index != nil {
			i = int(w.eval(s.Index))
		}
		return []int{g.Base + i}
	}
	var found []int
	for i := range g.Len {
		if w.alive(g.Base+i) && (s.States == nil || slices.Contains(s.States, w.slots[g.Base+i])) {
			found = append(found, g.Base+i)
		}
	}
	return found
}

func (w *walker) set(v VarRef, x int32) {
	if v.Var < 0 {
		return
	}
	i := 0
	if v.Index != nil {
		i = int(w.eval(v.Index))
	}
	w.regs[w.m.Vars[v.Var].Base+i] = x
}

func (w *walker) fill(slot, state int) {
	if w.alive(slot) {
		panic(broken("an end is overwritten"))
	}
	w.slots[slot] = state
}

// step takes a random enabled edge; false if there is none, or the machine has ended.
func (w *walker) step() bool {
	s := &w.m.States[w.state]
	if s.Kind == Ended {
		for slot := range w.slots {
			if w.alive(slot) {
				panic(broken(fmt.Sprintf("slot %d is held at the end", slot)))
			}
		}
		return false
	}
	var moves []func()
	offered := map[[2]int][]int{} // slot and peer: labels
	for j := range s.Edges {
		e := &s.Edges[j]
		if e.Guard != nil && w.eval(e.Guard) == 0 {
			continue
		}
		a := &e.Action
		switch a.Kind {
		case SendMsg, ReceiveMsg:
			for _, slot := range w.candidates(a.Slot) {
				if w.slots[slot] < 0 {
					panic(broken("an empty slot is used"))
				}
				end := w.ends[slot]
				next := end.Protocol.Locals[end.Role].Edge(w.slots[slot], a.Kind == SendMsg, a.Peer, a.Label)
				if next == nil {
					panic(broken("a message is used where there is none"))
				}
				if a.Kind == ReceiveMsg {
					key := [2]int{slot, a.Peer}
					offered[key] = append(offered[key], a.Label)
				}
				moves = append(moves, func() { w.message(e, slot, next.Next) })
			}
		case GonePeer: // peers stay
		case AddMember:
			g := &w.m.Groups[a.Group]
			for i := range g.Len {
				if !w.alive(g.Base + i) {
					moves = append(moves, func() { w.add(e, i) })
				}
			}
		case PickMember:
			g := &w.m.Groups[a.Group]
			for i := range g.Len {
				if w.alive(g.Base+i) && (a.States == nil || slices.Contains(a.States, w.slots[g.Base+i])) {
					moves = append(moves, func() { w.set(a.Index, int32(i)); w.state = e.Next })
				}
			}
		default:
			moves = append(moves, func() { w.other(e) })
		}
		if s.Kind == LocalStep {
			break
		}
	}
	for key, labels := range offered {
		end := w.ends[key[0]]
		for _, e := range end.Protocol.Locals[end.Role].States[w.slots[key[0]]].Edges {
			if !e.Send && e.Peer == key[1] && !slices.Contains(labels, e.Label) {
				panic(broken("a message comes that is not offered"))
			}
		}
	}
	if len(moves) == 0 {
		if s.Kind == Deciding {
			panic(broken("a decide has no case"))
		}
		return false
	}
	moves[w.r.IntN(len(moves))]()
	return true
}

func (w *walker) message(e *Edge, slot, next int) {
	a := &e.Action
	w.slots[slot] = next
	g := &w.m.Groups[a.Slot.Group]
	if a.Slot.Any {
		w.set(a.Slot.Bind, int32(slot-g.Base))
	}
	fields := w.m.label(a).Fields
	for i, b := range a.Binds {
		if b.Kind == Delegated {
			w.fill(w.candidates(b.Slot)[0], fields[i].Type.End.States[0])
		} else if b.Kind == Value {
			lo, hi := fields[i].Type.Bounds()
			w.set(b.To, int32(lo)+w.r.Int32N(int32(hi-lo)+1))
		}
	}
	w.state = e.Next
}

func (w *walker) leave(slot int) int {
	if w.slots[slot] < 0 {
		panic(broken("an empty slot is used"))
	}
	state := w.slots[slot]
	w.slots[slot] = -1
	return state
}

func (w *walker) add(e *Edge, i int) {
	a := &e.Action
	state := w.leave(w.candidates(a.Ends[0])[0])
	g := &w.m.Groups[a.Group]
	if !slices.Contains(g.Fields[0].End.States, state) {
		panic(broken("an end is added where it must not stand"))
	}
	w.slots[g.Base+i] = state
	w.set(a.Index, int32(i))
	w.state = e.Next
}

func (w *walker) other(e *Edge) {
	a := &e.Action
	switch a.Kind {
	case Assign:
		w.set(a.To, w.eval(a.Value))
	case AbandonEnd:
		w.leave(w.candidates(a.Slot)[0])
	case MoveEnd:
		state := w.leave(w.candidates(a.Slot)[0])
		w.fill(w.candidates(a.Into[0])[0], state)
	}
	w.state = e.Next
}
