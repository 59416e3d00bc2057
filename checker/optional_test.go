package checker

import (
	"slices"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
)

// TestOptional holds optional steps to what they mean: whoever has them decides beforehand, to take one or to stay silent. What is violated then is
// violated with optional steps. These find more of what goes on for ever: nobody may count on one that comes later either.
func TestOptional(t *testing.T) {
	compared, violated := 0, 0
	for s := *seed; s < *seed+int64(*random/4); s++ {
		sys := randomSystem(s)
		m, err := compile(sys)
		if err != nil || !m.optional {
			continue
		}
		plain, err := compile(sys.Explicit())
		if err != nil {
			t.Fatal(err)
		}
		short, long := searchWith(m, true, 1), searchWith(plain, false, 1)
		if short == nil || long == nil {
			continue
		}
		got, want := violations(short), violations(long)
		if len(want) > 0 {
			violated++
		}
		got = slices.DeleteFunc(got, func(code string) bool {
			return (code == string(dsl.PartialDeadlock) || code == string(dsl.Orphan)) && !slices.Contains(want, code)
		})
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: %v, and with decisions %v", s, got, want)
		}
		compared++
	}
	t.Logf("%d systems compared from seed %d, %d violated", compared, *seed, violated)
	if *random >= 4000 && (compared < 100 || violated < 50 || violated == compared) {
		t.Error("the systems try too little")
	}
}

func violations(s *search) []string {
	var all []string
	for code := range engineOutcome(s).Codes {
		if code != string(dsl.OnlyTimeout) { // a nearer stop hides it
			all = append(all, code)
		}
	}
	slices.Sort(all)
	return all
}
