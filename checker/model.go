package checker

import (
	"fmt"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// model is a System compiled for exploration: where everything lies in a state, and tables instead of names. It does not change after compile.
type model struct {
	sys        *session.System
	rel        *session.Relevance
	words      int
	protocols  []*protocol
	sessions   []*sess
	ends       []*end
	queues     []*queue
	instances  []*instance
	edges      []edgeAt      // every option and case of every machine; the index is its number
	pools      [][]*instance // per machine, the instances that start makes
	live       uint64        // the least code of an end that is a local state; below: 0 over, 1 abandoned
	abandons   bool          // ends can be abandoned
	optional   bool          // some steps are optional
	crashes    field         // faults so far
	invariant  []expr
	responses  []response // per Eventually
	footprints [][]mask   // per standing state of each instance; nil: not known
}

// response is a compiled "eventually when => then".
type response struct{ when, then expr }

// edgeAt names an option or case.
type edgeAt struct {
	machine     *session.Machine
	index       int // of the machine
	state, edge int
}

// protocol is one of the system's protocols with its sessions.
type protocol struct {
	decl      *session.Protocol
	sessions  []*sess
	pool      []*sess // those that new makes
	roles     []*role
	alphabets [][]*alphabet // [from][to]; nil: nothing is sent
	heldBy    [][]place     // per role, the slots that can hold its end
}

// role is a local type as tables. A code is 0 (over), 1 (abandoned, where that can be) or a local state.
type role struct {
	local *session.Local
	codes []uint64 // of each local state
	state []int    // of each code; -1 none
	next  []uint64 // see at; the code afterwards + 1, or 0
	ever  []bool   // see at, receives only: some run without another receive from that peer accepts the label
	rest  []bool   // per code
	gives bool     // its end may be abandoned while others of the session are there
	peers int
	names int // labels
}

func (r *role) at(code uint64, send bool, peer, label int) int {
	i := int(code) * 2
	if send {
		i++
	}
	return (i*r.peers+peer)*r.names + label
}

// step returns the code after the action; false if the local type does not allow it.
func (r *role) step(code uint64, send bool, peer, label int) (uint64, bool) {
	n := r.next[r.at(code, send, peer, label)]
	return n - 1, n != 0
}

// sess is a session, there from the start or one that new can make.
type sess struct {
	name     string
	protocol *protocol
	pooled   bool
	index    int    // in protocol.sessions
	group    int    // in the layout
	ends     []*end // per role
	queues   []*queue
}

// end is one role of one session.
type end struct {
	id      int
	session *sess
	role    int
	kind    *role
	code    field
	value   uint64   // in a slot or message: the session's index + 1
	in, out []*queue // per peer; nil where nothing is sent
	fixed   *place   // the only slot that ever holds it, if it never travels
}

// place is a slot of an instance.
type place struct {
	inst *instance
	slot int
}

// alphabet is the set of messages that one direction of a protocol carries, as numbers from 1 on.
type alphabet struct {
	labels []letter // per label
	count  uint64   // of messages, with 0 for none
	bits   int
}

// letter is the messages of one label: base + the sum of each payload times its stride. No message has it if count is 0.
type letter struct {
	base, count uint64
	payloads    []payload
}

// payload is a field of a message that the state holds: a finite value from lo on, or an end.
type payload struct {
	field     int
	lo        int64
	n, stride uint64
	ends      []*end // of a travelling end: by value - 1
}

// labelOf returns the label of a message.
func (a *alphabet) labelOf(msg uint64) int {
	for l := range a.labels {
		if x := &a.labels[l]; msg-x.base < x.count {
			return l
		}
	}
	panic(fmt.Sprintf("checker: no label has message %d", msg))
}

// value returns a payload of a message of its letter.
func (l *letter) value(p *payload, msg uint64) uint64 { return (msg - l.base) / p.stride % p.n }

// queue is the FIFO of an ordered pair of roles of a session: cells of equal width, head first, 0 where there is no message.
type queue struct {
	id       int
	session  *sess
	from, to int
	capacity int
	alpha    *alphabet
	chunks   []field
	per      int  // cells in a chunk
	travels  bool // messages can carry ends
}

func (q *queue) head(w []uint64) uint64 {
	if len(q.chunks) == 0 {
		return 0
	}
	return q.chunks[0].get(w) & (1<<q.alpha.bits - 1)
}

func (q *queue) len(w []uint64) int {
	n := 0
	for i := range q.chunks {
		for v := q.chunks[i].get(w); v != 0; v >>= q.alpha.bits {
			n++
		}
	}
	return n
}

func (q *queue) full(w []uint64) bool {
	if q.capacity == 1 {
		return q.chunks[0].get(w) != 0
	}
	last := len(q.chunks) - 1
	return q.chunks[last].get(w)>>((q.capacity-1-last*q.per)*q.alpha.bits) != 0
}

// push appends to a queue that has room.
func (q *queue) push(w []uint64, msg uint64, n int) {
	f := q.chunks[n/q.per]
	f.set(w, f.get(w)|msg<<(n%q.per*q.alpha.bits))
}

// pop removes the head.
func (q *queue) pop(w []uint64) {
	b, last := q.alpha.bits, len(q.chunks)-1
	for i := range q.chunks {
		v := q.chunks[i].get(w) >> b
		if i < last {
			v |= (q.chunks[i+1].get(w) & (1<<b - 1)) << ((q.per - 1) * b)
		}
		q.chunks[i].set(w, v)
	}
}

// messages returns the content, head first. Not for the inner loop.
func (q *queue) messages(w []uint64) []uint64 {
	var all []uint64
	for i := range q.chunks {
		for v := q.chunks[i].get(w); v != 0; v >>= q.alpha.bits {
			all = append(all, v&(1<<q.alpha.bits-1))
		}
	}
	return all
}

func (q *queue) clear(w []uint64) {
	for i := range q.chunks {
		q.chunks[i].set(w, 0)
	}
}

// instance is a component of the system or a place for one that start makes.
type instance struct {
	id      int
	name    string
	machine *session.Machine
	index   int               // of the machine
	given   *session.Instance // nil: started
	control field
	ended   uint64 // codes of control: absent is 0, for a started one
	crashed uint64
	first   uint64 // of the first state in stand; below it nothing moves
	watched field  // started: somebody holds its handle
	regs    []field
	lo, hi  []int32
	initial []int32
	keep    []bool // registers that a property still reads after the end
	slots   []slot
	states  []state  // per machine state
	stand   []*state // Waiting and Deciding, by code - first
	fault   bool     // it may crash by itself
}

func (i *instance) liveIn(w []uint64) bool { return i.control.get(w) >= i.first }

// standing returns the state that a live instance stands at.
func (i *instance) standing(w []uint64) *state { return i.stand[i.control.get(w)-i.first] }

// slot holds an end or a handle. A slot that no action ever fills or empties has no field: what it holds is fixed.
type slot struct {
	f       field
	moves   bool
	fixed   *end
	ends    []*end      // by value - 1
	handles []*instance // by value - 1
}

// end returns the end in the slot, nil if there is none or it is over.
func (m *model) end(s *slot, w []uint64) *end {
	e := s.fixed
	if s.moves {
		v := s.f.get(w)
		if v == 0 || s.handles != nil {
			return nil
		}
		e = s.ends[v-1]
	}
	if e == nil || e.code.get(w) < m.live {
		return nil
	}
	return e
}

// holder returns who holds an end, nil if it travels or nobody can reach it.
func (m *model) holder(e *end, w []uint64) (*instance, int) {
	if e.fixed != nil {
		if !e.fixed.inst.liveIn(w) {
			return nil, 0
		}
		return e.fixed.inst, e.fixed.slot
	}
	for _, p := range e.session.protocol.heldBy[e.role] {
		s := &p.inst.slots[p.slot]
		if s.f.get(w) == e.value && p.inst.liveIn(w) {
			return p.inst, p.slot
		}
	}
	return nil, 0
}
