package viz

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

const viewSource = `package w

protocol Order(buyer, seller) capacity 2 buyer -> seller, 1 seller -> buyer {
    loop rest shop {
        choose buyer {
        option buyer -> seller: Buy(count range 1..3)
            at owed:
            choose seller {
            option seller -> buyer: Sold()
            option seller -> buyer: Out()
            }
        option buyer -> seller: Leave()
            par {
                buyer -> seller: Coin()
                end
            } and {
                seller -> buyer: Receipt()
                end
            }
        }
    }
}
protocol Ring(a, b, c) { a -> b: One()  b -> c: Two()  c -> a: Three() }

component Buyer(shop Order.buyer) {
    shop <- Buy(2)
    choose { option Sold() <- shop:  option Out() <- shop: }
    shop <- Leave()
    shop <- Coin()
    Receipt() <- shop
    end
}
component Seller(shops [2]Order.seller) {
    var left range 0..3 = 3
    sub serve(shop) {
        decide { case yes: left = left % 2  return ok  case no: return none }
    }
    loop open {
        choose {
        option Buy(_) <- shops[i]:
            if serve(shops) == ok { shops[i] <- Sold() } else { shops[i] <- Out() }
        option Leave() <- shops[i]:
            shops[i] <- Receipt()
            Coin() <- shops[i]
        }
    }
}
component Node(x Ring.a, y Ring.b, z Ring.c) { x.b <- One()  One() <- y.a  y.c <- Two()  Two() <- z.b  z.a <- Three()  Three() <- x.c }

system Market {
    buyer [2]Buyer
    seller Seller
    connect Order(buyer = buyer[i].shop, seller = seller.shops[i]) for i in buyer
    expect leak
}
system Circle { n Node  connect Ring(a = n.x, b = n.y, c = n.z) }
`

func loaded(t *testing.T) *session.Package {
	t.Helper()
	prog, diags := session.LoadText(map[string]string{"w/w.chan": viewSource}, "./w")
	for _, d := range diags {
		t.Fatal(d)
	}
	return prog.Asked[0]
}

func outlineOf(t *testing.T, g *Graph) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteText(&b, g, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// systemNamed elaborates a system of the package; what it has to say about components that do not conform is not looked at here.
func systemNamed(t *testing.T, p *session.Package, name string) *session.System {
	t.Helper()
	for _, s := range p.Systems {
		if s.Name == name {
			sys, diags := session.Elaborate(s, session.ElaborateOptions{})
			if sys == nil {
				t.Fatal(diags[0])
			}
			return sys
		}
	}
	t.Fatalf("no system %s", name)
	return nil
}

func TestViews(t *testing.T) {
	p := loaded(t)
	market := systemNamed(t, p, "Market")
	seller := market.Machines[market.Instances[2].Machine]
	for name, c := range map[string]struct {
		graph *Graph
		want  string
	}{
		"protocol": {ProtocolGraph(p.Protocols[0]), `
w.Order(buyer, seller)

● → shop (rests)
├─ Buy(count), buyer → seller  → owed
│  ├─ Sold(), seller → buyer  ↩ shop
│  └─ Out(), seller → buyer  ↩ shop
└─ Leave(), buyer → seller
   → ═4
   ├─ Coin(), buyer → seller  → ◉
   └─ Receipt(), seller → buyer  → ◉`},
		"role": {RoleGraph(p.Protocols[1].Locals[0]), `
w.Ring.a

● → ○1
└─ b ! One()
   c ? Three()  → ◉`},
		"component": {MachineGraph(seller), `
w.Seller

● → open
├─ Buy(_) <- shops[i at shop]  → ◇2
│  ├─ yes, left = left % 2
│  │  shops[i] <- Sold()  ↩ open
│  └─ no
│     shops[i] <- Out()  ↩ open
└─ Leave() <- shops[i at shop]
   shops[i] <- Receipt()
   Coin() <- shops[i]  ↩ open`},
		"system": {SystemGraph(market, SystemOptions{}), `
w.Market

[buyer ×2] w.Buyer
└─ w.Order ×2, → 2   ← 1  → [seller] w.Seller`},
		"occupancy": {SystemGraph(market, SystemOptions{Unfold: true, Occupancy: []Occupancy{{"buyer[1].shop", "buyer", "seller", 2}, {"buyer[1].shop", "seller", "buyer[1]", 1}}}), `
w.Market

[buyer[0]] w.Buyer
└─ w.Order, → 2   ← 1  → [seller] w.Seller

[buyer[1]] w.Buyer
└─ w.Order, → 2/2   ← 1/1  → [seller]`},
		"three roles": {SystemGraph(systemNamed(t, p, "Circle"), SystemOptions{}), `
w.Circle

[n] w.Node
└─ a  → [w.Ring]
   ├─ b  ↩ [n]
   └─ c  ↩ [n]`},
	} {
		if diff := cmp.Diff(strings.TrimSpace(c.want), outlineOf(t, c.graph)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestOverlays lights a deadlock on a wiring, counts coverage on a machine and warms a box.
func TestOverlays(t *testing.T) {
	p := loaded(t)
	g := SystemGraph(systemNamed(t, p, "Market"), SystemOptions{Unfold: true})
	trace := &traces.Trace{Instances: []string{"buyer[0]", "seller"}, Events: []traces.Event{{Step: 1, Kind: traces.Send, Instance: "buyer[0]", Peer: "seller", Channel: "buyer[0].shop", Label: "Buy"}},
		Final: &traces.State{Components: []traces.ComponentState{{Instance: "seller", Status: "waiting"}, {Instance: "buyer[1]", Status: "idle"}}, Cycle: []string{"seller", "seller"}}}
	lit := g.Highlight(trace, HighlightOptions{})
	marks := func(g *Graph) (m []Mark) {
		for _, n := range g.Nodes {
			m = append(m, n.Mark)
		}
		for _, e := range g.Edges {
			m = append(m, e.Mark)
		}
		return m
	}
	if diff := cmp.Diff([]Mark{Passed, Unmarked, Wrong, Passed, Unmarked}, marks(lit)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Mark{0, 0, 0, 0, 0}, marks(g)); diff != "" {
		t.Errorf("Highlight has written into its graph:\n%s", diff)
	}
	if diff := cmp.Diff([]Mark{0, 0, 0, 0, 0}, marks(g.Highlight(trace, HighlightOptions{Instance: "buyer[1]"}))); diff != "" {
		t.Errorf("what others did is lit:\n%s", diff)
	}
	role := RoleGraph(p.Protocols[1].Locals[0])
	at := strings.TrimPrefix(role.Edges[1].Keys[0], "at ")
	never := strings.TrimPrefix(role.Edges[2].Keys[0], "at ")
	if uncounted := role.Cover(map[string]int{at: 7}); uncounted.Edges[2].Mark != Unmarked || len(uncounted.Edges[2].Lines) != 1 {
		t.Errorf("what was not counted shows as %+v", uncounted.Edges[2])
	}
	covered := role.Cover(map[string]int{at: 7, never: 0})
	if covered.Edges[1].Mark != Unmarked || covered.Edges[2].Mark != Faded || covered.Edges[1].Lines[1] != "×7" {
		t.Errorf("coverage shows as %+v", covered.Edges)
	}
	if Around := (Space{States: make([]SpaceState, 4), Steps: []SpaceStep{{From: 0, To: 1}, {From: 1, To: 2}, {From: 2, To: 3}}}).Around([]int{2}, 1); len(Around.States) != 3 || len(Around.Steps) != 2 {
		t.Errorf("around a state stand %d states and %d steps", len(Around.States), len(Around.Steps))
	}
}
