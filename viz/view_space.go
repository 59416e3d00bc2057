package viz

// Space is a state space, or a part of one, as plain figures. State 0 is the first.
type Space struct {
	Title  string
	States []SpaceState
	Steps  []SpaceStep
}

// SpaceState is a state of a system in words.
type SpaceState struct {
	Title string
	Lines []string
	Mark  Mark
	Final bool // everybody has ended or is idle
}

// SpaceStep leads from one state to another.
type SpaceStep struct {
	From, To int
	Text     string
	Kind     EdgeKind
	Mark     Mark
}

// SpaceGraph draws a state space.
func SpaceGraph(s Space) *Graph {
	g := &Graph{Title: s.Title, About: number("The state space of ", len(s.States)) + " states of " + s.Title + "."}
	for i, state := range s.States {
		n := Node{ID: number("x", i), Title: state.Title, Lines: state.Lines, Mark: state.Mark}
		if state.Final {
			n.Kind = Resting
		}
		g.Nodes = append(g.Nodes, n)
	}
	for _, step := range s.Steps {
		e := Edge{From: step.From, To: step.To, Kind: step.Kind, Mark: step.Mark}
		if step.Text != "" {
			e.Lines = []string{shorten(step.Text, mostRunes)}
		}
		g.Edges = append(g.Edges, e)
	}
	return g
}

// Around returns the part of a state space within some steps, taken either way, of given states: how a large one is shown around a trace. The first
// of the given states becomes the first.
func (s Space) Around(states []int, steps int) Space {
	near := make([][]int, len(s.States))
	for _, t := range s.Steps {
		near[t.From] = append(near[t.From], t.To)
		near[t.To] = append(near[t.To], t.From)
	}
	place := map[int]int{}
	part := Space{Title: s.Title}
	var found []int
	visit := func(v int) {
		if _, ok := place[v]; !ok {
			place[v] = len(part.States)
			part.States = append(part.States, s.States[v])
			found = append(found, v)
		}
	}
	for _, v := range states {
		visit(v)
	}
	for frontier := found; steps > 0; steps-- {
		before := len(found)
		for _, v := range frontier {
			for _, w := range near[v] {
				visit(w)
			}
		}
		frontier = found[before:]
	}
	for _, t := range s.Steps {
		from, ok := place[t.From]
		to, also := place[t.To]
		if ok && also {
			t.From, t.To = from, to
			part.Steps = append(part.Steps, t)
		}
	}
	return part
}
