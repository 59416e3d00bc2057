package channeltest

import (
	"testing"

	"pgregory.net/rapid"
)

// MakeFuzz makes a target of native fuzzing, whose bytes take the place of
// what rapid would draw:
//
//	func FuzzServer(f *testing.F) { f.Fuzz(channeltest.MakeFuzz(Start)) }
func MakeFuzz(start func(*World)) func(*testing.T, []byte) {
	return rapid.MakeFuzz(func(t *rapid.T) {
		c := Config{}
		if w, f := c.drawn(t, newCounts(newCounts(nil)), start); f != nil {
			f.Trace, f.Steps = w.trace(t.Name(), f), w.scripted
			t.Fatalf("%s: %s\n%s", f.Verdict, f.Message, steps(f))
		}
	})
}
