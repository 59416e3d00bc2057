package checker

import (
	"context"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/dsl"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// TestExamples checks the example of each verdict's explanation: it fails with that code.
func TestExamples(t *testing.T) {
	for _, e := range dsl.Explanations() {
		if !strings.HasPrefix(string(e.Code), "PO20") {
			continue
		}
		t.Run(string(e.Code), func(t *testing.T) {
			capacity := map[string]int{}
			if e.Code == dsl.NoCapacity {
				capacity["p.Ping"] = 1
			}
			sys := elaborate(t, e.Example, session.ElaborateOptions{Capacity: capacity})
			v := Check(context.Background(), sys, Options{})
			switch e.Code {
			case dsl.CapacityExcess:
				for _, b := range v.Bounds {
					if b.Highest < b.Capacity {
						return
					}
				}
				t.Errorf("every queue fills: %v", v.Bounds)
			case dsl.NoCapacity:
				if v.Outcome != Violated {
					t.Errorf("it holds at capacity 1")
				}
			default:
				if len(v.Violations) == 0 || v.Violations[0].Code != e.Code {
					t.Errorf("outcome %d %s", v.Outcome, v.Reason)
					for _, x := range v.Violations {
						t.Errorf("got %s: %s: %s", x.At, x.Code, x.Message)
					}
				}
			}
		})
	}
}
