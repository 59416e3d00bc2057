package channel

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"
)

// A Protocol is the table of one protocol, written by the generator as a
// package variable. It is read-only once the first session was made.
type Protocol struct {
	Name     string
	Roles    []string
	Labels   []Label // at most 64
	Capacity int     // of every queue, unless Pairs says otherwise
	Pairs    []Pair  // capacities that differ by direction

	Package string  // where it is declared
	Digest  string  // of its declaration
	Locals  []Local // by role

	once  sync.Once
	pairs []pair
	index []int16 // from*roles+to → pairs, -1 where the two do not talk
	words uintptr // slot memory of one session, in 8-byte words
	carry int     // ends that the queued messages of one session can carry

	probes []Component // of a Probe, by role

	free sync.Pool // of memory
}

// A Label is one message of a protocol.
type Label struct {
	Name     string
	From, To uint8
	Payload  Payload
	Ends     int // ends that it carries

	Fields  []Field
	Carries []Carried // by end
}

// A Pair gives the capacity of one direction.
type Pair struct {
	From, To uint8
	Capacity int
}

// Payload is the size of a message's values, made by PayloadOf only.
type Payload struct {
	size uintptr
	typ  reflect.Type
}

// PayloadOf measures the struct of values that a message carries. Values
// are copied into slot memory that the collector does not scan, so T must
// hold no pointers; bytes with a maximum are an array and a length.
func PayloadOf[T any]() Payload {
	t := reflect.TypeFor[T]()
	if hasPointers(t) {
		panic(fmt.Sprintf("channel: payload %v holds pointers", t))
	}
	return Payload{t.Size(), t}
}

func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return false
	}
	return true
}

// pair is the layout of one direction's queue in a session's memory.
type pair struct {
	from, to uint8
	capacity uint32
	slots    uint32  // capacity and one: the message last received stays readable
	stride   uintptr // bytes
	offset   uintptr // words
	ends     int     // carried by one message at most
	carry    int     // offset in the session's carried ends
}

func (p *Protocol) prepare() {
	p.once.Do(func() {
		if len(p.Labels) > 64 {
			panic("channel: protocol " + p.Name + " has more than 64 labels")
		}
		n := len(p.Roles)
		for r, name := range p.Roles {
			p.probes = append(p.probes, Component{Name: name, Slots: []Slot{{Name: name, Protocol: p, Role: uint8(r)}}})
		}
		p.index = make([]int16, n*n)
		for i := range p.index {
			p.index[i] = -1
		}
		for _, l := range p.Labels {
			at := &p.index[int(l.From)*n+int(l.To)]
			if *at < 0 {
				*at = int16(len(p.pairs))
				c := p.Capacity
				for _, d := range p.Pairs {
					if d.From == l.From && d.To == l.To {
						c = d.Capacity
					}
				}
				p.pairs = append(p.pairs, pair{from: l.From, to: l.To, capacity: uint32(c), slots: uint32(c) + 1, stride: 8})
			}
			d := &p.pairs[*at]
			d.stride = max(d.stride, 8+(l.Payload.size+7)&^7)
			d.ends = max(d.ends, l.Ends)
		}
		for i := range p.pairs {
			d := &p.pairs[i]
			d.offset, d.carry = p.words, p.carry
			p.words += uintptr(d.slots) * d.stride / unsafe.Sizeof(uint64(0))
			p.carry += int(d.slots) * d.ends
		}
		p.words++ // so that the payload of an empty last slot has an address
	})
}

func (p *Protocol) label(l uint16) string {
	if int(l) < len(p.Labels) {
		return p.Labels[l].Name
	}
	return ""
}

// A Component is the table of one component: its named slots for ends.
type Component struct {
	Name    string
	Slots   []Slot
	Choices int  // number of choose statements; their IDs are below it
	Passive bool // starts by receiving: owns no stack until its first message
	Tuples  []Tuple

	Ops     []*Op     // all of its steps, for who counts which were taken
	Chooses []*Choice //

	once  sync.Once
	first []int32 // slot group → first slot of the endpoint
	at    []int32 // slot group → first of its sets of arms by point, or -1
	tuple []int32 // slot group → its tuple, or -1
	sets  int
	slots int
	arms  int
	dense bool // every slot is one arm
	makes bool // a step takes a place of a limit
}

func (t *Component) prepare() {
	t.once.Do(func() {
		t.dense = true
		for i := range t.Slots {
			s := &t.Slots[i]
			s.Protocol.prepare()
			if s.Set > 0 || len(s.Protocol.Roles) != 2 {
				t.dense = false
			}
			t.first = append(t.first, int32(t.slots))
			t.at = append(t.at, -1)
			t.tuple = append(t.tuple, -1)
			if s.Points > 0 {
				t.at[i] = int32(t.sets)
				t.sets += s.Points
			}
			n := max(s.Set, 1)
			t.slots += n
			t.arms += n * (len(s.Protocol.Roles) - 1)
		}
		for k, x := range t.Tuples {
			for f := range x.Fields {
				t.tuple[x.Slot+f] = int32(k)
			}
		}
		for _, op := range t.Ops {
			t.makes = t.makes || op.Takes != ""
		}
		for _, c := range t.Chooses {
			for i := range c.Options {
				t.makes = t.makes || c.Options[i].Takes != ""
			}
		}
	})
}

// A Tuple is a set whose members are several ends: its fields are slots one
// after the other, all of the same size.
type Tuple struct{ Slot, Fields int32 }

// A Slot is a named place for one end, or for a set of them.
type Slot struct {
	Name     string
	Protocol *Protocol
	Role     uint8
	Set      int // 0: a single end; n: a set of at most n members
	Points   int // named points at which members may stand
}

// An Op names one step of one state: what the stub calls Begin, Receive,
// Close or Abandon with. State and Method are what a misuse is reported as.
type Op struct {
	State, Method string
	Slot          int32
	Peer          uint8  // the other role
	Label         uint16 // of a send
	Labels        uint64 // of a receive: bit l is set when label l may come
	Point         uint8  // of a member of a set: where it must stand
	Gone          bool   // the loss of the peer is an option here
	Chosen        bool   // a choose has taken it: its room or its place is there, and a peer that has gone since does not matter
	Takes         string // QName of the protocol or component of which it makes one
	At            string // path:line:column of the statement
}

// Kind is the kind of an option.
type Kind uint8

// The kinds of options.
const (
	Recv Kind = iota
	Send
	Gone
	Timeout
	Else
	Now // a step without a channel: it is ready whenever its guard holds
)

// An Option is one line of a choose.
type Option struct {
	Kind  Kind
	Slot  int32
	Peer  uint8
	Point uint8 // of members of a set: where they stand; 0 for a single end
	Label uint16
	Guard uint8  // 0: none; g: enabled when bit g-1 of the guards is set
	Aimed bool   // at one member only, which Aim says
	Takes string // QName of the protocol or component of which it makes one
	At    string // path:line:column of the statement
}

// AnyPoint stands for all points of a set's members.
const AnyPoint = 255

// A Choice is the table of one choose.
type Choice struct {
	ID            int
	State, Method string
	Options       []Option
	Priority      bool
}
