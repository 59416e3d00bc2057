package checker

import (
	"context"
	"flag"
	"maps"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/gen/export"
)

var exports = flag.Int("exports", 2500, "how many random systems to compare with their exports")

// exported pairs the failures of an export with the codes of the checker.
var exported = map[string]dsl.Code{"deadlock": dsl.Deadlock, "reception": dsl.Reception, "assertion": dsl.AssertionFails, "range": dsl.OutOfRange,
	"always": dsl.AlwaysFails}

// TestExports holds the guarded commands that the exports are made of against the engine: as many states, and the same failures.
func TestExports(t *testing.T) {
	found, cut := map[string]int{}, 0
	for n := *seed; n < *seed+int64(*exports); n++ {
		sys := randomSystem(n).Explicit()
		model, err := export.Commands(sys)
		if err != nil {
			t.Errorf("seed %d: %v", n, err)
			continue
		}
		m, err := compile(sys)
		if err != nil {
			t.Fatalf("seed %d: %v", n, err)
		}
		s := newSearch(m, Options{States: 60}, everything)
		if s.explore(context.Background()); s.cut != "" {
			cut++
			continue
		}
		got, want := model.Explore(1000), engineOutcome(s)
		codes := map[dsl.Code]bool{}
		for _, f := range s.found {
			codes[f.key.code] = true
		}
		if got.States != want.States {
			t.Errorf("seed %d: %d states, and %d in its export", n, want.States, got.States)
		}
		for kind, code := range exported {
			if got.Found[kind] != codes[code] {
				t.Errorf("seed %d: %s is %v here, and %v in its export", n, code, codes[code], got.Found[kind])
			}
			if got.Found[kind] {
				found[kind]++
			}
		}
		if got.Found["timeout"] && !codes[dsl.OnlyTimeout] {
			t.Errorf("seed %d: the export finds a state that only a timeout leaves", n)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d systems from seed %d, %d too large; %v", *exports, *seed, cut, found)
}

// TestTLA holds the printed TLA+ against the guarded commands that it is printed from.
func TestTLA(t *testing.T) {
	names := map[string]string{"NoDeadlock": "deadlock", "NoReception": "reception", "NoRange": "range", "NoAlways": "always",
		"range": "range", "assertion": "assertion"}
	found, states := map[string]int{}, 0
	for n := *seed; n < *seed+int64(*exports)/25 && !t.Failed(); n++ {
		sys := randomSystem(n).Explicit()
		model, err := export.Commands(sys)
		if err != nil {
			t.Fatal(err)
		}
		want := model.Explore(60)
		if want.Cut {
			continue
		}
		text, cfg, err := export.TLA(sys, "M")
		if err != nil {
			t.Fatal(err)
		}
		got, broken := tlaParse(string(text)).explore(string(cfg))
		kinds := map[string]bool{}
		for inv := range broken {
			kinds[names[inv]] = true
			found[names[inv]]++
		}
		if want.Found["timeout"] { // a deadlock too
			delete(want.Found, "timeout")
			want.Found["deadlock"] = true
		}
		if got != want.States || !maps.Equal(kinds, want.Found) {
			t.Errorf("seed %d: %d states and %v; in TLA+ %d and %v", n, want.States, want.Found, got, kinds)
		}
		states += got
	}
	t.Logf("%d systems from seed %d, %d states: %v", *exports/25, *seed, states, found)
}
