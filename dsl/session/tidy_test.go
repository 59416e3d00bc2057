package session

import (
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
)

// A loop of which nothing is left, because all that it holds is wrong, is reported for what it holds; lowering ends.
func TestLoopOfErrors(t *testing.T) {
	prog, diags := LoadText(map[string]string{"p/p.chan": `package p
protocol P(client, server) { client -> server: A() }
component C(c P.client) { loop { x <- A() } }
component D(c P.client) { loop { loop { x <- A() } y <- A() } }
`})
	diags = append(diags, CheckComponents(prog)...)
	var codes []string
	for _, d := range diags {
		if d.Severity == dsl.Error {
			codes = append(codes, string(d.Code))
		}
	}
	if got := strings.Join(codes, " "); got != "PO0301 PO0301 PO0310" {
		t.Errorf("got %s", got)
	}
}
