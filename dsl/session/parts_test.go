package session

import (
	"strings"
	"testing"
)

// ask is a protocol for a client that waits and a server that does not.
const ask = `package x
protocol Ask(client, server) {
    loop rest { choose client { option client -> server: Ask() server -> client: Answer() option client -> server: Bye() end } }
}
component Client(s Ask.client) { loop upto 2 { s <- Ask() Answer() <- s } s <- Bye() }
component Server(c Ask.server) { loop { choose { option Ask() <- c: c <- Answer() option Bye() <- c: end } } }
component Between(up Ask.server, down Ask.client) {
    loop { choose { option Ask() <- up: down <- Ask() Answer() <- down up <- Answer() option Bye() <- up: down <- Bye() end } }
}
system Store { server Server  export door = server.c }
system Cache { between Between  export door = between.up  export store = between.down }
`

func TestApart(t *testing.T) {
	for _, c := range []struct {
		name, text string
		parts      int
		words      string
	}{
		{"a chain", `system S { use store Store  use cache Cache  client Client
			connect Ask(client = client.s, server = cache.door)  connect Ask(client = cache.store, server = store.door) }`, 2,
			"cache may wait for store, and never the other way round"},
		{"no parts", `system S { client Client  server Server  connect Ask(client = client.s, server = server.c) }`, 0, ""},
		// Each asks the other through its own cache: round and round.
		{"a circle", `component Both(ask Ask.client, serve Ask.server) { loop { choose { option ask <- Ask(): Answer() <- ask option Ask() <- serve: serve <- Answer()
			option Bye() <- serve: ask <- Bye() end } } }
			system Half { both Both  export out = both.ask  export in = both.serve }
			system S { use a Half  use b Half  connect Ask(client = a.out, server = b.in)  connect Ask(client = b.out, server = a.in) }`, 0,
			"wait for each other"},
		{"looking in", `component Counting(c Ask.server) { var n range 0..9  loop { choose { option Ask() <- c: c <- Answer() option Bye() <- c: end } } }
			system Counted { server Counting  export door = server.c }
			system S { use store Counted  client Client  connect Ask(client = client.s, server = store.door)  always store.server.n < 9 }`, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			prog, diags := LoadText(map[string]string{"x/x.chan": ask + c.text})
			for _, d := range diags {
				t.Fatal(d)
			}
			for _, s := range prog.Packages[0].Systems {
				if s.Name != "S" {
					continue
				}
				whole, diags := Elaborate(s, ElaborateOptions{})
				if whole == nil {
					if c.name == "looking in" {
						t.Skip("the language does not let a system look into its parts: ", diags[0].Message)
					}
					t.Fatal(diags[0])
				}
				own, parts, words := Apart(s, whole, ElaborateOptions{})
				if len(parts) != c.parts || (own == nil) != (c.parts == 0) || !strings.Contains(strings.Join(words, "\n"), c.words) {
					t.Errorf("%d parts, %q; want %d, %q", len(parts), words, c.parts, c.words)
				}
			}
		})
	}
}
