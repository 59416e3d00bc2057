package channeltest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// A Message is what was sent or received: Values points to the payload, and
// is nil for a message that carries none.
type Message struct {
	Label  string
	Values any
}

// A Call is a message of a peer and the answer to it. Reply is the zero
// Message where there is none: the request needs none, or its sender has
// disappeared, and then it may have had its effect or not. A request that
// carries an end whose session begins with an answer is answered there.
type Call struct {
	Session *Session
	Request Message
	Made    []*Session // whose ends the request carries
	Reply   Message
}

// A Model is a plain program that does what the component is to do. Step
// says whether a state allows the answer to a call, and what state follows.
// States must not be changed in place.
type Model[S any] struct {
	Protocols []*channel.Protocol // whose messages it answers; nil: all
	Of        func(Call) bool     // which calls it is about, the fewer the faster; nil: all
	Init      func() S            // nil: the zero value
	Step      func(S, Call) (S, bool)
	Equal     func(a, b S) bool // nil: reflect.DeepEqual
}

// Against judges that the calls of a run could have been made to the model
// one after the other, each at some moment between its request and its
// answer (linearizability; porcupine searches the order).
func Against[S any](w *World, m Model[S]) {
	equal := m.Equal
	if equal == nil {
		equal = func(a, b S) bool { return reflect.DeepEqual(a, b) }
	}
	first := m.Init
	if first == nil {
		first = func() (zero S) { return zero }
	}
	steps := 0
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{first()} },
		Step: func(before, _, of any) (after []any) {
			if steps++; steps > mostModelSteps {
				return nil
			}
			c := of.(*call)
			if c.lost { // it may never have its effect
				after = append(after, before)
			}
			if s, ok := m.Step(before.(S), c.Call); ok {
				after = append(after, s)
			}
			return after
		},
		Equal: func(a, b any) bool { return equal(a.(S), b.(S)) },
	}
	w.models = append(w.models, modelled{m.Protocols, m.Of, model.ToModel(), &steps})
}

// mostModelSteps bounds the search for an order, which may be exponential. A
// run that needs more is counted as not judged.
const mostModelSteps = 50000

type modelled struct {
	protocols []*channel.Protocol
	of        func(Call) bool
	check     porcupine.Model
	steps     *int
}

// call is a Call in time, which counts the messages of a run.
type call struct {
	Call
	protocol   *channel.Protocol
	begin, end int64
	lost       bool
}

// sent notes a request, where its answer will come.
func (w *World) sent(p *peer, l *channel.Label, values any, made []*Session) {
	if len(w.models) == 0 {
		return
	}
	c := &call{Call: Call{p.Session, Message{l.Name, values}, made, Message{}}, protocol: p.Protocol, begin: w.clock(), end: -1}
	w.calls = append(w.calls, c)
	at := p.Session
	for _, s := range made {
		for _, q := range s.peers {
			if q == nil {
				continue
			}
			if _, roles := q.owed(); roles != 0 {
				at = s
			}
		}
	}
	at.calls = append(at.calls, c)
}

// answered notes the answer to the oldest request of a session that waits
// for one; a request is not answered if the session's next one was sent.
func (w *World) answered(p *peer, l *channel.Label, values any) {
	if n := len(p.calls); n > 0 {
		c := p.calls[n-1]
		p.calls = nil
		c.Reply, c.end = Message{l.Name, values}, w.clock()
	}
}

func (w *World) clock() int64 {
	w.time++
	return w.time
}

// judgeModels is for the end of a run.
func (w *World) judgeModels() {
	for _, m := range w.models {
		var list []porcupine.Operation
		for _, c := range w.calls {
			if !speaks(m.protocols, c.protocol) || m.of != nil && !m.of(c.Call) {
				continue
			}
			end := c.end
			if end < 0 {
				end = w.time + 1
			}
			list = append(list, porcupine.Operation{ClientId: len(list), Input: c, Call: c.begin, Output: c, Return: end})
		}
		switch linear := porcupine.CheckOperations(m.check, list); {
		case linear:
		case *m.steps > mostModelSteps:
			w.cover.unjudged++
		default:
			w.fail(ModelViolated, "no order of these calls is one of the model:%s", spell(list))
		}
	}
}

func speaks(list []*channel.Protocol, p *channel.Protocol) bool {
	for _, q := range list {
		if p == q {
			return true
		}
	}
	return list == nil
}

// spell lists calls, so that a person can look for the order.
func spell(list []porcupine.Operation) string {
	var b strings.Builder
	for _, op := range list {
		c := op.Output.(*call)
		fmt.Fprintf(&b, "\n  %s: %s", c.Session.Name, c.Session.spell(c.Request))
		if c.Reply.Label != "" {
			fmt.Fprintf(&b, " = %s", c.Session.spell(c.Reply))
		}
	}
	return b.String()
}

func (s *Session) spell(m Message) string {
	for i := range s.Protocol.Labels {
		if l := &s.Protocol.Labels[i]; l.Name == m.Label {
			return m.Label + briefly(format(l, m.Values))
		}
	}
	return m.Label
}
