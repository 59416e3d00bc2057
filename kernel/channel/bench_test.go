package channel_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	generated "github.com/protoc-os/protoc-os/kernel/channel/internal/double"
)

// Each measured thing is a function of how often; table_test.go puts them
// side by side, and the benchmarks run them one by one. They are not inlined:
// nothing is inlined into the closures of an inlined function, as it is
// into what people write.

type discard struct{ n uint64 }

func (d *discard) Record(*channel.Event) { d.n++ }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// callStub is n requests and replies through generated stubs.
//
//go:noinline
func callStub(cores int, place channel.Placement, rec channel.Recorder) func(int) {
	return func(n int) {
		rt := channel.New(channel.Config{Cores: cores, Recorder: rec})
		client, server := generated.NewDouble(rt)
		generated.StartDoubleServer(rt, channel.Options{Placement: place, Core: 1}, server, serveGenerated).Discard()
		generated.StartDoubleClient(rt, channel.Options{Placement: place}, client, func(_ context.Context, s generated.DoubleClientStart) (generated.DoubleClientEnd, error) {
			for i := range n {
				asked, err := s.Ask(uint64(i), 0)
				if err != nil {
					return generated.DoubleClientEnd{}, err
				}
				reply, err := asked.Receive()
				if err != nil {
					return generated.DoubleClientEnd{}, err
				}
				s = reply.(*generated.DoubleClientAnswer).Next
			}
			return s.Bye()
		}).Discard()
		must(rt.Run(context.Background()))
	}
}

func serveGenerated(_ context.Context, s generated.DoubleServerStart) (generated.DoubleServerEnd, error) {
	for {
		m, err := s.Receive()
		if err != nil {
			return generated.DoubleServerEnd{}, err
		}
		switch m := m.(type) {
		case *generated.DoubleServerAsk:
			if s, err = m.Next.Answer(2*m.X, m.Y); err != nil {
				return generated.DoubleServerEnd{}, err
			}
		case *generated.DoubleServerBye:
			return m.Next, nil
		}
	}
}

// component starts a component on bare queues.
func component(rt *channel.Runtime, t *channel.Component, o channel.Options, run func(*channel.Endpoint) error, ends ...channel.End) {
	e := new(channel.Endpoint)
	rt.Start(e, t, o, ends, func(context.Context) error { return run(e) }).Discard()
}

//go:noinline
func callBare(n int) {
	rt := channel.New(channel.Config{Cores: 1})
	ends := rt.NewSession(&double)
	component(rt, &clientTable, channel.Options{}, func(e *channel.Endpoint) error {
		for i := range n {
			if err := e.Begin(e.Step(), &opAsk, 0); err != nil {
				return err
			}
			*channel.Out[askPayload](e) = askPayload{uint64(i), 0}
			if _, err := e.Receive(e.Commit(), &opReply, 0); err != nil {
				return err
			}
		}
		return nil
	}, ends[0])
	component(rt, &serverTable, channel.Options{}, func(e *channel.Endpoint) error {
		for range n {
			if _, err := e.Receive(e.Step(), &opNext, 0); err != nil {
				return err
			}
			p := *channel.In[askPayload](e)
			if err := e.Begin(e.Step(), &opAnswer, 0); err != nil {
				return err
			}
			*channel.Out[askPayload](e) = p
			e.Commit()
		}
		return nil
	}, ends[1])
	must(rt.Run(context.Background()))
}

func callGo(n int) {
	ask, answer := make(chan askPayload), make(chan askPayload)
	go func() {
		for m := range ask {
			answer <- askPayload{2 * m.X, m.Y}
		}
	}()
	for i := range n {
		ask <- askPayload{uint64(i), 0}
		<-answer
	}
	close(ask)
}

var (
	stream64 = channel.Protocol{Name: "Stream", Roles: []string{"from", "to"}, Capacity: 64, Labels: []channel.Label{
		{Name: "M", From: 0, To: 1, Payload: channel.PayloadOf[askPayload]()}}}
	fromTable = channel.Component{Name: "From", Slots: []channel.Slot{{Name: "c", Protocol: &stream64, Role: 0}}}
	toTable   = channel.Component{Name: "To", Slots: []channel.Slot{{Name: "c", Protocol: &stream64, Role: 1}}}
	opPut     = channel.Op{State: "From", Method: "M", Peer: 1, Label: 0}
	opGet     = channel.Op{State: "To", Method: "M", Peer: 0, Labels: 1}
)

//go:noinline
func stream(cores int, place channel.Placement) func(int) {
	return func(n int) {
		rt := channel.New(channel.Config{Cores: cores})
		ends := rt.NewSession(&stream64)
		component(rt, &fromTable, channel.Options{Placement: place}, func(e *channel.Endpoint) error {
			for i := range n {
				if err := e.Begin(e.Step(), &opPut, 0); err != nil {
					return err
				}
				*channel.Out[askPayload](e) = askPayload{uint64(i), 0}
				e.Commit()
			}
			return nil
		}, ends[0])
		component(rt, &toTable, channel.Options{Placement: place, Core: 1}, func(e *channel.Endpoint) error {
			for range n {
				if _, err := e.Receive(e.Step(), &opGet, 0); err != nil {
					return err
				}
			}
			return nil
		}, ends[1])
		must(rt.Run(context.Background()))
	}
}

func streamGo(n int) {
	c, done := make(chan askPayload, 64), make(chan bool)
	go func() {
		for range n {
			<-c
		}
		done <- true
	}()
	for i := range n {
		c <- askPayload{uint64(i), 0}
	}
	<-done
}

