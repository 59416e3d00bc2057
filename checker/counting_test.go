package checker

import (
	"context"
	"flag"
	"math/rand"
	"testing"

	"github.com/protoc-os/protoc-os/dsl/session"
)

var countingSystems = flag.Int("counting", 150, "how many random servers to show for any number of clients")

// TestCounting: what is shown for any number of clients holds for one to four of them, explored one by one, on random servers. And it is shown of some
// that hold, while none that fails for a larger number is missed.
func TestCounting(t *testing.T) {
	shown, holding, late := 0, 0, 0
	for k := range *countingSystems {
		seed := *seed + 100000 + int64(k)
		text := randomClients(rand.New(rand.NewSource(seed)))
		decl := elaborateAny(text)
		if decl == nil {
			t.Fatalf("seed %d does not load\n%s", seed, text)
		}
		sys, _ := session.Elaborate(decl, session.ElaborateOptions{Params: map[string]int64{"n": 1}})
		if sys == nil {
			continue
		}
		param, words := forAny(context.Background(), sys, everything)
		bad := 0
		for n := int64(1); n <= 4 && bad == 0; n++ {
			sys, _ := session.Elaborate(decl, session.ElaborateOptions{Params: map[string]int64{"n": n}})
			m, err := compile(sys)
			if err != nil {
				t.Fatal(err)
			}
			s := newSearch(m, Options{States: 20000}, everything)
			s.judgeAll(context.Background())
			if len(s.found) > 0 {
				bad = int(n)
			}
		}
		switch {
		case param != "" && bad > 0:
			t.Fatalf("seed %d: %s, and with n=%d it fails\n%s", seed, words, bad, text)
		case param != "":
			shown++
		case bad == 0:
			holding++
		case bad > 1:
			late++
		}
	}
	t.Logf("%d systems from seed %d: %d shown for any number, %d more hold as far as they were tried, %d fail only from two clients on", *countingSystems, *seed+100000, shown, holding, late)
	if shown < 5 || late < 2 {
		t.Error("the systems try too little")
	}
}
