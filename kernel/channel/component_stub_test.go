package channel

import (
	"context"
	"testing"
)

// A step without a channel takes its turn with the others, and an aimed option looks at its member only.
func TestNowAndAimedOptions(t *testing.T) {
	p := &Protocol{Name: "P", Roles: []string{"a", "b"}, Capacity: 4, Labels: []Label{{Name: "M", From: 0, To: 1}}}
	rt := New(Config{Cores: 1})
	c := rt.Control(Control{Decider: Script(nil)})
	var froms, tos []End
	for range 3 {
		ends := rt.NewSession(p)
		froms, tos = append(froms, ends[0]), append(tos, ends[1])
	}
	sender := &Component{Name: "sender", Slots: []Slot{{Name: "outs", Protocol: p, Role: 0, Set: 3}}}
	receiver := &Component{Name: "receiver", Choices: 1, Slots: []Slot{{Name: "ins", Protocol: p, Role: 1, Set: 3}}}
	send := Op{State: "S", Method: "Send", Peer: 1, Point: AnyPoint}
	choice := Choice{State: "R", Method: "Choose", Options: []Option{{Kind: Recv, Point: AnyPoint, Aimed: true}, {Kind: Now, Guard: 1}}}
	s, r := new(Endpoint), new(Endpoint)
	rt.Start(s, sender, Options{}, froms, func(context.Context) error {
		for i := range 6 {
			if err := s.Begin(s.Step(), &send, i%3); err != nil {
				return err
			}
			s.Commit()
		}
		return nil
	}).Discard()
	var got []Taken
	rt.Start(r, receiver, Options{}, tos, func(context.Context) error {
		for i := range 4 {
			r.Aim(&choice, 0, 2)
			if i == 3 {
				r.Aim(&choice, 0, 1)
			}
			guards := uint64(0)
			if i < 2 {
				guards = 1
			}
			taken, err := r.Choose(r.Step(), &choice, guards, 0)
			if err != nil {
				return err
			}
			got = append(got, taken)
		}
		return nil
	}).Discard()
	if rep := c.Run(); !rep.Ended {
		t.Fatalf("%+v", rep)
	}
	nows := 0
	for _, taken := range got[:2] {
		nows += taken.Option
	}
	if nows == 0 || got[2] != (Taken{0, 2}) || got[3] != (Taken{0, 1}) {
		t.Errorf("took %v", got)
	}
}

// What a declaration keeps in bounds panics with the place where it is declared.
func TestInRangeAndAssertName(t *testing.T) {
	e := &Endpoint{name: "vault"}
	if e.InRange(3, 0, 3, "n", "v.chan:1") != 3 {
		t.Error("3 is in 0..3")
	}
	for want, f := range map[string]func(){
		"vault: v.chan:7: n = 4 is not in 0..3":       func() { e.InRange(4, 0, 3, "n", "v.chan:7") },
		"vault: v.chan:8: assert n < 4 does not hold": func() { e.Assert(false, "n < 4", "v.chan:8") },
	} {
		func() {
			defer func() {
				if err, ok := recover().(*AssertionError); !ok || err.Error() != want {
					t.Errorf("got %v, want %s", err, want)
				}
			}()
			f()
		}()
	}
}
