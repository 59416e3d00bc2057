package checker

import (
	"context"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// TestLossy: a search that keeps hashes finds a nearest violation that a state shows by itself, where the exact search has one, and says nothing else.
func TestLossy(t *testing.T) {
	none, some := 0, 0
	for k := range 500 {
		seed := *seed + int64(k)
		sys := randomSystem(seed)
		m, err := compile(sys)
		if err != nil {
			t.Fatal(err)
		}
		s := newSearch(m, Options{States: 2000, Workers: 1}, everything)
		if s.explore(context.Background()); s.cut != "" {
			continue
		}
		want := -1
		for _, f := range s.found {
			depth := 0
			if f.state >= 0 {
				depth = s.depthOf(f.state)
			}
			if f.option >= 0 {
				depth++
			}
			if want < 0 || depth < want {
				want = depth
			}
		}
		for _, store := range []Store{Compact, Bitstate} {
			v := Check(context.Background(), sys, Options{Store: store, Memory: 1 << 22, Properties: []session.Property{session.Deadlock, session.Reception, session.Leak}})
			switch {
			case v.Outcome == Holds:
				t.Fatalf("seed %d: %s says that it holds", seed, store)
			case want < 0 && len(v.Violations) > 0:
				t.Fatalf("seed %d: %s finds %s, and there is nothing", seed, store, v.Violations[0].Code)
			case want < 0:
				if v.Stats.States != s.st.size() {
					t.Fatalf("seed %d: %s meets %d states of %d", seed, store, v.Stats.States, s.st.size())
				}
				none++
			case len(v.Violations) == 0:
				t.Fatalf("seed %d: %s finds nothing, and there is %v at depth %d", seed, store, s.found[0].key, want)
			default:
				some++
				x := v.Violations[0]
				if d := len(x.Trace.Events); d != want && d != want+1 || x.Code == dsl.Orphan {
					t.Fatalf("seed %d: %s finds %s at depth %d, and the nearest violation is at %d", seed, store, x.Code, d, want)
				}
				if _, steps, err := Replay(sys, x.Trace); err != nil || steps != len(x.Trace.Events) {
					t.Fatalf("seed %d: %s does not replay: %v", seed, x.Code, err)
				}
			}
		}
	}
	t.Logf("%d without a violation, %d with one", none, some)
	if none < 50 || some < 50 {
		t.Error("the systems try too little")
	}
}
