package session

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/protoc-os/protoc-os/dsl"
)

// TestExplanations runs the examples of the codes of components and systems: each yields its code.
func TestExplanations(t *testing.T) {
	seen := 0
	for _, e := range dsl.Explanations() {
		if !strings.HasPrefix(string(e.Code), "PO03") && !strings.HasPrefix(string(e.Code), "PO04") {
			continue
		}
		seen++
		t.Run(string(e.Code), func(t *testing.T) {
			found := everything(map[string]string{"example/example.chan": e.Example})
			for _, d := range found {
				if d.Code == e.Code {
					return
				}
			}
			t.Errorf("the example of %s (%s) gives %v", e.Code, e.Title, found)
		})
	}
	if seen < 40 {
		t.Errorf("only %d explanations", seen)
	}
}

// everything loads, checks components and elaborates systems, and returns all diagnostics.
func everything(sources map[string]string) []*dsl.Diagnostic {
	prog, found := LoadText(sources)
	if prog == nil {
		return found
	}
	found = append(found, CheckComponents(prog)...)
	for _, p := range prog.Asked {
		for _, s := range p.Systems {
			_, more := Elaborate(s, ElaborateOptions{})
			found = append(found, more...)
		}
	}
	return found
}

// TestElaborateOptions asks for run values, overridden parameters and capacities.
func TestElaborateOptions(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/machines/options.txtar")
	if err != nil {
		t.Fatal(err)
	}
	prog, problems := LoadText(map[string]string{"opt/opt.chan": string(archive.Files[0].Data)})
	if failed(problems) {
		t.Fatal(problems)
	}
	s := prog.Asked[0].Systems[0]
	for _, c := range []struct {
		opts                           ElaborateOptions
		instances, check, run, forward int
	}{
		{ElaborateOptions{}, 3, 2, 4, AskCapacity},
		{ElaborateOptions{Run: true}, 5, 2, 4, AskCapacity},
		{ElaborateOptions{Params: map[string]int64{"n": 3}}, 4, 3, 3, AskCapacity},
		{ElaborateOptions{Capacity: map[string]int{"opt.Ask": 2}}, 3, 2, 4, 2},
	} {
		sys, problems := Elaborate(s, c.opts)
		if failed(problems) {
			t.Fatal(problems)
		}
		if len(sys.Instances) != c.instances || sys.Params[0].Check != int64(c.check) || sys.Params[0].Run != int64(c.run) || sys.Capacity[0][0][1] != c.forward {
			t.Errorf("%+v: %d instances, param %+v, capacity %v", c.opts, len(sys.Instances), sys.Params[0], sys.Capacity)
		}
		if sys.Capacity[0][1][0] != 1 {
			t.Errorf("%+v: a declared capacity became %d", c.opts, sys.Capacity[0][1][0])
		}
	}
	if _, problems := Elaborate(s, ElaborateOptions{Params: map[string]int64{"m": 3}}); !failed(problems) {
		t.Error("an unknown parameter was taken")
	}
}
