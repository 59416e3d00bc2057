package session_test

import (
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

var digested = map[string]string{
	"errno/errno.chan": "package errno\nenum Errno { OK, Bad }\nenum Other { A, B }\n",
	"ping/ping.chan": `package ping

import "errno"

const most = 3

protocol Ping(client, server) {
    client -> server: Go(n range 0..most)
    server -> client: Done(err errno.Errno)
}

component Client(s Ping.client) { s <- Go(1)  Done(_) <- s }
component Server(c Ping.server) { Go(_) <- c  c <- Done(OK) }
component Unused(c Ping.server) { Go(_) <- c  c <- Done(Bad) }

// Two of them.
system Pair {
    c Client
    s Server
    connect Ping(client = c.s, server = s.c)
}
`,
}

func digestOf(t *testing.T, replace ...string) string {
	t.Helper()
	texts := map[string]string{}
	for path, text := range digested {
		texts[path] = strings.NewReplacer(replace...).Replace(text)
	}
	prog, diags := session.LoadText(texts)
	for _, d := range diags {
		if d.Severity == dsl.Error {
			t.Fatal(d)
		}
	}
	for _, p := range prog.Packages {
		for _, s := range p.Systems {
			return s.Digest()
		}
	}
	t.Fatal("no system")
	return ""
}

func TestDigest(t *testing.T) {
	want := digestOf(t)
	if again := digestOf(t); again != want || len(want) != 64 {
		t.Errorf("one system, two digests: %s and %s", want, again)
	}
	for name, same := range map[string][]string{
		"layout":             {"    c Client\n    s Server\n", "c Client /* first */ s Server\n"},
		"a comment":          {"// Two of them.", "// A pair."},
		"commas of an enum":  {"OK, Bad", "OK Bad,"},
		"what it never uses": {"c <- Done(Bad)", "c <- Done(OK)"},
		"an unused enum":     {"A, B", "A, B, C"},
	} {
		if got := digestOf(t, same...); got != want {
			t.Errorf("%s changes the digest", name)
		}
	}
	for name, other := range map[string][]string{
		"the system":            {"    s Server\n", "    s Server\n    check deadlock\n"},
		"a component":           {"s <- Go(1)", "s <- Go(2)"},
		"a constant":            {"most = 3", "most = 2"},
		"a protocol's capacity": {"Ping(client, server) {", "Ping(client, server) capacity 2 {"},
		"an imported enum":      {"OK, Bad", "OK, Worse, Bad"},
	} {
		if got := digestOf(t, other...); got == want {
			t.Errorf("%s does not change the digest", name)
		}
	}
}