// chooser is a hub with k channels, of which one at a time is ready. Sender
// and hub are probes, so that nothing but the choose is measured.
//
//go:noinline
func chooser(k int) func(int) {
	rt := channel.New(channel.Config{Cores: 1})
	t := &channel.Component{Name: "hub", Choices: 1}
	c := &channel.Choice{State: "Hub", Method: "Choose"}
	var ends []channel.End
	feeders := make([]channel.Endpoint, k)
	for i := range k {
		d := rt.NewSession(&stream64)
		t.Slots = append(t.Slots, channel.Slot{Name: "s", Protocol: &stream64, Role: 1})
		c.Options = append(c.Options, channel.Option{Kind: channel.Recv, Slot: int32(i), Peer: 0})
		ends = append(ends, d[1])
		rt.Probe(&feeders[i], &fromTable, "from", d[0])
	}
	hub := &channel.Endpoint{}
	rt.Probe(hub, t, "hub", ends...)
	return func(n int) {
		for i := range n {
			f := &feeders[i*7%k]
			must(f.Begin(f.Step(), &opPut, 0))
			f.Commit()
			_, err := hub.Choose(hub.Step(), c, 0, 0)
			must(err)
		}
	}
}

// selectGo is the same over Go channels.
func selectGo(n int) {
	var c [64]chan askPayload
	for i := range c {
		c[i] = make(chan askPayload, 1)
	}
	for i := range n {
		c[i*7%64] <- askPayload{}
		select64(&c)
	}
}

func BenchmarkCallStubOneCore(b *testing.B)  { bench(b, callStub(1, channel.Together, nil)) }
func BenchmarkCallStubTwoCores(b *testing.B) { bench(b, callStub(2, channel.Together, nil)) }
func BenchmarkCallStubSpread(b *testing.B)   { bench(b, callStub(2, channel.Pinned, nil)) }
func BenchmarkCallStubRecorded(b *testing.B) { bench(b, callStub(1, channel.Together, &discard{})) }
func BenchmarkCallBare(b *testing.B)         { bench(b, callBare) }
func BenchmarkCallGo(b *testing.B)           { bench(b, callGo) }
func BenchmarkStreamOneCore(b *testing.B)    { bench(b, stream(1, channel.Together)) }
func BenchmarkStreamTwoCores(b *testing.B)   { bench(b, stream(2, channel.Together)) }
func BenchmarkStreamSpread(b *testing.B)     { bench(b, stream(2, channel.Pinned)) }
func BenchmarkStreamGo(b *testing.B)         { bench(b, streamGo) }
func BenchmarkSelectGo64(b *testing.B)       { bench(b, selectGo) }

func BenchmarkChoose(b *testing.B) {
	for _, k := range []int{2, 8, 64, 256} {
		b.Run(fmt.Sprint(k), func(b *testing.B) { bench(b, chooser(k)) })
	}
}

func bench(b *testing.B, f func(int)) {
	b.ReportAllocs()
	b.ResetTimer()
	f(b.N)
}

// TestNoAllocations: a message, a choose and a step allocate nothing.
func TestNoAllocations(t *testing.T) {
	for name, f := range map[string]func(int){
		"call": callStub(1, channel.Together, nil), "two cores": callStub(2, channel.Pinned, nil),
		"stream": stream(1, channel.Together), "choose": chooser(64), "recorded": callStub(1, channel.Together, &discard{}),
	} {
		if n := allocations(f); n > 0.01 { // the Go runtime's own
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// allocations is how many each of 10,000 more repetitions makes.
func allocations(f func(int)) float64 {
	f(10)
	few := mallocs(func() { f(100) })
	many := mallocs(func() { f(10100) })
	return max(0, float64(many)-float64(few)) / 10000
}

func mallocs(f func()) uint64 {
	var a, b runtime.MemStats
	runtime.ReadMemStats(&a)
	f()
	runtime.ReadMemStats(&b)
	return b.Mallocs - a.Mallocs
}

func select64(c *[64]chan askPayload) {
	select {
	case <-c[0]:
	case <-c[1]:
	case <-c[2]:
	case <-c[3]:
	case <-c[4]:
	case <-c[5]:
	case <-c[6]:
	case <-c[7]:
	case <-c[8]:
	case <-c[9]:
	case <-c[10]:
	case <-c[11]:
	case <-c[12]:
	case <-c[13]:
	case <-c[14]:
	case <-c[15]:
	case <-c[16]:
	case <-c[17]:
	case <-c[18]:
	case <-c[19]:
	case <-c[20]:
	case <-c[21]:
	case <-c[22]:
	case <-c[23]:
	case <-c[24]:
	case <-c[25]:
	case <-c[26]:
	case <-c[27]:
	case <-c[28]:
	case <-c[29]:
	case <-c[30]:
	case <-c[31]:
	case <-c[32]:
	case <-c[33]:
	case <-c[34]:
	case <-c[35]:
	case <-c[36]:
	case <-c[37]:
	case <-c[38]:
	case <-c[39]:
	case <-c[40]:
	case <-c[41]:
	case <-c[42]:
	case <-c[43]:
	case <-c[44]:
	case <-c[45]:
	case <-c[46]:
	case <-c[47]:
	case <-c[48]:
	case <-c[49]:
	case <-c[50]:
	case <-c[51]:
	case <-c[52]:
	case <-c[53]:
	case <-c[54]:
	case <-c[55]:
	case <-c[56]:
	case <-c[57]:
	case <-c[58]:
	case <-c[59]:
	case <-c[60]:
	case <-c[61]:
	case <-c[62]:
	case <-c[63]:
	}
}
