// Package traces is what a run leaves behind: events, in the order in which they took effect. The checker writes its counterexamples as traces, the
// kernel its recordings; both are read by the same code. It is a leaf: it knows nothing of machines or channels.
package traces

// Kind is what an event does.
type Kind string

// The kinds of Event.
const (
	Send     Kind = "send"
	Receive  Kind = "receive"
	Exchange Kind = "exchange" // a send and its receive in one step, over a channel of capacity 0
	Gone     Kind = "gone"
	Timeout  Kind = "timeout"
	Else     Kind = "else"
	New      Kind = "new"
	Start    Kind = "start"
	Add      Kind = "add"
	Ended    Kind = "ended"   // a supervisor sees its child end
	Crashed  Kind = "crashed" // a supervisor sees its child crash
	Decide   Kind = "decide"
	Crash    Kind = "crash"   // a fault, or a component that loses its peer
	End      Kind = "end"     // a component ends
	Abandon  Kind = "abandon" // a component gives up an end
	Delay    Kind = "delay"   // a fault: Instance receives nothing for as many sends and faults as Args[0] says
)

// Event is one step of a run.
type Event struct {
	Step     int      `json:"step"` // from 1 on
	Kind     Kind     `json:"kind"`
	Instance string   `json:"instance"`           // who moves; of an exchange, the sender
	Peer     string   `json:"peer,omitempty"`     // who receives, has sent, or is started
	Channel  string   `json:"channel,omitempty"`  // the session, as the system names it
	Protocol string   `json:"protocol,omitempty"` // "block.Block"
	Role     string   `json:"role,omitempty"`     // of Instance in the session
	PeerRole string   `json:"peerRole,omitempty"`
	Label    string   `json:"label,omitempty"`
	Args     []string `json:"args,omitempty"`   // the fields: a value, "_", or the name of the end that travels. See Trace.Recorded
	Case     string   `json:"case,omitempty"`   // of a decide, or the member picked; recorded: its number
	At       string   `json:"at,omitempty"`     // path:line:column of the statement
	PeerAt   string   `json:"peerAt,omitempty"` // of an exchange, the receiver's statement
	Queue    int      `json:"queue,omitempty"`  // messages in the queue after the step
	Option   int      `json:"option"`           // which of the successors of the state before was taken, from 0 on; -1 unknown
}

// Trace is a run. Lifelines of instances that a start event brings need not be listed. Of a run that the runtime recorded, no options are
// known; the values in a message stand before the ends, and a start names the slots of the ends that it gives: "port=Port#3.clock".
type Trace struct {
	Version   int      `json:"version"`
	System    string   `json:"system"`             // "fs.Files"
	Digest    string   `json:"digest,omitempty"`   // of the system's declaration
	Params    []string `json:"params,omitempty"`   // "n=3"
	Recorded  bool     `json:"recorded,omitempty"` // of code that ran
	Property  string   `json:"property,omitempty"` // of a counterexample
	Code      string   `json:"code,omitempty"`
	Message   string   `json:"message,omitempty"`
	Instances []string `json:"instances"`       // lifelines, in the system's order; started ones after them, if listed
	Cycle     int      `json:"cycle,omitempty"` // of a lasso: the step at which the cycle starts; 0 none
	Events    []Event  `json:"-"`
	Final     *State   `json:"-"` // the state after the last event, where known
}

// State is a system's state in words.
type State struct {
	Components []ComponentState `json:"components"`
	Queues     []QueueState     `json:"queues"`          // those that are not empty
	Cycle      []string         `json:"cycle,omitempty"` // who waits for whom, first again at the end
}

// ComponentState is where a component stands.
type ComponentState struct {
	Instance string   `json:"instance"`
	Status   string   `json:"status"` // waiting, idle, deciding, ended, crashed
	At       string   `json:"at,omitempty"`
	Waits    []string `json:"waits,omitempty"` // what it waits for: "Done|Fail from fs", "room to disk"
	For      []string `json:"for,omitempty"`   // instances
}

// QueueState is the content of a queue.
type QueueState struct {
	Channel  string   `json:"channel"`
	From     string   `json:"from"` // instance or role
	To       string   `json:"to"`
	Capacity int      `json:"capacity"`
	Messages []string `json:"messages"` // head first: "Read(_, 3)"
}
