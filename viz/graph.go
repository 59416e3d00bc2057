package viz

// Graph is what is drawn: boxes and arrows with text, before anybody has decided where. Node 0 is the entry if there is one.
// Functions that lay something over a graph return a new one.
type Graph struct {
	Title     string
	About     string // one sentence that says in words what is seen, for screen readers
	Direction Direction
	Nodes     []Node
	Edges     []Edge
}

// Direction is where the arrows point.
type Direction uint8

// The directions. Auto takes the one that gives the more pleasant page.
const (
	Auto Direction = iota
	TopDown
	LeftRight
)

// Node is a box. ID is unique in its graph and the same for the same source; it is not shown.
type Node struct {
	ID    string
	Title string
	Lines []string // below the title, smaller
	Kind  NodeKind
	Group string   // nodes of one group belong together; "" none
	Keys  []string // what of a trace lights it: see Highlight
	Mark  Mark
	Heat  float64 // 0 none … 1: its share of the messages of a run, see SystemOptions.Load
}

// NodeKind is what a node stands for.
type NodeKind uint8

// The kinds of Node.
const (
	Point       NodeKind = iota // a control point without a name: a small circle, a pill if it has a title
	Resting                     // a point where silence is allowed: doubled border
	Entry                       // the dot before the first state
	Final                       // the end
	Deciding                    // a decision of the component itself: a diamond
	Testing                     // a test of variables that leads to many points: a small diamond
	Fork                        // where branches part or join: a bar
	Component                   // an instance: a box
	Outside                     // an instance whose code is an adapter to the outside: a box with a thick side
	Surrounding                 // whoever uses an exported end: a dashed box
	Startable                   // a component that others start: a dashed box
	Hub                         // a session of more than two roles
	Reference                   // stands for a node drawn elsewhere; only in a Layout's graph
)

// Edge is an arrow.
type Edge struct {
	From, To int // in Nodes
	Lines    []string
	Note     string // a last line, which several arrows may share
	Kind     EdgeKind
	Both     bool     // a head at either end
	Keys     []string // what of a trace lights it: see Highlight
	Mark     Mark

	kinds  []EdgeKind // of a bundle or a chain, per line
	chain  bool       // several steps one after the other
	shared bool       // a bundle of several
}

// EdgeKind is what an arrow stands for.
type EdgeKind uint8

// The kinds of Edge.
const (
	Plain   EdgeKind = iota
	Sending          // also: a message of a global type
	Receiving
	Choosing // a case of a decision
	Making   // new, start, add
	Failing  // gone, crashed, a crash
	Timing   // timeout, else
)

// Mark is how much a node or an edge stands out.
type Mark uint8

// The marks.
const (
	Unmarked Mark = iota
	Faded         // never reached, where that is a finding
	Passed        // a trace went through it
	Cycled        // in the cycle of a lasso
	Current       // where things stand now
	Wrong         // what the picture is about
)

// kindOf returns the kind whose colour a line of text has.
func (e *Edge) kindOf(line int) EdgeKind {
	if line < len(e.kinds) {
		return e.kinds[line]
	}
	return e.Kind
}

// copy returns a graph whose nodes and edges can be written without touching g.
func (g *Graph) copy() *Graph {
	c := *g
	c.Nodes = append([]Node(nil), g.Nodes...)
	c.Edges = append([]Edge(nil), g.Edges...)
	return &c
}

// nodeText returns all text of a node, cleaned, title first; nil for nodes that are drawn without text.
func (n *Node) nodeText() (title string, lines []string) {
	switch n.Kind {
	case Entry, Fork:
		return "", nil
	}
	return clean(n.Title), cleanAll(n.Lines)
}
