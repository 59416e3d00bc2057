package checker

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// elaborate returns the first system of a one-file package.
func elaborate(t *testing.T, text string, opts session.ElaborateOptions) *session.System {
	t.Helper()
	prog, diags := session.LoadText(map[string]string{"x/x.chan": text})
	for _, d := range diags {
		t.Fatal(d)
	}
	for _, p := range prog.Packages {
		for _, s := range p.Systems {
			sys, diags := session.Elaborate(s, opts)
			for _, d := range diags {
				t.Log(d)
			}
			if sys == nil {
				t.Fatal("the system does not elaborate")
			}
			return sys
		}
	}
	t.Fatal("no system")
	return nil
}

// judge checks a system and spells the verdict as "ok" or as codes with their depths.
func judge(t *testing.T, sys *session.System) string {
	t.Helper()
	v := Check(context.Background(), sys, Options{})
	if v.Outcome == Inconclusive {
		return "inconclusive: " + v.Reason
	}
	words := []string{}
	for _, x := range v.Violations {
		words = append(words, fmt.Sprintf("%s@%d", x.Code, len(x.Trace.Events)))
		if _, steps, err := Replay(sys, x.Trace); err != nil || steps != len(x.Trace.Events) {
			t.Errorf("%s does not replay: %v", x.Code, err)
		}
	}
	if len(words) == 0 {
		return "ok"
	}
	return strings.Join(words, " ")
}

// Both send first and then receive: at capacity 0 neither finds the other waiting.
const bothSend = `package x
protocol P(a, b) capacity %s {
    role a { a -> b: Hello()  b -> a: Hi()  end }
    role b { b -> a: Hi()  a -> b: Hello()  end }
}
component A(p P.a) { p <- Hello()  Hi() <- p }
component B(p P.b) { p <- Hi()  Hello() <- p }
system S { a A  b B  connect P(a = a.p, b = b.p) }
`

// The kernel of the double buffer (Mostrous, Yoshida, Honda, "Global principal typing in partially commutative asynchronous sessions"): it
// announces both of its buffers before it fills one, and the source answers only what was announced.
const doubleBuffer = `package x
protocol P(kernel, source) capacity %s {
    role kernel { kernel -> source: Ready()  kernel -> source: Ready()  source -> kernel: Copy()  source -> kernel: Copy()  end }
    role source { source -> kernel: Copy()  source -> kernel: Copy()  kernel -> source: Ready()  kernel -> source: Ready()  end }
}
component Kernel(p P.kernel) { p <- Ready()  p <- Ready()  Copy() <- p  Copy() <- p }
component Source(p P.source) { p <- Copy()  p <- Copy()  Ready() <- p  Ready() <- p }
system S { k Kernel  s Source  connect P(kernel = k.p, source = s.p) }
`

// Either side may speak first. By rendezvous one of them does; with room both do, and b finds a bid where it wants an answer.
const refusal = `package x
protocol P(a, b) capacity %s {
    role a { choose { option a -> b: Bid()  end  option b -> a: Cancel()  a -> b: Cancelled()  end } }
    role b { choose { option a -> b: Bid()  end  option b -> a: Cancel()  a -> b: Cancelled()  end } }
}
component A(p P.a) { choose { option p <- Bid():  option Cancel() <- p: p <- Cancelled() } }
component B(p P.b) { choose { option Bid() <- p:  option p <- Cancel(): Cancelled() <- p } }
system S { a A  b B  connect P(a = a.p, b = b.p) }
`

// The same without an answer: both are content, and both messages are left lying.
const crossing = `package x
protocol P(a, b) capacity %s {
    role a { choose { option a -> b: Bid()  end  option b -> a: Cancel()  end } }
    role b { choose { option a -> b: Bid()  end  option b -> a: Cancel()  end } }
}
component A(p P.a) { choose { option p <- Bid():  option Cancel() <- p: } }
component B(p P.b) { choose { option Bid() <- p:  option p <- Cancel(): } }
system S { a A  b B  connect P(a = a.p, b = b.p) }
`

// The producer relies on a full queue to make it look at its control channel: with room for all three items it does not look in time.
const window = `package x
protocol Items(producer, consumer) capacity %s {
    choose producer {
    option producer -> consumer: Item()
        choose producer {
        option producer -> consumer: Item()
            choose producer {
            option producer -> consumer: Item()
                consumer -> producer: Credit()
                producer -> consumer: Last()
            option producer -> consumer: Last()
            }
        option producer -> consumer: Last()
        }
    option producer -> consumer: Last()
    }
}
protocol Control(boss, worker) capacity 1 { boss -> worker: Stop()  worker -> boss: Stopped() }
component Producer(p Items.producer, q Control.worker) {
    choose {
    option Stop() <- q:
    option p <- Item():
        choose {
        option Stop() <- q:
        option p <- Item():
            choose {
            option Stop() <- q:
            option p <- Item():
                Credit() <- p
                Stop() <- q
            }
        }
    }
    q <- Stopped()
    p <- Last()
}
component Consumer(p Items.consumer, q Control.boss) {
    q <- Stop()
    Stopped() <- q
    choose {
    option Last() <- p:
    option Item() <- p:
        choose {
        option Last() <- p:
        option Item() <- p:
            choose {
            option Last() <- p:
            option Item() <- p:
                p <- Credit()
                Last() <- p
            }
        }
    }
}
system S {
    a Producer
    b Consumer
    connect Items(producer = a.p, consumer = b.p)
    connect Control(boss = b.q, worker = a.q)
}
`

// Options that address different receivers: whoever is not addressed learns it from the other.
const receivers = `package x
protocol P(a, b, c) capacity %s {
    choose a {
    option a -> b: Left()   b -> c: Go()    c -> a: Done()
    option a -> c: Right()  c -> b: Go()    c -> a: Done()
    }
}
component A(p P.a) { decide { case left: p.b <- Left() case right: p.c <- Right() } Done() <- p.c }
component B(p P.b) { choose { option Left() <- p.a: p.c <- Go()  option Go() <- p.c: } }
component C(p P.c) { choose { option Go() <- p.b: option Right() <- p.a: p.b <- Go() } p.a <- Done() }
system S { a A  b B  c C  connect P(a = a.p, b = b.p, c = c.p) }
`

func TestKnownCases(t *testing.T) {
	for _, c := range []struct {
		name, text string
		capacity   string
		want       string
	}{
		{"both send first", bothSend, "0", "PO2001@0"},
		{"both send first", bothSend, "1", "ok"},
		{"both send first", bothSend, "2", "ok"},
		{"double buffer", doubleBuffer, "1", "PO2001@2"},
		{"double buffer", doubleBuffer, "2", "ok"},
		{"refusal", refusal, "0", "ok"},
		{"refusal", refusal, "1", "PO2004@2 PO2001@2"},
		{"window", window, "1", "ok"},
		{"window", window, "2", "ok"},
		{"window", window, "3", "PO2001@4"},
		{"crossing", crossing, "0", "ok"},
		{"crossing", crossing, "1", "PO2005@2"},
		{"receivers", receivers, "0", "ok"},
		{"receivers", receivers, "1", "ok"},
		{"receivers", receivers, "3", "ok"},
	} {
		t.Run(c.name+" at "+c.capacity, func(t *testing.T) {
			sys := elaborate(t, fmt.Sprintf(c.text, c.capacity), session.ElaborateOptions{})
			if got := judge(t, sys); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			compare(t, sys, c.name, 1000)
		})
	}
}
