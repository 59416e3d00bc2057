package channel_test

import (
	"context"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// Stubs of this declaration, written by hand as the generator will:
//
//	protocol Double(client, server) capacity 1 {
//	    loop rest {
//	        choose client {
//	        option client -> server: Ask(x uint64, y uint64)
//	            choose server {
//	            option server -> client: Answer(x uint64, y uint64)
//	            option server -> client: Refuse()
//	            }
//	        option client -> server: Bye()
//	            end
//	        }
//	    }
//	}
//	component Server(c Double.server) { … }

type askPayload struct{ X, Y uint64 }

var double = channel.Protocol{Name: "Double", Roles: []string{"client", "server"}, Capacity: 1, Labels: []channel.Label{
	{Name: "Ask", From: 0, To: 1, Payload: channel.PayloadOf[askPayload]()},
	{Name: "Answer", From: 1, To: 0, Payload: channel.PayloadOf[askPayload]()},
	{Name: "Refuse", From: 1, To: 0},
	{Name: "Bye", From: 0, To: 1},
}}

// ---- role stubs: one end, for any Go program (and, for the benchmark, the
// whole of a component that has no other end)

type clientEndpoint struct {
	channel.Endpoint
	answer Answer
	refuse Refuse
}

var (
	clientTable = channel.Component{Name: "Client", Slots: []channel.Slot{{Name: "c", Protocol: &double, Role: 0}}}
	opAsk       = channel.Op{State: "Idle", Method: "Ask", Peer: 1, Label: 0}
	opBye       = channel.Op{State: "Idle", Method: "Bye", Peer: 1, Label: 3}
	opReply     = channel.Op{State: "Asked", Method: "Reply", Peer: 1, Labels: 1<<1 | 1<<2}
)

// Idle: the client asks or says bye.
type Idle struct {
	e    *clientEndpoint
	step uint32
}

// Asked: the server answers or refuses.
type Asked struct {
	e    *clientEndpoint
	step uint32
}

// ClientEnd: nothing follows.
type ClientEnd struct {
	e    *clientEndpoint
	step uint32
}

// Reply is Answer or Refuse.
type Reply interface{ reply() }

// Answer is valid until the next step.
type Answer struct {
	X, Y uint64
	Next Idle
}

// Refuse carries nothing.
type Refuse struct{ Next Idle }

func (*Answer) reply() {}
func (*Refuse) reply() {}

// OpenClient makes a goroutine the client of a session.
func OpenClient(ctx context.Context, rt *channel.Runtime, d channel.End) Idle {
	e := new(clientEndpoint)
	rt.Plain(ctx, &e.Endpoint, &clientTable, "client", d)
	return Idle{e, e.Step()}
}

// StartClient starts a component that is only a client.
func StartClient(rt *channel.Runtime, o channel.Options, d channel.End, run func(context.Context, Idle) (ClientEnd, error)) channel.End {
	e := new(clientEndpoint)
	return rt.Start(&e.Endpoint, &clientTable, o, []channel.End{d}, func(ctx context.Context) error {
		end, err := run(ctx, Idle{e, e.Step()})
		return e.End(end.e == e, end.step, err)
	})
}

// Ask sends a question.
func (s Idle) Ask(x, y uint64) (Asked, error) {
	if s.e == nil {
		return Asked{}, channel.DeadState("Idle", "Ask")
	}
	if err := s.e.Begin(s.step, &opAsk, 0); err != nil {
		return Asked{}, err
	}
	p := channel.Out[askPayload](&s.e.Endpoint)
	p.X, p.Y = x, y
	return Asked{s.e, s.e.Commit()}, nil
}

// Bye ends the session.
func (s Idle) Bye() (ClientEnd, error) {
	if s.e == nil {
		return ClientEnd{}, channel.DeadState("Idle", "Bye")
	}
	if err := s.e.Begin(s.step, &opBye, 0); err != nil {
		return ClientEnd{}, err
	}
	step := s.e.Commit()
	s.e.Close(0, 0)
	return ClientEnd{s.e, step}, nil
}

// Reply waits for the server's choice.
func (s Asked) Reply() (Reply, error) {
	e := s.e
	if e == nil {
		return nil, channel.DeadState("Asked", "Reply")
	}
	label, err := e.Receive(s.step, &opReply, 0)
	if err != nil {
		return nil, err
	}
	if label == 1 {
		p := channel.In[askPayload](&e.Endpoint)
		e.answer = Answer{p.X, p.Y, Idle{e, e.Step()}}
		return &e.answer, nil
	}
	e.refuse = Refuse{Idle{e, e.Step()}}
	return &e.refuse, nil
}

// ---- component stubs: one state for the whole component

type serverEndpoint struct {
	channel.Endpoint
	ask  Ask
	bye  Bye
	gone Gone
}

var (
	serverTable = channel.Component{Name: "Server", Passive: true, Choices: 1, Slots: []channel.Slot{{Name: "c", Protocol: &double, Role: 1}}}
	opNext      = channel.Op{State: "Serving", Method: "Next", Peer: 0, Labels: 1<<0 | 1<<3, Gone: true}
	opAnswer    = channel.Op{State: "Owing", Method: "Answer", Peer: 0, Label: 1}
	opRefuse    = channel.Op{State: "Owing", Method: "Refuse", Peer: 0, Label: 2}
)

// Serving: a request, bye, or the client is gone.
type Serving struct {
	e    *serverEndpoint
	step uint32
}

// Owing: an answer is owed.
type Owing struct {
	e    *serverEndpoint
	step uint32
}

// ServerEnd: nothing follows.
type ServerEnd struct {
	e    *serverEndpoint
	step uint32
}

// Request is Ask, Bye or Gone.
type Request interface{ request() }

// Ask is valid until the next step.
type Ask struct {
	X, Y uint64
	Next Owing
}

// Bye ends the session.
type Bye struct{ Next ServerEnd }

// Gone says that the client is gone.
type Gone struct{ Next ServerEnd }

func (*Ask) request()  {}
func (*Bye) request()  {}
func (*Gone) request() {}

// StartServer starts a server.
func StartServer(rt *channel.Runtime, o channel.Options, c channel.End, run func(context.Context, Serving) (ServerEnd, error)) channel.End {
	e := new(serverEndpoint)
	return rt.Start(&e.Endpoint, &serverTable, o, []channel.End{c}, func(ctx context.Context) error {
		end, err := run(ctx, Serving{e, e.Step()})
		return e.End(end.e == e, end.step, err)
	})
}

// Next waits for what the client does.
func (s Serving) Next() (Request, error) {
	e := s.e
	if e == nil {
		return nil, channel.DeadState("Serving", "Next")
	}
	label, err := e.Receive(s.step, &opNext, 0)
	if err != nil {
		return nil, err
	}
	switch label {
	case 0:
		p := channel.In[askPayload](&e.Endpoint)
		e.ask = Ask{p.X, p.Y, Owing{e, e.Step()}}
		return &e.ask, nil
	case 3:
		e.Close(0, 0)
		e.bye = Bye{ServerEnd{e, e.Step()}}
		return &e.bye, nil
	}
	e.Close(0, 0)
	e.gone = Gone{ServerEnd{e, e.Step()}}
	return &e.gone, nil
}

// Answer answers.
func (s Owing) Answer(x, y uint64) (Serving, error) {
	if s.e == nil {
		return Serving{}, channel.DeadState("Owing", "Answer")
	}
	if err := s.e.Begin(s.step, &opAnswer, 0); err != nil {
		return Serving{}, err
	}
	p := channel.Out[askPayload](&s.e.Endpoint)
	p.X, p.Y = x, y
	return Serving{s.e, s.e.Commit()}, nil
}

// Refuse refuses.
func (s Owing) Refuse() (Serving, error) {
	if s.e == nil {
		return Serving{}, channel.DeadState("Owing", "Refuse")
	}
	if err := s.e.Begin(s.step, &opRefuse, 0); err != nil {
		return Serving{}, err
	}
	return Serving{s.e, s.e.Commit()}, nil
}

// ---- what a person writes

func serve(_ context.Context, s Serving) (ServerEnd, error) {
	for {
		m, err := s.Next()
		if err != nil {
			return ServerEnd{}, err
		}
		switch m := m.(type) {
		case *Ask:
			if m.X == 13 {
				s, err = m.Next.Refuse()
			} else {
				s, err = m.Next.Answer(2*m.X, m.Y)
			}
			if err != nil {
				return ServerEnd{}, err
			}
		case *Bye:
			return m.Next, nil
		case *Gone:
			return m.Next, nil
		}
	}
}
