package checker

import (
	"math/rand"
	"slices"
	"testing"

	conform "github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

const keeping = `package w
protocol Thing(x, y) {
    choose y {
    option y -> x: Kept()
        x -> y: Drop()
    option y -> x: Back()
    }
}
protocol Offer(giver, taker) {
    loop rest {
        giver -> taker: Take(thing Thing.y)
    }
}
component Giver(p Offer.giver) {
    var held set[1] of Thing.x
    loop {
        choose {
        option new Thing as t:
            p <- Take(t.y)
            choose {
            option Kept() <- t.x: held add t.x
            option Back() <- t.x:
            }
        option held[h] <- Drop():
        }
    }
}
component Taker(p Offer.taker) {
    var kept set[1] of Thing.y
    var t Thing.y
    loop {
        choose {
        option Take(t) <- p:
            choose {
            option kept add t as k: kept[k] <- Kept()
            option else:            t <- Back()
            }
        option Drop() <- kept[d]:
        }
    }
}
system W {
    giver Giver
    taker Taker
    connect Offer(giver = giver.p, taker = taker.p)
    limit Thing 2
}`

// A recording does not show whether a component has kept an end or had no room for it. What it does then shows it, and is refused if it is the other.
func TestJudgeHiddenElse(t *testing.T) {
	sys := elaborate(t, keeping, session.ElaborateOptions{})
	w, first, err := NewWalk(sys, true)
	if err != nil {
		t.Fatal(err)
	}
	recorded := func(events []traces.Event) int {
		j, err := conform.New(sys, &traces.Trace{System: "w.W", Recorded: true})
		if err != nil {
			t.Fatal(err)
		}
		for k := range events {
			if err := j.Step(&events[k]); err != nil {
				t.Log(err)
				return k
			}
		}
		return len(events)
	}
	backs := 0
	for seed := range int64(10) {
		r := rand.New(rand.NewSource(seed))
		events := []traces.Event{
			{Kind: traces.Start, Instance: "giver", Args: []string{"p=giver.p.giver"}},
			{Kind: traces.Start, Instance: "taker", Args: []string{"p=giver.p.taker"}},
		}
		for at := first; len(events) < 60; {
			choices := w.Choices(at, len(events)+1)
			c := choices[r.Intn(len(choices))]
			at = c.To
			if c.Event.Kind != traces.Add && c.Event.Kind != traces.Else {
				events = append(events, c.Event)
			}
		}
		if n := recorded(events); n < len(events) {
			t.Fatalf("seed %d: step %d is refused\n%s", seed, n+1, spelled(events[:n+1]))
		}
		other := map[string]string{"Kept": "Back", "Back": "Kept"}
		for k, e := range events {
			if e.Kind != traces.Send || other[e.Label] == "" {
				continue
			}
			if e.Label == "Back" {
				backs++
			}
			wrong := slices.Clone(events)
			wrong[k].Label = other[e.Label]
			if n := recorded(wrong); n != k {
				t.Errorf("seed %d: %s instead of %s in step %d is refused in step %d\n%s", seed, wrong[k].Label, e.Label, k+1, n+1, spelled(wrong[:k+1]))
			}
		}
	}
	if backs == 0 {
		t.Error("there was always room")
	}
}
