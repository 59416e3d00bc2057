package checker

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// TestSymmetry holds both reductions against the whole graph on random servers with two to four clients that are connected alike.
func TestSymmetry(t *testing.T) {
	full, less, orbits, bad := 0, 0, 0, map[string]int{}
	const systems = 200
	for k := range systems {
		seed := *seed + int64(k)
		r := rand.New(rand.NewSource(seed))
		text := randomClients(r)
		sys := elaborateAny(text)
		if sys == nil {
			t.Fatalf("seed %d: does not elaborate\n%s", seed, text)
		}
		for n := 2; n <= 4; n++ {
			sys, _ := session.Elaborate(sys, session.ElaborateOptions{Params: map[string]int64{"n": int64(n)}})
			if sys == nil {
				bad["refused"]++
				break
			}
			m, err := compile(sys)
			if err != nil {
				t.Fatal(err)
			}
			a, b := newSearch(m, Options{States: 10000}, everything), newSearch(m, Options{States: 10000}, everything)
			b.reduce()
			if b.sym == nil {
				continue
			}
			orbits++
			if !a.judgeAll(context.Background()) || !b.judgeAll(context.Background()) {
				break
			}
			b.bounds() // levels the occupancies
			if x, y := found(a), found(b); x != y {
				t.Fatalf("seed %d, n=%d:\n%s\n whole   %s\n reduced %s", seed, n, text, x, y)
			}
			for _, v := range b.violations() {
				bad[string(v.Code)]++
				if _, steps, err := Replay(sys, v.Trace); err != nil || steps != len(v.Trace.Events) {
					t.Fatalf("seed %d, n=%d: %s does not replay: %v\n%s", seed, n, v.Code, err, text)
				}
			}
			if len(b.found) == 0 {
				bad["ok"]++
			}
			full, less = full+a.st.size(), less+b.st.size()
		}
	}
	t.Logf("%d systems from seed %d, %d with symmetry: %d states, %d reduced; %v", systems, *seed, orbits, full, less, bad)
	if orbits < systems || less*2 > full || len(bad) < 5 {
		t.Error("the systems try too little")
	}
}

func elaborateAny(text string) *session.SystemDecl {
	prog, diags := session.LoadText(map[string]string{"x/x.chan": text})
	if len(diags) > 0 {
		fmt.Println(diags[0])
		return nil
	}
	for _, p := range prog.Packages {
		for _, s := range p.Systems {
			return s
		}
	}
	return nil
}

// randomClients writes a server of n clients that may forget to answer, answer somebody else, hold a lock, count, or give up.
func randomClients(r *rand.Rand) string {
	pick := func(all ...string) string { return all[r.Intn(len(all))] }
	some := func(text string) string {
		if r.Intn(2) == 0 {
			return text
		}
		return ""
	}
	capacity := pick("0", "1", "1", "2", "0 client -> server, 1 server -> client", "1 client -> server, 0 server -> client")
	// Local types, not a projection: then receptions and orphans can go wrong.
	var b strings.Builder
	fmt.Fprintf(&b, `package x
protocol P(client, server) capacity %s {
    role client { at idle: choose {
        option client -> server: Ask() choose { option server -> client: Yes() goto idle option server -> client: No() %s }
        option client -> server: Tell() goto idle
        option client -> server: Bye() end } }
    role server { at idle: choose {
        option client -> server: Ask() at answering: choose { option server -> client: Yes() goto idle option server -> client: No() %s }
        option client -> server: Tell() goto idle
        option client -> server: Bye() end } }
}
protocol Tick(x, y) { loop { x -> y: Tick() } }
component Ticker(t Tick.x) { loop { t <- Tick() } }
component Tocker(t Tick.y) { loop { Tick() <- t } }
`, capacity, pick("goto idle", "goto idle", "end"), pick("goto idle", "goto idle", "end"))
	client := pick(
		`c <- Ask() choose { option Yes() <- c: option No() <- c: %s }`,
		`choose { option c <- Ask(): choose { option Yes() <- c: option No() <- c: %s } option c <- Tell(): %.0[2]s }`,
		`decide { case ask: c <- Ask() choose { option Yes() <- c: option No() <- c: %s } case tell: c <- Tell() }`)
	after := ""
	if strings.Contains(b.String(), "No() end") {
		after = "end"
	}
	if strings.Contains(client, "%.0[2]s") {
		client = strings.ReplaceAll(client, "%.0[2]s", "")
	}
	fmt.Fprintf(&b, "component Client(c P.client) {\n    %s\n    loop %s {\n        at busy:\n        %s\n    }\n    %s\n}\n",
		some("var tired bool"), pick("upto 1", "upto 2", ""), fmt.Sprintf(client, after), "")
	serve := func() string {
		return pick("clients[i] <- Yes()", "clients[i] <- No()", "decide { case y: clients[i] <- Yes() case n: clients[i] <- No() }",
			"if locked { clients[i] <- No() } else { locked = true clients[i] <- Yes() }",
			"if held && who == i { clients[i] <- No() } else { clients[i] <- Yes() held = true who = i }",
			"if seen[i] { clients[i] <- No() } else { seen[i] = true clients[i] <- Yes() }",
			"decide j in clients at answering { clients[j] <- Yes() }",
			"held = true who = i",
			"if held { assert who == i } held = true who = i clients[i] <- Yes()",
			"if held && who != i { clients[i] <- No() } else { held = true who = i clients[i] <- Yes() }")
	}
	tell := pick("", "locked = false", "held = false", "seen[i] = false", "if held && who == i { held = false }", "assert !locked", "assert !(held && who == i)")
	fmt.Fprintf(&b, `component Server(clients [n]P.server, n size) {
    var locked bool
    var held bool
    var who range 0..n-1
    var seen [n]bool
    loop {
        choose {
        option Ask() <- clients[i]: %s
        option Tell() <- clients[i]: %s
        option Bye() <- clients[i]: %s
        }
    }
}
`, serve(), tell, some("locked = false"))
	fmt.Fprintf(&b, `system S {
    param n check 3
    client [n]Client
    server Server
    connect P(client = client[i].c, server = server.clients[i]) for i in client
    %s
    %s
}
`, some("x Ticker y Tocker connect Tick(x = x.t, y = y.t)"), some(pick("always !server.locked || !server.held", "always !(client[i] at busy && client[(i+1)%n] at busy) for i in client", "always !server.locked || !(client[0] at busy)")))
	return b.String()
}
