package checker

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

var ampleSystems = flag.Int("ample", 2000, "how many random systems to reduce")

// TestAmple holds the partial-order reduction against the whole graph, on random systems: the same violations, the same options taken, the same
// highest occupancies.
func TestAmple(t *testing.T) {
	full, less, reduced, cut := 0, 0, 0, 0
	for k := range *ampleSystems {
		seed := *seed + int64(k)
		sys := randomSystem(seed)
		a, b := reducedSearch(t, sys, false), reducedSearch(t, sys, true)
		if a == nil || b == nil {
			cut++
			continue
		}
		if k%4 == 0 && !sameSearch(b, searchWith(b.m, true, 3)) {
			t.Fatalf("seed %d: three goroutines reduce otherwise than one", seed)
		}
		if x, y := found(a), found(b); x != y {
			t.Fatalf("seed %d:\n whole   %s\n reduced %s", seed, x, y)
		}
		full, less = full+a.st.size(), less+b.st.size()
		if b.st.size() < a.st.size() {
			reduced++
		}
	}
	t.Logf("%d systems from seed %d, %d too large; %d smaller: %d states, %d reduced", *ampleSystems, *seed, cut, reduced, full, less)
	if *ampleSystems >= 1000 && reduced < *ampleSystems/20 {
		t.Errorf("only %d systems are smaller", reduced)
	}
}

// reducedSearch explores a system, nil if it is too large.
func reducedSearch(t *testing.T, sys *session.System, reduce bool) *search {
	t.Helper()
	m, err := compile(sys)
	if err != nil {
		t.Fatal(err)
	}
	return searchWith(m, reduce, 1)
}

// searchWith explores a model with so many goroutines, nil if it is too large.
func searchWith(m *model, reduce bool, workers int) *search {
	s := newSearch(m, Options{States: 4000, Workers: workers}, everything)
	s.alone = 1
	if reduce {
		s.ample = m.newAmple()
	}
	s.explore(context.Background())
	if s.cut != "" {
		return nil
	}
	s.continuations(context.Background())
	return s
}

// found spells what a search found, without depths.
func found(s *search) string {
	codes := slices.Sorted(maps.Keys(engineOutcome(s).Codes))
	if slices.Contains(codes, string(dsl.PartialDeadlock)) { // which hides a timeout farther away, and what is farther is another matter
		codes = slices.DeleteFunc(codes, func(c string) bool { return c == string(dsl.OnlyTimeout) })
	}
	s.m.level(s.highest)
	return fmt.Sprint(strings.Join(codes, " "), s.highest, s.taken)
}
