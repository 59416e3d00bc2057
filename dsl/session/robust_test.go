package session

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/protoc-os/protoc-os/dsl"
)

// TestDamagedSourcesLoad loads the sources of the case files with tokens left out, doubled and exchanged: whatever comes, diagnostics come out.
func TestDamagedSourcesLoad(t *testing.T) {
	const seed, rounds = 5, 1000
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var sources []string
	files, err := filepath.Glob("testdata/protocols/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, string(txtar.Parse(text).Files[0].Data))
	}
	for _, e := range dsl.Explanations() {
		if !strings.HasPrefix(e.Example, "-- ") && e.Code != dsl.ProtocolTooLarge {
			sources = append(sources, e.Example)
		}
	}
	token := regexp.MustCompile(`\w+|->|\.\.|[^\w\s]|\s+`)
	for range rounds {
		tokens := token.FindAllString(sources[r.IntN(len(sources))], -1)
		for range 1 + r.IntN(3) {
			i, j := r.IntN(len(tokens)), r.IntN(len(tokens))
			switch r.IntN(3) {
			case 0:
				tokens[i] = ""
			case 1:
				tokens[i] += " " + tokens[j]
			case 2:
				tokens[i], tokens[j] = tokens[j], tokens[i]
			}
		}
		text := strings.Join(tokens, "")
		func() {
			defer func() {
				if problem := recover(); problem != nil {
					t.Fatalf("%v while loading\n%s", problem, text)
				}
			}()
			prog, _ := LoadText(map[string]string{"p/p.chan": text})
			for _, p := range prog.Packages {
				for _, pr := range p.Protocols {
					if len(pr.Locals) != len(pr.Roles) {
						t.Fatalf("%s has %d local types for %d roles:\n%s", pr.Name, len(pr.Locals), len(pr.Roles), text)
					}
				}
			}
		}()
	}
}

// TestManyDeclarationsLoad loads 10,000 declarations in one file.
func TestManyDeclarationsLoad(t *testing.T) {
	var b strings.Builder
	b.WriteString("package many\n")
	for i := range 2500 {
		fmt.Fprintf(&b, "const c%d = %d\nenum E%d { a b c }\nstruct S%d { x E%d y range 0..c%d }\n", i, i+1, i, i, (i+1)%2500, i)
		fmt.Fprintf(&b, "protocol P%d(a, b) { loop rest { choose a { option a -> b: M(s S%d) at busy: b -> a: N(p P%d.a at rest) option a -> b: Z() end } } }\n", i, i, (i+7)%2500)
	}
	prog, diags := LoadText(map[string]string{"many/many.chan": b.String()})
	if len(diags) > 0 {
		t.Fatal(diags[0])
	}
	if n := len(prog.Asked[0].Protocols); n != 2500 {
		t.Errorf("%d protocols", n)
	}
}
